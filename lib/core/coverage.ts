/**
 * Which stretch of a log has been seen whole, and how far its events are settled. Events younger than the lateness window
 * are judged at once but learned only when the window has passed, so that an event that arrives late within it finds its
 * place in the order of time.
 */
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

export const coverageVersion = 1;

export type Coverage = {
  /** Where the first backfill began: nothing before it was ever read. */
  readonly fromMs: number;
  /** Every event before this was counted, once. The cursor: it never goes back. */
  readonly settledThroughMs: number;
  /** Alerts opened before this come from history that was read at the first start; but for the last day's they are listed, not sent. */
  readonly backfillUntilMs: number;
  readonly sweptAtMs: number;
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

export const settle = (
  coverage: Coverage,
  { throughMs, events, newestEventMs }: { throughMs: number; events: number; newestEventMs: number },
): Coverage => ({
  ...coverage,
  settledThroughMs: Math.max(coverage.settledThroughMs, throughMs),
  newestEventMs: Math.max(coverage.newestEventMs, newestEventMs),
  events: coverage.events + events,
});

/** Alerts opened from here on are sent. */
export const tellFromMs = ({ backfillUntilMs }: Coverage): number => backfillUntilMs - freshMs;

export const isSweepDue = ({ sweptAtMs }: Coverage, nowMs: number): boolean => nowMs - sweptAtMs >= sweepEveryMs;

/** What a sweep reads: settled, and neither before the backfill nor before the last three days. */
export const sweepOf = ({ fromMs, settledThroughMs }: Coverage): Stretch => ({
  fromMs: Math.max(fromMs, settledThroughMs - sweepMs),
  toMs: settledThroughMs,
});

/** Throws where the text is no coverage. */
export const decodeCoverage = (text: string): Coverage => {
  const { fromMs, settledThroughMs, backfillUntilMs, sweptAtMs, newestEventMs, events, lateEvents } = JSON.parse(
    text,
  ) as Coverage;
  const coverage = { fromMs, settledThroughMs, backfillUntilMs, sweptAtMs, newestEventMs, events, lateEvents };
  if (!Object.values(coverage).every(Number.isFinite)) throw new TypeError('a coverage holds seven numbers');
  return coverage;
};
