import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { FileError } from './file-error.ts';
import { type LogFile, reasonOf, standardInput } from './list-files.ts';
import { headBytesMax, isGzip, withoutMark } from './recognize.ts';

/** The bytes of a file, unpacked, from its beginning. */
export type OpenFile = {
  /** The first bytes, to tell what the file is. Part of `chunks` too. */
  readonly head: Buffer;
  readonly chunks: AsyncIterable<Buffer>;
  /** Lets go of the file, read to its end or not. */
  close(): void;
};

/** The compressed data stops or turns wrong; what came before it is good. */
export class DamagedArchive extends Error {
  constructor(cause: unknown) {
    super('the compressed data ends early or is damaged from here on', { cause });
    this.name = 'DamagedArchive';
  }
}

const chunkBytes = 256 * 1024;

export const openFile = async (
  file: LogFile,
  options: { readonly stdin: Readable; readonly onBytes: (count: number) => void },
): Promise<OpenFile> => {
  const stream =
    file.name === standardInput ? options.stdin : createReadStream(file.name, { highWaterMark: chunkBytes });
  const close = (): void => {
    stream.destroy();
  };
  try {
    const raw = await peeked(file.name, counted(file, stream, options.onBytes));
    const plain = isGzip(raw.head) ? await peeked(file.name, unpacked(raw.chunks)) : raw;
    const head = withoutMark(plain.head);
    return { head, chunks: without(plain.chunks, plain.head.length - head.length), close };
  } catch (error) {
    close();
    throw error;
  }
};

const counted = async function* (
  file: LogFile,
  stream: Readable,
  onBytes: (count: number) => void,
): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      onBytes(bytes.length);
      yield bytes;
    }
  } catch (cause) {
    throw new FileError(`${file.name} cannot be read: ${reasonOf(cause)}.`, { cause });
  }
};

/** Streamed, so that a small archive that unpacks to much costs time and no memory. */
const unpacked = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: chunkBytes });
  // Errors of either side come out of the loop below.
  pipeline(Readable.from(chunks), gunzip, () => {});
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (cause) {
    if (cause instanceof FileError) throw cause;
    throw new DamagedArchive(cause);
  }
};

/** Reads as much as is needed to recognize the file, and hands it out again. */
const peeked = async (name: string, chunks: AsyncGenerator<Buffer>): Promise<Omit<OpenFile, 'close'>> => {
  const first: Buffer[] = [];
  let length = 0;
  let failure: unknown;
  while (length < headBytesMax) {
    const next = await chunks.next().catch((cause) => {
      failure = cause;
      return { done: true, value: undefined } as const;
    });
    if (next.done === true) break;
    first.push(next.value);
    length += next.value.length;
  }
  // What was unpacked before the damage is still read; a file that cannot be read at all fails here.
  if (failure instanceof DamagedArchive && length === 0) {
    throw new FileError(`${name} is damaged: it begins as gzip and cannot be unpacked. Fetch it again.`, {
      cause: failure,
    });
  }
  if (failure !== undefined && !(failure instanceof DamagedArchive)) throw failure;
  const again = async function* (): AsyncGenerator<Buffer> {
    yield* first;
    if (failure !== undefined) throw failure;
    yield* chunks;
  };
  return { head: Buffer.concat(first).subarray(0, headBytesMax), chunks: again() };
};

const without = async function* (chunks: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of chunks) {
    const skipped = Math.min(left, chunk.length);
    left -= skipped;
    if (chunk.length > skipped) yield chunk.subarray(skipped);
  }
};
