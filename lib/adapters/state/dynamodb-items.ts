import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type Document, StateError } from '../../app/ports.ts';
import { digestOf, storableText, textOf } from './records.ts';

/**
 * What the items of the table look like. Everything of one source has one partition key, and sort keys that say what it
 * is; one more partition lists the sources:
 *
 *     source|pulumi:acme   head                          revision, cursor, how far seen ids are forgotten
 *                          organization|000, |001 …      one document, in as many parts as it needs
 *                          instructions|000 …, survey|000 …
 *                          principal|<key>
 *                          seen|2026-03-14T02|<revision>|000   digests of the ids of that hour, one after the other
 *                          alert|<opened at>|<id>        and  opened|<id>, which says where it is
 *                          outbox|<key>                  until it is told;  told|<key> stays, so that it is told once
 *                          bad|000 … |999                a ring;  bad-ring says what is where
 *     sources              source|<name>
 */

export type Item = Readonly<Record<string, AttributeValue>>;

export const sourcesPartition = 'sources';
export const sourcePrefix = 'source|';
export const partitionOf = (source: string): string => `source|${keyText(source)}`;

/** Sort keys end at 1,024 bytes, partition keys at 2,048 (AWS limits); the longest prefix of ours takes some 40. */
const keyBytesMax = 900;

/**
 * The text as part of a key. A longer one is cut and ends in a digest, by which it stays one of a kind; it is then longer
 * than any that was not cut, so the two are never taken for one another.
 */
export const keyText = (text: string): string => {
  const kept = storableText(text);
  const bytes = Buffer.from(kept);
  return bytes.length <= keyBytesMax
    ? kept
    : `${bytes.subarray(0, keyBytesMax).toString()}~${digestOf(text).toString('hex')}`;
};

/** The attribute that brings back a text that was cut for its key. */
export const nameIfCut = (text: string): Item =>
  keyText(text) === storableText(text) ? {} : { name: { S: storableText(text) } };

export const nameOf = (item: Item, prefix: string): string =>
  textOf(item.name?.S ?? requiredText(item, 'sk').slice(prefix.length));

/** Below this, what compression saves is not worth making the table unreadable in the console. */
const plainBytesMax = 256;

/** Half to two thirds of a baseline go, at 0.2 ms; higher qualities gain a few bytes for ten times the time. */
const quality = 5;

/** Attributes of a document. Bytes and not characters decide what fits, hence they are what is handed on. */
export const bodyOf = ({ version, body }: Document): Item => {
  const text = storableText(body);
  return { version: { N: `${version}` }, ...packed(text) };
};

const packed = (text: string): Item => {
  const bytes = Buffer.from(text);
  return bytes.length <= plainBytesMax ? { text: { S: text } } : { packed: { B: compressed(bytes) } };
};

export const compressed = (bytes: Buffer): Buffer =>
  brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });

export const documentIn = (item: Item): Document => ({
  version: requiredNumber(item, 'version'),
  body: item.text?.S === undefined ? decompressed(item.packed?.B) : textOf(item.text.S),
});

/** A transaction holds 4 MB, of texts that shrink to a third; what unpacks into far more is none that we wrote. */
const unpackedBytesMax = 64 * 1024 * 1024;

export const decompressed = (bytes: Uint8Array | undefined): string => {
  try {
    const unpacked = brotliDecompressSync(bytes ?? Buffer.alloc(0), { maxOutputLength: unpackedBytesMax });
    return textOf(unpacked.toString());
  } catch (cause) {
    throw damaged(cause);
  }
};

export const requiredNumber = (item: Item, name: string): number => {
  const value = Number(item[name]?.N);
  if (!Number.isFinite(value)) throw damaged();
  return value;
};

export const requiredText = (item: Item, name: string): string => {
  const value = item[name]?.S;
  if (value === undefined) throw damaged();
  return value;
};

export const damaged = (cause?: unknown): StateError =>
  new StateError(
    'The state table holds an item that tokenwatch did not write so. Restore the table to a point in time before it was ' +
      'changed, or let the monitor use an empty one: the baselines are then learned anew from the log.',
    { cause },
  );

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
export const bytesOf = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + name.length + valueBytes(value), 0);

/** Of the kinds used here; a number takes at most 21 bytes. */
const valueBytes = ({ S, B }: AttributeValue): number => {
  if (S !== undefined) return Buffer.byteLength(S);
  return B === undefined ? 21 : B.length;
};

/** An hour as part of a key: in order as text, and readable. Throws a `RangeError` for what no date can be. */
export const hourText = (atMs: number): string => new Date(atMs).toISOString().slice(0, 13);
export const hourOf = (text: string): number => Date.parse(`${text.slice(0, 13)}:00Z`);
