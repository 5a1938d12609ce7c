/**
 * Their days: who visits when, from where, and what is done. One day of one organization at a time, so that a log of
 * millions of events is never held at once.
 */
import { type AuditEvent, inOrder } from '../../../lib/core/event.ts';
import { msPerDay, msPerMinute, msPerSecond } from '../../../lib/core/time.ts';
import type { Dice } from '../../../lib/simulator/dice.ts';
import { refusal } from './actions.ts';
import type { Actor, Ci, CloudPool, Dormant, Fixed, Organization, Person, Role, Runs } from './cast.ts';
import { instantOf, isWeekend, weekdayOf } from './clock.ts';
import { addressOf, anyOf, countryAbroad, homeProvider, hotels, inCountry, mobile, neighbourOf } from './owners.ts';
import { type DaySurprises, ordinaryDay } from './surprises.ts';

/** One stretch of work from one address. */
export type Visit = { readonly startMs: number; readonly address: string; readonly events: number };

/** Gaps between the events of a visit, on average. */
const gapMeanMs = { person: 3 * msPerMinute, machine: 12 * msPerSecond } as const;

/** The days of an organization in order, each with its events in core's order. Local days end after UTC's. */
export const createDays = (
  organization: Organization,
  surprises: (day: number) => DaySurprises = () => ordinaryDay,
) => {
  let pending: AuditEvent[] = [];
  let nextLocalDay = organization.firstDay;
  /** The events of one UTC day; days must be asked for in order. */
  return (day: number): readonly AuditEvent[] => {
    // East of Greenwich the local day begins before UTC's does.
    while (nextLocalDay <= day + 1) {
      for (const actor of organization.actors) liveDay(actor, nextLocalDay, { organization, surprises, into: pending });
      nextLocalDay += 1;
    }
    const endMs = (day + 1) * msPerDay;
    const today = pending.filter(({ atMs }) => atMs < endMs);
    pending = pending.filter(({ atMs }) => atMs >= endMs);
    return today.sort(inOrder);
  };
};

type Living = {
  readonly organization: Organization;
  readonly surprises: (day: number) => DaySurprises;
  readonly into: AuditEvent[];
};

const liveDay = (actor: Actor, day: number, { organization, surprises, into }: Living): void => {
  if (day < actor.fromDay) return;
  const today = surprises(day);
  const liveliness = activityOn(actor, day, organization.hasSeasons) * today.volumeOf(actor);
  visitsOf(actor, day, { liveliness, today, hasVacations: organization.hasSeasons }).forEach((visit, ordinal) => {
    addEvents(actor, visit, { day, ordinal, organization, into });
  });
};

/** Share of an ordinary day's work that this day sees. */
const activityOn = (actor: Actor, day: number, hasSeasons: boolean): number => {
  if (!hasSeasons) return 1;
  const isScheduled = actor.role !== 'person' && actor.role !== 'ci';
  const month = new Date(day * msPerDay).getUTCMonth();
  const dayOfMonth = new Date(day * msPerDay).getUTCDate();
  if (isScheduled) return 1;
  const isQuiet = (month === 11 && dayOfMonth >= 22) || (month === 0 && dayOfMonth <= 2);
  const monthEnd = dayOfMonth >= 27 ? 1.4 : 1;
  const weekend = isWeekend(day) ? (actor.role === 'ci' ? 0.08 : actor.weekendShare) : 1;
  return (isQuiet ? 0.15 : 1) * monthEnd * weekend * (weekdayOf(day) === 4 ? 0.8 : 1);
};

type Today = { readonly liveliness: number; readonly today: DaySurprises; readonly hasVacations: boolean };

const visitsOf = (actor: Actor, day: number, today: Today): readonly Visit[] => {
  switch (actor.role) {
    case 'person':
      return personVisits(actor, day, today);
    case 'ci':
      return ciVisits(actor, day, today);
    case 'cloud-pool':
      return poolVisits(actor, day);
    case 'dormant':
      return day > actor.lastDay ? [] : fixedVisits(actor, day);
    case 'fixed':
      return fixedVisits(actor, day, today.today.cloudOf(actor));
  }
};

/** Over-dispersed: most visits are short, some go on and on. */
const visitEvents = ({ dice, eventsPerVisit }: Actor, liveliness = 1): number =>
  1 + dice.negativeBinomial(eventsPerVisit * Math.max(1, liveliness), 1);

const personVisits = (person: Person, day: number, { liveliness, today, hasVacations }: Today): readonly Visit[] => {
  const { dice, office } = person;
  moveOn(person, day, hasVacations);
  const isGone = person.away.untilDay >= day;
  if (isGone && person.away.provider === undefined) return [];
  const isAtOffice = dice.chance(person.officeShare);
  const visits: Visit[] = [];
  // A bad day or a good one, for all of its visits.
  const count = dice.negativeBinomial(person.visitsPerDay * Math.min(liveliness, 4), 2);
  for (let visit = 0; visit < count; visit += 1) {
    const isEvening = dice.chance(person.eveningShare);
    const hour = isEvening
      ? dice.normal(person.startHour + person.hoursLong + 3, 1.2)
      : person.startHour + dice.uniform() * person.hoursLong + dice.normal(0, 0.4);
    const startMs = instantOf(office.zone, { day, hour }) + dice.integer(0, 59) * msPerSecond;
    visits.push({
      startMs,
      address: placeOf(person, { isAtOffice: isAtOffice && !isEvening, isGone, today }),
      events: visitEvents(person, liveliness),
    });
  }
  return visits;
};

/** What changes overnight: a new lease, a new flat, a journey, a holiday. */
const moveOn = (person: Person, day: number, hasVacations: boolean): void => {
  const { dice, home, away, office } = person;
  if (dice.chance(1 / person.daysPerMove)) {
    home.provider = homeProvider(office.country, dice);
    home.address = addressOf(home.provider, dice);
  }
  if (dice.chance(1 / person.daysPerLease)) {
    home.address = dice.chance(0.5) ? neighbourOf(home.address, dice) : addressOf(home.provider, dice);
  }
  if (away.untilDay >= day) return;
  if (dice.chance(1 / person.daysPerTravel)) {
    const country = dice.chance(0.6) ? office.country : countryAbroad(office.country, dice);
    away.provider = anyOf(inCountry(hotels, country), dice);
    away.address = addressOf(away.provider, dice);
    away.untilDay = day + dice.integer(1, 5);
  } else if (hasVacations && dice.chance(1 / 90)) {
    away.provider = undefined;
    away.untilDay = day + dice.integer(2, 14);
  }
};

type Whereabouts = { readonly isAtOffice: boolean; readonly isGone: boolean; readonly today: DaySurprises };

const placeOf = (person: Person, { isAtOffice, isGone, today }: Whereabouts): string => {
  const { dice, away, office } = person;
  const elsewhere = today.placeOf(person);
  if (elsewhere !== undefined) return elsewhere;
  if (isGone) return away.address;
  if (dice.chance(person.mobileShare)) return addressOf(anyOf(inCountry(mobile, office.country), dice), dice);
  return isAtOffice ? anyOf(office.addresses, dice) : person.home.address;
};

const ciVisits = (ci: Ci, day: number, { liveliness, today }: Today): readonly Visit[] => {
  const { dice, office } = ci;
  const jobs = dice.negativeBinomial(ci.jobsPerDay * liveliness, 4);
  const provider = today.cloudOf(ci) ?? ci.pool.provider;
  return Array.from({ length: jobs }, () => {
    const hour = dice.chance(0.1) ? dice.uniform() * 24 : dice.normal(13.5, 2.8);
    return {
      startMs: instantOf(office.zone, { day, hour }) + dice.integer(0, 59) * msPerSecond,
      address: addressOf(provider, dice),
      events: visitEvents(ci),
    };
  });
};

const poolVisits = (pool: CloudPool, day: number): readonly Visit[] => {
  const { dice } = pool;
  if (dice.chance(0.3)) {
    pool.pool.addresses[dice.integer(0, pool.pool.addresses.length - 1)] = addressOf(pool.pool.provider, dice);
  }
  return startsOf(pool, day).map((startMs) => ({
    startMs,
    address: anyOf(pool.pool.addresses, dice),
    events: visitEvents(pool),
  }));
};

const fixedVisits = (actor: Fixed | Dormant, day: number, cloud = actor.home.provider): readonly Visit[] => {
  const { dice, home } = actor;
  if (cloud !== home.provider) {
    home.provider = cloud;
    home.address = addressOf(cloud, dice);
  }
  if (actor.role === 'fixed' && dice.chance(1 / 500)) home.address = addressOf(home.provider, dice);
  return startsOf(actor, day).map((startMs) => ({ startMs, address: home.address, events: visitEvents(actor) }));
};

const startsOf = (
  { runs, dice, office }: { runs: Runs; dice: Dice; office: Actor['office'] },
  day: number,
): number[] => {
  const at = (hour: number, jitterSeconds: number): number =>
    instantOf(office.zone, { day, hour }) + Math.floor(dice.uniform() * (jitterSeconds + 1)) * msPerSecond;
  if (runs.every === 'night') return [at(runs.hour, runs.jitterSeconds)];
  if (runs.every === 'any-time') {
    return Array.from({ length: dice.poisson(runs.perDay) }, () => at(dice.uniform() * 24, 0));
  }
  return Array.from({ length: 24 / runs.hours }, (_, i) => at(i * runs.hours + runs.minute / 60, runs.jitterSeconds));
};

/** How often a visit is to a stack that is not among the usual ones. */
const elsewhereShare: Readonly<Record<Role, number>> = {
  person: 0.04,
  ci: 0.001,
  fixed: 0.0003,
  'cloud-pool': 0.0003,
  dormant: 0,
};

type Filing = {
  readonly day: number;
  readonly ordinal: number;
  readonly organization: Organization;
  readonly into: AuditEvent[];
};

const addEvents = (actor: Actor, visit: Visit, { day, ordinal, organization, into }: Filing): void => {
  const { dice, duties } = actor;
  const meanGapMs = actor.role === 'person' ? gapMeanMs.person : gapMeanMs.machine;
  const planned: string[] = duties.sensitive.flatMap(({ actions, perVisit }) =>
    perVisit > 0 && dice.chance(perVisit) ? [dice.pick(actions)] : [],
  );
  const refusals = dice.chance(duties.stuckPerVisit)
    ? 3 + dice.poisson(dice.exponential(4))
    : dice.chance(duties.refusedPerVisit)
      ? dice.integer(1, 2)
      : 0;
  const target = anyOf(dice.chance(elsewhereShare[actor.role]) ? organization.stacks : actor.targets, dice);
  let atMs = visit.startMs;
  const total = Math.max(visit.events, planned.length) + refusals;
  for (let i = 0; i < total; i += 1) {
    const isRefused = i < refusals;
    const isPlanned = !isRefused && i - refusals < planned.length;
    const action = isRefused
      ? refusal
      : isPlanned
        ? (planned[i - refusals] as string)
        : dice.pickWeighted(duties.ordinary);
    into.push(
      eventOf(actor, {
        atMs,
        address: visit.address,
        action,
        target,
        id: `${day}.${actor.principal.name}.${ordinal}.${i}`,
      }),
    );
    atMs += Math.floor(dice.exponential(meanGapMs / msPerSecond)) * msPerSecond;
  }
};

export type Doing = {
  readonly atMs: number;
  readonly address: string;
  readonly action: string;
  readonly target: string;
  readonly id: string;
};

export const eventOf = ({ principal, userAgent }: Actor, { atMs, address, action, target, id }: Doing): AuditEvent => ({
  id,
  atMs,
  source: 'pulumi:acme',
  principal,
  ip: address,
  action,
  outcome: action === refusal ? 'failure' : 'success',
  user: undefined,
  credential: undefined,
  target,
  userAgent,
  description: undefined,
});
