import { msPerDay, msPerHour, msPerMinute } from '../../lib/core/time.ts';
import { createDice } from '../../lib/simulator/dice.ts';
import { aimedAt, aroundSweep, faultsFrom } from './draw-faults.ts';
import { type Fault, lasting, wordsOf } from './faults.ts';
import { worlds } from './world.ts';

/**
 * A schedule: what is watched, by whom, and what goes wrong when. Drawn from a seed; plain data, so that it can be cut
 * down to what matters once it fails.
 */

export type Plan = {
  readonly seed: number;
  readonly world: number;
  /** Which of the world's windows is watched. */
  readonly window: number;
  /** How much of the window is watched while faults may happen. */
  readonly watchedMs: number;
  /** How far back the log reaches at the first poll. */
  readonly historyMs: number;
  readonly pollEveryMs: number;
  /** `watch`: one process that waits between polls. `scheduled`: a process for each poll, whether the last has ended or not. */
  readonly host: 'watch' | 'scheduled';
  /** In DynamoDB where a test brings one. */
  readonly store: 'memory' | 'sqlite' | 'dynamodb';
  /** Items that fit one commit. */
  readonly room: number;
  readonly vendor: Vendor;
  readonly faults: readonly Fault[];
};

/** The liberties that the vendor's documentation leaves it; none of them is a fault. */
export type Vendor = {
  readonly version: 'v1' | 'v2';
  /** Raised to where a page can hold any second of the world whole. */
  readonly pageSize: number;
  readonly bounds: 'half-open' | 'inclusive' | 'exclusive';
  readonly boundarySecond: 'exact' | 'repeated' | 'skipped';
  readonly order: 'newest first' | 'mixed within a page';
  /** How soon an event shows when nothing is wrong. */
  readonly delayMs: number;
};

/** Neighbouring seeds share a history, so that each is made once. */
const seedsPerWorld = 48;

/** Further than any history here. */
const historyMsMax = 60 * msPerDay;
/** More than any commit here holds. */
const roomMax = 1_000_000;

export const planOf = (seed: number): Plan => {
  const dice = createDice(`plan ${seed}`);
  const shortMs = dice.pick([4, 6, 8, 10, 14]) * msPerHour;
  const isPlain = dice.chance(0.04);
  const shape = dice.fork('shape');
  const aim = dice.fork('aim');
  const isLong = aim.chance(0.12);
  const watchedMs = isLong ? aim.pick([30, 40, 50]) * msPerHour : shortMs;
  return {
    seed,
    world: Math.floor(seed / seedsPerWorld) % worlds,
    window: dice.integer(0, 99),
    watchedMs,
    historyMs: historyMsMax,
    pollEveryMs: isLong
      ? aim.pick([10, 30, 30]) * msPerMinute
      : dice.pickWeighted([
          [5 * msPerMinute, 6],
          [10 * msPerMinute, 3],
          [30 * msPerMinute, 1],
        ]),
    host: shape.chance(0.5) ? 'watch' : 'scheduled',
    store: shape.chance(0.12) ? 'sqlite' : 'memory',
    room: shape.pickWeighted([
      [roomMax, 6],
      [100, 3],
      [16, 1],
    ]),
    vendor: {
      version: shape.chance(0.9) ? 'v2' : 'v1',
      pageSize: shape.pickWeighted([
        [20, 1],
        [60, 2],
        [100, 4],
        [1_000, 4],
      ]),
      bounds: shape.pick(['half-open', 'inclusive', 'exclusive']),
      boundarySecond: shape.pick(['exact', 'repeated', 'skipped']),
      order: shape.chance(0.85) ? 'newest first' : 'mixed within a page',
      delayMs: shape.pick([0, 2_000, 30_000, 4 * msPerMinute]),
    },
    faults: isPlain
      ? []
      : [
          ...faultsFrom(dice.fork('faults'), watchedMs),
          ...(isLong ? aroundSweep(aim.fork('sweep'), watchedMs) : aimedAt(aim.fork('misuse'), watchedMs)),
        ],
  };
};

/** The same schedule, each time without one of its peculiarities. */
export const plainest = (plan: Plan): readonly Plan[] => {
  const { vendor } = plan;
  const plain: readonly Partial<Vendor>[] = [
    { version: 'v2' },
    { pageSize: 1_000 },
    { bounds: 'half-open' },
    { boundarySecond: 'exact' },
    { order: 'newest first' },
    { delayMs: 0 },
  ];
  const candidates: readonly Plan[] = [
    { ...plan, host: 'scheduled' },
    { ...plan, store: 'memory' },
    { ...plan, room: roomMax },
    ...plain.map((part) => ({ ...plan, vendor: { ...vendor, ...part } })),
  ];
  return candidates.filter((candidate) => JSON.stringify(candidate) !== JSON.stringify(plan));
};

/** The schedule in words. */
export const planWords = (plan: Plan): readonly string[] => {
  const { vendor, faults } = plan;
  return [
    `History ${plan.world}${plan.historyMs < historyMsMax ? `, its last ${lasting(plan.historyMs)}` : ''}, window ${plan.window}, watched for ${lasting(plan.watchedMs)} and then left in peace.`,
    `Polled every ${lasting(plan.pollEveryMs)} by ${plan.host === 'watch' ? 'one process that waits' : 'a process of its own each time'}, state in ${plan.store}${plan.room < roomMax ? `, ${plan.room} items a commit` : ''}.`,
    `The vendor (${vendor.version}) shows ${vendor.pageSize} events a page, ${vendor.order}, bounds ${vendor.bounds}, the second of a cut ${vendor.boundarySecond}, each event after ${lasting(vendor.delayMs)}.`,
    ...(faults.length === 0 ? ['Nothing goes wrong.'] : faults.map((fault) => `${fault.number}. ${wordsOf(fault)}`)),
  ];
};
