/**
 * Which stretch of a log has been seen whole, which part of it never was, and how far its events are settled. Events
 * younger than the lateness window are judged at once but learned only when the window has passed, so that an event that
 * arrives late within it finds its place in the order of time.
 */
import type { AuditEvent } from './event.ts';
import { checkedRhythm, type Rhythm, type Silence, silenceAt, silenceSince } from './silence.ts';
import {
  type Caused,
  checkedStretches,
  noStretches,
  type Stretches,
  withoutStretch,
  withStretch,
} from './stretches.ts';
import { msPerDay, msPerHour, msPerMinute, msPerSecond, type Stretch } from './time.ts';
import { checkedWatching, noWatching, type Sweeping, type Watching } from './watching.ts';

/**
 * Neither vendor documents how late an event may become visible; the one overlap found in practice is fifteen minutes
 * (PostHog's Pulumi import). The daily sweep finds what is later.
 */
export const latenessMs = 15 * msPerMinute;
/** How far back the daily sweep reads again. */
export const sweepMs = 72 * msPerHour;
export const sweepEveryMs = msPerDay;

/** What began so shortly before the first start is still going on, or nearly: it is told like anything that comes after. */
const freshMs = msPerDay;

/**
 * Version of the stored text. 2 may hold `settledThroughId`, without which a release that knows 1 would count twice. 3 holds
 * gaps and the watching.
 */
export const coverageVersion = 3;

const gapCauses = ['too-much'] as const;
export type GapCause = (typeof gapCauses)[number];

/** A stretch that was never seen whole: it holds more than one reading may. */
export type Gap = Caused<GapCause>;

export type Coverage = {
  /** Where the first backfill began: nothing before it was ever read. */
  readonly fromMs: number;
  /** Every event before this was counted, once. The cursor: it never goes back. */
  readonly settledThroughMs: number;
  /**
   * Set where a stretch was settled in part, because its events were too many for one commit: of the events at
   * `settledThroughMs` itself, those up to this id were counted too.
   */
  readonly settledThroughId?: string | undefined;
  /** Alerts opened before this come from history that was read at the first start; but for the last day's they are listed, not sent. */
  readonly backfillUntilMs: number;
  readonly sweptAtMs: number;
  /** When the log usually speaks; undefined before its first event. */
  readonly rhythm?: Rhythm | undefined;
  /** Of the newest event counted; 0 before the first. */
  readonly newestEventMs: number;
  readonly events: number;
  /** Events that only a sweep found, after their stretch was settled. */
  readonly lateEvents: number;
  readonly gaps: Stretches<GapCause>;
  /** How well the log was watched. All the rest is of the log, however often it is polled. */
  readonly watching: Watching;
};

export const beginCoverage = (nowMs: number, backfillMs: number): Coverage => {
  const untilMs = wholeSecond(nowMs);
  const fromMs = wholeSecond(nowMs - backfillMs);
  return {
    fromMs,
    settledThroughMs: fromMs,
    backfillUntilMs: untilMs,
    sweptAtMs: untilMs,
    newestEventMs: 0,
    events: 0,
    lateEvents: 0,
    gaps: noStretches,
    watching: noWatching,
  };
};

/** Logs have whole seconds; to settle half of one would split twins. */
const wholeSecond = (atMs: number): number => Math.floor(atMs / msPerSecond) * msPerSecond;

/** Up to where events may be settled now. */
export const horizonOf = (nowMs: number): number => wholeSecond(nowMs - latenessMs);

export const isBackfilling = ({ settledThroughMs, backfillUntilMs }: Coverage): boolean =>
  settledThroughMs + latenessMs < backfillUntilMs;

/** Where a stretch is settled whole, `throughMs` is its end; in part, the last event says how far. */
export type Settled = {
  readonly throughMs: number;
  readonly throughId?: string | undefined;
  readonly events: number;
  readonly newestEventMs: number;
};

export const settle = (
  { settledThroughMs, settledThroughId, ...coverage }: Coverage,
  { throughMs, throughId, events, newestEventMs }: Settled,
): Coverage => {
  const isFurther = throughMs > settledThroughMs || (throughMs === settledThroughMs && throughId !== undefined);
  const id = isFurther ? throughId : settledThroughId;
  return {
    ...coverage,
    settledThroughMs: Math.max(settledThroughMs, throughMs),
    ...(id !== undefined && { settledThroughId: id }),
    newestEventMs: Math.max(coverage.newestEventMs, newestEventMs),
    events: coverage.events + events,
  };
};

/** Whether the event belongs to what was settled; one that arrived after that still does, and is left to the sweep. */
export const isSettled = (
  { settledThroughMs, settledThroughId }: Coverage,
  { atMs, id }: Pick<AuditEvent, 'atMs' | 'id'>,
): boolean =>
  atMs < settledThroughMs || (atMs === settledThroughMs && settledThroughId !== undefined && id <= settledThroughId);

/** From where to read on: the second that was settled in part is read again, as logs are asked for whole ones. */
export const readFromMs = ({ settledThroughMs }: Coverage): number => wholeSecond(settledThroughMs);

/** Alerts opened from here on are sent. */
export const tellFromMs = ({ backfillUntilMs }: Coverage): number => backfillUntilMs - freshMs;

export const isSweepDue = ({ sweptAtMs }: Coverage, nowMs: number): boolean => nowMs - sweptAtMs >= sweepEveryMs;

/** Beside the one before, it makes that one longer: a flood is one gap, however many seconds it lasts. No part counts twice. */
export const withGap = (coverage: Coverage, gap: Gap): Coverage => {
  if (isGap(coverage, gap)) return coverage;
  const gaps = withoutStretch(coverage.gaps, gap);
  const last = gaps.newest.at(-1);
  if (last === undefined || last.cause !== gap.cause || last.toMs !== gap.fromMs)
    return { ...coverage, gaps: withStretch(gaps, gap) };
  return {
    ...coverage,
    gaps: {
      ...gaps,
      totalMs: gaps.totalMs + gap.toMs - gap.fromMs,
      newest: [...gaps.newest.slice(0, -1), { ...last, toMs: gap.toMs }],
    },
  };
};

/** Whether all of the stretch is known to be a gap. */
export const isGap = ({ gaps }: Coverage, { fromMs, toMs }: Stretch): boolean =>
  gaps.newest.some((gap) => gap.fromMs <= fromMs && toMs <= gap.toMs);

/** A sweep has read the stretch whole: what was a gap in it is none any more. */
export const withoutGapsIn = (coverage: Coverage, stretch: Stretch): Coverage => {
  const gaps = withoutStretch(coverage.gaps, stretch);
  return gaps === coverage.gaps ? coverage : { ...coverage, gaps };
};

/** Goes on after a stretch that cannot be read. */
export const skip = (coverage: Coverage, gap: Gap): Coverage =>
  withGap(settle(coverage, { throughMs: gap.toMs, events: 0, newestEventMs: 0 }), gap);

/** After an outage a sweep reaches further back, to what no sweep saw yet; beyond this nobody remembers what was counted. */
const sweepMsMax = 30 * msPerDay;

/**
 * What a sweep reads: settled, not before the backfill, and as far back as three days before the last sweep. From a whole
 * second on, since its parts are seconds where a flood was.
 */
export const sweepOf = (coverage: Coverage): Stretch => ({
  fromMs: Math.max(coverage.fromMs, wholeSecond(unsweptFromMs(coverage, coverage.settledThroughMs) - sweepMs)),
  toMs: coverage.settledThroughMs,
});

/** Where the part before `throughMs` begins that no sweep has seen, as far as that is remembered. */
export const unsweptFromMs = ({ sweptAtMs }: Coverage, throughMs: number): number =>
  Math.max(throughMs - sweepMsMax, Math.min(throughMs, sweptAtMs));

/** How silent the log is where it was read to; undefined of history, and where an older release kept no rhythm. */
export const silenceOf = (coverage: Coverage): Silence | undefined => {
  const { rhythm, newestEventMs, backfillUntilMs, settledThroughMs } = coverage;
  if (isBackfilling(coverage)) return undefined;
  if (newestEventMs === 0) return silenceSince(backfillUntilMs, settledThroughMs);
  return rhythm && silenceAt(rhythm, settledThroughMs);
};

/** The last event, or the first start of a watch that never saw one. */
export const silentSinceMs = ({ newestEventMs, backfillUntilMs }: Coverage): number =>
  newestEventMs === 0 ? backfillUntilMs : newestEventMs;

/** What a run at `nowMs` has to sweep: all of it, or the rest of what an earlier run began. */
export const sweepingOf = ({ watching }: Coverage, { fromMs, nowMs }: SweepBegin): Sweeping => ({
  atMs: watching.sweeping?.atMs ?? nowMs,
  throughMs: Math.max(fromMs, watching.sweeping?.throughMs ?? fromMs),
});

type SweepBegin = { readonly fromMs: number; readonly nowMs: number };

/**
 * A sweep came to its end. `atMs` is when its first run began, over however many runs it went: the next sweep reaches back
 * from there, so that it finds what showed behind this one's back.
 */
export const endSweep = (coverage: Coverage, { atMs, fromMs, toMs }: Stretch & { readonly atMs: number }): Coverage => {
  const { watching, lateEvents } = coverage;
  const { sweeping: _, ...rest } = watching;
  const sweep = { fromMs, toMs, atMs, found: lateEvents - watching.sweptLate };
  return { ...coverage, sweptAtMs: atMs, watching: { ...rest, sweep, sweptLate: lateEvents } };
};

/** A sweep under way got so far. */
export const sweptThrough = (coverage: Coverage, sweeping: Sweeping): Coverage => ({
  ...coverage,
  watching: { ...coverage.watching, sweeping },
});

/** In one order of keys, so that the same coverage is the same text. */
export const encodeCoverage = (coverage: Coverage): string => JSON.stringify(checked(coverage));

/** Throws where the text is no coverage. */
export const decodeCoverage = (text: string): Coverage => checked(JSON.parse(text) as Coverage);

const checked = (stored: Coverage): Coverage => {
  const { settledThroughId, rhythm, gaps, watching, ...rest } = stored;
  const { fromMs, settledThroughMs, backfillUntilMs, sweptAtMs, newestEventMs, events, lateEvents } = rest;
  const numbers = { fromMs, settledThroughMs, backfillUntilMs, sweptAtMs, newestEventMs, events, lateEvents };
  if (!Object.values(numbers).every(Number.isFinite)) throw new TypeError('a coverage holds seven numbers');
  if (settledThroughId !== undefined && typeof settledThroughId !== 'string')
    throw new TypeError('the id that a coverage may hold is a text');
  return {
    ...numbers,
    ...(settledThroughId !== undefined && { settledThroughId }),
    ...(rhythm !== undefined && { rhythm: checkedRhythm(rhythm) }),
    gaps: checkedStretches(gaps, gapCauses),
    watching: checkedWatching(watching),
  };
};

/** Version 2 knew no gaps, and nothing of the watching; the sweeps to come find nothing of what it had found. */
export const withWatching = (text: string): string => {
  const stored = JSON.parse(text) as Coverage;
  return JSON.stringify({
    ...stored,
    gaps: noStretches,
    watching: { ...noWatching, sweptLate: stored.lateEvents },
  });
};
