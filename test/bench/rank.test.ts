import { describe, expect, it } from '@jest/globals';
import { chanceOf, type Past, remember } from '../../bench/detection/rank.ts';

const hundred = Array.from({ length: 100 }, (_, i) => i + 1);

describe('the exact rank', () => {
  it('keeps past scores ascending, whatever their order', () => {
    const past: Past = [];
    for (const score of [2, 5, 1, 2]) remember(score, past);

    expect(past).toEqual([1, 2, 2, 5]);
  });

  it('is the share of past scores at least as high, the new one counted in', () => {
    expect(chanceOf(51, hundred, { points: 10, guard: 0 })).toBeCloseTo(51 / 101, 12);
  });

  it('becomes an exponential tail beyond the tenth highest', () => {
    // The ten highest of 1 to 100 start at 91 and exceed it by 4.5 on average.
    expect(chanceOf(100, hundred, { points: 10, guard: 0 })).toBeCloseTo(0.1 * Math.exp(-9 / 4.5), 12);
  });

  it('is larger with a guard', () => {
    const guarded = chanceOf(100, hundred, { points: 10, guard: 1 });

    expect(guarded).toBeGreaterThan(chanceOf(100, hundred, { points: 10, guard: 0 }));
  });
});
