import { SourceError } from '../../../app/ports.ts';
import { isPlausible, msPerSecond } from '../../../core/time.ts';
import { fieldsOf, isFields } from '../fields.ts';
import type { Ask } from '../http/transport.ts';

/**
 * The list endpoints of the audit log, one page after another. Version 2 first; version 1 where a server knows no other
 * (old self-hosted ones answer 404), which is remembered for as long as the source lives.
 *
 * What is not trusted: the bounds (whether they include their own second is not documented, so callers ask wider), the
 * order (version 2 states none), an empty page (it may be followed by another), and the continuation token, which is
 * echoed as it came, never read, and must never come twice.
 */

/** Whole unix seconds as the API takes them. */
export type Bounds = { readonly lowerSecond: number; readonly upperSecond: number };

export type Page = {
  readonly records: readonly unknown[];
  /** Nothing of the bounds can come after it. */
  readonly isLast: boolean;
};

export type Asking = { readonly onRequest?: () => void; readonly signal?: AbortSignal | undefined };

export type Pages = (bounds: Bounds, asking: Asking) => AsyncGenerator<Page>;

type Version = 'v2' | 'v1';
type Listed = { readonly records: readonly unknown[]; readonly continuation: string | undefined };

/** A token goes back inside a URL, and servers refuse longer ones. */
const continuationCharsMax = 4_096;

export const auditLogPages = (ask: Ask, organization: string): Pages => {
  const what = `the audit log of ${organization}`;
  const path = `/api/orgs/${encodeURIComponent(organization)}/auditlogs`;
  let known: Version | undefined;

  const list = async (version: Version, bounds: Bounds, continuation: string | undefined, asking: Asking) => {
    const query = {
      ...parameters[version](bounds),
      ...(continuation === undefined ? {} : { continuationToken: continuation }),
    };
    const { body } = await ask({ path: version === 'v2' ? `${path}/v2` : path, query, what, ...asking });
    return listedIn(body, what);
  };

  const listFirst = async (bounds: Bounds, asking: Asking): Promise<Listed> => {
    if (known !== undefined) return list(known, bounds, undefined, asking);
    const newest = await unlessNotFound(list('v2', bounds, undefined, asking));
    const listed = newest ?? (await list('v1', bounds, undefined, asking));
    known = newest === undefined ? 'v1' : 'v2';
    return listed;
  };

  return async function* (bounds, asking) {
    const continuations = new Set<string>();
    let listed = await listFirst(bounds, asking);
    for (;;) {
      const { records, continuation } = listed;
      const isLast = continuation === undefined || (known === 'v1' && isPast(records, bounds));
      yield { records, isLast };
      if (isLast) return;
      if (continuations.has(continuation)) {
        throw new SourceError(
          'misunderstood',
          `Reading ${what} goes in circles: the same continuation token came twice.`,
        );
      }
      continuations.add(continuation);
      listed = await list(known ?? 'v2', bounds, continuation, asking);
    }
  };
};

const parameters = {
  v2: ({ lowerSecond, upperSecond }: Bounds) => ({ startTime: String(lowerSecond), endTime: String(upperSecond) }),
  /** Here `startTime` is where to start from, going back in time; there is no usable lower bound. */
  v1: ({ upperSecond }: Bounds) => ({ startTime: String(upperSecond) }),
} as const;

const unlessNotFound = async (listed: Promise<Listed>): Promise<Listed | undefined> => {
  try {
    return await listed;
  } catch (error) {
    if (error instanceof SourceError && error.failure === 'not-found') return undefined;
    throw error;
  }
};

/** `null` is how a Go server writes a list without entries; a list that is missing means an answer of another kind. */
const listedIn = (body: unknown, what: string): Listed => {
  const { auditLogEvents, continuationToken } = fieldsOf(body);
  const records = auditLogEvents === null ? [] : auditLogEvents;
  if (!isFields(body) || !Array.isArray(records)) {
    throw new SourceError(
      'misunderstood',
      `The answer for ${what} has no list auditLogEvents: check the address of the API.`,
    );
  }
  const continuation = continuationToken ?? '';
  if (typeof continuation !== 'string' || continuation.length > continuationCharsMax) {
    throw new SourceError('misunderstood', `The answer for ${what} has a continuationToken that is no short text.`);
  }
  return { records, continuation: continuation === '' ? undefined : continuation };
};

/** Version 1 goes back in time, so that one older record means that the bounds are behind us. */
const isPast = (records: readonly unknown[], { lowerSecond }: Bounds): boolean =>
  records.some((record) => (secondOf(record) ?? lowerSecond) < lowerSecond);

/** When the record says it happened, whatever else may be wrong with it. */
export const secondOf = (record: unknown): number | undefined => {
  const { timestamp } = fieldsOf(record);
  return typeof timestamp === 'number' && Number.isInteger(timestamp) && isPlausible(timestamp * msPerSecond)
    ? timestamp
    : undefined;
};
