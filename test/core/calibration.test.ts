import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  calibrated,
  copyHistogram,
  count,
  emptyHistogram,
  type Histogram,
  packHistogram,
  thresholdFor,
  unpackHistogram,
} from '../../lib/core/calibration.ts';

const pastOf = (scores: readonly number[]): Histogram => {
  const past = emptyHistogram();
  for (const score of scores) count(score, past);
  return past;
};

/** The scores of a model that is right: -ln p of evenly spread probabilities, `n` of them, times `stretch`. */
const scoresOfModel = (n: number, stretch = 1): readonly number[] =>
  Array.from({ length: n }, (_, i) => -Math.log((i + 0.5) / n) * stretch);

describe('a score, calibrated on the past', () => {
  it('is worth what the detector says where there is no past', () => {
    expect(calibrated(4, emptyHistogram())).toBe(4);
  });

  it('is worth nothing where the detector says nothing', () => {
    expect(calibrated(0, pastOf(scoresOfModel(1_000)))).toBe(0);
  });

  it('is worth about what the detector says where the past bears it out', () => {
    const past = pastOf(scoresOfModel(5_000));
    for (const nats of [1, 2, 3, 4, 5, 6]) expect(Math.abs(calibrated(nats, past) - nats)).toBeLessThan(0.5);
  });

  it('is worth less where the past often scored as high: a detector that cries wolf is turned down', () => {
    const past = pastOf(scoresOfModel(5_000, 3));
    expect(calibrated(9, past)).toBeLessThan(4);
  });

  it('is worth more where the past never scored so high: a detector that whispers is heard', () => {
    const past = pastOf(scoresOfModel(5_000, 0.25));
    expect(calibrated(2, past)).toBeGreaterThan(4);
  });

  it('trusts the model while the past is short, and the past when it is long', () => {
    const loud = (n: number): number => calibrated(6, pastOf(scoresOfModel(n, 3)));
    expect(loud(10)).toBeGreaterThan(loud(100));
    expect(loud(100)).toBeGreaterThan(loud(1_000));
  });

  it('goes on rising beyond all that was seen, but not for ever', () => {
    const past = pastOf(scoresOfModel(1_000));
    expect(calibrated(12, past)).toBeGreaterThan(calibrated(8, past));
    expect(calibrated(39, past)).toBeLessThanOrEqual(15);
    expect(calibrated(1e6, emptyHistogram())).toBe(15);
  });

  it('is the chance that as many of the past scored as high, the bin of the score counted in part', () => {
    // 1,000 scores, of them 200 at 5 nats: beyond the hundred highest, half of whose bin lies above the start of the tail.
    const past = pastOf([...Array(800).fill(0), ...Array(200).fill(5)]);
    const mixed = (1_000 * 0.2 + 10 * Math.exp(-5)) / 1_010;
    expect(calibrated(5, past)).toBeCloseTo(-Math.log(mixed), 10);
  });

  it('is never negative, not a number or without end, and never falls when the score rises', () => {
    const score = fc.double({ min: 0, max: 60, noNaN: true });
    fc.assert(
      fc.property(fc.array(score, { maxLength: 300 }), score, score, (scores, a, b) => {
        const past = pastOf(scores);
        const [low, high] = [calibrated(Math.min(a, b), past), calibrated(Math.max(a, b), past)];
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(15);
        expect(high).toBeGreaterThanOrEqual(low - 1e-9);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe('a threshold', () => {
  /** Daily maxima of `principals` for `weeks`, exponential as a right model's are. */
  const dailyMaxima = (principals: number, weeks: number): Histogram => pastOf(scoresOfModel(principals * 7 * weeks));

  it('is exceeded as often as asked for', () => {
    const past = dailyMaxima(60, 8);
    const scores = scoresOfModel(60 * 7 * 8);
    for (const perWeek of [0.5, 1, 2, 5]) {
      const threshold = thresholdFor(perWeek, past, 8)?.at ?? Number.NaN;
      const realized = scores.filter((score) => score >= threshold).length / 8;
      expect(realized).toBeGreaterThan(0.6 * perWeek);
      expect(realized).toBeLessThan(1.4 * perWeek);
    }
  });

  it('can promise less than once in all that was seen, by the shape of the tail', () => {
    const threshold = thresholdFor(0.05, dailyMaxima(60, 8), 8)?.at ?? Number.NaN;
    // 3,360 principal-days in 8 weeks; 0.05 a week is one in 8,400.
    expect(Math.abs(threshold - Math.log(8_400))).toBeLessThan(0.5);
  });

  it('falls when more alerts are allowed, and rises with more principals', () => {
    const of = (perWeek: number, principals: number) => thresholdFor(perWeek, dailyMaxima(principals, 8), 8)?.at ?? 0;
    expect(of(2, 60)).toBeLessThan(of(1, 60));
    expect(of(1, 400)).toBeGreaterThan(of(1, 60));
  });

  it('is not read from two days, nor from a handful of scores', () => {
    expect(thresholdFor(1, dailyMaxima(60, 1), 1)).toBeUndefined();
    expect(thresholdFor(1, pastOf(scoresOfModel(39)), 8)).toBeUndefined();
    expect(thresholdFor(1, pastOf(scoresOfModel(40)), 8)).toBeDefined();
  });
});

describe('a histogram', () => {
  it('counts what lies beyond its ends in its first and last bin', () => {
    const past = pastOf([-5, 0, 39.95, 1e9]);
    expect(past.count).toBe(4);
    expect([past.bins[0], past.bins.at(-1)]).toEqual([2, 2]);
  });

  it('forgets half when it is full, so that what an organization has become counts more', () => {
    const past = emptyHistogram();
    for (let i = 0; i < 50_000; i += 1) count(1, past);
    expect(past.count).toBe(50_000);
    count(3, past);
    expect(past.count).toBe(25_001);
    expect([past.bins[10], past.bins[30]]).toEqual([25_000, 1]);
  });

  it('is another when copied', () => {
    const past = pastOf([1, 2]);
    count(3, copyHistogram(past));
    expect(past).toEqual(pastOf([1, 2]));
  });

  it('is read back as it was packed', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 60, noNaN: true })), (scores) => {
        const past = pastOf(scores);
        expect(unpackHistogram(JSON.parse(JSON.stringify(packHistogram(past))))).toEqual(past);
      }),
      { seed: 1 },
    );
  });

  it('takes no room for what it never saw', () => {
    expect(packHistogram(emptyHistogram())).toEqual([0]);
    expect(packHistogram(pastOf([0.25, 0.25]))).toEqual([2, 2, 2]);
  });
});
