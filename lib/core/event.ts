import type { Principal } from './principal.ts';

/**
 * One line of an audit log in our own shape. Vendors' names end at the adapter that makes this.
 * Every field is always present, so that millions of events share one hidden class.
 */
export type AuditEvent = {
  /** Stable within its source: the vendor's id, else a hash of the canonical record plus its ordinal among twins. */
  readonly id: string;
  readonly atMs: number;
  /** Which log: `pulumi:acme`, `scalr:acme`, `ssh`. */
  readonly source: string;
  readonly principal: Principal;
  /** Canonical address, or undefined where the log gives none that is an address. */
  readonly ip: string | undefined;
  /** What was done, in the vendor's stable naming: `stack-exported`, `create-access-token`. */
  readonly action: string;
  readonly outcome: 'success' | 'failure';
  /** The person or account behind a token, where the log names one: a login or an e-mail address. */
  readonly user: string | undefined;
  /** The credential as the log names it, where it is not the principal's own id. */
  readonly credential: string | undefined;
  /** Stack, environment or workspace: `acme/prod`. Best effort: Pulumi names it only in prose. */
  readonly target: string | undefined;
  readonly userAgent: string | undefined;
  /** The vendor's own sentence. Anybody may have written parts of it. */
  readonly description: string | undefined;
};

/** The order in which core sees events: by time, ties by id, so that pages and shuffles never matter. */
export const inOrder = (a: AuditEvent, b: AuditEvent): number =>
  a.atMs - b.atMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** The part of a source's name that says which system it is: `pulumi` of `pulumi:acme`. */
export const providerOf = (source: string): string => {
  const colon = source.indexOf(':');
  return colon < 0 ? source : source.slice(0, colon);
};

/** Enough of the vendor's sentence to recognize the event by; the log has the rest. */
const sampleCharsMax = 200;

/** The event as it is kept for showing. */
export const sampleOf = (event: AuditEvent): AuditEvent =>
  (event.description?.length ?? 0) <= sampleCharsMax && (event.userAgent?.length ?? 0) <= sampleCharsMax
    ? event
    : {
        ...event,
        description: event.description?.slice(0, sampleCharsMax),
        userAgent: event.userAgent?.slice(0, sampleCharsMax),
      };
