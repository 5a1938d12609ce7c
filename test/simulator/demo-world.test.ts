import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { networkOf } from '../../lib/core/network.ts';
import { msPerDay } from '../../lib/core/time.ts';
import { demoWorld } from '../../lib/simulator/demo-world.ts';
import { localMinuteOf } from '../../lib/simulator/local-time.ts';
import type { PulumiEvent } from '../../lib/simulator/pulumi-event.ts';
import type { Label, ScenarioKind } from '../../lib/simulator/scenarios.ts';

const startMs = Date.parse('2026-09-07T00:00Z');
const world = demoWorld(7, startMs);

const labelled = (kind: ScenarioKind): Label => {
  const label = world.labels.find((candidate) => candidate.kind === kind);
  if (label === undefined) throw new Error(`no ${kind}`);
  return label;
};
const isOf = ({ principal }: Label, { tokenID, user }: PulumiEvent): boolean =>
  principal.kind === 'token' ? tokenID === principal.id : tokenID === undefined && user.githubLogin === principal.id;
const isDuring = ({ fromMs, toMs }: Label, { timestamp }: PulumiEvent): boolean =>
  timestamp * 1_000 >= fromMs && timestamp * 1_000 < toMs;
const eventsOf = (label: Label): readonly PulumiEvent[] =>
  world.log.filter((event) => isOf(label, event) && isDuring(label, event));
const classOf = ({ sourceIP }: PulumiEvent): string => networkOf(sourceIP, world.owners).class;

describe('the demo', () => {
  it('is the same for the same seed and start', () => {
    expect(JSON.stringify(demoWorld(7, startMs))).toBe(JSON.stringify(world));
  });

  it('has four weeks of history and four days to watch', () => {
    expect(world.timeline).toEqual({
      historyFromMs: startMs,
      liveFromMs: Date.parse('2026-10-05T00:00Z'),
      toMs: Date.parse('2026-10-09T00:00Z'),
    });
  });

  it('has everything go wrong while it is watched, one thing after the other, whenever watching starts', () => {
    const anyStart = fc.integer({ min: Date.parse('2025-01-01T00:00Z'), max: Date.parse('2028-01-01T00:00Z') });
    fc.assert(
      fc.property(anyStart, (fromMs) => {
        const { labels, timeline } = demoWorld(1, fromMs);
        const times = [timeline.liveFromMs, ...labels.flatMap((label) => [label.fromMs, label.toMs]), timeline.toMs];
        expect(labels.map(({ kind }) => kind)).toEqual(['leaked-token', 'odd-hours', 'usage-spike', 'revoked-token']);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }),
      { seed: 1, numRuns: 12 },
    );
  });

  it('has the CI token used on a rented server, for everything it can reach', () => {
    const label = labelled('leaked-token');
    const stolen = eventsOf(label).filter((event) => classOf(event) === 'hosting');
    const count = (event: string): number => stolen.filter((candidate) => candidate.event === event).length;
    expect(label.principal).toMatchObject({ kind: 'token', name: 'ci-deploy' });
    expect({ exports: count('stack-exported'), updates: count('stack-update-started') }).toEqual({
      exports: 8,
      updates: 1,
    });
    expect(count('environment-open')).toBe(6);
    expect(count('secret-decrypted')).toBe(14);
    expect(world.log.filter((event) => isOf(label, event) && classOf(event) === 'hosting')).toEqual(stolen);
  });

  it('has a person at work at three in the morning, from the usual company but another line', () => {
    const label = labelled('odd-hours');
    const events = eventsOf(label);
    expect(label.principal).toEqual({ provider: 'pulumi', kind: 'user', id: 'lena.w', name: 'lena.w' });
    expect(localMinuteOf('Europe/Berlin', label.fromMs)).toBeGreaterThanOrEqual(185);
    expect(localMinuteOf('Europe/Berlin', label.toMs)).toBeLessThan(5 * 60);
    expect(new Set(events.map(classOf))).toEqual(new Set(['residential']));
    expect(events.map(({ event }) => event)).toContain('user-login');
  });

  it('has the runner open hundreds of environments in an hour from its own address', () => {
    const label = labelled('usage-spike');
    const opens = eventsOf(label).filter(({ event }) => event === 'environment-open');
    const before = world.log.filter((event) => isOf(label, event) && event.timestamp * 1_000 < label.fromMs);
    expect(opens.length).toBeGreaterThan(400);
    expect(label.toMs - label.fromMs).toBeLessThanOrEqual(3_600_000);
    expect(new Set(opens.map(({ sourceIP }) => sourceIP))).toEqual(new Set(before.map(({ sourceIP }) => sourceIP)));
  });

  it('has a token deleted, and hours later refused, and once not refused', () => {
    const label = labelled('revoked-token');
    const deletion = world.log.find(
      ({ event, description }) => event === 'organization-token-deleted' && description.includes('"release-bot"'),
    );
    const deletedMs = (deletion?.timestamp ?? 0) * 1_000;
    const after = world.log.filter((event) => isOf(label, event) && event.timestamp * 1_000 >= deletedMs);
    expect(deletion?.user.githubLogin).toBe('priya.n');
    expect(world.organization.tokens.find(({ name }) => name === 'release-bot')?.deletedMs).toBe(deletedMs);
    expect(label.fromMs - deletedMs).toBeGreaterThan(3 * 3_600_000);
    expect(after).toEqual(eventsOf(label));
    expect(after.filter(({ authFailure }) => authFailure)).toHaveLength(7);
    expect(after.at(-1)?.event).toBe('environment-open');
  });

  it('has nothing wrong in its history', () => {
    const history = world.log.filter(({ timestamp }) => timestamp * 1_000 < world.timeline.liveFromMs);
    expect(history.filter((event) => classOf(event) === 'hosting' || event.event === 'stack-exported')).toEqual([]);
    expect(history.length).toBeGreaterThan(10_000);
    expect(world.labels.every(({ fromMs }) => fromMs >= startMs + 28 * msPerDay)).toBe(true);
  });

  it('uses no address that anybody owns', () => {
    const isReserved = /^(192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|198\.1[89]\.|2001:db8:)/;
    expect(world.log.filter(({ sourceIP }) => !isReserved.test(sourceIP))).toEqual([]);
  });
});
