/**
 * A past, told as the events that made it: `having(...)` lets core learn them through its public door, `assess`, and
 * answers what core then says of the next event. Tests read as sentences and know nothing of how memories look inside.
 */
import type { Alert, DetectorName, Evidence } from '../../lib/core/alert.ts';
import { type Assessment, assess, type Memory, newOrganization } from '../../lib/core/assess.ts';
import { type Baseline, detectorNames } from '../../lib/core/baseline.ts';
import { type AuditEvent, inOrder } from '../../lib/core/event.ts';
import type { Ip } from '../../lib/core/ip.ts';
import { type NetworkLookup, networkOf, type Owner, ownerKey, rememberNetworks } from '../../lib/core/network.ts';
import { type Principal, principalKey } from '../../lib/core/principal.ts';
import { msPerDay, msPerSecond, parseInstant } from '../../lib/core/time.ts';

export const source = 'pulumi:acme';
export const ciToken: Principal = { provider: 'pulumi', kind: 'token', id: 'tok-ci', name: 'ci-deploy' };
export const ada: Principal = { provider: 'pulumi', kind: 'user', id: 'ada', name: 'ada@example.com' };

const owners: readonly (readonly [prefix: string, owner: Owner, country: string])[] = [
  ['192.0.2.', { asn: 64500, name: 'Example Cloud', class: 'cloud' }, 'IE'],
  ['198.51.100.', { asn: 64501, name: 'Example Hosting', class: 'hosting' }, 'NL'],
  ['203.0.113.', { asn: 64502, name: 'Example Broadband', class: 'residential' }, 'DE'],
  ['2001:db8:a', { asn: 64503, name: 'Example Runners', class: 'ci' }, 'US'],
  ['2001:db8:b', { asn: 64504, name: 'Other Runners', class: 'ci' }, 'US'],
  ['2001:db8:c', { asn: 64500, name: 'Example Cloud', class: 'cloud' }, 'IE'],
];

/** Who owns the documentation addresses in these tests. */
export const exampleOwners: NetworkLookup = ({ text }: Ip) => {
  const found = owners.find(([prefix]) => text.startsWith(prefix));
  return found === undefined ? undefined : { owner: found[1], country: found[2] };
};

export const msOf = (at: string): number => {
  const atMs = parseInstant(at);
  if (atMs === undefined) throw new RangeError(`${at} is no instant`);
  return atMs;
};

/** What a test may say of an event besides when and where. */
export type Said = Partial<Omit<AuditEvent, 'atMs' | 'ip'>>;

/** Something the CI token did: the same words make the same event. */
export const call = (at: string | number, ip: string | undefined, said: Said = {}): AuditEvent => {
  const atMs = typeof at === 'number' ? at : msOf(at);
  const principal = said.principal ?? ciToken;
  const action = said.action ?? 'stack-updated';
  return {
    id: `${atMs} ${principal.id} ${ip} ${action}`,
    atMs,
    source,
    principal,
    ip,
    action,
    outcome: 'success',
    user: undefined,
    credential: undefined,
    target: undefined,
    userAgent: undefined,
    description: undefined,
    ...said,
  };
};

export type Repeated = Said & {
  readonly from: string;
  readonly times: number;
  /** One for all, or one for each time. */
  readonly ip: string | undefined | ((nth: number) => string | undefined);
};

const repeat = ({ from, times, ip, ...said }: Repeated, everyMs: number): readonly AuditEvent[] =>
  Array.from({ length: times }, (_, nth) =>
    call(msOf(from) + nth * everyMs, typeof ip === 'function' ? ip(nth) : ip, said),
  );

/** The same every day, at the same time UTC. */
export const daily = (what: Repeated): readonly AuditEvent[] => repeat(what, msPerDay);
export const hourly = (what: Repeated): readonly AuditEvent[] => repeat(what, msPerDay / 24);
export const everySecond = (what: Repeated): readonly AuditEvent[] => repeat(what, msPerSecond);

export type Told = Assessment['alerts'][number];

/** What one detector's own model says of an event, before it is calibrated and combined. */
export type Heard = { readonly nats: number; readonly evidence: Evidence | undefined };

export type Past = {
  readonly memory: Memory;
  /** What was told on the way, last state of each alert, in the order of their opening. */
  readonly alerts: readonly Alert[];
  /** What is told of these events, coming next. */
  tells(...events: readonly AuditEvent[]): readonly Told[];
  /** The same past, and these events after it. */
  and(...events: readonly AuditEvent[]): Past;
  /** What the detector says of this event, coming next. 0 nats: nothing. */
  hears(detector: DetectorName, event: AuditEvent): Heard;
  baselineOf(principal?: Principal): Baseline;
};

export type World = { readonly lookup: NetworkLookup; readonly alertBudgetPerWeek: number };
export const acme: World = { lookup: exampleOwners, alertBudgetPerWeek: 1 };

/** No one has done anything yet. */
export const nothing: Memory = { organization: newOrganization(), baselines: new Map() };

export const remember = ({ baselines }: Memory, { organization, baselines: changed }: Assessment): Memory => ({
  organization,
  baselines: new Map([...baselines, ...changed]),
});

const flat = (events: readonly (AuditEvent | readonly AuditEvent[])[]): readonly AuditEvent[] => events.flat();

/** A past made of these events, in core's order whatever order they are told in. */
export const having = (...events: readonly (AuditEvent | readonly AuditEvent[])[]): Past => havingIn(acme, ...events);

export const havingIn = (world: World, ...events: readonly (AuditEvent | readonly AuditEvent[])[]): Past =>
  pastOf(world, nothing, [], flat(events));

const pastOf = (world: World, before: Memory, alertsBefore: readonly Alert[], events: readonly AuditEvent[]): Past => {
  const networks = rememberNetworks(world.lookup);
  const context = { networks, alertBudgetPerWeek: world.alertBudgetPerWeek };
  const assessed = (memory: Memory, next: readonly AuditEvent[]): Assessment =>
    assess(memory, [...next].sort(inOrder), context);
  const assessment = assessed(before, events);
  const memory = remember(before, assessment);
  const alerts = new Map([...alertsBefore, ...assessment.alerts.map(({ alert }) => alert)].map((a) => [a.id, a]));
  return {
    memory,
    alerts: [...alerts.values()],
    tells: (...next) => assessed(memory, next).alerts,
    and: (...next) => pastOf(world, memory, [...alerts.values()], next),
    hears: (detector, event) => {
      const baseline = assessed(memory, [event]).baselines.get(principalKey(event.source, event.principal));
      const place = event.ip === undefined ? 'none' : ownerKey(networkOf(event.ip, world.lookup));
      const session = baseline?.sessions.find(({ ownerKey: key }) => key === place);
      const at = detectorNames.indexOf(detector);
      return { nats: session?.scores[at] ?? 0, evidence: session?.evidence[at] };
    },
    baselineOf: (principal = ciToken) => {
      const baseline = memory.baselines.get(principalKey(source, principal));
      if (baseline === undefined) throw new RangeError(`${principal.id} has no baseline`);
      return baseline;
    },
  };
};
