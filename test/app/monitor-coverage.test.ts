import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fastForwardClock } from '../../lib/adapters/clock.ts';
import { memoryState } from '../../lib/adapters/state/memory.ts';
import { type MonitorParts, type MonitorRun, monitor } from '../../lib/app/monitor.ts';
import { type AuditSource, type Clock, SourceError, type SourceFailure, type StateStore } from '../../lib/app/ports.ts';
import type { AuditEvent } from '../../lib/core/event.ts';
import { readCoverage } from '../../lib/core/stored.ts';
import { msPerDay, msPerHour, msPerMinute, msPerSecond } from '../../lib/core/time.ts';
import { acme, history, partsOf, sourceOf, startMs, theft, use } from './monitor-world.ts';

const pollEveryMs = 5 * msPerMinute;
const log = history(['ci', 'deploy']);

type Shown = AuditEvent & { readonly shownAtMs?: number };

/** Shows events when the log does, holds so many in one reading, and fails when it is told to. */
const sourceWith = (
  clock: Clock,
  events: readonly Shown[],
  { holds = Number.POSITIVE_INFINITY, failure }: { holds?: number; failure?: () => SourceFailure | undefined } = {},
): AuditSource => ({
  name: acme,
  read: async (stretch) => {
    const failing = failure?.();
    if (failing !== undefined) throw new SourceError(failing, 'as the test wants it');
    const shown = events.filter(({ atMs, shownAtMs = atMs }) => shownAtMs <= clock.nowMs());
    const reading = await sourceOf(clock, shown).read(stretch);
    if (reading.events.length > holds) throw new SourceError('too-much', 'ask for less');
    return reading;
  },
});

const worldOf = (
  events: readonly Shown[],
  options: Parameters<typeof sourceWith>[2] = {},
  more: Partial<MonitorParts> = {},
) => {
  const clock = fastForwardClock(startMs);
  const state: StateStore = memoryState();
  const source = sourceWith(clock, events, options);
  const poll = (): Promise<MonitorRun> => monitor({ ...partsOf(clock, [], state), source, pollEveryMs, ...more });
  const wait = (ms: number): Promise<void> => clock.sleep(ms);
  const coverage = async () => {
    const { cursor } = await state.load(acme);
    if (cursor === undefined) throw new Error('never read');
    return readCoverage(cursor);
  };
  return { clock, state, poll, wait, coverage };
};

/** For many runs: history adds nothing to what they show. */
const short: Partial<MonitorParts> = { backfillMs: 3 * msPerDay };

describe('when nobody looked', () => {
  it('is told by the run that looks again, with what it read meanwhile', async () => {
    const { poll, wait, coverage } = worldOf([...log, use(startMs + msPerHour)]);
    expect((await poll()).pause).toBeUndefined();
    await wait(8 * msPerHour);
    const run = await poll();
    expect(run.pause).toEqual({ fromMs: startMs, toMs: startMs + 8 * msPerHour, cause: 'not-running' });
    expect(run.events).toBe(1);
    await wait(pollEveryMs);
    expect((await poll()).pause).toBeUndefined();
    expect((await coverage()).watching.pauses.count).toBe(1);
  });

  it.each(['unavailable', 'rate-limited', 'credentials', 'permission', 'misunderstood'] as const)(
    'because of what the source answered (%s), is known as that',
    async (cause) => {
      let failing: SourceFailure | undefined;
      const { poll, wait, state } = worldOf(log, { failure: () => failing });
      await poll();
      failing = cause;
      const { revision } = await state.load(acme);
      for (let at = 0; at < 6; at += 1) {
        await wait(pollEveryMs);
        await expect(poll()).rejects.toThrow('as the test wants it');
      }
      expect((await state.load(acme)).revision).toBe(revision + 1);
      failing = undefined;
      await wait(pollEveryMs);
      expect((await poll()).pause).toEqual({ fromMs: startMs, toMs: startMs + 7 * pollEveryMs, cause });
    },
  );

  it('because each run ran out of time, is known as that', async () => {
    const stopped = { stopAtMs: startMs };
    const { poll, wait, clock, state } = worldOf(log);
    await poll();
    for (let at = 0; at < 3; at += 1) {
      await wait(pollEveryMs);
      const run = await monitor({ ...partsOf(clock, log, state), pollEveryMs, ...stopped });
      expect(run.isBehind).toBe(true);
    }
    await wait(pollEveryMs);
    expect((await poll()).pause).toMatchObject({ cause: 'behind' });
  });

  it('is nothing that the first start could know', async () => {
    let failing: SourceFailure | undefined = 'credentials';
    const { poll, wait, state } = worldOf(log, { failure: () => failing });
    await expect(poll()).rejects.toThrow();
    // That a first try was made is known, and no more.
    expect((await state.load(acme)).revision).toBe(1);
    failing = undefined;
    await wait(msPerDay);
    expect((await poll()).pause).toBeUndefined();
  });

  it('changes nothing that is known of the log', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 12 }), async (steps) => {
        const events = [...log, ...theft(startMs + 7 * msPerMinute, 'ci')];
        const often = worldOf(events, {}, short);
        const seldom = worldOf(events, {}, short);
        await often.poll();
        await seldom.poll();
        for (const step of steps) {
          await often.wait(step * pollEveryMs);
          await often.poll();
        }
        await seldom.wait(steps.reduce((sum, step) => sum + step * pollEveryMs, 0));
        await seldom.poll();
        const { watching: a, ...oftenKnown } = await often.coverage();
        const { watching: b, ...seldomKnown } = await seldom.coverage();
        // Only what is said of the watching depends on when polls came.
        expect(oftenKnown).toEqual(seldomKnown);
        expect(a.pauses.count).toBe(steps.filter((step) => step > 2).length);
        expect(a.arrivals).toEqual(b.arrivals);
      }),
      { seed: 20_260_314, numRuns: 12 },
    );
  }, 60_000);
});

describe('how late events come', () => {
  it('shows between two polls', async () => {
    const late = { ...use(startMs + msPerMinute), shownAtMs: startMs + 8 * msPerMinute };
    const { poll, wait, coverage } = worldOf([...log, use(startMs + 2 * msPerMinute), late]);
    await poll();
    const runs: number[] = [];
    for (let at = 0; at < 6; at += 1) {
      await wait(pollEveryMs);
      runs.push((await poll()).lateArrivals);
    }
    expect(runs).toEqual([0, 1, 0, 0, 0, 0]);
    const { arrivals } = (await coverage()).watching;
    expect(arrivals).toEqual({ events: 2, atLeast: [0, 1, 0, 0, 0, 0, 0, 0], atMost: [0, 0, 1, 0, 0, 0, 0, 0] });
    expect((await coverage()).lateEvents).toBe(0);
  });

  it('counts each late event once, however it was delayed within the window', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ second: fc.integer({ min: 0, max: 3_000 }), delay: fc.integer({ min: 0, max: 890 }) }), {
          maxLength: 30,
        }),
        async (arrivals) => {
          const events = arrivals.map(({ second, delay }, ordinal) => ({
            ...use(startMs + second * msPerSecond, { ordinal }),
            shownAtMs: startMs + (second + delay) * msPerSecond,
          }));
          const { poll, wait, coverage } = worldOf(events, {}, short);
          await poll();
          let late = 0;
          for (let at = 0; at < 16; at += 1) {
            await wait(pollEveryMs);
            late += (await poll()).lateArrivals;
          }
          const pollAfter = (ms: number) => Math.ceil((ms - startMs) / pollEveryMs);
          // One in whose second a poll began may have come after it.
          const expected = events.filter(
            ({ atMs, shownAtMs }) => pollAfter(shownAtMs) > pollAfter(atMs + msPerSecond),
          ).length;
          expect(late).toBe(expected);
          expect((await coverage()).watching.arrivals.events).toBe(events.length);
        },
      ),
      { seed: 20_260_314, numRuns: 20 },
    );
  }, 60_000);
});

describe('a sweep', () => {
  it('says what it read again, and what it found that polling had missed', async () => {
    const late = { ...use(startMs + msPerMinute), shownAtMs: startMs + 3 * msPerHour };
    const { poll, wait, coverage } = worldOf([...log, late]);
    await poll();
    await wait(msPerHour);
    expect((await poll()).sweep).toBeUndefined();
    await wait(msPerDay);
    const run = await poll();
    const atMs = startMs + msPerDay + msPerHour;
    const toMs = atMs - 15 * msPerMinute;
    expect(run).toMatchObject({ lateEvents: 1, lateArrivals: 0 });
    // Three days before the last sweep, or the start.
    expect(run.sweep).toEqual({ atMs, fromMs: startMs - 3 * msPerDay, toMs, found: 1 });
    expect((await coverage()).watching.arrivals.atMost).toEqual([0, 0, 0, 0, 0, 0, 1, 0]);
    await wait(msPerDay);
    expect((await poll()).sweep).toMatchObject({ found: 0 });
  });
});

describe('a sweep that is broken off', () => {
  const late = { ...use(startMs - msPerHour), shownAtMs: startMs + 26 * msPerHour };
  const outageFromMs = startMs + msPerDay;

  /** Two readings go before the sweep, whose fourth and last fails; then nobody polls for a while. */
  const brokenOff = async (forMs: number) => {
    let readings = 0;
    const failure = (): SourceFailure | undefined => {
      if (world.clock.nowMs() < outageFromMs) return undefined;
      readings += 1;
      return readings === 6 ? 'unavailable' : undefined;
    };
    const world = worldOf([...log, late], { failure });
    await world.poll();
    await world.wait(msPerDay);
    await expect(world.poll()).rejects.toThrow('as the test wants it');
    expect((await world.coverage()).watching.sweeping).toEqual({ atMs: outageFromMs, throughMs: startMs });
    await world.wait(forMs);
    return world;
  };

  it('goes on where it was, and the next one reaches back from where it began', async () => {
    const { poll, wait, coverage } = await brokenOff(60 * msPerHour);
    const resumed = await poll();
    expect(resumed).toMatchObject({ lateEvents: 0, sweep: { atMs: outageFromMs, found: 0 } });
    expect(resumed.requests).toBeLessThan(8);
    expect((await coverage()).watching.sweeping).toBeUndefined();
    await wait(pollEveryMs);
    // The event showed after its part was read, and before the rest was.
    expect(await poll()).toMatchObject({ lateEvents: 1, sweep: { fromMs: outageFromMs - 3 * msPerDay, found: 1 } });
    expect((await coverage()).lateEvents).toBe(1);
  });
});

describe('a second that holds more than one reading may', () => {
  const fullMs = startMs - 20 * msPerMinute;
  const crowd = Array.from({ length: 50 }, (_, ordinal) => use(fullMs + 200, { ordinal }));
  const around = [use(fullMs - msPerSecond), use(fullMs + msPerSecond), use(startMs - 16 * msPerMinute)];

  it('is tried by three polls, then left out and told, and the watch goes on', async () => {
    const { poll, wait, coverage, state } = worldOf([...log, ...crowd, ...around], { holds: 30 });
    for (const tries of [1, 2]) {
      await expect(poll()).rejects.toThrow(`This was try ${tries}`);
      expect((await coverage()).settledThroughMs).toBe(fullMs);
      await wait(pollEveryMs);
    }
    const run = await poll();
    const gap = { fromMs: fullMs, toMs: fullMs + msPerSecond, cause: 'too-much' };
    expect(run).toMatchObject({ gaps: [gap], isBehind: false, badRecords: 1 });
    expect((await coverage()).gaps).toEqual({ count: 1, totalMs: msPerSecond, newest: [gap] });
    expect((await coverage()).events).toBe(log.length + around.length);
    expect(await state.badRecords(acme)).toMatchObject([
      { where: 'pulumi:acme 2026-03-14T09:40:00Z', outcome: 'rejected' },
    ]);
    await wait(pollEveryMs);
    expect((await poll()).gaps).toEqual([]);
  });

  it('is given up together with others on the way: a flood does not hold the watch up for long', async () => {
    const flood = Array.from({ length: 40 }, (_, second) =>
      crowd.map((event, at) => ({ ...event, id: `${second}-${at}`, atMs: fullMs + second * 2 * msPerSecond })),
    ).flat();
    const { poll, wait, coverage } = worldOf([...log, ...flood], { holds: 30 });
    for (let tries = 1; tries < 3; tries += 1) {
      await expect(poll()).rejects.toThrow(SourceError);
      await wait(pollEveryMs);
    }
    expect((await poll()).gaps).toHaveLength(40);
    expect((await coverage()).gaps).toMatchObject({ count: 40, totalMs: 40 * msPerSecond });
  });

  it('does not keep a sweep from its end, and is one gap for all sweeps', async () => {
    const later = crowd.map((event) => ({ ...event, shownAtMs: startMs + 2 * msPerHour }));
    const { poll, wait, coverage } = worldOf([...log, ...later], { holds: 30 });
    await poll();
    for (const count of [1, 1]) {
      await wait(msPerDay);
      expect((await poll()).sweep).toMatchObject({ found: 0 });
      expect((await coverage()).gaps).toMatchObject({ count, newest: [{ fromMs: fullMs }] });
    }
  });

  it('is no gap where the trouble passes before the third poll', async () => {
    const world = { holds: 30 };
    const clock = fastForwardClock(startMs);
    const state = memoryState();
    const poll = (): Promise<MonitorRun> =>
      monitor({ ...partsOf(clock, [], state), source: sourceWith(clock, [...log, ...crowd], world), pollEveryMs });
    await expect(poll()).rejects.toThrow(SourceError);
    await clock.sleep(pollEveryMs);
    world.holds = 1_000;
    expect(await poll()).toMatchObject({ gaps: [], events: crowd.length });
  });
});

describe('more young events than one reading holds', () => {
  it('are looked at as far as it reaches, while what is old enough is settled', async () => {
    const fromMs = startMs - 10 * msPerMinute;
    const busy = Array.from({ length: 90 }, (_, at) => use(fromMs + at * 6 * msPerSecond, { ordinal: at }));
    const { poll, wait, coverage } = worldOf([...log, ...busy], { holds: 40 });
    const run = await poll();
    expect(run).toMatchObject({ isBehind: false, gaps: [], events: log.length });
    const { watching, settledThroughMs } = await coverage();
    expect(settledThroughMs).toBe(startMs - 15 * msPerMinute);
    expect(watching.lookedAtMs).toBe(startMs);
    expect(watching.young.throughMs).toBeLessThan(startMs);
    await wait(msPerHour);
    await poll();
    expect((await coverage()).events).toBe(log.length + busy.length);
    expect((await coverage()).watching.arrivals.atLeast.every((count) => count === 0)).toBe(true);
  });

  it('do not stop it where a single young second is too full: that one is tried when it is old enough', async () => {
    const crowd = Array.from({ length: 50 }, (_, ordinal) => use(startMs - 14 * msPerMinute, { ordinal }));
    const { poll } = worldOf([...log, ...crowd], { holds: 30 });
    expect(await poll()).toMatchObject({ isBehind: false, gaps: [], events: log.length });
  });
});
