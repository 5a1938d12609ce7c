import { describe, expect, it } from '@jest/globals';
import { type MemoryShelves, memoryArchive } from '../../lib/adapters/archive/memory.ts';
import { fastForwardClock } from '../../lib/adapters/clock.ts';
import { memoryState } from '../../lib/adapters/state/memory.ts';
import { deadlineWithin, type PollMeasures, type PollParts, pollOnce } from '../../lib/app/poll.ts';
import {
  type AuditSource,
  type Clock,
  type SendMany,
  SourceError,
  type StateStore,
  type Telling,
} from '../../lib/app/ports.ts';
import type { AuditEvent } from '../../lib/core/event.ts';
import { readCoverage } from '../../lib/core/stored.ts';
import { msPerDay, msPerHour, msPerMinute } from '../../lib/core/time.ts';
import { alert, telling } from '../contracts/state-store-samples.ts';
import { acme, history, partsOf, startMs, theft, use } from './monitor-world.ts';

const minute = (count: number): number => startMs + count * msPerMinute;
const never = { stopAtMs: Number.POSITIVE_INFINITY };

type World = {
  readonly parts: PollParts;
  readonly clock: Clock;
  readonly state: StateStore;
  readonly told: Telling[];
  readonly measured: PollMeasures[];
  /** Ids of archived events, with repeats if there were any. */
  archived(): readonly string[];
};

const worldOf = (log: readonly AuditEvent[], change: Partial<PollParts> = {}): World => {
  const clock = fastForwardClock(startMs);
  const state = memoryState();
  const shelves: MemoryShelves = new Map();
  const told: Telling[] = [];
  const measured: PollMeasures[] = [];
  const base = partsOf(clock, log, state);
  const parts: PollParts = {
    ...base,
    archive: memoryArchive({ networks: base.networks, alertJson: () => '{}', terminalSafe: (json) => json }, shelves),
    sendAlert: async (telling) => void told.push(telling),
    writeMeasures: (measures) => void measured.push(measures),
    ...change,
  };
  const archived = () =>
    [...shelves.values()].flatMap((shelf) => [...shelf.keys()].filter((key) => key.startsWith('event ')));
  return { parts, clock, state, told, measured, archived };
};

const failing = (failure: SourceError['failure']): AuditSource => ({
  name: acme,
  read: () => Promise.reject(new SourceError(failure, 'It did not answer.')),
});

const log = [...history(['ci', 'nightly']), ...theft(minute(-10), 'ci')];

describe('a poll', () => {
  it('settles, tells and measures', async () => {
    const { parts, told, measured } = worldOf(log);
    await pollOnce(parts, never);
    expect(told.map(({ alert }) => alert.principal.name)).toContain('ci');
    expect(measured).toEqual([
      expect.objectContaining({
        source: acme,
        failure: undefined,
        events: 60,
        badRecords: 0,
        told: told.length,
        undelivered: 0,
        isBehind: false,
        isBackfilling: false,
        lagMs: 0,
        newestEventMs: startMs - 23 * msPerHour,
      }),
    ]);
  });

  it('archives every event once, over many polls and sweeps', async () => {
    const { parts, clock, archived } = worldOf(log);
    for (let polls = 0; polls < 12; polls += 1) {
      await pollOnce(parts, never);
      await clock.sleep(4 * msPerHour);
    }
    expect(archived()).toHaveLength(log.length);
    expect(new Set(archived()).size).toBe(log.length);
  });

  it('counts what it read again as duplicates, and what came late as late', async () => {
    const late = use(minute(-300), { token: 'late' });
    const shown = [...history(['ci', 'nightly'])];
    const { parts, clock, measured } = worldOf([]);
    const source: AuditSource = {
      name: acme,
      read: async ({ fromMs, toMs }) => ({
        events: shown.filter(({ atMs }) => atMs >= fromMs && atMs < toMs),
        badRecords: [],
        requests: 1,
        deliveredLate: 1,
      }),
    };
    await pollOnce({ ...parts, source }, never);
    shown.push(late);
    await clock.sleep(msPerDay);
    await pollOnce({ ...parts, source }, never);
    expect(measured).toMatchObject([
      { events: 60, lateEvents: 0, lateArrivals: 0, gaps: 0, pause: undefined, sweepFound: undefined },
      // Nobody had looked for a day, and then a sweep was due.
      { events: 0, lateEvents: 1, gaps: 0, pause: { cause: 'not-running' }, sweepFound: 1 },
    ]);
    expect(measured[1]?.duplicates).toBeGreaterThan(0);
    expect(measured[1]?.deliveredLate).toBe(measured[1]?.requests);
  });
});

describe('a poll that runs out of time', () => {
  it('stops between two stretches, and the next goes on there', async () => {
    const { parts, clock, state, told, measured, archived } = worldOf(log);
    const slow: AuditSource = {
      ...parts.source,
      read: async (stretch, signal) => {
        await clock.sleep(msPerMinute);
        return parts.source.read(stretch, signal);
      },
    };
    const settledThroughMs: number[] = [];
    for (let polls = 0; polls < 10; polls += 1) {
      await pollOnce({ ...parts, source: slow }, { stopAtMs: clock.nowMs() + 4 * msPerMinute });
      const { cursor } = await state.load(acme);
      settledThroughMs.push(cursor === undefined ? 0 : readCoverage(cursor).settledThroughMs);
    }
    expect(settledThroughMs).toEqual(settledThroughMs.toSorted((a, b) => a - b));
    expect(measured.map(({ isBehind }) => isBehind)).toEqual([...Array(7).fill(true), false, false, false]);
    expect(measured[0]).toMatchObject({ isBackfilling: true, failure: undefined, requests: 4 });
    expect(new Set(told.map(({ key }) => key)).size).toBe(told.length);
    expect(told.length).toBeGreaterThan(0);
    expect(archived()).toHaveLength(log.length);
  });

  it('is no failure where the question under way was ended', async () => {
    const out = new AbortController();
    const { parts, measured } = worldOf(log, {
      source: {
        name: acme,
        read: async (_, signal) => {
          out.abort();
          throw signal?.reason;
        },
      },
    });
    await pollOnce(parts, { ...never, signal: out.signal });
    expect(measured).toMatchObject([{ failure: undefined, isBehind: true }]);
  });

  it('leaves time to tell and to measure, however little there is', () => {
    expect(deadlineWithin(5 * msPerMinute)).toEqual({
      stopAfterMs: 4 * msPerMinute,
      endAfterMs: 4.5 * msPerMinute,
      endTellingAfterMs: 5 * msPerMinute - 10_000,
      tellBrieflyMs: 30_000,
    });
    expect(deadlineWithin(10_000)).toEqual({
      stopAfterMs: 5_000,
      endAfterMs: 7_500,
      endTellingAfterMs: 9_166,
      tellBrieflyMs: 1_000,
    });
  });
});

describe('a poll with much to tell', () => {
  const flood = Array.from({ length: 14 }, (_, nth) => {
    const id = `alert-${nth + 10}`;
    return telling(`${id}/opened`, alert(id, `2026-03-14T${nth + 10}:00:00Z`));
  });

  it('tells more than ten pieces of news together', async () => {
    const sizes: number[] = [];
    const sendMany: SendMany = async ({ length }) => {
      sizes.push(length);
      return length;
    };
    const { parts, state, measured } = worldOf([], { sendMany });
    await state.commit(acme, { expectedRevision: 0, tellings: flood });
    await pollOnce(parts, never);
    expect(sizes).toEqual([flood.length]);
    expect(measured).toMatchObject([{ told: flood.length, undelivered: 0 }]);
  });

  it('leaves what is over its time to the next one, measures, and does not fail', async () => {
    const { parts, state, told, measured } = worldOf([]);
    await state.commit(acme, { expectedRevision: 0, tellings: flood.slice(0, 3) });
    const end = new AbortController();
    const sendAlert = async (one: Telling): Promise<void> => {
      told.push(one);
      end.abort();
    };
    const slow = { ...parts, sendAlert };
    await pollOnce(slow, { ...never, tellingSignal: end.signal });
    expect(measured).toMatchObject([{ told: 1, undelivered: 2 }]);
    await pollOnce(parts, never);
    expect(told.map(({ key }) => key)).toEqual(flood.slice(0, 3).map(({ key }) => key));
  });

  it('begins to read in time though the topic takes long over each message', async () => {
    const { parts, clock, state, measured } = worldOf(log);
    await state.commit(acme, { expectedRevision: 0, tellings: flood.slice(0, 8) });
    const sendAlert = async () => {
      await clock.sleep(50_000);
      throw new Error('no answer');
    };
    const deadline = { stopAtMs: startMs + 4 * msPerMinute };
    await pollOnce({ ...parts, sendAlert }, deadline).catch(() => undefined);
    expect(measured).toMatchObject([{ events: 60, isBehind: false, told: 0 }]);
  });

  it('reads the log all the same while the topic hangs', async () => {
    const end = new AbortController();
    const { parts, state, measured } = worldOf(log, {
      sendAlert: (_, signal) =>
        new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('no answer')))),
    });
    await state.commit(acme, { expectedRevision: 0, tellings: flood.slice(0, 3) });
    const read: AuditSource['read'] = async (stretch) => {
      const reading = await parts.source.read(stretch);
      end.abort();
      return reading;
    };
    const deadline = { ...never, tellingSignal: end.signal, briefly: () => AbortSignal.timeout(1) };
    await pollOnce({ ...parts, source: { ...parts.source, read } }, deadline).catch(() => undefined);
    expect(measured).toMatchObject([{ failure: undefined, events: 60, isBehind: false, told: 0 }]);
  });
});

describe('a poll whose source fails', () => {
  it('still tells what an earlier one left, measures, and then fails', async () => {
    const { parts, clock, told, measured } = worldOf(log);
    const silent = { ...parts, sendAlert: () => Promise.reject(new Error('nobody listens')) };
    await expect(pollOnce(silent, never)).rejects.toThrow('could not be delivered and wait for the next poll: nobody');
    await clock.sleep(msPerHour);
    await expect(pollOnce({ ...parts, source: failing('unavailable') }, never)).rejects.toThrow('It did not answer.');
    expect(told.length).toBeGreaterThan(0);
    expect(measured).toMatchObject([
      { failure: undefined, told: 0, undelivered: told.length },
      { failure: 'unavailable', told: told.length, undelivered: 0, lagMs: msPerHour, isBehind: true },
    ]);
  });

  it('lags more with every poll, as seen from outside', async () => {
    const { parts, clock, measured } = worldOf(log);
    await pollOnce(parts, never);
    for (let polls = 0; polls < 2; polls += 1) {
      await clock.sleep(msPerHour);
      await pollOnce({ ...parts, source: failing('credentials') }, never).catch(() => undefined);
    }
    expect(measured.map(({ failure, lagMs }) => ({ failure, lagMs }))).toEqual([
      { failure: undefined, lagMs: 0 },
      { failure: 'credentials', lagMs: msPerHour },
      { failure: 'credentials', lagMs: 2 * msPerHour },
    ]);
  });

  it('counts its lag from the first poll on', async () => {
    const { parts, measured } = worldOf(log, { source: failing('permission') });
    await expect(pollOnce(parts, never)).rejects.toThrow('It did not answer.');
    expect(measured).toMatchObject([{ failure: 'permission', lagMs: 0, silentRatio: undefined }]);
  });

  it('counts the bad records of what it read before it failed', async () => {
    const badRecord = { where: 'acme', reason: 'no time', outcome: 'rejected', text: '{}' } as const;
    let reads = 0;
    const { parts, measured } = worldOf([], {
      source: {
        name: acme,
        read: async () => {
          reads += 1;
          if (reads > 2) throw new SourceError('unavailable', 'It did not answer.');
          return { events: [], badRecords: [badRecord], requests: 2 };
        },
      },
    });
    await expect(pollOnce(parts, never)).rejects.toThrow('It did not answer.');
    expect(measured).toMatchObject([{ badRecords: 1, requests: 4 }]);
  });

  it('says a failure of the state once, though it keeps every part from working', async () => {
    const state: StateStore = {
      ...memoryState(),
      load: () => Promise.reject(new Error('no table')),
      untold: () => Promise.reject(new Error('no table')),
    };
    const { parts, measured } = worldOf(log, { state });
    await expect(pollOnce(parts, never)).rejects.toThrow(/^no table$/);
    expect(measured).toMatchObject([{ failure: 'other', lagMs: undefined, told: 0 }]);
  });

  it('says all that failed, where several things did', async () => {
    const { parts, clock } = worldOf(log, { sendAlert: () => Promise.reject(new Error('nobody listens')) });
    await pollOnce(parts, never).catch(() => undefined);
    await clock.sleep(msPerHour);
    const both = pollOnce({ ...parts, source: failing('unavailable') }, never);
    await expect(both).rejects.toThrow(/It did not answer.*\n.*nobody listens/);
  });
});

describe('two polls at once', () => {
  it('count every event once: one of them loses, and says so', async () => {
    const { parts, clock, state, told, measured, archived } = worldOf(log);
    const outcomes = await Promise.allSettled([pollOnce(parts, never), pollOnce(parts, never)]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(measured.map(({ failure }) => failure)).toContain('conflict');
    await clock.sleep(msPerHour);
    await pollOnce(parts, never);
    const { cursor } = await state.load(acme);
    expect(cursor && readCoverage(cursor).events).toBe(log.length);
    expect(archived()).toHaveLength(log.length);
    expect(told.length).toBeGreaterThan(0);
  });
});

describe('the account of a poll', () => {
  it('says how silent the log is by its own rhythm', async () => {
    const hourly = Array.from({ length: 24 * 30 }, (_, at) => use(startMs - (at + 1) * msPerHour));
    const { parts, clock, measured } = worldOf(hourly.toReversed());
    await pollOnce(parts, never);
    await clock.sleep(msPerDay);
    await pollOnce(parts, never);
    expect(measured[0]?.silentRatio).toBeLessThan(1);
    expect(measured[1]?.silentRatio).toBeGreaterThan(3);
  });

  it('says that a log is silent that never had an event, once it is watched for a day', async () => {
    const { parts, clock, measured } = worldOf([]);
    await pollOnce(parts, never);
    await clock.sleep(2 * msPerDay);
    await pollOnce(parts, never);
    expect(measured[0]?.silentRatio).toBe(0);
    expect(measured[1]?.silentRatio).toBeGreaterThan(1.9);
  });

  it('says what was told of the budget of the last four weeks', async () => {
    const { parts, clock, measured } = worldOf(log);
    await pollOnce(parts, never);
    await clock.sleep(7 * msPerDay);
    await pollOnce(parts, never);
    expect(measured[1]?.budget).toEqual({ weeks: 1, alerts: 0, allowed: 1 });
  });
});

describe('a vendor that is too slow for one run', () => {
  it('is asked for less by the next run, until a reading comes to its end', async () => {
    const { parts, clock, state } = worldOf(log);
    const asked: number[] = [];
    const slow: AuditSource = {
      ...parts.source,
      // An hour of log takes a minute to read; whoever is interrupted before gets nothing.
      read: async (stretch, signal) => {
        const hours = (stretch.toMs - stretch.fromMs) / msPerHour;
        asked.push(hours);
        await clock.sleep(Math.min(hours, 5) * msPerMinute);
        if (hours > 5) {
          stop.abort();
          throw new SourceError('unavailable', 'It was interrupted.');
        }
        return parts.source.read(stretch, signal);
      },
    };
    let stop = new AbortController();
    for (let polls = 0; polls < 6; polls += 1) {
      stop = new AbortController();
      const stopAtMs = clock.nowMs() + 4 * msPerMinute;
      await pollOnce({ ...parts, source: slow }, { stopAtMs, signal: stop.signal });
    }
    expect(asked.slice(0, 4)).toEqual([24, 12, 6, 3]);
    const { cursor } = await state.load(acme);
    const { fromMs, settledThroughMs } = readCoverage(cursor ?? { version: 0, body: '' });
    expect(settledThroughMs).toBeGreaterThan(fromMs);
  });
});
