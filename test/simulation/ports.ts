import { archiveOn, type Shelf } from '../../lib/adapters/archive/revisions.ts';
import { pulumiCloud } from '../../lib/adapters/sources/pulumi/cloud.ts';
import {
  type Archive,
  type AuditSource,
  type Clock,
  type Commit,
  type SendAlert,
  SourceError,
  StateConflict,
  StateError,
  type StateStore,
} from '../../lib/app/ports.ts';
import { toAll } from '../../lib/app/tell.ts';
import { Secret } from '../../lib/config/secret.ts';
import { msPerMinute } from '../../lib/core/time.ts';
import { createDice } from '../../lib/simulator/dice.ts';
import { crowdOf, type FaultOf, faultsOf, isWithin } from './faults.ts';
import type { Plan } from './plan.ts';
import type { Kernel, Process } from './process.ts';
import { type Ledger, type Recorder, receivers } from './record.ts';
import { type SimulatedVendor, simulatedToken } from './vendor.ts';
import { clockOf, type VirtualTime } from './virtual-time.ts';
import { networks, organizationName } from './world.ts';

/** The ports of one process: the real source and the real store, with everything between them and the process made to fail. */

export type Ports = {
  readonly source: AuditSource;
  readonly state: StateStore;
  readonly archive: Archive;
  readonly clock: Clock;
  readonly sendAlert: SendAlert;
};

export class ArchiveError extends Error {}
export class ReceiverError extends Error {}

export type Stage = {
  readonly plan: Plan;
  readonly time: VirtualTime;
  readonly startMs: number;
  /** Of the first event. */
  readonly fromMs: number;
  readonly kernel: Kernel;
  readonly record: Ledger;
  readonly recorder: Recorder;
  readonly vendor: SimulatedVendor;
  readonly trouble: Trouble;
  /** Of the archive: the keys of the lines kept for each revision, and for each piece of news by its key. */
  readonly shelves: Map<number | string, Set<string>>;
};

/** The dice of store, archive and receiver, shared by all processes: it is the same store that fails. */
export type Trouble = {
  readonly store: () => FaultOf<'store'> | undefined;
  readonly archive: () => FaultOf<'archive'> | undefined;
  readonly receiver: () => FaultOf<'receiver'> | undefined;
};

type Sharing = FaultOf<'store'> | FaultOf<'archive'> | FaultOf<'receiver'>;

export const troubleOf = (plan: Plan, time: VirtualTime, startMs: number): Trouble => {
  const now = <One extends Sharing>(faults: readonly One[]) => {
    const withDice = faults.map((fault) => ({ fault, dice: createDice(`${fault.kind} ${plan.seed} ${fault.number}`) }));
    return (): One | undefined =>
      withDice.find(({ fault, dice }) => isWithin(fault, time.nowMs() - startMs) && dice.chance(fault.share))?.fault;
  };
  return {
    store: now(faultsOf(plan.faults, 'store')),
    archive: now(faultsOf(plan.faults, 'archive')),
    receiver: now(faultsOf(plan.faults, 'receiver')),
  };
};

export const portsOf = (stage: Stage, process: Process, store: StateStore): Ports => {
  const { plan, time, startMs, kernel, vendor, recorder } = stage;
  const skews = faultsOf(plan.faults, 'skew');
  const aheadMs = (): number =>
    skews.filter((skew) => isWithin(skew, time.nowMs() - startMs)).reduce((sum, skew) => sum + skew.aheadMs, 0);
  const machine = clockOf(time, aheadMs);
  const clock: Clock = {
    nowMs: machine.nowMs,
    sleep: (ms, signal) => kernel.call(process, 'clock', () => machine.sleep(ms, signal)),
  };
  return {
    clock,
    source: crowded(
      pulumiCloud({
        organization: organizationName,
        readToken: () => kernel.call(process, 'secret', () => new Secret(simulatedToken)),
        baseUrl: 'https://api.example.com',
        clock,
        fetch: (input, init) => kernel.call(process, 'vendor', () => vendor.fetch(input, init)),
      }),
      stage,
      process,
    ),
    state: callable(failing(recorder.store(store, process), stage), kernel, process),
    archive: archiveFor(stage, process),
    // A process of its own for each poll has one receiver, as in the cloud; one that waits may have several.
    sendAlert: toAll(
      (plan.host === 'watch' ? receivers : receivers.slice(0, 1)).map((receiver) => ({
        sendAlert: sendTo(receiver, stage, process),
      })),
    ).sendAlert,
  };
};

/** As if some seconds held more than one reading may: to put so many events there would try nothing more. */
const crowded = (inner: AuditSource, { plan, time, startMs, kernel }: Stage, process: Process): AuditSource => {
  const crowds = faultsOf(plan.faults, 'crowd').map((fault) => ({ fault, ...crowdOf(fault, startMs) }));
  if (crowds.length === 0) return inner;
  return {
    ...inner,
    read: async (stretch, signal) => {
      const isFull = crowds.some(
        ({ fault, fromMs, toMs }) =>
          isWithin(fault, time.nowMs() - startMs) && stretch.fromMs < toMs && stretch.toMs > fromMs,
      );
      if (!isFull) return inner.read(stretch, signal);
      return kernel.call(process, 'vendor', () => {
        throw new SourceError('too-much', 'The stretch holds more than one reading may: ask for a shorter one.');
      });
    },
  };
};

const sendTo =
  (receiver: string, { time, kernel, recorder, trouble }: Stage, process: Process): SendAlert =>
  (telling) =>
    kernel.call(process, 'receiver', async () => {
      const fault = trouble.receiver();
      if (fault?.failing === 'refuses') throw new ReceiverError('The receiver does not answer.');
      recorder.deliver(process, receiver, telling);
      if (fault === undefined) return;
      recorder.excuse(receiver, telling.key);
      if (fault.failing === 'hangs') await time.sleep(2 * msPerMinute);
      throw new ReceiverError('The receiver took it and did not say so.');
    });

/** The real archive over shelves that outlive the process; each touch of a shelf is a call, and may be its last. */
const archiveFor = ({ kernel, recorder, trouble, shelves }: Stage, process: Process): Archive => {
  const touch = <Result>(effect: () => Result): Promise<Result> =>
    kernel.call(process, 'archive', () => {
      const fault = trouble.archive();
      if (fault?.failing === 'refuses') throw new ArchiveError('The archive does not answer.');
      const result = effect();
      if (fault?.failing === 'after-keeping') throw new ArchiveError('The archive took it and did not say so.');
      return result;
    });
  const shelf = (name: number | string): Shelf => ({
    make: () =>
      touch(() => {
        const isNew = !shelves.has(name);
        if (isNew) shelves.set(name, new Set());
        return isNew;
      }),
    keys: () => touch(() => new Set(shelves.get(name))),
    add: (lines) =>
      touch(() => {
        for (const { key } of lines) shelves.get(name)?.add(key);
        if (typeof name === 'number') recorder.shelve(name, lines);
      }),
  });
  const archive = archiveOn(
    {
      ofRevision: (_, revision) => shelf(revision),
      ofNews: (_, key) => shelf(key),
      newest: (_, count) =>
        touch(() =>
          [...shelves.keys()]
            .filter((name) => typeof name === 'number')
            .sort((a, b) => b - a)
            .slice(0, count)
            .map(shelf),
        ),
    },
    { networks, alertJson: () => '{}', terminalSafe: (json) => json },
  );
  return {
    keep: (kept) => {
      recorder.announce(process, kept.events);
      return archive.keep(kept);
    },
  };
};

/** Throttled before anything was done, lost the race against nobody, or done and the answer lost. */
const failing = (inner: StateStore, { plan, trouble, recorder }: Stage): StateStore => {
  const throttled = (): StateError => new StateError('The store is throttled.');
  const read = <Result>(effect: () => Promise<Result>): Promise<Result> =>
    trouble.store()?.failing === 'throttled' ? Promise.reject(throttled()) : effect();
  const write = async (effect: () => Promise<void>, source: string): Promise<void> => {
    const fault = trouble.store();
    if (fault?.failing === 'throttled') throw throttled();
    if (fault?.failing === 'conflict') throw new StateConflict(source);
    await effect();
    if (fault?.failing === 'after-commit') throw new StateError('The store did not answer in time.');
  };
  return {
    ...inner,
    fits: (commit) => inner.fits(commit) && sizeOf(commit) <= plan.room,
    load: (source) => read(() => inner.load(source)),
    principals: (source, keys) => read(() => inner.principals(source, keys)),
    seen: (source, events) => read(() => inner.seen(source, events)),
    untold: (source) => read(() => inner.untold(source)),
    alerts: (source, since) => read(() => inner.alerts(source, since)),
    commit: (source, commit) => write(() => inner.commit(source, commit), source),
    markTold: async (source, key) => {
      try {
        await write(() => inner.markTold(source, key), source);
      } catch (error) {
        for (const receiver of receivers) recorder.excuse(receiver, key);
        throw error;
      }
    },
  };
};

/** Items of a transaction, roughly as a database of items counts them. */
const sizeOf = ({ principals, seen = [], alerts = [], tellings = [], badRecords = [] }: Commit): number =>
  3 + (principals?.size ?? 0) + seen.length / 50 + alerts.length + tellings.length + badRecords.length;

/** Every call may be the process's last. */
const callable = (inner: StateStore, kernel: Kernel, process: Process): StateStore => {
  const call = <Result>(effect: () => Promise<Result>): Promise<Result> => kernel.call(process, 'store', effect);
  return {
    ...inner,
    load: (source) => call(() => inner.load(source)),
    principals: (source, keys) => call(() => inner.principals(source, keys)),
    everyPrincipal: async function* (source) {
      await call(async () => undefined);
      yield* inner.everyPrincipal(source);
    },
    sources: () => call(() => inner.sources()),
    seen: (source, events) => call(() => inner.seen(source, events)),
    commit: (source, commit) => call(() => inner.commit(source, commit)),
    untold: (source) => call(() => inner.untold(source)),
    markTold: (source, key) => call(() => inner.markTold(source, key)),
    alerts: (source, since) => call(() => inner.alerts(source, since)),
    badRecords: (source) => call(() => inner.badRecords(source)),
  };
};
