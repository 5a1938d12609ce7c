import { describe, expect, it } from '@jest/globals';
import type { Principal } from '../../../lib/core/principal.ts';
import { ada, call, ciToken, daily, having, type Said } from '../having.ts';

/** Forty days of deployments. */
const deploying = daily({ from: '2026-01-05T09:00Z', times: 40, ip: '192.0.2.7' });
const next = (said: Said) => call('2026-02-14T09:00Z', '192.0.2.7', said);
const exporting = { action: 'stack-exported', target: 'acme/prod' };

describe('a sensitive action', () => {
  it('is told the first time a principal does anything of its kind', () => {
    const heard = having(deploying).hears('sensitive-action', next(exporting));
    expect(heard.nats).toBeGreaterThan(Math.log(20));
    expect(heard.evidence).toMatchObject({
      kind: 'state',
      action: 'stack-exported',
      target: 'acme/prod',
      sessionsWithKind: 0,
    });
  });

  it('is silent where the principal does it every day', () => {
    const always = daily({ from: '2026-01-05T09:00Z', times: 40, ip: '192.0.2.7', ...exporting });
    expect(having(always).hears('sensitive-action', next(exporting)).nats).toBeLessThan(Math.log(1.2));
  });

  it('is known by its kind: another action of the same kind is no news', () => {
    const always = daily({ from: '2026-01-05T09:00Z', times: 40, ip: '192.0.2.7', ...exporting });
    const heard = having(always).hears('sensitive-action', next({ action: 'stack-imported' }));
    expect(heard.nats).toBeLessThan(Math.log(1.2));
  });

  it('is not judged before five sessions', () => {
    const judged = (sessions: number) =>
      having(daily({ from: '2026-01-05T09:00Z', times: sessions, ip: '192.0.2.7' })).hears(
        'sensitive-action',
        next(exporting),
      ).nats;
    expect(judged(4)).toBe(0);
    expect(judged(10)).toBeGreaterThan(0);
  });

  it('surprises less where colleagues do it all day', () => {
    const colleague = { ...ciToken, id: 'tok-backup', name: 'backup' };
    const others = daily({ from: '2026-01-05T10:00Z', times: 40, ip: '192.0.2.7', principal: colleague, ...exporting });
    const alone = having(deploying).hears('sensitive-action', next(exporting)).nats;
    expect(having(deploying, others).hears('sensitive-action', next(exporting)).nats).toBeLessThan(alone);
  });

  it('is judged at its first time in a session, not at its repetition', () => {
    const again = { ...next(exporting), id: 'again', atMs: next(exporting).atMs + 60_000, target: 'acme/dev' };
    const session = having(deploying, [next(exporting), again]).baselineOf().sessions[0];
    expect(session?.evidence.find((evidence) => evidence?.detector === 'sensitive-action')).toMatchObject({
      target: 'acme/prod',
    });
  });

  it('is worth no telling where the kind opens nothing', () => {
    const heard = having(deploying).hears('sensitive-action', next({ action: 'stack-outputs-read' }));
    expect(heard.evidence).toBeUndefined();
  });

  it('is not done where it was refused', () => {
    const refused = next({ ...exporting, outcome: 'failure' });
    expect(having(deploying).hears('sensitive-action', refused).nats).toBe(0);
    const later = call('2026-02-15T09:00Z', '192.0.2.7', exporting);
    expect(having(deploying, refused).hears('sensitive-action', later).evidence).toMatchObject({ sessionsWithKind: 0 });
  });

  it('is a fact where it tampers with the log, on the first day and by whomever', () => {
    const scalr = { ...ciToken, provider: 'scalr' };
    const told = having().tells(
      call('2026-01-05T09:00Z', '192.0.2.7', { principal: scalr, action: 'delete-aws-event-bridge-integration' }),
    );
    expect(told).toMatchObject([
      {
        news: 'opened',
        alert: {
          severity: 'critical',
          findings: [{ evidence: { detector: 'sensitive-action', kind: 'log-pipeline' } }],
        },
      },
    ]);
  });

  it('may hide in the user agent of a tool: that exempts nothing', () => {
    const heard = (userAgent: string | undefined) =>
      having(deploying).hears('sensitive-action', next({ ...exporting, userAgent })).nats;
    expect(heard('pulumi-cli/3.200.0')).toBe(heard(undefined));
  });
});

describe('a sensitive action beside a harmless one that is rarer', () => {
  /** Colleagues create a token now and then; nobody ever does anything that tokenwatch does not know. */
  const people = Array.from({ length: 15 }, (_, n): Principal => ({ ...ada, id: `user-${n}`, name: `user-${n}` }));
  const organization = people.flatMap((principal, n) =>
    Array.from({ length: 60 }, (_, day) => [
      call(Date.UTC(2026, 0, 1 + day, 9, n), '203.0.113.5', { principal }),
      ...((day + 5 * n) % 14 === 13
        ? [
            call(Date.UTC(2026, 0, 1 + day, 9, n, 30), '203.0.113.5', {
              principal,
              action: 'organization-token-created',
            }),
          ]
        : []),
    ]).flat(),
  );
  const past = having(organization, daily({ from: '2026-01-01T10:00Z', times: 60, ip: '192.0.2.7' }));
  const odd = call('2026-03-02T10:00Z', '192.0.2.7', { action: 'something-unknown' });
  const creating = call('2026-03-02T10:01Z', '192.0.2.7', { action: 'organization-token-created', target: 'mine' });

  it('is told as it is alone', () => {
    const [alone] = past.tells(creating);
    const [hidden] = past.tells(odd, creating);
    expect(alone?.alert.severity).toBe('high');
    expect(hidden?.alert.severity).toBe(alone?.alert.severity);
    expect(hidden?.alert.findings).toMatchObject([{ evidence: { action: 'organization-token-created' } }]);
  });

  it('does not borrow the other’s rarity', () => {
    const heard = past.hears('sensitive-action', creating);
    expect(past.and(odd).hears('sensitive-action', creating)).toEqual(heard);
    expect(past.and(creating).hears('sensitive-action', { ...odd, atMs: creating.atMs + 60_000 })).toEqual(heard);
  });
});
