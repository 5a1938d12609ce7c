/** Where events wait until all files are read: in memory, or in a temporary database. Both keep the same promise. */
import type { AuditEvent } from '../../../core/event.ts';

/** Keeps events by time, id and source. */
export type Shelf = {
  /**
   * Puts the event there unless one of its key is; says how many of the same key this file has brought before it.
   * An event with an id of its own counts as the first every time.
   */
  put(event: AuditEvent, from: { readonly hasOwnId: boolean; readonly file: number }): number;
  count(): number;
  batches(): Iterable<readonly AuditEvent[]>;
  close(): void;
};

/** An event on the shelf, the file that last brought it, and how many more of the kind that file has. */
export type Shelved = { readonly event: AuditEvent; file: number; twins: number };

export const eventsPerBatch = 1_000;
