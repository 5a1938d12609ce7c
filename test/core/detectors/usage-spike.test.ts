import { describe, expect, it } from '@jest/globals';
import { usualPerHour } from '../../../lib/core/detectors/usage-spike.ts';
import { msPerHour, msPerMinute } from '../../../lib/core/time.ts';
import { ada, call, daily, everySecond, having, msOf, source } from '../having.ts';

/** Three calls an hour, round the clock, for so many weeks. */
const steady = (weeks: number) =>
  Array.from({ length: weeks * 168 * 3 }, (_, i) =>
    call(msOf('2026-01-05T00:00Z') + i * 20 * msPerMinute, '192.0.2.7'),
  );
const afterFourWeeks = '2026-02-02T00:00:00Z';
const inHalfAnHour = call('2026-02-02T00:30Z', '192.0.2.7');
const burst = (calls: number, from = afterFourWeeks) => everySecond({ from, times: calls, ip: '192.0.2.7' });

describe('a usage spike', () => {
  it('is told where an hour holds twenty times the usual', () => {
    const heard = having(steady(4), burst(59)).hears('usage-spike', inHalfAnHour);
    expect(heard.nats).toBeGreaterThan(Math.log(1e6));
    expect(heard.evidence).toMatchObject({
      windowHours: 1,
      count: 60,
      expected: expect.closeTo(3, 0),
      atMs: inHalfAnHour.atMs,
    });
  });

  it('says what one hour in a thousand exceeds', () => {
    const { evidence } = having(steady(4), burst(59)).hears('usage-spike', inHalfAnHour);
    if (evidence?.detector !== 'usage-spike') throw new TypeError('nothing was heard');
    expect(evidence.rarelyAbove).toBeGreaterThan(3);
    expect(evidence.rarelyAbove).toBeLessThan(60);
  });

  it('is silent at the usual volume', () => {
    expect(having(steady(4)).alerts).toEqual([]);
    expect(having(steady(4), burst(2)).hears('usage-spike', inHalfAnHour).nats).toBe(0);
  });

  it('is silent below five calls, however rare calls are', () => {
    const weekly = Array.from({ length: 8 }, (_, week) =>
      call(msOf('2026-01-05T09:00Z') + week * 168 * msPerHour, '192.0.2.7'),
    );
    const heard = (calls: number) =>
      having(weekly, burst(calls - 1, '2026-03-02T09:00:00Z')).hears(
        'usage-spike',
        call('2026-03-02T09:30Z', '192.0.2.7'),
      );
    expect([2, 3, 4].map((calls) => heard(calls).nats)).toEqual([0, 0, 0]);
    expect(heard(64).nats).toBeGreaterThan(Math.log(20));
  });

  it('is not judged in the first week', () => {
    const heard = (hours: number) => {
      const past = steady(4).slice(0, hours * 3);
      const from = msOf('2026-01-05T00:00Z') + hours * msPerHour;
      const many = Array.from({ length: 59 }, (_, i) => call(from + i * 1_000, '192.0.2.7'));
      return having(past, many).hears('usage-spike', call(from + 30 * msPerMinute, '192.0.2.7')).nats;
    };
    expect(heard(167)).toBe(0);
    expect(heard(169)).toBeGreaterThan(Math.log(1_000));
  });

  it('spread over three hours is told by the wider window', () => {
    const hours = [0, 1, 2].map((hour) => burst(12, `2026-02-02T0${hour}:00:00Z`));
    const { evidence } = having(steady(4), hours.flat()).hears('usage-spike', call('2026-02-02T02:30Z', '192.0.2.7'));
    expect(evidence).toMatchObject({ windowHours: 3, count: 37 });
  });

  it('hardly teaches: a fourth burst surprises nearly as much as the first', () => {
    const nth = (before: number) => {
      const bursts = Array.from({ length: before }, (_, day) => burst(59, `2026-02-0${2 + day}T00:00:00Z`));
      const from = `2026-02-0${2 + before}T00:00:00Z`;
      const meanwhile = steady(5).filter(({ atMs }) => atMs < msOf(from));
      const past = having(meanwhile, bursts.flat(), burst(59, from));
      return past.hears('usage-spike', call(msOf(from) + 30 * msPerMinute, '192.0.2.7')).nats;
    };
    expect(nth(3)).toBeGreaterThan(0.3 * nth(0));
    expect(nth(3)).toBeGreaterThan(Math.log(1e4));
  });

  it('follows a principal that has come to do more', () => {
    const more = Array.from({ length: 6 * 168 * 12 }, (_, i) =>
      call(msOf(afterFourWeeks) + i * 5 * msPerMinute, '192.0.2.7'),
    );
    const past = having(steady(4), more);
    expect(usualPerHour(past.baselineOf().spike)).toBeGreaterThan(6);
    expect(past.hears('usage-spike', call('2026-03-16T00:00:30Z', '192.0.2.7')).nats).toBeLessThan(Math.log(20));
  });

  it('knows who works in bursts: the daily one is silent, though the hours around it are empty', () => {
    const daily40 = daily({ from: '2026-01-05T12:00Z', times: 60, ip: '192.0.2.7' }).flatMap(({ atMs }) =>
      Array.from({ length: 40 }, (_, i) => call(atMs + i * msPerMinute, '192.0.2.7')),
    );
    const past = having(daily40);
    expect(past.alerts).toEqual([]);
    const burstOf = (calls: number) => everySecond({ from: '2026-03-06T12:00:00Z', times: calls, ip: '192.0.2.7' });
    const heard = (calls: number) =>
      past.and(...burstOf(calls)).hears('usage-spike', call('2026-03-06T12:50Z', '192.0.2.7'));
    expect(heard(39).nats).toBeLessThan(Math.log(100));
    expect(heard(1_500).nats).toBeGreaterThan(Math.log(10_000));
  });

  it('does not count refused log-ins as use', () => {
    const work = steady(4).map((event) => ({ ...event, principal: ada }));
    const knocks = burst(59).map((event) => ({ ...event, principal: ada, outcome: 'failure' as const }));
    const heard = having(work, knocks).hears('usage-spike', { ...inHalfAnHour, principal: ada });
    expect(heard.nats).toBe(0);
    expect(having(work, knocks).memory.baselines.get(`${source}|user|ada`)?.spike.counts[0]).toBe(3);
  });
});
