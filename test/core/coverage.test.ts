import { describe, expect, it } from '@jest/globals';
import {
  beginCoverage,
  horizonOf,
  isBackfilling,
  isSettled,
  isSweepDue,
  readFromMs,
  settle,
  sweepOf,
} from '../../lib/core/coverage.ts';
import { msPerDay, msPerHour } from '../../lib/core/time.ts';
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

  it('reads nothing from before the beginning', () => {
    const throughMs = msOf('2026-02-13T12:00Z');
    const coverage = settle(begun, { throughMs, events: 0, newestEventMs: 0 });
    expect(sweepOf(coverage)).toEqual({ fromMs: begun.fromMs, toMs: throughMs });
  });
});
