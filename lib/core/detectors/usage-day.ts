/**
 * Usage day: more in one day than this principal does in a day. The slow look beside usage spike: a theft spread so thin
 * that no hour shows it still has to open what it came for.
 *
 * Counts the events of the UTC day, the targets they touched, and how often they opened secrets, read state or made
 * credentials. Each is judged as a running count against the principal's own whole days that had any (intermittent demand,
 * Croston 1972), by a negative binomial with a factor for the weekday; what is learned is clipped and fades. A day so far
 * against days as a whole errs toward silence, and needs no count of its own for each hour of the day.
 * Misses: theft within the usual volume, and half of one that midnight UTC cuts in two. Sets it off falsely: a migration.
 * Why not one more window of usage spike: detection.md section 1, where it lowered the result.
 */

import { type ActionKind, actionKinds } from '../action.ts';
import type { DayCount, Evidence } from '../alert.ts';
import { type CountModel, countAtSurprise } from '../chance.ts';
import { dayOf } from '../time.ts';
import type { Detector, Score, Seen } from './detector.ts';
import { dullUpTo, lastWorthJudging, notableSurprise } from './dull-count.ts';
import { targetHash } from './unfamiliar-target.ts';
import { rareNats } from './usage-spike.ts';

type UsageDay = Extract<Evidence, { detector: 'usage-day' }>;

/** Stored numbers index by this order. */
const counted: readonly DayCount[] = ['events', 'targets', 'secrets', 'state', 'credentials'];
const ofEvents = 0;
const ofTargets = 1;
const firstOfKinds = 2;

/** By index of `actionKinds`: which of `counted` it is, or -1. */
const countOfKind: readonly number[] = actionKinds.map((kind: ActionKind) => counted.indexOf(kind as DayCount));

/** Below these a count cannot alarm, whatever the expectation. */
const countsMin: readonly number[] = [20, 6, 6, 6, 6];
/** A fortnight of days with any event, so that every weekday in use was seen twice. */
const learnedDaysMin = 14;
/** Until then nothing is known that could be clipped against, and being far from a guess says nothing of spread. */
const unclippedDays = 7;
const clipSigmas = 2.5;
/** Half is forgotten after so many days that had any. */
const forgetting = 1 - Math.exp(-Math.LN2 / 28);
/** What a day holds beyond the first, before any is known, and how many days that is worth. */
const priorMeans: readonly number[] = [20, 4, 5, 5, 5];
const priorDays = 3;
/** Weekdays start alike and follow by an eighth each week, so that a single week moves them little. */
const weekdayRate = 1 / 8;
const weekdayFactorMax = 10;
/**
 * Taken off each score. It pays for five looks, and for what no model of one principal's days knows: on the day of a release
 * everybody does ten times as much, so that plain volume must be beyond all doubt. Opening secrets ten times as often is
 * seldom part of it. Measured together with the weight in the volume channel: `bench/detection/organizations.ts`.
 */
const discountNats: readonly number[] = [1e12, 1e6, 1e3, 1e3, 1e3].map(Math.log);
const dispersionMin = 1 / 16;
const dispersionMax = 4;

/** Of each count: days that had any (recent ones weigh more), events of such a day beyond the first, and their spread. */
const daysAt = 0;
const meanAt = 1;
const spreadAt = 2;
const floatsOfCount = 3;
const weekdaysAt = counted.length * floatsOfCount;
export const usageDayFloats = weekdaysAt + 7;

/** Distinct targets are counted by the bits that they set (linear counting, Whang 1990): 3 % off at 20, 4 % at 500. */
const targetBits = 512;
export const usageDayWords = targetBits / 32;

export type UsageDayMemory = {
  /** The day being counted, since 1970; 0 before the first event. */
  readonly day: number;
  /** In the order of `counted`; of targets, the bits that are set. */
  readonly counts: readonly number[];
  readonly targets: Uint32Array;
  readonly learnedDays: number;
  readonly levels: Float32Array;
};

const at = (levels: Float32Array, index: number): number => levels[index] as number;

const factorOf = (day: number, levels: Float32Array): number => at(levels, weekdaysAt + (day % 7));

/** Of what the day holds beyond the first. */
const modelOf = (which: number, { day, levels }: Pick<UsageDayMemory, 'day' | 'levels'>): CountModel => {
  const from = which * floatsOfCount;
  const level = Math.max(0.2, at(levels, from + meanAt));
  const spread = Math.max(0, at(levels, from + spreadAt));
  // The mean itself is known as well as the mean of so many days can be.
  const doubt = (spread + 1 / level) / (at(levels, from + daysAt) + priorDays);
  return {
    mean: level * factorOf(day, levels),
    dispersion: Math.min(dispersionMax, Math.max(dispersionMin, spread + doubt)),
  };
};

/** Up to which count the day is dull; worked out once for each day and its levels. */
const dullCounts = new WeakMap<Float32Array, readonly number[]>();

const dullCountOf = (which: number, memory: UsageDayMemory): number => {
  const known = dullCounts.get(memory.levels);
  if (known !== undefined) return known[which] as number;
  const counts = counted.map((_, i) => Math.max((countsMin[i] as number) - 1, 1 + dullUpTo(modelOf(i, memory))));
  dullCounts.set(memory.levels, counts);
  return counts[which] as number;
};

const targetsOf = (bitsSet: number): number =>
  Math.round(-targetBits * Math.log(1 - Math.min(bitsSet, targetBits - 1) / targetBits));

/** The bit of a target that the session did not touch just now, or -1. */
const newBitOf = ({ event, session }: Lesson, { targets }: UsageDayMemory): number => {
  if (event.target === undefined || event.target === session.lastTarget) return -1;
  const bit = targetHash(event.target) % targetBits;
  return ((targets[bit >>> 5] as number) & (1 << (bit & 31))) === 0 ? bit : -1;
};

const kindCounted = ({ event, kind }: Lesson): number =>
  event.outcome === 'success' ? (countOfKind[kind] as number) : -1;

const judge = (seen: Seen, memory: UsageDayMemory): Score<UsageDay> | undefined => {
  if (memory.learnedDays < learnedDaysMin || dayOf(seen.event.atMs) !== memory.day) return undefined;
  const { counts } = memory;
  let best = judgeCount(ofEvents, (counts[ofEvents] as number) + 1, seen, memory);
  const kind = kindCounted(seen);
  if (kind >= 0) best = better(best, judgeCount(kind, (counts[kind] as number) + 1, seen, memory));
  if (newBitOf(seen, memory) >= 0) {
    best = better(best, judgeCount(ofTargets, targetsOf((counts[ofTargets] as number) + 1), seen, memory));
  }
  return best;
};

type DayScore = Score<UsageDay> | undefined;

const better = (a: DayScore, b: DayScore): DayScore =>
  a === undefined || (b !== undefined && b.nats > a.nats) ? b : a;

const judgeCount = (which: number, count: number, { event }: Seen, memory: UsageDayMemory): DayScore => {
  if (count <= dullCountOf(which, memory) || count !== lastWorthJudging(count)) return undefined;
  const model = modelOf(which, memory);
  const nats = notableSurprise(count - 1, model) - (discountNats[which] as number);
  if (nats <= 0) return undefined;
  return {
    nats,
    evidence: {
      detector: 'usage-day',
      of: counted[which] as DayCount,
      atMs: event.atMs,
      count,
      expected: 1 + model.mean,
      rarelyAbove: 1 + countAtSurprise(rareNats, model),
      days: at(memory.levels, which * floatsOfCount + daysAt),
    },
  };
};

/** The day that ended, learned in place: `levels` is the copy that `learn` made. */
const learnDay = ({ day, counts, learnedDays }: UsageDayMemory, levels: Float32Array): void => {
  const isNew = learnedDays < unclippedDays;
  counted.forEach((_, which) => {
    const held = which === ofTargets ? targetsOf(counts[which] as number) : (counts[which] as number);
    if (held === 0) return;
    const from = which * floatsOfCount;
    const { mean, dispersion } = modelOf(which, { day, levels });
    const variance = mean + dispersion * mean * mean;
    const y = isNew ? held - 1 : Math.min(held - 1, mean + clipSigmas * Math.sqrt(variance));
    const days = at(levels, from + daysAt) * (1 - forgetting) + 1;
    const level = at(levels, from + meanAt);
    if (!isNew) {
      const use = Math.min(1, (mean * mean) / variance);
      const excess = ((y - mean) ** 2 - mean) / (mean * mean);
      const spread = at(levels, from + spreadAt);
      levels[from + spreadAt] = Math.max(0, spread + (use * (excess - spread)) / (days + priorDays));
      if (which === ofEvents) learnWeekday(day, y / Math.max(0.2, level), levels);
    }
    levels[from + daysAt] = days;
    levels[from + meanAt] = level + (y - level) / (days + priorDays);
  });
};

const learnWeekday = (day: number, ratio: number, levels: Float32Array): void => {
  const factor = factorOf(day, levels);
  const next = factor + (ratio - factor) * weekdayRate;
  levels[weekdaysAt + (day % 7)] = Math.min(weekdayFactorMax, Math.max(1 / weekdayFactorMax, next));
};

/** What an event teaches: its session as it stood before the event's target was noted in it. */
type Lesson = Pick<Seen, 'event' | 'kind' | 'session'>;

const nothingCounted: readonly number[] = counted.map(() => 0);
const noTargets = new Uint32Array(usageDayWords);

const learn = (lesson: Lesson, memory: UsageDayMemory): UsageDayMemory => {
  const day = dayOf(lesson.event.atMs);
  return count(lesson, day > memory.day ? nextDay(day, memory) : memory);
};

const nextDay = (day: number, memory: UsageDayMemory): UsageDayMemory => {
  if (memory.day === 0) return { ...memory, day };
  const levels = memory.levels.slice();
  learnDay(memory, levels);
  const learnedDays = Math.min(1e6, memory.learnedDays + 1);
  return { day, counts: nothingCounted, targets: noTargets, learnedDays, levels };
};

const count = (lesson: Lesson, memory: UsageDayMemory): UsageDayMemory => {
  const counts = [...memory.counts];
  const add = (which: number): void => {
    counts[which] = (counts[which] as number) + 1;
  };
  add(ofEvents);
  const kind = kindCounted(lesson);
  if (kind >= firstOfKinds) add(kind);
  const bit = newBitOf(lesson, memory);
  if (bit < 0) return { ...memory, counts };
  add(ofTargets);
  const targets = memory.targets.slice();
  targets[bit >>> 5] = (targets[bit >>> 5] as number) | (1 << (bit & 31));
  return { ...memory, counts, targets };
};

/** Every day as the prior says, every weekday alike. */
const emptyLevels = (): Float32Array => {
  const levels = new Float32Array(usageDayFloats).fill(1, weekdaysAt);
  priorMeans.forEach((mean, which) => {
    levels[which * floatsOfCount + meanAt] = mean;
    levels[which * floatsOfCount + spreadAt] = 1;
  });
  return levels;
};

export const usageDay: Detector<UsageDayMemory, UsageDay, Lesson> = {
  name: 'usage-day',
  empty: { day: 0, counts: nothingCounted, targets: noTargets, learnedDays: 0, levels: emptyLevels() },
  judge,
  learn,
};
