/**
 * Who works in a made-up organization: people with a console login, their laptops' tokens, and machines of every habit
 * that matters to a detector. Each has dice of its own, so that a change to one leaves the lives of the others alone.
 */
import type { Principal, PrincipalKind } from '../../../lib/core/principal.ts';
import { createDice, type Dice } from '../../../lib/simulator/dice.ts';
import { type Duties, machineDuties, personDuties } from './actions.ts';
import type { Zone } from './clock.ts';
import {
  addressOf,
  anyOf,
  clouds,
  type HomeCountry,
  homeProvider,
  hostedCi,
  inCountry,
  officeFibre,
  type Provider,
} from './owners.ts';

export type Office = { readonly zone: Zone; readonly country: HomeCountry; readonly addresses: readonly string[] };

type Common = {
  readonly principal: Principal;
  readonly dice: Dice;
  readonly office: Office;
  /** First local day of activity: members join, tokens are made. */
  readonly fromDay: number;
  readonly duties: Duties;
  readonly targets: readonly string[];
  readonly userAgent: string;
  /** Events of a visit beyond the first, on average; a visit's own mean varies around it. */
  readonly eventsPerVisit: number;
};

/** A console login, or the token of its laptop. */
export type Person = Common & {
  readonly role: 'person';
  readonly startHour: number;
  readonly hoursLong: number;
  readonly visitsPerDay: number;
  readonly officeShare: number;
  readonly mobileShare: number;
  readonly eveningShare: number;
  readonly weekendShare: number;
  readonly daysPerLease: number;
  readonly daysPerMove: number;
  readonly daysPerTravel: number;
  /** Where this person is now. Changes as the days pass. */
  readonly home: { provider: Provider; address: string };
  readonly away: { untilDay: number; provider: Provider | undefined; address: string };
};

/** Runs from one address that changes once in a year or two. */
export type Fixed = Common & {
  readonly role: 'fixed';
  readonly home: { provider: Provider; address: string };
  readonly runs: Runs;
};

/** A hosted-CI token: every job a fresh address, started by people at work. */
export type Ci = Common & { readonly role: 'ci'; readonly pool: { provider: Provider }; readonly jobsPerDay: number };

/** One of many machines of a cloud: the address is any of a pool that slowly turns over. */
export type CloudPool = Common & {
  readonly role: 'cloud-pool';
  readonly pool: { provider: Provider; addresses: string[] };
  readonly runs: Runs;
};

/** Used for some weeks, then forgotten. */
export type Dormant = Common & {
  readonly role: 'dormant';
  readonly lastDay: number;
  readonly home: { provider: Provider; address: string };
  readonly runs: Runs;
};

export type Runs =
  | { readonly every: 'night'; readonly hour: number; readonly jitterSeconds: number }
  | { readonly every: 'hours'; readonly hours: number; readonly minute: number; readonly jitterSeconds: number }
  | { readonly every: 'any-time'; readonly perDay: number };

export type Actor = Person | Fixed | Ci | CloudPool | Dormant;
export type Role = Actor['role'];

export type Organization = {
  readonly name: string;
  readonly firstDay: number;
  readonly offices: readonly Office[];
  readonly actors: readonly Actor[];
  readonly stacks: readonly string[];
  /** Weekends, holidays, vacations, month ends and daylight saving; without them every day is like every other. */
  readonly hasSeasons: boolean;
};

export type OrganizationPlan = {
  readonly seed: string;
  readonly principals: number;
  readonly firstDay: number;
  readonly days: number;
  readonly hasSeasons: boolean;
};

const zones: readonly (readonly [Zone, HomeCountry])[] = [
  ['America/New_York', 'US'],
  ['Europe/Berlin', 'DE'],
  ['America/Los_Angeles', 'US'],
  ['Asia/Kolkata', 'IN'],
];

/** Of twenty principals: so the smallest organization has one of each role as well. */
const roster: readonly (Role | 'laptop')[] = [
  'person',
  'ci',
  'person',
  'fixed',
  'laptop',
  'person',
  'cloud-pool',
  'dormant',
  'person',
  'person',
  'fixed',
  'person',
  'laptop',
  'person',
  'ci',
  'person',
  'person',
  'laptop',
  'person',
  'fixed',
];

/** Few join while the log is read; the others were there before. */
const joinsLaterShare = 0.06;

export const createOrganization = (plan: OrganizationPlan): Organization => {
  const dice = createDice(plan.seed);
  const officeCount = plan.principals < 30 ? 2 : plan.principals < 150 ? 3 : 4;
  const offices = zones.slice(0, officeCount).map(([zone, country]): Office => {
    const fibre = anyOf(inCountry(officeFibre, country), dice);
    return { zone, country, addresses: [addressOf(fibre, dice), addressOf(fibre, dice)] };
  });
  const ours = {
    clouds: [anyOf(clouds, dice), anyOf(clouds, dice)],
    ci: [anyOf(hostedCi, dice), anyOf(hostedCi, dice)],
    stacks: Array.from({ length: 4 + Math.ceil(plan.principals / 2) }, (_, i) => `acme/stack-${i + 1}`),
  };
  const actors = Array.from({ length: plan.principals }, (_, i) =>
    createActor(roster[i % roster.length] ?? 'person', i, { plan, offices, ours, dice: dice.fork(`actor-${i}`) }),
  );
  return {
    name: plan.seed,
    firstDay: plan.firstDay,
    offices,
    actors,
    stacks: ours.stacks,
    hasSeasons: plan.hasSeasons,
  };
};

type Surroundings = {
  readonly plan: OrganizationPlan;
  readonly offices: readonly Office[];
  readonly ours: {
    readonly clouds: readonly Provider[];
    readonly ci: readonly Provider[];
    readonly stacks: readonly string[];
  };
  readonly dice: Dice;
};

const createActor = (role: Role | 'laptop', ordinal: number, { plan, offices, ours, dice }: Surroundings): Actor => {
  const office = anyOf(offices, dice);
  const isPerson = role === 'person' || role === 'laptop';
  const common: Common = {
    principal: principalOf(role === 'person' ? 'user' : 'token', `${role}-${ordinal}`),
    dice,
    office,
    fromDay: plan.firstDay + (dice.chance(joinsLaterShare) ? dice.integer(0, plan.days - 1) : 0),
    duties: isPerson ? personDuties(role === 'laptop', dice) : machineDuties(role === 'ci', dice),
    targets: Array.from({ length: dice.integer(1, isPerson ? 8 : 4) }, () => anyOf(ours.stacks, dice)),
    userAgent: isPerson && role !== 'laptop' ? 'Mozilla/5.0' : `pulumi-cli/3.${dice.integer(100, 160)}.0`,
    eventsPerVisit: isPerson ? 1 + dice.exponential(6) : 1 + dice.exponential(4),
  };
  if (isPerson) return createPerson(common);
  const cloud = anyOf(ours.clouds, dice);
  if (role === 'ci') {
    return { ...common, role, pool: { provider: anyOf(ours.ci, dice) }, jobsPerDay: 3 + dice.exponential(9) };
  }
  if (role === 'cloud-pool') {
    const addresses = Array.from({ length: dice.integer(10, 60) }, () => addressOf(cloud, dice));
    return { ...common, role, pool: { provider: cloud, addresses }, runs: runsOf(dice) };
  }
  const home = { provider: cloud, address: addressOf(cloud, dice) };
  if (role === 'dormant') {
    return {
      ...common,
      fromDay: plan.firstDay,
      role,
      home,
      runs: runsOf(dice),
      lastDay: plan.firstDay + dice.integer(12, 21),
    };
  }
  return { ...common, role, home, runs: runsOf(dice) };
};

const createPerson = (common: Common): Person => {
  const { dice, office } = common;
  const provider = homeProvider(office.country, dice);
  return {
    ...common,
    role: 'person',
    startHour: dice.normal(9, 0.9),
    hoursLong: dice.normal(8.5, 0.8),
    visitsPerDay: 0.6 + dice.exponential(1.6),
    officeShare: dice.pick([0, 0, 0.2, 0.5, 0.8]),
    mobileShare: dice.pick([0, 0, 0.02, 0.08]),
    eveningShare: dice.pick([0, 0.03, 0.08, 0.2]),
    weekendShare: dice.pick([0, 0.01, 0.03, 0.1]),
    daysPerLease: dice.pick([1, 30, 90, 200, 400, 400]),
    daysPerMove: 700,
    daysPerTravel: dice.pick([50, 120, 250, 500, 1000]),
    home: { provider, address: addressOf(provider, dice) },
    away: { untilDay: 0, provider: undefined, address: '' },
  };
};

const runsOf = (dice: Dice): Runs =>
  dice.pickWeighted<Runs>([
    [{ every: 'night', hour: dice.uniform() * 24, jitterSeconds: dice.pick([0, 90, 600]) }, 3],
    [
      {
        every: 'hours',
        hours: dice.pick([1, 2, 6]),
        minute: dice.integer(0, 59),
        jitterSeconds: dice.pick([0, 20, 120]),
      },
      3,
    ],
    [{ every: 'any-time', perDay: 1 + dice.exponential(5) }, 2],
  ]);

const principalOf = (kind: PrincipalKind, name: string): Principal => ({
  provider: 'pulumi',
  kind,
  id: kind === 'user' ? `${name}@example.com` : `tok-${name}`,
  name,
});
