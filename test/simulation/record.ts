import type { ArchiveLine } from '../../lib/adapters/archive/lines.ts';
import type { StateStore, Telling } from '../../lib/app/ports.ts';
import type { Coverage } from '../../lib/core/coverage.ts';
import type { AuditEvent } from '../../lib/core/event.ts';
import { readCoverage } from '../../lib/core/stored.ts';
import type { Process } from './process.ts';

/**
 * What in truth took effect in a run, noted beneath all faults: commits, archived events, deliveries. The monitor knows
 * nothing of it. What breaks a law at the moment it happens is noted as broken.
 */

export type Delivery = { readonly receiver: string; readonly key: string; readonly telling: Telling };

export type Ledger = {
  /** How often each event was counted by commits, and how often it is in the archive. */
  readonly counted: Map<string, number>;
  readonly archived: Map<string, number>;
  readonly deliveries: Delivery[];
  /** Every telling that was ever committed, by key. */
  readonly tellings: Map<string, Telling>;
  /** Reasons why a telling may have come twice, by key. */
  readonly excuses: Map<string, number>;
  /** Ids that the store holds as seen, by the time of their event. */
  readonly seen: Map<string, number>;
  readonly broken: string[];
  commits: number;
  /** Events archived again although the commit that they were archived for took place. */
  needlessArchiving: number;
  coverage: Coverage | undefined;
  /** When the first look began; undefined before it. */
  lookedFromMs: number | undefined;
  /** The longest text of each kind that was ever committed. */
  readonly charsMost: { principal: number; organization: number; coverage: number };
};

/** As the archive names the lines of events. */
const eventPrefix = 'event ';

export const newLedger = (): Ledger => ({
  counted: new Map(),
  archived: new Map(),
  deliveries: [],
  tellings: new Map(),
  excuses: new Map(),
  seen: new Map(),
  broken: [],
  commits: 0,
  needlessArchiving: 0,
  coverage: undefined,
  lookedFromMs: undefined,
  charsMost: { principal: 0, organization: 0, coverage: 0 },
});

export const addOne = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

/** Who is told. */
export const receivers = ['topic', 'chat'] as const;

/** A telling at one receiver. */
export const nameOf = (receiver: string, key: string): string => `${receiver} ${key}`;

export type Recorder = {
  /** The store as this process sees it, watched. */
  readonly store: (inner: StateStore, process: Process) => StateStore;
  /** The process begins to archive these for its next commit. */
  readonly announce: (process: Process, events: readonly AuditEvent[]) => void;
  /** Lines that the archive took. */
  readonly shelve: (revision: number, lines: readonly ArchiveLine[]) => void;
  readonly deliver: (process: Process, receiver: string, telling: Telling) => void;
  /** What a receiver took may come to it again. */
  readonly excuse: (receiver: string, key: string) => void;
  /** What the process sent and did not come to mark may come again. */
  readonly ended: (process: Process) => void;
};

export const recorderOf = (record: Ledger): Recorder => {
  let order = 0;
  const marked = new Map<string, { readonly process: Process; readonly order: number }>();
  const deliveredAt = new Map<string, { readonly process: Process; readonly order: number }[]>();
  /** What each process archived last, until its commit. */
  const underway = new Map<Process, readonly AuditEvent[]>();
  /** The revision from which on every run can know that the event is counted. */
  const countedAt = new Map<string, number>();
  const excuse = (receiver: string, key: string): void => addOne(record.excuses, nameOf(receiver, key));

  const noteCommit = (process: Process, commit: Parameters<StateStore['commit']>[1]): void => {
    record.commits += 1;
    // Whoever learns events has named them to the archive; the rest of what is committed has none.
    const learned = (commit.principals?.size ?? 0) > 0 ? underway.get(process) : undefined;
    for (const { id } of learned ?? []) {
      addOne(record.counted, id);
      countedAt.set(id, commit.expectedRevision + 1);
    }
    for (const telling of commit.tellings ?? []) record.tellings.set(telling.key, telling);
    for (const { id, atMs } of commit.seen ?? []) record.seen.set(id, atMs);
    const { forgetSeenBeforeMs } = commit;
    if (forgetSeenBeforeMs !== undefined) {
      for (const [id, atMs] of record.seen) if (atMs < forgetSeenBeforeMs) record.seen.delete(id);
    }
    const { charsMost } = record;
    for (const { body } of commit.principals?.values() ?? []) {
      charsMost.principal = Math.max(charsMost.principal, body.length);
    }
    charsMost.organization = Math.max(charsMost.organization, commit.organization?.body.length ?? 0);
    if (commit.cursor === undefined) return;
    charsMost.coverage = Math.max(charsMost.coverage, commit.cursor.body.length);
    const coverage = readCoverage(commit.cursor);
    const before = record.coverage;
    record.coverage = coverage;
    if (coverage.watching.lookedAtMs > 0) record.lookedFromMs ??= coverage.watching.lookedAtMs;
    if (before === undefined) return;
    if (coverage.settledThroughMs < before.settledThroughMs) record.broken.push('a cursor went back');
    if (coverage.fromMs !== before.fromMs) record.broken.push('the beginning of the coverage moved');
    if (coverage.events < before.events) record.broken.push('the coverage counts fewer events than before');
  };

  return {
    excuse,
    store: (inner, process) => ({
      ...inner,
      commit: async (source, commit) => {
        await inner.commit(source, commit);
        noteCommit(process, commit);
      },
      untold: async (source) => {
        order += 1;
        process.untoldAt = order;
        return inner.untold(source);
      },
      markTold: async (source, key) => {
        await inner.markTold(source, key);
        order += 1;
        if (!marked.has(key)) marked.set(key, { process, order });
        for (const receiver of receivers) process.unmarked.delete(nameOf(receiver, key));
      },
    }),
    announce: (process, events) => {
      underway.set(process, events);
    },
    shelve: (revision, lines) => {
      for (const { key } of lines) {
        if (!key.startsWith(eventPrefix)) continue;
        const id = key.slice(eventPrefix.length);
        addOne(record.archived, id);
        // What was counted before this revision is known to every run that begins at it.
        if (revision >= (countedAt.get(id) ?? Number.POSITIVE_INFINITY)) record.needlessArchiving += 1;
      }
    },
    deliver: (process, receiver, telling) => {
      const { key } = telling;
      order += 1;
      record.deliveries.push({ receiver, key, telling });
      const mark = marked.get(key);
      if (mark !== undefined && mark.order < process.untoldAt) {
        record.broken.push(`${key} was sent after it was marked as told`);
      }
      const name = nameOf(receiver, key);
      const before = deliveredAt.get(name) ?? [];
      // Another process sent or marked it after this one had read what is untold, or is about to mark it: neither could
      // know.
      const isInDoubt = (other: { readonly process: Process; readonly order: number }): boolean =>
        other.process !== process && (other.order > process.untoldAt || other.process.unmarked.has(name));
      if (before.some(isInDoubt) || (mark !== undefined && isInDoubt(mark))) excuse(receiver, key);
      deliveredAt.set(name, [...before, { process, order }]);
      process.unmarked.add(name);
    },
    ended: ({ unmarked }) => {
      for (const name of unmarked) addOne(record.excuses, name);
      unmarked.clear();
    },
  };
};
