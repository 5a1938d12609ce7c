import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { beginCoverage, silenceOf } from '../../lib/core/coverage.ts';
import {
  checkedRhythm,
  hear,
  isTooSilent,
  type Rhythm,
  silenceAt,
  silenceSince,
  silentRatio,
} from '../../lib/core/silence.ts';
import { readCoverage, writeCoverage } from '../../lib/core/stored.ts';
import { msPerDay, msPerHour } from '../../lib/core/time.ts';
import { msOf } from './having.ts';

const heardAt = (timesMs: readonly number[]): Rhythm | undefined =>
  hear(
    undefined,
    timesMs.map((atMs) => ({ atMs })),
  );

/** A Monday, and the five weeks after it. */
const mondayMs = msOf('2026-03-02T00:00Z');
const hoursOf = (days: number, isHeard: (day: number, hour: number) => boolean): readonly number[] =>
  Array.from({ length: days * 24 }, (_, at) => at)
    .filter((at) => isHeard(Math.floor(at / 24), at % 24))
    .map((at) => mondayMs + at * msPerHour + 20 * 60_000);

const office = hoursOf(33, (day, hour) => day % 7 < 5 && hour >= 8 && hour < 18);
const machines = hoursOf(33, () => true);
const nightly = hoursOf(33, (_, hour) => hour === 2);

const silentAfter = (heard: readonly number[], atMs: number) => {
  const rhythm = heardAt(heard);
  return rhythm === undefined ? silenceSince(mondayMs, atMs) : silenceAt(rhythm, atMs);
};
const ratioAt = (heard: readonly number[], at: string): number => silentRatio(silentAfter(heard, msOf(at)));

describe('a log of machines that never rest', () => {
  it('is not silent for six hours', () => {
    expect(ratioAt(machines, '2026-04-04T04:00Z')).toBeLessThan(1);
  });

  it('is silent after more', () => {
    expect(ratioAt(machines, '2026-04-04T06:00Z')).toBeGreaterThan(1);
  });
});

describe('a log of office hours', () => {
  it.each([
    ['a night', '2026-04-03T07:00Z'],
    ['a weekend', '2026-04-06T07:00Z'],
    ['a weekend and a holiday after it', '2026-04-07T07:00Z'],
  ])('may be quiet for %s', (_, at) => {
    expect(ratioAt(office, at)).toBeLessThan(1);
  });

  it('is silent when working days pass without a word', () => {
    expect(ratioAt(office, '2026-04-08T12:00Z')).toBeGreaterThan(1);
  });

  it('says how long it was quiet, and what is usual, without weekends', () => {
    const silence = { quietHours: 31, usualHours: 54, heard: 'rhythm' };
    expect(silentAfter(office, msOf('2026-04-07T00:00Z'))).toEqual(silence);
  });
});

describe('a log of one nightly job', () => {
  it('may miss one night, but not two', () => {
    expect(ratioAt(nightly, '2026-04-05T01:00Z')).toBeLessThan(1);
    expect(ratioAt(nightly, '2026-04-06T03:00Z')).toBeGreaterThan(1);
  });
});

describe('silence', () => {
  it('is not judged by a rhythm before two weeks were heard: four weeks without a word are too long', () => {
    const young = machines.filter((atMs) => atMs >= msOf('2026-03-22T00:00Z'));
    expect(silentAfter(young, msOf('2026-04-20T00:00Z'))).toMatchObject({ usualHours: 672, heard: 'little' });
    expect(ratioAt(young, '2026-05-01T00:00Z')).toBeLessThan(1);
    expect(ratioAt(young, '2026-05-03T00:00Z')).toBeGreaterThan(1);
  });

  it('has four weeks, too, in a log that hardly ever speaks', () => {
    const weekly = hoursOf(33, (day, hour) => day % 7 === 2 && hour === 10);
    expect(ratioAt(weekly, '2026-04-28T00:00Z')).toBeLessThan(1);
    expect(ratioAt(weekly, '2026-05-02T00:00Z')).toBeGreaterThan(1);
  });

  it('is still seen after a holiday week, when no day of the week is known as one of rest or of work', () => {
    const holidays = machines.filter((atMs) => atMs < msOf('2026-03-16T00:00Z') || atMs >= msOf('2026-03-24T00:00Z'));
    expect(ratioAt(holidays, '2026-04-10T00:00Z')).toBeLessThan(1);
    expect(ratioAt(holidays, '2026-04-25T00:00Z')).toBeGreaterThan(1);
  });

  it('does not become usual by lasting: only what ended in an event is learned', () => {
    const at = (days: number) => silentRatio(silentAfter(machines, msOf('2026-04-04T00:00Z') + days * msPerDay));
    expect(at(60)).toBeGreaterThan(at(30));
    expect(at(30)).toBeGreaterThan(at(3));
  });
});

describe('coverage', () => {
  it('carries the rhythm in the stored cursor, and writes no damaged one', () => {
    const coverage = { ...beginCoverage(mondayMs, 30 * msPerDay), rhythm: heardAt(office) };
    expect(readCoverage(writeCoverage(coverage))).toEqual(coverage);
    const damaged = { ...coverage, rhythm: { lastHour: 5, heard: 'x' } };
    expect(() => readCoverage(writeCoverage(damaged))).toThrow('a rhythm is an hour');
  });

  it('knows no silence while history is read, whose gaps are over', () => {
    const begun = { ...beginCoverage(msOf('2026-04-20T00:00Z'), 60 * msPerDay), newestEventMs: machines.at(-1) ?? 0 };
    const settled = (throughMs: number) => ({ ...begun, settledThroughMs: throughMs, rhythm: heardAt(machines) });
    expect(silenceOf(settled(msOf('2026-04-10T00:00Z')))).toBeUndefined();
    expect(isTooSilent(silenceOf(settled(msOf('2026-04-20T00:00Z'))))).toBe(true);
  });

  it('takes a log that never spoke for silent a day after the watch began', () => {
    const startMs = msOf('2026-04-20T00:00Z');
    const seenThrough = (throughMs: number) => ({
      ...beginCoverage(startMs, 30 * msPerDay),
      settledThroughMs: throughMs,
    });
    expect(isTooSilent(silenceOf(seenThrough(startMs + 23 * msPerHour)))).toBe(false);
    expect(isTooSilent(silenceOf(seenThrough(startMs + 25 * msPerHour)))).toBe(true);
  });

  it('knows no silence of a log whose rhythm an older release did not keep', () => {
    const coverage = {
      ...beginCoverage(mondayMs, 0),
      settledThroughMs: mondayMs + 60 * msPerDay,
      newestEventMs: mondayMs,
    };
    expect(silenceOf(coverage)).toBeUndefined();
  });
});

describe('laws of the rhythm', () => {
  const settings = { seed: 20_260_314, numRuns: 200 };
  const times = fc.array(
    fc.integer({ min: 0, max: 60 * 24 * 60 }).map((minutes) => mondayMs + minutes * 60_000),
    { maxLength: 200 },
  );

  it('the order of events, pages and repeats make no difference', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 20 }), (all, size) => {
        const sorted = all.toSorted((a, b) => a - b);
        let paged: Rhythm | undefined;
        for (let from = 0; from < all.length; from += size) {
          const page = all.slice(from, from + size).map((atMs) => ({ atMs }));
          paged = hear(hear(paged, page), page.toReversed());
        }
        expect(paged).toEqual(heardAt(sorted));
      }),
      settings,
    );
  });

  it('it stays small, and survives being stored', () => {
    fc.assert(
      fc.property(
        times.filter(({ length }) => length > 0),
        (all) => {
          const rhythm = heardAt(all);
          expect(JSON.stringify(rhythm).length).toBeLessThan(220);
          expect(checkedRhythm(JSON.parse(JSON.stringify(rhythm)) as Rhythm)).toEqual(rhythm);
        },
      ),
      settings,
    );
  });

  it('an hour longer is never less silent, and an event ends it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(machines, office),
        times,
        fc.integer({ min: 0, max: 30 * 24 }),
        (past, all, hours) => {
          const heard = [...past, ...all];
          const lastMs = Math.max(...heard);
          const ratio = (events: readonly number[], atMs: number) => silentRatio(silentAfter(events, atMs));
          const nowMs = lastMs + hours * msPerHour;
          expect(ratio(heard, nowMs + msPerHour)).toBeGreaterThanOrEqual(ratio(heard, nowMs));
          expect(ratio([...heard, nowMs], nowMs) * 6).toBeLessThanOrEqual(1);
        },
      ),
      settings,
    );
  });

  it('refuses what is no rhythm', () => {
    for (const none of [{ lastHour: 1.5, heard: '1' }, { lastHour: 5, heard: 'x' }, { lastHour: 5, heard: '' }, {}]) {
      expect(() => checkedRhythm(none as Rhythm)).toThrow('a rhythm is');
    }
  });
});
