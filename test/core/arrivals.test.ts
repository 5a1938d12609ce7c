import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  lateBucketsMs,
  lateBySweep,
  lateIn,
  laterThan,
  lateSince,
  noArrivals,
  noYoung,
  withArrivals,
  youngMax,
  youngOf,
} from '../../lib/core/arrivals.ts';
import { msPerHour, msPerMinute } from '../../lib/core/time.ts';
import { msOf } from './having.ts';

const lookedAtMs = msOf('2026-03-14T12:00Z');
const event = (id: string, minutesAgo: number) => ({ id, atMs: lookedAtMs - minutesAgo * msPerMinute });
const seen = youngOf([event('a', 3), event('b', 1)], lookedAtMs);

describe('an event that a look did not see', () => {
  it('was late where it had happened by then: later than that look, and not later than the next', () => {
    const nextMs = lookedAtMs + 5 * msPerMinute;
    expect(lateSince(seen, [event('a', 3), event('late', 4), event('b', 1), event('new', -2)], nextMs)).toEqual([
      { atLeastMs: 4 * msPerMinute, atMostMs: 9 * msPerMinute },
    ]);
  });

  it('may have happened in the second in which the look began', () => {
    expect(lateSince(youngOf([], lookedAtMs + 700), [{ id: 'x', atMs: lookedAtMs }], lookedAtMs + 900)).toEqual([]);
  });

  it('is not late before the first look', () => {
    expect(lateSince(noYoung, [event('a', 3)], lookedAtMs)).toEqual([]);
  });
});

describe('an event that only a sweep found', () => {
  const windowMs = 15 * msPerMinute;

  it('was later than the window, and not later than the sweep', () => {
    const nowMs = lookedAtMs + 20 * msPerHour;
    expect(lateBySweep(event('x', 0), { before: undefined, windowMs, nowMs })).toEqual({
      atLeastMs: windowMs,
      atMostMs: 20 * msPerHour,
    });
  });

  it('was later than the sweep before, where that had read its time', () => {
    const before = { fromMs: lookedAtMs - msPerHour, toMs: lookedAtMs + 1, atMs: lookedAtMs + 2 * msPerHour };
    const nowMs = lookedAtMs + 26 * msPerHour;
    expect(lateBySweep(event('x', 0), { before, windowMs, nowMs }).atLeastMs).toBe(2 * msPerHour);
    expect(lateBySweep(event('x', 90), { before, windowMs, nowMs }).atLeastMs).toBe(windowMs);
  });
});

describe('arrivals', () => {
  it('count late events by their bounds, and say how many came after the window', () => {
    const late = [
      { atLeastMs: 20_000, atMostMs: 4 * msPerMinute },
      { atLeastMs: 15 * msPerMinute, atMostMs: 20 * msPerHour },
      { atLeastMs: 80 * msPerHour, atMostMs: 90 * msPerHour },
    ];
    const arrivals = withArrivals(noArrivals, { count: 40, late });
    expect(arrivals).toEqual({ events: 40, atLeast: [1, 0, 0, 1, 0, 0, 0, 1], atMost: [0, 1, 0, 0, 0, 1, 0, 1] });
    expect(lateIn(arrivals)).toBe(3);
    expect(laterThan(arrivals, 15 * msPerMinute)).toBe(2);
  });

  it('lose none, whatever its lateness', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100 * msPerHour })), (all) => {
        const late = all.map((ms) => ({ atLeastMs: ms, atMostMs: ms * 2 }));
        const { atLeast, atMost } = withArrivals(noArrivals, { count: all.length, late });
        const sum = (buckets: readonly number[]) => buckets.reduce((a, b) => a + b, 0);
        expect([sum(atLeast), sum(atMost)]).toEqual([all.length, all.length]);
        for (const [bucket, limitMs] of lateBucketsMs.entries()) {
          expect(sum(atLeast.slice(0, bucket + 1))).toBe(all.filter((ms) => ms < limitMs).length);
        }
      }),
      { seed: 20_260_314 },
    );
  });
});

describe('what a look remembers of young events', () => {
  it('is bounded, and of more it is a sample, by which none that it saw is called late', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 400 }), (before, after) => {
        const shown = Array.from({ length: before }, (_, at) => event(`shown-${at}`, 2));
        const hidden = Array.from({ length: after }, (_, at) => event(`hidden-${at}`, 2));
        const young = youngOf(shown, lookedAtMs);
        expect(young.ids.length).toBeLessThanOrEqual(Math.ceil((youngMax * 4) / 3) * 4);
        expect(lateSince(young, shown, lookedAtMs)).toEqual([]);
        const late = lateSince(young, [...shown, ...hidden], lookedAtMs).length;
        expect(late).toBeLessThanOrEqual(after);
        if (before < youngMax) expect(late).toBe(after);
      }),
      { seed: 20_260_314, numRuns: 40 },
    );
  });

  it('does not depend on the order in which they came', () => {
    expect(youngOf([event('b', 1), event('a', 3), event('a', 3)], lookedAtMs)).toEqual(seen);
  });
});
