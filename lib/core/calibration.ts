/**
 * What a score is worth: how often this organization's own past scored as high. Every detector is calibrated before its
 * score is added to others', and the alert threshold is read from the same kind of histogram. Formulas and the reasons
 * for their constants: detection.md sections 2 and 4, measured on public data.
 */

const binNats = 0.1;
/** 40 nats: no calibrated score is counted beyond 15. */
const bins = 400;
/** Past this many scores the old ones fade, so that an organization that changed is judged by what it has become. */
const countMax = 50_000;

export type Histogram = {
  count: number;
  readonly bins: Float32Array;
  /** No bin above this one holds anything; saves the search through the empty ones. */
  top: number;
};

export const emptyHistogram = (): Histogram => ({ count: 0, bins: new Float32Array(bins), top: 0 });

export const copyHistogram = ({ count, bins, top }: Histogram): Histogram => ({ count, bins: bins.slice(), top });

const binOf = (nats: number): number => Math.min(bins - 1, Math.max(0, Math.floor(nats / binNats)));

/** Counts one score, in place: a histogram belongs to the fold that copied it. */
export const count = (nats: number, into: Histogram): void => {
  if (into.count >= countMax) {
    for (let bin = 0; bin < bins; bin += 1) into.bins[bin] = (into.bins[bin] as number) / 2;
    into.count /= 2;
  }
  const bin = binOf(nats);
  into.bins[bin] = (into.bins[bin] as number) + 1;
  into.count += 1;
  if (bin > into.top) into.top = bin;
};

/** The `m` largest scores as an exponential tail: where it starts, and its mean excess. */
const tailOf = ({ bins: counts, top }: Histogram, m: number): { readonly start: number; readonly excess: number } => {
  let above = 0;
  let weighted = 0;
  for (let bin = top; bin >= 0; bin -= 1) {
    const here = counts[bin] as number;
    if (here === 0) continue;
    if (above + here >= m) {
      const part = (m - above) / here;
      const start = (bin + 1 - part) * binNats;
      const excess = (weighted - above * start + ((m - above) * part * binNats) / 2) / Math.max(m, 1);
      return { start, excess: Math.max(excess, binNats / 2) };
    }
    above += here;
    weighted += here * (bin + 0.5) * binNats;
  }
  return { start: 0, excess: binNats / 2 };
};

/** Scores of sessions that were flagged count up to here: an attack must not make the next one look ordinary. */
const flaggedBeyondTail = 4;
const flaggedMax = 8;

/** Counts the score of a flagged session: it belongs to the past, but only as far as the past itself reaches. */
export const countFlagged = (nats: number, into: Histogram): void => {
  const scored = into.count - (into.bins[0] as number);
  const m = Math.max(1, Math.min(tailPointsMax, into.count / 10, scored));
  const { start, excess } = tailOf(into, m);
  count(Math.min(nats, scored < 3 ? flaggedMax : start + flaggedBeyondTail * excess), into);
};

/** Scores at least this high. */
const countFrom = ({ bins: counts, top }: Histogram, nats: number): number => {
  const from = binOf(nats);
  // The bin itself counts in part: a whole bin would cost odd hours a fifth of their power.
  let sum = -(counts[from] as number) * Math.min(1, nats / binNats - from);
  for (let bin = from; bin <= top; bin += 1) sum += counts[bin] as number;
  return sum;
};

/**
 * Chance of a score at least this high: by rank among the past, beyond its highest by the fitted tail, both guarded by
 * one standard deviation. Where the past holds too few scores to fit one, the model speaks, but no past promises more
 * than one in its own number.
 */
const chanceOf = (nats: number, past: Histogram): number => {
  const n = past.count;
  const scored = n - (past.bins[0] as number);
  const rank = countFrom(past, nats);
  if (scored < 3) return Math.max(rank > 0 ? (rank + 1) / (n + 1) : 0, Math.min(Math.exp(-nats), 1 / n));
  const m = Math.max(1, Math.min(tailPointsMax, n / 10, scored));
  const { start, excess } = tailOf(past, m);
  const guard = 1 + guardErrors / Math.sqrt(m);
  const atStart = (m * guard) / n;
  if (nats <= start) return Math.min(1, Math.max(atStart, rank / n));
  return atStart * Math.exp(-(nats - start) / (excess * guard));
};

/** How many past scores the detector's own probability model counts for, before there are any. */
const modelWeight = 10;
/** Largest calibrated score, in nats: beyond it a tail fitted to a few hundred sessions says nothing. */
const calibratedMax = 15;
/** Points that the tail is fitted to, at most. */
const tailPointsMax = 100;
/** Standard errors by which it is raised: exponential tails fitted to few points promise too much (measured on hours). */
const guardErrors = 0.4;

/**
 * The score in nats that this organization's past gives to a detector's raw score: -ln of the probability that an
 * ordinary session scores as high. With little past the detector's own model speaks, at full past the organization's.
 */
export const calibrated = (nats: number, past: Histogram): number => {
  if (nats <= 0) return 0;
  const byModel = Math.exp(-nats);
  const n = past.count;
  if (n < 1) return Math.min(calibratedMax, nats);
  const byPast = Math.min(1, chanceOf(nats, past));
  const p = (n * byPast + modelWeight * byModel) / (n + modelWeight);
  return Math.min(calibratedMax, Math.max(0, -Math.log(p)));
};

export type Threshold = {
  readonly at: number;
  /** What e times rarer costs. */
  readonly excess: number;
};

/**
 * The score that the past exceeds `perWeek` times a week. Undefined while the past is too short to say: the caller then
 * uses a threshold that rests on the model alone.
 */
export const thresholdFor = (perWeek: number, past: Histogram, weeks: number): Threshold | undefined => {
  if (weeks < weeksMin || past.count < countMin) return undefined;
  const m = Math.max(1, Math.min(8 * perWeek * weeks, past.count / 5));
  const { start, excess } = tailOf(past, m);
  return { at: start + excess * Math.log(m / weeks / perWeek), excess };
};

const weeksMin = 2;
const countMin = 40;

/** A histogram as it is stored: its count, then bin and value of each bin that holds anything. */
export const packHistogram = ({ count, bins: counts }: Histogram): readonly number[] => {
  const packed = [count];
  counts.forEach((value, bin) => {
    if (value > 0) packed.push(bin, value);
  });
  return packed;
};

export const unpackHistogram = ([count = 0, ...pairs]: readonly number[]): Histogram => {
  const past = emptyHistogram();
  for (let i = 0; i + 1 < pairs.length; i += 2) past.bins[pairs[i] as number] = pairs[i + 1] as number;
  return { count, bins: past.bins, top: pairs.length < 2 ? 0 : (pairs[pairs.length - 2] as number) };
};
