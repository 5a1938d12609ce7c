import { resolve } from 'node:path';
import type { Command } from 'commander';
import { coverageOfFiles, investigateLog, readings, registerOf } from '../app/investigate.ts';
import type { Investigation } from '../core/investigation/investigation.ts';
import type { Register } from '../core/investigation/register.ts';
import type { Answer, LogCoverage } from '../core/investigation/verdict.ts';
import { rememberNetworks } from '../core/network.ts';
import { investigationHtml } from '../report/investigation/html.ts';
import { investigationJson } from '../report/investigation/json.ts';
import type { Origin } from '../report/investigation/origin.ts';
import { investigationText } from '../report/investigation/text.ts';
import { badRecordsSentence } from '../report/run-text.ts';
import { shownText } from '../report/safe-text.ts';
import { counted, numberText } from '../report/words.ts';
import { openOwners, readFiles } from '../wiring.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { UsageError } from './failure.ts';
import { type InvestigateFlags, timesOf, wantedOf } from './investigate-asked.ts';
import { type Opening, type OpenLog, openLiveLog } from './investigate-live.ts';
import { originOfFiles } from './investigate-origin.ts';
import { subjectsMeant } from './investigate-subjects.ts';
import { organizationHelp } from './live-log.ts';
import { collected } from './options.ts';
import { type ReportFile, requireWritable, writeReport } from './report-file.ts';
import { type Screen, screenOf } from './screen.ts';
import { organizationOf } from './settings.ts';
import type { World } from './world.ts';

/** `investigate TOKEN`: was it used by somebody else, what did they do, and how sure is that? */

export const addInvestigate = (program: Command, world: World, done: (code: ExitCode) => void): void => {
  program
    .command('investigate')
    .summary('one token around a leak: was it used by somebody else, what did they do, how sure is that')
    .description(
      'Learns from the audit log how a token was used before it leaked, judges how it was used after, and says whether\n' +
        'somebody else used it, what they did, what they could reach, what the log cannot show, and what to do next.\n' +
        'Reads exported files, Pulumi Cloud itself, or the log group of a Scalr account in the settings.',
    )
    .argument('[token]', 'name or id of the token')
    .option('--user <login>', 'instead of one token: all tokens and sessions of a user')
    .option('--leaked-at <time>', 'when it leaked: "2026-10-05 04:10" (UTC) or with a zone; without it, any time')
    .option('--until <time>', 'when it was revoked: what the log lacks after it does not matter (default: now)')
    .option('--from <files...>', 'recorded logs to read, as "tokenwatch replay" reads them, or - for standard input')
    .option('--organization <name>', organizationHelp)
    .option('--settings <file>', 'settings file that says what to read')
    .option(
      '--base-url <url>',
      'address of a self-hosted Pulumi Cloud API (default: https://api.pulumi.com); with --from, for the commands to copy',
    )
    .option(
      '--history-days <n>',
      'days before the leak (or now) to learn from, when reading Pulumi Cloud (default: 90)',
    )
    .option('--html <file>', 'write the report as one HTML file, to mail or print')
    .option('--force', 'let --html replace a file that exists')
    .option('--json', 'print the report as one JSON document on stdout')
    .option('--mmdb <file>', 'MMDB file that says who owns an address; may be given several times', collected)
    .addHelpText(
      'after',
      `
Examples:
  tokenwatch investigate ci-deploy --leaked-at "2026-10-05 04:10" --from audit-log.json --organization acme
  tokenwatch investigate --user priya --from exports/ --html report.html
  PULUMI_ACCESS_TOKEN=... tokenwatch investigate ci-deploy --organization acme --json

Exit codes:
  0  no sign of use by somebody else        1  used by somebody else, or probably
  2  wrong use                              3  cannot tell, or could not do it

What was read of a vendor is kept for two weeks beside the state, so that an interrupted reading goes on.`,
    )
    .action(async (token: string | undefined, flags: InvestigateFlags) =>
      done(await runInvestigate(token, flags, world)),
    );
};

const runInvestigate = async (token: string | undefined, flags: InvestigateFlags, world: World): Promise<ExitCode> => {
  const screen = screenOf(world, { isJson: flags.json === true });
  const wanted = wantedOf(token, flags);
  const nowMs = world.clock.nowMs();
  const time = timesOf(flags, { nowMs, screen });
  const report = reportFileOf(flags, world);
  if (report !== undefined) requireWritable(report);
  const owners = await openOwners(flags.mmdb ?? [], world.tableFile);
  const log = await openLog(flags, { world, screen, ...time, nowMs });
  try {
    const register = await registerOf(log);
    const { subjects } = subjectsMeant(wanted, register);
    const coverage = log.coverageOf(register);
    const investigation = await investigateLog(
      log,
      { subjects, ...time, networks: rememberNetworks(owners.lookup), coverage },
      (events) => screen.status(judgingText(events, register)),
    );
    screen.status(undefined);
    if (owners.notice !== undefined) screen.warn(owners.notice);
    await show(investigation, { flags, screen, world, report, origin: log.origin, nowMs });
    return exitCodeOf(investigation.verdict.answer);
  } finally {
    screen.status(undefined);
    log.close();
    await screen.settled();
  }
};

const reportFileOf = ({ html, force }: InvestigateFlags, { cwd }: World): ReportFile | undefined => {
  if (html === undefined && force === true)
    throw new UsageError('--force belongs to --html: there is no file to replace.');
  return html === undefined ? undefined : { path: resolve(cwd, html), shown: html, isForced: force === true };
};

const openLog = (flags: InvestigateFlags, opening: Opening): Promise<OpenLog> => {
  if (flags.from === undefined) return openLiveLog(flags, opening);
  const live = (['settings', 'historyDays'] as const).filter((name) => flags[name] !== undefined);
  if (live.length > 0) {
    throw new UsageError('--settings and --history-days are for reading a vendor: leave them out with --from.');
  }
  return openFiles(flags.from, flags, opening);
};

const openFiles = async (
  files: readonly string[],
  flags: InvestigateFlags,
  { world, screen }: Opening,
): Promise<OpenLog> => {
  const organization = organizationOf(flags.organization);
  const origin = originOfFiles(files, flags, world);
  const { batches, close, summary } = await readFiles(files, {
    ...(organization !== undefined && { organization }),
    stdin: world.stdin,
    onProgress: ({ records }) => screen.status(`Reading: ${counted(records, 'record')}`),
  });
  for (const note of summary.notes) screen.warn(shownText(note, noteColumnsMax));
  if (summary.badCount > 0) screen.warn(badRecordsSentence(summary.badCount, summary.badRecords));
  const kept = summary.badRecords.filter(({ outcome }) => outcome === 'kept').length;
  const coverageOf = (register: Register): LogCoverage =>
    coverageOfFiles(register, { unreadRecords: summary.badCount - kept });
  return { batches, close, coverageOf, origin };
};

const noteColumnsMax = 400;

const judgingText = (events: number, register: Register): string => {
  const share = events / Math.max(1, readings * register.events);
  return `Judging: ${numberText(Math.min(100, Math.floor(100 * share)))} % of ${counted(register.events, 'event')}`;
};

type Showing = {
  readonly flags: InvestigateFlags;
  readonly screen: Screen;
  readonly world: World;
  readonly report: ReportFile | undefined;
  readonly origin: Origin;
  readonly nowMs: number;
};

/** The answer first: it took long to find, and a full disk must not keep it from whoever waits for it. */
const show = async (investigation: Investigation, { flags, screen, world, report, origin, nowMs }: Showing) => {
  const { zone } = world;
  if (flags.json === true) await screen.result(`${investigationJson(investigation, origin)}\n`);
  else {
    const { width, hasColour: colour } = screen;
    await screen.result(`${investigationText(investigation, { width, colour, zone, origin })}\n`);
  }
  if (report === undefined) return;
  await writeReport(report, investigationHtml(investigation, { zone, madeAtMs: nowMs, origin }));
  screen.warn(`The report is in ${report.shown}, readable by you alone.`);
};

const exitCodeOf = (answer: Answer): ExitCode => {
  switch (answer) {
    case 'used-by-others':
    case 'probably':
      return exitCodes.somethingFound;
    case 'no-sign':
      return exitCodes.nothingFound;
    case 'cannot-tell':
      return exitCodes.couldNot;
  }
};
