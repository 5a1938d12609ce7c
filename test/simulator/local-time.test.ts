import { describe, expect, it } from '@jest/globals';
import {
  instantAt,
  isHoliday,
  isWeekend,
  localDayOf,
  localMinuteOf,
  nextLocal,
} from '../../lib/simulator/local-time.ts';

const dayOf = (date: string): number => Date.parse(`${date}T00:00Z`) / 86_400_000;
const iso = (atMs: number): string => new Date(atMs).toISOString().slice(0, 16);
const nine = 9 * 60;

describe('wall clocks', () => {
  it.each([
    ['Europe/Berlin', '2026-10-24', '2026-10-24T07:00'],
    ['Europe/Berlin', '2026-10-25', '2026-10-25T08:00'],
    ['America/New_York', '2026-10-31', '2026-10-31T13:00'],
    ['America/New_York', '2026-11-01', '2026-11-01T14:00'],
    ['Europe/Berlin', '2027-03-28', '2027-03-28T07:00'],
  ] as const)('in %s show nine on %s at %s UTC', (zone, date, instant) => {
    const atMs = instantAt(zone, { day: dayOf(date), minute: nine });
    expect(iso(atMs)).toBe(instant);
    expect(localMinuteOf(zone, atMs)).toBe(nine);
    expect(localDayOf(zone, atMs)).toBe(dayOf(date));
  });

  it('are right in the hours around a change too', () => {
    const at = (minute: number): string => iso(instantAt('Europe/Berlin', { day: dayOf('2026-10-25'), minute }));
    expect([at(60), at(4 * 60)]).toEqual(['2026-10-24T23:00', '2026-10-25T03:00']);
  });

  it('find the next time that they show a minute, today or tomorrow', () => {
    const next = (from: string): string => iso(nextLocal('Europe/Berlin', { fromMs: Date.parse(from), minute: 185 }));
    expect(next('2026-10-05T01:05Z')).toBe('2026-10-05T01:05');
    expect(next('2026-10-05T01:06Z')).toBe('2026-10-06T01:05');
  });
});

describe('the calendar', () => {
  it('knows weekends', () => {
    expect(['2026-10-09', '2026-10-10', '2026-10-11', '2026-10-12'].map((date) => isWeekend(dayOf(date)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('knows Thanksgiving as the fourth Thursday of November, in America only', () => {
    expect(isHoliday('US', dayOf('2026-11-26'))).toBe(true);
    expect(isHoliday('US', dayOf('2026-11-19'))).toBe(false);
    expect(isHoliday('DE', dayOf('2026-11-26'))).toBe(false);
  });
});
