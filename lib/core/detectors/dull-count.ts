/**
 * What spares most events the sum of a tail: a count within its usual spread is nothing to speak of, and of large counts
 * one in many is judged. Both are functions of the count and its model alone, so that no answer depends on how a log is
 * cut.
 */
import { type CountModel, countSurprise } from '../chance.ts';

/** Every count up to 64, then every thirty-second part of a doubling: often enough, and a function of the count alone. */
export const lastWorthJudging = (count: number): number => {
  if (count <= 64) return count;
  const step = 2 ** (Math.floor(Math.log2(count)) - 5);
  return count - (count % step);
};

/** Within so many standard deviations a count is nothing to speak of, and most are: their tails need not be summed. */
const dullSigmas = 1.5;

export const dullUpTo = ({ mean, dispersion }: CountModel): number =>
  mean + dullSigmas * Math.sqrt(mean + dispersion * mean * mean);

export const notableSurprise = (count: number, model: CountModel): number =>
  count <= dullUpTo(model) ? 0 : countSurprise(count, model);

/** Below this (1 in 100) nobody is told, so nothing is worked out for the telling. */
export const tellableNats = 2 * Math.LN10;
