import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { Document } from '../../app/ports.ts';
import { msPerDay, msPerSecond } from '../../core/time.ts';
import {
  bodyOf,
  bytesOf,
  compressed,
  hourText,
  type Item,
  keyText,
  nameIfCut,
  partitionOf,
  sourcePrefix,
  sourcesPartition,
} from './dynamodb-items.ts';
import { badRecordsMax, type CommitRecords, digestOf, storableText } from './records.ts';

/** A commit as the items of one transaction. */

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html (2026): actions at once. */
export const actionsMax = 100;
/** The same page says 4 MB for all items together; what AWS counts beyond our own sum stays within the rest. */
const transactionBytesMax = 3_500_000;
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html (2026): 400 KB an item, names included. */
const itemBytesMax = 390_000;
/** Of a document that needs several items. */
const partBytesMax = 350_000;
/** 16 bytes each: 320 KB. */
const digestsPerItemMax = 20_000;
export const digestBytes = 16;

/** After an outage a sweep asks for ids of the last month and three days. */
const seenKeptMs = 40 * msPerDay;
/** A log that is read again reaches back a backfill at most; nobody's reaches back a year. */
const toldKeptMs = 400 * msPerDay;
/** As long as what was told of it, and as the archive keeps it unless told otherwise. */
const alertKeptMs = 400 * msPerDay;
const badRecordKeptMs = 90 * msPerDay;

/** What a commit must know of what is there. The head's revision guards it: if it changed since, the commit is refused. */
export type Before = {
  /** Where each alert is kept now, by id: its sort key. */
  readonly alertKeys: ReadonlyMap<string, string>;
  readonly toldKeys: ReadonlySet<string>;
  readonly badRing: BadRing;
};

/** Digests of the bad records kept, by slot, and how many there ever were: the next goes to slot `count` of the ring. */
export type BadRing = { readonly count: number; readonly digests: Buffer };

export const nothingBefore: Before = {
  alertKeys: new Map(),
  toldKeys: new Set(),
  badRing: { count: 0, digests: Buffer.alloc(0) },
};

/** The head's condition comes first: by its place the answer says that it failed. */
export const writesOf = (
  source: string,
  records: CommitRecords,
  { table: TableName, before, nowMs }: { readonly table: string; readonly before: Before; readonly nowMs: number },
): readonly TransactWriteItem[] => {
  const pk = partitionOf(source);
  const revision = records.expectedRevision + 1;
  const documents = {
    organization: records.organization && partsOf(records.organization),
    instructions: records.instructions && partsOf(records.instructions),
    survey: records.survey && partsOf(records.survey),
  };
  const items: readonly Item[] = [
    ...(revision === 1
      ? [{ pk: { S: sourcesPartition }, sk: { S: `${sourcePrefix}${keyText(source)}` }, ...nameIfCut(source) }]
      : []),
    ...Object.entries(documents).flatMap(([name, parts = []]) =>
      parts.map((part, place) => ({
        ...keyOf(pk, partKey(name, place)),
        revision: { N: `${revision}` },
        part: { B: part },
      })),
    ),
    ...records.principals.map(([key, document]) => ({
      ...keyOf(pk, `${principalPrefix}${keyText(key)}`),
      ...nameIfCut(key),
      ...bodyOf(document),
    })),
    ...seenItems(pk, revision, records.seen, nowMs),
    ...[...lastOfEach(records.alerts)].flatMap(([id, { openedAtMs, document }]) => {
      const sk = alertKey(openedAtMs, id);
      const kept = expiry(nowMs + alertKeptMs);
      const alert = { ...keyOf(pk, sk), ...bodyOf(document), ...kept };
      return before.alertKeys.get(id) === sk
        ? [alert]
        : [alert, { ...keyOf(pk, openedKey(id)), at: { S: sk }, ...kept }];
    }),
    ...tellingItems(pk, { ...records, revision }, before.toldKeys, nowMs),
    ...badRecordItems(pk, records.badRecords, before.badRing, nowMs),
  ];
  const moved = [...lastOfEach(records.alerts)].flatMap(([id, { openedAtMs }]) => {
    const old = before.alertKeys.get(id);
    return old === undefined || old === alertKey(openedAtMs, id) ? [] : [old];
  });
  return [
    { Update: { TableName, ...headUpdate(pk, records, documents) } },
    ...items.map((Item) => ({ Put: { TableName, Item: { ...Item } } })),
    ...moved.map((sk) => ({ Delete: { TableName, Key: keyOf(pk, sk) } })),
  ];
};

/** `extraActions`: those that depend on what is there. */
export const fitsOneTransaction = (writes: readonly TransactWriteItem[], extraActions: number): boolean => {
  if (writes.length + extraActions > actionsMax) return false;
  const sizes = writes.map(({ Put, Update, Delete }) =>
    bytesOf({ ...Put?.Item, ...Update?.Key, ...Update?.ExpressionAttributeValues, ...Delete?.Key }),
  );
  return sizes.every((size) => size <= itemBytesMax) && sizes.reduce((a, b) => a + b, 0) <= transactionBytesMax;
};

export const headKey = 'head';
export const principalPrefix = 'principal|';
export const alertPrefix = 'alert|';
export const outboxPrefix = 'outbox|';
export const badPrefix = 'bad|';
export const badRingKey = 'bad-ring';
export const openedKey = (id: string): string => `opened|${keyText(id)}`;
export const toldKey = (key: string): string => `told|${keyText(key)}`;
export const outboxKey = (key: string): string => `${outboxPrefix}${keyText(key)}`;
export const partKey = (name: string, place: number): string => `${name}|${padded(place, 3)}`;
/** Sort keys of all seen ids from this hour on; those of an hour end in what comes after it. */
export const seenPrefix = (hour: string): string => `seen|${hour}`;
/** To the millisecond; whatever asks for a part of one looks into the alert itself. */
const alertKey = (openedAtMs: number, id: string): string => `${alertsFromKey(openedAtMs)}|${keyText(id)}`;
export const alertsFromKey = (openedAtMs: number): string => `${alertPrefix}${new Date(openedAtMs).toISOString()}`;

const keyOf = (pk: string, sk: string) => ({ pk: { S: pk }, sk: { S: sk } });
const padded = (number: number, digits: number): string => `${number}`.padStart(digits, '0');
const expiry = (atMs: number): Item => ({ expiresAt: { N: `${Math.ceil(atMs / msPerSecond)}` } });

const partsOf = ({ version, body }: Document): readonly Buffer[] => {
  const bytes = compressed(Buffer.from(`${version}\n${storableText(body)}`));
  return Array.from({ length: Math.ceil(bytes.length / partBytesMax) }, (_, place) =>
    bytes.subarray(place * partBytesMax, (place + 1) * partBytesMax),
  );
};

type Documents = Readonly<Record<'organization' | 'instructions' | 'survey', readonly Buffer[] | undefined>>;

/** Sets what the commit names and leaves the rest of the head as it is. */
const headUpdate = (pk: string, records: CommitRecords, documents: Documents) => {
  const { expectedRevision, cursor, forgetSeenBeforeMs } = records;
  const revision = expectedRevision + 1;
  const body = cursor === undefined ? {} : bodyOf(cursor);
  const set: Item = {
    revision: { N: `${revision}` },
    ...(body.version && { cursorVersion: body.version }),
    ...(body.text && { cursorText: body.text }),
    ...(body.packed && { cursorPacked: body.packed }),
    ...partsSet('organization', documents.organization, revision),
    ...partsSet('instructions', documents.instructions, revision),
    ...partsSet('survey', documents.survey, revision),
    ...(forgetSeenBeforeMs !== undefined && {
      forgottenBeforeMs: { N: `${forgetSeenBeforeMs}` },
      forgottenAtRevision: { N: `${revision}` },
    }),
  };
  const names = Object.keys(set);
  // Of the two ways to keep a cursor only one is there.
  const removed = cursor === undefined ? undefined : body.text === undefined ? 'cursorText' : 'cursorPacked';
  return {
    Key: keyOf(pk, headKey),
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}${removed ? ` REMOVE #${removed}` : ''}`,
    ConditionExpression: expectedRevision === 0 ? 'attribute_not_exists(#revision)' : '#revision = :expected',
    ExpressionAttributeNames: Object.fromEntries(
      [...names, ...(removed ? [removed] : [])].map((name) => [`#${name}`, name]),
    ),
    ExpressionAttributeValues: {
      ...Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
      ...(expectedRevision !== 0 && { ':expected': { N: `${expectedRevision}` } }),
    },
  };
};

const partsSet = (name: string, parts: readonly Buffer[] | undefined, revision: number): Item =>
  parts === undefined ? {} : { [`${name}Parts`]: { N: `${parts.length}` }, [`${name}Revision`]: { N: `${revision}` } };

/** An item for each commit and hour, so that a commit pays for its own ids and not for all that are there already. */
const seenItems = (pk: string, revision: number, seen: CommitRecords['seen'], nowMs: number): readonly Item[] =>
  [...Map.groupBy(seen, ({ atMs }) => hourText(atMs))].flatMap(([hour, ofHour]) => {
    const digests = [...new Set(ofHour.map(({ id }) => id))].map(digestOf);
    return Array.from({ length: Math.ceil(digests.length / digestsPerItemMax) }, (_, place) => ({
      ...keyOf(pk, `${seenPrefix(hour)}|${padded(revision, 12)}|${padded(place, 3)}`),
      revision: { N: `${revision}` },
      digests: { B: Buffer.concat(digests.slice(place * digestsPerItemMax, (place + 1) * digestsPerItemMax)) },
      ...expiry(nowMs + seenKeptMs),
    }));
  });

const lastOfEach = (alerts: CommitRecords['alerts']) => new Map(alerts.map((alert) => [alert.id, alert]));

const tellingItems = (
  pk: string,
  { tellings, revision }: Pick<CommitRecords, 'tellings'> & { readonly revision: number },
  toldKeys: ReadonlySet<string>,
  nowMs: number,
): readonly Item[] => {
  const fresh = new Map<string, Document>();
  for (const { key, document } of tellings) if (!toldKeys.has(key) && !fresh.has(key)) fresh.set(key, document);
  return [...fresh].flatMap(([key, document], place) => [
    { ...keyOf(pk, outboxKey(key)), place: { N: `${revision * actionsMax + place}` }, ...bodyOf(document) },
    { ...keyOf(pk, toldKey(key)), ...expiry(nowMs + toldKeptMs) },
  ]);
};

const badRecordItems = (
  pk: string,
  badRecords: CommitRecords['badRecords'],
  ring: BadRing,
  nowMs: number,
): readonly Item[] => {
  const known = new Set<string>();
  for (let at = 0; at < ring.digests.length; at += digestBytes)
    known.add(ring.digests.subarray(at, at + digestBytes).toString('hex'));
  const fresh = [...new Map(badRecords.map((each) => [each.digest, each])).values()].filter(
    ({ digest }) => !known.has(digest),
  );
  if (fresh.length === 0) return [];
  const newest = fresh.slice(-badRecordsMax);
  const first = ring.count + fresh.length - newest.length;
  const digests = Buffer.alloc(Math.min(badRecordsMax, first + newest.length) * digestBytes);
  ring.digests.copy(digests);
  for (const [at, { digest }] of newest.entries())
    Buffer.from(digest, 'hex').copy(digests, ((first + at) % badRecordsMax) * digestBytes);
  return [
    { ...keyOf(pk, badRingKey), count: { N: `${first + newest.length}` }, digests: { B: digests } },
    ...newest.map(({ document }, at) => ({
      ...keyOf(pk, `${badPrefix}${padded((first + at) % badRecordsMax, 3)}`),
      number: { N: `${first + at}` },
      ...bodyOf(document),
      ...expiry(nowMs + badRecordKeptMs),
    })),
  ];
};
