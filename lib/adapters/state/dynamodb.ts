/**
 * State in one DynamoDB table, with keys `pk` and `sk` and, if wanted, TTL on `expiresAt`. One commit is one transaction,
 * fenced by a condition on the revision that the head item holds. Every read is strongly consistent, and what a commit
 * has to read first is guarded by the same condition.
 *
 * What it costs decides its shape, as a poll comes every five minutes for ever: small items, compressed, of which a
 * commit touches only those it changes (dynamodb-items.ts shows them all).
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Document, StateConflict, StateError, type StateStore } from '../../app/ports.ts';
import { msPerHour } from '../../core/time.ts';
import { callsTo } from './dynamodb-calls.ts';
import {
  actionsMax,
  alertPrefix,
  alertsFromKey,
  type Before,
  badPrefix,
  badRingKey,
  digestBytes,
  fitsOneTransaction,
  headKey,
  nothingBefore,
  openedKey,
  outboxKey,
  outboxPrefix,
  partKey,
  principalPrefix,
  seenPrefix,
  toldKey,
  writesOf,
} from './dynamodb-commit.ts';
import {
  damaged,
  decompressed,
  documentIn,
  hourOf,
  hourText,
  type Item,
  keyText,
  nameOf,
  partitionOf,
  requiredNumber,
  requiredText,
  sourcePrefix,
  sourcesPartition,
} from './dynamodb-items.ts';
import {
  alertShape,
  badRecordShape,
  type CommitRecords,
  digestOf,
  recordsOf,
  tellingShape,
  textOf,
} from './records.ts';

export const dynamodbState = ({
  table,
  client,
  nowMs = Date.now,
}: {
  readonly table: string;
  readonly client?: DynamoDBClient;
  /** For what expires; nothing else in here knows the time. */
  readonly nowMs?: () => number;
}): StateStore => {
  const dynamodb = client ?? newClient();
  const calls = callsTo(dynamodb, table);

  const documentOf = async (pk: string, head: Item, name: string): Promise<Document | 'changed' | undefined> => {
    if (head[`${name}Parts`] === undefined) return undefined;
    const keys = Array.from({ length: requiredNumber(head, `${name}Parts`) }, (_, place) => partKey(name, place));
    const items = await calls.getAll(pk, keys);
    const revision = requiredNumber(head, `${name}Revision`);
    const bySk = new Map(items.map((item) => [requiredText(item, 'sk'), item]));
    const parts = keys.map((key) => bySk.get(key));
    if (parts.some((part) => part !== undefined && requiredNumber(part, 'revision') !== revision)) return 'changed';
    return documentOfParts(parts.map((part) => part?.part?.B));
  };

  const before = async (pk: string, records: CommitRecords): Promise<Before> => {
    const ids = records.alerts.map(({ id }) => id);
    const keys = records.tellings.map(({ key }) => key);
    const wanted = [
      ...ids.map(openedKey),
      ...keys.map(toldKey),
      ...(records.badRecords.length > 0 ? [badRingKey] : []),
    ];
    if (wanted.length === 0) return nothingBefore;
    const found = new Map((await calls.getAll(pk, wanted)).map((item) => [requiredText(item, 'sk'), item]));
    const ring = found.get(badRingKey);
    return {
      alertKeys: new Map(
        ids.flatMap((id) => {
          const item = found.get(openedKey(id));
          return item === undefined ? [] : [[id, requiredText(item, 'at')]];
        }),
      ),
      toldKeys: new Set(keys.filter((key) => found.has(toldKey(key)))),
      badRing:
        ring === undefined
          ? nothingBefore.badRing
          : { count: requiredNumber(ring, 'count'), digests: Buffer.from(ring.digests?.B ?? []) },
    };
  };

  const startingWith = (pk: string, prefix: string) => calls.query(pk, { from: prefix, to: after(prefix) });

  return {
    async load(source) {
      const pk = partitionOf(source);
      for (let tries = 0; tries < loadTriesMax; tries += 1) {
        const head = await calls.get(pk, headKey);
        if (head === undefined)
          return {
            revision: 0,
            cursor: undefined,
            organization: undefined,
            instructions: undefined,
            survey: undefined,
          };
        const organization = await documentOf(pk, head, 'organization');
        const instructions = await documentOf(pk, head, 'instructions');
        const survey = await documentOf(pk, head, 'survey');
        // Somebody committed between our reads: what the head says is no longer what the parts are.
        if (organization === 'changed' || instructions === 'changed' || survey === 'changed') continue;
        return {
          revision: requiredNumber(head, 'revision'),
          cursor: cursorIn(head),
          organization,
          instructions,
          survey,
        };
      }
      throw new StateConflict(source);
    },

    async principals(source, keys) {
      const pk = partitionOf(source);
      const items = await calls.getAll(pk, keys.map(principalKey));
      const bySk = new Map(items.map((item) => [requiredText(item, 'sk'), item]));
      const known = new Map<string, Document>();
      for (const key of keys) {
        const item = bySk.get(principalKey(key));
        if (item !== undefined) known.set(key, documentIn(item));
      }
      return known;
    },

    // In order of the first 900 bytes of the key, which is all that a sort key can hold.
    async *everyPrincipal(source) {
      for await (const item of startingWith(partitionOf(source), principalPrefix))
        yield [nameOf(item, principalPrefix), documentIn(item)];
    },

    async sources() {
      const names: string[] = [];
      for await (const item of startingWith(sourcesPartition, sourcePrefix)) names.push(nameOf(item, sourcePrefix));
      return names;
    },

    async seen(source, events) {
      if (events.length === 0) return new Set();
      const pk = partitionOf(source);
      const head = await calls.get(pk, headKey);
      const ids = Map.groupBy(events, ({ id }) => digestText(digestOf(id)));
      const hours = events.map(({ atMs }) => hourText(atMs)).sort();
      const known = new Set<string>();
      const range = { from: seenPrefix(hours[0] ?? ''), to: after(`${seenPrefix(hours.at(-1) ?? '')}|`) };
      for await (const item of calls.query(pk, range)) {
        if (isForgotten(item, head)) continue;
        const digests = Buffer.from(item.digests?.B ?? []);
        for (let at = 0; at < digests.length; at += digestBytes)
          for (const { id } of ids.get(digestText(digests.subarray(at, at + digestBytes))) ?? []) known.add(id);
      }
      return known;
    },

    fits(commit) {
      if ((commit.principals?.size ?? 0) > actionsMax) return false; // without compressing them all first
      const records = recordsOf(commit);
      const writes = writesOf('', records, { table, before: nothingBefore, nowMs: nowMs() });
      // An alert that opened earlier than was thought leaves its old place.
      return fitsOneTransaction(writes, records.alerts.length);
    },

    async commit(source, commit) {
      const records = recordsOf(commit);
      const was = await before(partitionOf(source), records);
      const writes = writesOf(source, records, { table, before: was, nowMs: nowMs() });
      if (!fitsOneTransaction(writes, 0)) throw tooLarge(source, writes.length);
      await calls.write(source, writes);
    },

    async untold(source) {
      const waiting: { readonly place: number; readonly document: Document }[] = [];
      for await (const item of startingWith(partitionOf(source), outboxPrefix))
        waiting.push({ place: requiredNumber(item, 'place'), document: documentIn(item) });
      return waiting.sort((a, b) => a.place - b.place).map(({ document }) => tellingShape.read(document));
    },

    async markTold(source, key) {
      await calls.remove(partitionOf(source), outboxKey(key));
    },

    async alerts(source, since) {
      const from = since === undefined ? alertPrefix : alertsFromKey(since.openedAtMs);
      const alerts = [];
      for await (const item of calls.query(partitionOf(source), { from, to: after(alertPrefix) })) {
        const alert = alertShape.read(documentIn(item));
        if (since === undefined || alert.openedAtMs >= since.openedAtMs) alerts.push(alert);
      }
      return alerts;
    },

    async badRecords(source) {
      const kept: { readonly number: number; readonly document: Document }[] = [];
      for await (const item of startingWith(partitionOf(source), badPrefix))
        kept.push({ number: requiredNumber(item, 'number'), document: documentIn(item) });
      return kept.sort((a, b) => a.number - b.number).map(({ document }) => badRecordShape.read(document));
    },

    async close() {
      if (client === undefined) dynamodb.destroy();
    },
  };
};

/** Reads that another run's commit fell between; so many in a row are no accident. */
const loadTriesMax = 5;

/** Just above every key that begins so: prefixes end in `|`, after which comes `}`. */
const after = (prefix: string): string => `${prefix.slice(0, -1)}}`;

/** More tries than the SDK's three, as a lost commit costs a whole reading; a call is answered in milliseconds or never. */
const newClient = (): DynamoDBClient =>
  new DynamoDBClient({
    maxAttempts: 6,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });

const principalKey = (key: string): string => `${principalPrefix}${keyText(key)}`;

const cursorIn = (head: Item): Document | undefined => {
  const { cursorVersion, cursorText, cursorPacked } = head;
  if (cursorVersion === undefined) return undefined;
  return documentIn({
    version: cursorVersion,
    ...(cursorText && { text: cursorText }),
    ...(cursorPacked && { packed: cursorPacked }),
  });
};

/** `<version>\n<body>`, compressed and cut. */
const documentOfParts = (parts: readonly (Uint8Array | undefined)[]): Document => {
  const text = decompressed(Buffer.concat(parts.filter((part) => part !== undefined)));
  const end = text.indexOf('\n');
  const version = Number(text.slice(0, end));
  if (end < 1 || !Number.isSafeInteger(version)) throw damaged();
  return { version, body: textOf(text.slice(end + 1)) };
};

/** Written before a commit said that the whole of its hour may be forgotten; TTL takes it away some time later. */
const isForgotten = (item: Item, head: Item | undefined): boolean =>
  head?.forgottenBeforeMs !== undefined &&
  requiredNumber(item, 'revision') <= requiredNumber(head, 'forgottenAtRevision') &&
  hourOf(requiredText(item, 'sk').slice(seenPrefix('').length)) + msPerHour <=
    requiredNumber(head, 'forgottenBeforeMs');

/** One character a byte: quicker to look up than hexadecimal. */
const digestText = (digest: Buffer): string => digest.toString('latin1');

const tooLarge = (source: string, items: number): StateError =>
  new StateError(
    `A commit of ${source} with ${items} items is more than one DynamoDB transaction can hold (100 items, 4 MB, 400 KB each); nothing of it ` +
      'was written. The monitor makes its commits smaller until they fit, so this is one event whose traces are too large: please report it.',
  );
