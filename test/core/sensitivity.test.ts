import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { kindOf } from '../../lib/core/action.ts';
import { assess, type Memory } from '../../lib/core/assess.ts';
import { encodeBaseline } from '../../lib/core/baseline.ts';
import type { AuditEvent } from '../../lib/core/event.ts';
import { rememberNetworks } from '../../lib/core/network.ts';
import { encodeOrganization } from '../../lib/core/organization.ts';
import type { Principal } from '../../lib/core/principal.ts';
import {
  deedsOf,
  emptyPool,
  type Loot,
  type Origin,
  offer,
  origins,
  type Sensitivity,
  sensitivityOf,
  triedMax,
} from '../../lib/core/sensitivity.ts';
import { msPerDay } from '../../lib/core/time.ts';
import { ada, call, ciToken, daily, exampleOwners, having, msOf, nothing, remember, source } from './having.ts';
import { history } from './history.ts';

const context = { source, networks: rememberNetworks(exampleOwners), alertBudgetPerWeek: 1 };

const sensitivityOn = ({ baselines, organization }: Memory, alertBudgetPerWeek = 1): Sensitivity => {
  const pool = emptyPool();
  for (const baseline of baselines.values()) offer(baseline, pool, organization);
  return sensitivityOf(pool, organization, { ...context, alertBudgetPerWeek });
};

const caught = ({ tried }: Sensitivity, origin: Origin, loot: Loot = 'looking'): string => {
  const found = tried.find((each) => each.origin === origin && each.loot === loot);
  return `${found?.caught} of ${found?.tries}`;
};

/** Two people at home in Germany and a token in the cloud, every day at their time. */
const people = [ada, { ...ada, id: 'ben', name: 'ben@example.com' }];
const ordinary = (days: number): readonly AuditEvent[] => [
  ...daily({ from: '2026-01-05T09:10Z', times: days, ip: '192.0.2.7' }),
  ...people.flatMap((principal, nth) =>
    daily({ from: `2026-01-05T0${7 + nth}:30Z`, times: days, ip: `203.0.113.${5 + nth}`, principal }),
  ),
];

describe('thefts tried out', () => {
  it('from a hosting provider at night are caught where everybody keeps to one place and hour', () => {
    const sensitivity = sensitivityOn(having(ordinary(60)).memory);
    expect(sensitivity).toMatchObject({ judged: 3, learning: 0 });
    expect(caught(sensitivity, 'hosting-at-night')).toBe('3 of 3');
  });

  it('catch no fewer at night than by day, and no fewer when secrets are opened', () => {
    const { tried } = sensitivityOn(having(ordinary(60)).memory);
    const count = (origin: Origin, loot: Loot): number =>
      tried.find((each) => each.origin === origin && each.loot === loot)?.caught ?? 0;
    expect(count('hosting-at-night', 'looking')).toBeGreaterThanOrEqual(count('hosting', 'looking'));
    for (const origin of origins) expect(count(origin, 'opening')).toBeGreaterThanOrEqual(count(origin, 'looking'));
  });

  it('from a colleague’s network are tried on those for whom it is a foreign one', () => {
    const sensitivity = sensitivityOn(having(ordinary(60)).memory);
    expect(caught(sensitivity, 'colleague')).toMatch(/ of 3$/);
    const alone = daily({ from: '2026-01-05T09:10Z', times: 60, ip: '192.0.2.7' });
    expect(caught(sensitivityOn(having(alone).memory), 'colleague')).toBe('0 of 0');
  });

  it('from its own owner need an address to start from', () => {
    const addressless = daily({ from: '2026-01-05T09:10Z', times: 60, ip: undefined });
    const sensitivity = sensitivityOn(having(addressless).memory);
    expect(sensitivity.judged + sensitivity.learning).toBe(1);
    expect(caught(sensitivity, 'same-owner')).toBe('0 of 0');
  });

  it('are done by what each vendor calls looking and opening', () => {
    for (const provider of ['pulumi', 'scalr', 'ssh']) {
      const { looking, opening } = deedsOf({ provider });
      expect([kindOf(provider, looking), kindOf(provider, opening)]).toEqual(['read', 'secrets']);
    }
  });

  it('are caught as the engine would catch them: a roaming token hides what a still one shows', () => {
    const roaming = daily({
      from: '2026-01-05T09:10Z',
      times: 60,
      ip: (nth) => (nth % 2 === 0 ? `100.${nth}.0.1` : '198.51.100.9'),
    });
    const still = daily({ from: '2026-01-05T09:10Z', times: 60, ip: '192.0.2.7' });
    const of = (events: readonly AuditEvent[]) =>
      sensitivityOn(having(events).memory).tried.reduce((sum, each) => sum + each.caught, 0);
    expect(of(roaming)).toBeLessThan(of(still));
  });
});

describe('who is tried', () => {
  it('is nobody who is still learning, and it is counted', () => {
    const sensitivity = sensitivityOn(having(ordinary(3)).memory);
    expect(sensitivity).toMatchObject({ judged: 0, learning: 3 });
    expect(sensitivity.tried.every(({ tries, caught: told }) => tries === 0 && told === 0)).toBe(true);
  });

  it('is nobody who was quiet for a month, whose token was deleted, or who never logged in', () => {
    const gone: Principal = { ...ciToken, id: 'tok-gone', name: 'gone' };
    const dead: Principal = { ...ciToken, id: 'tok-dead', name: 'dead' };
    const past = having(
      ordinary(60),
      daily({ from: '2025-11-01T09:10Z', times: 30, ip: '192.0.2.7', principal: gone }),
      daily({ from: '2026-01-05T10:10Z', times: 59, ip: '192.0.2.7', principal: dead }),
      call('2026-03-04T12:00Z', '203.0.113.5', {
        principal: ada,
        action: 'organization-token-deleted',
        target: 'dead',
      }),
      call('2026-03-04T13:00Z', '198.51.100.9', {
        principal: { ...ada, id: 'guess', name: 'guess@example.com' },
        action: 'user-login-failed',
        outcome: 'failure',
      }),
    );
    expect(sensitivityOn(past.memory)).toMatchObject({ judged: 3, learning: 0 });
  });

  it('are a hundred at most, the same whoever is asked first', () => {
    const many = Array.from({ length: 130 }, (_, i) => i).flatMap((i) =>
      daily({ from: '2026-01-05T09:10Z', times: 7, ip: '192.0.2.7', principal: { ...ciToken, id: `tok-${i}` } }),
    );
    const { baselines, organization } = having(many).memory;
    const pools = [[...baselines.values()], [...baselines.values()].reverse()].map((ordered) => {
      const pool = emptyPool();
      for (const baseline of ordered) offer(baseline, pool, organization);
      return pool;
    });
    expect(pools[0]?.picked).toHaveLength(triedMax);
    expect(pools[0]?.judged).toBe(130);
    expect(pools[0]).toEqual(pools[1]);
  });
});

describe('trying thefts out', () => {
  const textOf = ({ organization, baselines }: Memory): readonly string[] => [
    encodeOrganization(organization),
    ...[...baselines.values()].map(encodeBaseline),
  ];

  it('never changes the memory, says the same each time, and never catches more than were tried', () => {
    fc.assert(
      fc.property(history, (events) => {
        const memory = remember(nothing, assess(nothing, events, context));
        const before = textOf(memory);
        const sensitivity = sensitivityOn(memory);
        expect(textOf(memory)).toEqual(before);
        expect(sensitivityOn(memory)).toEqual(sensitivity);
        for (const { tries, caught: told } of sensitivity.tried) {
          expect(told).toBeLessThanOrEqual(tries);
          expect(tries).toBeLessThanOrEqual(Math.min(triedMax, sensitivity.judged));
        }
      }),
      { seed: 4, numRuns: 12 },
    );
  });

  it('leaves what follows as it would have been', () => {
    const past = having(ordinary(40));
    const next = call(msOf('2026-01-05T09:10Z') + 40 * msPerDay, '198.51.100.9');
    const before = past.tells(next);
    sensitivityOn(past.memory);
    expect(past.tells(next)).toEqual(before);
  });
});
