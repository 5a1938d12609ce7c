/**
 * Chance from a seed: the same seed gives the same numbers on every machine, because only integer arithmetic,
 * comparisons and the four operations are used. `Math.log` and `Math.cos` may differ between engines in the last bit,
 * and one such bit would move every later event.
 *
 * Generator: sfc32 (Doty-Humphrey, PractRand), seeded by FNV-1a and splitmix32.
 */

export type Dice = {
  /** From 0, below 1. */
  readonly uniform: () => number;
  /** A whole number, both ends included. */
  readonly integer: (from: number, to: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly exponential: (mean: number) => number;
  readonly normal: (mean: number, deviation: number) => number;
  readonly poisson: (mean: number) => number;
  /** Variance is mean + mean² / shape: shape 1 comes in bursts, 10 is nearly Poisson. */
  readonly negativeBinomial: (mean: number, shape: number) => number;
  readonly pick: <T>(choices: readonly [T, ...T[]]) => T;
  /** Each with its weight. */
  readonly pickWeighted: <T>(choices: readonly [readonly [T, number], ...(readonly [T, number])[]]) => T;
  readonly uuid: () => string;
  /** Dice of its own for one inhabitant, so that a change to one leaves the lives of all others as they were. */
  readonly fork: (name: string) => Dice;
};

export const createDice = (seed: string): Dice => {
  const nextBits = sfc32(seed);

  const uniform = (): number => nextBits() / 2 ** 32;

  const integer = (from: number, to: number): number => from + Math.floor(uniform() * (to - from + 1));

  /** Von Neumann, 1951: whole part by rejected runs, fraction by the run that is kept; comparisons only. */
  const exponentialOfMean1 = (): number => {
    for (let whole = 0; ; whole += 1) {
      const first = uniform();
      let last = first;
      let isEven = true; // the place of the first draw that is not below the one before, counted from 2
      for (let next = uniform(); next < last; next = uniform()) {
        last = next;
        isEven = !isEven;
      }
      if (isEven) return whole + first;
    }
  };

  /** Twelve uniforms less six (Irwin-Hall): variance one, no tails beyond six. Enough for when a person gets up. */
  const standardNormal = (): number => {
    let sum = -6;
    for (let draw = 0; draw < 12; draw += 1) sum += uniform();
    return sum;
  };

  /** Arrivals of a process of rate one before `mean`: as many steps as the result, means here are below a few hundred. */
  const poisson = (mean: number): number => {
    let count = 0;
    for (let at = exponentialOfMean1(); at < mean; at += exponentialOfMean1()) count += 1;
    return count;
  };

  /** Poisson of an Erlang mean; hence the shape is a whole number. */
  const negativeBinomial = (mean: number, shape: number): number => {
    let rate = 0;
    for (let stage = 0; stage < shape; stage += 1) rate += exponentialOfMean1();
    return poisson((rate * mean) / shape);
  };

  const pick = <T>(choices: readonly [T, ...T[]]): T => choices[integer(0, choices.length - 1)] ?? choices[0];

  const pickWeighted = <T>(choices: readonly [readonly [T, number], ...(readonly [T, number])[]]): T => {
    let left = uniform() * choices.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [choice, weight] of choices) {
      left -= weight;
      if (left < 0) return choice;
    }
    return choices[0][0];
  };

  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(uniform() * 16).toString(16)).join('');

  return {
    uniform,
    integer,
    chance: (probability) => uniform() < probability,
    exponential: (mean) => mean * exponentialOfMean1(),
    normal: (mean, deviation) => mean + deviation * standardNormal(),
    poisson,
    negativeBinomial,
    pick,
    pickWeighted,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
    fork: (name) => createDice(`${seed}/${name}`),
  };
};

const sfc32 = (seed: string): (() => number) => {
  const nextSeed = splitmix32(fnv1a(seed));
  let [a, b, c, counter] = [nextSeed(), nextSeed(), nextSeed(), 1];
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  /** The first rounds still show the seed (the author's advice is 12). */
  for (let round = 0; round < 12; round += 1) next();
  return next;
};

const splitmix32 = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) | 0;
  };
};

const fnv1a = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
};
