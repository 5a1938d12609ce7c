import { parentPort, workerData } from 'node:worker_threads';
import { FuzzFailure, fuzz, law, type Target } from './fuzz.ts';
import { inputNote } from './input-note.ts';

/**
 * The thread in which targets are tried, so that whoever watches it can end an input that never ends. Each input is noted
 * in memory that both see before it is tried.
 */

export type Job = { readonly target: string; readonly seed: string; readonly runs: number; readonly forMs: number };
export type Outcome = { readonly tried: number; readonly kinds: number; readonly failure?: string };

const { module, shared } = workerData as { readonly module: string; readonly shared: SharedArrayBuffer };
const { targets } = (await import(module)) as { readonly targets: readonly Target[] };
const note = inputNote(shared);

/** What lies in buffers does not count against the heap's limit, and a bomb unpacks into one. */
const bufferBytesMax = 512 * 1024 * 1024;

const bounded = (target: Target): Target => ({
  ...target,
  async run(input) {
    const kind = await target.run(input);
    law(process.memoryUsage().external < bufferBytesMax, 'no input takes more than 512 MiB');
    return kind;
  },
});

const outcomeOf = async ({ target: name, seed, runs, forMs }: Job): Promise<Outcome> => {
  const target = targets.find((each) => each.name === name);
  if (target === undefined) return { tried: 0, kinds: 0, failure: `There is no target ${name}.` };
  const endMs = Date.now() + forMs;
  let tried = 0;
  try {
    return await fuzz(bounded(target), {
      seed,
      runs,
      isOver: () => Date.now() >= endMs,
      onInput: (input, run) => {
        tried = run + 1;
        note.write(input, run);
      },
    });
  } catch (error) {
    if (!(error instanceof FuzzFailure)) throw error;
    return { tried, kinds: 0, failure: error.message };
  }
};

parentPort?.on('message', async (job: Job) => parentPort?.postMessage(await outcomeOf(job)));
