import type { Clock } from '../app/ports.ts';

/** Time as this machine has it. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal?.addEventListener('abort', end, { once: true });
    }),
};

/**
 * Time in fast-forward: it passes only by sleeping, and sleeping takes none. For the demo and for stories, which so
 * give the same answer on any machine. Each sleep lets pending signals and sockets have their turn.
 */
export const fastForwardClock = (startMs: number): Clock => {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    sleep: async (ms, signal) => {
      if (signal?.aborted) return;
      nowMs += Math.max(0, ms);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
};
