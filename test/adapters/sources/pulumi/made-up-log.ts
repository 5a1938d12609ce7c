import { asTwin } from '../../../../lib/adapters/sources/identity.ts';
import { pulumiTranslator } from '../../../../lib/adapters/sources/pulumi/translate.ts';
import { inOrder } from '../../../../lib/core/event.ts';
import { msPerSecond, type Stretch } from '../../../../lib/core/time.ts';
import { type Answering, cloudOf, pageOf, type Reply } from './server.ts';

/**
 * A made-up audit log with all the liberties that Pulumi's documentation leaves a server: what a continuation token
 * stands for, whether bounds include their second, empty pages, order, and the version of the API.
 */

export type Liberties = {
  readonly pageSize: number;
  /** `exact`: the place in the list. `repeats` and `skips`: only the last second, which comes again or is passed over. */
  readonly token: 'exact' | 'repeats' | 'skips';
  readonly includesLower: boolean;
  readonly includesUpper: boolean;
  readonly hasEmptyPages: boolean;
  readonly order: 'newest first' | 'oldest first' | 'mixed within a page' | 'none';
  readonly version: 'v1' | 'v2';
};

export type Timed = { readonly timestamp: number };

/** The records may be changed between requests; the list is read anew for each. */
export const madeUpLog = (records: readonly Timed[], liberties: Liberties): Answering => {
  const { version, hasEmptyPages } = liberties;
  return ({ path, query }): Reply => {
    if (path !== (version === 'v2' ? '/api/orgs/acme/auditlogs/v2' : '/api/orgs/acme/auditlogs')) {
      return { status: 404, body: '404 page not found' };
    }
    const listed = inOrderOf(liberties, withinBounds(records, query, liberties));
    const token = query.get('continuationToken') ?? '';
    if (token.startsWith('gap ')) return pageFrom(listed, token.slice(4), liberties);
    if (hasEmptyPages && token !== '') return pageOf([], `gap ${token}`);
    return pageFrom(listed, token, liberties);
  };
};

const withinBounds = (records: readonly Timed[], query: URLSearchParams, liberties: Liberties): readonly Timed[] => {
  const start = Number(query.get('startTime'));
  const [lower, upper] = liberties.version === 'v1' ? [-1, start] : [start, Number(query.get('endTime'))];
  return records.filter(
    ({ timestamp }) =>
      (timestamp > lower || (liberties.includesLower && timestamp === lower)) &&
      (timestamp < upper || (liberties.includesUpper && timestamp === upper)),
  );
};

const inOrderOf = ({ order }: Liberties, records: readonly Timed[]): readonly Timed[] => {
  if (order === 'none') return records;
  return records.toSorted((a, b) => (order === 'oldest first' ? a.timestamp - b.timestamp : b.timestamp - a.timestamp));
};

const pageFrom = (listed: readonly Timed[], token: string, { pageSize, token: kind, order }: Liberties): Reply => {
  const isOn = ({ timestamp }: Timed): boolean => {
    const ahead = order === 'oldest first' ? timestamp - Number(token) : Number(token) - timestamp;
    return ahead > 0 || (kind === 'repeats' && ahead === 0);
  };
  const rest = token === '' ? listed : kind === 'exact' ? listed.slice(Number(token)) : listed.filter(isOn);
  const page = rest.slice(0, pageSize);
  const shown = order === 'mixed within a page' ? mixed(page) : page;
  if (rest.length <= pageSize) return pageOf(shown);
  const place = listed.length - rest.length + pageSize;
  return pageOf(shown, kind === 'exact' ? String(place) : String(page.at(-1)?.timestamp));
};

/** Odd places first: neither the first nor the last record stays where it was. */
const mixed = (page: readonly Timed[]): readonly Timed[] => [
  ...page.filter((_, place) => place % 2 === 1),
  ...page.filter((_, place) => place % 2 === 0),
];

export const second = Date.parse('2026-03-14T02:00:00Z') / msPerSecond;
export const minute: Stretch = { fromMs: second * msPerSecond, toMs: (second + 60) * msPerSecond };
const translate = pulumiTranslator('pulumi:acme');

/** Ids of the records within the stretch, twins numbered, in core's order: what a perfect reading gives. */
export const idsOf = (records: readonly Timed[], { fromMs, toMs }: Stretch): readonly string[] => {
  const twins = new Map<string, number>();
  const events = records.flatMap((each) => {
    const { event } = translate(each);
    if (event === undefined || event.atMs < fromMs || event.atMs >= toMs) return [];
    const ordinal = twins.get(event.id) ?? 0;
    twins.set(event.id, ordinal + 1);
    return [asTwin(event, ordinal)];
  });
  return events.sort(inOrder).map(({ id }) => id);
};

export const readIds = async (
  records: readonly Timed[],
  liberties: Liberties,
  stretch = minute,
): Promise<readonly string[]> => {
  const { cloud } = await cloudOf(madeUpLog(records, liberties));
  return (await cloud.read(stretch)).events.map(({ id }) => id);
};
