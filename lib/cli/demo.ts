import { existsSync, rmSync } from 'node:fs';
import type { AuditSource, Clock, Telling } from '../app/ports.ts';
import { type Notice, watch } from '../app/watch.ts';
import { settingsFor } from '../config/settings.ts';
import { type Alert, isAbove } from '../core/alert.ts';
import { rememberNetworks } from '../core/network.ts';
import { principalKey } from '../core/principal.ts';
import { dayOf, msPerDay, msPerMinute, msPerSecond } from '../core/time.ts';
import { type Column, table } from '../report/table.ts';
import { instantText, minuteText } from '../report/times.ts';
import { counted, numberText } from '../report/words.ts';
import { type DemoWorld, demoWorld } from '../simulator/demo-world.ts';
import { createPulumiApi } from '../simulator/pulumi-api.ts';
import type { Label, ScenarioKind } from '../simulator/scenarios.ts';
import { fastForwardClock, openSource, openState } from '../wiring.ts';
import { alertsOn } from './alert-words.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { CannotDoError } from './failure.ts';
import { placeAt } from './place.ts';
import { writeReport } from './report-file.ts';
import type { Screen } from './screen.ts';
import { notifyOn } from './watch-words.ts';
import type { World } from './world.ts';

/**
 * The demo: an invented organization behind a real HTTP API on this machine, watched by the very monitor that watches a
 * real one, on a clock in fast-forward. Seed and dates are fixed, so that everybody sees the same, the README included.
 */

const seed = 7;
const startMs = Date.UTC(2026, 1, 23);
const pollEveryMs = 5 * msPerMinute;

type Demo = {
  readonly world: World;
  readonly screen: Screen;
  readonly stateFile: string;
  /** Where its log is written, too. */
  readonly logFile: string | undefined;
  readonly isJson: boolean;
};

type ToldAt = { readonly alert: Alert; readonly atMs: number };

export const runDemo = async ({ world, screen, stateFile, logFile, isJson }: Demo): Promise<ExitCode> => {
  const demo = demoWorld(seed, startMs);
  if (logFile !== undefined) await writeLog(demo, logFile);
  await makeRoom(stateFile, `pulumi:${demo.organization.name}`);
  introduce(demo, { world, screen, stateFile, logFile });
  const clock = fastForwardClock(demo.timeline.liveFromMs);
  const api = await createPulumiApi({ ...demo, nowMs: clock.nowMs });
  const state = await openState(stateFile);
  const signal = world.interruption();
  const told: ToldAt[] = [];
  const { sendAlert } = alertsOn(screen, { isJson, place: placeAt(stateFile, world) });
  try {
    await watch({
      sources: [sourceAt(api.url, demo, clock)],
      state,
      clock,
      signal,
      networks: rememberNetworks(demo.owners),
      alertBudgetPerWeek: 1,
      backfillMs: demo.timeline.liveFromMs - demo.timeline.historyFromMs,
      pollEveryMs,
      endAtMs: demo.timeline.toMs,
      sendAlert: async (telling: Telling) => {
        await sendAlert(telling);
        told.push({ alert: telling.alert, atMs: clock.nowMs() });
      },
      notify: withDays(notifyOn(screen), screen),
    });
  } finally {
    await state.close();
    await api.close();
  }
  screen.status(undefined);
  conclude(
    { demo, told, requests: api.requests(), nowMs: clock.nowMs(), isStopped: signal.aborted },
    { screen, stateFile, logFile },
  );
  return exitCodes.nothingFound;
};

/** Removes the state of an earlier demo; a state that holds anything else is somebody's own. */
const makeRoom = async (file: string, source: string): Promise<void> => {
  if (!existsSync(file)) return;
  const state = await openState(file);
  const sources = await state.sources();
  await state.close();
  if (sources.some((name) => name !== source)) {
    throw new CannotDoError(
      `${file} holds what was learned about ${sources.join(', ')}, and the demo would remove it. Choose another file after --state.`,
    );
  }
  for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
};

const sourceAt = (baseUrl: string, { organization, token }: DemoWorld, clock: Clock): AuditSource => {
  const name = 'TOKENWATCH_DEMO_TOKEN';
  const { sources } = settingsFor({ organization: organization.name, baseUrl, token: `env:${name}` });
  const [source] = sources;
  if (source === undefined) throw new RangeError('the demo has no source');
  // The log alone: the vendor's lists, asked for every hour of four weeks, would double the wait and change no word.
  const { name: logName, read } = openSource(source, { environment: { [name]: token }, clock });
  return { name: logName, read };
};

const introduce = ({ organization, timeline }: DemoWorld, { world, screen, stateFile }: Omit<Demo, 'isJson'>): void => {
  const historyDays = (timeline.liveFromMs - timeline.historyFromMs) / msPerDay;
  const liveDays = (timeline.toMs - timeline.liveFromMs) / msPerDay;
  screen.say(
    `MADE-UP DATA. ${organization.name} is an invented organization: its people, tokens, addresses and incidents do not exist, and nothing leaves this machine.`,
  );
  screen.say(
    `A simulator answers as Pulumi Cloud does, over HTTP, and time runs in fast-forward: ${historyDays} days of history to learn from, then ${liveDays} days watched with a poll every ${pollEveryMs / msPerMinute} minutes. The monitor is the real one.`,
  );
  screen.say(`State, made up too and made anew at each start: ${stateFile}`);
  if ((world.environment.PULUMI_ACCESS_TOKEN ?? '') !== '') {
    screen.say('PULUMI_ACCESS_TOKEN is set but not used here: add --organization NAME to watch your own.');
  }
  screen.say('');
};

/** As the API shows it: newest first. */
const writeLog = ({ log, timeline }: DemoWorld, logFile: string): Promise<void> => {
  const auditLogEvents = log.filter(({ timestamp }) => timestamp * msPerSecond < timeline.toMs).toReversed();
  return writeReport({ path: logFile, shown: logFile, isForced: false }, `${JSON.stringify({ auditLogEvents })}\n`);
};

const triesOn = ({ organization: { name } }: DemoWorld, logFile: string): readonly string[] => {
  const from = `--from ${logFile} --organization ${name}`;
  return [
    'Its log, to ask more of:',
    `  npx tokenwatch investigate ci-deploy ${from} --html report.html`,
    `  npx tokenwatch inventory --revoke ci-deploy ${from}`,
  ];
};

/** Between the alerts, where the watch has got to: a line as each of its days begins. */
const withDays = (notify: (notice: Notice) => void, screen: Screen): ((notice: Notice) => void) => {
  let day = 0;
  return (notice) => {
    notify(notice);
    if (notice.notice !== 'polled' || dayOf(notice.atMs) === day) return;
    day = dayOf(notice.atMs);
    screen.say(`\n--- Made-up time: ${instantText(notice.atMs)} ---`);
  };
};

/** What happened in truth, in the words of somebody who knows. */
const truths: Readonly<Record<ScenarioKind, (name: string) => string>> = {
  'leaked-token': (name) => `token ${name} stolen, used from a rented server`,
  'odd-hours': (name) => `a stranger in ${name}'s console at three in the morning`,
  'usage-spike': (name) => `token ${name} opened hundreds of environments`,
  'revoked-token': (name) => `token ${name} still used after it was deleted`,
};

type Outcome = {
  readonly demo: DemoWorld;
  readonly told: readonly ToldAt[];
  readonly requests: number;
  readonly nowMs: number;
  readonly isStopped: boolean;
};

/** The truth against what was told, misses and false alarms included. */
const conclude = (
  { demo, told, requests, nowMs, isStopped }: Outcome,
  { screen, stateFile, logFile }: Pick<Demo, 'screen' | 'stateFile' | 'logFile'>,
): void => {
  const happened = demo.labels.filter(({ fromMs }) => fromMs < nowMs);
  const rows = happened.map((label) => [
    `  ${toldText(label, told)}`,
    minuteText(label.fromMs),
    truths[label.kind](label.principal.name),
  ]);
  const caught = happened.filter((label) => told.some((each) => isAbout(each, label)));
  const others = told.filter((each) => !happened.some((label) => isAbout(each, label)));
  const days = (Math.min(nowMs, demo.timeline.toMs) - demo.timeline.liveFromMs) / msPerDay;
  screen.say(
    `\n${isStopped ? 'Stopped before the end' : 'That was the demo'}: ${numberText(days)} made-up days, ${counted(requests, 'request')}. What went wrong in truth, and what was told:`,
  );
  screen.show(table(truthColumns, rows, { width: screen.width }));
  screen.say(
    `${caught.length} of ${happened.length} told. Besides, ${others.length === 0 ? 'no other alert came' : `${counted(others.length, 'other alert')} came, on ordinary life`}.`,
  );
  screen.show([
    '',
    `What was learned is in ${stateFile}. To look at it:`,
    `  npx tokenwatch baseline show ci-deploy --state ${stateFile}`,
    ...(logFile === undefined ? [] : triesOn(demo, logFile)),
    'To watch your own organization:',
    '  PULUMI_ACCESS_TOKEN=... npx tokenwatch watch --organization YOUR-ORG',
  ]);
};

const truthColumns: readonly Column[] = [
  { title: '  Told', keep: true },
  { title: 'When (UTC)', keep: true },
  { title: 'In truth' },
];

const isAbout = ({ alert }: ToldAt, label: Label): boolean =>
  principalKey('', alert.principal) === principalKey('', label.principal) &&
  alert.firstEventAtMs < label.toMs &&
  alert.lastEventAtMs >= label.fromMs;

const toldText = (label: Label, told: readonly ToldAt[]): string => {
  const about = told.filter((each) => isAbout(each, label));
  const first = about[0];
  if (first === undefined) return 'not told';
  const highest = about.reduce((a, b) => (isAbove(b.alert.severity, a.alert.severity) ? b : a));
  const after = ({ alert, atMs }: ToldAt): string =>
    `${alert.severity} after ${Math.floor((atMs - label.fromMs) / msPerMinute)} min`;
  return isAbove(highest.alert.severity, first.alert.severity) ? `${after(first)}, ${after(highest)}` : after(first);
};
