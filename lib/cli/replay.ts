import type { Command } from 'commander';
import { type Replayed, replay } from '../app/replay.ts';
import { allowedBy } from '../core/allowance.ts';
import { rememberNetworks } from '../core/network.ts';
import { alertJson } from '../report/alert-json.ts';
import { alertText } from '../report/alert-text.ts';
import { badRecordLine, badRecordsSentence, replaySummary } from '../report/run-text.ts';
import { shownText } from '../report/safe-text.ts';
import { counted, numberText } from '../report/words.ts';
import { openOwners, type Progress, type RecordedLog, readFiles } from '../wiring.ts';
import { type ExitCode, exitCodes, exitCodesHelp } from './exit-codes.ts';
import { collected } from './options.ts';
import { type Screen, screenOf } from './screen.ts';
import { organizationOf, replaySettings } from './settings.ts';
import type { World } from './world.ts';

/** `replay FILES`: recorded logs through the engine, as if they had been watched live. */

type Flags = {
  readonly json?: true;
  readonly settings?: string;
  readonly organization?: string;
  readonly budget?: string;
  readonly listBad?: true;
  readonly mmdb?: readonly string[];
};

export const addReplay = (program: Command, world: World, done: (code: ExitCode) => void): void => {
  program
    .command('replay')
    .summary('run recorded logs through the engine and print the alerts they would have raised')
    .description(
      'Runs recorded audit logs through the engine, as if they had been watched live, and prints the alerts. ' +
        'Reads Pulumi Cloud exports (JSON, CSV, CEF), Scalr events (bare, EventBridge, Datadog) and neutral JSON Lines ' +
        '(time, principal, ip, action, outcome), each recognized from its content, gzip or not, in any order.',
    )
    .argument('<files...>', 'files, folders, or - for standard input')
    .option('--json', 'print one alert per line as JSON, and nothing else, on stdout')
    .option('--organization <name>', "the Pulumi organization whose files these are, so that alerts' ids match watch's")
    .option('--settings <file>', 'settings file whose alert budget, allowed networks and MMDB files are to be used')
    .option('--budget <n>', 'false alerts per week that are acceptable (default: 1)')
    .option('--list-bad', 'list the records that could not be read, with file, line and reason')
    .option('--mmdb <file>', 'MMDB file that says who owns an address; may be given several times', collected)
    .addHelpText(
      'after',
      `
Examples:
  tokenwatch replay audit-log.json
  tokenwatch replay --json exports/ | jq 'select(.severity == "critical")'
  gunzip -c logs.gz | tokenwatch replay --list-bad -
${exitCodesHelp}`,
    )
    .action(async (files: string[], flags: Flags) => done(await replayFiles(files, flags, world)));
};

const replayFiles = async (files: readonly string[], flags: Flags, world: World): Promise<ExitCode> => {
  const isJson = flags.json === true;
  const screen = screenOf(world, { isJson });
  const { alertBudgetPerWeek, allow, mmdbPaths } = replaySettings(flags, world);
  const organization = organizationOf(flags.organization);
  const owners = await openOwners(mmdbPaths, world.tableFile);
  const log = await readFiles(files, {
    ...(organization !== undefined && { organization }),
    stdin: world.stdin,
    onProgress: (progress) => screen.status(readingText(progress)),
  });
  try {
    const replayed = await replay(log.batches(), {
      networks: rememberNetworks(owners.lookup),
      alertBudgetPerWeek,
      isAllowed: allowedBy(allow),
      onProgress: (events) => screen.status(judgingText(events, log.summary.events)),
    });
    screen.status(undefined);
    await printAlerts(replayed, { screen, isJson, zone: world.zone });
    summarize(replayed, { log, screen });
    if (owners.notice !== undefined) screen.say(owners.notice);
    tellOfBadRecords(log, { screen, isListed: flags.listBad === true });
    await screen.settled();
    return replayed.alerts.length > 0 ? exitCodes.somethingFound : exitCodes.nothingFound;
  } finally {
    screen.status(undefined);
    log.close();
  }
};

const printAlerts = async (
  { alerts }: Replayed,
  { screen, isJson, zone }: { readonly screen: Screen; readonly isJson: boolean; readonly zone: string | undefined },
): Promise<void> => {
  const { width, hasColour: colour } = screen;
  for (const alert of alerts) {
    await screen.result(
      isJson ? `${alertJson(alert)}\n` : `${alertText(alert, { width, colour, zone, place: 'nowhere' })}\n`,
    );
  }
};

const summarize = (replayed: Replayed, { log, screen }: { readonly log: RecordedLog; readonly screen: Screen }) => {
  const { files, repeated, otherEvents, notes } = log.summary;
  const summary = { ...replayed, alerts: replayed.alerts.length, files, repeated, otherEvents };
  for (const text of replaySummary(summary)) screen.say(text);
  for (const note of notes) screen.say(shownText(note, noteColumnsMax));
};

const noteColumnsMax = 400;

/** On stderr whatever was asked for: who pipes the alerts on should know that some records are not among what was judged. */
const tellOfBadRecords = (
  { summary: { badCount, badRecords } }: RecordedLog,
  { screen, isListed }: { readonly screen: Screen; readonly isListed: boolean },
): void => {
  if (badCount === 0) return;
  const sentence = badRecordsSentence(badCount, badRecords);
  screen.warn(isListed ? sentence : `${sentence} --list-bad lists them.`);
  if (!isListed) return;
  for (const record of badRecords) screen.warn(badRecordLine(record));
  if (badCount > badRecords.length) screen.warn(`and ${counted(badCount - badRecords.length, 'more', 'more')}`);
};

const readingText = ({ bytesRead, bytesTotal, records }: Progress): string =>
  bytesTotal === undefined
    ? `Reading: ${counted(records, 'record')}, ${megabytes(bytesRead)}`
    : `Reading: ${percent(bytesRead, bytesTotal)} of ${megabytes(bytesTotal)}, ${counted(records, 'record')}`;

const judgingText = (events: number, total: number): string =>
  `Judging: ${percent(events, total)} of ${counted(total, 'event')}`;

const megabytes = (bytes: number): string => `${numberText(bytes / 1e6)} MB`;
const percent = (part: number, whole: number): string =>
  `${Math.min(100, Math.floor((100 * part) / Math.max(1, whole)))} %`;
