import { createDice } from '../../lib/simulator/dice.ts';
import { type FaultOf, faultsOf, type Port } from './faults.ts';
import type { Plan } from './plan.ts';
import type { VirtualTime } from './virtual-time.ts';

/**
 * A process of the monitor, as far as the world can tell: a row of calls to its ports. It can be killed before or after
 * any of them takes effect, and any of them can take an hour. The dead get no answer: what they were doing is dropped
 * where it stands, as by a power cut.
 */

export type Process = {
  readonly number: number;
  isDead: boolean;
  readonly died: Promise<'died'>;
  /** What it has sent and not marked as told, for whoever asks why something came twice. */
  readonly unmarked: Set<string>;
  /** When it read what is untold, in the order of such things. */
  untoldAt: number;
};

export type Kernel = {
  readonly spawn: () => Process;
  readonly kill: (process: Process) => void;
  /** One call of a port: `effect` takes place unless the process dies before it. */
  readonly call: <Result>(process: Process, port: Port, effect: () => Promise<Result> | Result) => Promise<Result>;
  readonly living: () => readonly Process[];
  readonly deaths: () => number;
  /** Whether two were ever alive at once. */
  readonly isOverlapping: () => boolean;
};

export type KernelParts = {
  readonly plan: Plan;
  readonly time: VirtualTime;
  readonly startMs: number;
  /** Faults that count calls are over from then on. */
  readonly peaceMs: number;
  readonly onDeath: (process: Process) => void;
};

/** Sleeping takes as long as asked for, the secret is at hand, and the vendor has a pace of its own. */
const isSlow: Readonly<Record<Port, boolean>> = {
  clock: false,
  secret: false,
  vendor: false,
  store: true,
  archive: true,
  receiver: true,
};

/** Enough for any of two calls of two processes to come first. */
const latencyMsMax = 60;

export const kernelOf = ({ plan, time, startMs, peaceMs, onDeath }: KernelParts): Kernel => {
  const latency = createDice(`calls ${plan.seed}`);
  const crashes = faultsOf(plan.faults, 'crash').map(counting);
  const hangs = faultsOf(plan.faults, 'hang').map(counting);
  const endings = new Map<Process, (died: 'died') => void>();
  let spawned = 0;
  let deaths = 0;
  let isOverlapping = false;

  const kill = (process: Process): void => {
    if (process.isDead) return;
    process.isDead = true;
    onDeath(process);
    endings.get(process)?.('died');
    endings.delete(process);
  };

  const due = <One extends Counted>(counters: readonly Counting<One>[], port: Port): One | undefined => {
    const nowMs = time.nowMs();
    let found: One | undefined;
    for (const counter of counters) {
      if (counter.left <= 0 || nowMs < startMs + counter.fault.fromMs || nowMs >= peaceMs) continue;
      if (counter.fault.port !== undefined && counter.fault.port !== port) continue;
      counter.left -= 1;
      if (counter.left === 0) found = counter.fault;
    }
    return found;
  };

  return {
    kill,
    living: () => [...endings.keys()],
    deaths: () => deaths,
    isOverlapping: () => isOverlapping,
    spawn: () => {
      spawned += 1;
      if (endings.size > 0) isOverlapping = true;
      const { promise, resolve } = Promise.withResolvers<'died'>();
      const process = { number: spawned, isDead: false, died: promise, unmarked: new Set<string>(), untoldAt: 0 };
      endings.set(process, resolve);
      return process;
    },
    call: async (process, port, effect) => {
      if (process.isDead) return never();
      const crash = due(crashes, port);
      const hang = due(hangs, port);
      if (crash?.moment === 'before') {
        deaths += 1;
        kill(process);
        return never();
      }
      if (isSlow[port]) await time.sleep(latency.integer(1, latencyMsMax));
      if (process.isDead) return never();
      const outcome = await settled(effect);
      if (crash !== undefined) {
        deaths += 1;
        kill(process);
      }
      if (hang !== undefined) await time.sleep(hang.forMs);
      if (process.isDead) return never();
      if ('thrown' in outcome) throw outcome.thrown;
      return outcome.result;
    },
  };
};

type Counted = FaultOf<'crash'> | FaultOf<'hang'>;
type Counting<One extends Counted> = { readonly fault: One; left: number };

const counting = <One extends Counted>(fault: One): Counting<One> => ({ fault, left: fault.call });

const never = <Result>(): Promise<Result> => new Promise(() => {});

const settled = async <Result>(
  effect: () => Promise<Result> | Result,
): Promise<{ readonly result: Result } | { readonly thrown: unknown }> => {
  try {
    return { result: await effect() };
  } catch (thrown) {
    return { thrown };
  }
};
