import type { AuditEvent } from '../../core/event.ts';

/**
 * What comes of one vendor record: an event, an event without the part that is wrong, or only the reason why not.
 * A flaw is a sentence: what is wrong and what was expected. It quotes the record, so it is as untrusted as the record.
 */
export type Translated =
  | {
      readonly event: AuditEvent;
      /**
       * Whether the record named itself. If so, a second record of the same id is the same event delivered again; if
       * not, the id is a hash without an ordinal, and the reader of the log counts twins with `asTwin`.
       */
      readonly hasOwnId: boolean;
      readonly flaw: string | undefined;
    }
  | { readonly event?: undefined; readonly flaw: string };

/** One translator per log: it remembers addresses and principals, so that a million events parse each only once. */
export type Translate = (raw: unknown) => Translated;
