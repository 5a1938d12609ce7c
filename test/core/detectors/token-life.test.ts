import { describe, expect, it } from '@jest/globals';
import { type AssessContext, assess } from '../../../lib/core/assess.ts';
import type { AuditEvent } from '../../../lib/core/event.ts';
import { rememberNetworks } from '../../../lib/core/network.ts';
import { ada, call, ciToken, daily, exampleOwners, having, msOf } from '../having.ts';

const work = (times: number) => daily({ from: '2026-01-05T09:00Z', times, ip: '192.0.2.7' });
const deletion = call('2026-02-14T10:00Z', '203.0.113.5', {
  principal: ada,
  action: 'organization-token-deleted',
  target: 'ci-deploy',
});
const use = (at: string) => call(at, '192.0.2.7');

describe('a deleted token', () => {
  it('that is used is a fact, told whatever the past', () => {
    const past = having(deletion);
    expect(past.hears('token-life', use('2026-02-14T10:05Z')).evidence).toEqual({
      detector: 'token-life',
      fact: 'used-after-deletion',
      sinceMs: msOf('2026-02-14T10:00Z'),
      atMs: msOf('2026-02-14T10:05Z'),
    });
    expect(past.tells(use('2026-02-14T10:05Z'))).toMatchObject([{ news: 'opened', alert: { severity: 'critical' } }]);
  });

  it('is known by its id as by its name', () => {
    const byId = having({ ...deletion, target: 'tok-ci' });
    expect(byId.hears('token-life', use('2026-02-14T10:05Z')).evidence).toMatchObject({ fact: 'used-after-deletion' });
  });

  it('that is refused is told too, as less than critical: the door held', () => {
    const refused = call('2026-02-14T10:05Z', '192.0.2.7', { outcome: 'failure' });
    expect(having(deletion).tells(refused)).toMatchObject([{ alert: { severity: 'high' } }]);
  });

  it('is silent before its deletion, and where only another is deleted', () => {
    expect(having(work(40), deletion).alerts).toEqual([]);
    const other = having(work(40), { ...deletion, target: 'old-laptop' });
    expect(other.hears('token-life', use('2026-02-15T09:00Z')).nats).toBe(0);
  });

  it('is silent where the deletion was refused', () => {
    const refused = having({ ...deletion, outcome: 'failure' as const });
    expect(refused.tells(use('2026-02-14T10:05Z'))).toEqual([]);
  });

  it('stays one whatever token of its name is said to be created, as Pulumi keeps names reserved', () => {
    for (const action of ['organization-token-created', 'personal-token-created-for-oidc-issuer']) {
      const created = { ...deletion, id: 'created', atMs: deletion.atMs + 60_000, action };
      expect(having([deletion, created]).tells(use('2026-02-14T10:05Z'))).toMatchObject([{ news: 'opened' }]);
    }
  });

  it('is alive again once a token of its name is created where names may be taken again', () => {
    const elsewhere = { principal: { ...ada, provider: 'log' } };
    const deleted = { ...deletion, ...elsewhere, action: 'token-deleted' };
    const created = { ...deleted, id: 'created', atMs: deletion.atMs + 60_000, action: 'token-created' };
    const used = { ...use('2026-02-14T10:05Z'), principal: { ...ciToken, provider: 'log' } };
    expect(having([deleted]).tells(used)).toMatchObject([{ news: 'opened' }]);
    expect(having([deleted, created]).tells(used)).toEqual([]);
  });

  it('does not make a user of its name a ghost', () => {
    const namesake = call('2026-02-14T10:05Z', '192.0.2.7', { principal: { ...ciToken, kind: 'user' } });
    expect(having(deletion).tells(namesake)).toEqual([]);
  });
});

describe('a token that slept', () => {
  it('is told when it wakes after far longer than ever before', () => {
    const heard = having(work(40)).hears('token-life', use('2026-05-30T09:00Z'));
    expect(heard.evidence).toMatchObject({ fact: 'dormant-woke', sinceMs: msOf('2026-02-13T09:00Z') });
    expect(heard.nats).toBeGreaterThan(Math.log(1_000));
  });

  it('was on holiday where it slept for less than three weeks', () => {
    expect(having(work(40)).hears('token-life', use('2026-03-06T08:59Z')).nats).toBe(0);
    expect(having(work(40)).hears('token-life', use('2026-03-06T09:00Z')).nats).toBeGreaterThan(0);
  });

  it('is silent where it slept as long before: a quarterly job', () => {
    const quarterly = Array.from({ length: 6 }, (_, quarter) => call(Date.UTC(2025, 3 * quarter, 1, 9), '192.0.2.7'));
    const next = having(quarterly).hears('token-life', use('2026-06-28T09:00Z'));
    expect(next.nats).toBe(0);
  });

  it('is not judged before five sessions', () => {
    expect(having(work(4)).hears('token-life', use('2026-05-30T09:00Z')).nats).toBe(0);
  });

  it('says so once, at the first call of the session', () => {
    const past = having(work(40)).and(use('2026-05-30T09:00Z'), use('2026-05-30T09:01Z'));
    const evidence = past.baselineOf().sessions[0]?.evidence.find((each) => each?.detector === 'token-life');
    expect(evidence).toMatchObject({ atMs: msOf('2026-05-30T09:00Z') });
  });
});

describe('the token that the monitor itself reads with', () => {
  const isOwn = ({ id }: { readonly id: string }): boolean => id === ciToken.id;
  const told = (past: readonly AuditEvent[], next: AuditEvent, context: Partial<AssessContext> = { isOwn }) => {
    const { memory } = having(past);
    const { alerts } = assess(memory, [next], {
      networks: rememberNetworks(exampleOwners),
      alertBudgetPerWeek: 1,
      ...context,
    });
    return alerts.map(({ alert }) => alert);
  };
  const reads = daily({ from: '2026-01-05T09:00Z', times: 40, ip: '192.0.2.7', action: 'list-workspaces' });

  it('is told when it does anything but read, at its first event ever and from where it belongs', () => {
    expect(told([], call('2026-02-14T09:00Z', '192.0.2.7'))).toMatchObject([
      { severity: 'critical', findings: [{ evidence: { detector: 'token-life', fact: 'own-token-used' } }] },
    ]);
    expect(told([...reads], call('2026-02-14T09:00Z', '192.0.2.7'))).toMatchObject([{ severity: 'critical' }]);
    expect(told([], call('2026-02-14T09:00Z', '192.0.2.7', { outcome: 'failure' }))).toHaveLength(1);
  });

  it('is silent where it reads from where it always does, and where it is refused a read', () => {
    expect(told([...reads], call('2026-02-14T09:00Z', '192.0.2.7', { action: 'list-workspaces' }))).toEqual([]);
    const refused = call('2026-02-14T09:00Z', '192.0.2.7', { action: 'list-workspaces', outcome: 'failure' });
    expect(told([...reads], refused)).toEqual([]);
  });

  it('is critical where somebody reads with it from elsewhere', () => {
    const elsewhere = call('2026-02-14T09:00Z', '198.51.100.9', { action: 'list-workspaces' });
    expect(told([...reads], elsewhere)).toMatchObject([{ severity: 'critical' }]);
  });

  it('is critical where it only reads, from where it always did, after it was replaced', () => {
    const context = { isOwn, ownReplacedAtMs: () => msOf('2026-02-14T08:00Z') };
    const read = (at: string) => call(at, '192.0.2.7', { action: 'list-workspaces' });
    expect(told([...reads], read('2026-02-14T09:00Z'), context)).toMatchObject([
      {
        severity: 'critical',
        findings: [
          {
            evidence: {
              detector: 'token-life',
              fact: 'own-token-used',
              sinceMs: msOf('2026-02-14T08:00Z'),
              atMs: msOf('2026-02-14T09:00Z'),
            },
          },
        ],
      },
    ]);
    expect(told([], { ...read('2026-02-14T09:00Z'), outcome: 'failure' }, context)).toHaveLength(1);
    expect(told([...reads], read('2026-02-14T07:59Z'), context)).toEqual([]);
  });

  it('is one as any other to whoever does not know it', () => {
    expect(told([], call('2026-02-14T09:00Z', '192.0.2.7'), {})).toEqual([]);
  });
});
