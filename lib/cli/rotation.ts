import type { Command } from 'commander';
import { instruct } from '../app/instruct.ts';
import { usesIn } from '../app/inventory.ts';
import type { StateStore } from '../app/ports.ts';
import { watchOf } from '../app/rotation.ts';
import { takeInventory } from '../core/inventory/inventory.ts';
import type { Uses } from '../core/inventory/uses.ts';
import { type Network, rememberNetworks } from '../core/network.ts';
import { isNamed } from '../core/principal.ts';
import { readCoverage } from '../core/stored.ts';
import { msPerDay } from '../core/time.ts';
import { daysDefault, daysMax, isOngoing, keptWatches, type Watch } from '../core/watch/watch.ts';
import { rotationText } from '../report/rotation-text.ts';
import { named } from '../report/safe-text.ts';
import { instantText } from '../report/times.ts';
import { counted } from '../report/words.ts';
import { openOwners, openState } from '../wiring.ts';
import { type CallersLog, daysOf, historyDaysDefault } from './callers-log.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { UsageError } from './failure.ts';
import { theOne } from './inventory.ts';
import { timeGiven } from './investigate-time.ts';
import { collected } from './options.ts';
import { followLog, noRotation, type OpenedLog, openLog, type RotationFlags, watchesIn } from './rotation-log.ts';
import { showRotations } from './rotation-status.ts';
import { screenOf } from './screen.ts';
import { existingState, stateFileHelp, statePlace } from './state-file.ts';
import type { World } from './world.ts';

/** `rotation`: a watch over one token's replacement: begin it, see how far it is, end it. */

export const addRotation = (program: Command, world: World, done: (code: ExitCode) => void): void => {
  const rotation = program
    .command('rotation')
    .summary('watch over a token’s replacement: who has moved, who is late, who still uses the old one')
    .description(
      'While a token is being replaced: every use of the old one is told, each of its callers is expected on the new one ' +
        'by its own rhythm and named when it is late, and so is whoever was never there before. "tokenwatch watch" does ' +
        'the watching; a rotation that the log shows by itself is watched without being asked for.',
    );
  withSource(
    rotation
      .command('start')
      .summary('begin to watch over a rotation')
      .description('Learns from the log who uses the old token, and begins to watch.')
      .requiredOption('--old <token>', 'name or id of the token that is replaced')
      .option('--new <token>', 'name or id of its replacement; without it, only the old one is watched')
      .option('--days <n>', `how long to watch (default: ${daysDefault}; at most ${daysMax})`)
      .option('--overlap-days <n>', 'how long those who use the old token may go on doing so untold (default: 0)')
      .option('--since <time>', 'when it was replaced: "2026-10-05 04:10" (UTC) or with a zone (default: now)'),
  )
    .addHelpText(
      'after',
      `
Examples:
  tokenwatch rotation start --organization acme --old ci-deploy --new ci-deploy-2
  tokenwatch rotation start --organization acme --old ci-deploy --new ci-deploy-2 --overlap-days 7
${exitCodesOfRotation}`,
    )
    .action(async (flags: RotationFlags) => done(await start(flags, world)));
  withSource(
    rotation
      .command('status')
      .summary('who has moved, who is late, who still uses the old token')
      .description('Shows each rotation as a table, as of the last poll, or as of now with --organization or --from.')
      .option('--before-revoking', 'say only whether the old token may be revoked: who still uses it')
      .option('--json', 'print one rotation per line as JSON'),
  )
    .addHelpText('after', exitCodesOfRotation)
    .action(async (flags: RotationFlags) => done(await showRotations(flags, world)));
  rotation
    .command('stop')
    .summary('end a watch before its time')
    .option('--old <token>', 'name or id of the old token, where several rotations are watched')
    .option('--state <file>', `state file (default: ${stateFileHelp})`)
    .action(async (flags: RotationFlags) => done(await stop(flags, world)));
};

const withSource = (command: Command): Command =>
  command
    .option('--organization <name>', 'Pulumi Cloud organization; its token is read from PULUMI_ACCESS_TOKEN')
    .option('--settings <file>', 'settings file that says what to read and where the state is')
    .option('--base-url <url>', 'address of a self-hosted Pulumi Cloud API (default: https://api.pulumi.com)')
    .option('--from <files...>', 'recorded logs instead of Pulumi Cloud')
    .option('--state <file>', `state file (default: ${stateFileHelp})`)
    .option('--mmdb <file>', 'MMDB file that says who owns an address; may be given several times', collected);

const exitCodesOfRotation = `
Exit codes:
  0  nobody is late or on the old token     1  somebody is
  2  wrong use                              3  could not do it`;

const start = async (flags: RotationFlags, world: World): Promise<ExitCode> => {
  const screen = screenOf(world, { isJson: false });
  const nowMs = world.clock.nowMs();
  const timing = timingOf(flags, nowMs);
  const owners = await openOwners(flags.mmdb ?? [], world.tableFile);
  const networks = rememberNetworks(owners.lookup);
  const opened = await openLog(flags, { world, screen });
  try {
    const uses = await usesIn(upTo(opened.log, timing.startedAtMs), { networks });
    const old = oldToken(flags, uses, opened, timing.startedAtMs);
    const state = await openState(statePathOf(flags, opened, world));
    try {
      const watch = await catchUp(
        watchOf(
          { source: opened.source, old, replacement: replacementOf(flags, uses), startedBy: 'person', ...timing },
          [...uses.tokens.values()],
        ),
        { state, opened, networks },
      );
      const { watches } = await instruct(state, opened.source, (instructions) => ({
        ...instructions,
        watches: keptWatches([...instructions.watches.filter((each) => !isSame(each, watch)), watch], nowMs),
      }));
      await screen.result(`${rotationText(watch, { width: screen.width, colour: screen.hasColour }).join('\n')}\n`);
      const others = watches.filter((each) => isOngoing(each) && each !== watch).length;
      if (others > 0) screen.warn(`${counted(others, 'other rotation')} ${others === 1 ? 'is' : 'are'} watched too.`);
      screen.warn('"tokenwatch watch" follows it; without one running, look with "tokenwatch rotation status".');
      return exitCodes.nothingFound;
    } finally {
      await state.close();
    }
  } finally {
    opened.close();
    await screen.settled();
  }
};

/** The same token again: the new watch replaces the one that is on. */
const isSame = (watch: Watch, { old }: Watch): boolean => isOngoing(watch) && watch.old.id === old.id;

const timingOf = (flags: RotationFlags, nowMs: number) => {
  const days = daysOf('--days', flags.days, daysDefault);
  if (days > daysMax) throw new UsageError(`--days: a rotation is watched for ${daysMax} days at most.`);
  const overlapDays = flags.overlapDays === '0' ? 0 : daysOf('--overlap-days', flags.overlapDays, 0);
  if (overlapDays > days) throw new UsageError('--overlap-days is longer than --days: nothing would be left to watch.');
  const startedAtMs = flags.since === undefined ? nowMs : timeGiven('--since', flags.since).atMs;
  if (startedAtMs > nowMs)
    throw new UsageError('--since lies in the future: start the watch when the token is replaced.');
  if (nowMs - startedAtMs > historyDaysDefault * msPerDay) {
    throw new UsageError(`--since lies more than ${historyDaysDefault} days back: a rotation so old is over.`);
  }
  const startMs = Math.floor(startedAtMs / 1_000) * 1_000;
  return {
    startedAtMs: startMs,
    overlapEndsMs: startMs + overlapDays * msPerDay,
    endsAtMs: startMs + days * msPerDay,
    deletedAtMs: undefined,
  };
};

const oldToken = (flags: RotationFlags, uses: Uses, opened: OpenedLog, nowMs: number) => {
  const inventory = takeInventory({
    source: opened.source,
    provider: 'pulumi',
    uses,
    listing: undefined,
    observed: { fromMs: uses.firstEventMs ?? nowMs, toMs: nowMs },
    limits: { rotationMs: Infinity, unusedMs: Infinity },
    nowMs,
  });
  const { principal } = theOne(flags.old ?? '', inventory);
  if (flags.new !== undefined && isNamed(principal, flags.new.trim())) {
    throw new UsageError(`${named(flags.new)} is the old token itself: name its replacement after --new.`);
  }
  return principal;
};

/** It may not have been used yet, so any name will do; where the log knows it, by its id. */
const replacementOf = (flags: RotationFlags, { tokens }: Uses): string | undefined => {
  const words = flags.new?.trim();
  if (words === undefined) return undefined;
  if (words === '') throw new UsageError('--new: write the name or id of the new token.');
  return [...tokens.values()].find(({ principal }) => isNamed(principal, words))?.principal.name ?? words;
};

const upTo = (log: CallersLog['log'], beforeMs: number): CallersLog['log'] => ({
  batches: async function* () {
    for await (const batch of log.batches()) yield batch.filter(({ atMs }) => atMs < beforeMs);
  },
});

const statePathOf = ({ state }: RotationFlags, { statePath }: OpenedLog, world: World): string =>
  statePlace(state ?? statePath, world);

/** Events that a monitor on this state has settled already: it will not fold them in again. */
const catchUp = async (
  watch: Watch,
  { state, opened, networks }: { state: StateStore; opened: OpenedLog; networks: (address: string) => Network },
): Promise<Watch> => {
  const { cursor } = await state.load(opened.source);
  const throughMs = cursor === undefined ? 0 : readCoverage(cursor).settledThroughMs;
  return followLog(watch, opened, { networks, throughMs });
};

const stop = async (flags: RotationFlags, world: World): Promise<ExitCode> => {
  const screen = screenOf(world, { isJson: false });
  const state = await openState(existingState(flags.state, world));
  try {
    const ongoing = (await watchesIn(state, undefined)).filter(isOngoing);
    const meant =
      flags.old === undefined ? ongoing : ongoing.filter(({ old }) => isNamed(old, flags.old?.trim() ?? ''));
    const [only, ...more] = meant;
    if (ongoing.length === 0) throw noRotation();
    if (only === undefined || more.length > 0) {
      const names = ongoing.map(
        ({ old, startedAtMs }) => `  --old ${named(old.name)}  (since ${instantText(startedAtMs)})`,
      );
      throw new UsageError(`Say which rotation to stop watching:\n${names.join('\n')}`);
    }
    await instruct(state, only.source, (instructions) => ({
      ...instructions,
      watches: instructions.watches.filter(({ id }) => id !== only.id),
    }));
    screen.say(`The rotation of ${named(only.old.name)} is not watched any more.`);
    return exitCodes.nothingFound;
  } finally {
    await state.close();
    await screen.settled();
  }
};
