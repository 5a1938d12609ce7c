import type { Secret } from '../config/secret.ts';
import type { SecretReference } from '../config/secret-reference.ts';
import type { Alert } from '../core/alert.ts';
import type { AuditEvent } from '../core/event.ts';
import type { Survey } from '../core/inventory/survey.ts';
import type { Stretch } from '../core/time.ts';

/** What the use cases need of the world. Each has at least two adapters and, where it keeps a promise, a contract suite. */

export type Clock = {
  nowMs(): number;
  /** Resolves after `ms`, or at once when the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

/** A record that could not be read as an event, or only in part. It is kept and counted, and never stops the rest. */
export type BadRecord = {
  /** `audit.jsonl:17`, or `pulumi:acme 2026-03-14T02:10:00Z`. */
  readonly where: string;
  /** What is wrong and what was expected. */
  readonly reason: string;
  /** `rejected`: no event came of it. `kept`: an event did, without the part that is wrong. */
  readonly outcome: 'rejected' | 'kept';
  /** The record as it was, cut to `badRecordCharsMax`. */
  readonly text: string;
};
export const badRecordCharsMax = 2_000;

/** One stretch of a log, whole. */
export type Reading = {
  /** In core's order (time, then id), without duplicates. */
  readonly events: readonly AuditEvent[];
  readonly badRecords: readonly BadRecord[];
  /** Requests or reads it took, for the budget and the bill. */
  readonly requests: number;
  /** Events that reached the log later than events are usually waited for; absent where the log does not say. */
  readonly deliveredLate?: number;
};

/** One audit log of one organization, read by stretches of time. Throws `SourceError`. */
export type AuditSource = {
  /** `pulumi:acme` */
  readonly name: string;
  /** Every event with `fromMs <= atMs < toMs` that the log shows now; all of it or an error. */
  read(stretch: Stretch, signal?: AbortSignal): Promise<Reading>;
};

/** What a vendor's API tells beside its log. Both throw `SourceError`. */
export type VendorApi = {
  /** All that it tells now; undefined where it shows nothing to our token, or there is no token. */
  survey(signal?: AbortSignal): Promise<Survey | undefined>;
  /** By which name or id the log knows the token that asks; undefined where it cannot be told. Cheap while that stays the same. */
  ownToken(signal?: AbortSignal): Promise<string | undefined>;
};

/** A log with the API of its vendor, where it is no recorded one. */
export type SurveyedSource = AuditSource & Partial<VendorApi>;

/** One kind per decision that the caller can take. */
export type SourceFailure =
  | 'too-much' // the stretch holds more than one reading may: ask for less
  | 'unavailable' // try again later, on its own
  | 'rate-limited' // try again at `retryAtMs`
  | 'credentials' // the token is missing, wrong, revoked or expired: a person must act
  | 'permission' // the token may not read this: a person must act
  | 'plan' // the organization's plan has no audit log: a person must act
  | 'not-found' // no such organization, or hidden from this token
  | 'misunderstood'; // the answer is not what the API promises

export class SourceError extends Error {
  readonly failure: SourceFailure;
  readonly retryAtMs: number | undefined;
  /** `message` says what happened, where, and what to do. Never holds a secret or an answer's body beyond 200 characters. */
  constructor(failure: SourceFailure, message: string, options: { retryAtMs?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'SourceError';
    this.failure = failure;
    this.retryAtMs = options.retryAtMs;
  }
}

/** A versioned text; only core knows what is inside. */
export type Document = { readonly version: number; readonly body: string };

/** Something to be said to people, once per key and receiver. */
export type Telling = {
  /** `<alert id>/opened`, `<alert id>/critical`: the same news always has the same key. */
  readonly key: string;
  readonly source: string;
  readonly alert: Alert;
};

/** What tells one event from another: its id, and its time, which never changes and says where the id is kept. */
export type SeenEvent = Pick<AuditEvent, 'id' | 'atMs'>;

/** What is committed together, or not at all. Absent parts stay as they are. */
export type Commit = {
  /** The revision that was loaded; any other in the store means that somebody else committed: `StateConflict`. */
  readonly expectedRevision: number;
  readonly cursor?: Document;
  readonly organization?: Document;
  /** What people asked for: watches over rotations, acknowledgements. */
  readonly instructions?: Document;
  /** What the vendor's API showed last. */
  readonly survey?: Document;
  /** By principal key. */
  readonly principals?: ReadonlyMap<string, Document>;
  /** Events now counted, so that a later re-read finds only what is new. */
  readonly seen?: readonly SeenEvent[];
  /** Seen ids of events older than this may be forgotten. */
  readonly forgetSeenBeforeMs?: number;
  /** Written over an earlier record of the same id. */
  readonly alerts?: readonly Alert[];
  /** Added unless the key was ever added before, told or not. */
  readonly tellings?: readonly Telling[];
  readonly badRecords?: readonly BadRecord[];
};

/** What the monitor remembers between runs. Throws `StateConflict`, `StateError`. */
export type StateStore = {
  /** Revision 0 where nothing was ever committed. */
  load(source: string): Promise<{
    readonly revision: number;
    readonly cursor: Document | undefined;
    readonly organization: Document | undefined;
    readonly instructions: Document | undefined;
    readonly survey: Document | undefined;
  }>;
  /** Those of the named principals that are known. */
  principals(source: string, keys: readonly string[]): Promise<ReadonlyMap<string, Document>>;
  /** All of them, in key order, a page at a time. */
  everyPrincipal(source: string): AsyncIterable<readonly [key: string, document: Document]>;
  /** Sources that ever committed, in order of name. */
  sources(): Promise<readonly string[]>;
  /** The ids of those events that were counted before and are not forgotten. */
  seen(source: string, events: readonly SeenEvent[]): Promise<ReadonlySet<string>>;
  /** Whether the store can write all of it at once; asked before anything is written, so that less may be tried. */
  fits(commit: Commit): boolean;
  commit(source: string, commit: Commit): Promise<void>;
  /** Not told yet, oldest first. */
  untold(source: string): Promise<readonly Telling[]>;
  /** Idempotent. Not fenced: a repeat does no harm. */
  markTold(source: string, key: string): Promise<void>;
  /** By `openedAtMs`, then id. */
  alerts(source: string, since?: { readonly openedAtMs: number }): Promise<readonly Alert[]>;
  badRecords(source: string): Promise<readonly BadRecord[]>;
  close(): Promise<void>;
};

/**
 * Where every event that was counted and everything that was to be told is kept, for people to search. Called before the
 * commit of the same revision; keeps all of it once, however often one revision is tried and with however different a
 * part of the log. A telling may come again under its key when its events settle.
 */
export type Archive = {
  keep(kept: {
    readonly source: string;
    /** The revision that the commit expects. */
    readonly revision: number;
    readonly events: readonly AuditEvent[];
    readonly tellings: readonly Telling[];
  }): Promise<void>;
};

/** Another run committed in between: load again and redo, nothing was written. */
export class StateConflict extends Error {
  constructor(source: string) {
    super(`Another run of tokenwatch committed ${source} in the meantime; this run's results were not written.`);
    this.name = 'StateConflict';
  }
}

/** The state cannot be used as it is; the message says why and what to do. */
export class StateError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'StateError';
  }
}

/** Delivers one telling to one kind of receiver; may be called twice with the same key. */
export type SendAlert = (telling: Telling, signal?: AbortSignal) => Promise<void>;

/** Delivers as many tellings as one message holds, from the first on, and says how many: at least one, or it throws. */
export type SendMany = (tellings: readonly Telling[], signal?: AbortSignal) => Promise<number>;

/** One kind of receiver. Without `sendMany`, each telling has a message of its own. */
export type Receiver = { readonly sendAlert: SendAlert; readonly sendMany?: SendMany | undefined };
export type ReceiverOfMany = Receiver & { readonly sendMany: SendMany };

/**
 * The secret from where the reference says it is kept. What was read a few minutes ago may be given again, unless `fresh`
 * asks the store itself: for whoever was just refused with the old one. Throws `SecretError`.
 */
export type ReadSecret = (reference: SecretReference, options?: { readonly fresh?: boolean }) => Promise<Secret>;

/** One kind per decision that the caller can take. */
export type SecretFailure =
  | 'unavailable' // the store does not answer just now: try again later, on its own
  | 'login' // the store does not know us, or nothing says how to log in: a person must act
  | 'permission' // the store knows us and refuses: a person must act
  | 'missing' // there is no such secret, version or field, or it is hidden from us: a person must act
  | 'unusable'; // what is there is no secret that can be sent: a person must act

/** `message` says what happened, where, and what to do. Never holds a secret, any part of an answer, or a cause that might. */
export class SecretError extends Error {
  readonly failure: SecretFailure;
  constructor(failure: SecretFailure, message: string) {
    super(message);
    this.name = 'SecretError';
    this.failure = failure;
  }
}
