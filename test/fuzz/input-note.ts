import type { Bytes } from './mutate.ts';

/** The input at hand, in memory that two threads see: what one is stuck on, the other can read. */

/** Beyond what mutations make (64 KiB) and seeds are. */
const bytesMax = 128 * 1024;
const headerBytes = 3 * Int32Array.BYTES_PER_ELEMENT;

export const newNote = (): SharedArrayBuffer => new SharedArrayBuffer(headerBytes + bytesMax);

export const inputNote = (shared: SharedArrayBuffer) => {
  const [writes, run, length] = [0, 1, 2] as const;
  const header = new Int32Array(shared, 0, 3);
  const bytes = new Uint8Array(shared, headerBytes);
  return {
    write: (input: Bytes, at: number): void => {
      bytes.set(input.subarray(0, bytesMax));
      Atomics.store(header, run, at);
      Atomics.store(header, length, Math.min(input.length, bytesMax));
      Atomics.add(header, writes, 1);
    },
    /** Changes with every input. */
    writes: (): number => Atomics.load(header, writes),
    read: (): { readonly run: number; readonly input: Bytes } => ({
      run: Atomics.load(header, run),
      input: Buffer.from(bytes.slice(0, Atomics.load(header, length))),
    }),
  };
};
