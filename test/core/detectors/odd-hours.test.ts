import { describe, expect, it } from '@jest/globals';
import { concentration, dayProfile, hasPower } from '../../../lib/core/detectors/odd-hours.ts';
import { msPerDay, msPerHour, msPerMinute } from '../../../lib/core/time.ts';
import { ada, call, daily, having, msOf, type Past } from '../having.ts';

/** A person at work: three sessions a weekday, at minutes that vary. */
const office = Array.from({ length: 90 }, (_, day) =>
  [7, 10, 14].map((hour, i) =>
    call(
      msOf('2026-01-05T00:00Z') + day * msPerDay + hour * msPerHour + ((day * 17 + i * 23) % 60) * msPerMinute,
      '192.0.2.7',
    ),
  ),
)
  .flat()
  .filter(({ atMs }) => ![0, 6].includes(new Date(atMs).getUTCDay()));
const afterwards = '2026-04-07';

const hears = (past: Past, at: string | number) => past.hears('odd-hours', call(at, '192.0.2.7'));

describe('odd hours', () => {
  it('are told where somebody who works by day works by night', () => {
    const heard = hears(having(office), `${afterwards}T00:20Z`);
    expect(heard.nats).toBeGreaterThan(Math.log(20));
    expect(heard.evidence).toMatchObject({
      atMs: msOf(`${afterwards}T00:20Z`),
      density: expect.any(Number),
      concentration: expect.any(Number),
    });
  });

  it('say what is usual: the shortest stretch that holds nine tenths', () => {
    const { evidence } = hears(having(office), `${afterwards}T00:20Z`);
    if (evidence?.detector !== 'odd-hours') throw new TypeError('nothing was heard');
    expect(evidence.usualFromHour).toBeGreaterThanOrEqual(5);
    expect(evidence.usualFromHour).toBeLessThanOrEqual(7.5);
    expect(evidence.usualToHour).toBeGreaterThanOrEqual(14);
    expect(evidence.usualToHour).toBeLessThanOrEqual(17);
    expect(evidence.density).toBeLessThan(0.1);
  });

  it.each([['07:30'], ['09:05'], ['10:40'], ['14:15'], ['15:30']])('are silent at %s, in the working day', (at) => {
    expect(hears(having(office), `${afterwards}T${at}Z`).nats).toBeLessThan(1);
  });

  it('are not judged before five sessions', () => {
    const judged = (sessions: number) =>
      hears(having(daily({ from: '2026-01-05T09:10Z', times: sessions, ip: '192.0.2.7' })), '2026-01-20T21:40Z').nats;
    expect(judged(4)).toBe(0);
    expect(judged(10)).toBeGreaterThan(0);
  });

  it('are judged when a session begins, not at each of its calls', () => {
    const late = [0, 1, 2].map((minute) => call(`${afterwards}T00:2${minute}Z`, '192.0.2.7'));
    const session = having(office)
      .and(...late)
      .baselineOf().sessions[0];
    expect(session?.evidence.find((evidence) => evidence?.detector === 'odd-hours')).toMatchObject({
      atMs: msOf(`${afterwards}T00:20Z`),
    });
  });

  it('mean nothing where no hours are kept', () => {
    // 7 hours and 7 minutes apart: every hour and every minute comes round.
    const anyHour = Array.from({ length: 300 }, (_, i) =>
      call(msOf('2026-01-05T00:00Z') + i * (7 * 60 + 7) * msPerMinute, '192.0.2.7'),
    );
    const past = having(anyHour);
    for (let hour = 0; hour < 24; hour += 1) {
      const at = Date.UTC(2026, 3, 20, hour, 31);
      expect(hears(past, at).nats).toBeLessThan(1);
    }
    expect(hasPower(past.baselineOf().hours)).toBe(false);
  });

  it('tell whether they can tell anything: the rhythm of office work is known, and tight enough', () => {
    const { hours } = having(office).baselineOf();
    expect(concentration(hours)).toBeGreaterThan(0.6);
    expect(hasPower(hours)).toBe(true);
  });

  it('learn nothing from a refused log-in', () => {
    const work = office.map((event) => ({ ...event, principal: ada }));
    const knocking = daily({
      from: '2026-01-05T00:20Z',
      times: 90,
      ip: '198.51.100.9',
      principal: ada,
      outcome: 'failure',
    });
    const at = call(`${afterwards}T00:20Z`, '192.0.2.7', { principal: ada });
    const { nats } = having(work).hears('odd-hours', at);
    expect(having(work, knocking).hears('odd-hours', at).nats).toBeCloseTo(nats, 6);
  });
});

describe('a schedule', () => {
  /** Every day at the very same second. */
  const exact = daily({ from: '2026-01-05T03:17Z', times: 90, ip: '192.0.2.7' });

  it('of zero variance is silent when it keeps its time', () => {
    const past = having(exact);
    expect(past.alerts).toEqual([]);
    expect(hears(past, '2026-04-05T03:17Z').nats).toBe(0);
    expect(hears(past, '2026-04-05T03:19Z').nats).toBeLessThan(1);
  });

  it('is told when it runs at another time of day', () => {
    expect(hears(having(exact), '2026-04-05T15:40Z').nats).toBeGreaterThan(Math.log(100));
  });

  it('is told when it runs at another minute, though at each hour it is at home', () => {
    const quarterDaily = Array.from({ length: 360 }, (_, i) =>
      call(msOf('2026-01-05T00:17Z') + i * 6 * msPerHour, '192.0.2.7'),
    );
    const past = having(quarterDaily);
    expect(hears(past, '2026-04-05T00:17Z').nats).toBe(0);
    expect(hears(past, '2026-04-05T06:47Z').nats).toBeGreaterThan(hears(past, '2026-04-05T06:18Z').nats + Math.log(5));
    expect(hasPower(past.baselineOf().hours)).toBe(true);
  });

  it('is silent through both daylight-saving changes', () => {
    // 09:00 in Berlin: UTC+2 from 29 March to 25 October 2026, UTC+1 otherwise.
    const isSummer = (atMs: number): boolean => atMs >= msOf('2026-03-29T01:00Z') && atMs < msOf('2026-10-25T01:00Z');
    const year = Array.from({ length: 330 }, (_, day) => {
      const atMs = msOf('2026-01-05T08:00Z') + day * msPerDay;
      return call(isSummer(atMs) ? atMs - msPerHour : atMs, '192.0.2.7');
    });
    const changes = ['2026-03-29', '2026-10-25'].map((date) =>
      year.findIndex(({ atMs }) => atMs >= msOf(`${date}T00:00Z`)),
    );
    for (const change of changes) {
      for (const day of [change, change + 1, change + 2]) {
        const next = year[day];
        if (next === undefined) throw new RangeError(`no day ${day}`);
        expect(having(year.slice(0, day)).hears('odd-hours', next).nats).toBeLessThan(1);
      }
    }
    expect(having(year).alerts).toEqual([]);
  });
});

describe('the profile of a day', () => {
  it('is flat before anything is known, and always whole', () => {
    const { hours } = having(call('2026-01-05T09:00Z', '192.0.2.7')).baselineOf();
    const flat = dayProfile(hours);
    expect(flat).toHaveLength(96);
    expect(new Set(flat)).toEqual(new Set([1 / 96]));
    const known = dayProfile(having(office).baselineOf().hours);
    expect(known.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(Math.max(...known)).toBeGreaterThan(2 / 96);
  });
});
