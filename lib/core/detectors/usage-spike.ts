/**
 * Usage spike: more events than this principal has at this hour and weekday.
 *
 * Counts per hour against a negative binomial whose mean has a season (hour of day, day of week, shrunk hard) and whose
 * dispersion is learned with forgetting; a second window holds the last three hours. What is learned is clipped below two
 * standard deviations above the mean, so that neither a spike nor a patient attacker raises the mean.
 * Misses: theft that stays within an hour's usual volume (`usage-day.ts` looks longer). Sets it off falsely: a release day
 * unlike any before.
 * Formulas, constants and measured power: detection.md section 1.
 */
import type { Evidence } from '../alert.ts';
import { type CountModel, countAtSurprise } from '../chance.ts';
import type { AuditEvent } from '../event.ts';
import { hourOf } from '../time.ts';
import type { Detector, Score, Seen } from './detector.ts';
import { dullUpTo, lastWorthJudging, notableSurprise, tellableNats } from './dull-count.ts';

type UsageSpike = Extract<Evidence, { detector: 'usage-spike' }>;

/** Below this a count cannot alarm, whatever the expectation. */
const countMin = 5;
/** A week, so that every hour and weekday was seen once. */
const learnedHoursMin = 168;
const halfLifeHours = 336;
/** What is left of a slot after a visit: half after 28 visits of an hour, 672 of a weekday. */
const hourSlotKept = Math.exp(-Math.LN2 / 28);
const weekdaySlotKept = Math.exp(-Math.LN2 / 672);
/** Independent events that a season starts with: shrinks a slot toward the flat profile. */
const seasonPrior = 160;
/**
 * What is learned is clipped here. The clip takes some spread away with the spikes, so that the spread starts from a day's
 * hours of prior, which a short history of quiet hours cannot talk down. Measured together: `npm run bench:detection`.
 */
const clipSigmas = 1.75;
const spreadPriorHours = 24;
/** Longest idle stretch that is learned hour by hour; by then the mean is as good as gone. */
const idleHoursMax = 8 * 168;
/** The wider window is one more look, and pays for it (half a decade). */
const secondLookNats = 0.5 * Math.LN10;
/** What counts as rare: one window in a thousand. */
export const rareNats = 3 * Math.LN10;

const meanAt = 0;
const weightAt = 1;
const spreadAt = 2;
const spreadWeightAt = 3;
const spread3At = 4;
const spread3WeightAt = 5;
const pastMeansAt = 6;
const hourSumsAt = 8;
const hourExpectedAt = 32;
const weekdaySumsAt = 56;
const weekdayExpectedAt = 63;
const activeShareAt = 70;
const activeMeanAt = 71;
const activeWeightAt = 72;
const activeSpreadAt = 73;
const activeSpreadWeightAt = 74;
export const usageSpikeFloats = 75;

/**
 * Who works now and then works in bursts: judged by its busy hours, as intermittent demand is (Croston 1972). Over all
 * hours its mean is near none, and every visit would be a spike.
 */
const busyShare = 0.5;
/** Busy hours after which half is forgotten. */
const activeForgetting = 1 - Math.exp(-Math.LN2 / 200);
/** Bursts have a long tail, and cutting it nearer would hide it. */
const activeClipSigmas = 3;
/** Busy hours' worth of the prior, which says: as often one more event as the end of the visit. */
const activePriorHours = 5;
const activePriorMean = 5;

export type UsageSpikeMemory = {
  /** Hour being counted, since 1970; 0 before the first event. */
  readonly hour: number;
  /** This hour's events so far, and the two hours' before it. */
  readonly counts: readonly [number, number, number];
  readonly learnedHours: number;
  readonly levels: Float32Array;
};

const at = (levels: Float32Array, index: number): number => levels[index] as number;

const hourFactor = (levels: Float32Array, hourOfDay: number): number =>
  (at(levels, hourSumsAt + hourOfDay) + seasonPrior) / (at(levels, hourExpectedAt + hourOfDay) + seasonPrior);
const weekdayFactor = (levels: Float32Array, weekday: number): number =>
  (at(levels, weekdaySumsAt + weekday) + seasonPrior) / (at(levels, weekdayExpectedAt + weekday) + seasonPrior);

const slotsOf = (hour: number) => ({ hourOfDay: hour % 24, weekday: Math.floor(hour / 24) % 7 });

const meanOf = (levels: Float32Array, hour: number): number => {
  const { hourOfDay, weekday } = slotsOf(hour);
  return Math.max(0.001, at(levels, meanAt) * hourFactor(levels, hourOfDay) * weekdayFactor(levels, weekday));
};

/** Dispersion as learned, before the doubt about the mean itself. */
const learnedDispersion = (levels: Float32Array, window: 1 | 3): number => {
  const spread = at(levels, window === 1 ? spreadAt : spread3At);
  const weight = at(levels, window === 1 ? spreadWeightAt : spread3WeightAt);
  return (spread * weight + spreadPriorHours * (window === 1 ? 1 : 0.5)) / (weight + spreadPriorHours);
};

const forgetting = 1 - Math.exp(-Math.LN2 / halfLifeHours);

const modelOf = (levels: Float32Array, mean: number, window: 1 | 3): CountModel => {
  const hoursKnown = Math.min(at(levels, weightAt), 1 / forgetting);
  const doubt = 1 / (at(levels, meanAt) * hoursKnown + 1);
  return { mean, dispersion: Math.min(1 / 0.3, Math.max(1 / 30, learnedDispersion(levels, window) + doubt)) };
};

/** Up to which count an hour is dull in both windows; worked out once for each hour and its levels. */
const dullCounts = new WeakMap<Float32Array, number>();

const dullCount = ({ hour, counts, levels }: UsageSpikeMemory): number => {
  const known = dullCounts.get(levels);
  if (known !== undefined) return known;
  const mean = meanOf(levels, hour);
  const mean3 = mean + at(levels, pastMeansAt) + at(levels, pastMeansAt + 1);
  const inThree = dullUpTo(modelOf(levels, mean3, 3)) - counts[1] - counts[2];
  const count = Math.min(dullUpTo(modelOf(levels, mean, 1)), inThree);
  dullCounts.set(levels, count);
  return count;
};

type CountScore = {
  readonly nats: number;
  readonly windowHours: 1 | 3;
  readonly count: number;
  readonly model: CountModel;
};

/** The score of the hour being counted once it holds this many events; undefined before the principal is known. */
export const judgeCount = (events: number, memory: UsageSpikeMemory): CountScore | undefined => {
  if (events < countMin || memory.learnedHours < learnedHoursMin) return undefined;
  const { levels } = memory;
  const count = lastWorthJudging(events);
  const mean = meanOf(levels, memory.hour);
  const inOne = { count, model: modelOf(levels, mean, 1) };
  const inThree = {
    count: count + memory.counts[1] + memory.counts[2],
    model: modelOf(levels, mean + at(levels, pastMeansAt) + at(levels, pastMeansAt + 1), 3),
  };
  const natsInOne = notableSurprise(count, inOne.model);
  const natsInThree = Math.max(0, notableSurprise(inThree.count, inThree.model) - secondLookNats);
  const best: CountScore =
    natsInOne >= natsInThree
      ? { nats: natsInOne, windowHours: 1, ...inOne }
      : { nats: natsInThree, windowHours: 3, ...inThree };
  if (at(levels, activeShareAt) >= busyShare) return best;
  const byBursts = judgeBursts(count, memory);
  return byBursts.nats < best.nats ? byBursts : best;
};

/** The same by busy hours alone: how many events an hour holds that holds any. */
const judgeBursts = (count: number, { counts, levels }: UsageSpikeMemory): CountScore => {
  const one = burstModel(levels);
  const natsInOne = notableSurprise(count - 1, one);
  const busyHours = 1 + (counts[1] > 0 ? 1 : 0) + (counts[2] > 0 ? 1 : 0);
  const model = { mean: one.mean * busyHours, dispersion: one.dispersion };
  const count3 = count + counts[1] + counts[2];
  const natsInThree = Math.max(0, notableSurprise(count3 - busyHours, model) - secondLookNats);
  return natsInOne >= natsInThree
    ? { nats: natsInOne, windowHours: 1, count, model: { mean: one.mean + 1, dispersion: one.dispersion } }
    : { nats: natsInThree, windowHours: 3, count: count3, model: { ...model, mean: model.mean + busyHours } };
};

/** Of the events beyond an hour's first. */
const burstModel = (levels: Float32Array): CountModel => {
  const hours = at(levels, activeWeightAt);
  const mean = (at(levels, activeMeanAt) * hours + activePriorMean * activePriorHours) / (hours + activePriorHours);
  const weight = at(levels, activeSpreadWeightAt);
  const spread = (at(levels, activeSpreadAt) * weight + activePriorHours) / (weight + activePriorHours);
  return {
    mean: Math.max(0.2, mean),
    dispersion: Math.min(4, Math.max(1 / 30, spread + 1 / (hours + activePriorHours))),
  };
};

const learnBurst = (x: number, levels: Float32Array): void => {
  levels[activeShareAt] =
    at(levels, activeShareAt) + ((x > 0 ? 1 : 0) - at(levels, activeShareAt)) / Math.max(1, at(levels, weightAt));
  if (x === 0) return;
  const { mean, dispersion } = burstModel(levels);
  const y = Math.min(x - 1, mean + activeClipSigmas * Math.sqrt(mean + mean * mean * dispersion));
  const weight = at(levels, activeWeightAt) * (1 - activeForgetting) + 1;
  const keptSpread = at(levels, activeSpreadWeightAt) * (1 - activeForgetting);
  levels[activeMeanAt] = at(levels, activeMeanAt) + (y - at(levels, activeMeanAt)) / weight;
  levels[activeWeightAt] = weight;
  const use = Math.min(1, (mean * mean) / (mean + mean * mean * dispersion));
  const excess = ((y - mean) ** 2 - mean) / (mean * mean);
  levels[activeSpreadAt] = Math.max(0, (at(levels, activeSpreadAt) * keptSpread + use * excess) / (keptSpread + use));
  levels[activeSpreadWeightAt] = keptSpread + use;
};

const judge = ({ event }: Seen, memory: UsageSpikeMemory): Score<UsageSpike> | undefined => {
  if (hourOf(event.atMs) !== memory.hour) return undefined;
  const count = memory.counts[0] + 1;
  if (count < countMin || count !== lastWorthJudging(count)) return undefined;
  if (memory.learnedHours < learnedHoursMin || count <= dullCount(memory)) return undefined;
  const score = judgeCount(count, memory);
  if (score === undefined) return undefined;
  const { nats, windowHours, model } = score;
  if (nats < tellableNats) return { nats, evidence: undefined };
  return {
    nats,
    evidence: {
      detector: 'usage-spike',
      atMs: event.atMs,
      windowHours,
      count: score.count,
      expected: model.mean,
      rarelyAbove: countAtSurprise(rareNats, model),
    },
  };
};

/** The hour that ended, learned in place: `levels` is the copy that `learn` made. */
const learnHour = (hour: number, counts: readonly [number, number, number], levels: Float32Array): void => {
  const { hourOfDay, weekday } = slotsOf(hour);
  const [x, before, beforeThat] = counts;
  const isFirstDay = at(levels, weightAt) < 24;
  const mean = meanOf(levels, hour);
  const dispersion = learnedDispersion(levels, 1);
  const clip = (value: number, around: number, spread: number): number =>
    isFirstDay ? value : Math.min(value, around + clipSigmas * Math.sqrt(around + around * around * spread));
  const y = clip(x, mean, dispersion);

  const mean3 = mean + at(levels, pastMeansAt) + at(levels, pastMeansAt + 1);
  const dispersion3 = learnedDispersion(levels, 3);
  // On the first day the mean itself is a guess, and being far from a guess says nothing about spread.
  if (!isFirstDay) {
    learnSpread(levels, spreadAt, y, mean, dispersion);
    learnSpread(levels, spread3At, clip(x + before + beforeThat, mean3, dispersion3), mean3, dispersion3);
  }

  const byHour = hourFactor(levels, hourOfDay);
  const byWeekday = weekdayFactor(levels, weekday);
  const level = at(levels, meanAt);
  const weight = at(levels, weightAt) * (1 - forgetting) + 1;
  levels[weightAt] = weight;
  levels[meanAt] = level + (y / Math.max(byHour * byWeekday, 0.1) - level) / weight;

  // An overdispersed count is worth fewer independent events, so that the season's prior keeps its meaning.
  const independence = 1 / (1 + mean * dispersion);
  learnSlot(levels, hourSumsAt + hourOfDay, hourExpectedAt + hourOfDay, hourSlotKept, {
    seen: (independence * y) / byWeekday,
    expected: independence * at(levels, meanAt),
  });
  learnSlot(levels, weekdaySumsAt + weekday, weekdayExpectedAt + weekday, weekdaySlotKept, {
    seen: (independence * y) / byHour,
    expected: independence * at(levels, meanAt),
  });
  levels[pastMeansAt + 1] = at(levels, pastMeansAt);
  levels[pastMeansAt] = mean;
  learnBurst(x, levels);
};

const learnSpread = (levels: Float32Array, spread: number, y: number, mean: number, dispersion: number): void => {
  const meanSquared = mean * mean;
  const use = Math.min(1, meanSquared / (mean + meanSquared * dispersion));
  const kept = at(levels, spread + 1) * (1 - forgetting);
  const excess = ((y - mean) ** 2 - mean) / meanSquared;
  levels[spread] = Math.max(0, (at(levels, spread) * kept + use * excess) / (kept + use));
  levels[spread + 1] = kept + use;
};

type SlotLesson = { readonly seen: number; readonly expected: number };

const learnSlot = (levels: Float32Array, sums: number, expected: number, kept: number, lesson: SlotLesson): void => {
  levels[sums] = at(levels, sums) * kept + lesson.seen;
  levels[expected] = at(levels, expected) * kept + lesson.expected;
};

/** Counts this many events of one hour, or opens it with none; the hours that ended before it are learned first. */
export const learnCount = (hour: number, count: number, memory: UsageSpikeMemory): UsageSpikeMemory => {
  const [ended, before, beforeThat] = memory.counts;
  if (hour <= memory.hour) return { ...memory, counts: [ended + count, before, beforeThat] };
  if (memory.hour === 0) return { ...memory, hour, counts: [count, 0, 0] };
  const levels = memory.levels.slice();
  let counts: [number, number, number] = [ended, before, beforeThat];
  const hours = Math.min(hour - memory.hour, idleHoursMax);
  for (let past = 0; past < hours; past += 1) {
    learnHour(past === 0 ? memory.hour : hour - hours + past, counts, levels);
    counts = [0, counts[0], counts[1]];
  }
  counts[0] = count;
  return { hour, counts, learnedHours: Math.min(1e6, memory.learnedHours + hours), levels };
};

const learn = (event: AuditEvent, memory: UsageSpikeMemory): UsageSpikeMemory =>
  learnCount(hourOf(event.atMs), 1, memory);

export const usageSpike: Detector<UsageSpikeMemory, UsageSpike, AuditEvent> = {
  name: 'usage-spike',
  empty: { hour: 0, counts: [0, 0, 0], learnedHours: 0, levels: new Float32Array(usageSpikeFloats) },
  judge,
  learn,
};

/** Events an hour, as learned, for people's eyes. */
export const usualPerHour = ({ levels }: UsageSpikeMemory): number => at(levels, meanAt);
