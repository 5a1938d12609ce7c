/**
 * Harmless surprises with a label: what no past can price, because it never happened before. A migration to another
 * cloud, colleagues abroad, an offsite of many on one new network, a release day.
 */
import type { Dice } from '../../../lib/simulator/dice.ts';
import type { Actor, Organization, Person } from './cast.ts';
import { addressOf, anyOf, clouds, countryAbroad, hotels, inCountry, neighbourOf, type Provider } from './owners.ts';

/** How a day differs for whom. */
export type DaySurprises = {
  readonly volumeOf: (actor: Actor) => number;
  readonly placeOf: (person: Person) => string | undefined;
  readonly cloudOf: (actor: Actor) => Provider | undefined;
};

export const ordinaryDay: DaySurprises = {
  volumeOf: () => 1,
  placeOf: () => undefined,
  cloudOf: () => undefined,
};

export type SurpriseKind = 'migration' | 'travel' | 'offsite' | 'release-day';

/** Whom it concerns, and on which days its news may be heard. */
export type Surprise = {
  readonly kind: SurpriseKind;
  readonly fromDay: number;
  readonly toDay: number;
  readonly names: ReadonlySet<string>;
};

export type Surprises = {
  readonly labels: readonly Surprise[];
  readonly on: (day: number) => DaySurprises;
};

/** Four weeks, one of each kind. */
export const planSurprises = (organization: Organization, firstDay: number, dice: Dice): Surprises => {
  const people = organization.actors.filter((actor): actor is Person => actor.role === 'person');
  const machines = organization.actors.filter(({ role }) => role === 'fixed');
  const travellers = someOf(people, Math.max(1, people.length * 0.04), dice);
  const campers = someOf(people, people.length * 0.35, dice);
  const movers = someOf(machines, Math.max(1, machines.length * 0.4), dice);
  const elsewhere = new Map(travellers.map((person) => [person.principal.name, abroad(person, dice)]));
  const camp = addressOf(anyOf(inCountry(hotels, organization.offices[0]?.country ?? 'US'), dice), dice);
  const cloud = anyOf(clouds, dice);
  const label = (kind: SurpriseKind, fromDay: number, toDay: number, who: readonly Actor[]): Surprise => ({
    kind,
    fromDay: firstDay + fromDay,
    toDay: firstDay + toDay,
    names: new Set(who.map(({ principal }) => principal.name)),
  });
  const labels = [
    label('travel', 2, 7, travellers),
    label('offsite', 8, 10, campers),
    label('migration', 14, 27, movers),
    label('release-day', 22, 22, organization.actors),
  ];
  const isIn = (kind: SurpriseKind, actor: Actor, day: number): boolean =>
    labels.some((one) => one.kind === kind && isConcerned(one, actor.principal.name, day));
  return {
    labels,
    on: (day) => ({
      volumeOf: (actor) => (isIn('release-day', actor, day) ? 3 : 1),
      placeOf: (person) => {
        if (isIn('travel', person, day)) return elsewhere.get(person.principal.name);
        return isIn('offsite', person, day) ? neighbourOf(camp, person.dice) : undefined;
      },
      cloudOf: (actor) => (isIn('migration', actor, day) ? cloud : undefined),
    }),
  };
};

export const isConcerned = ({ fromDay, toDay, names }: Surprise, name: string, day: number): boolean =>
  day >= fromDay && day <= toDay && names.has(name);

const abroad = (person: Person, dice: Dice): string =>
  addressOf(anyOf(inCountry(hotels, countryAbroad(person.office.country, dice)), dice), dice);

const someOf = <T>(all: readonly T[], count: number, dice: Dice): readonly T[] => {
  const left = [...all];
  return Array.from({ length: Math.min(left.length, Math.round(count)) }, () => {
    const [taken] = left.splice(dice.integer(0, left.length - 1), 1);
    return taken as T;
  });
};
