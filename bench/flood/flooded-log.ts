/**
 * A made-up log that somebody floods: twenty principals at ordinary work for five weeks, and on the last day but one
 * everything of one kind new with every event, for an hour. What the flood is to hide happens in the middle of it, and
 * another theft on the day after. No dice: the same every time.
 */
import { type Assessment, assess, keysOf, type Memory, newOrganization } from '../../lib/core/assess.ts';
import type { Baseline } from '../../lib/core/baseline.ts';
import { type AuditEvent, inOrder } from '../../lib/core/event.ts';
import { type Network, rememberNetworks } from '../../lib/core/network.ts';
import type { Principal } from '../../lib/core/principal.ts';
import { msPerDay, msPerHour, msPerMinute } from '../../lib/core/time.ts';

/** What is new with every event of the flood. */
export const floods = ['addresses', 'refused users', 'users', 'tokens', 'actions', 'targets'] as const;
export type Flooded = (typeof floods)[number];

export const source = 'pulumi:acme';
const startMs = Date.UTC(2026, 2, 2);
const days = 35;
export const floodFromMs = startMs + 33 * msPerDay + 2 * msPerHour;
export const floodToMs = floodFromMs + msPerHour;
const principals = 20;

const token = (id: string): Principal => ({ provider: 'pulumi', kind: 'token', id, name: id });
const user = (id: string): Principal => ({ provider: 'pulumi', kind: 'user', id, name: id });
const principalAt = (n: number): Principal => (n % 2 === 0 ? token(`ci-${n}`) : user(`ana-${n}`));

/** The token with which addresses, actions and targets are flooded, and those stolen in and after the flood. */
export const flooding = principalAt(4);
export const stolenInFlood = principalAt(8);
export const stolenAfterwards = principalAt(10);

type Deed = Pick<AuditEvent, 'principal' | 'ip' | 'action'> & Partial<AuditEvent>;

const event = (atMs: number, { ordinal, ...deed }: Deed & { readonly ordinal: number }): AuditEvent => ({
  id: `${String(ordinal).padStart(8, '0')} ${deed.principal.id}`,
  atMs: Math.round(atMs),
  source,
  outcome: 'success',
  user: undefined,
  credential: undefined,
  target: undefined,
  userAgent: undefined,
  description: undefined,
  ...deed,
});

/** From 0 up to 1, as if by chance. */
const fraction = (n: number): number => ((Math.imul(n + 1, 2_654_435_761) >>> 0) % 10_007) / 10_007;

const work: readonly AuditEvent[] = Array.from({ length: days * principals }, (_, n) => {
  const day = Math.floor(n / principals);
  const who = n % principals;
  return Array.from({ length: 4 + Math.floor(6 * fraction(n)) }, (_, i) =>
    event(startMs + day * msPerDay + (8 + 9 * fraction(n * 31 + i * 7)) * msPerHour, {
      ordinal: n * 10 + i,
      principal: principalAt(who),
      ip: `192.0.2.${who + 1}`,
      action: i % 3 === 0 ? 'stack-read' : 'stack-updated',
      target: `acme/web-${who}`,
    }),
  );
}).flat();

const theft = (fromMs: number, principal: Principal): readonly AuditEvent[] =>
  Array.from({ length: 6 }, (_, i) =>
    event(fromMs + i * msPerMinute, {
      ordinal: 900_000 + i,
      principal,
      ip: '203.0.113.9',
      action: i < 2 ? 'stack-read' : 'environment-decrypted',
      target: `acme/secrets-${i}`,
    }),
  );

/** Everything but the flood. */
export const ordinary: readonly AuditEvent[] = [
  ...work,
  ...theft(floodFromMs + 30 * msPerMinute, stolenInFlood),
  ...theft(floodFromMs + msPerDay, stolenAfterwards),
].sort(inOrder);

const addressAt = (n: number): string => `${20 + (n % 60)}.${(n >> 14) & 255}.${(n >> 6) & 255}.${1 + (n & 63)}`;

/** The n-th event of a flood of so many. */
const floodAt = (kind: Flooded, n: number, count: number): AuditEvent => {
  const usual: Deed = { principal: flooding, ip: '198.51.100.9', action: 'stack-read', target: 'acme/web-4' };
  const news: Readonly<Record<Flooded, Partial<Deed>>> = {
    addresses: { ip: addressAt(n) },
    'refused users': {
      principal: user(`guess-${n}`),
      ip: addressAt(n),
      action: 'user-login-failed',
      outcome: 'failure',
    },
    users: { principal: user(`user-${n}`), ip: addressAt(n) },
    tokens: { principal: token(`token-${n}`) },
    actions: { action: `made-up-${n}` },
    targets: { target: `acme/made-up-${n}` },
  };
  return event(floodFromMs + (n * msPerHour) / count, { ordinal: 1_000_000 + n, ...usual, ...news[kind] });
};

const eventsPerBatch = 1_000;

/** The flooded log in core's order, never all of it at hand. */
export function* floodedLog(kind: Flooded, count: number): Generator<readonly AuditEvent[]> {
  let next = 0;
  const ordinaryBefore = (atMs: number): readonly AuditEvent[] => {
    const from = next;
    while (next < ordinary.length && (ordinary[next] as AuditEvent).atMs < atMs) next += 1;
    return ordinary.slice(from, next);
  };
  yield ordinaryBefore(floodFromMs);
  for (let at = 0; at < count; at += eventsPerBatch) {
    const end = Math.min(count, at + eventsPerBatch);
    const flood = Array.from({ length: end - at }, (_, i) => floodAt(kind, at + i, count));
    yield [...ordinaryBefore(floodFromMs + (end * msPerHour) / count), ...flood].sort(inOrder);
  }
  yield ordinaryBefore(Number.POSITIVE_INFINITY);
}

/** An owner for each /16, as a table would tell. */
export const networks: () => (address: string) => Network = () =>
  rememberNetworks(({ bytes }) => {
    const asn = (bytes[0] as number) * 256 + (bytes[1] as number);
    return { owner: { asn, name: `Example Network ${asn}`, class: 'hosting' }, country: 'NL' };
  });

/** What a store would hold, and hand out as the monitor asks for it. */
export type Kept = { organization: Memory['organization']; readonly baselines: Map<string, Baseline> };
export const nothingKept = (): Kept => ({ organization: newOrganization(), baselines: new Map() });

/** Assesses with nothing at hand but what was asked for, and keeps what came of it. */
export const assessInto = (
  kept: Kept,
  events: readonly AuditEvent[],
  networksOf: (address: string) => Network,
): Assessment => {
  const baselines = new Map<string, Baseline>();
  for (const key of keysOf(events, kept.organization)) {
    const baseline = kept.baselines.get(key);
    if (baseline !== undefined) baselines.set(key, baseline);
  }
  const context = { networks: networksOf, alertBudgetPerWeek: 1 };
  const assessment = assess({ organization: kept.organization, baselines }, events, context);
  kept.organization = assessment.organization;
  for (const [key, baseline] of assessment.baselines) kept.baselines.set(key, baseline);
  return assessment;
};
