import { hash } from 'node:crypto';
import { type BadRecord, type Commit, type Document, StateError, type Telling } from '../../app/ports.ts';
import type { Alert } from '../../core/alert.ts';

/**
 * What every store keeps, whatever keeps it: alerts, tellings and bad records become versioned texts on their way in, and
 * a whole commit is made ready before any of it is written. What cannot be kept as it is throws here, before it can
 * leave half a commit behind.
 *
 * Properties that are `undefined` are not written, as in all JSON; reading them gives `undefined` again.
 */

/**
 * Bad records kept of each source, newest first to stay: enough to see what is wrong and where, and a bound, since
 * whoever can write to a log can write nonsense to it. At `badRecordCharsMax` this is some 2 MB.
 */
export const badRecordsMax = 1_000;

/** One step: what version n wrote, as version n + 1 would have written it. */
type Upgrade = (older: unknown) => unknown;

/** How one kind of value is kept as a versioned text: a list of upgrades, one for each version that is no longer written. */
export const shape = <Value>({ kind, upgrades }: { readonly kind: string; readonly upgrades: readonly Upgrade[] }) => {
  const version = upgrades.length + 1;
  return {
    write: (value: Value): Document => ({ version, body: JSON.stringify(value, finiteOnly) }),
    read: (kept: Document): Value => {
      if (kept.version > version)
        throw new StateError(
          `The state holds an ${kind} of version ${kept.version}; this tokenwatch knows version ${version} at most. ` +
            'A newer tokenwatch wrote it: install that one, or a newer one.',
        );
      let value = parsed(kept.body, kind);
      for (const upgrade of upgrades.slice(kept.version - 1)) value = upgrade(value);
      return value as Value;
    },
  };
};

export const alertShape = shape<Alert>({ kind: 'alert', upgrades: [] });
/** A telling holds an alert: an upgrade of alerts needs one here too. */
export const tellingShape = shape<Telling>({ kind: 'undelivered alert', upgrades: [] });
export const badRecordShape = shape<BadRecord>({ kind: 'unreadable record', upgrades: [] });

export type CommitRecords = {
  readonly expectedRevision: number;
  readonly cursor: Document | undefined;
  readonly organization: Document | undefined;
  readonly instructions: Document | undefined;
  readonly survey: Document | undefined;
  readonly principals: readonly (readonly [key: string, document: Document])[];
  readonly seen: readonly { readonly id: string; readonly atMs: number }[];
  readonly forgetSeenBeforeMs: number | undefined;
  readonly alerts: readonly { readonly id: string; readonly openedAtMs: number; readonly document: Document }[];
  readonly tellings: readonly { readonly key: string; readonly document: Document }[];
  /** The same record read again has the same digest. */
  readonly badRecords: readonly { readonly digest: string; readonly document: Document }[];
};

/** The commit as it will be kept, sharing nothing with the caller's objects; throws where part of it cannot be kept. */
export const recordsOf = (commit: Commit): CommitRecords => ({
  expectedRevision: whole(commit.expectedRevision, 'revision'),
  cursor: commit.cursor && documentOf(commit.cursor),
  organization: commit.organization && documentOf(commit.organization),
  instructions: commit.instructions && documentOf(commit.instructions),
  survey: commit.survey && documentOf(commit.survey),
  principals: [...(commit.principals ?? [])].map(([key, document]) => [key, documentOf(document)]),
  seen: (commit.seen ?? []).map(({ id, atMs }) => ({ id, atMs: finite(atMs, 'time of a seen event') })),
  forgetSeenBeforeMs:
    commit.forgetSeenBeforeMs === undefined ? undefined : finite(commit.forgetSeenBeforeMs, 'time to forget before'),
  alerts: (commit.alerts ?? []).map((alert) => ({
    id: alert.id,
    openedAtMs: alert.openedAtMs,
    document: alertShape.write(alert),
  })),
  tellings: (commit.tellings ?? []).map((telling) => ({ key: telling.key, document: tellingShape.write(telling) })),
  badRecords: (commit.badRecords ?? []).map((badRecord) => {
    const document = badRecordShape.write(badRecord);
    return { digest: digestOf(document.body).toString('hex'), document };
  }),
});

const documentOf = ({ version, body }: Document): Document => ({ version: whole(version, 'document version'), body });

/**
 * 16 bytes that stand for a text. Ids may be long, and a store keeps very many: a day of a busy log is 100,000. Among so
 * few, two ids sharing 128 bits of SHA-256 by chance is out of the question; whoever could force it by choosing ids could
 * as well repeat an id.
 */
export const digestOf = (text: string): Buffer => hash('sha256', storableText(text), 'buffer').subarray(0, 16);

/**
 * Half a surrogate pair has no UTF-8, and a store would keep two different keys as the same U+FFFD. Anybody may name a
 * token so, hence such a text is kept as its JSON, behind a mark that no other kept text begins with.
 */
export const storableText = (text: string): string =>
  text.isWellFormed() && !text.startsWith(mark) ? text : `${mark}${JSON.stringify(text)}`;

export const textOf = (kept: string): string => {
  if (!kept.startsWith(mark)) return kept;
  const text = parsed(kept.slice(mark.length), 'escaped text');
  if (typeof text !== 'string') throw damaged('escaped text');
  return text;
};

const mark = '\u0001';

/** JSON would turn these into `null`, and the alert would be told without its numbers. */
const finiteOnly = (name: string, value: unknown): unknown => (typeof value === 'number' ? finite(value, name) : value);

const finite = (value: number, what: string): number => {
  if (!Number.isFinite(value)) throw new RangeError(`The ${what} is ${value}, which cannot be kept.`);
  return value;
};

const whole = (value: number, what: string): number => {
  if (!Number.isSafeInteger(value)) throw new RangeError(`The ${what} is ${value}, not a whole number.`);
  return value;
};

const parsed = (body: string, kind: string): unknown => {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw damaged(kind, cause);
  }
};

const damaged = (kind: string, cause?: unknown): StateError =>
  new StateError(
    `The state holds an ${kind} that is damaged. Restore the state from a backup, or start with an empty one.`,
    { cause },
  );
