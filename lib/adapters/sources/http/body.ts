import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { fieldsOf } from '../fields.ts';

/**
 * The body of an answer, of bounded size. Pulumi compresses some answers without saying so (its export endpoints, by
 * their own description), so compression is recognized by the first bytes and not by the header.
 */

export type Body = { readonly text: string; readonly isWhole: boolean };

/** Reads up to `bytesMax` bytes and lets the rest go. Throws when the connection breaks or the compressed text does. */
export const readBody = async (response: Response, bytesMax: number): Promise<Body> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    const room = bytesMax - size;
    chunks.push(chunk.subarray(0, room));
    size += Math.min(chunk.byteLength, room);
    if (chunk.byteLength > room) return { text: decoded(Buffer.concat(chunks, size)), isWhole: false };
  }
  const bytes = Buffer.concat(chunks, size);
  return isGzip(bytes) ? unpacked(bytes, bytesMax) : { text: decoded(bytes), isWhole: true };
};

const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

const unpacked = async (bytes: Buffer, bytesMax: number): Promise<Body> => {
  try {
    return { text: decoded(await unpack(bytes, { maxOutputLength: bytesMax })), isWhole: true };
  } catch (cause) {
    if (fieldsOf(cause).code === 'ERR_BUFFER_TOO_LARGE') return { text: '', isWhole: false };
    throw cause;
  }
};

const unpack = promisify(gunzip);
const decoded = (bytes: Buffer): string => new TextDecoder().decode(bytes);
