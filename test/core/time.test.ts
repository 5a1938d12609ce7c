import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dayOf, earliestMs, hourOf, isoSeconds, isPlausible, latestMs, parseInstant } from '../../lib/core/time.ts';

describe('an instant', () => {
  it.each([
    ['2026-03-14T02:13:00Z', Date.UTC(2026, 2, 14, 2, 13)],
    ['2026-03-14T02:13Z', Date.UTC(2026, 2, 14, 2, 13)],
    ['2026-03-14 02:13:00Z', Date.UTC(2026, 2, 14, 2, 13)],
    ['2026-03-14t02:13:00z', Date.UTC(2026, 2, 14, 2, 13)],
    ['2026-03-14T02:13:00.250Z', Date.UTC(2026, 2, 14, 2, 13, 0, 250)],
    ['2026-03-14T02:13:00.250999999Z', Date.UTC(2026, 2, 14, 2, 13, 0, 250)],
    ['2026-03-14T02:13:00+05:30', Date.UTC(2026, 2, 13, 20, 43)],
    ['2026-03-14T02:13:00-0800', Date.UTC(2026, 2, 14, 10, 13)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ])('is read from %s', (text, atMs) => {
    expect(parseInstant(text)).toBe(atMs);
  });

  it.each([
    ['has no zone, and so could be any of 26 hours', '2026-03-14T02:13:00'],
    ['has no time', '2026-03-14'],
    ['has no such month', '2026-13-14T02:13:00Z'],
    ['has no such day', '2026-02-30T02:13:00Z'],
    ['is no leap year', '2025-02-29T02:13:00Z'],
    ['has no such second', '2026-03-14T02:13:61Z'],
    ['is before both vendors', '1999-12-31T23:59:59Z'],
    ['is beyond any log', '2100-01-01T00:00:00Z'],
    ['is a number', '1773454380'],
    ['goes on', '2026-03-14T02:13:00Z; drop'],
    ['is longer than any', `2026-03-14T02:13:00.${'0'.repeat(40)}Z`],
    ['is empty', ''],
  ])('is refused where the text %s', (_, text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it('is plausible from 2000 up to, but without, 2100', () => {
    expect([earliestMs, latestMs - 1].map(isPlausible)).toEqual([true, true]);
    expect([earliestMs - 1, latestMs, Number.NaN, Number.POSITIVE_INFINITY].map(isPlausible)).toEqual(
      Array.from({ length: 4 }, () => false),
    );
  });

  it('is written in whole seconds, with the fraction only where there is one', () => {
    expect(isoSeconds(Date.UTC(2026, 2, 14, 2, 13))).toBe('2026-03-14T02:13:00Z');
    expect(isoSeconds(Date.UTC(2026, 2, 14, 2, 13, 0, 250))).toBe('2026-03-14T02:13:00.250Z');
  });

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: earliestMs, max: latestMs - 1 }), (atMs) => {
        expect(parseInstant(isoSeconds(atMs))).toBe(atMs);
      }),
      { seed: 1 },
    );
  });
});

describe('days and hours', () => {
  it('begin at midnight UTC, and on the hour', () => {
    expect(dayOf(Date.UTC(2026, 2, 14, 23, 59, 59, 999)) + 1).toBe(dayOf(Date.UTC(2026, 2, 15)));
    expect(hourOf(Date.UTC(2026, 2, 14, 2, 59, 59, 999)) + 1).toBe(hourOf(Date.UTC(2026, 2, 14, 3)));
  });
});
