import { describe, expect, it } from '@jest/globals';
import { fastForwardClock } from '../../lib/adapters/clock.ts';
import { memoryState } from '../../lib/adapters/state/memory.ts';
import {
  type AuditSource,
  type Clock,
  SourceError,
  StateConflict,
  StateError,
  type StateStore,
  type Telling,
} from '../../lib/app/ports.ts';
import { type Notice, type Watched, type WatchParts, watch } from '../../lib/app/watch.ts';
import type { AuditEvent } from '../../lib/core/event.ts';
import { networkOf, noOwners } from '../../lib/core/network.ts';
import { msPerDay, msPerMinute } from '../../lib/core/time.ts';

const startMs = Date.parse('2026-03-14T10:00:00Z');
const minute = (count: number): number => startMs + count * msPerMinute;

const use = (atMs: number, ip = '192.0.2.7', action = 'stack-update-started'): AuditEvent => ({
  id: `${atMs}-${ip}-${action}`,
  atMs,
  source: 'pulumi:acme',
  principal: { provider: 'pulumi', kind: 'token', id: 'tok-1', name: 'ci' },
  ip,
  action,
  outcome: 'success',
  user: undefined,
  credential: undefined,
  target: undefined,
  userAgent: undefined,
  description: undefined,
});

/** Thirty days of one use a day at nine, before the watch begins. */
const history = Array.from({ length: 30 }, (_, day) => use(startMs - (day + 1) * msPerDay + msPerMinute)).reverse();
/** Soon after it began, somebody else takes the state out, stack by stack. */
const theft = Array.from({ length: 12 }, (_, at) => use(minute(7) + at * 1_000, '203.0.113.9', 'stack-exported'));

type Answering = (read: { readonly ordinal: number; readonly atMs: number }) => void;

/** A log that shows what has happened by now; `answering` may throw instead. */
const sourceOf = (
  clock: Clock,
  { name = 'pulumi:acme', log = [], answering }: { name?: string; log?: readonly AuditEvent[]; answering?: Answering },
) => {
  const readsMs: number[] = [];
  const source: AuditSource = {
    name,
    read: async ({ fromMs, toMs }) => {
      readsMs.push(clock.nowMs());
      answering?.({ ordinal: readsMs.length, atMs: clock.nowMs() });
      const events = log.filter(({ atMs }) => atMs >= fromMs && atMs < toMs && atMs <= clock.nowMs());
      return { events, badRecords: [], requests: 1 };
    },
  };
  return { source, readsMs };
};

type Run = {
  readonly watched: Watched;
  readonly notices: readonly Notice[];
  readonly told: readonly { readonly telling: Telling; readonly atMs: number }[];
};

const run = async (
  clock: Clock,
  sources: readonly AuditSource[],
  { state = memoryState(), ...changes }: Partial<WatchParts> & { readonly state?: StateStore } = {},
): Promise<Run> => {
  const notices: Notice[] = [];
  const told: { telling: Telling; atMs: number }[] = [];
  const watched = await watch({
    sources,
    state,
    clock,
    networks: (address) => networkOf(address, noOwners),
    alertBudgetPerWeek: 1,
    backfillMs: 31 * msPerDay,
    pollEveryMs: 5 * msPerMinute,
    endAtMs: minute(30),
    sendAlert: async (telling) => void told.push({ telling, atMs: clock.nowMs() }),
    notify: (notice) => void notices.push(notice),
    ...changes,
  });
  return { watched, notices, told };
};

const kindsOf = (notices: readonly Notice[]): readonly string[] =>
  notices.map(({ notice }) => notice).filter((notice) => notice !== 'progress' && notice !== 'polled');
const pollsOf = (notices: readonly Notice[]): readonly number[] =>
  notices.flatMap((notice) => (notice.notice === 'polled' ? [notice.atMs] : []));
const unavailable = (retryAtMs?: number) =>
  new SourceError('unavailable', 'It cannot answer.', retryAtMs === undefined ? {} : { retryAtMs });

describe('a watch', () => {
  it('polls at fixed times from the start', async () => {
    const clock = fastForwardClock(startMs);
    const { notices } = await run(clock, [sourceOf(clock, {}).source]);
    expect(pollsOf(notices)).toEqual([0, 5, 10, 15, 20, 25, 30].map(minute));
  });

  it('polls once where it is to end at once, though the clock went on since that was said', async () => {
    const clock = fastForwardClock(startMs);
    const { notices } = await run(clock, [sourceOf(clock, {}).source], { endAtMs: startMs - 1 });
    expect(pollsOf(notices).length).toBeGreaterThan(0);
  });

  it('begins with the history again where the first start read nothing', async () => {
    const clock = fastForwardClock(startMs);
    const state = memoryState();
    const answering = (): void => {
      throw unavailable();
    };
    await run(clock, [sourceOf(clock, { answering }).source], { state, endAtMs: startMs });
    const { notices } = await run(clock, [sourceOf(clock, {}).source], { state, endAtMs: startMs });
    expect(kindsOf(notices)[0]).toBe('backfilling');
  });

  it('does not let a slow poll delay those after it, nor makes up for those it missed', async () => {
    const clock = fastForwardClock(startMs);
    const inner = sourceOf(clock, {}).source;
    let reads = 0;
    const slow: AuditSource = {
      ...inner,
      read: async (stretch) => {
        reads += 1;
        if (reads === 40) await clock.sleep(7 * msPerMinute);
        return inner.read(stretch);
      },
    };
    const { notices } = await run(clock, [slow], { endAtMs: minute(60) });
    const polls = pollsOf(notices).map((atMs) => (atMs - startMs) / msPerMinute);
    expect(polls.filter((atMinute) => atMinute % 5 !== 0)).toHaveLength(1);
    expect(new Set(polls).size).toBe(polls.length);
    expect(polls.at(-1)).toBe(60);
  });

  it('reads the history first, says what it would have alerted, and sends none of that', async () => {
    const clock = fastForwardClock(startMs);
    const past = theft.map((event) => ({ ...event, atMs: event.atMs - 2 * msPerDay, id: `past ${event.id}` }));
    const { notices, told } = await run(clock, [sourceOf(clock, { log: [...history, ...past].sort(byTime) }).source]);
    expect(kindsOf(notices)).toEqual(['backfilling', 'backfilled']);
    expect(notices.find(({ notice }) => notice === 'backfilled')).toMatchObject({
      alerts: [{ principal: { name: 'ci' } }],
      coverage: { events: 42 },
    });
    expect(told).toEqual([]);
  });

  it('sends what began within the day before the first start: it may still be going on', async () => {
    const clock = fastForwardClock(startMs);
    const lately = theft.map((event) => ({ ...event, atMs: event.atMs - msPerDay / 2, id: `past ${event.id}` }));
    const { told } = await run(clock, [sourceOf(clock, { log: [...history, ...lately].sort(byTime) }).source]);
    expect(told.length).toBeGreaterThan(0);
    expect(told.every(({ telling }) => telling.alert.openedAtMs < startMs)).toBe(true);
  });

  it('tells an alert once, at the first poll after it began', async () => {
    const clock = fastForwardClock(startMs);
    const { told, watched } = await run(clock, [sourceOf(clock, { log: [...history, ...theft] }).source]);
    const opened = told.filter(({ telling }) => telling.key.endsWith('/opened'));
    expect(opened.map(({ atMs }) => atMs)).toEqual([minute(10)]);
    expect(watched.told).toBe(told.length);
    expect(new Set(told.map(({ telling }) => telling.key)).size).toBe(told.length);
  });

  it('resumes where another ended, and repeats nothing', async () => {
    const state = memoryState();
    const before = fastForwardClock(startMs);
    const log = [...history, ...theft];
    await run(before, [sourceOf(before, { log }).source], { state });
    const clock = fastForwardClock(minute(42));
    const { notices, told } = await run(clock, [sourceOf(clock, { log }).source], { state, endAtMs: minute(60) });
    expect(notices[0]).toEqual({
      notice: 'resuming',
      source: 'pulumi:acme',
      seenThroughMs: minute(30),
      nowMs: minute(42),
    });
    expect(told).toEqual([]);
  });

  it('tells first what an earlier run did not get to tell', async () => {
    const state = memoryState();
    const before = fastForwardClock(startMs);
    const log = [...history, ...theft];
    const failing = () => Promise.reject(new Error('nobody listens'));
    const first = await run(before, [sourceOf(before, { log }).source], { state, sendAlert: failing });
    expect(kindsOf(first.notices)).toContain('undelivered');
    const clock = fastForwardClock(minute(42));
    const { told } = await run(clock, [sourceOf(clock, { log }).source], { state, endAtMs: minute(42) });
    expect(told.filter(({ telling }) => telling.key.endsWith('/opened'))).toHaveLength(1);
  });

  it('ends at the signal, in the middle of waiting', async () => {
    const clock = fastForwardClock(startMs);
    const stop = new AbortController();
    const { watched } = await run(clock, [sourceOf(clock, {}).source], {
      signal: stop.signal,
      endAtMs: Number.POSITIVE_INFINITY,
      notify: ({ notice }) => notice === 'polled' && stop.abort(),
    });
    expect(watched.troubles.size).toBe(0);
    expect(clock.nowMs()).toBe(startMs);
  });

  it('takes a request that the signal broke off for no trouble', async () => {
    const clock = fastForwardClock(startMs);
    const stop = new AbortController();
    const answering = (): void => {
      stop.abort();
      throw new DOMException('This operation was aborted', 'AbortError');
    };
    const { notices } = await run(clock, [sourceOf(clock, { answering }).source], { signal: stop.signal });
    expect(kindsOf(notices)).toEqual(['backfilling']);
  });
});

describe('a watch in trouble', () => {
  const failingFrom =
    (fromMinute: number, toMinute: number, error: () => Error): Answering =>
    ({ atMs }) => {
      if (atMs >= minute(fromMinute) && atMs < minute(toMinute)) throw error();
    };

  it('says so once, tries on, and says when it is over', async () => {
    const clock = fastForwardClock(startMs);
    const { notices } = await run(clock, [
      sourceOf(clock, { answering: failingFrom(5, 20, () => unavailable()) }).source,
    ]);
    expect(kindsOf(notices)).toEqual(['backfilling', 'backfilled', 'trouble', 'recovered']);
    expect(notices.find(({ notice }) => notice === 'recovered')).toMatchObject({
      sinceMs: minute(5),
      atMs: minute(20),
    });
  });

  it('comes back when the source says, and then keeps to its times again', async () => {
    const clock = fastForwardClock(startMs);
    const limited = () => new SourceError('rate-limited', 'Too many requests.', { retryAtMs: minute(12) });
    const { source, readsMs } = sourceOf(clock, { answering: failingFrom(5, 12, limited) });
    await run(clock, [source], { endAtMs: minute(20) });
    expect(readsMs.filter((atMs) => atMs > startMs)).toEqual([5, 12, 15, 20].map(minute));
  });

  it('does not hurry where the source says to come back at once', async () => {
    const clock = fastForwardClock(startMs);
    const { source, readsMs } = sourceOf(clock, { answering: failingFrom(5, 6, () => unavailable(minute(5))) });
    await run(clock, [source], { endAtMs: minute(6) });
    expect(readsMs.filter((atMs) => atMs >= minute(5) && atMs < minute(6)).length).toBeLessThanOrEqual(6);
  });

  it.each(['credentials', 'permission', 'plan', 'not-found', 'misunderstood'] as const)(
    'ends at the first contact where a person must act: %s',
    async (failure) => {
      const clock = fastForwardClock(startMs);
      const answering = (): void => {
        throw new SourceError(failure, 'A person must act.');
      };
      await expect(run(clock, [sourceOf(clock, { answering }).source])).rejects.toMatchObject({ failure });
    },
  );

  it('goes on where a person must act later in its life, and says what is unseen', async () => {
    const clock = fastForwardClock(startMs);
    const revoked = () => new SourceError('credentials', 'The token was revoked.');
    const { notices, watched } = await run(clock, [sourceOf(clock, { answering: failingFrom(5, 99, revoked) }).source]);
    expect(kindsOf(notices)).toEqual(['backfilling', 'backfilled', 'trouble']);
    expect(watched.troubles.get('pulumi:acme')).toMatchObject({ failure: 'credentials' });
  });

  it('says it again when the trouble becomes another', async () => {
    const clock = fastForwardClock(startMs);
    const answering: Answering = ({ atMs }) => {
      if (atMs >= minute(20)) throw new SourceError('credentials', 'The token was revoked.');
      if (atMs >= minute(5)) throw unavailable();
    };
    const { notices } = await run(clock, [sourceOf(clock, { answering }).source]);
    expect(kindsOf(notices)).toEqual(['backfilling', 'backfilled', 'trouble', 'trouble']);
  });

  it('lets another run that committed first have its way, and tries again next time', async () => {
    const clock = fastForwardClock(startMs);
    const inner = memoryState();
    let commits = 0;
    const state: StateStore = {
      ...inner,
      commit: async (source, commit) => {
        commits += 1;
        if (commits === 1) throw new StateConflict(source);
        await inner.commit(source, commit);
      },
    };
    const { notices } = await run(clock, [sourceOf(clock, {}).source], { state });
    expect(kindsOf(notices)).toEqual(['backfilling', 'trouble', 'recovered', 'backfilled']);
  });

  it('ends where its state cannot be used', async () => {
    const clock = fastForwardClock(startMs);
    const state: StateStore = {
      ...memoryState(),
      commit: () => Promise.reject(new StateError('The disk is full.')),
    };
    await expect(run(clock, [sourceOf(clock, {}).source], { state })).rejects.toThrow('The disk is full.');
  });
});

describe('a log that goes silent', () => {
  const hour = 60 * msPerMinute;
  const chatter = Array.from({ length: 24 * 30 }, (_, at) => use(startMs - (24 * 30 - at) * hour));

  it('is told once, and again when it speaks', async () => {
    const clock = fastForwardClock(startMs);
    const back = use(startMs + 20 * hour);
    const { notices } = await run(clock, [sourceOf(clock, { log: [...chatter, back] }).source], {
      pollEveryMs: hour,
      endAtMs: startMs + 24 * hour,
    });
    expect(kindsOf(notices)).toEqual(['backfilling', 'backfilled', 'silent', 'heard-again']);
    expect(notices.find(({ notice }) => notice === 'silent')).toMatchObject({
      sinceMs: startMs - hour,
      atMs: startMs + 6 * hour,
      silence: { usualHours: 6 },
    });
  });

  it('is told of one that never spoke, a day after the watch began, and when it speaks', async () => {
    const clock = fastForwardClock(startMs);
    const first = use(startMs + 30 * hour);
    const { notices } = await run(clock, [sourceOf(clock, { log: [first] }).source], {
      pollEveryMs: hour,
      endAtMs: startMs + 34 * hour,
    });
    expect(kindsOf(notices)).toEqual(['backfilling', 'backfilled', 'silent', 'heard-again']);
    expect(notices.find(({ notice }) => notice === 'silent')).toMatchObject({
      sinceMs: startMs,
      silence: { usualHours: 24, heard: 'nothing' },
    });
  });

  it('is told again by the next watch, which another person may look at', async () => {
    const state = memoryState();
    for (const atMs of [startMs, startMs + 24 * hour]) {
      const clock = fastForwardClock(atMs);
      const source = sourceOf(clock, { log: chatter }).source;
      const { notices } = await run(clock, [source], { state, endAtMs: atMs + 12 * hour, pollEveryMs: hour });
      expect(kindsOf(notices)).toContain('silent');
    }
  });
});

describe('a watch of several sources', () => {
  it('keeps the others going while one is in trouble', async () => {
    const clock = fastForwardClock(startMs);
    const well = sourceOf(clock, { name: 'pulumi:well' });
    const ill = sourceOf(clock, {
      name: 'pulumi:ill',
      answering: () => {
        throw unavailable();
      },
    });
    const { watched, notices } = await run(clock, [ill.source, well.source]);
    expect([...watched.coverages.keys()]).toEqual(['pulumi:well']);
    expect([...watched.troubles.keys()]).toEqual(['pulumi:ill']);
    expect(pollsOf(notices)).toHaveLength(7);
  });

  it('lets the others have their turn while one reads a long history', async () => {
    const clock = fastForwardClock(startMs);
    const slowly = async (): Promise<void> => clock.sleep(2 * msPerMinute);
    const long = sourceOf(clock, { name: 'pulumi:long' });
    const short = sourceOf(clock, { name: 'pulumi:short' });
    const longSource: AuditSource = {
      ...long.source,
      read: async (stretch) => {
        await slowly();
        return long.source.read(stretch);
      },
    };
    const { watched } = await run(clock, [longSource, short.source], { endAtMs: minute(120) });
    expect(watched.coverages.size).toBe(2);
    const gaps = short.readsMs.slice(40).map((atMs, at) => atMs - (short.readsMs[39 + at] ?? atMs));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(10 * msPerMinute);
  });
});

function byTime(a: AuditEvent, b: AuditEvent): number {
  return a.atMs - b.atMs;
}
