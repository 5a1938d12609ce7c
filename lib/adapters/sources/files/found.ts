import { isUtf8 } from 'node:buffer';
import { badRecordCharsMax } from '../../../app/ports.ts';

/** What a splitter finds in a file: a record with the line where it begins, or a stretch that holds none, and why. */
export type Found =
  | {
      readonly line: number;
      readonly value: unknown;
      /** The record as it was; undefined where it stood in one line with others. */
      readonly text: string | undefined;
      readonly reason?: undefined;
    }
  | { readonly line: number; readonly reason: string; readonly text: string };

/** Cuts a stream of bytes into records, holding no more than the one at hand. */
export type Splitter = {
  push(chunk: Buffer): readonly Found[];
  end(): readonly Found[];
};

/** A hundred times what a vendor writes; a record beyond it is not held in memory. */
export const recordBytesMax = 1024 * 1024;
export const tooLong = 'longer than 1 MiB: expected one audit event';
export const notUtf8 = 'not UTF-8: save the log as UTF-8';

/** The first part of a stretch of bytes, for a person to recognize it. */
export const excerptOf = (bytes: Buffer, from: number, to: number): string =>
  bytes.toString('utf8', from, Math.min(to, from + badRecordCharsMax)).slice(0, badRecordCharsMax);

/** Whether decoding lost something. Looks at the bytes only where the text holds the character that marks a loss. */
export const isDamagedText = (text: string, bytes: Buffer, from: number, to: number): boolean =>
  text.includes('\ufffd') && !isUtf8(bytes.subarray(from, to));
