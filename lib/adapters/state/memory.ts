import { type Document, StateConflict, type StateStore } from '../../app/ports.ts';
import { alertShape, badRecordShape, badRecordsMax, recordsOf, storableText, tellingShape } from './records.ts';

/**
 * State that ends with the process: for replays, dry runs, the demo and tests. It keeps the same versioned texts as the
 * stores on disk, so that what works here works there, and nothing handed out leads back inside.
 */

type Kept = {
  revision: number;
  cursor: Document | undefined;
  organization: Document | undefined;
  instructions: Document | undefined;
  survey: Document | undefined;
  readonly principals: Map<string, Document>;
  readonly seenAtMs: Map<string, number>;
  readonly alerts: Map<string, { readonly openedAtMs: number; readonly document: Document }>;
  /** Undefined once told: the key stays, so that the same news is never told again. */
  readonly tellings: Map<string, Document | undefined>;
  /** By digest, oldest first. */
  readonly badRecords: Map<string, Document>;
};

export const memoryState = (): StateStore => {
  const bySource = new Map<string, Kept>();
  const keptOf = (source: string): Kept => bySource.get(source) ?? nothing();

  return {
    async load(source) {
      const { revision, cursor, organization, instructions, survey } = keptOf(source);
      return {
        revision,
        cursor: cursor && { ...cursor },
        organization: organization && { ...organization },
        instructions: instructions && { ...instructions },
        survey: survey && { ...survey },
      };
    },

    async principals(source, keys) {
      const { principals } = keptOf(source);
      const known = new Map<string, Document>();
      for (const key of keys) {
        const document = principals.get(key);
        if (document !== undefined) known.set(key, { ...document });
      }
      return known;
    },

    async *everyPrincipal(source) {
      const { principals } = keptOf(source);
      for (const [key, document] of inKeyOrder(principals)) yield [key, { ...document }];
    },

    async sources() {
      return inKeyOrder(bySource).map(([source]) => source);
    },

    async seen(source, events) {
      const { seenAtMs } = keptOf(source);
      return new Set(events.map(({ id }) => id).filter((id) => seenAtMs.has(id)));
    },

    fits: () => true,

    // Runs to its end without an await: no other call sees a part of it, and all that can throw comes before the first write.
    async commit(source, commit) {
      const records = recordsOf(commit);
      const kept = keptOf(source);
      if (kept.revision !== records.expectedRevision) throw new StateConflict(source);

      kept.revision += 1;
      if (records.cursor !== undefined) kept.cursor = records.cursor;
      if (records.organization !== undefined) kept.organization = records.organization;
      if (records.instructions !== undefined) kept.instructions = records.instructions;
      if (records.survey !== undefined) kept.survey = records.survey;
      for (const [key, document] of records.principals) kept.principals.set(key, document);
      for (const { id, atMs } of records.seen) kept.seenAtMs.set(id, Math.max(atMs, kept.seenAtMs.get(id) ?? atMs));
      forget(kept.seenAtMs, records.forgetSeenBeforeMs);
      for (const { id, ...alert } of records.alerts) kept.alerts.set(id, alert);
      for (const { key, document } of records.tellings) if (!kept.tellings.has(key)) kept.tellings.set(key, document);
      for (const { digest, document } of records.badRecords)
        if (!kept.badRecords.has(digest)) kept.badRecords.set(digest, document);
      dropOldest(kept.badRecords, badRecordsMax);
      bySource.set(source, kept);
    },

    async untold(source) {
      return [...keptOf(source).tellings.values()].filter((document) => document !== undefined).map(tellingShape.read);
    },

    async markTold(source, key) {
      const { tellings } = keptOf(source);
      if (tellings.has(key)) tellings.set(key, undefined);
    },

    async alerts(source, since) {
      return inKeyOrder(keptOf(source).alerts)
        .map(([, alert]) => alert)
        .filter(({ openedAtMs }) => since === undefined || openedAtMs >= since.openedAtMs)
        .sort((a, b) => a.openedAtMs - b.openedAtMs)
        .map(({ document }) => alertShape.read(document));
    },

    async badRecords(source) {
      return [...keptOf(source).badRecords.values()].map(badRecordShape.read);
    },

    async close() {},
  };
};

const nothing = (): Kept => ({
  revision: 0,
  cursor: undefined,
  organization: undefined,
  instructions: undefined,
  survey: undefined,
  principals: new Map(),
  seenAtMs: new Map(),
  alerts: new Map(),
  tellings: new Map(),
  badRecords: new Map(),
});

/** By the bytes of the key's UTF-8, as databases sort; JavaScript's own order differs beyond the basic plane. */
const inKeyOrder = <Value>(map: ReadonlyMap<string, Value>): readonly (readonly [string, Value])[] =>
  [...map]
    .map((entry) => ({ entry, bytes: Buffer.from(storableText(entry[0])) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ entry }) => entry);

const forget = (seenAtMs: Map<string, number>, beforeMs: number | undefined): void => {
  if (beforeMs === undefined) return;
  for (const [id, atMs] of seenAtMs) if (atMs < beforeMs) seenAtMs.delete(id);
};

/** A map remembers the order in which keys came. */
const dropOldest = (map: Map<string, unknown>, max: number): void => {
  for (const key of map.keys()) {
    if (map.size <= max) return;
    map.delete(key);
  }
};
