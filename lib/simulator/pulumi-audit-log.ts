import type { PulumiEvent } from './pulumi-event.ts';

/**
 * The two list endpoints of the audit log, over the events that are visible. They differ in what their parameters mean:
 * V1's `startTime` is the upper bound and its `eventFilter` does nothing. What the vendor leaves unsaid is a quirk.
 */

/** What the documentation does not settle, or what is feared of storage that pages by whole seconds. */
export type Quirks = {
  /** Events on a page; may change from page to page. */
  readonly pageSize: number | (() => number);
  /** Whether V2's bounds themselves belong to the answer; `half-open`: the lower does. */
  readonly bounds: 'half-open' | 'inclusive' | 'exclusive';
  /** What becomes of the second in which a page ends: the rest of it follows, all of it is shown again, or none of the rest is shown. */
  readonly boundarySecond: 'exact' | 'repeated' | 'skipped';
};

export type Listing = { readonly version: 1 | 2; readonly query: URLSearchParams; readonly isEmptyPage: boolean };

export type Page = { readonly auditLogEvents: readonly PulumiEvent[]; readonly continuationToken?: string };
export type Refusal = { readonly status: number; readonly refusal: string };

const defaultPageSize = 100;

/** Where a page begins: in this second, after so many of its events, newest first. */
type Position = { readonly timestamp: number; readonly skip: number };

export const listEvents = (
  visible: readonly PulumiEvent[],
  { version, query, isEmptyPage }: Listing,
  { logins, quirks }: { readonly logins: ReadonlySet<string>; readonly quirks: Partial<Quirks> },
): Page | Refusal => {
  const badQuery = { status: 400, refusal: 'Bad Request: invalid query params' };
  const startTime = wholeNumber(query.get('startTime'));
  const endTime = wholeNumber(query.get('endTime'));
  const token = query.get('continuationToken');
  const start = token === null ? { timestamp: Number.MAX_SAFE_INTEGER, skip: 0 } : parseToken(token);
  if (startTime === 'invalid' || endTime === 'invalid' || start === undefined) return badQuery;
  if ((query.get('format') ?? 'json') !== 'json') return badQuery;
  const login = query.get('userFilter');
  if (login !== null && !logins.has(login)) return { status: 404, refusal: 'Not Found: user not found' };

  const { lower, upper } =
    version === 1 ? { lower: undefined, upper: startTime } : { lower: startTime, upper: endTime };
  const bounds = (version === 2 ? quirks.bounds : undefined) ?? 'half-open';
  const filter = version === 2 ? query.get('eventFilter') : null;
  const isAsked = ({ timestamp, user, event }: PulumiEvent): boolean =>
    (lower === undefined || (bounds === 'exclusive' ? timestamp > lower : timestamp >= lower)) &&
    (upper === undefined || (bounds === 'inclusive' ? timestamp <= upper : timestamp < upper)) &&
    (login === null || user.githubLogin === login) &&
    (filter === null || event === filter);

  const newestFirst = visible.filter(isAsked).reverse();
  const sameSecond = newestFirst.filter(({ timestamp }) => timestamp === start.timestamp).length;
  const older = newestFirst.findIndex(({ timestamp }) => timestamp <= start.timestamp);
  const from = older < 0 ? newestFirst.length : older + Math.min(start.skip, sameSecond);
  if (isEmptyPage) return { auditLogEvents: [], continuationToken: tokenOf(start) };

  const size = typeof quirks.pageSize === 'function' ? quirks.pageSize() : (quirks.pageSize ?? defaultPageSize);
  const auditLogEvents = newestFirst.slice(from, from + size);
  const last = auditLogEvents.at(-1);
  if (last === undefined || from + size >= newestFirst.length) return { auditLogEvents };

  const next = nextPosition(newestFirst, { from, end: from + size, second: last.timestamp }, quirks.boundarySecond);
  return { auditLogEvents, continuationToken: tokenOf(next) };
};

const nextPosition = (
  newestFirst: readonly PulumiEvent[],
  { from, end, second }: { readonly from: number; readonly end: number; readonly second: number },
  boundarySecond: Quirks['boundarySecond'] = 'exact',
): Position => {
  if (boundarySecond === 'skipped') return { timestamp: second - 1, skip: 0 };
  const firstOfSecond = newestFirst.findIndex(({ timestamp }) => timestamp === second);
  // A second that fills the page is not repeated, else there would be no end to it.
  if (boundarySecond === 'repeated' && firstOfSecond > from) return { timestamp: second, skip: 0 };
  return { timestamp: second, skip: end - firstOfSecond };
};

const tokenOf = (position: Position): string => Buffer.from(JSON.stringify(position)).toString('base64');

const parseToken = (token: string): Position | undefined => {
  try {
    const { timestamp, skip } = JSON.parse(Buffer.from(token, 'base64').toString()) as Partial<Position>;
    if (!Number.isSafeInteger(timestamp) || !Number.isSafeInteger(skip)) return undefined;
    return { timestamp: timestamp as number, skip: skip as number };
  } catch {
    return undefined;
  }
};

const wholeNumber = (text: string | null): number | undefined | 'invalid' => {
  if (text === null) return undefined;
  return /^\d{1,12}$/.test(text) ? Number(text) : 'invalid';
};
