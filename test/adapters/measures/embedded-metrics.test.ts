import { describe, expect, it } from '@jest/globals';
import { fieldsOf, metricsOf } from '../../../lib/adapters/measures/embedded-metrics.ts';
import type { PollMeasures } from '../../../lib/app/poll.ts';

const measures: PollMeasures = {
  source: 'pulumi:acme',
  failure: undefined,
  silentRatio: 0.25,
  lagMs: 61_400,
  newestEventMs: Date.parse('2026-03-14T11:40:00Z'),
  isBehind: false,
  isBackfilling: false,
  events: 12,
  lateEvents: 1,
  lateArrivals: 2,
  deliveredLate: undefined,
  gaps: 1,
  pause: { fromMs: Date.parse('2026-03-14T09:00:00Z'), toMs: Date.parse('2026-03-14T10:30:00Z'), cause: 'unavailable' },
  sweepFound: 0,
  duplicates: 40,
  badRecords: 2,
  requests: 3,
  told: 1,
  undelivered: 0,
  budget: { weeks: 4, alerts: 3, allowed: 4 },
  durationMs: 1_850,
};

describe('the metrics of a poll', () => {
  it('are the four that alarms listen to, and no more: each costs by the month', () => {
    expect(metricsOf(measures)).toEqual({ LagSeconds: 61, DeadLetters: 2, RejectedCredentials: 0, SilentRatio: 0.25 });
  });

  it.each(['credentials', 'permission'] as const)('say that credentials were rejected, on %s', (failure) => {
    expect(metricsOf({ ...measures, failure })).toMatchObject({ RejectedCredentials: 1 });
  });

  it.each(['unavailable', 'rate-limited', 'conflict', 'other'] as const)('do not say so on %s', (failure) => {
    expect(metricsOf({ ...measures, failure })).toMatchObject({ RejectedCredentials: 0 });
  });

  it('leave out what is not known, since zero would say that all is well', () => {
    const unknown = metricsOf({ ...measures, failure: 'unavailable', lagMs: undefined, silentRatio: undefined });
    expect(unknown).toEqual({ DeadLetters: 2, RejectedCredentials: 0 });
  });
});

describe('the fields of a poll', () => {
  it('are the other figures, by names that queries rely on', () => {
    expect(fieldsOf(measures)).toEqual({
      message: 'polled',
      failure: 'none',
      newestEventAt: '2026-03-14T11:40:00Z',
      events: 12,
      lateEvents: 1,
      lateArrivals: 2,
      deliveredLate: null,
      gaps: 1,
      pauseCause: 'unavailable',
      pauseSeconds: 5_400,
      sweepFound: 0,
      duplicates: 40,
      requests: 3,
      told: 1,
      undelivered: 0,
      isBehind: false,
      isBackfilling: false,
      budgetWeeks: 4,
      budgetAlerts: 3,
      budgetAllowed: 4,
      durationMs: 1_850,
    });
  });

  it('collide with no metric, whose name would make the line none', () => {
    const names = [...Object.keys(metricsOf(measures)), ...Object.keys(fieldsOf(measures)), 'Source'];
    expect(new Set(names).size).toBe(names.length);
  });
});
