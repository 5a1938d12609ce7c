import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { msPerHour, msPerMinute, msPerSecond } from '../../lib/core/time.ts';
import { type Fault, neverMs } from './faults.ts';
import { type Plan, planOf, planWords } from './plan.ts';
import type { Plant } from './run.ts';
import { shrink } from './shrink.ts';
import { trying } from './try-plan.ts';

/** A schedule takes about half a second, more on a busy machine. */
const timeoutMs = 240_000;

const run = promisify(execFile);
const main = fileURLToPath(new URL('./main.ts', import.meta.url));

/** The command itself, in processes of its own: inside the test runner every global name costs a detour. */
const played = async (seeds: number, from: number): Promise<string> => {
  const options = ['--disable-warning=ExperimentalWarning', main, '--seeds', `${seeds}`, '--from', `${from}`];
  const { stdout } = await run(process.execPath, options, { maxBuffer: 1024 * 1024 });
  return stdout;
};

describe('the monitor, whatever goes wrong around it', () => {
  it.each([
    { history: 'one organization over weeks', seeds: 8, from: 1 },
    { history: 'several organizations at once', seeds: 10, from: 48 },
  ])(
    'counts every event once and tells every alert: $history',
    async ({ seeds, from }) => {
      expect(await played(seeds, from)).toContain(`${seeds} schedules from seed ${from}, none failing`);
    },
    timeoutMs,
  );
});

/** A short log, watched for a while before an honest vendor, so that only the fault at hand can matter. */
const quiet = (faults: readonly Fault[], change: Partial<Plan> = {}): Plan => ({
  ...planOf(0),
  world: 1,
  window: 0,
  watchedMs: 2 * msPerHour,
  historyMs: 6 * msPerHour,
  pollEveryMs: 5 * msPerMinute,
  host: 'scheduled',
  store: 'memory',
  room: 1_000_000,
  vendor: {
    version: 'v2',
    pageSize: 100,
    bounds: 'inclusive',
    boundarySecond: 'exact',
    order: 'newest first',
    delayMs: 2_000,
  },
  faults,
  ...change,
});

const brokenBy = async (plan: Plan, plant?: Plant): Promise<readonly string[]> =>
  (await trying(plant && { plant })(plan)).broken;

describe('the simulation', () => {
  it(
    'gives the same answer for the same schedule',
    async () => {
      const faults: readonly Fault[] = [
        { number: 1, kind: 'answers', answering: 'failing', share: 0.3, fromMs: 0, toMs: msPerHour },
        { number: 2, kind: 'crash', fromMs: 30 * msPerMinute, call: 3, moment: 'after' },
      ];
      const tryPlan = trying();
      expect(await tryPlan(quiet(faults))).toEqual(await tryPlan(quiet(faults)));
    },
    timeoutMs,
  );
});

describe('the monitor, where its sweep is broken off', () => {
  /** What happened up to two days before the watch shows up to three days later. */
  const late: Fault = {
    number: 0,
    kind: 'late',
    share: 0.5,
    byMs: 20 * msPerHour,
    toMostMs: 71 * msPerHour,
    fromMs: -50 * msPerHour,
    toMs: 0,
  };
  const plan = { watchedMs: 50 * msPerHour, historyMs: 60 * msPerHour, pollEveryMs: 30 * msPerMinute };
  const hours = (from: number, to: number): Fault => ({
    number: from,
    kind: 'answers',
    answering: 'refused',
    share: 1,
    fromMs: from * msPerHour + 10 * msPerMinute,
    toMs: to * msPerHour - msPerMinute,
  });
  const dying = (hour: number, call: number): Fault => ({
    number: 1,
    kind: 'crash',
    fromMs: hour * msPerHour - msPerSecond,
    call,
    port: 'vendor',
    moment: 'after',
  });

  it.each([
    { name: 'what shows in the part it had read, before it goes on', faults: [dying(24, 80), hours(24, 46)] },
    { name: 'what shows in the part it had still to read', faults: [hours(20, 40), dying(40, 40)] },
  ])(
    'finds $name',
    async ({ faults }) => {
      expect(await brokenBy(quiet([late, ...faults], plan))).toEqual([]);
    },
    timeoutMs,
  );
});

describe('the monitor, where something cannot be seen', () => {
  it(
    'has outages among its pauses, and seconds that are too full among its gaps until they can be read',
    async () => {
      const hours = 8 * msPerHour;
      const outage: Fault = {
        number: 0,
        kind: 'answers',
        answering: 'failing',
        share: 1,
        fromMs: msPerHour,
        toMs: 3 * msPerHour,
      };
      const crowd: Fault = { number: 1, kind: 'crowd', atMs: msPerHour, seconds: 40, fromMs: 0, toMs: neverMs };
      const passing: Fault = { ...crowd, number: 2, atMs: 2 * msPerHour, toMs: 6 * msPerHour };
      expect(await brokenBy(quiet([outage, crowd, passing], { watchedMs: hours }))).toEqual([]);
    },
    timeoutMs,
  );

  it(
    'tells of a deleted token whose use shows only to a sweep',
    async () => {
      const heldBack: Fault = { number: 0, kind: 'held-back', fromMs: msPerHour, toMs: 6 * msPerHour };
      expect(await brokenBy(quiet([heldBack], { window: 4, watchedMs: 4 * msPerHour }))).toEqual([]);
    },
    timeoutMs,
  );
});

describe('the simulation, where a fault is planted in the monitor', () => {
  const twoHosts: Fault = { number: 0, kind: 'second-host', fromMs: 0, toMs: 2 * msPerHour };

  /** Commits whatever the revision. */
  const withoutFence: Plant = (ports) => ({
    ...ports,
    state: {
      ...ports.state,
      commit: async (source, commit) => {
        const { revision } = await ports.state.load(source);
        await ports.state.commit(source, { ...commit, expectedRevision: revision });
      },
    },
  });

  /** Takes an alert for told before it is. */
  const markingFirst: Plant = (ports) => ({
    ...ports,
    sendAlert: async (telling) => {
      await ports.state.markTold(ports.source.name, telling.key);
      await ports.sendAlert(telling);
    },
  });

  /** Does not know what was counted before. */
  const withoutMemory: Plant = (ports) => ({ ...ports, state: { ...ports.state, seen: async () => new Set() } });

  it(
    'finds that commits are not fenced',
    async () => {
      expect(await brokenBy(quiet([twoHosts]))).toEqual([]);
      expect(await brokenBy(quiet([twoHosts]), withoutFence)).toContainEqual(
        expect.stringMatching(/more than once|cursor/),
      );
    },
    timeoutMs,
  );

  it(
    'finds that an alert is marked before it is sent',
    async () => {
      const hours = 4 * msPerHour;
      const refusing: Fault = { number: 0, kind: 'receiver', failing: 'refuses', share: 1, fromMs: 0, toMs: hours };
      const plan = quiet([refusing], { watchedMs: hours });
      expect(await brokenBy(plan)).toEqual([]);
      expect(await brokenBy(plan, markingFirst)).toContainEqual(expect.stringContaining('never reached the receiver'));
    },
    timeoutMs,
  );

  it(
    'finds that a sweep counts again what it does not remember',
    async () => {
      expect(await brokenBy(quiet([]), withoutMemory)).toContainEqual(expect.stringContaining('more than once'));
    },
    timeoutMs,
  );

  it(
    'cuts a failing schedule down to what matters, and tells it',
    async () => {
      const noise: readonly Fault[] = [
        { number: 1, kind: 'answers', answering: 'failing', share: 0.3, fromMs: 0, toMs: msPerHour },
        { number: 2, kind: 'crash', fromMs: 30 * msPerMinute, call: 3, moment: 'after' },
      ];
      const tryPlan = trying({ plant: withoutFence });
      const isFailing = async (plan: Plan): Promise<boolean> => (await tryPlan(plan)).broken.length > 0;
      const least = await shrink(quiet([twoHosts, ...noise]), isFailing);
      expect(least.faults).toEqual([twoHosts]);
      expect(planWords(least)).toContain('0. from 00:00:00 to 02:00:00 a second process watches with the same state');
    },
    timeoutMs,
  );
});
