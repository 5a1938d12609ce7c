import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { scoreHours } from '../../bench/detection/hourly-counts.ts';
import type { Seen } from '../../lib/core/detectors/detector.ts';
import { usageSpike } from '../../lib/core/detectors/usage-spike.ts';
import { msPerHour } from '../../lib/core/time.ts';

const firstHour = Date.UTC(2026, 0, 5) / msPerHour;

const hoursOf = (counts: readonly number[]) =>
  counts.map((count, i) => ({ hour: firstHour + i, count, isLabelled: false }));

/** The best score that the product gives to any event of each hour, event by event. */
const byEvents = (counts: readonly number[]): readonly number[] => {
  let memory = usageSpike.empty;
  return counts.map((count, i) => {
    let best = 0;
    for (let each = 0; each < count; each += 1) {
      const seen = { event: { atMs: (firstHour + i) * msPerHour + each } } as Seen;
      const score = usageSpike.judge(seen, memory);
      best = Math.max(best, score?.nats ?? 0);
      memory = usageSpike.learn(seen.event, memory);
    }
    return best;
  });
};

const usual = Array.from({ length: 200 }, (_, i) => 3 + (i % 5));

describe('the hourly counts of the benchmark', () => {
  it('are scored as the product scores the events one by one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 1, maxLength: 60 }), (counts) => {
        const all = [...usual, ...counts];
        const events = byEvents(all);

        scoreHours(hoursOf(all)).forEach(({ score }, i) => {
          expect(score).toBeCloseTo(events[i] ?? Number.NaN, 9);
        });
      }),
      { seed: 4, numRuns: 25 },
    );
  });

  it('score nothing in the first week and a spike after it', () => {
    const early = scoreHours(hoursOf([...usual.slice(0, 100), 60]));
    const late = scoreHours(hoursOf([...usual, 60]));

    expect(early.at(-1)?.score).toBe(0);
    expect(late.at(-1)?.score).toBeGreaterThan(3 * Math.LN10);
  });
});
