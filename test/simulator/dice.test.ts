import { describe, expect, it } from '@jest/globals';
import { createDice } from '../../lib/simulator/dice.ts';

const draws = 20_000;
const sample = (draw: () => number): { readonly mean: number; readonly variance: number } => {
  const values = Array.from({ length: draws }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / draws;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws };
};

describe('dice', () => {
  it('give the same numbers on every machine', () => {
    const dice = createDice('1');
    expect([dice.integer(0, 1e6), dice.integer(0, 1e6), dice.integer(0, 1e6)]).toEqual([58067, 300949, 713809]);
  });

  it('give each inhabitant numbers of its own, whatever was drawn before', () => {
    const one = createDice('1');
    const other = createDice('1');
    other.uniform();
    expect(one.fork('lena').uuid()).toBe(other.fork('lena').uuid());
    expect(one.fork('lena').uuid()).not.toBe(one.fork('mira').uuid());
  });

  it('reach both ends of a whole-number range and nothing beyond', () => {
    const dice = createDice('ends');
    const seen = new Set(Array.from({ length: 1_000 }, () => dice.integer(-1, 2)));
    expect([...seen].toSorted((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
  });

  it('pick by weight', () => {
    const dice = createDice('weights');
    const { mean } = sample(() =>
      dice.pickWeighted([
        [0, 3],
        [1, 1],
        [5, 0],
      ]),
    );
    expect(mean).toBeCloseTo(0.25, 1);
  });

  it.each([
    ['uniform', () => createDice('u').uniform, 1 / 2, 1 / 12],
    ['exponential', () => withMean(createDice('e').exponential, 3), 3, 9],
    ['normal', () => () => normal.normal(10, 2), 10, 4],
    ['poisson', () => withMean(createDice('p').poisson, 4), 4, 4],
    ['negative binomial', () => () => binomial.negativeBinomial(6, 3), 6, 6 + 36 / 3],
  ] as const)('have the mean and variance of the %s distribution', (_, drawOf, mean, variance) => {
    const found = sample(drawOf());
    expect(Math.abs(found.mean - mean) / mean).toBeLessThan(0.03);
    expect(Math.abs(found.variance - variance) / variance).toBeLessThan(0.06);
  });
});

const normal = createDice('n');
const binomial = createDice('nb');
const withMean = (draw: (mean: number) => number, mean: number) => (): number => draw(mean);
