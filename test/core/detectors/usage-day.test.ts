import { describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '../../../lib/core/event.ts';
import { msPerDay, msPerHour } from '../../../lib/core/time.ts';
import { ada, call, having, msOf, type Said, source } from '../having.ts';

const firstDayMs = msOf('2026-01-05T00:00Z');

/** So many calls, spread evenly over the `day`-th day. */
const spread = (day: number, calls: number, said: Said | ((nth: number) => Said) = {}): readonly AuditEvent[] =>
  Array.from({ length: calls }, (_, nth) =>
    call(firstDayMs + day * msPerDay + Math.floor(((nth + 0.5) * msPerDay) / calls), '192.0.2.7', {
      ...(typeof said === 'function' ? said(nth) : said),
    }),
  );
const secret: Said = { action: 'environment-open', target: 'acme/prod' };

/** A day of a token at steady work: 48 deployments of the same two stacks, and five secrets opened. */
const workday = (day: number): readonly AuditEvent[] => [
  ...spread(day, 48, (nth) => ({ target: `acme/stack-${nth % 2}` })),
  ...spread(day, 5, secret),
];
const workdays = (days: number) => Array.from({ length: days }, (_, day) => workday(day)).flat();

/** What is heard of a day's last event, after the rest of the day. */
const heardAtEndOf = (past: readonly AuditEvent[], today: readonly AuditEvent[]) =>
  having(past, today.slice(0, -1)).hears('usage-day', today.at(-1) as AuditEvent);

describe('a usage day', () => {
  it('tells of a theft from the usual place, so slow that no hour shows it', () => {
    const theft = spread(42, 50, secret);
    const past = having(workdays(42));
    expect(past.alerts).toEqual([]);
    const told = past.tells(...workday(42), ...theft);
    expect(told.map(({ alert }) => alert.findings[0]?.evidence)).toMatchObject([
      { detector: 'usage-day', of: 'secrets', expected: expect.closeTo(5, 0) },
    ]);
  });

  it('says how many, how many are usual, and what one day in a thousand exceeds', () => {
    const { evidence } = heardAtEndOf(workdays(42), spread(42, 50, secret));
    if (evidence?.detector !== 'usage-day') throw new TypeError('nothing was heard');
    expect(evidence).toMatchObject({ of: 'secrets', count: 50, expected: expect.closeTo(5, 0) });
    expect(evidence.rarelyAbove).toBeGreaterThan(5);
    expect(evidence.rarelyAbove).toBeLessThan(50);
    expect(evidence.days).toBeGreaterThan(20);
  });

  it('counts the targets that a walk through the organization touches', () => {
    const walk = spread(42, 60, (nth) => ({ target: `acme/other-${nth}` }));
    const { nats, evidence } = heardAtEndOf(workdays(42), walk);
    expect(nats).toBeGreaterThan(Math.log(1e3));
    expect(evidence).toMatchObject({ of: 'targets', expected: expect.closeTo(3, 0) });
    if (evidence?.detector !== 'usage-day') throw new TypeError('nothing was heard');
    expect(Math.abs(evidence.count - 60)).toBeLessThan(6);
  });

  it('counts all events', () => {
    const { nats, evidence } = heardAtEndOf(workdays(42), spread(42, 576));
    expect(nats).toBeGreaterThan(Math.log(1e6));
    expect(evidence).toMatchObject({ of: 'events', count: 576, expected: expect.closeTo(53, -1) });
  });

  it('is silent on a day like the others, and on one three times as busy', () => {
    expect(heardAtEndOf(workdays(42), workday(42)).nats).toBe(0);
    expect(heardAtEndOf(workdays(42), spread(42, 150)).nats).toBe(0);
  });

  it('is silent about low counts, however rare they are', () => {
    const dull = Array.from({ length: 42 }, (_, day) => spread(day, 1)).flat();
    expect(heardAtEndOf(dull, spread(42, 5, secret)).nats).toBe(0);
    expect(heardAtEndOf(dull, spread(42, 19)).nats).toBe(0);
  });

  it('does not judge before a fortnight of active days', () => {
    expect(heardAtEndOf(workdays(13), spread(13, 500, secret)).nats).toBe(0);
    expect(heardAtEndOf(workdays(14), spread(14, 500, secret)).nats).toBeGreaterThan(Math.log(1e6));
    const weekly = Array.from({ length: 12 }, (_, week) => workday(7 * week)).flat();
    expect(heardAtEndOf(weekly, spread(84, 500, secret)).nats).toBe(0);
  });

  it('knows a rhythm of weekdays and weekends: neither the busy days nor the free ones are news', () => {
    const isWeekend = (day: number) => day % 7 >= 5;
    const week = (day: number) => spread(day, isWeekend(day) ? 4 : 120);
    const past = Array.from({ length: 56 }, (_, day) => week(day)).flat();
    expect(having(past).alerts).toEqual([]);
    for (const day of [56, 57]) expect(heardAtEndOf(past.concat(week(56)), week(day + 1)).nats).toBe(0);
  });

  it('comes to know the one day of the week on which everything is checked', () => {
    const week = (day: number) => spread(day, day % 7 === 6 ? 600 : 40);
    const past = Array.from({ length: 90 }, (_, day) => week(day)).flat();
    expect(heardAtEndOf(past, week(90)).nats).toBe(0);
    expect(heardAtEndOf(past, spread(90, 40)).nats).toBe(0);
    expect(week(90)).toHaveLength(600);
  });

  it('hardly teaches: the fourth theft surprises nearly as much as the first', () => {
    const nth = (thefts: number) => {
      const before = Array.from({ length: thefts }, (_, i) => spread(35 + i, 100, secret)).flat();
      const past = [...workdays(35 + thefts), ...before];
      return heardAtEndOf(past, spread(35 + thefts, 100, secret)).nats;
    };
    expect(nth(3)).toBeGreaterThan(0.2 * nth(0));
    expect(nth(3)).toBeGreaterThan(Math.log(1e3));
  });

  it('starts anew at midnight UTC', () => {
    const theft = spread(42, 30, secret);
    const early = call(firstDayMs + 43 * msPerDay + 4 * msPerHour, '192.0.2.7', secret);
    expect(heardAtEndOf([...workdays(42), ...theft], [early]).nats).toBe(0);
  });

  it('does not count refused log-ins as use, nor refused actions as secrets opened', () => {
    const work = workdays(42).map((event) => ({ ...event, principal: ada }));
    const knocks = spread(42, 600, { principal: ada, outcome: 'failure' });
    const last = call(firstDayMs + 43 * msPerDay - 1, '192.0.2.7', { principal: ada });
    expect(having(work, knocks).hears('usage-day', last).nats).toBe(0);
    expect(having(work, knocks).memory.baselines.get(`${source}|user|ada`)?.dayUse.counts[0]).toBe(53);
    const refused = spread(42, 50, { ...secret, outcome: 'failure' });
    expect(heardAtEndOf(workdays(42), refused).nats).toBe(0);
  });
});
