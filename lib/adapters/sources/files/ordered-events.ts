import { type AuditEvent, inOrder } from '../../../core/event.ts';
import { asTwin } from '../identity.ts';
import { eventsPerBatch, type Shelf, type Shelved } from './shelf.ts';
import { spilledEvents } from './spilled-events.ts';

/**
 * Brings events into core's order, whatever order the files are in, and makes the same event of two files one.
 *
 * Records without an id of their own that are alike within one file are distinct events; a second file repeats them, up to
 * its own number of them. Up to a limit all is kept in memory, beyond it in a temporary database, by the same rules.
 */
export type OrderedEvents = {
  /** `file` numbers the file that the event comes from; a file is added whole before the next begins. */
  add(event: AuditEvent, from: { readonly hasOwnId: boolean; readonly file: number }): void;
  count(): number;
  /** May be called again. */
  batches(): Iterable<readonly AuditEvent[]>;
  close(): void;
};

/** About 50 MB. */
export const eventsInMemoryMax = 50_000;

export const orderedEvents = (inMemoryMax = eventsInMemoryMax): OrderedEvents => {
  const memory = eventsInMemory();
  let shelf: Shelf = memory;
  return {
    add: (event, from) => {
      const ordinal = shelf.put(event, from);
      if (ordinal > 0) shelf.put(asTwin(event, ordinal), { ...from, hasOwnId: true });
      if (shelf === memory && memory.count() > inMemoryMax) shelf = spilledEvents(memory.clear());
    },
    count: () => shelf.count(),
    batches: () => shelf.batches(),
    close: () => shelf.close(),
  };
};

const eventsInMemory = (): Shelf & { clear(): Iterable<Shelved> } => {
  let shelved = new Map<string, Shelved>();
  return {
    put: (event, { hasOwnId, file }) => {
      const key = `${event.atMs} ${event.id} ${event.source}`;
      const known = shelved.get(key);
      if (known === undefined) {
        shelved.set(key, { event, file, twins: 0 });
        return 0;
      }
      if (hasOwnId) return 0;
      known.twins = known.file === file ? known.twins + 1 : 0;
      known.file = file;
      return known.twins;
    },
    count: () => shelved.size,
    batches: function* () {
      const events = [...shelved.values()].map(({ event }) => event).sort(bySource);
      for (let from = 0; from < events.length; from += eventsPerBatch) yield events.slice(from, from + eventsPerBatch);
    },
    close: () => shelved.clear(),
    clear: () => {
      const all = shelved.values();
      shelved = new Map();
      return all;
    },
  };
};

/** Core's order; the source settles what core does not need to tell apart. */
const bySource = (a: AuditEvent, b: AuditEvent): number =>
  inOrder(a, b) || (a.source < b.source ? -1 : a.source > b.source ? 1 : 0);
