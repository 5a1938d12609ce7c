import type { Alert, Evidence, Finding } from '../../lib/core/alert.ts';
import type { AuditEvent } from '../../lib/core/event.ts';
import type { Network } from '../../lib/core/network.ts';
import type { Principal } from '../../lib/core/principal.ts';

/** One theft, as core tells it; tests change what they are about. */

export const ciDeploy: Principal = { provider: 'pulumi', kind: 'token', id: 'tok-1', name: 'ci-deploy' };

export const exampleHosting: Network = {
  address: '203.0.113.9',
  prefix: '203.0.113.0/24',
  owner: { asn: 64500, name: 'Example Hosting', class: 'hosting' },
  class: 'hosting',
  country: 'NL',
};

/** 14 Mar 2026, 02:13 UTC. */
export const nightMs = Date.UTC(2026, 2, 14, 2, 13);

type Of<Detector extends Evidence['detector']> = Extract<Evidence, { detector: Detector }>;

export const unfamiliarNetwork = (change: Partial<Of<'unfamiliar-network'>> = {}): Evidence => ({
  detector: 'unfamiliar-network',
  network: exampleHosting,
  newAt: 'owner',
  daysActive: 58.4,
  daysWithNew: 0.2,
  usual: ['Example Cloud', '198.51.100.0/24'],
  usualClass: 'cloud',
  othersOnPrefix: 0,
  ...change,
});

export const oddHours = (change: Partial<Of<'odd-hours'>> = {}): Evidence => ({
  detector: 'odd-hours',
  atMs: nightMs,
  density: 0.02,
  sessions: 120.3,
  usualFromHour: 7,
  usualToHour: 17.5,
  concentration: 0.8,
  ...change,
});

export const usageSpike = (change: Partial<Of<'usage-spike'>> = {}): Evidence => ({
  detector: 'usage-spike',
  atMs: nightMs,
  windowHours: 1,
  count: 1412,
  expected: 11.6,
  rarelyAbove: 40,
  ...change,
});

export const usageDay = (change: Partial<Of<'usage-day'>> = {}): Evidence => ({
  detector: 'usage-day',
  of: 'secrets',
  atMs: nightMs,
  count: 64,
  expected: 5.2,
  rarelyAbove: 18,
  days: 39.6,
  ...change,
});

export const sensitiveAction = (change: Partial<Of<'sensitive-action'>> = {}): Evidence => ({
  detector: 'sensitive-action',
  kind: 'secrets',
  action: 'environment-opened',
  target: 'acme/prod',
  sessions: 90,
  sessionsWithKind: 0,
  isTampering: false,
  ...change,
});

export const authenticationFailures = (change: Partial<Of<'authentication-failures'>> = {}): Evidence => ({
  detector: 'authentication-failures',
  failures: 37,
  expected: 0.3,
  firstAtMs: nightMs - 180_000,
  lastAtMs: nightMs,
  gotInAtMs: undefined,
  ...change,
});

export const tokenLife = (change: Partial<Of<'token-life'>> = {}): Evidence => ({
  detector: 'token-life',
  fact: 'used-after-deletion',
  sinceMs: nightMs - 3 * 86_400_000,
  atMs: nightMs,
  ...change,
});

export const everyEvidence: readonly Evidence[] = [
  unfamiliarNetwork(),
  oddHours(),
  usageSpike(),
  usageDay(),
  sensitiveAction(),
  authenticationFailures(),
  tokenLife(),
];

export const finding = (evidence: Evidence, surprise = 4.3): Finding => ({ surprise, evidence });

export const event = (change: Partial<AuditEvent> = {}): AuditEvent => ({
  id: 'e1',
  atMs: nightMs + 7_000,
  source: 'pulumi:acme',
  principal: ciDeploy,
  ip: '203.0.113.9',
  action: 'stack-exported',
  outcome: 'success',
  user: undefined,
  credential: undefined,
  target: 'acme/prod',
  userAgent: undefined,
  description: undefined,
  ...change,
});

export const theft = (change: Partial<Alert> = {}): Alert => ({
  id: '7d1f0c2a',
  source: 'pulumi:acme',
  principal: ciDeploy,
  openedAtMs: nightMs + 7_000,
  firstEventAtMs: nightMs,
  lastEventAtMs: nightMs + 360_000,
  severity: 'high',
  surprise: 4.3,
  findings: [finding(unfamiliarNetwork())],
  eventCount: 12,
  sampleEvents: [event()],
  networks: [exampleHosting],
  ...change,
});

/** The same theft with one text in every place that a log can fill. */
export const theftSaying = (text: string): Alert => {
  const network: Network = {
    ...exampleHosting,
    address: text,
    prefix: text,
    country: text,
    owner: { asn: 64500, name: text, class: 'hosting' },
  };
  const principal: Principal = { provider: 'pulumi', kind: 'token', id: text, name: text };
  return theft({
    id: text,
    source: `pulumi:${text}`,
    principal,
    findings: [
      finding(unfamiliarNetwork({ network, usual: [text, text] })),
      finding(sensitiveAction({ action: text, target: text })),
      ...[oddHours(), usageSpike(), authenticationFailures()].map((evidence) => finding(evidence)),
    ],
    sampleEvents: [
      event({
        id: text,
        principal,
        ip: text,
        action: text,
        user: text,
        credential: text,
        target: text,
        userAgent: text,
        description: text,
      }),
    ],
    networks: [network],
  });
};
