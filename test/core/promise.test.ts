import { describe, expect, it } from '@jest/globals';
import type { Alert } from '../../lib/core/alert.ts';
import { beginCoverage, latenessMs, settle } from '../../lib/core/coverage.ts';
import { isFarAbove, keptBy } from '../../lib/core/promise.ts';
import { msPerDay } from '../../lib/core/time.ts';
import { call, daily, having, msOf } from './having.ts';

const begunMs = msOf('2026-03-02T00:00Z');
const seenThrough = (at: string) =>
  settle(beginCoverage(begunMs, 28 * msPerDay), { throughMs: msOf(at) - latenessMs, events: 1, newestEventMs: 0 });

const theft = (): Alert => {
  const [told] = having(daily({ from: '2026-01-05T09:10Z', times: 60, ip: '192.0.2.7' })).tells(
    call('2026-03-06T01:40Z', '198.51.100.9'),
  );
  if (told === undefined) throw new RangeError('nothing was told');
  return told.alert;
};

const alertAt = (at: string): Alert => ({ ...theft(), openedAtMs: msOf(at) });
const factAt = (at: string): Alert => ({
  ...alertAt(at),
  findings: [
    { surprise: 13, evidence: { detector: 'token-life', fact: 'used-after-deletion', sinceMs: 0, atMs: msOf(at) } },
  ],
});

describe('the alerts of a budget', () => {
  it('are counted apart in history and since then', () => {
    const alerts = ['2026-02-10T10:00Z', '2026-02-20T10:00Z', '2026-03-05T10:00Z'].map(alertAt);
    expect(keptBy(alerts, seenThrough('2026-03-16T00:00Z'), 1)).toEqual({
      budgetPerWeek: 1,
      history: { weeks: 4, alerts: 2, facts: 0 },
      live: { weeks: 2, alerts: 1, facts: 0 },
    });
  });

  it('leave out what states a fact: it spends nothing', () => {
    const kept = keptBy(
      [factAt('2026-03-05T10:00Z'), alertAt('2026-03-06T10:00Z')],
      seenThrough('2026-03-09T00:00Z'),
      1,
    );
    expect(kept.live).toEqual({ weeks: 1, alerts: 1, facts: 1 });
  });

  it('have no weeks to be spread over while history is still being read', () => {
    const { history, live } = keptBy([], seenThrough('2026-02-16T00:00Z'), 1);
    expect({ history: history.weeks, live: live.weeks }).toEqual({ history: 2, live: 0 });
  });
});

describe('a budget', () => {
  it.each([
    [1, 4, 4, false],
    [1, 4, 8, false],
    [1, 4, 14, true],
    [1, 1, 6, true],
    [1, 0.5, 20, false],
    [0.1, 2, 3, true],
    [10, 4, 50, false],
    [10, 4, 90, true],
  ])('of %d a week is far exceeded in %d weeks by %d alerts: %p', (budget, weeks, alerts, isFar) => {
    expect(isFarAbove({ weeks, alerts, facts: 0 }, budget)).toBe(isFar);
  });
});
