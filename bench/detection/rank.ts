/**
 * What a score is worth by its exact rank among all past ones, with an exponential tail beyond.
 * The product keeps a histogram instead; this is the yardstick that its loss is measured with.
 */
export type Past = number[];

/** Index of the first past score that is at least this high. */
const firstFrom = (score: number, past: readonly number[]): number => {
  let low = 0;
  let high = past.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((past[middle] ?? 0) < score) low = middle + 1;
    else high = middle;
  }
  return low;
};

export const remember = (score: number, past: Past): void => {
  past.splice(firstFrom(score, past), 0, score);
};

export type Tail = {
  /** Past scores that the tail is fitted to, at most; never more than a tenth of them. */
  readonly points: number;
  /** Standard errors by which the tail is raised. */
  readonly guard: number;
};

/** The chance that an ordinary score is at least this high. */
export const chanceOf = (score: number, past: readonly number[], { points, guard }: Tail): number => {
  const n = past.length;
  const m = Math.min(points, Math.floor(n / 10));
  const start = past[n - m] ?? 0;
  const top = (m + guard * Math.sqrt(m)) / n;
  if (score <= start) return Math.max(top, (n - firstFrom(score, past) + 1) / (n + 1));
  const excess = past.slice(n - m).reduce((sum, each) => sum + each - start, 0) / m;
  return top * Math.exp(-(score - start) / (Math.max(excess, 1e-6) * (1 + guard / Math.sqrt(m))));
};
