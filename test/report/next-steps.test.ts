import { describe, expect, it } from '@jest/globals';
import type { Evidence } from '../../lib/core/alert.ts';
import { stepText } from '../../lib/report/commands.ts';
import { nextSteps } from '../../lib/report/next-steps.ts';
import {
  authenticationFailures,
  ciDeploy,
  event,
  finding,
  oddHours,
  sensitiveAction,
  theft,
  theftSaying,
  tokenLife,
  unfamiliarNetwork,
  usageDay,
} from './examples.ts';
import { actingOnScreens, hostileTexts } from './hostile.ts';

const having = (...evidence: readonly Evidence[]) => theft({ findings: evidence.map((each) => finding(each)) });

const ifOurs = {
  text: 'If it was yours, say so; what it showed is then not told again for 30 days:',
  command: 'tokenwatch ack 7d1f0c2a --until 30d --by YOUR-NAME',
};

describe('next steps', () => {
  it('give the command that answers only where something remembers the answer', () => {
    const alert = having(unfamiliarNetwork());
    expect(nextSteps(alert).at(-1)).toEqual(ifOurs);
    expect(nextSteps(alert, { place: 'nowhere' })).toEqual(nextSteps(alert).slice(0, -1));
  });

  it('for a token from an unfamiliar network: ask, revoke, rotate, look further', () => {
    expect(nextSteps(having(unfamiliarNetwork(), sensitiveAction()))).toEqual([
      'Ask whoever owns the token ci-deploy whether this was theirs from 203.0.113.9 on 14 Mar 2026 02:13 UTC.',
      "If nobody claims it, delete the token in Pulumi Cloud; that revokes it at once. Organization token: Settings > Access Management > Access Tokens of acme. Team token: the team's page, Access Tokens. Personal token: only its owner can, at https://app.pulumi.com/account/tokens; if they cannot be reached, remove them from the organization.",
      'Rotate the secrets that it opened, first those of acme/prod.',
      'Check what else came from 203.0.113.9: other tokens may have leaked with this one.',
      ifOurs,
    ]);
  });

  it('for a day of too much: rotate what was opened, or list what was touched', () => {
    expect(nextSteps(having(usageDay(), sensitiveAction()))).toContain(
      'Rotate the secrets that it opened, first those of acme/prod.',
    );
    expect(nextSteps(having(usageDay({ of: 'state' })))).toContain(
      'Rotate the secrets held in the state that it read.',
    );
    expect(nextSteps(having(usageDay({ of: 'targets' })))).toContain(
      'List in the log all that it touched from midnight UTC to 14 Mar 2026 02:13 UTC: that is what may be lost.',
    );
  });

  it('name no organization where the log does not', () => {
    const [, cutOff] = nextSteps(theft({ source: 'pulumi:file' }));
    expect(cutOff).toContain('Settings > Access Management > Access Tokens. Team token');
  });

  it('name the people whom the log sees behind the token', () => {
    const alert = theft({ sampleEvents: [event({ user: 'alice' }), event({ user: 'bob' }), event({ user: 'alice' })] });
    expect(nextSteps(alert)[0]).toBe(
      'Ask whoever owns the token ci-deploy (alice and bob) whether this was theirs from 203.0.113.9 on 14 Mar 2026 02:13 UTC.',
    );
  });

  it('for an ended token that worked all the same: tell the vendor, without an if', () => {
    const alert = having(tokenLife(), unfamiliarNetwork());
    const refused = event({ id: 'refused', outcome: 'failure' });
    const worked = event({ id: 'worked', atMs: refused.atMs + 60_000 });
    expect(nextSteps({ ...alert, sampleEvents: [refused, worked] })[1]).toBe(
      'An attempt succeeded on 14 Mar 2026 02:14 UTC: tell the vendor, as an ended token must not work, and look in the log for others that did.',
    );
    const before = event({ id: 'before', atMs: refused.atMs - 4 * 86_400_000 });
    expect(nextSteps({ ...alert, sampleEvents: [before, refused] })[1]).toContain('Check in the log that its attempts');
  });

  it('for a token that is revoked already: find who holds it', () => {
    const refused = [event({ outcome: 'failure' })];
    expect(nextSteps({ ...having(tokenLife(), unfamiliarNetwork()), sampleEvents: refused })).toEqual([
      'Find what still holds the token ci-deploy: a CI secret, a script or a laptop that was missed when it ended. If none of yours was active from 203.0.113.9 on 14 Mar 2026 02:19 UTC, it has leaked.',
      'Check in the log that its attempts are refused. If any succeeded, tell the vendor: an ended token must not work.',
      'Check what else came from 203.0.113.9: other tokens may have leaked with this one.',
    ]);
  });

  it('begin with the log itself where that was touched', () => {
    expect(nextSteps(having(sensitiveAction({ kind: 'log-pipeline', action: 'audit-log-export-deleted' })))[0]).toBe(
      'Check that the audit log and its export still run, and restore them: until then nothing further is seen.',
    );
  });

  it('rotate nothing after attempts that were all refused', () => {
    const alert = { ...having(authenticationFailures()), sampleEvents: [event({ outcome: 'failure' })] };
    expect(nextSteps(alert)).toHaveLength(3);
  });

  it('speak of a person as a person', () => {
    const alert = {
      ...having(oddHours()),
      principal: { ...ciDeploy, kind: 'user', id: 'alice', name: 'alice' },
    } as const;
    expect(nextSteps(alert)).toEqual([
      'Ask user alice whether this was theirs on 14 Mar 2026 02:13 UTC.',
      'If it was not theirs, they delete their personal tokens at https://app.pulumi.com/account/tokens and secure their login; if they cannot be reached, remove them from the organization.',
      'If it was a stranger, rotate the secrets that it can reach, cloud credentials first.',
      ifOurs,
    ]);
  });

  it('say where to revoke at Scalr, and only that it must be done elsewhere', () => {
    const of = (provider: string) =>
      nextSteps({ ...having(oddHours()), source: `${provider}:acme`, principal: { ...ciDeploy, provider } })[1];
    expect(of('scalr')).toBe(
      'If nobody claims it, revoke the token in Scalr (https://acme.scalr.io): it belongs to a user, a service account or an agent pool.',
    );
    expect(of('ssh')).toBe('If nobody claims it, revoke the token where it was issued.');
  });

  it('make no link of a source that is no plain name', () => {
    const alert = {
      ...having(oddHours()),
      source: 'scalr:evil.example/#',
      principal: { ...ciDeploy, provider: 'scalr' },
    };
    expect(nextSteps(alert).map(stepText).join()).not.toContain('evil.example');
  });

  it.each([
    ['credentials', 'Revoke every credential that it created or changed and that nobody asked for.'],
    ['state', 'Rotate the secrets held in the state that it read, first those of acme/prod.'],
    ['members-and-roles', 'Undo the members and roles that it added or raised.'],
    ['login-controls', 'Undo its changes to single sign-on, multi-factor and address rules.'],
    ['code-execution', 'Look at what the code it started did, and rotate the cloud credentials that it could reach.'],
    ['destruction', 'Compare what it deleted with the last known state, and restore it before the next deployment.'],
  ] as const)('repair what was done: %s', (kind, step) => {
    expect(nextSteps(having(sensitiveAction({ kind })))).toContain(step);
  });

  it('pass no hostile name raw', () => {
    for (const text of hostileTexts) {
      const steps = nextSteps(theftSaying(text)).map(stepText).join('');
      expect(actingOnScreens(steps)).toEqual([]);
      expect(steps).not.toContain('://evil');
    }
  });
});
