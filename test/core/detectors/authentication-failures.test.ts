import { describe, expect, it } from '@jest/globals';
import { ada, call, daily, everySecond, having, msOf } from '../having.ts';

const logIn = { principal: ada, action: 'user-login' };
const refused = { ...logIn, action: 'user-login-failed', outcome: 'failure' } as const;
/** Forty days on which everything went well. */
const calm = daily({ from: '2026-01-05T09:00Z', times: 40, ip: '203.0.113.5', ...logIn });

/** So many refusals in a row, from an address of somebody else's, and what is heard at the last. */
const knocking = (times: number, past = calm) => {
  const knocks = everySecond({ from: '2026-02-14T03:00:00Z', times, ip: '198.51.100.9', ...refused });
  const last = knocks.at(-1);
  if (last === undefined) throw new RangeError('nobody knocked');
  return having(past, knocks.slice(0, -1)).hears('authentication-failures', last);
};

describe('authentication failures', () => {
  it('are told when they come in a burst', () => {
    const heard = knocking(20);
    expect(heard.nats).toBeGreaterThan(Math.log(1_000));
    expect(heard.evidence).toMatchObject({
      failures: 20,
      firstAtMs: msOf('2026-02-14T03:00:00Z'),
      lastAtMs: msOf('2026-02-14T03:00:19Z'),
    });
  });

  it('are counted from whatever networks they come, and told', () => {
    const spread = (times: number) =>
      Array.from({ length: times }, (_, nth) =>
        call(msOf('2026-02-14T03:00Z') + nth * 1_000, `2001:db8:f${nth.toString(16).padStart(3, '0')}::1`, refused),
      );
    const past = having(calm, spread(60));
    const once = call('2026-02-14T03:01:30Z', '198.51.100.9', refused);
    expect(past.hears('authentication-failures', once).evidence).toMatchObject({ failures: 61 });
    expect(having(calm).tells(...spread(60))).toMatchObject([{ news: 'opened' }]);
    const inAtLast = call('2026-02-14T03:02Z', '198.51.100.9', logIn);
    expect(past.hears('authentication-failures', inAtLast).evidence).toMatchObject({ gotInAtMs: inAtLast.atMs });
  });

  it('are no guess that was right where a person logs in at home while a job elsewhere is refused', () => {
    const job = everySecond({ from: '2026-02-14T09:00:00Z', times: 20, ip: '198.51.100.9', ...refused });
    const atHome = call('2026-02-14T09:01Z', '203.0.113.5', logIn);
    expect(having(calm, job).hears('authentication-failures', atHome).nats).toBe(0);
  });

  it('end with two quiet hours', () => {
    const knocks = (from: string) => everySecond({ from, times: 2, ip: '198.51.100.9', ...refused });
    const [first, second] = knocks('2026-02-14T06:00:00Z');
    if (first === undefined || second === undefined) throw new RangeError('nobody knocked');
    expect(having(calm, knocks('2026-02-14T03:00:00Z'), first).hears('authentication-failures', second).nats).toBe(0);
  });

  it('are a typing error below three', () => {
    expect(knocking(2).nats).toBe(0);
    expect(knocking(3).nats).toBeGreaterThan(0);
  });

  it('surprise more, the more there are', () => {
    const nats = [3, 5, 10, 20, 40].map((times) => knocking(times).nats);
    expect(nats).toEqual([...nats].sort((a, b) => a - b));
  });

  it('surprise less of somebody who often mistypes', () => {
    const clumsy = Array.from({ length: 40 }, (_, day) =>
      [0, 1, 2].map((second) => call(Date.UTC(2026, 0, 5 + day, 8, 0, second), '203.0.113.5', refused)),
    );
    expect(knocking(6, [...calm, ...clumsy.flat()]).nats).toBeLessThan(0.5 * knocking(6).nats);
  });

  it('surprise less of somebody without a past, who may still be being set up', () => {
    const young = calm.slice(0, 3);
    expect(knocking(6, young).nats).toBeLessThan(knocking(6).nats);
    expect(knocking(40, young).nats).toBeGreaterThan(Math.log(100));
  });

  it('are counted where a token is refused, too', () => {
    const work = daily({ from: '2026-01-05T09:00Z', times: 40, ip: '192.0.2.7' });
    const denied = everySecond({
      from: '2026-02-14T09:00:00Z',
      times: 20,
      ip: '192.0.2.7',
      action: 'auth-failure-stack-permission',
      outcome: 'failure',
    });
    const last = call('2026-02-14T09:01Z', '192.0.2.7', { action: 'auth-failure-environment', outcome: 'failure' });
    expect(having(work, denied).hears('authentication-failures', last).evidence).toMatchObject({ failures: 21 });
  });

  it('teach at most ten of a flood, so that the next flood is no less odd', () => {
    const flood = everySecond({ from: '2026-02-10T03:00:00Z', times: 2_000, ip: '198.51.100.9', ...refused });
    const few = everySecond({ from: '2026-02-10T03:00:00Z', times: 10, ip: '198.51.100.9', ...refused });
    expect(knocking(20, [...calm, ...flood]).nats).toBeCloseTo(knocking(20, [...calm, ...few]).nats, 6);
  });
});
