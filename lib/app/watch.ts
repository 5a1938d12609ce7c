/**
 * The watch: polls every source on one schedule, tells what was found, and goes on whatever a source answers. Sources
 * take turns, so that all of them together stay as polite as one. Polls are due at fixed times counted from the start:
 * a slow one delays itself and not those after it.
 *
 * What a person must set right (a token, a permission, a name) ends the watch at the first contact, while that person is
 * still looking; later in life it is said once and tried again, since a watch that ends is a watch that sees nothing.
 */
import type { Alert } from '../core/alert.ts';
import { type Coverage, type Gap, isBackfilling, latenessMs, silenceOf, silentSinceMs } from '../core/coverage.ts';
import type { HealthFinding } from '../core/inventory/health.ts';
import { isTooSilent, type Silence } from '../core/silence.ts';
import { readCoverage } from '../core/stored.ts';
import { msPerSecond, type Stretch } from '../core/time.ts';
import { pauseAt } from '../core/watching.ts';
import { type Account, accountFor } from './account.ts';
import { type MonitorParts, type MonitorRun, monitor } from './monitor.ts';
import { type Receiver, SourceError, type SourceFailure, StateConflict, type SurveyedSource } from './ports.ts';
import { surveyAfter } from './survey.ts';
import { tellAll } from './tell.ts';

/** What there is to be said while watching. Alerts are not among it: those go through `sendAlert`. */
export type Notice = { readonly source: string } & (
  | ({ readonly notice: 'backfilling' } & Stretch)
  /** Everything before `seenThroughMs` was looked at by an earlier run. */
  | { readonly notice: 'resuming'; readonly seenThroughMs: number; readonly nowMs: number }
  /** Nobody watched in that time, and what happened in it is read now. */
  | ({ readonly notice: 'missed' } & Stretch)
  /** Parts of the log that had to be left out. */
  | { readonly notice: 'gaps'; readonly gaps: readonly Gap[] }
  | { readonly notice: 'progress'; readonly coverage: Coverage; readonly horizonMs: number }
  /** History was read whole; `alerts` is what it would have alerted, `account` what can be expected from now on. */
  | {
      readonly notice: 'backfilled';
      readonly coverage: Coverage;
      readonly alerts: readonly Alert[];
      readonly account: Account;
    }
  | { readonly notice: 'polled'; readonly run: MonitorRun; readonly atMs: number; readonly nextAtMs: number }
  /** Said when it begins and when it changes, not at every poll. */
  | { readonly notice: 'trouble'; readonly error: Trouble; readonly retryAtMs: number }
  | { readonly notice: 'recovered'; readonly sinceMs: number; readonly atMs: number }
  | { readonly notice: 'undelivered'; readonly waiting: number; readonly failures: readonly unknown[] }
  /** Said when it begins, and at the start of a watch that finds it so. */
  /** `sinceMs`: the last event, or the first start of a watch that never saw one. */
  | { readonly notice: 'silent'; readonly sinceMs: number; readonly atMs: number; readonly silence: Silence }
  | { readonly notice: 'heard-again'; readonly atMs: number }
  /** What stood badly before this watch began; what begins later is told as an alert. */
  | { readonly notice: 'unwell'; readonly health: readonly HealthFinding[] }
);

export type Trouble = SourceError | StateConflict;

export type WatchParts = Pick<
  MonitorParts,
  'state' | 'archive' | 'clock' | 'networks' | 'alertBudgetPerWeek' | 'isAllowed' | 'backfillMs' | 'signal'
> &
  Receiver & {
    readonly sources: readonly SurveyedSource[];
    readonly pollEveryMs: number;
    readonly notify: (notice: Notice) => void;
    /** Polls due later than this are not waited for; the first of each source is, though the clock went on meanwhile. Absent: until the signal. */
    readonly endAtMs?: number;
  };

export type Watched = {
  readonly told: number;
  /** By source, how far each was seen in this watch; absent where no poll ended well. */
  readonly coverages: ReadonlyMap<string, Coverage>;
  /** What was still wrong at the end, by source. */
  readonly troubles: ReadonlyMap<string, Trouble>;
};

/** Throws a `SourceError` that a person must set right at the first contact, and whatever the state throws. */
export const watch = async (parts: WatchParts): Promise<Watched> => {
  const { clock, signal } = parts;
  const startMs = clock.nowMs();
  const endAtMs = Math.max(startMs, parts.endAtMs ?? Number.POSITIVE_INFINITY);
  const turns: readonly Turn[] = parts.sources.map((source) => newTurn(source, startMs));
  const schedule = { startMs, everyMs: parts.pollEveryMs };
  for (const turn of turns) await introduce(turn, parts);
  while (signal?.aborted !== true) {
    const next = turns.reduce((a, b) => (b.dueMs < a.dueMs ? b : a));
    if (next.dueMs > endAtMs && !next.isBehind) break;
    const waitMs = next.dueMs - clock.nowMs();
    if (waitMs > 0) await clock.sleep(waitMs, signal);
    else await take(next, parts, schedule, turns.length > 1);
  }
  return {
    told: turns.reduce((sum, { told }) => sum + told, 0),
    coverages: new Map(turns.flatMap(({ source, coverage }) => (coverage ? [[source.name, coverage] as const] : []))),
    troubles: new Map(turns.flatMap(({ source, trouble }) => (trouble ? [[source.name, trouble.error] as const] : []))),
  };
};

/** One source on its way through the watch. */
type Turn = {
  readonly source: SurveyedSource;
  dueMs: number;
  /** The last poll stopped before it caught up. */
  isBehind: boolean;
  /** Whether a poll ended well since the start. */
  isMet: boolean;
  isBackfilling: boolean;
  isSilent: boolean;
  trouble: { readonly error: Trouble; readonly sinceMs: number } | undefined;
  coverage: Coverage | undefined;
  told: number;
};

const newTurn = (source: SurveyedSource, dueMs: number): Turn => ({
  source,
  dueMs,
  isBehind: false,
  isMet: false,
  isBackfilling: true,
  isSilent: false,
  trouble: undefined,
  coverage: undefined,
  told: 0,
});

type Schedule = { readonly startMs: number; readonly everyMs: number };

/** The first time of the schedule after now; times that were missed are not made up for. */
const nextTimeMs = ({ startMs, everyMs }: Schedule, nowMs: number): number =>
  startMs + (Math.floor(Math.max(0, nowMs - startMs) / everyMs) + 1) * everyMs;

const introduce = async (turn: Turn, { state, clock, backfillMs, pollEveryMs, notify }: WatchParts): Promise<void> => {
  const source = turn.source.name;
  const nowMs = clock.nowMs();
  const { cursor } = await state.load(source);
  if (cursor === undefined) {
    notify({ notice: 'backfilling', source, fromMs: nowMs - backfillMs, toMs: nowMs });
    return;
  }
  const coverage = readCoverage(cursor);
  // A first start that failed left where it wanted to begin, and nothing read.
  if (coverage.settledThroughMs <= coverage.fromMs) {
    notify({ notice: 'backfilling', source, fromMs: coverage.fromMs, toMs: nowMs });
    return;
  }
  turn.isBackfilling = isBackfilling(coverage);
  notify({ notice: 'resuming', source, seenThroughMs: coverage.settledThroughMs + latenessMs, nowMs });
  const missed = pauseAt(coverage.watching, { nowMs, everyMs: pollEveryMs });
  if (missed !== undefined) notify({ notice: 'missed', source, fromMs: missed.fromMs, toMs: missed.toMs });
};

/** One poll and the telling after it. What an earlier run left untold is told even when the poll fails. */
const take = async (turn: Turn, parts: WatchParts, schedule: Schedule, isShared: boolean): Promise<void> => {
  const { clock, signal } = parts;
  // A long catching-up lets the others have their turn; strictly later than now, so that each turn gets on.
  const stopAtMs = isShared ? { stopAtMs: nextTimeMs(schedule, clock.nowMs()) } : {};
  try {
    const isFirst = !turn.isMet;
    const run = await monitor({ ...monitorPartsOf(turn, parts), ...stopAtMs });
    // Whoever watches from a desk sits where the account lets people in.
    await surveyAfter({ ...parts, ...stopAtMs, source: turn.source, hasFixedAddress: true }, run);
    const { health } = run.survey;
    if (isFirst && health.length > 0) parts.notify({ notice: 'unwell', source: turn.source.name, health });
    await succeed(turn, parts, { run, nextMs: nextTimeMs(schedule, clock.nowMs()) });
  } catch (error) {
    if (signal?.aborted) return;
    if (!isTrouble(error) || (!turn.isMet && isForAPerson(error))) throw error;
    stumble(turn, parts, { error, nextMs: nextTimeMs(schedule, clock.nowMs()) });
  }
  await deliver(turn, parts);
};

const monitorPartsOf = ({ source, isBackfilling: isFirst }: Turn, parts: WatchParts): MonitorParts => {
  const { sources: _, sendAlert: _send, sendMany: _many, notify, endAtMs: _end, ...rest } = parts;
  return {
    ...rest,
    source,
    ...(isFirst && {
      onProgress: (coverage, horizonMs) => notify({ notice: 'progress', source: source.name, coverage, horizonMs }),
    }),
  };
};

const succeed = async (
  turn: Turn,
  parts: WatchParts,
  { run, nextMs }: { readonly run: MonitorRun; readonly nextMs: number },
): Promise<void> => {
  const { state, clock, notify } = parts;
  const source = turn.source.name;
  const atMs = clock.nowMs();
  const { coverage } = run;
  turn.dueMs = run.isBehind ? atMs : nextMs;
  turn.isBehind = run.isBehind;
  turn.isMet = true;
  turn.coverage = coverage;
  if (turn.trouble !== undefined) notify({ notice: 'recovered', source, sinceMs: turn.trouble.sinceMs, atMs });
  turn.trouble = undefined;
  if (turn.isBackfilling && !isBackfilling(coverage)) {
    turn.isBackfilling = false;
    const alerts = await state.alerts(source);
    notify({
      notice: 'backfilled',
      source,
      coverage,
      alerts: alerts.filter(({ openedAtMs }) => openedAtMs < coverage.backfillUntilMs),
      account: await accountFor({ ...parts, source, coverage }),
    });
  }
  if (run.gaps.length > 0) notify({ notice: 'gaps', source, gaps: run.gaps });
  tellOfSilence(turn, parts, coverage);
  notify({ notice: 'polled', source, run, atMs, nextAtMs: turn.dueMs });
};

/** A fact that needs no statistics of alerts: whoever wants to act unseen switches the log off first. */
const tellOfSilence = (turn: Turn, { clock, notify }: WatchParts, coverage: Coverage): void => {
  const source = turn.source.name;
  const atMs = clock.nowMs();
  const silence = silenceOf(coverage);
  const isSilent = isTooSilent(silence);
  if (isSilent && !turn.isSilent) notify({ notice: 'silent', source, sinceMs: silentSinceMs(coverage), atMs, silence });
  if (!isSilent && turn.isSilent) notify({ notice: 'heard-again', source, atMs });
  turn.isSilent = isSilent;
};

const isTrouble = (error: unknown): error is Trouble => error instanceof SourceError || error instanceof StateConflict;

const failuresForAPerson: ReadonlySet<SourceFailure> = new Set([
  'credentials',
  'permission',
  'plan',
  'not-found',
  'misunderstood',
]);

/** Trying again cannot help until somebody has changed something. */
export const isForAPerson = (error: Trouble): boolean =>
  error instanceof SourceError && failuresForAPerson.has(error.failure);

/** A server that says to come back at once has been asked several times already, a second or more apart. */
const retryMsMin = 10 * msPerSecond;

const stumble = (
  turn: Turn,
  { clock, notify }: WatchParts,
  { error, nextMs }: { readonly error: Trouble; readonly nextMs: number },
): void => {
  const nowMs = clock.nowMs();
  turn.dueMs = Math.max(nowMs + retryMsMin, (error instanceof SourceError ? error.retryAtMs : undefined) ?? nextMs);
  turn.isBehind = false;
  const before = turn.trouble;
  turn.trouble = { error, sinceMs: before?.sinceMs ?? nowMs };
  if (before !== undefined && failureOf(before.error) === failureOf(error)) return;
  notify({ notice: 'trouble', source: turn.source.name, error, retryAtMs: turn.dueMs });
};

const failureOf = (error: Trouble): SourceFailure | 'conflict' =>
  error instanceof SourceError ? error.failure : 'conflict';

const deliver = async (turn: Turn, { state, sendAlert, sendMany, notify }: WatchParts): Promise<void> => {
  const source = turn.source.name;
  const { told, waiting, failures } = await tellAll(source, { state, sendAlert, sendMany });
  turn.told += told;
  if (failures.length > 0 && waiting > 0) notify({ notice: 'undelivered', source, waiting, failures });
};
