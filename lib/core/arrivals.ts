/**
 * How late events become visible, so that an operator sees whether the window in which they are waited for suits the
 * vendor. A poll remembers which young events it saw; one that the next poll finds among them was late: later than the
 * first poll, and not later than the second. What only a sweep finds was later still. A single lateness is never known,
 * only its bounds, and both are counted.
 *
 * Misses: what is late by less than the time between two polls, and happened after the first. Sets it off falsely: a
 * vendor's clock that is behind ours makes all of its events as late as that. Figures about the watching: they depend on
 * when polls came, and nothing is judged by them.
 */
import type { AuditEvent } from './event.ts';
import { hash32, packIntegers, unpackIntegers } from './packed.ts';
import { msPerHour, msPerMinute, msPerSecond, type Stretch } from './time.ts';

/** Upper bounds of the buckets; one more bucket holds what is later than all of them. */
export const lateBucketsMs: readonly number[] = [
  msPerMinute,
  5 * msPerMinute,
  15 * msPerMinute,
  msPerHour,
  6 * msPerHour,
  24 * msPerHour,
  72 * msPerHour,
];
const bucketCount = lateBucketsMs.length + 1;

export type Arrivals = {
  /** Events that were counted since the first look, in time or late. */
  readonly events: number;
  /** Of the late ones, how many were at least so late, and how many at most: a number for each bucket. */
  readonly atLeast: readonly number[];
  readonly atMost: readonly number[];
};

export const noArrivals: Arrivals = {
  events: 0,
  atLeast: Array.from({ length: bucketCount }, () => 0),
  atMost: Array.from({ length: bucketCount }, () => 0),
};

/** What a look saw of the events that were too young to be settled. */
export type Young = {
  /** The look saw what happened before this; 0 before the first. */
  readonly throughMs: number;
  /** Hashes of their ids, smallest first, packed; of more than `youngMax`, the smallest, which are a fair sample. */
  readonly ids: string;
};

/** A quarter of an hour of a busy organization, in little more than a kilobyte. */
export const youngMax = 256;

export const noYoung: Young = { throughMs: 0, ids: '' };

type Known = Pick<AuditEvent, 'id' | 'atMs'>;

/** Logs have whole seconds: of the one in which the look began, more may come. */
export const youngOf = (events: readonly Known[], throughMs: number): Young => {
  const hashes = [...new Set(events.map(hashOf))].sort((a, b) => a - b).slice(0, youngMax);
  return {
    throughMs: Math.floor(throughMs / msPerSecond) * msPerSecond,
    ids: packIntegers(Uint32Array.from(hashes)),
  };
};

/** A collision hides one late event from a statistic. */
const seed = 5;
const hashOf = ({ id }: Known): number => hash32(id, seed);

export type LateBy = { readonly atLeastMs: number; readonly atMostMs: number };

/** Of these, the events that the look should have seen and did not. */
export const lateSince = (young: Young, events: readonly Known[], nowMs: number): readonly LateBy[] => {
  const candidates = events.filter(({ atMs }) => atMs < young.throughMs);
  if (candidates.length === 0) return [];
  const hashes = unpackIntegers(young.ids);
  const known = new Set(hashes);
  // Of a sample, nothing is known above its largest.
  const hashMax = hashes.length < youngMax ? Number.POSITIVE_INFINITY : (hashes.at(-1) ?? 0);
  return candidates
    .filter((event) => hashOf(event) <= hashMax && !known.has(hashOf(event)))
    .map(({ atMs }) => ({ atLeastMs: young.throughMs - atMs, atMostMs: Math.max(nowMs, young.throughMs) - atMs }));
};

/** What only a sweep found: it was not there when its time was settled, nor at the sweep before, where that read it. */
export const lateBySweep = (
  { atMs }: Known,
  { before, windowMs, nowMs }: { before: (Stretch & { atMs: number }) | undefined; windowMs: number; nowMs: number },
): LateBy => {
  const wasSwept = before !== undefined && atMs >= before.fromMs && atMs < before.toMs;
  return { atLeastMs: wasSwept ? before.atMs - atMs : windowMs, atMostMs: nowMs - atMs };
};

/** With this many events more, of which these were late. */
export const withArrivals = (
  { events, atLeast, atMost }: Arrivals,
  { count, late }: { readonly count: number; readonly late: readonly LateBy[] },
): Arrivals => ({
  events: events + count,
  atLeast: late.length === 0 ? atLeast : counted(atLeast, late, 'atLeastMs'),
  atMost: late.length === 0 ? atMost : counted(atMost, late, 'atMostMs'),
});

const counted = (buckets: readonly number[], late: readonly LateBy[], bound: keyof LateBy): readonly number[] => {
  const sums = [...buckets];
  for (const each of late) {
    const bucket = bucketOf(each[bound]);
    sums[bucket] = (sums[bucket] ?? 0) + 1;
  }
  return sums;
};

const bucketOf = (ms: number): number => {
  const bucket = lateBucketsMs.findIndex((limitMs) => ms < limitMs);
  return bucket < 0 ? lateBucketsMs.length : bucket;
};

export const lateIn = ({ atLeast }: Arrivals): number => atLeast.reduce((sum, count) => sum + count, 0);

/** How many were at least so late. `ms` is the upper bound of a bucket. */
export const laterThan = ({ atLeast }: Arrivals, ms: number): number =>
  atLeast.reduce((sum, count, bucket) => (bucket > lateBucketsMs.indexOf(ms) ? sum + count : sum), 0);

/** As it was stored. Throws where it is none. */
export const checkedArrivals = ({ events, atLeast, atMost }: Arrivals): Arrivals => {
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
  const areBuckets = (value: unknown): boolean =>
    Array.isArray(value) && value.length === bucketCount && value.every(isCount);
  if (!isCount(events) || !areBuckets(atLeast) || !areBuckets(atMost))
    throw new TypeError(`arrivals are a count and two lists of ${bucketCount}`);
  return { events, atLeast: [...atLeast], atMost: [...atMost] };
};

/** As it was stored. Throws where it is none. */
export const checkedYoung = ({ throughMs, ids }: Young): Young => {
  if (!Number.isFinite(throughMs) || typeof ids !== 'string' || unpackIntegers(ids).length > youngMax)
    throw new TypeError(`what a look saw are a time and at most ${youngMax} numbers`);
  return { throughMs, ids };
};
