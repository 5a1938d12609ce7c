/** Principals met for the first time, by the hour: who gets a baseline, who is counted to a crowd, and what is told. */
import { describe, expect, it } from '@jest/globals';
import { assess, keysOf } from '../../lib/core/assess.ts';
import { encodeBaseline } from '../../lib/core/baseline.ts';
import type { AuditEvent } from '../../lib/core/event.ts';
import { rememberNetworks } from '../../lib/core/network.ts';
import { newcomersMax } from '../../lib/core/newcomers.ts';
import { encodeOrganization } from '../../lib/core/organization.ts';
import { msPerHour } from '../../lib/core/time.ts';
import { ada, call, ciToken, daily, exampleOwners, having, msOf, nothing, remember, type Said } from './having.ts';

const crowdKey = 'pulumi:acme|user|(newcomers)';
const work = daily({ from: '2026-01-05T09:10Z', times: 40, ip: '192.0.2.7' });

/** So many tokens, each used once, all within a minute of the hour. */
const tokens = (at: string, count: number, { from = 0, ...said }: Said & { from?: number } = {}) =>
  Array.from({ length: count }, (_, n) =>
    call(msOf(at) + n * 10, '198.51.100.9', {
      action: 'stack-read',
      principal: { ...ciToken, id: `tok-${from + n}`, name: `made-${from + n}` },
      ...said,
    }),
  );

const evidenceOf = (past: ReturnType<typeof having>) =>
  past.alerts.map(({ principal, severity, findings }) => [principal.id, severity, findings[0]?.evidence]);

describe('tokens never seen before', () => {
  it('have a baseline each, up to a thousand in an hour', () => {
    const past = having(work, tokens('2026-02-14T02:00Z', newcomersMax));
    expect(past.memory.baselines.size).toBe(newcomersMax + 1);
    expect(past.memory.baselines.has(crowdKey)).toBe(false);
    expect(past.alerts).toEqual([]);
  });

  it('share one beyond that, and it is told as a fact how many came and how few usually do', () => {
    const past = having(work, tokens('2026-02-14T02:00Z', 3_000));
    expect(past.memory.baselines.size).toBe(newcomersMax + 2);
    expect(past.memory.baselines.get(crowdKey)).toMatchObject({ events: 2_000 });
    expect(evidenceOf(past)).toEqual([
      [
        '(newcomers)',
        'high',
        {
          detector: 'usage-spike',
          of: 'newcomers',
          atMs: expect.any(Number),
          windowHours: 1,
          count: expect.any(Number),
          expected: expect.any(Number),
          rarelyAbove: expect.any(Number),
        },
      ],
    ]);
    const evidence = past.alerts[0]?.findings[0]?.evidence;
    expect(evidence).toMatchObject({ detector: 'usage-spike' });
    if (evidence?.detector !== 'usage-spike') return;
    expect(Math.abs(evidence.count - 3_000)).toBeLessThan(300);
    expect(evidence.rarelyAbove).toBeLessThanOrEqual(3);
  });

  it('get a baseline when they come back in another hour', () => {
    const past = having(work, tokens('2026-02-14T02:00Z', 1_500)).and(
      ...tokens('2026-02-14T04:00Z', 10, { from: 1_400 }),
    );
    expect(past.baselineOf({ ...ciToken, id: 'tok-1405' })).toMatchObject({ events: 1 });
    expect(past.memory.baselines.get(crowdKey)).toMatchObject({ events: 500 });
  });

  it('leave those who are known as they were', () => {
    const flood = tokens('2026-02-13T12:00Z', 3_000);
    expect(encodeBaseline(having(work, flood).baselineOf())).toBe(encodeBaseline(having(work).baselineOf()));
  });

  it('are not told in the first week, when everybody is new', () => {
    const hours = Array.from({ length: 167 }, (_, hour) =>
      tokens(new Date(msOf('2026-01-05T00:00Z') + hour * msPerHour).toISOString(), 6, { from: hour * 6 }),
    );
    const past = having(hours.flat(), tokens('2026-01-07T09:00Z', 2_500, { from: 100_000 }));
    expect(past.alerts).toEqual([]);
    expect(past.memory.baselines.has(crowdKey)).toBe(true);
  });

  it('hide no use of a deleted token and no tampering with the log', () => {
    const scalr = { provider: 'scalr', kind: 'token', id: 'tok-x', name: 'x' } as const;
    const at = msOf('2026-02-14T02:30Z');
    const past = having(
      work,
      call('2026-02-13T09:00Z', '192.0.2.7', { action: 'team-token-deleted', target: 'old-laptop' }),
      tokens('2026-02-14T02:00Z', 1_500),
      call(at, '198.51.100.9', { principal: { ...ciToken, id: 'tok-old', name: 'old-laptop' } }),
      call(at + 1, '198.51.100.9', { principal: scalr, action: 'delete-audit-log-export' }),
    );
    const findings = past.alerts.flatMap((alert) => alert.findings.map(({ evidence }) => evidence));
    expect(findings).toContainEqual(expect.objectContaining({ detector: 'token-life', fact: 'used-after-deletion' }));
    expect(past.alerts.map(({ severity }) => severity)).toContain('critical');
  });
});

describe('a flood', () => {
  /** A thousand and a half new ones in each hour. */
  const lasting = (hours: number, from = '2026-02-14T02:00Z', nth = 10_000) =>
    Array.from({ length: hours }, (_, hour) =>
      tokens(new Date(msOf(from) + hour * msPerHour).toISOString(), 1_500, { from: nth + hour * 10_000 }),
    ).flat();

  it('is one alert for as long as it lasts', () => {
    const past = having(work, lasting(15));
    expect(past.alerts).toHaveLength(1);
    expect(past.alerts[0]).toMatchObject({ eventCount: 15 * 500 });
  }, 30_000);

  it('that comes back after a day is told again', () => {
    const past = having(work, lasting(1), lasting(1, '2026-02-15T06:00Z', 50_000));
    expect(past.alerts.map(({ openedAtMs }) => openedAtMs)).toEqual([
      msOf('2026-02-14T02:00Z') + 10_000,
      msOf('2026-02-15T06:00Z') + 10_000,
    ]);
  });

  it('keeps the largest of its hours', () => {
    const past = having(work, tokens('2026-02-14T02:00Z', 5_000), tokens('2026-02-14T03:00Z', 1_200, { from: 10_000 }));
    const evidence = past.alerts[0]?.findings[0]?.evidence;
    expect(evidence?.detector === 'usage-spike' && evidence.count).toBeGreaterThan(4_500);
  });

  it('of names that are refused is told too, however many networks it comes from', () => {
    const guesses = Array.from({ length: 3_000 }, (_, n) =>
      call(msOf('2026-02-14T02:00Z') + n * 1_000, `${100 + (n >> 12)}.${(n >> 6) & 63}.${n & 63}.1`, {
        principal: { ...ada, id: `guess-${n}`, name: `guess-${n}` },
        action: 'user-login-failed',
        outcome: 'failure',
      }),
    );
    const past = having(work, guesses);
    expect(past.memory.baselines.size).toBe(2);
    expect(evidenceOf(past)).toMatchObject([
      ['(unknown users)', 'high', { detector: 'usage-spike', of: 'newcomers', count: expect.any(Number) }],
    ]);
  });

  it('is the same however the log is cut, with no baseline at hand but those asked for', () => {
    const events = [...work, ...lasting(3)].sort((a, b) => a.atMs - b.atMs);
    const context = { networks: rememberNetworks(exampleOwners), alertBudgetPerWeek: 1 };
    const foldedBy = (size: number) => {
      let memory = nothing;
      const alerts = new Map<string, unknown>();
      for (let at = 0; at < events.length; at += size) {
        const batch: readonly AuditEvent[] = events.slice(at, at + size);
        const wanted = keysOf(batch, memory.organization);
        const baselines = new Map([...memory.baselines].filter(([key]) => wanted.has(key)));
        const assessment = assess({ organization: memory.organization, baselines }, batch, context);
        for (const { alert } of assessment.alerts) alerts.set(alert.id, alert);
        memory = remember(memory, assessment);
      }
      return [
        encodeOrganization(memory.organization),
        [...memory.baselines].map(([key, baseline]) => [key, encodeBaseline(baseline)]).sort(),
        [...alerts.values()],
      ];
    };
    const whole = foldedBy(events.length);
    expect(foldedBy(97)).toEqual(whole);
    expect(foldedBy(1_000)).toEqual(whole);
  }, 30_000);
});
