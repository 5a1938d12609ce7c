/** Reads a log stretch by stretch, each as long as one reading may hold. */
import { msPerDay, msPerSecond, type Stretch } from '../core/time.ts';
import { type Reading, SourceError } from './ports.ts';
import { isStopped, type Run } from './settle.ts';

/** A day's slice of a backfill is a few requests. */
export const stretchMaxMs = msPerDay;
const stretchMinMs = msPerSecond;

export type Read = { readonly reading: Reading; readonly stretch: Stretch };
export type Reader = {
  /** `stretchOf` gives the stretch of a length. `too-full`: not even its first second fits. */
  read(stretchOf: (lengthMs: number) => Stretch): Promise<Read | 'stopped' | 'too-full'>;
};

/**
 * Reads as long a stretch as one reading may hold: half the length after one that held too much, twice the length after
 * one that did not.
 */
export const readerOf = (run: Run, firstMs: number): Reader => {
  const { parts } = run;
  const { tooLongMs = Number.POSITIVE_INFINITY } = run.coverage.watching;
  let nextMs = Math.max(stretchMinMs, Math.min(firstMs, stretchMaxMs, halved(tooLongMs)));
  return {
    async read(stretchOf) {
      while (!isStopped(parts)) {
        const lengthMs = nextMs;
        const stretch = stretchOf(lengthMs);
        try {
          const reading = await parts.source.read(stretch, parts.signal);
          run.requests += reading.requests;
          run.unreadMs = undefined;
          nextMs = Math.min(stretchMaxMs, lengthMs * 2);
          return { reading, stretch };
        } catch (error) {
          run.unreadMs = stretch.toMs - stretch.fromMs;
          if (!(error instanceof SourceError && error.failure === 'too-much')) throw error;
          if (stretch.toMs - stretch.fromMs <= stretchMinMs) return 'too-full';
          nextMs = halved(Math.min(lengthMs, stretch.toMs - stretch.fromMs));
        }
      }
      return 'stopped';
    },
  };
};

const halved = (lengthMs: number): number =>
  Math.max(stretchMinMs, Math.floor(lengthMs / 2 / msPerSecond) * msPerSecond);
