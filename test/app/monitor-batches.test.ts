import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fastForwardClock } from '../../lib/adapters/clock.ts';
import { memoryState } from '../../lib/adapters/state/memory.ts';
import { monitor } from '../../lib/app/monitor.ts';
import type { Commit, StateStore } from '../../lib/app/ports.ts';
import type { AuditEvent } from '../../lib/core/event.ts';
import { readBaseline, readCoverage } from '../../lib/core/stored.ts';
import { msPerDay, msPerHour, msPerMinute } from '../../lib/core/time.ts';
import { acme, history, knownIn, partsOf, polled, startMs, theft, toldIn, use } from './monitor-world.ts';

/** A store that takes only so many events, principals, alerts and tellings in one commit, and refuses what it was not asked. */
const narrow = (partsMax: number, commits: Commit[] = []): StateStore => {
  const inner = memoryState();
  const parts = ({ seen = [], principals, alerts = [], tellings = [], badRecords = [] }: Commit): number =>
    Math.max(seen.length, principals?.size ?? 0) + alerts.length + tellings.length + badRecords.length;
  const fits = (commit: Commit): boolean => parts(commit) <= partsMax || (commit.principals?.size ?? 0) === 1;
  return {
    ...inner,
    fits,
    commit: async (source, commit) => {
      if (!fits(commit) && (commit.seen?.length ?? 0) > 1) throw new Error('too much');
      commits.push(commit);
      await inner.commit(source, commit);
    },
  };
};

const tokens = ['ci', 'deploy', 'laptop'];
const anyEvent = fc
  .record({
    minute: fc.integer({ min: -3 * 24 * 60, max: 90 }),
    second: fc.integer({ min: 0, max: 2 }),
    token: fc.constantFrom(...tokens, 'deploy-2', 'new'),
    ip: fc.constantFrom('192.0.2.7', '198.51.100.9', '203.0.113.9', '2001:db8::1'),
    action: fc.constantFrom('stack-update-started', 'stack-exported', 'environment-decrypted'),
    ordinal: fc.integer({ min: 0, max: 5 }),
  })
  .map(({ minute, second, ...rest }) => use(startMs + minute * msPerMinute + second * 1_000, rest));
const person = { provider: 'pulumi', kind: 'user', id: 'ada', name: 'ada' } as const;
const tokenNews = (minute: number, action: string, target: string): AuditEvent => ({
  ...use(startMs + minute * msPerMinute, { action, target }),
  principal: person,
});
const anyNews = fc
  .record({
    minute: fc.integer({ min: 0, max: 90 }),
    action: fc.constantFrom('create-access-token', 'delete-access-token'),
    target: fc.constantFrom('deploy', 'deploy-2', 'ci'),
  })
  .map(({ minute, action, target }) => tokenNews(minute, action, target));
/** On top of an ordinary month. */
const anyLog = fc
  .tuple(
    fc.uniqueArray(anyEvent, { selector: ({ id }) => id, maxLength: 60 }),
    fc.uniqueArray(anyNews, { selector: ({ id }) => id, maxLength: 4 }),
    fc.boolean(),
  )
  .map(([events, news, isStolen]) => [...events, ...news, ...(isStolen ? theft(startMs + 7 * msPerMinute, 'ci') : [])]);

describe('where batches are cut', () => {
  it('makes no difference to what is known, nor to which alerts are told', async () => {
    await fc.assert(
      fc.asyncProperty(anyLog, fc.integer({ min: 1, max: 40 }), async (extra, partsMax) => {
        const log = [...history(tokens), ...extra];
        const whole = memoryState();
        const cut = narrow(partsMax);
        await polled(log, whole, { everyMinutes: 40 });
        await polled(log, cut, { everyMinutes: 40 });
        expect(await knownIn(cut, log)).toBe(await knownIn(whole, log));
        expect(toldIn(await cut.untold(acme))).toEqual(toldIn(await whole.untold(acme)));
      }),
      { seed: 20_260_314, numRuns: 15 },
    );
  }, 120_000);

  it('makes no difference to the watch over a rotation that the log shows', async () => {
    const log = [
      ...history(tokens),
      ...Array.from({ length: 20 }, (_, at) => use(startMs + (at + 10) * msPerMinute, { token: 'deploy' })),
      tokenNews(20, 'create-access-token', 'deploy-2'),
      tokenNews(25, 'delete-access-token', 'deploy'),
      ...Array.from({ length: 9 }, (_, at) =>
        use(startMs + (at + 30) * msPerMinute, { token: 'deploy-2', ip: '198.51.100.9' }),
      ),
    ];
    const whole = memoryState();
    const cut = narrow(2);
    await polled(log, whole, { everyMinutes: 60 });
    await polled(log, cut, { everyMinutes: 60 });
    expect((await whole.load(acme)).instructions?.body).toContain('"startedBy":"log"');
    expect(await knownIn(cut, log)).toBe(await knownIn(whole, log));
  });
});

describe('a second that holds more principals than one commit may', () => {
  const crowd = Array.from({ length: 200 }, (_, at) => use(startMs - msPerHour, { token: `bot-${at}` }));

  it('is settled in part, and then to its end', async () => {
    const commits: Commit[] = [];
    const state = narrow(90, commits);
    await monitor(partsOf(fastForwardClock(startMs), crowd, state));
    const coverages = commits.flatMap(({ cursor }) => (cursor === undefined ? [] : [readCoverage(cursor)]));
    const inPart = coverages.filter(({ settledThroughId }) => settledThroughId !== undefined);
    expect(inPart.length).toBeGreaterThan(1);
    expect(new Set(inPart.map(({ settledThroughMs }) => settledThroughMs))).toEqual(new Set([startMs - msPerHour]));
    expect(coverages.at(-1)).toMatchObject({ events: 200, settledThroughMs: startMs - 15 * msPerMinute });
    expect(coverages.at(-1)?.settledThroughId).toBeUndefined();
  });

  it('is gone on with where the last run stopped, however it was stopped', async () => {
    for (const stopAfter of [1, 2, 3]) {
      const commits: Commit[] = [];
      const inner = narrow(90, commits);
      const stop = new AbortController();
      const state: StateStore = {
        ...inner,
        commit: async (source, commit) => {
          await inner.commit(source, commit);
          if (commits.filter(({ principals }) => principals?.size).length === stopAfter) stop.abort();
        },
      };
      const parts = partsOf(fastForwardClock(startMs), crowd, state);
      const stopped = await monitor({ ...parts, signal: stop.signal });
      expect(stopped.isBehind).toBe(true);
      const resumed = await monitor(parts);
      expect(stopped.events + resumed.events).toBe(200);
      const uses: number[] = [];
      for await (const [, document] of state.everyPrincipal(acme)) uses.push(readBaseline(document).events);
      expect(uses).toEqual(Array.from({ length: 200 }, () => 1));
    }
  });
});

describe('a batch that the state cannot take', () => {
  it('is halved, and grows again when there is room', async () => {
    const sizes: number[] = [];
    const inner = memoryState();
    const refusals = [false, false, false];
    const state: StateStore = {
      ...inner,
      // Refuses three times, then takes anything.
      fits: () => refusals.pop() ?? true,
      commit: async (source, commit) => {
        sizes.push(commit.seen?.length ?? 0);
        await inner.commit(source, commit);
      },
    };
    const day = Array.from({ length: 64 }, (_, at) => use(startMs - msPerDay + at * msPerMinute));
    await monitor(partsOf(fastForwardClock(startMs), day, state));
    expect(sizes.filter((size) => size > 0)).toEqual([8, 16, 32, 8]);
  });

  it('keeps late events, too, once each', async () => {
    const late = Array.from({ length: 30 }, (_, at) => use(startMs - msPerDay, { token: `bot-${at}` }));
    const state = narrow(4);
    const clock = fastForwardClock(startMs);
    await monitor(partsOf(clock, history(['ci']), state));
    await clock.sleep(msPerDay + msPerHour);
    const swept = await monitor(partsOf(clock, [...history(['ci']), ...late], state));
    expect(swept.lateEvents).toBe(30);
    await clock.sleep(msPerDay + msPerHour);
    expect((await monitor(partsOf(clock, [...history(['ci']), ...late], state))).lateEvents).toBe(0);
  });
});
