import { describe, expect, it } from '@jest/globals';
import type { HourOfUse } from '../../../lib/core/investigation/investigation.ts';
import { busiestHours, spikesChart, usualHourLimit } from '../../../lib/report/investigation/spikes-chart.ts';
import { stolenToken } from './stolen-token.ts';

const hour = (nth: number, change: Partial<HourOfUse>): HourOfUse => ({
  hour: nth,
  usual: 0,
  unclear: 0,
  foreign: 0,
  ...change,
});

describe('spikes', () => {
  it('are measured against what 99 of 100 usual hours hold', () => {
    const use = Array.from({ length: 200 }, (_, nth) => hour(nth, { usual: nth === 7 ? 500 : 10 }));
    expect(usualHourLimit(use)).toBe(10);
    expect(usualHourLimit([hour(1, { foreign: 3 })])).toBeUndefined();
  });

  it('are listed busiest first, by the worst that happened in that hour', () => {
    const use = [hour(1, { usual: 5 }), hour(2, { usual: 2, foreign: 40 }), hour(3, { unclear: 9 })];
    expect(busiestHours(use, 2).map(({ hour: at, events, judged }) => [at, events, judged])).toEqual([
      [2, 42, 'foreign'],
      [3, 9, 'unclear'],
    ]);
  });

  it('tell of a theft that made none', () => {
    const use = [hour(500_000, { usual: 50 }), hour(500_001, { foreign: 3 })];
    expect(spikesChart({ ...stolenToken(), use })?.description).toContain(
      '1 hour of foreign or unclear use, none above that line: whoever it was made no noise',
    );
  });

  it('stay a drawing of some hundred marks, however long the log', () => {
    const years = Array.from({ length: 3_000 }, (_, day) => hour(400_000 + day * 24, { usual: 1 + (day % 9) }));
    const chart = spikesChart({ ...stolenToken(), use: years });
    expect(chart?.svg.match(/<rect/g)?.length).toBeLessThanOrEqual(240);
    expect(chart?.title).toBe('Spikes: the busiest hour of each 13 days');
  });

  it('are not drawn where nothing was used', () => {
    expect(spikesChart({ ...stolenToken(), use: [] })).toBeUndefined();
  });
});
