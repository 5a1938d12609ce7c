import { describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '../../../lib/core/event.ts';
import type { NetworkLookup } from '../../../lib/core/network.ts';
import type { Principal } from '../../../lib/core/principal.ts';
import { acme, ada, call, daily, exampleOwners, having, havingIn } from '../having.ts';

/** A build server with one address, for forty days. */
const fixed = daily({ from: '2026-01-05T09:00Z', times: 40, ip: '192.0.2.7' });
const afterwards = '2026-02-14T09:00Z';

const hex = (n: number): string => n.toString(16).padStart(3, '0');
/** Hosted runners: another address in another prefix every day. */
const churning = daily({ from: '2026-01-05T09:00Z', times: 60, ip: (nth) => `2001:db8:a${hex(nth)}::1` });
const afterChurning = '2026-03-06T09:00Z';

describe('an unfamiliar network', () => {
  it('is told where a token with one address shows another owner, class and country', () => {
    const heard = having(fixed).hears('unfamiliar-network', call(afterwards, '198.51.100.9'));
    expect(heard).toMatchObject({
      nats: expect.any(Number),
      evidence: {
        network: { address: '198.51.100.9', owner: { name: 'Example Hosting' } },
        newAt: 'country',
        usual: ['Example Cloud (AS64500)'],
        usualClass: 'cloud',
        othersOnPrefix: 0,
      },
    });
    expect(heard.nats).toBeGreaterThan(Math.log(1_000));
  });

  it('is silent at home', () => {
    expect(having(fixed).hears('unfamiliar-network', call(afterwards, '192.0.2.7')).nats).toBe(0);
  });

  it('is not judged before five sessions', () => {
    const judged = (sessions: number) =>
      having(daily({ from: '2026-01-05T09:00Z', times: sessions, ip: '192.0.2.7' })).hears(
        'unfamiliar-network',
        call('2026-01-20T09:00Z', '198.51.100.9'),
      ).nats;
    expect(judged(4)).toBe(0);
    expect(judged(5)).toBeGreaterThan(0);
  });

  it('stays sharp for a fixed address even inside its own cloud', () => {
    const heard = having(fixed).hears('unfamiliar-network', call(afterwards, '2001:db8:c001::1'));
    expect(heard.evidence).toMatchObject({ newAt: 'prefix' });
    expect(heard.nats).toBeGreaterThan(Math.log(20));
  });

  it('says at which level it is new: a neighbour is new as an address only', () => {
    const heard = having(fixed).hears('unfamiliar-network', call(afterwards, '192.0.2.99'));
    expect(heard.evidence).toMatchObject({ newAt: 'address' });
  });

  it('surprises more, the coarser the level at which it is new', () => {
    const past = having(fixed);
    const nats = ['192.0.2.99', '2001:db8:c001::1', '198.51.100.9'].map(
      (ip) => past.hears('unfamiliar-network', call(afterwards, ip)).nats,
    );
    expect(nats).toEqual([...nats].sort((a, b) => a - b));
  });

  it('leaves a churning CI fleet in peace', () => {
    const past = having(churning);
    expect(past.alerts).toEqual([]);
    expect(past.hears('unfamiliar-network', call(afterChurning, '2001:db8:afff::1')).nats).toBeLessThan(Math.log(2));
  });

  it('is told of a churning CI fleet when the owner changes', () => {
    const past = having(churning);
    const elsewhere = past.hears('unfamiliar-network', call(afterChurning, '2001:db8:bfff::1'));
    expect(elsewhere.evidence).toMatchObject({ newAt: 'owner' });
    expect(elsewhere.nats).toBeGreaterThan(Math.log(50));
    const rented = past.hears('unfamiliar-network', call(afterChurning, '198.51.100.9'));
    expect(rented.nats).toBeGreaterThan(Math.log(1_000));
  });

  it('is judged once a session: the next call from the same address adds nothing', () => {
    const past = having(fixed).and(call(afterwards, '192.0.2.7'), call('2026-02-14T09:01Z', '192.0.2.7'));
    expect(past.alerts).toEqual([]);
  });
});

describe('missing knowledge raises suspicion', () => {
  const strangers = ['192.0.2.99', '2001:db8:c001::1', '2001:db8:b001::1', '198.51.100.9', '203.0.113.5'];
  const without =
    (hidden: string, part: 'owner' | 'country' | 'all'): NetworkLookup =>
    (ip) => {
      const found = exampleOwners(ip);
      if (ip.text !== hidden || found === undefined) return found;
      const { owner, country } = found;
      if (part === 'all') return undefined;
      if (part === 'owner') return country === undefined ? {} : { country };
      return owner === undefined ? {} : { owner };
    };

  it.each(strangers)('where nothing is known of %s', (ip) => {
    for (const past of [fixed, churning]) {
      const stranger = call(afterChurning, ip);
      const known = having(past).hears('unfamiliar-network', stranger).nats;
      for (const part of ['owner', 'country', 'all'] as const) {
        const world = { ...acme, lookup: without(ip, part) };
        expect(havingIn(world, past).hears('unfamiliar-network', stranger).nats).toBeGreaterThanOrEqual(known);
      }
    }
  });

  it.each(strangers)('where the log gives no address instead of %s', (ip) => {
    for (const past of [fixed, churning]) {
      const { nats } = having(past).hears('unfamiliar-network', call(afterChurning, undefined));
      expect(nats).toBeGreaterThanOrEqual(having(past).hears('unfamiliar-network', call(afterChurning, ip)).nats);
    }
  });

  it('but a log that never gives an address is not suspicious for ever', () => {
    const past = having(daily({ from: '2026-01-05T09:00Z', times: 40, ip: undefined }));
    expect(past.hears('unfamiliar-network', call(afterwards, undefined)).nats).toBe(0);
  });

  it('and works without any table: what is new is the prefix', () => {
    const past = havingIn({ ...acme, lookup: () => undefined }, fixed);
    const heard = past.hears('unfamiliar-network', call(afterwards, '198.51.100.9'));
    expect(heard.nats).toBeGreaterThan(Math.log(100));
  });
});

describe('probation', () => {
  /** So small a budget that nothing is told: every day is a quiet one. */
  const quiet = { ...acme, alertBudgetPerWeek: 1e-9 };
  const visits = (days: number) => daily({ from: '2026-02-14T09:00Z', times: days, ip: '198.51.100.9' });
  const next = call('2026-03-20T09:00Z', '198.51.100.9');

  it('lets a told network stay new, though it comes back for ten days', () => {
    const past = having(fixed, visits(10));
    expect(past.alerts).toHaveLength(1);
    expect(past.hears('unfamiliar-network', next).evidence).toMatchObject({ newAt: 'country' });
  });

  it('does not make newness look common: an alerted network teaches nothing', () => {
    const before = having(fixed).hears('unfamiliar-network', call(afterwards, '203.0.113.5')).nats;
    const meanwhile = having(fixed, visits(10)).hears('unfamiliar-network', call('2026-02-24T09:00Z', '203.0.113.5'));
    expect(meanwhile.nats).toBeGreaterThan(before - Math.log(3));
  });

  it('keeps what the network was worth on its first day: patience does not wear it down', () => {
    const first = having(fixed).hears('unfamiliar-network', call(afterwards, '198.51.100.9')).nats;
    for (const days of [1, 5, 13]) {
      const then = havingIn(quiet, fixed, visits(days)).hears('unfamiliar-network', next).nats;
      expect(then).toBeGreaterThanOrEqual(first);
    }
  });

  it('ends after fourteen distinct quiet days, and not a day before', () => {
    expect(havingIn(quiet, fixed, visits(13)).hears('unfamiliar-network', next).nats).toBeGreaterThan(0);
    expect(havingIn(quiet, fixed, visits(14)).hears('unfamiliar-network', next).nats).toBe(0);
  });

  it('counts days, not visits', () => {
    const often = Array.from({ length: 13 }, (_, day) =>
      [0, 6, 12, 18].map((hour) => call(Date.UTC(2026, 1, 14 + day, hour), '198.51.100.9')),
    );
    expect(havingIn(quiet, fixed, often.flat()).hears('unfamiliar-network', next).nats).toBeGreaterThan(0);
  });

  it('is not cut short by what happens at home in between', () => {
    const home = daily({ from: '2026-02-14T15:00Z', times: 13, ip: '192.0.2.7' });
    expect(havingIn(quiet, fixed, home, visits(13)).hears('unfamiliar-network', next).nats).toBeGreaterThan(0);
  });
});

describe('what a calm past promises', () => {
  const person = (id: string): Principal => ({ ...ada, id, name: `${id}@example.com` });
  const calm = daily({ from: '2026-01-05T11:00Z', times: 30, ip: '203.0.113.5', principal: ada });
  /** Another address of the same provider every other day. */
  const restless = ['bob', 'eve', 'dan', 'kim', 'lee', 'max'].flatMap((id, i) =>
    daily({
      from: '2026-01-05T09:00Z',
      times: 30,
      ip: (nth) => `203.0.113.${20 * i + 20 + (nth >> 1)}`,
      principal: person(id),
    }),
  );
  const elsewhere = call('2026-02-04T11:00Z', '203.0.113.250', { principal: ada });

  it('is less where the others keep moving', () => {
    const alone = having(calm).hears('unfamiliar-network', elsewhere).nats;
    expect(having(calm, restless).hears('unfamiliar-network', elsewhere).nats).toBeLessThan(alone);
  });

  it('of a machine is not, however people move', () => {
    const server = daily({ from: '2026-01-05T11:00Z', times: 30, ip: '192.0.2.7' });
    const moved = call('2026-02-04T11:00Z', '192.0.2.99');
    const alone = having(server).hears('unfamiliar-network', moved).nats;
    expect(having(server, restless).hears('unfamiliar-network', moved).nats).toBeGreaterThanOrEqual(alone - 0.01);
  });
});

describe('an address range that others of the organization use', () => {
  const person = (id: string): Principal => ({ ...ada, id, name: `${id}@example.com` });
  const usedBy = (ids: readonly string[]) =>
    having(
      fixed,
      ids.flatMap((id) => daily({ from: '2026-01-05T11:00Z', times: 30, ip: '203.0.113.5', principal: person(id) })),
    ).hears('unfamiliar-network', call(afterwards, '203.0.113.9'));

  it('is an office or a VPN where three others do, and counts half', () => {
    const home = usedBy(['bob', 'eve']);
    const office = usedBy(['bob', 'eve', 'dan']);
    expect(office.evidence).toMatchObject({ othersOnPrefix: 3 });
    expect(office.nats).toBeGreaterThan(0);
    expect(office.nats).toBeLessThan(0.6 * home.nats);
  });

  it('is somebody’s home where one or two do, and counts whole', () => {
    expect(usedBy(['bob']).nats).toBeGreaterThan(Math.log(50));
    expect(usedBy(['bob', 'eve']).nats).toBeGreaterThan(Math.log(50));
  });
});

describe('accounts made for it', () => {
  it('do not make a network known to the organization', () => {
    const newcomers = Array.from({ length: 3 }, (_, n): Principal => ({ ...ada, id: `made-${n}`, name: `made-${n}` }));
    const visits = newcomers.flatMap((principal) =>
      ['2026-02-12T09:00Z', '2026-02-13T09:00Z'].map((at) => call(at, '198.51.100.9', { principal })),
    );
    const judged = (before: readonly AuditEvent[]) =>
      having(fixed, before).hears('unfamiliar-network', call(afterwards, '198.51.100.9'));
    expect(judged(visits)).toEqual(judged([]));
  });
});
