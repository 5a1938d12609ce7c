import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Cadence, cadenceOf, nextUse } from '../../../lib/core/inventory/cadence.ts';
import { msPerDay, msPerHour, msPerMinute } from '../../../lib/core/time.ts';
import { msOf } from '../having.ts';

const every = (from: string, ms: number, times: number): readonly number[] =>
  Array.from({ length: times }, (_, nth) => msOf(from) + nth * ms);
/** Minutes late, in turn. */
const jittered = (startsMs: readonly number[], minutes: readonly number[]): readonly number[] =>
  startsMs.map((startMs, nth) => startMs + (minutes[nth % minutes.length] ?? 0) * msPerMinute);
const isWorkday = (atMs: number): boolean => ![0, 6].includes(new Date(atMs).getUTCDay());

describe('the cadence of uses', () => {
  it('is hourly for a job at seven minutes past, whatever hours it misses', () => {
    const starts = every('2026-03-02T00:07Z', msPerHour, 200).filter((_, nth) => nth % 11 !== 5);
    expect(cadenceOf(starts)).toEqual({ kind: 'hourly', minute: 7, spreadMinutes: 0 });
  });

  it('is daily at its usual minute', () => {
    const starts = jittered(every('2026-03-02T02:15Z', msPerDay, 20), [0, 2, 4]);
    expect(cadenceOf(starts)).toEqual({ kind: 'daily', atMinute: 137, spreadMinutes: 4 });
  });

  it('is daily for a job around midnight UTC, which falls on some days twice and on others never', () => {
    const starts = jittered(every('2026-03-02T23:58Z', msPerDay, 20), [-6, 0, 6]);
    expect(cadenceOf(starts)).toEqual({ kind: 'daily', atMinute: 23 * 60 + 58, spreadMinutes: 12 });
  });

  it('is of weekdays for a job that rests at weekends and on a holiday', () => {
    const starts = every('2026-03-02T09:00Z', msPerDay, 28).filter((atMs, nth) => isWorkday(atMs) && nth !== 10);
    expect(cadenceOf(starts)).toMatchObject({ kind: 'weekdays', atMinute: 540 });
  });

  it('is weekly for Sundays', () => {
    expect(cadenceOf(every('2026-03-01T04:00Z', 7 * msPerDay, 5))).toMatchObject({ kind: 'weekly', weekday: 0 });
  });

  it('is irregular for what comes every few days', () => {
    const days = [0, 3, 4, 9, 11, 17, 18, 25];
    expect(cadenceOf(days.map((day) => msOf('2026-03-02T10:00Z') + day * msPerDay))).toEqual({
      kind: 'irregular',
      usualGapMs: 3 * msPerDay,
      longestGapMs: 7 * msPerDay,
    });
  });

  it('is unknown for an afternoon’s work, however busy', () => {
    expect(cadenceOf(every('2026-03-02T10:00Z', 30 * msPerMinute, 8))).toEqual({ kind: 'unknown' });
    expect(cadenceOf([])).toEqual({ kind: 'unknown' });
  });
});

describe('the next use', () => {
  it('of a nightly job is due the next night and late half an hour after its usual spread', () => {
    const cadence: Cadence = { kind: 'daily', atMinute: 120, spreadMinutes: 10 };
    expect(nextUse(cadence, msOf('2026-03-30T12:00Z'))).toEqual({
      dueMs: msOf('2026-03-31T02:00Z'),
      byMs: msOf('2026-03-31T02:40Z'),
    });
  });

  it('of a weekday job waits for Monday', () => {
    const cadence: Cadence = { kind: 'weekdays', atMinute: 540, spreadMinutes: 0 };
    expect(nextUse(cadence, msOf('2026-03-27T12:00Z'))?.dueMs).toBe(msOf('2026-03-30T09:00Z'));
  });

  it('of an hourly job allows for one missed hour', () => {
    const cadence: Cadence = { kind: 'hourly', minute: 7, spreadMinutes: 0 };
    expect(nextUse(cadence, msOf('2026-03-27T12:07Z'))).toEqual({
      dueMs: msOf('2026-03-27T13:07Z'),
      byMs: msOf('2026-03-27T15:07Z'),
    });
  });

  it('lies after the time asked about, and is never late before it is due', () => {
    const starts = fc
      .array(fc.integer({ min: 0, max: 60 * 24 * 60 }), { maxLength: 120 })
      .map((minutes) =>
        minutes.map((minute) => msOf('2026-01-01T00:00Z') + minute * msPerMinute).sort((a, b) => a - b),
      );
    fc.assert(
      fc.property(starts, fc.integer({ min: 0, max: 90 * 24 * 60 }), (startsMs, minute) => {
        const afterMs = msOf('2026-01-01T00:00Z') + minute * msPerMinute;
        const next = nextUse(cadenceOf(startsMs), afterMs);
        if (next === undefined) return;
        expect(next.dueMs).toBeGreaterThanOrEqual(afterMs);
        expect(next.byMs).toBeGreaterThanOrEqual(next.dueMs);
      }),
      { seed: 20_260_330, numRuns: 300 },
    );
  });
});
