import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { told } from './fuzz.ts';
import { inputNote, newNote } from './input-note.ts';
import type { Job, Outcome } from './worker.ts';

/**
 * Targets tried in another thread, under two laws that no target can state of itself: an input ends, and it takes bounded
 * memory. One that breaks them is named, and the thread is replaced.
 */

export type Fuzzer = {
  /** Never throws: what went wrong is in `failure`. */
  tryTarget(job: Job): Promise<Outcome>;
  close(): Promise<void>;
};

/** Of the heap; what is tried with 64 KiB of input takes a few. */
const heapMiBMax = 256;
const lookEveryMs = 50;

export const openFuzzer = ({
  module = new URL('./targets.ts', import.meta.url).href,
  stuckMs,
}: {
  /** Exports `targets`. */
  readonly module?: string;
  /** An input that takes longer is a failure, whether it would ever end or not. */
  readonly stuckMs: number;
}): Fuzzer => {
  let open: Thread | undefined;
  const close = async (): Promise<void> => {
    await open?.worker.terminate();
    open = undefined;
  };
  return {
    tryTarget: async (job) => {
      open ??= await startThread(module);
      const outcome = await outcomeOf(open, job, stuckMs);
      if (outcome.failure !== undefined) await close();
      return outcome;
    },
    close,
  };
};

type Thread = { readonly worker: Worker; readonly note: ReturnType<typeof inputNote> };

const startThread = async (module: string): Promise<Thread> => {
  const shared = newNote();
  const worker = new Worker(fileURLToPath(new URL('./worker.ts', import.meta.url)), {
    workerData: { module, shared },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxOldGenerationSizeMb: heapMiBMax },
  });
  // One that was given up may still come down, which is then no news.
  worker.on('error', () => undefined);
  return { worker, note: inputNote(shared) };
};

const outcomeOf = ({ worker, note }: Thread, job: Job, stuckMs: number): Promise<Outcome> =>
  new Promise((resolve) => {
    const { target, seed } = job;
    const before = note.writes();
    let [lastWrites, lastMs] = [before, Date.now()];
    const done = (outcome: Outcome): void => {
      clearInterval(watch);
      worker.off('message', done).off('error', onError).off('exit', onExit);
      resolve(outcome);
    };
    const failed = (happened: string, why: string): void => {
      const { run, input } = note.read();
      const tried = note.writes() - before;
      const failure =
        tried === 0 ? `${target} did not begin: ${why}` : told({ target, seed, run }, input, happened, why);
      done({ tried, kinds: 0, failure });
    };
    const watch = setInterval(() => {
      const writes = note.writes();
      // Nothing is watched before the first input: loading everything takes seconds on a busy machine.
      if (writes !== lastWrites || writes === before) [lastWrites, lastMs] = [writes, Date.now()];
      else if (Date.now() - lastMs > stuckMs) failed('hung', `One input took more than ${stuckMs} ms.`);
    }, lookEveryMs);
    const onError = (error: unknown): void => failed('brought the thread down', String(error));
    const onExit = (code: number): void => failed('ended the thread', `Exit code ${code}.`);
    worker.on('message', done).on('error', onError).on('exit', onExit);
    worker.postMessage(job);
  });
