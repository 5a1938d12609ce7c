import { describe, expect, it } from '@jest/globals';
import { assess, keysOf } from '../../lib/core/assess.ts';
import { rememberNetworks } from '../../lib/core/network.ts';
import type { Principal } from '../../lib/core/principal.ts';
import {
  acme,
  ada,
  call,
  ciToken,
  daily,
  everySecond,
  exampleOwners,
  having,
  havingIn,
  msOf,
  nothing,
  remember,
} from './having.ts';

const context = { networks: rememberNetworks(exampleOwners), alertBudgetPerWeek: 1 };

describe('assessing', () => {
  it('nothing changes nothing', () => {
    expect(assess(nothing, [], context)).toEqual({
      organization: nothing.organization,
      baselines: new Map(),
      alerts: [],
    });
  });

  it('begins a baseline with the first event of a principal', () => {
    const past = having(call('2026-01-05T09:00Z', '192.0.2.7'), call('2026-01-05T10:00Z', '192.0.2.7'));
    expect(past.baselineOf()).toMatchObject({
      principal: ciToken,
      firstAtMs: msOf('2026-01-05T09:00Z'),
      lastAtMs: msOf('2026-01-05T10:00Z'),
      events: 2,
    });
  });

  it('hands back only the baselines that changed', () => {
    const past = having(call('2026-01-05T09:00Z', '192.0.2.7'));
    const { baselines } = assess(past.memory, [call('2026-01-05T09:00Z', '203.0.113.5', { principal: ada })], context);
    expect([...baselines.keys()]).toEqual(['pulumi:acme|user|ada']);
  });

  it('names the baselines that it will ask for', () => {
    const refused = { principal: ada, outcome: 'failure' } as const;
    expect(
      keysOf(
        [call('2026-01-05T09:00Z', '192.0.2.7'), call('2026-01-05T09:00Z', '198.51.100.9', refused)],
        nothing.organization,
      ),
    ).toEqual(new Set(['pulumi:acme|token|tok-ci', 'pulumi:acme|user|ada', 'pulumi:acme|user|(unknown users)']));
  });

  it('tells nothing of a principal’s first sessions, wherever they come from', () => {
    const restless = daily({ from: '2026-01-05T09:00Z', times: 5, ip: (nth) => `100.${nth}.0.1` });
    expect(having(restless).alerts).toEqual([]);
  });

  it('takes an event that arrives days late, and stays as it was otherwise', () => {
    const work = daily({ from: '2026-01-05T09:00Z', times: 40, ip: '192.0.2.7' });
    const past = having(work).and(call('2026-02-10T09:30Z', '192.0.2.7'));
    expect(past.alerts).toEqual([]);
    expect(past.baselineOf()).toMatchObject({ events: 41, lastAtMs: msOf('2026-02-13T09:00Z') });
  });

  it('tells more where the operator allows more', () => {
    const roaming = daily({
      from: '2026-01-05T09:00Z',
      times: 120,
      ip: (nth) => (nth % 9 === 0 ? `100.${nth}.0.1` : '192.0.2.7'),
    });
    const alerts = (alertBudgetPerWeek: number) => havingIn({ ...acme, alertBudgetPerWeek }, roaming).alerts.length;
    expect(alerts(0.01)).toBeLessThanOrEqual(alerts(1));
    expect(alerts(1)).toBeLessThanOrEqual(alerts(100));
    expect(alerts(0.01)).toBeLessThan(alerts(100));
  });

  it('combines: at some budget neither a place nor an action is told, but both together are', () => {
    const mixed = daily({ from: '2025-07-07T09:00Z', times: 240, ip: '192.0.2.7' }).map((event, nth) => ({
      ...event,
      ip: nth % 40 === 5 ? `203.0.113.${nth}` : '192.0.2.7',
      action: nth % 40 === 8 ? 'stack-exported' : 'stack-updated',
    }));
    const at = '2026-03-06T09:00Z';
    const toldAt = (alertBudgetPerWeek: number) => {
      const past = havingIn({ ...acme, alertBudgetPerWeek }, mixed);
      const place = past.tells(call(at, '203.0.113.200'));
      const action = past.tells(call(at, '192.0.2.7', { action: 'stack-exported' }));
      const both = past.tells(call(at, '203.0.113.200', { action: 'stack-exported' }));
      return [place.length, action.length, both.length];
    };
    expect([10, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001].map(toldAt)).toContainEqual([0, 0, 1]);
  });
});

describe('users that never logged in', () => {
  const knock = (id: string, atMs: number) =>
    call(atMs, '198.51.100.9', {
      principal: { ...ada, id, name: `${id}@example.com` },
      action: 'user-login-failed',
      outcome: 'failure',
    });
  const invented = Array.from({ length: 300 }, (_, i) => knock(`guess-${i}`, msOf('2026-02-14T03:00Z') + i * 1_000));

  it('share one baseline, however many names are invented', () => {
    const past = having(daily({ from: '2026-01-05T09:00Z', times: 40, ip: '192.0.2.7' }), invented);
    expect([...past.memory.baselines.keys()].sort()).toEqual([
      'pulumi:acme|token|tok-ci',
      'pulumi:acme|user|(unknown users)',
    ]);
  });

  it('are one story', () => {
    const past = having(daily({ from: '2026-01-05T09:00Z', times: 40, ip: '192.0.2.7' }), invented);
    expect(past.alerts).toMatchObject([
      {
        principal: { id: '(unknown users)', name: 'users that never logged in' },
        findings: [{ evidence: { detector: 'authentication-failures', failures: expect.any(Number) } }],
      },
    ]);
  });

  it('become somebody when they log in', () => {
    const past = having(
      knock('ada', msOf('2026-01-05T08:59Z')),
      call('2026-01-05T09:00Z', '203.0.113.5', { principal: ada }),
    );
    expect(past.baselineOf(ada)).toMatchObject({ events: 1, firstAtMs: msOf('2026-01-05T09:00Z') });
  });

  it('are not those that did: a refusal of somebody known is counted for that one', () => {
    const past = having(
      call('2026-01-05T09:00Z', '203.0.113.5', { principal: ada }),
      knock('ada', msOf('2026-01-05T09:01Z')),
    );
    expect([...past.memory.baselines.keys()]).toEqual(['pulumi:acme|user|ada']);
    expect(past.baselineOf(ada).events).toBe(2);
  });
});

describe('a refused log-in teaches nothing', () => {
  const work = daily({ from: '2026-01-05T09:00Z', times: 40, ip: '203.0.113.5', principal: ada });
  const knocks = daily({
    from: '2026-01-06T03:00Z',
    times: 38,
    ip: (nth) => `198.51.100.${nth}`,
    principal: ada,
    action: 'user-login-failed',
    outcome: 'failure',
  });
  /** Ends the sessions before it. */
  const next = call('2026-02-14T09:00Z', '203.0.113.5', { principal: ada });

  it('of places, hours, volume, actions or sleep', () => {
    const calm = having(work, [next]).baselineOf(ada);
    const knocked = having(work, knocks, [next]).baselineOf(ada);
    expect(knocked.network).toEqual(calm.network);
    expect(knocked.hours).toEqual(calm.hours);
    expect(knocked.spike).toEqual(calm.spike);
    expect(knocked.action).toEqual(calm.action);
    expect(knocked.life).toEqual(calm.life);
  });

  it('of the organization’s networks', () => {
    const calm = having(work, [next]).memory.organization;
    const knocked = having(work, knocks, [next]).memory.organization;
    expect(knocked.owners).toEqual(calm.owners);
    expect(knocked.prefixes).toEqual(calm.prefixes);
    expect(knocked.ownersSeen).toBe(calm.ownersSeen);
  });

  it('and makes no place familiar that a thief then gets in from', () => {
    const thief = call('2026-02-14T03:00Z', '198.51.100.9', { principal: ada });
    const calm = having(work).hears('unfamiliar-network', thief).nats;
    expect(having(work, knocks).hears('unfamiliar-network', thief).nats).toBeGreaterThanOrEqual(calm);
  });
});

describe('a thief who was told of teaches nothing by coming back', () => {
  const work = daily({ from: '2026-01-05T09:10Z', times: 60, ip: '192.0.2.7' });
  const nights = daily({ from: '2026-03-06T01:40Z', times: 10, ip: '198.51.100.9', action: 'stack-exported' });
  const home = daily({ from: '2026-03-06T09:10Z', times: 10, ip: '192.0.2.7' });

  it('is told once', () => {
    expect(having(work, nights, home).alerts).toHaveLength(1);
  });

  it('does not make the night usual', () => {
    const atNight = call('2026-03-16T01:40Z', '203.0.113.5');
    const calm = having(work, home).hears('odd-hours', atNight).nats;
    expect(having(work, nights, home).hears('odd-hours', atNight).nats).toBeGreaterThan(calm - Math.LN2);
  });

  it('does not make the action usual', () => {
    const exporting = call('2026-03-16T12:00Z', '203.0.113.5', { action: 'stack-exported' });
    const { evidence } = having(work, nights, home).hears('sensitive-action', exporting);
    expect(evidence).toMatchObject({ sessionsWithKind: 0 });
  });
});

describe('learning what one principal does', () => {
  it('says nothing of another’s baseline', () => {
    const other: Principal = { ...ciToken, id: 'tok-other', name: 'other' };
    const work = daily({ from: '2026-01-05T09:00Z', times: 20, ip: '192.0.2.7' });
    const noise = everySecond({ from: '2026-01-10T12:00:00Z', times: 50, ip: '198.51.100.9', principal: other });
    expect(having(work, noise).baselineOf()).toEqual(having(work).baselineOf());
  });

  it('goes on where it stopped: what was remembered in between is all it needs', () => {
    const work = daily({ from: '2026-01-05T09:00Z', times: 40, ip: '192.0.2.7' });
    let memory = nothing;
    for (const event of work) memory = remember(memory, assess(memory, [event], context));
    expect(memory).toEqual(having(work).memory);
  });
});
