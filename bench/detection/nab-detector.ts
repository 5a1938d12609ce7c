/**
 * A row-wise detector of metric values, as NAB asks for: the product counts events and has no use for it, but the parts
 * are the same (forgetting mean and spread, clipped learning, a season by hour, a second window). It shows how the method
 * compares with published detectors. Both tails or the upper one; a row speaks only if it beats what lately spoke.
 */
import { hourOf } from '../../lib/core/time.ts';
import { probationOf, type Series } from './nab-score.ts';

export type Style = {
  readonly tails: 'both' | 'upper';
  /** Learned values are clipped at this many standard deviations. */
  readonly clip: number;
};

/** Half-life as a share of the rows, counted up to 5,000: metrics come in one file, not as an endless stream. */
const halfLifeShare = 0.8;
const rowsMax = 5_000;
const secondWindowShare = 0.005;
/** Decades taken off the second window's score for being one more look. */
const secondLook = 0.5;
/** A row speaks if it beats everything that spoke in this share of the file before it. */
const quietShare = 0.15;
/** Rows' worth of no season that every hour of the day starts with. */
const seasonPrior = 4;

type Level = { mean: number; variance: number; weight: number };

const clipped = (value: number, { mean, variance }: Level, clip: number): number => {
  const reach = clip * Math.sqrt(variance);
  return Math.min(mean + reach, Math.max(mean - reach, value));
};

const learn = (y: number, level: Level, forgetting: number): void => {
  level.weight = level.weight * (1 - forgetting) + 1;
  const step = (y - level.mean) / level.weight;
  level.variance += ((y - level.mean) * (y - level.mean - step) - level.variance) / level.weight;
  level.mean += step;
};

/** Decades of the normal tail beyond z: minus the decimal logarithm of its probability. */
export const tailDecades = (z: number): number => {
  if (z <= 0) return 0;
  // Continued fraction of Mills' ratio, from the far end; forty steps suffice from z = 1, and below nobody listens.
  let ratio = z;
  for (let step = 40; step >= 1; step -= 1) ratio = z + step / ratio;
  return (z * z) / 2 / Math.LN10 + Math.log10(Math.sqrt(2 * Math.PI) * ratio);
};

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Loads and rates vary by factors: logarithms where nothing is negative. */
const transformOf = (series: Series): ((value: number) => number) => {
  if (series.rows.some(({ value }) => value < 0)) return (value) => value;
  const usual = median(series.rows.slice(0, probationOf(series.rows.length)).map(({ value }) => value));
  return (value) => Math.log(1 + value / Math.max(usual, 1e-9));
};

const surpriseOf = (value: number, { mean, variance }: Level, tails: Style['tails']): number => {
  // A value that never varied is known to a millionth of itself at best.
  const deviation = Math.sqrt(variance + (1e-6 * (Math.abs(mean) + 1e-9)) ** 2);
  const z = (value - mean) / deviation;
  return tails === 'upper' ? tailDecades(z) : Math.max(0, tailDecades(Math.abs(z)) - Math.log10(2));
};

export const scoreRows = (series: Series, { tails, clip }: Style): readonly number[] => {
  const rows = series.rows.length;
  const forgetting = 1 - Math.exp(-Math.LN2 / (halfLifeShare * Math.min(rows, rowsMax)));
  const probation = probationOf(rows);
  const width = Math.max(2, Math.round(secondWindowShare * rows));
  const transform = transformOf(series);
  const one: Level = { mean: 0, variance: 0, weight: 0 };
  const many: Level = { mean: 0, variance: 0, weight: 0 };
  const season = Array.from({ length: 24 }, () => ({ sum: 0, weight: 0 }));
  const residuals: number[] = [];
  let sum = 0;
  const raw = series.rows.map(({ atMs, value }, row) => {
    const slot = season[hourOf(atMs) % 24] ?? { sum: 0, weight: 0 };
    const offset = slot.sum / (slot.weight + seasonPrior);
    const residual = transform(value) - offset;
    residuals.push(residual);
    sum += residual - (residuals[residuals.length - 1 - width] ?? 0);
    const smooth = sum / Math.min(width, residuals.length);
    const isKnown = row >= probation;
    const score = isKnown
      ? Math.max(surpriseOf(residual, one, tails), surpriseOf(smooth, many, tails) - secondLook)
      : 0;
    const learned = isKnown ? clipped(residual, one, clip) : residual;
    slot.sum = slot.sum * (1 - forgetting) + learned - one.mean + offset;
    slot.weight = slot.weight * (1 - forgetting) + 1;
    learn(learned, one, forgetting);
    learn(isKnown ? clipped(smooth, many, clip) : smooth, many, forgetting);
    return score;
  });
  return spoken(raw, Math.round(quietShare * rows));
};

/** Only what beats everything that spoke lately; each that spoke beat those before it, so the last one stands for all. */
const spoken = (scores: readonly number[], quietRows: number): readonly number[] => {
  let last = { row: Number.NEGATIVE_INFINITY, score: 0 };
  return scores.map((score, row) => {
    if (score <= (row - last.row > quietRows ? 0 : last.score)) return 0;
    last = { row, score };
    return score;
  });
};
