/** Stretches of time with a cause, kept for a person to look back on: the newest by name, all of them in sum. */
import type { Stretch } from './time.ts';

export type Caused<Cause extends string> = Stretch & { readonly cause: Cause };

export type Stretches<Cause extends string> = {
  /** Of all time, also of those that are no longer listed. */
  readonly count: number;
  readonly totalMs: number;
  /** Oldest first; at most `newestMax`. */
  readonly newest: readonly Caused<Cause>[];
};

/** A few weeks of ordinary trouble, in about a kilobyte. */
export const newestMax = 20;

export const noStretches: Stretches<never> = { count: 0, totalMs: 0, newest: [] };

export const sumMs = (stretches: readonly Stretch[]): number =>
  stretches.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);

export const withStretch = <Cause extends string>(
  { count, totalMs, newest }: Stretches<Cause>,
  stretch: Caused<Cause>,
): Stretches<Cause> => ({
  count: count + 1,
  totalMs: totalMs + sumMs([stretch]),
  newest: [...newest, stretch].slice(-newestMax),
});

/** Without what the part covers: of those listed, one may go whole, lose an end, or fall in two. */
export const withoutStretch = <Cause extends string>(
  stretches: Stretches<Cause>,
  { fromMs, toMs }: Stretch,
): Stretches<Cause> => {
  const { count, totalMs, newest } = stretches;
  if (newest.every((each) => each.toMs <= fromMs || each.fromMs >= toMs)) return stretches;
  const left = newest.flatMap((each) =>
    [
      { ...each, toMs: Math.min(each.toMs, fromMs) },
      { ...each, fromMs: Math.max(each.fromMs, toMs) },
    ].filter((piece) => piece.fromMs < piece.toMs),
  );
  return {
    count: count + left.length - newest.length,
    totalMs: totalMs + sumMs(left) - sumMs(newest),
    newest: left.slice(-newestMax),
  };
};

/** As it was stored. Throws where it is none. */
export const checkedStretches = <Cause extends string>(
  { count, totalMs, newest }: Stretches<Cause>,
  causes: readonly Cause[],
): Stretches<Cause> => {
  if (!isCount(count) || !isCount(totalMs) || !Array.isArray(newest) || newest.length > newestMax)
    throw new TypeError(`stretches are a count, a length and a list of at most ${newestMax}`);
  return { count, totalMs, newest: newest.map((each) => checkedStretch(each, causes)) };
};

const checkedStretch = <Cause extends string>(
  { fromMs, toMs, cause }: Caused<Cause>,
  causes: readonly Cause[],
): Caused<Cause> => {
  if (!Number.isFinite(fromMs) || !Number.isFinite(toMs) || !causes.includes(cause))
    throw new TypeError('a stretch has a beginning, an end and a known cause');
  return { fromMs, toMs, cause };
};

const isCount = (value: unknown): boolean => Number.isFinite(value) && Number(value) >= 0;
