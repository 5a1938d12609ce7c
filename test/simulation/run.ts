import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryState } from '../../lib/adapters/state/memory.ts';
import { sqliteState } from '../../lib/adapters/state/sqlite.ts';
import type { Document, StateStore } from '../../lib/app/ports.ts';
import type { Alert } from '../../lib/core/alert.ts';
import { msPerHour, type Stretch } from '../../lib/core/time.ts';
import { faultsOf } from './faults.ts';
import { type Host, keepWatching, pollOnSchedule } from './hosts.ts';
import type { Plan } from './plan.ts';
import { type Stage, troubleOf } from './ports.ts';
import { kernelOf } from './process.ts';
import { type Ledger, newLedger, recorderOf } from './record.ts';
import { simulatedVendor } from './vendor.ts';
import { type VirtualTime, virtualTime, withVirtualTimers } from './virtual-time.ts';
import { type Visibility, visibilityOf } from './visibility.ts';
import { type World, worldSince } from './world.ts';

/**
 * Plays one schedule from its first poll to where the monitor has had time to recover, all in virtual time, and tells
 * what came of it. The same schedule gives the same run.
 */

export type Played = {
  readonly plan: Plan;
  readonly world: World;
  readonly visibility: Visibility;
  /** From the first poll to the end of faults and of the log. */
  readonly watched: Stretch;
  /** When the last poll was due. */
  readonly endMs: number;
  readonly record: Ledger;
  readonly state: FinalState;
  readonly requests: number;
  /** Stretches in which the vendor gave nobody a whole answer. */
  readonly silences: readonly Stretch[];
  readonly deaths: number;
  readonly isOverlapping: boolean;
};

export type FinalState = {
  readonly organization: Document | undefined;
  readonly principals: ReadonlyMap<string, Document>;
  readonly alerts: readonly Alert[];
  readonly untold: number;
};

/** Changes what the use cases are given: a fault planted there is one that the laws must catch. */
export type Plant = Host['plant'];

/** What a test may put in place of what the plan names. */
export type Playing = {
  readonly plant?: Plant;
  readonly storageOf?: (plan: Plan, time: VirtualTime) => Storage;
};

/** Nothing new happens any more; there are only late arrivals and a sweep to wait for. */
export const quietPollMs = 2 * msPerHour;
/** A sweep is due once a day, and may be found due a poll late. */
const recoveryMs = 29 * msPerHour;

export const windowOf = (world: World, plan: Plan): Stretch => {
  const window = world.windows[plan.window % world.windows.length];
  if (window === undefined) throw new Error(`${world.name} has no window to watch.`);
  return { fromMs: window.fromMs, toMs: window.fromMs + plan.watchedMs };
};

export const play = async (
  whole: World,
  plan: Plan,
  { plant = (ports) => ports, storageOf = storageFor }: Playing = {},
): Promise<Played> => {
  const watched = windowOf(whole, plan);
  const world = worldSince(whole, watched.fromMs - plan.historyMs);
  const { fromMs: startMs, toMs: peaceMs } = watched;
  const time = virtualTime(startMs);
  const visibility = visibilityOf(world, plan, startMs);
  const vendor = simulatedVendor({ world, visibility, plan, time, startMs, endMs: peaceMs });
  const record = newLedger();
  const recorder = recorderOf(record);
  const kernel = kernelOf({ plan, time, startMs, peaceMs, onDeath: recorder.ended });
  const { fromMs } = world;
  const trouble = troubleOf(plan, time, startMs);
  const stage: Stage = { plan, time, startMs, fromMs, kernel, record, recorder, vendor, trouble, shelves: new Map() };
  const storage = storageOf(plan, time);
  const host: Host = { stage, connect: storage.connect, plant };
  const keep = plan.host === 'watch' ? keepWatching : pollOnSchedule;
  const endMs = Math.max(peaceMs, lastShownMs(visibility, peaceMs)) + recoveryMs;

  const playing = async (): Promise<FinalState> => {
    const helpers = faultsOf(plan.faults, 'second-host').map(({ fromMs, toMs }) =>
      keepWatching(host, { fromMs: startMs + fromMs, toMs: startMs + toMs, everyMs: plan.pollEveryMs }),
    );
    // One that hangs past the end of its shift goes on beside the next.
    const first = keep(host, { fromMs: startMs, toMs: peaceMs, everyMs: plan.pollEveryMs });
    await Promise.race([first, time.sleep(peaceMs - startMs)]);
    await keep(host, { fromMs: peaceMs, toMs: endMs, everyMs: quietPollMs });
    for (const process of kernel.living()) kernel.kill(process);
    await Promise.all([first, ...helpers]);
    return finalState(storage.connect(), world.source);
  };
  try {
    const state = await withVirtualTimers(time, () => time.until(playing()));
    const ends = {
      requests: vendor.requests(),
      silences: vendor.silences(),
      deaths: kernel.deaths(),
      isOverlapping: kernel.isOverlapping(),
    };
    return { plan, world, visibility, watched, endMs, record, state, ...ends };
  } finally {
    storage.remove();
  }
};

/** Nothing that shows later than this is waited for. */
const patienceMs = 80 * msPerHour;

const lastShownMs = ({ shownAtMs }: Visibility, peaceMs: number): number =>
  shownAtMs.reduce((last, atMs) => (atMs > last && atMs <= peaceMs + patienceMs ? atMs : last), 0);

/** Where the state lies: a connection for each process, all to the same. */
export type Storage = { readonly connect: () => StateStore; readonly remove: () => void };

/** In memory where there is such a place: the disk of this machine is not what is being tried. */
const folder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

const storageFor = ({ store }: Plan): Storage => {
  if (store === 'dynamodb') throw new Error('DynamoDB is for a test to bring.');
  if (store === 'memory') {
    const state = memoryState();
    return { connect: () => state, remove: () => {} };
  }
  const path = mkdtempSync(join(folder, 'tokenwatch-simulation-'));
  return {
    connect: () => sqliteState({ file: join(path, 'state.db') }),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
};

const finalState = async (store: StateStore, source: string): Promise<FinalState> => {
  const { organization } = await store.load(source);
  const principals = new Map<string, Document>();
  for await (const [key, document] of store.everyPrincipal(source)) principals.set(key, document);
  const alerts = await store.alerts(source);
  const untold = (await store.untold(source)).length;
  await store.close();
  return { organization, principals, alerts, untold };
};
