/**
 * Which stretch of a log has been seen whole, and how far its events are settled. Events younger than the lateness window
 * are judged at once but learned only when the window has passed, so that an event that arrives late within it finds its
 * place in the order of time.
 */
import type { AuditEvent } from './event.ts';
import { checkedRhythm, type Rhythm, type Silence, silenceAt } from './silence.ts';
import { msPerDay, msPerHour, msPerMinute, type Stretch } from './time.ts';

/**
 * Neither vendor documents how late an event may become visible; the one overlap found in practice is fifteen minutes
 * (PostHog's Pulumi import). The daily sweep finds what is later.
 */
export const latenessMs = 15 * msPerMinute;
/** How far back the daily sweep reads again. */
export const sweepMs = 72 * msPerHour;
export const sweepEveryMs = msPerDay;

/** What began so shortly before the first start is still going on, or nearly: it is told like anything that comes after. */
export const freshMs = msPerDay;

/** Version of the stored text. 2 may hold `settledThroughId`, without which a release that knows 1 would count twice. */
export const coverageVersion = 2;

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
  };
};

/** Logs have whole seconds; to settle half of one would split twins. */
const wholeSecond = (atMs: number): number => Math.floor(atMs / 1000) * 1000;

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

/** What a sweep reads: settled, and neither before the backfill nor before the last three days. */
export const sweepOf = ({ fromMs, settledThroughMs }: Coverage): Stretch => ({
  fromMs: Math.max(fromMs, settledThroughMs - sweepMs),
  toMs: settledThroughMs,
});

/** How silent the log is where it was read to; undefined while its rhythm is not known, and of history. */
export const silenceOf = (coverage: Coverage): Silence | undefined =>
  isBackfilling(coverage) ? undefined : silenceAt(coverage.rhythm, coverage.settledThroughMs);

/** Throws where the text is no coverage. */
export const decodeCoverage = (text: string): Coverage => {
  const { settledThroughId, rhythm, ...rest } = JSON.parse(text) as Coverage;
  const { fromMs, settledThroughMs, backfillUntilMs, sweptAtMs, newestEventMs, events, lateEvents } = rest;
  const coverage = { fromMs, settledThroughMs, backfillUntilMs, sweptAtMs, newestEventMs, events, lateEvents };
  if (!Object.values(coverage).every(Number.isFinite)) throw new TypeError('a coverage holds seven numbers');
  if (settledThroughId !== undefined && typeof settledThroughId !== 'string')
    throw new TypeError('the id that a coverage may hold is a text');
  return {
    ...coverage,
    ...(settledThroughId !== undefined && { settledThroughId }),
    ...(rhythm !== undefined && { rhythm: checkedRhythm(rhythm) }),
  };
};
