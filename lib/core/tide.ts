/**
 * What the whole organization does today is no news of any one principal. On the day of a release everybody does ten times
 * as much, and a score that a quiet past makes one in a thousand is today's habit. So a score is worth less for as many
 * other principals as lately scored as high: by the ratio of how many did and how many would have by chance.
 *
 * The first of them is told all the same, and one principal alone can neither raise nor lower its own tide.
 */
import { remaining } from './chance.ts';
import { msPerHour } from './time.ts';

/** One for each nat of a calibrated score; the last holds all beyond. */
export const tideBins = 16;
/** An event that concerns everybody lasts a day; its echo must not cover a theft on the next. */
const halfLifeMs = 12 * msPerHour;
/** Chance principals' worth of doubt: so many must score as high before it is believed that today is different. */
const doubt = 0.3;

/** Belongs to the fold that copied it. */
export type Tide = { atMs: number; principals: number; readonly counts: Float32Array };

export const emptyTide = (detectors: number): Tide => ({
  atMs: 0,
  principals: 0,
  counts: new Float32Array(detectors * tideBins),
});

export const copyTide = (from: Tide): Tide => ({ ...from, counts: from.counts.slice() });

const binOf = (nats: number): number => Math.min(tideBins - 1, Math.floor(nats));

/** What is left of the tide at this time. */
export const ebb = (atMs: number, tide: Tide): void => {
  if (atMs - tide.atMs < msPerHour) return;
  const left = tide.atMs === 0 ? 0 : remaining(atMs - tide.atMs, halfLifeMs);
  for (let i = 0; i < tide.counts.length; i += 1) tide.counts[i] = (tide.counts[i] as number) * left;
  tide.principals = Math.fround(tide.principals * left);
  tide.atMs = atMs;
};

/** A principal's highest score of the day became another one. */
export const rise = (
  detector: number,
  { from, to }: { readonly from: number; readonly to: number },
  tide: Tide,
): void => {
  const at = detector * tideBins;
  const was = binOf(from);
  const is = binOf(to);
  if (is === was) return;
  if (was > 0) tide.counts[at + was] = Math.max(0, (tide.counts[at + was] as number) - 1);
  tide.counts[at + is] = (tide.counts[at + is] as number) + 1;
};

/** Nats that the score of a principal is worth less because of the others; `own` is its own highest of today. */
export const covered = (
  detector: number,
  { nats, own }: { readonly nats: number; readonly own: number },
  tide: Tide,
) => {
  const at = detector * tideBins;
  const bin = binOf(nats);
  let others = 0;
  for (let i = bin; i < tideBins; i += 1) others += tide.counts[at + i] as number;
  if (binOf(own) >= bin) others = Math.max(0, others - 1);
  if (others <= 0) return 0;
  const byChance = tide.principals * Math.exp(-bin);
  return Math.max(0, Math.log((others + doubt) / (byChance + doubt)));
};
