/**
 * Thefts as the network alone shows them: how many of each kind rank above the few principal-networks that an ordinary
 * organization shows in a week (detection.md section 3). One organization of sixty, sixty days of past, six live weeks.
 */
import { detectorNames } from '../../lib/core/baseline.ts';
import { unfamiliarNetwork } from '../../lib/core/detectors/unfamiliar-network.ts';
import type { AuditEvent } from '../../lib/core/event.ts';
import { networkPeers } from '../../lib/core/organization-peers.ts';
import { principalKey } from '../../lib/core/principal.ts';
import { newSession } from '../../lib/core/session.ts';
import { hourOf, msPerDay, msPerHour } from '../../lib/core/time.ts';
import { createDice, type Dice } from '../../lib/simulator/dice.ts';
import { type Actor, createOrganization, type Organization, type Role } from './made-up/cast.ts';
import { createDays, eventOf } from './made-up/days.ts';
import { addressOf, anyOf, broadband, hosting, inCountry } from './made-up/owners.ts';
import { backfillDays, firstDay } from './organizations-budget.ts';
import { advance, networks, type Running, startRun } from './organizations-run.ts';
import { type Part, type Row, row, type Target } from './row.ts';

const principals = 60;
const liveWeeks = 6;
const organizations = 3;
const alertsPerWeek = [1, 0.2] as const;

const thefts = ['VPS', 'same owner', 'residential proxy', "colleague's home"] as const;
type Theft = (typeof thefts)[number];
const roles: readonly Role[] = ['person', 'fixed', 'ci', 'cloud-pool'];

type Tried = { readonly role: Role; readonly theft: Theft; readonly nats: number };
type Ordinary = { readonly role: Role; readonly nats: number };

const measure = (): readonly Row[] => {
  const tried: Tried[] = [];
  const ordinary: Ordinary[] = [];
  for (let i = 0; i < organizations; i += 1) live(`networks-${i}`, tried, ordinary);
  const ranked = ordinary.map(({ nats }) => nats).sort((a, b) => b - a);
  return alertsPerWeek.flatMap((perWeek) => {
    const threshold = ranked[Math.round(perWeek * liveWeeks * organizations)] ?? 0;
    return [
      ...roles.flatMap((role) => rowsOf(role, { perWeek, threshold, tried })),
      quiet(perWeek, threshold, ordinary),
    ];
  });
};

type Line = { readonly perWeek: number; readonly threshold: number; readonly tried: readonly Tried[] };

const rowsOf = (role: Role, { perWeek, threshold, tried }: Line): readonly Row[] =>
  thefts.flatMap((theft) => {
    const all = tried.filter((one) => one.role === role && one.theft === theft);
    if (all.length === 0) return [];
    const ours = all.filter(({ nats }) => nats > threshold).length / all.length;
    const target = perWeek === 1 ? targets.get(`${role} ${theft}`) : undefined;
    const measure = `${role} token, ${theft}, caught at ${perWeek} a week`;
    const reference = references.get(`${perWeek} ${role} ${theft}`) ?? '';
    return [row({ dataSet: 'network thefts', measure, ours, unit: 'share', reference, ...(target && { target }) })];
  });

/** Hosted CI shows a new prefix nearly daily and must not be heard of. */
const quiet = (perWeek: number, threshold: number, ordinary: readonly Ordinary[]): Row => {
  const heard = ordinary.filter(({ role, nats }) => role === 'ci' && nats > threshold).length;
  return row({
    dataSet: 'network thefts',
    measure: `hosted CI, false alerts at ${perWeek} a week`,
    ours: heard,
    unit: 'count',
    reference: '0',
    target: { atMost: 0 },
  });
};

/** detection.md sections 3 and 8; measured there on an organization of the prototypes' own. */
const references: ReadonlyMap<string, string> = new Map([
  ['1 person VPS', '0.87'],
  ['1 person same owner', '0.02'],
  ['1 person residential proxy', '0.10'],
  ["1 person colleague's home", '0.10'],
  ['1 fixed VPS', '1'],
  ['1 fixed same owner', '0.97'],
  ['1 ci VPS', '1'],
  ['1 ci same owner', '0, undetectable by network'],
  ['1 cloud-pool VPS', '1'],
  ['0.2 person VPS', '0.02'],
  ['0.2 fixed same owner', '0.73'],
]);
const targets: ReadonlyMap<string, Target> = new Map([
  ['fixed same owner', { atLeast: 0.95 }],
  ['ci VPS', { atLeast: 0.99 }],
]);

const live = (seed: string, tried: Tried[], ordinary: Ordinary[]): void => {
  const days = backfillDays + 7 * liveWeeks;
  const organization = createOrganization({ seed, principals, firstDay, days, hasSeasons: true });
  const dice = createDice(`${seed}/thefts`);
  const dayAt = createDays(organization);
  const running = startRun(1);
  const seen = new Map<string, Ordinary>();
  for (let day = firstDay; day < firstDay + days; day += 1) {
    const events = dayAt(day);
    if (day < firstDay + backfillDays) {
      advance(running, events);
      continue;
    }
    for (const actor of organization.actors) stealFrom(actor, { organization, day, dice, running, tried });
    // A session's scores are gone once it is over; an hour is shorter than any session's end.
    for (const hour of byHour(events)) {
      advance(running, hour);
      note(organization, running, seen);
    }
  }
  ordinary.push(...seen.values());
};

const byHour = (events: readonly AuditEvent[]): readonly (readonly AuditEvent[])[] => [
  ...Map.groupBy(events, ({ atMs }) => hourOf(atMs)).values(),
];

/** The highest score of each principal on each network: told once, it is no news again. */
const note = ({ actors }: Organization, { baselines }: Running, seen: Map<string, Ordinary>): void => {
  for (const { principal, role } of actors) {
    const { sessions = [], network } = baselines.get(principalKey('pulumi:acme', principal)) ?? {};
    for (const { ownerKey, scores } of sessions) {
      // A place that waits on probation was news when it was first met.
      if (network?.probations.some(({ owner }) => owner === ownerKey)) continue;
      const key = `${principal.name}|${ownerKey}`;
      const nats = scores[0] ?? 0;
      if (nats > (seen.get(key)?.nats ?? 0)) seen.set(key, { role, nats });
    }
  }
};

type Theatre = {
  readonly organization: Organization;
  readonly day: number;
  readonly dice: Dice;
  readonly running: Running;
  readonly tried: Tried[];
};

const stealFrom = (actor: Actor, { organization, day, dice, running, tried }: Theatre): void => {
  const baseline = running.baselines.get(principalKey('pulumi:acme', actor.principal));
  // Newcomers have no past that anybody could judge by.
  if (baseline === undefined || actor.fromDay > day - 28 || !roles.includes(actor.role)) return;
  const atMs = day * msPerDay + dice.integer(0, 23) * msPerHour;
  for (const theft of thefts) {
    const address = addressFor(theft, actor, { organization, dice });
    if (address === undefined) continue;
    const network = networks(address);
    const event = eventOf(actor, { atMs, address, action: 'stack-outputs-read', target: 'acme/stack-1', id: 'attack' });
    const session = newSession(atMs, network, detectorNames.length);
    const peers = networkPeers(running.organization, baseline);
    const score = unfamiliarNetwork.judge(
      { event, network, session, kind: 0, beside: undefined },
      baseline.network,
      peers,
    );
    tried.push({ role: actor.role, theft, nats: score?.nats ?? 0 });
  }
};

const addressFor = (
  theft: Theft,
  actor: Actor,
  { organization, dice }: { readonly organization: Organization; readonly dice: Dice },
): string | undefined => {
  switch (theft) {
    case 'VPS':
      return addressOf(anyOf(hosting, dice), dice);
    case 'same owner':
      return addressOf('pool' in actor ? actor.pool.provider : actor.home.provider, dice);
    case 'residential proxy':
      return addressOf(anyOf(inCountry(broadband, actor.office.country), dice), dice);
    case "colleague's home": {
      const others = organization.actors.filter((other) => other.role === 'person' && other !== actor);
      const colleague = anyOf(others, dice);
      return colleague.role === 'person' ? colleague.home.address : undefined;
    }
  }
};

export const networkThefts: Part = { name: 'network thefts', reads: [], measure };
