/** One stolen token, investigated: what the report's tests show. */
import type { AuditEvent } from '../../../lib/core/event.ts';
import { type Investigation, investigate } from '../../../lib/core/investigation/investigation.ts';
import { emptyRegister, principalsNamed, registerEvents } from '../../../lib/core/investigation/register.ts';
import { type NetworkLookup, rememberNetworks } from '../../../lib/core/network.ts';
import type { Principal } from '../../../lib/core/principal.ts';
import { msPerDay, msPerMinute, msPerSecond } from '../../../lib/core/time.ts';

/** The names that a thief, or whoever the thief learned from, can choose. */
export type Names = {
  readonly token: string;
  readonly target: string;
  readonly owner: string;
  readonly user: string;
  readonly action: string;
};

export const plainNames: Names = {
  token: 'ci-deploy',
  target: 'billing/prod',
  owner: 'Example Hosting',
  user: 'acme',
  action: 'stack-exported',
};

const startMs = Date.UTC(2026, 2, 2);
export const untilMs = startMs + 31 * msPerDay;
export const leakedAtMs = startMs + 28 * msPerDay;

/** A month of work from a cloud, then a night of theft from rented servers, and another token used from there. */
export const stolenToken = (names: Names = plainNames): Investigation => {
  const principal: Principal = { provider: 'pulumi', kind: 'token', id: 'tok-1', name: names.token };
  const other: Principal = { provider: 'pulumi', kind: 'token', id: `tok-2 ${names.token}`, name: names.token };
  const event = (atMs: number, change: Partial<AuditEvent>): AuditEvent => ({
    id: `${atMs}`,
    atMs,
    source: 'pulumi:acme',
    principal,
    ip: '192.0.2.7',
    action: 'stack-update-started',
    outcome: 'success',
    user: names.user,
    credential: undefined,
    target: 'web/prod',
    userAgent: undefined,
    description: undefined,
    ...change,
  });
  const work = Array.from({ length: 31 * 4 }, (_, nth) =>
    event(startMs + Math.floor(nth / 4) * msPerDay + (8 + 2 * (nth % 4)) * 60 * msPerMinute, {}),
  );
  const theft = Array.from({ length: 24 }, (_, nth) =>
    event(leakedAtMs + 130 * msPerMinute + nth * 20 * msPerSecond, {
      ip: '203.0.113.9',
      action: nth % 3 === 2 ? 'stack-update-started' : names.action,
      target: names.target,
      description: `Did it to stack ${names.target}`,
    }),
  );
  const follower = event(leakedAtMs + 300 * msPerMinute, {
    ip: '203.0.113.10',
    principal: other,
    target: names.target,
  });
  const events = [...work, ...theft, follower].sort((a, b) => a.atMs - b.atMs);
  const lookup: NetworkLookup = ({ text }) =>
    text.startsWith('203')
      ? { owner: { asn: 64500, name: names.owner, class: 'hosting' }, country: 'NL' }
      : { owner: { asn: 64501, name: 'Example Cloud', class: 'cloud' }, country: 'IE' };
  const register = emptyRegister();
  registerEvents(events, register);
  return investigate(events, {
    subjects: principalsNamed('tok-1', register),
    leakedAtMs,
    untilMs,
    networks: rememberNetworks(lookup),
    coverage: {
      fromMs: startMs,
      toMs: untilMs,
      kind: 'read',
      events: events.length,
      toleranceMs: 15 * msPerMinute,
      silences: [],
      tooFull: [],
      unreadRecords: 0,
      historyEnd: { emptyMs: 28 * msPerDay },
    },
  });
};

/** Every name the same hostile text. */
export const named = (text: string): Names => ({ token: text, target: text, owner: text, user: text, action: text });
