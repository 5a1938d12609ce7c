/**
 * Thefts with a label, of every kind that detection.md tells apart. None is louder than it need be: a thief looks around,
 * takes something, and leaves.
 */
import type { AuditEvent } from '../../../lib/core/event.ts';
import { latestMs, msPerDay, msPerMinute, msPerSecond } from '../../../lib/core/time.ts';
import type { Dice } from '../../../lib/simulator/dice.ts';
import { refusal, sensitiveActions } from './actions.ts';
import type { Actor, Organization, Person, Role } from './cast.ts';
import { instantOf } from './clock.ts';
import { eventOf } from './days.ts';
import {
  addressOf,
  anyOf,
  broadband,
  clouds,
  countryAbroad,
  hosting,
  inCountry,
  neighbourOf,
  type Provider,
  vpns,
} from './owners.ts';

export const attackKinds = [
  'vps-night',
  'ci-foreign',
  'persistence',
  'spike-inside',
  'colleague',
  'low-and-slow',
  'impossible-pair',
  'ci-same-cloud',
  'dormant-wakes',
  'revoked-used',
  'auth-failure-burst',
  'fixed-same-cloud',
  'residential-proxy',
] as const;
export type AttackKind = (typeof attackKinds)[number];

export type Attack = {
  readonly kind: AttackKind;
  readonly victim: Actor;
  /** In time order; the thief's ids begin with `attack`. */
  readonly events: readonly AuditEvent[];
  /** From here on the victim no longer uses the token, which was deleted. */
  readonly ownUntilMs: number;
};

export const isOfAttack = ({ id }: { readonly id: string }): boolean => id.startsWith('attack');

const victims: Readonly<Record<AttackKind, readonly Role[]>> = {
  'vps-night': ['person'],
  'ci-foreign': ['ci'],
  persistence: ['person', 'fixed'],
  'spike-inside': ['person'],
  colleague: ['person'],
  'low-and-slow': ['person'],
  'impossible-pair': ['person'],
  'ci-same-cloud': ['ci'],
  'dormant-wakes': ['dormant'],
  'revoked-used': ['fixed', 'ci', 'cloud-pool'],
  'auth-failure-burst': ['person', 'fixed', 'ci'],
  'fixed-same-cloud': ['fixed'],
  'residential-proxy': ['person'],
};

/** Days that an attack of the kind lasts. */
export const attackDays = (kind: AttackKind): number =>
  kind === 'low-and-slow' ? 10 : kind === 'revoked-used' ? 2 : 1;

/** An attack that begins on this local day; undefined where nobody here can be its victim. */
export const planAttack = (
  kind: AttackKind,
  { organization, day, dice }: { readonly organization: Organization; readonly day: number; readonly dice: Dice },
): Attack | undefined => {
  // A victim without a past is a newcomer, about whom nobody could say anything.
  const candidates = organization.actors.filter(
    ({ role, fromDay }) => victims[kind].includes(role) && fromDay <= day - 28,
  );
  if (candidates.length === 0) return undefined;
  const victim = anyOf(candidates, dice);
  const plan: Plan = { organization, day, dice, victim };
  const events = eventsOf(kind, plan);
  return { kind, victim, events, ownUntilMs: kind === 'revoked-used' ? (events[0]?.atMs ?? 0) : latestMs };
};

type Plan = { readonly organization: Organization; readonly day: number; readonly dice: Dice; readonly victim: Actor };

const eventsOf = (kind: AttackKind, plan: Plan): readonly AuditEvent[] => {
  const { dice, victim, organization } = plan;
  const country = victim.office.country;
  const otherHome = (): string => addressOf(anyOf(inCountry(broadband, country), dice), dice);
  const rented = (): string => addressOf(anyOf(dice.chance(0.8) ? hosting : vpns, dice), dice);
  const usual = usualHour(victim, dice);
  switch (kind) {
    case 'vps-night':
      return raid(plan, {
        hour: 1 + dice.uniform() * 4,
        address: rented(),
        events: dice.integer(8, 40),
        takes: ['secrets', 'state'],
      });
    case 'ci-foreign':
      return raid(plan, {
        hour: dice.uniform() * 24,
        address: rented(),
        events: dice.integer(5, 30),
        takes: ['secrets', 'state'],
      });
    case 'persistence': {
      const address = dice.chance(0.5) ? rented() : otherHome();
      return raid(plan, { hour: usual, address, events: dice.integer(4, 10), takes: ['credentials', 'members'] });
    }
    case 'spike-inside': {
      const events = Math.round(60 + victim.eventsPerVisit * dice.integer(5, 12));
      return raid(plan, {
        hour: usual,
        address: ownAddress(victim, dice),
        events,
        takes: ['secrets', 'state'],
        minutes: 80,
      });
    }
    case 'colleague':
      return raid(plan, {
        hour: usual,
        address: colleaguesHome(plan),
        events: dice.integer(5, 20),
        takes: ['secrets'],
      });
    case 'low-and-slow': {
      const address = otherHome();
      return Array.from({ length: 10 }, (_, i) =>
        raid(
          { ...plan, day: plan.day + i },
          {
            hour: usualHour(victim, dice),
            address,
            events: dice.integer(3, 8),
            takes: dice.chance(0.3) ? ['secrets'] : [],
          },
        ),
      ).flat();
    }
    case 'impossible-pair':
      return pair(plan);
    case 'ci-same-cloud': {
      const address = victim.role === 'ci' ? addressOf(victim.pool.provider, dice) : rented();
      return raid(plan, {
        hour: dice.uniform() * 24,
        address,
        events: dice.integer(5, 20),
        takes: ['secrets', 'state'],
        isElsewhere: true,
      });
    }
    case 'dormant-wakes': {
      const address = dice.chance(0.5) && victim.role === 'dormant' ? addressOf(victim.home.provider, dice) : rented();
      return raid(plan, { hour: dice.uniform() * 24, address, events: dice.integer(5, 20), takes: ['secrets'] });
    }
    case 'revoked-used': {
      const later = raid(
        { ...plan, day: plan.day + 1 },
        { hour: usual, address: rented(), events: dice.integer(2, 10), takes: [] },
      );
      return [deletion(plan), ...later];
    }
    case 'auth-failure-burst': {
      const address = dice.chance(0.5) ? ownAddress(victim, dice) : rented();
      return refusals(plan, { hour: usual, address, events: dice.integer(15, 60) });
    }
    case 'fixed-same-cloud': {
      const provider: Provider = victim.role === 'fixed' ? victim.home.provider : anyOf(clouds, dice);
      return raid(plan, {
        hour: dice.uniform() * 24,
        address: addressOf(provider, dice),
        events: dice.integer(5, 20),
        takes: ['secrets'],
      });
    }
    case 'residential-proxy': {
      const takes: readonly Taking[] = dice.chance(0.7) ? [dice.pick(['secrets', 'state'])] : [];
      return raid(plan, { hour: usual, address: otherHome(), events: dice.integer(5, 20), takes });
    }
    default:
      throw new RangeError(`no attack ${kind satisfies never} in ${organization.name}`);
  }
};

/** Local, within the victim's habits. */
const usualHour = (victim: Actor, dice: Dice): number =>
  victim.role === 'person' ? victim.startHour + dice.uniform() * victim.hoursLong : 9 + dice.uniform() * 8;

const ownAddress = (victim: Actor, dice: Dice): string => {
  if (victim.role === 'ci') return addressOf(victim.pool.provider, dice);
  if (victim.role === 'cloud-pool') return anyOf(victim.pool.addresses, dice);
  return victim.home.address;
};

const colleaguesHome = ({ organization, victim, dice }: Plan): string => {
  const colleagues = organization.actors.filter(
    (actor): actor is Person => actor.role === 'person' && actor !== victim && actor.office === victim.office,
  );
  const everyone = organization.actors.filter((actor): actor is Person => actor.role === 'person' && actor !== victim);
  return anyOf(colleagues.length > 0 ? colleagues : everyone, dice).home.address;
};

type Taking = keyof typeof sensitiveActions;

type Raid = {
  /** Local hour of the day. */
  readonly hour: number;
  readonly address: string;
  readonly events: number;
  readonly takes: readonly Taking[];
  readonly minutes?: number;
  /** On a target that the token never touched. */
  readonly isElsewhere?: boolean;
};

const ordinaryPeeks = ['stack-outputs-read', 'environment-read'] as const;

/** Looks around for the first third, then takes; a third of the rest is taking. */
const raid = (plan: Plan, { hour, address, events, takes, minutes, isElsewhere }: Raid): readonly AuditEvent[] => {
  const { dice, victim } = plan;
  const startMs = instantOf(victim.office.zone, { day: plan.day, hour });
  const lengthMs = (minutes ?? Math.max(4, events * 1.2)) * msPerMinute;
  const target = isElsewhere ? 'acme/vault' : anyOf(victim.targets, dice);
  const last = events - 1;
  return Array.from({ length: events }, (_, i) => {
    const isTaking = takes.length > 0 && (i === last || (i * 3 > last && dice.chance(0.33)));
    const taken = takes[i % Math.max(1, takes.length)];
    const action = isTaking && taken !== undefined ? anyOf(sensitiveActions[taken], dice) : dice.pick(ordinaryPeeks);
    return stolen(plan, {
      atMs: startMs + seconds((lengthMs * i) / Math.max(1, last)),
      address,
      action,
      target,
      ordinal: i,
    });
  });
};

const seconds = (ms: number): number => Math.floor(ms / msPerSecond) * msPerSecond;

const refusals = (plan: Plan, { hour, address, events }: { hour: number; address: string; events: number }) => {
  const startMs = instantOf(plan.victim.office.zone, { day: plan.day, hour });
  const target = anyOf(plan.victim.targets, plan.dice);
  return Array.from({ length: events }, (_, i) =>
    stolen(plan, { atMs: startMs + i * 20 * msPerSecond, address, action: refusal, target, ordinal: i }),
  );
};

/** The thief abroad at the minutes at which the victim works: each of his events has one of hers beside it. */
const pair = (plan: Plan): readonly AuditEvent[] => {
  const { dice, victim, day } = plan;
  const startMs = instantOf(victim.office.zone, { day, hour: usualHour(victim, dice) });
  const foreign = addressOf(anyOf(inCountry(broadband, countryAbroad(victim.office.country, dice)), dice), dice);
  const own = ownAddress(victim, dice);
  const target = anyOf(victim.targets, dice);
  return Array.from({ length: dice.integer(5, 15) }, (_, i) => {
    const atMs = startMs + i * 90 * msPerSecond;
    const hers = eventOf(victim, { atMs, address: own, action: 'stack-outputs-read', target, id: `own.${day}.${i}` });
    const his = stolen(plan, {
      atMs: atMs + 40 * msPerSecond,
      address: foreign,
      action: dice.pick(ordinaryPeeks),
      target,
      ordinal: i,
    });
    return [hers, his];
  }).flat();
};

/** An administrator deletes the token, and says so in the log. */
const deletion = ({ organization, victim, day, dice }: Plan): AuditEvent => {
  const people = organization.actors.filter(({ role }) => role === 'person');
  const admin = anyOf(people, dice);
  const atMs = instantOf(admin.office.zone, { day, hour: 11 });
  const action = 'organization-token-deleted';
  return eventOf(admin, {
    atMs,
    address: ownAddress(admin, dice),
    action,
    target: victim.principal.name,
    id: `revoked.${day}`,
  });
};

type Stolen = {
  readonly atMs: number;
  readonly address: string;
  readonly action: string;
  readonly target: string;
  readonly ordinal: number;
};

const stolen = ({ victim, day }: Plan, { atMs, address, action, target, ordinal }: Stolen): AuditEvent => ({
  ...eventOf(victim, { atMs, address, action, target, id: `attack.${day}.${String(ordinal).padStart(4, '0')}` }),
  userAgent: 'pulumi-cli/3.120.0',
});

/** One quiet session a day from one rented server at the victim's hours, then a loud theft (detection.md section 5). */
export const planPatience = ({ organization, day, dice }: Omit<Plan, 'victim'>): Attack | undefined => {
  const people = organization.actors.filter(({ role, fromDay }) => role === 'person' && fromDay <= day - 28);
  if (people.length === 0) return undefined;
  const victim = anyOf(people, dice);
  const address = addressOf(anyOf(hosting, dice), dice);
  const quiet = Math.max(2, Math.round(victim.eventsPerVisit / 2));
  const days = Array.from({ length: 10 }, (_, i) => {
    const plan = { organization, day: day + i, dice, victim };
    return raid(plan, { hour: usualHour(victim, dice), address, events: quiet, takes: [] });
  });
  const plan = { organization, day: day + 10, dice, victim };
  const loud = Math.round(3 * (victim.eventsPerVisit + 1) + 6);
  const theft = raid(plan, { hour: usualHour(victim, dice), address, events: loud, takes: ['secrets', 'state'] });
  return { kind: 'low-and-slow', victim, events: [...days.flat(), ...theft], ownUntilMs: latestMs };
};

/** Days that an attack of `planPatience` lasts, the theft included. */
export const patienceDays = 11;
export const theftBeginsMs = ({ events }: Attack): number =>
  (Math.floor((events[0]?.atMs ?? 0) / msPerDay) + 10) * msPerDay;

/** Another address of the same /24, for thefts that only the finest level can see. */
export const nextDoor = (address: string, dice: Dice): string => neighbourOf(address, dice);
