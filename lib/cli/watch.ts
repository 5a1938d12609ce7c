import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Receiver } from '../app/ports.ts';
import { toAll } from '../app/tell.ts';
import { type Watched, watch } from '../app/watch.ts';
import type { Settings } from '../config/settings.ts';
import { allowedBy } from '../core/allowance.ts';
import { latenessMs } from '../core/coverage.ts';
import { rememberNetworks } from '../core/network.ts';
import type { Readers } from '../report/alert-message.ts';
import { allowanceSentence } from '../report/allowance-text.ts';
import { named } from '../report/safe-text.ts';
import { slackMessage } from '../report/slack/alert.ts';
import { slackManyAlerts } from '../report/slack/many-alerts.ts';
import { durationText, instantText } from '../report/times.ts';
import { counted, listed } from '../report/words.ts';
import { openOwners, openSlack, openState, openVendor } from '../wiring.ts';
import { alertsOn } from './alert-words.ts';
import { runDemo } from './demo.ts';
import { type ExitCode, exitCodes, exitCodesHelp } from './exit-codes.ts';
import { UsageError } from './failure.ts';
import { collected } from './options.ts';
import { placeWith } from './place.ts';
import { type Screen, screenOf } from './screen.ts';
import { type Chosen, chooseSettings, type SettingsFlags, settingsFileDefault } from './settings.ts';
import { demoStateFile, stateFileHelp, statePlace } from './state-file.ts';
import { notifyOn } from './watch-words.ts';
import type { World } from './world.ts';

/** `watch`: polls audit logs on a schedule and prints alerts as they come; with nothing to watch, the demo. */

type Flags = SettingsFlags & {
  readonly json?: true;
  readonly once?: true;
  readonly demo?: true;
  readonly log?: string;
};

export const addWatch = (program: Command, world: World, done: (code: ExitCode) => void): void => {
  program
    .command('watch')
    .summary('poll audit logs on a schedule, print alerts as they come; without settings, a demo')
    .description(
      'Polls audit logs on a schedule, learns what is normal for each token and user, and prints alerts as they come. ' +
        'The first start reads the history and says what it would have alerted. Ctrl-C stops; the next start resumes. ' +
        'Without an organization or settings it shows a made-up organization in fast-forward, and ends by itself.',
    )
    .option('--organization <name>', 'Pulumi Cloud organization to watch; its token is read from PULUMI_ACCESS_TOKEN')
    .option('--settings <file>', `settings file (default: ${settingsFileDefault} in this folder, where there is one)`)
    .option('--base-url <url>', 'address of a self-hosted Pulumi Cloud API (default: https://api.pulumi.com)')
    .option('--state <file>', `where it is remembered what is normal (default: ${stateFileHelp})`)
    .option('--backfill-days <n>', 'days of history that the first start reads (default: 30)')
    .option('--every <minutes>', 'minutes between two polls (default: 5)')
    .option('--budget <n>', 'false alerts per week that are acceptable (default: 1)')
    .option('--mmdb <file>', 'MMDB file that says who owns an address; may be given several times', collected)
    .option('--json', 'print one alert per line as JSON, and nothing else, on stdout')
    .option('--once', 'poll once and end: exit code 1 if there were new alerts, for cron and CI')
    .option('--demo', 'show the made-up organization even where settings exist')
    .option('--log <file>', "write the demo's log there, as an export of it would be, to try the other commands on")
    .addHelpText(
      'after',
      `
Examples:
  tokenwatch watch
  PULUMI_ACCESS_TOKEN=... tokenwatch watch --organization acme
  tokenwatch watch --settings tokenwatch.json --json | notify-on-call
${exitCodesHelp}
Ctrl-C is the ordinary end of a watch: 0, whatever was told.`,
    )
    .action(async (flags: Flags) => done(await runWatch(flags, world)));
};

const runWatch = async (flags: Flags, world: World): Promise<ExitCode> => {
  const screen = screenOf(world, { isJson: flags.json === true });
  try {
    const chosen = flags.demo === true ? undefined : chooseSettings(flags, world);
    if (chosen !== undefined) {
      if (flags.log !== undefined) throw new UsageError('--log is for the demo alone: add --demo.');
      return await watchReal(chosen, { flags, world, screen });
    }
    refuseFlagsOfReal(flags);
    const logFile = flags.log === undefined ? undefined : newFile(flags.log, world);
    const file = flags.state === undefined ? demoStateFile(world) : resolve(world.cwd, flags.state);
    return await runDemo({ world, screen, stateFile: file, logFile, isJson: flags.json === true });
  } finally {
    screen.status(undefined);
    await screen.settled();
  }
};

/** Made-up data takes nobody's file. */
const newFile = (shown: string, { cwd }: World): string => {
  const file = resolve(cwd, shown);
  if (existsSync(file)) throw new UsageError(`${shown} exists already: choose another name after --log.`);
  return file;
};

/** What was meant for a real organization must not quietly get made-up data. */
const refuseFlagsOfReal = ({ demo, json: _, log: __, state, ...real }: Flags): void => {
  const given = Object.keys(real).map((name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  if (demo === true && given.length > 0) {
    throw new UsageError(`--demo has its own settings: leave out ${listed(given)}.`);
  }
  if (demo !== true && (given.length > 0 || state !== undefined)) {
    const all = state === undefined ? given : [...given, '--state'];
    throw new UsageError(
      `Nothing says what to watch with ${listed(all)}: add --organization NAME, or --settings FILE. For made-up data: --demo.`,
    );
  }
};

const watchReal = async (
  chosen: Chosen,
  { flags, world, screen }: { readonly flags: Flags; readonly world: World; readonly screen: Screen },
): Promise<ExitCode> => {
  const { settings, from } = chosen;
  const { clock, environment } = world;
  const sources = settings.sources.map((source) => openVendor(source, { environment, clock }));
  const owners = await openOwners(settings.mmdbPaths, world.tableFile);
  const file = statePlace(settings.statePath, world);
  const place = placeWith(file, chosen, world);
  const state = await openState(file);
  const signal = world.interruption();
  const isOnce = flags.once === true;
  try {
    const names = listed(sources.map(({ name }) => named(name)));
    const pace = isOnce ? 'once' : `every ${durationText(settings.pollEveryMs)}; Ctrl-C stops`;
    screen.say(`Watching ${names} ${pace}. Settings from ${from}. State: ${file}`);
    if (owners.notice !== undefined) screen.say(owners.notice);
    if (settings.allow.length > 0) screen.say(allowanceSentence(settings.allow, clock.nowMs()));
    const watched = await watch({
      ...settings,
      sources,
      state,
      clock,
      signal,
      networks: rememberNetworks(owners.lookup),
      isAllowed: allowedBy(settings.allow),
      ...toAll([
        alertsOn(screen, { isJson: flags.json === true, zone: world.zone, place }),
        ...toSlack(settings, world, { zone: settings.alerts.timeZone, place }),
      ]),
      notify: notifyOn(screen, { isOnce }),
      ...(isOnce && { endAtMs: clock.nowMs() }),
    });
    screen.status(undefined);
    sayEnd(watched, { screen, isOnce, file });
    return exitCodeOfWatch(watched, { isOnce, isStopped: signal.aborted });
  } finally {
    await state.close();
  }
};

const toSlack = ({ alerts: { slack } }: Settings, world: World, readers: Readers): readonly Receiver[] =>
  slack === undefined
    ? []
    : [
        openSlack(slack, world, {
          one: (alert) => slackMessage(alert, readers),
          many: (alerts) => slackManyAlerts(alerts, readers),
        }),
      ];

const sayEnd = (
  { told, coverages, troubles }: Watched,
  { screen, isOnce, file }: { readonly screen: Screen; readonly isOnce: boolean; readonly file: string },
): void => {
  const alerts = told === 0 ? 'no alert' : counted(told, 'alert');
  const isUnread = troubles.size > 0 && coverages.size === 0;
  screen.say(
    isOnce
      ? isUnread
        ? 'Nothing could be read: whether there is anything to alert on is not known.'
        : `Polled once: ${alerts}.`
      : `Stopped after ${alerts}. State: ${file}`,
  );
  for (const [source, { settledThroughMs }] of coverages) {
    const seenThrough = instantText(settledThroughMs + latenessMs);
    screen.say(`${named(source)} was seen through ${seenThrough}; the next start goes on from there.`);
  }
  for (const source of troubles.keys()) screen.say(`${named(source)} could not be read at the end, as said above.`);
};

const exitCodeOfWatch = (
  { told, troubles }: Watched,
  { isOnce, isStopped }: { readonly isOnce: boolean; readonly isStopped: boolean },
): ExitCode => {
  if (!isOnce) return exitCodes.nothingFound;
  if (troubles.size > 0 || isStopped) return exitCodes.couldNot;
  return told > 0 ? exitCodes.somethingFound : exitCodes.nothingFound;
};
