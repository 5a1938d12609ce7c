import { pollOnce } from '../../lib/app/poll.ts';
import { SourceError, StateConflict, StateError, type StateStore } from '../../lib/app/ports.ts';
import { watch } from '../../lib/app/watch.ts';
import { msPerDay, msPerMinute } from '../../lib/core/time.ts';
import { ArchiveError, type Ports, portsOf, ReceiverError, type Stage } from './ports.ts';
import { alertBudgetPerWeek, networks } from './world.ts';

/**
 * Who runs the monitor. `keepWatching`: one process that waits between polls, started again a minute after it ended, as a
 * service manager does. `pollOnSchedule`: a process for each poll, whether the one before has ended or not, as a cloud
 * scheduler does.
 */

export type Host = {
  readonly stage: Stage;
  /** A connection to the one store; closed when the process is over. */
  readonly connect: () => StateStore;
  /** So that a test can plant a fault in what the use cases are given. */
  readonly plant: (ports: Ports) => Ports;
};

export type Shift = { readonly fromMs: number; readonly toMs: number; readonly everyMs: number };

/** The first run reads everything there is, and the two empty days before it. */
const settingsOf = ({ startMs, fromMs }: Stage) => ({
  networks,
  alertBudgetPerWeek,
  backfillMs: startMs - fromMs + 2 * msPerDay,
});

const restartMs = msPerMinute;

export const keepWatching = async (host: Host, { fromMs, toMs, everyMs }: Shift): Promise<void> => {
  const { time } = host.stage;
  if (fromMs > time.nowMs()) await time.sleep(fromMs - time.nowMs());
  while (time.nowMs() < toMs) {
    const ended = await withProcess(host, async ({ source, ...ports }) => {
      await watch({
        ...settingsOf(host.stage),
        ...ports,
        sources: [source],
        pollEveryMs: everyMs,
        endAtMs: toMs - 1,
        notify: () => {},
      });
    });
    if (ended === 'well') return;
    await time.sleep(restartMs);
  }
};

export const pollOnSchedule = async (host: Host, { fromMs, toMs, everyMs }: Shift): Promise<void> => {
  const { time } = host.stage;
  const runs: Promise<unknown>[] = [];
  for (let atMs = fromMs; atMs < toMs; atMs += everyMs) {
    if (atMs > time.nowMs()) await time.sleep(atMs - time.nowMs());
    runs.push(withProcess(host, (ports) => polled(host, ports, everyMs)));
  }
  await Promise.all(runs);
};

/** A run begins nothing more a little before the next one is due, and is broken off shortly before. */
const polled = async ({ stage }: Host, ports: Ports, everyMs: number): Promise<void> => {
  const { time } = stage;
  const ending = new AbortController();
  const free = time.at(time.nowMs() + 0.95 * everyMs, () => ending.abort());
  const deadline = { stopAtMs: ports.clock.nowMs() + 0.8 * everyMs, signal: ending.signal };
  try {
    await pollOnce({ ...settingsOf(stage), ...ports, pollEveryMs: everyMs, writeMeasures: () => {} }, deadline);
  } finally {
    free();
  }
};

const withProcess = async (
  { stage, connect, plant }: Host,
  work: (ports: Ports) => Promise<void>,
): Promise<'well' | 'badly'> => {
  const { kernel, record } = stage;
  const process = kernel.spawn();
  const store = connect();
  try {
    const ended = await Promise.race([work(plant(portsOf(stage, process, store))), process.died]);
    return ended === 'died' ? 'badly' : 'well';
  } catch (error) {
    if (!isExpected(error)) record.broken.push(`a process ended by a fault of its own: ${wordsOf(error)}`);
    return 'badly';
  } finally {
    kernel.kill(process);
    await store.close();
  }
};

/** What a process may end by: the world's failures. Any other is a fault of ours. */
const isExpected = (error: unknown): boolean =>
  error instanceof AggregateError
    ? error.errors.every(isExpected)
    : failures.some((kind) => error instanceof kind || (error instanceof Error && error.cause instanceof kind));

const failures = [SourceError, StateConflict, StateError, ArchiveError, ReceiverError];

const wordsOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
