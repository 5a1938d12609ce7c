import { beforeAll, describe, expect, it } from '@jest/globals';
import { networkOf } from '../../lib/core/network.ts';
import { madeUpOwners } from '../../lib/simulator/addresses.ts';
import { localMinuteOf } from '../../lib/simulator/local-time.ts';
import { type Ordinary, ordinaryLife } from '../../lib/simulator/organization.ts';
import type { PulumiEvent } from '../../lib/simulator/pulumi-event.ts';

/** Over both clock changes: Berlin on 25 October, New York on 1 November. */
const stretch = { fromMs: Date.parse('2026-10-05T00:00Z'), toMs: Date.parse('2026-11-09T00:00Z') };
let life: Ordinary;
beforeAll(() => {
  life = ordinaryLife(7, stretch);
});

const by = (tokenName: string): readonly PulumiEvent[] => life.log.filter((event) => event.tokenName === tokenName);
const iso = ({ timestamp }: PulumiEvent): string => new Date(timestamp * 1_000).toISOString();
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

describe('the log', () => {
  it('is the same byte for byte for the same seed, and another for another', () => {
    const text = JSON.stringify(life);
    expect(JSON.stringify(ordinaryLife(7, stretch))).toBe(text);
    expect(JSON.stringify(ordinaryLife(8, stretch))).not.toBe(text);
  });

  it('is in time order and within its stretch', () => {
    const times = life.log.map(({ timestamp }) => timestamp * 1_000);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(stretch.fromMs);
    expect(times.at(-1)).toBeLessThan(stretch.toMs);
  });

  it('holds some hundreds of events on a working day and fewer at weekends', () => {
    const counts = new Map<string, number>();
    for (const event of life.log) counts.set(iso(event).slice(0, 10), (counts.get(iso(event).slice(0, 10)) ?? 0) + 1);
    const isWeekend = (date: string): boolean => [0, 6].includes(new Date(date).getUTCDay());
    const workdays = [...counts].filter(([date]) => !isWeekend(date)).map(([, count]) => count);
    const weekends = [...counts].filter(([date]) => isWeekend(date)).map(([, count]) => count);
    expect(Math.min(...workdays)).toBeGreaterThan(300);
    expect(Math.max(...workdays)).toBeLessThan(1_000);
    expect(Math.max(...weekends)).toBeLessThan(300);
  });

  it('gives tokens that are in the inventory, and no token to the console', () => {
    const names = new Map(life.organization.tokens.map(({ id, name }) => [id, name]));
    for (const { tokenID, tokenName, event } of life.log) {
      if (tokenID !== undefined) expect(names.get(tokenID)).toBe(tokenName);
      if (event === 'user-login') expect(tokenID).toBeUndefined();
    }
  });
});

describe('people', () => {
  it.each([
    ['lena', '2026-10-25T01:00:00.000Z'],
    ['tariq', '2026-10-25T01:00:00.000Z'],
    ['ava', '2026-11-01T06:00:00.000Z'],
    ['carla', '2026-11-01T06:00:00.000Z'],
  ])('keep their local hours when clocks change: %s', (name, change) => {
    const person = life.organization.people.find(({ user }) => user.githubLogin.startsWith(name));
    const zone = person?.zone ?? 'Europe/Berlin';
    const minutes = (isAfter: boolean): number =>
      median(
        life.log
          .filter((event) => event.event === 'user-login' && event.user.githubLogin.startsWith(name))
          .filter((event) => iso(event) > change === isAfter)
          .map((event) => localMinuteOf(zone, event.timestamp * 1_000)),
      );
    expect(Math.abs(minutes(true) - minutes(false))).toBeLessThan(25);
    expect(Math.abs(minutes(true) - (person?.arrivesMinute ?? 0))).toBeLessThan(25);
  });

  it('mostly sleep at night', () => {
    for (const { user, zone } of life.organization.people) {
      const own = life.log.filter((event) => event.user.githubLogin === user.githubLogin);
      const nightly = own.filter((event) => localMinuteOf(zone, event.timestamp * 1_000) < 6 * 60);
      expect(own.length).toBeGreaterThan(100);
      expect(nightly).toEqual([]);
    }
  });

  it('work from offices, homes and now and then from elsewhere', () => {
    const logins = new Set(life.organization.people.map(({ user }) => user.githubLogin));
    const owners = life.log
      .filter((event) => logins.has(event.user.githubLogin))
      .map(({ sourceIP }) => networkOf(sourceIP, madeUpOwners).owner?.name);
    const share = (name: string): number => owners.filter((owner) => owner?.startsWith(name)).length / owners.length;
    expect(share('Example Office Fibre') + share('Beispiel Business Net')).toBeGreaterThan(0.25);
    expect(share('Example Broadband') + share('Beispiel Breitband')).toBeGreaterThan(0.25);
    expect(share('Example Mobile') + share('Beispiel Mobilfunk')).toBeGreaterThan(0.005);
    expect(share('Example Hotels')).toBeGreaterThan(0);
    expect(owners).not.toContain(undefined);
  });
});

describe('machines', () => {
  it('of hosted CI have a fresh address for each job', () => {
    const jobs = by('ci-deploy').filter(({ event }) => event === 'environment-open');
    expect(jobs.length).toBeGreaterThan(500);
    expect(new Set(jobs.map(({ sourceIP }) => sourceIP)).size).toBe(jobs.length);
    expect(new Set(jobs.map(({ sourceIP }) => networkOf(sourceIP, madeUpOwners).class))).toEqual(new Set(['ci']));
  });

  it.each(['runner-fra', 'nightly-drift', 'metrics-hourly', 'release-bot'])(
    'of our own keep one address: %s',
    (name) => {
      expect(new Set(by(name).map(({ sourceIP }) => sourceIP)).size).toBe(1);
    },
  );

  it('that check for drift start in the same minute of every night', () => {
    const starts = by('nightly-drift').filter(({ event }) => event === 'environment-open');
    expect(starts).toHaveLength(35);
    expect(new Set(starts.map((event) => iso(event).slice(11, 16)))).toEqual(new Set(['02:17']));
    expect(new Set(starts.map((event) => iso(event).slice(17, 19))).size).toBeGreaterThan(5);
  });

  it('that gather metrics do so every hour', () => {
    expect(by('metrics-hourly').filter(({ event }) => event === 'environment-open')).toHaveLength(35 * 24);
  });

  it('come in bursts: counts by the hour vary more than chance alone would have it', () => {
    const counts = Array.from({ length: 35 * 24 }, (_, hour) => {
      const fromS = stretch.fromMs / 1_000 + hour * 3_600;
      return by('runner-fra').filter(({ timestamp }) => timestamp >= fromS && timestamp < fromS + 3_600).length;
    });
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
    expect(variance / mean).toBeGreaterThan(2);
  });

  it('are forgotten: the old laptop speaks in the first days and never again', () => {
    const uses = by('old-laptop');
    expect(uses.length).toBeGreaterThan(5);
    expect(iso(uses.at(-1) as PulumiEvent) < '2026-10-10').toBe(true);
  });
});

describe('administration', () => {
  it('shows in the log as in the inventory', () => {
    const logged = (event: string): readonly string[] =>
      life.log.filter((candidate) => candidate.event === event).map((found) => `${iso(found)} ${found.description}`);
    const made = life.organization.tokens.filter(({ name }) => name.startsWith('migration-'));
    const line = (atMs: number, words: string): string => `${new Date(atMs).toISOString()} ${words}`;
    expect(made.length).toBeGreaterThan(0);
    expect(logged('organization-token-created')).toEqual(
      made.map(({ name, createdMs }) => line(createdMs, `Created organization access token "${name}"`)),
    );
    expect(logged('organization-token-deleted')).toEqual(
      made.flatMap(({ name, deletedMs }) =>
        deletedMs === undefined ? [] : [line(deletedMs, `Deleted organization access token "${name}"`)],
      ),
    );
  });
});
