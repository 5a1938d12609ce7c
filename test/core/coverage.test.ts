import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  beginCoverage,
  decodeCoverage,
  encodeCoverage,
  endSweep,
  type Gap,
  horizonOf,
  isBackfilling,
  isGap,
  isSettled,
  isSweepDue,
  readFromMs,
  settle,
  skip,
  sweepingOf,
  sweepOf,
  sweptThrough,
  withGap,
  withoutGapsIn,
} from '../../lib/core/coverage.ts';
import { newestMax, noStretches } from '../../lib/core/stretches.ts';
import { msPerDay, msPerHour, msPerSecond } from '../../lib/core/time.ts';
import { noWatching } from '../../lib/core/watching.ts';
import { msOf } from './having.ts';

const begun = beginCoverage(msOf('2026-03-14T12:00:00.700Z'), 30 * msPerDay);

describe('coverage', () => {
  it('begins a backfill ago, in whole seconds, because half a second would split twins', () => {
    expect(begun).toEqual({
      fromMs: msOf('2026-02-12T12:00:00Z'),
      settledThroughMs: msOf('2026-02-12T12:00:00Z'),
      backfillUntilMs: msOf('2026-03-14T12:00:00Z'),
      sweptAtMs: msOf('2026-03-14T12:00:00Z'),
      newestEventMs: 0,
      events: 0,
      lateEvents: 0,
      gaps: noStretches,
      watching: noWatching,
    });
  });

  it('settles nothing younger than fifteen minutes', () => {
    expect(horizonOf(msOf('2026-03-14T12:00:00.700Z'))).toBe(msOf('2026-03-14T11:45:00Z'));
  });

  it('counts what was settled', () => {
    const throughMs = msOf('2026-02-13T12:00:00Z');
    const newestEventMs = msOf('2026-02-13T11:58:00Z');
    expect(settle(begun, { throughMs, events: 7, newestEventMs })).toEqual({
      ...begun,
      settledThroughMs: throughMs,
      newestEventMs,
      events: 7,
    });
  });

  it('never goes back', () => {
    const far = settle(begun, {
      throughMs: msOf('2026-03-01T00:00Z'),
      events: 7,
      newestEventMs: msOf('2026-02-28T23:00Z'),
    });
    const again = settle(far, { throughMs: msOf('2026-02-20T00:00Z'), events: 0, newestEventMs: 0 });
    expect(again).toEqual(far);
  });

  it('is backfilling until it has come within fifteen minutes of its beginning', () => {
    const at = (throughMs: number) => settle(begun, { throughMs, events: 0, newestEventMs: 0 });
    expect(isBackfilling(begun)).toBe(true);
    expect(isBackfilling(at(msOf('2026-03-14T11:44:59Z')))).toBe(true);
    expect(isBackfilling(at(msOf('2026-03-14T11:45:00Z')))).toBe(false);
  });
});

describe('a stretch settled in part', () => {
  const atMs = msOf('2026-02-13T11:58:00Z');
  const inPart = settle(begun, { throughMs: atMs, throughId: 'm', events: 3, newestEventMs: atMs });

  it('holds what comes before an event in the order of time and id, and that event', () => {
    const events = [
      { atMs: atMs - 1, id: 'z' },
      { atMs, id: 'a' },
      { atMs, id: 'm' },
      { atMs, id: 'n' },
      { atMs: atMs + 1, id: 'a' },
    ];
    expect(events.map((event) => isSettled(inPart, event))).toEqual([true, true, true, false, false]);
  });

  it('is read again from its whole second', () => {
    expect(readFromMs(inPart)).toBe(atMs);
    expect(readFromMs({ ...inPart, settledThroughMs: atMs + 400 })).toBe(atMs);
  });

  it('goes on within the second, and is whole when its end is reached', () => {
    const further = settle(inPart, { throughMs: atMs, throughId: 'p', events: 1, newestEventMs: atMs });
    expect(further).toMatchObject({ settledThroughMs: atMs, settledThroughId: 'p', events: 4 });
    const whole = settle(further, { throughMs: atMs + 1_000, events: 2, newestEventMs: atMs });
    expect(whole).toMatchObject({ settledThroughMs: atMs + 1_000, events: 6 });
    expect(whole).not.toHaveProperty('settledThroughId');
    expect(isSettled(whole, { atMs: atMs + 1_000, id: 'a' })).toBe(false);
  });
});

describe('a sweep', () => {
  it('is due a day after the last', () => {
    expect(isSweepDue(begun, begun.sweptAtMs + msPerDay - 1)).toBe(false);
    expect(isSweepDue(begun, begun.sweptAtMs + msPerDay)).toBe(true);
  });

  it('reads three days again, and only what is settled', () => {
    const throughMs = msOf('2026-03-14T11:45Z');
    const coverage = settle(begun, { throughMs, events: 0, newestEventMs: 0 });
    expect(sweepOf(coverage)).toEqual({ fromMs: throughMs - 72 * msPerHour, toMs: throughMs });
  });

  it('begins with a whole second, whenever the one before began', () => {
    const swept = endSweep(begun, { atMs: begun.sweptAtMs + msPerDay + 634, fromMs: 0, toMs: 1 });
    const coverage = settle(swept, { throughMs: begun.sweptAtMs + 2 * msPerDay, events: 0, newestEventMs: 0 });
    expect(sweepOf(coverage).fromMs).toBe(begun.sweptAtMs + msPerDay - 72 * msPerHour);
  });

  it('reads nothing from before the beginning', () => {
    const throughMs = msOf('2026-02-13T12:00Z');
    const coverage = settle(begun, { throughMs, events: 0, newestEventMs: 0 });
    expect(sweepOf(coverage)).toEqual({ fromMs: begun.fromMs, toMs: throughMs });
  });
});

describe('a second that cannot be read', () => {
  const second = (at: number): Gap => ({
    fromMs: begun.fromMs + at * msPerSecond,
    toMs: begun.fromMs + (at + 1) * msPerSecond,
    cause: 'too-much',
  });

  it('is a gap, behind which the reading goes on', () => {
    const inPart = settle(begun, { throughMs: begun.fromMs, throughId: 'm', events: 3, newestEventMs: begun.fromMs });
    const skipped = skip(inPart, second(0));
    expect(skipped).toMatchObject({ settledThroughMs: second(0).toMs, events: 3 });
    expect(skipped).not.toHaveProperty('settledThroughId');
    expect(skipped.gaps).toEqual({ count: 1, totalMs: msPerSecond, newest: [second(0)] });
  });

  it('makes one gap with those beside it, however long the flood', () => {
    const flooded = [0, 1, 2, 7].reduce((coverage, at) => skip(coverage, second(at)), begun);
    expect(flooded.gaps).toEqual({
      count: 2,
      totalMs: 4 * msPerSecond,
      newest: [{ ...second(0), toMs: second(2).toMs }, second(7)],
    });
    expect([1, 3, 7].map((at) => isGap(flooded, second(at)))).toEqual([true, false, true]);
  });

  it('is recorded once, however often a sweep comes by', () => {
    const once = withGap(begun, second(4));
    expect(withGap(once, second(4))).toBe(once);
  });

  it('counts no part of a gap twice', () => {
    const part = { ...second(4), toMs: second(4).toMs - 400 };
    expect(withGap(withGap(begun, part), second(4)).gaps).toEqual({
      count: 1,
      totalMs: msPerSecond,
      newest: [second(4)],
    });
  });

  it('is a gap no more when a sweep could read it whole', () => {
    const two = withGap(withGap(begun, second(4)), second(9));
    expect(withoutGapsIn(two, { fromMs: second(4).fromMs, toMs: second(9).fromMs }).gaps).toEqual({
      count: 1,
      totalMs: msPerSecond,
      newest: [second(9)],
    });
  });

  it('stays one where it was not read: a gap loses an end, or falls in two', () => {
    const flooded = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].reduce((coverage, at) => withGap(coverage, second(at)), begun);
    const ends = withoutGapsIn(flooded, { fromMs: second(8).fromMs, toMs: second(20).toMs });
    expect(ends.gaps).toEqual({
      count: 1,
      totalMs: 8 * msPerSecond,
      newest: [{ ...second(0), toMs: second(7).toMs }],
    });
    expect(withoutGapsIn(ends, { fromMs: second(3).fromMs, toMs: second(4).toMs }).gaps).toEqual({
      count: 2,
      totalMs: 6 * msPerSecond,
      newest: [
        { ...second(0), toMs: second(2).toMs },
        { ...second(5), toMs: second(7).toMs },
      ],
    });
    expect(withoutGapsIn(ends, { fromMs: second(8).fromMs, toMs: second(9).toMs })).toBe(ends);
  });

  it('is never counted less than it was left, wherever sweeps read', () => {
    const seconds = fc.integer({ min: 0, max: 60 });
    fc.assert(
      fc.property(
        fc.array(seconds, { maxLength: 12 }),
        fc.array(fc.tuple(seconds, fc.integer({ min: 1, max: 20 })), { maxLength: 8 }),
        (full, readings) => {
          const left = new Set(full);
          let coverage = [...left].sort((a, b) => a - b).reduce((so, at) => withGap(so, second(at)), begun);
          for (const [from, length] of readings) {
            coverage = withoutGapsIn(coverage, { fromMs: second(from).fromMs, toMs: second(from + length).fromMs });
            for (let at = from; at < from + length; at += 1) left.delete(at);
          }
          const { count, totalMs, newest } = coverage.gaps;
          expect(totalMs).toBe(left.size * msPerSecond);
          expect(count).toBe(newest.length);
          for (let at = 0; at <= 60; at += 1) expect(isGap(coverage, second(at))).toBe(left.has(at));
        },
      ),
      { seed: 20_260_314, numRuns: 200 },
    );
  });

  it('is listed among the newest only, and counted among all', () => {
    const many = Array.from({ length: 100 }, (_, at) => second(at * 2)).reduce(withGap, begun);
    expect(many.gaps).toMatchObject({ count: 100, totalMs: 100 * msPerSecond });
    expect(many.gaps.newest).toHaveLength(newestMax);
    expect(many.gaps.newest.at(-1)).toEqual(second(198));
  });
});

describe('a sweep over several runs', () => {
  const atMs = begun.sweptAtMs + msPerDay;
  const fromMs = begun.fromMs;
  const underWay = sweptThrough(begun, { atMs, throughMs: fromMs + msPerDay });

  it('goes on where it was, and keeps its beginning', () => {
    expect(sweepingOf(begun, { fromMs, nowMs: atMs })).toEqual({ atMs, throughMs: fromMs });
    const resumed = { atMs, throughMs: fromMs + msPerDay };
    expect(sweepingOf(underWay, { fromMs, nowMs: atMs + msPerHour })).toEqual(resumed);
    expect(decodeCoverage(encodeCoverage(underWay))).toEqual(underWay);
  });

  it('begins anew where an earlier release noted only how far it was', () => {
    const noted = encodeCoverage(underWay).replace(/"sweeping":\{[^}]*\}/, `"sweptThroughMs":${fromMs + msPerDay}`);
    expect(noted).toContain('sweptThroughMs');
    expect(decodeCoverage(noted)).toEqual(begun);
  });

  it('is refused where its beginning is none', () => {
    const noted = encodeCoverage(underWay).replace(/"atMs":\d+,"throughMs"/, '"throughMs"');
    expect(() => decodeCoverage(noted)).toThrow(TypeError);
  });
});

describe('the end of a sweep', () => {
  it('says what it found since the end of the one before, over however many runs', () => {
    const first = endSweep({ ...begun, lateEvents: 5 }, { atMs: begun.sweptAtMs + msPerDay, fromMs: 0, toMs: 1 });
    expect(first.watching.sweep).toEqual({ atMs: begun.sweptAtMs + msPerDay, fromMs: 0, toMs: 1, found: 5 });
    const second = endSweep({ ...first, lateEvents: 7 }, { atMs: begun.sweptAtMs + 2 * msPerDay, fromMs: 0, toMs: 1 });
    expect(second).toMatchObject({ sweptAtMs: begun.sweptAtMs + 2 * msPerDay, watching: { sweep: { found: 2 } } });
  });
});
