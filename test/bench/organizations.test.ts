import { describe, expect, it } from '@jest/globals';
import { attackKinds, isOfAttack, planAttack } from '../../bench/detection/made-up/attacks.ts';
import { createOrganization } from '../../bench/detection/made-up/cast.ts';
import { createDays } from '../../bench/detection/made-up/days.ts';
import { addressOf, hosting, unlistedBroadband } from '../../bench/detection/made-up/owners.ts';
import { isConcerned, planSurprises } from '../../bench/detection/made-up/surprises.ts';
import { intervalOf, mean } from '../../bench/detection/organizations-budget.ts';
import { networks } from '../../bench/detection/organizations-run.ts';
import { inOrder } from '../../lib/core/event.ts';
import { dayOf } from '../../lib/core/time.ts';
import { createDice } from '../../lib/simulator/dice.ts';

const firstDay = dayOf(Date.UTC(2025, 8, 1));
const small = { seed: 'a test', principals: 20, firstDay, days: 60, hasSeasons: true };

const eventsOf = (days: number) => {
  const dayAt = createDays(createOrganization(small));
  return Array.from({ length: days }, (_, i) => dayAt(firstDay + i));
};

describe('a made-up organization', () => {
  it('lives the same days again from the same seed', () => {
    expect(eventsOf(5)).toEqual(eventsOf(5));
  });

  it('tells each day whole, in order, and no event twice', () => {
    const days = eventsOf(14);
    days.forEach((events, i) => {
      expect(events).toEqual([...events].sort(inOrder));
      // The first day also holds what the local day before it left over.
      expect(events.every(({ atMs }) => dayOf(atMs) === firstDay + i || i === 0)).toBe(true);
    });
    const ids = days.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has one of every role, however small', () => {
    const roles = new Set(createOrganization(small).actors.map(({ role }) => role));
    expect([...roles].sort()).toEqual(['ci', 'cloud-pool', 'dormant', 'fixed', 'person']);
  });

  it('stands where the ownership table says, and leaves its holes unknown', () => {
    const dice = createDice('places');
    const [server] = hosting;
    const [village] = unlistedBroadband.get('DE') ?? [];
    if (server === undefined || village === undefined) throw new RangeError('the world lacks a provider');
    expect(networks(addressOf(server, dice))).toMatchObject({ class: 'hosting', owner: server.owner });
    expect(networks(addressOf(village, dice))).toMatchObject({ class: 'unknown', owner: undefined });
  });
});

describe('a labelled attack', () => {
  it.each(attackKinds)('%s: is of its victim, in order, and can be told from what the victim does', (kind) => {
    const organization = createOrganization(small);
    const dayAt = createDays(organization);
    for (let day = 0; day <= 40; day += 1) dayAt(firstDay + day);
    const attack = planAttack(kind, { organization, day: firstDay + 40, dice: createDice(kind) });
    const stolen = attack?.events.filter(isOfAttack) ?? [];
    expect(stolen.length).toBeGreaterThan(0);
    expect(stolen.every(({ principal }) => principal === attack?.victim.principal)).toBe(true);
    expect(attack?.events.map(({ atMs }) => atMs)).toEqual(
      attack?.events.map(({ atMs }) => atMs).sort((a, b) => a - b),
    );
  });
});

describe('labelled surprises', () => {
  it('concern those they name, on their days', () => {
    const { labels } = planSurprises(createOrganization(small), firstDay, createDice('surprises'));
    const release = labels.find(({ kind }) => kind === 'release-day');
    expect(labels.map(({ kind }) => kind)).toEqual(['travel', 'offsite', 'migration', 'release-day']);
    expect(release && isConcerned(release, 'person-0', firstDay + 22)).toBe(true);
    expect(release && isConcerned(release, 'person-0', firstDay + 21)).toBe(false);
  });
});

describe('an interval', () => {
  it("is Student's: 2.776 standard errors for five figures", () => {
    const figures = [1, 2, 3, 4, 5];
    expect(mean(figures)).toBe(3);
    expect(intervalOf(figures)).toBeCloseTo(2.776 * Math.sqrt(2.5 / 5), 3);
  });
});
