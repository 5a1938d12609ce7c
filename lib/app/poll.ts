/**
 * One poll of one source, for a host that starts it on a schedule and ends it after a while: tell, monitor, tell, survey,
 * tell, measure. What fails is thrown only after the rest was done: an earlier run's alerts are told even while the source
 * cannot be read, and the figures that alarms listen to are written even then.
 */
import { type Coverage, isBackfilling, latenessMs, silenceOf } from '../core/coverage.ts';
import { keptBy, type Spent } from '../core/promise.ts';
import { silentRatio } from '../core/silence.ts';
import { readCoverage } from '../core/stored.ts';
import { msPerDay, msPerMinute } from '../core/time.ts';
import type { Pause } from '../core/watching.ts';
import { type MonitorParts, type MonitorRun, monitor } from './monitor.ts';
import {
  type AuditSource,
  type Receiver,
  SourceError,
  type SourceFailure,
  StateConflict,
  type StateStore,
  type SurveyedSource,
} from './ports.ts';
import { surveyAfter } from './survey.ts';
import { type Delivery, tellAll } from './tell.ts';

export type PollParts = Omit<MonitorParts, 'source' | 'isOwn' | 'onProgress' | 'signal' | 'stopAtMs'> &
  Receiver & {
    readonly source: SurveyedSource;
    readonly writeMeasures: WriteMeasures;
  };

export type Deadline = {
  /** Nothing further is begun after this. */
  readonly stopAtMs: number;
  /** Ends what is under way: the rest of the time is for telling and measuring. */
  readonly signal?: AbortSignal;
  /** Ends the telling: the last seconds are for measuring. */
  readonly tellingSignal?: AbortSignal;
  /** Begins the short time of a telling that is not the last: a topic that hangs must not keep the log from being read. */
  readonly briefly?: () => AbortSignal;
};

/** For telling and measuring, after the source is left alone. */
const reserveMsMax = msPerMinute;

/** A telling at its full pace takes ten seconds; a tenth of five minutes holds that, and twice of it leaves time to read. */
const briefPart = 10;

/** How long a run may begin things, and when what is under way is ended, where its host gives it so long. */
export const deadlineWithin = (
  remainingMs: number,
): {
  readonly stopAfterMs: number;
  readonly endAfterMs: number;
  readonly endTellingAfterMs: number;
  readonly tellBrieflyMs: number;
} => {
  const reserveMs = Math.min(reserveMsMax, remainingMs / 2);
  return {
    stopAfterMs: remainingMs - reserveMs,
    endAfterMs: Math.floor(remainingMs - reserveMs / 2),
    endTellingAfterMs: Math.floor(remainingMs - reserveMs / 6),
    tellBrieflyMs: Math.floor(remainingMs / briefPart),
  };
};

/** The figures of one poll. Undefined where it failed before they were known. Nothing in them was written by an attacker. */
export type PollMeasures = {
  readonly source: string;
  readonly failure: SourceFailure | 'conflict' | 'other' | undefined;
  /** How silent the log is: 1 is as long as can be usual; undefined while its history is read. */
  readonly silentRatio: number | undefined;
  /** How long ago the source was last seen through. */
  readonly lagMs: number | undefined;
  /** Of the newest event counted. */
  readonly newestEventMs: number | undefined;
  readonly isBehind: boolean;
  readonly isBackfilling: boolean;
  /** Settled in this poll. */
  readonly events: number;
  readonly lateEvents: number;
  /** That came later than they should, before their time was settled. */
  readonly lateArrivals: number;
  /** Of what was read, known or not: that reached the log late by the log's own word; undefined where it has none. */
  readonly deliveredLate: number | undefined;
  readonly duplicates: number;
  /** Seconds of the log that this poll had to leave out, as stretches. */
  readonly gaps: number;
  /** Nobody had looked for so long, until this poll did. */
  readonly pause: Pause | undefined;
  /** By the sweep that this poll brought to its end. */
  readonly sweepFound: number | undefined;
  /** That were not kept before. */
  readonly badRecords: number;
  readonly requests: number;
  /** Pieces of news delivered, and those that were not and wait for the next poll. */
  readonly told: number;
  readonly undelivered: number;
  /** Over the last weeks: alerts that rest on chance, and how many of them the budget allows in that time. */
  readonly budget: { readonly weeks: number; readonly alerts: number; readonly allowed: number } | undefined;
  readonly durationMs: number;
};

export type WriteMeasures = (measures: PollMeasures) => void;

/** Throws what failed, at the end. Running out of time is no failure: the next poll goes on. */
export const pollOnce = async (parts: PollParts, deadline: Deadline): Promise<PollMeasures> => {
  const startMs = parts.clock.nowMs();
  const { source, state, tally } = tallied(parts);
  const tell = (brief: { readonly untilMs?: number; readonly signals?: readonly AbortSignal[] } = {}) => {
    const { tellingSignal } = deadline;
    const { signals = [], ...until } = brief;
    const signal = AbortSignal.any([...(tellingSignal === undefined ? [] : [tellingSignal]), ...signals]);
    return attempt(() => tellAll(source.name, { ...parts, ...until, paced: parts.clock, signal }));
  };
  const tellBriefly = () => {
    const nowMs = parts.clock.nowMs();
    const untilMs = nowMs + (deadline.stopAtMs - nowMs) / briefPart;
    return tell({ untilMs, signals: deadline.briefly === undefined ? [] : [deadline.briefly()] });
  };
  // What waits comes first: a host that ends each run at the same event must not keep it from being told.
  const deliveries = [await tellBriefly()];
  const monitored = await attempt(() => monitor({ ...parts, ...deadline, source, state }));
  const isOutOfTime = 'error' in monitored && isEndedBy(deadline.signal, monitored.error);
  deliveries.push(await tellBriefly());
  const surveyed = await attempt(async () => {
    // A host that starts us anew gives us another address each time.
    if ('value' in monitored) await surveyAfter({ ...parts, ...deadline, hasFixedAddress: false }, monitored.value);
  });
  deliveries.push(await tell());
  const accounted = await attempt(() => account(parts, monitored));

  const delivered = together(deliveries);
  const errors = [
    ...(isOutOfTime ? [] : errorsOf(monitored)),
    ...errorsOf(surveyed),
    ...deliveries.flatMap(errorsOf),
    ...undeliveredOf(delivered, source.name),
    ...errorsOf(accounted),
  ];
  const measures: PollMeasures = {
    source: source.name,
    failure: 'error' in monitored && !isOutOfTime ? failureOf(monitored.error) : undefined,
    ...(('value' in accounted && accounted.value) || unaccounted),
    ...tally,
    ...figuresOf(monitored),
    told: delivered.told,
    undelivered: delivered.waiting,
    durationMs: parts.clock.nowMs() - startMs,
  };
  parts.writeMeasures(measures);
  throwAll(errors);
  return measures;
};

/** What keeps one part from working, the state above all, often keeps others: said once. */
const throwAll = (errors: readonly unknown[]): void => {
  const byText = new Map(errors.map((error) => [String(error), error]));
  if (byText.size > 1) throw new AggregateError(errors, [...byText.keys()].join('\n'));
  for (const error of byText.values()) throw error;
};

type Outcome<Value> = { readonly value: Value } | { readonly error: unknown };

const attempt = async <Value>(work: () => Promise<Value>): Promise<Outcome<Value>> => {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
};

const errorsOf = (outcome: Outcome<unknown>): readonly unknown[] => ('error' in outcome ? [outcome.error] : []);

/** The signal's own reason, or what a client makes of being interrupted; no trouble of the state or of ours. */
const isEndedBy = (signal: AbortSignal | undefined, error: unknown): boolean =>
  signal?.aborted === true &&
  (error === signal.reason || error instanceof SourceError || (error instanceof Error && error.name === 'AbortError'));

/** Several turns at the same outbox: what one could not tell, a later one may have told. */
const together = (deliveries: readonly Outcome<Delivery>[]): Delivery => {
  const done = deliveries.flatMap((delivery) => ('value' in delivery ? [delivery.value] : []));
  const last = done.at(-1);
  return {
    told: done.reduce((sum, { told }) => sum + told, 0),
    waiting: last?.waiting ?? 0,
    failures: last?.failures ?? [],
  };
};

const undeliveredOf = ({ told, waiting, failures }: Delivery, source: string): readonly Error[] => {
  const [cause] = failures;
  // Without a failure, what waits has its turn at the next poll.
  if (cause === undefined || waiting === 0) return [];
  const reason = cause instanceof Error ? cause.message : String(cause);
  const count = `${waiting} of ${told + waiting}`;
  const text = `${count} alerts of ${source} could not be delivered and wait for the next poll: ${reason}`;
  return [new Error(text, { cause })];
};

const failureOf = (error: unknown): PollMeasures['failure'] => {
  if (error instanceof SourceError) return error.failure;
  return error instanceof StateConflict ? 'conflict' : 'other';
};

/** Source and state, and what was asked and kept, also by a run that failed and so says nothing of it. */
const tallied = ({ source, state }: PollParts) => {
  const tally: { badRecords: number; requests: number; deliveredLate: number | undefined } = {
    badRecords: 0,
    requests: 0,
    deliveredLate: undefined,
  };
  const read: AuditSource['read'] = async (stretch, signal) => {
    const reading = await source.read(stretch, signal);
    tally.requests += reading.requests;
    if (reading.deliveredLate !== undefined) tally.deliveredLate = (tally.deliveredLate ?? 0) + reading.deliveredLate;
    return reading;
  };
  const commit: StateStore['commit'] = async (name, change) => {
    await state.commit(name, change);
    tally.badRecords += change.badRecords?.length ?? 0;
  };
  return { source: { name: source.name, read } satisfies AuditSource, state: { ...state, commit }, tally };
};

type Figures = 'events' | 'lateEvents' | 'lateArrivals' | 'duplicates' | 'gaps' | 'pause' | 'sweepFound' | 'isBehind';

const noFigures: Pick<PollMeasures, Figures> = {
  events: 0,
  lateEvents: 0,
  lateArrivals: 0,
  duplicates: 0,
  gaps: 0,
  pause: undefined,
  sweepFound: undefined,
  isBehind: true,
};

const figuresOf = (monitored: Outcome<MonitorRun>): Pick<PollMeasures, Figures> => {
  if ('error' in monitored) return noFigures;
  const { events, lateEvents, lateArrivals, duplicates, gaps, pause, sweep, isBehind } = monitored.value;
  return { events, lateEvents, lateArrivals, duplicates, gaps: gaps.length, pause, sweepFound: sweep?.found, isBehind };
};

type Accounted = Pick<PollMeasures, 'silentRatio' | 'lagMs' | 'newestEventMs' | 'isBackfilling' | 'budget'>;

const unaccounted: Accounted = {
  silentRatio: undefined,
  lagMs: undefined,
  newestEventMs: undefined,
  isBackfilling: false,
  budget: undefined,
};

/** Long enough for a budget of one a week to mean something, short enough to be cheap to read at every poll. */
const budgetWeeks = 4;

const account = async (parts: PollParts, monitored: Outcome<MonitorRun>): Promise<Accounted> => {
  const coverage = 'value' in monitored ? monitored.value.coverage : await storedCoverage(parts);
  if (coverage === undefined) return unaccounted;
  const silence = silenceOf(coverage);
  const nowMs = parts.clock.nowMs();
  return {
    silentRatio: silence && silentRatio(silence),
    lagMs: nowMs - seenThroughMs(coverage),
    newestEventMs: coverage.newestEventMs === 0 ? undefined : coverage.newestEventMs,
    isBackfilling: isBackfilling(coverage),
    budget: await budgetOf(parts, coverage),
  };
};

const storedCoverage = async ({ state, source }: PollParts): Promise<Coverage | undefined> => {
  const { cursor } = await state.load(source.name);
  return cursor === undefined ? undefined : readCoverage(cursor);
};

/** History is not what a watch lags behind: until it is read, the lag counts from the first start. */
const seenThroughMs = ({ settledThroughMs, backfillUntilMs }: Coverage): number =>
  Math.max(backfillUntilMs, settledThroughMs + latenessMs);

const budgetOf = async (
  { state, source, alertBudgetPerWeek }: PollParts,
  coverage: Coverage,
): Promise<PollMeasures['budget']> => {
  const sinceMs = Math.max(coverage.backfillUntilMs, coverage.settledThroughMs - budgetWeeks * 7 * msPerDay);
  const alerts = await state.alerts(source.name, { openedAtMs: sinceMs });
  const { live }: { readonly live: Spent } = keptBy(
    alerts,
    { ...coverage, backfillUntilMs: sinceMs },
    alertBudgetPerWeek,
  );
  return { weeks: live.weeks, alerts: live.alerts, allowed: alertBudgetPerWeek * live.weeks };
};
