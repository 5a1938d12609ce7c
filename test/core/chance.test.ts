/**
 * The distributions against exact values, which the test works out on its own in whole numbers: factorials for the gamma
 * function, and the negative binomial's terms as fractions over 10^80.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { countAtSurprise, countSurprise, lnBeta, lnGamma, remaining, toSurprise } from '../../lib/core/chance.ts';

const factorial = (n: number): bigint => {
  let product = 1n;
  for (let k = 2n; k <= n; k += 1n) product *= k;
  return product;
};

/** Natural logarithm of a whole number of any size, from its leading digits. */
const lnOf = (whole: bigint): number => {
  const digits = whole.toString();
  return Math.log(Number(`0.${digits.slice(0, 20)}`)) + digits.length * Math.LN10;
};

describe('the logarithm of the gamma function', () => {
  it.each([1, 2, 3, 5, 10, 20, 50, 100, 170, 500])('of %d is that of a factorial', (n) => {
    const exact = lnOf(factorial(n - 1));
    expect(Math.abs(lnGamma(n) - exact)).toBeLessThan(1e-12 * Math.max(1, exact));
  });

  // Gamma(n + 1/2) = (2n)! / (4^n n!) * sqrt(pi): NIST Digital Library of Mathematical Functions, 5.4.6 and 5.5.1.
  it.each([0, 1, 2, 5, 10, 40])('of %d and a half is that of a half factorial', (n) => {
    const exact = lnOf(factorial(2 * n)) - lnOf(4n ** BigInt(n) * factorial(n)) + Math.log(Math.PI) / 2;
    expect(Math.abs(lnGamma(n + 0.5) - exact)).toBeLessThan(1e-12 * Math.max(1, Math.abs(exact)));
  });

  // Gamma(x) Gamma(1 - x) = pi / sin(pi x): DLMF 5.5.3; Gamma(x + 1) = x Gamma(x): DLMF 5.5.1.
  it('obeys the reflection and the recurrence', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 0.999, noNaN: true }), (x) => {
        const reflected = Math.log(Math.PI) - Math.log(Math.sin(Math.PI * x));
        expect(lnGamma(x) + lnGamma(1 - x)).toBeCloseTo(reflected, 10);
        expect(lnGamma(x + 1) - lnGamma(x)).toBeCloseTo(Math.log(x), 10);
      }),
      { seed: 1 },
    );
  });
});

describe('the logarithm of the beta function', () => {
  it.each([
    [1, 1],
    [2, 3],
    [8, 2],
    [30, 70],
  ])('of %d and %d is that of factorials', (a, b) => {
    const exact = lnOf(factorial(a - 1)) + lnOf(factorial(b - 1)) - lnOf(factorial(a + b - 1));
    expect(lnBeta(a, b)).toBeCloseTo(exact, 11);
  });
});

const scale = 10n ** 80n;

type Exact = { readonly count: number; readonly mean: number; readonly size: number };

/**
 * -ln( P(X > count) + P(X = count) / 2 ) for a negative binomial of whole mean and size:
 * P(k) = C(k + size - 1, k) mean^k size^size / (mean + size)^(k + size), and the tail is what all smaller counts leave.
 */
const exactSurprise = ({ count, mean, size }: Exact): number => {
  const [m, r] = [BigInt(mean), BigInt(size)];
  let ways = 1n;
  let [over, under] = [r ** r, (m + r) ** r];
  let below = 0n;
  let here = 0n;
  for (let k = 0n; k <= BigInt(count); k += 1n) {
    here = (scale * ways * over) / under;
    if (k < BigInt(count)) below += here;
    ways = (ways * (k + r)) / (k + 1n);
    over *= m;
    under *= m + r;
  }
  return lnOf(scale) - lnOf(scale - below - here / 2n);
};

describe('the surprise of a count', () => {
  it.each([
    { count: 5, mean: 1, size: 1 },
    { count: 20, mean: 4, size: 1 },
    { count: 30, mean: 4, size: 3 },
    { count: 12, mean: 10, size: 2 },
    { count: 100, mean: 10, size: 2 },
    { count: 60, mean: 10, size: 30 },
    { count: 200, mean: 100, size: 5 },
    { count: 400, mean: 100, size: 30 },
  ])('$count around $mean with size $size is the exact one', (exact) => {
    const { count, mean, size } = exact;
    expect(countSurprise(count, { mean, dispersion: 1 / size })).toBeCloseTo(exactSurprise(exact), 4);
  });

  it.each([
    { count: 4_000, mean: 1_000, size: 1 },
    { count: 20_000, mean: 3_000, size: 1 },
  ])('$count around $mean, which is a busy fleet, is the exact one to a hundredth', (model) => {
    const { count, mean, size } = model;
    // With size 1 the distribution is geometric: P(X >= k) = (mean / (mean + 1))^k, exactly.
    const exact = -count * Math.log(mean / (mean + 1)) - Math.log(1 - 0.5 / (mean + 1));
    expect(Math.abs(countSurprise(count, { mean, dispersion: 1 / size }) - exact)).toBeLessThan(0.01);
  });

  it('of a geometric count is a power: the same model by hand', () => {
    // Size 1, mean 1: P(X = k) = 2^-(k+1), so P(X > 9) + P(X = 9) / 2 = 2^-10 + 2^-11.
    expect(countSurprise(9, { mean: 1, dispersion: 1 })).toBeCloseTo(-Math.log(2 ** -10 + 2 ** -11), 6);
  });

  it('is nothing at or below the mean, and where nothing is expected', () => {
    expect(countSurprise(4, { mean: 4, dispersion: 1 })).toBe(0);
    expect(countSurprise(3, { mean: 4, dispersion: 1 })).toBe(0);
    expect(countSurprise(7, { mean: 0, dispersion: 1 })).toBe(0);
  });

  it('grows with the count, and shrinks where counts vary more', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 200, noNaN: true }),
        fc.double({ min: 1 / 30, max: 1 / 0.3, noNaN: true }),
        fc.integer({ min: 5, max: 2_000 }),
        (mean, dispersion, count) => {
          const nats = countSurprise(count, { mean, dispersion });
          expect(nats).toBeGreaterThanOrEqual(0);
          expect(nats).toBeLessThan(Number.POSITIVE_INFINITY);
          expect(countSurprise(count + 1, { mean, dispersion })).toBeGreaterThanOrEqual(nats);
        },
      ),
      { seed: 1 },
    );
    expect(countSurprise(40, { mean: 4, dispersion: 2 })).toBeLessThan(countSurprise(40, { mean: 4, dispersion: 1 }));
  });
});

describe('the count that is rarely exceeded', () => {
  it('is the smallest that surprises so much', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 500, noNaN: true }),
        fc.double({ min: 1 / 30, max: 1 / 0.3, noNaN: true }),
        (mean, dispersion) => {
          const nats = 3 * Math.LN10;
          const count = countAtSurprise(nats, { mean, dispersion });
          expect(countSurprise(count, { mean, dispersion })).toBeGreaterThanOrEqual(nats);
          expect(countSurprise(count - 1, { mean, dispersion })).toBeLessThan(nats);
        },
      ),
      { seed: 1, numRuns: 50 },
    );
  });

  it('is found by hand for the geometric one: one in a thousand throws more than nine tails in a row', () => {
    // P(X > 9) + P(X = 9) / 2 = 0.00146, P(X > 10) + P(X = 10) / 2 = 0.00073.
    expect(countAtSurprise(3 * Math.LN10, { mean: 1, dispersion: 1 })).toBe(10);
  });
});

describe('decimal surprise', () => {
  it('is 3 for one in a thousand', () => {
    expect(toSurprise(-Math.log(0.001))).toBeCloseTo(3, 12);
  });
});

describe('what is left of a memory', () => {
  it('halves with each half-life', () => {
    expect([0, 14, 28].map((days) => remaining(days, 14))).toEqual([
      1,
      expect.closeTo(0.5, 12),
      expect.closeTo(0.25, 12),
    ]);
  });

  it('is all of it where time runs backwards', () => {
    expect(remaining(-5, 14)).toBe(1);
  });
});
