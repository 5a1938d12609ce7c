import type { ListedToken, Listing } from '../../../core/inventory/listing.ts';
import { parseInstant } from '../../../core/time.ts';
import { cut, cutId, nameCharsMax, optionalText, textOf } from '../fields.ts';
import type { Ask } from '../http/transport.ts';
import { listResources, orMissing, type Resource } from './resources.ts';

/**
 * The tokens of a Scalr account, from three lists that each know something else. The token report has everybody's, with
 * owner and last six characters, by which the audit log names them, but no creator and no agent pools'. Service accounts'
 * own lists name the creator. Agent pools have theirs to themselves; how the log names those is not documented.
 *
 * A token's id here is the one its principal has in the log: owner and last six characters. Names are anybody's choice
 * and may repeat, so the six stand in the name too, which no other token can then be mistaken for.
 */

export type ListingParts = {
  readonly ask: Ask;
  readonly signal?: AbortSignal | undefined;
};

/** A page each, at four requests a second: more would take longer than the time between two polls. */
const ownersMax = 500;

/** What could not be listed is said in `missing`; throws `SourceError` where nothing can be. */
export const listTokens = async ({ ask, signal }: ListingParts): Promise<Listing> => {
  const missing: string[] = [];
  const listed = (path: string, what: string, query: Readonly<Record<string, string>> = {}) =>
    orMissing(listResources(ask, { path, what, query, signal }), what, missing);

  const report = (await listed('/reports/access-tokens', 'the token report'))?.resources ?? [];
  const accounts = (await listed('/service-accounts', 'the service accounts'))?.resources ?? [];
  const ofAccounts: OwnedToken[] = [];
  for (const { id, attributes } of limited(accounts, 'service accounts', missing)) {
    const owner = optionalText(attributes.email, nameCharsMax) ?? id;
    const path = `/service-accounts/${encodeURIComponent(id)}/access-tokens`;
    const tokens = await listed(path, `the tokens of ${owner}`, { include: 'created-by' });
    for (const token of tokens?.resources ?? []) {
      const creator = tokens?.included.get(`users/${token.related('created-by') ?? ''}`);
      ofAccounts.push({ token, owner, createdBy: optionalText(creator?.attributes.email, nameCharsMax) });
    }
  }
  const pools = (await listed('/agent-pools', 'the agent pools'))?.resources ?? [];
  const ofPools: ListedToken[] = [];
  for (const { id, attributes } of limited(pools, 'agent pools', missing)) {
    const pool = optionalText(attributes.name, nameCharsMax) ?? id;
    const path = `/agent-pools/${encodeURIComponent(id)}/access-tokens`;
    const tokens = await listed(path, `the tokens of the agent pool ${pool}`);
    ofPools.push(...(tokens?.resources ?? []).map((token) => poolToken(token, pool)));
  }
  const tokens = [...merged(report, ofAccounts), ...ofPools];
  return { tokens, members: membersIn(report, tokens), missing };
};

/**
 * The token report by itself: as many requests as it has pages, where the whole inventory takes one for each service
 * account. Enough to date tokens by, at every poll. Throws `SourceError`.
 */
export const listReport = async ({ ask, signal }: ListingParts): Promise<Listing> => {
  const what = 'the token report';
  const { resources } = await listResources(ask, { path: '/reports/access-tokens', what, signal });
  const tokens = resources.map((usage) => reportedToken(usage, undefined));
  return { tokens, members: undefined, missing: ['only the token report was asked for.'] };
};

const limited = (owners: readonly Resource[], what: string, missing: string[]): readonly Resource[] => {
  const more = owners.length - ownersMax;
  if (more > 0) missing.push(`the tokens of ${more} ${what} were not listed (there are too many).`);
  return owners.slice(0, ownersMax);
};

type OwnedToken = {
  readonly token: Resource;
  /** E-mail address of the service account. */
  readonly owner: string;
  readonly createdBy: string | undefined;
};

/** Each token of the report, with what its service account's list knows of it; then those that only such a list has. */
const merged = (report: readonly Resource[], owned: readonly OwnedToken[]): readonly ListedToken[] => {
  const waiting = new Map<string, OwnedToken[]>();
  for (const each of owned) {
    const key = birthOf(each.owner, each.token);
    waiting.set(key, [...(waiting.get(key) ?? []), each]);
  }
  const reported = report.map((usage) => {
    const born = waiting.get(birthOf(textOf(usage.attributes['owner-email']), usage)) ?? [];
    const at = Math.max(
      0,
      born.findIndex(({ token }) => token.attributes.name === usage.attributes.name),
    );
    const [same] = born.splice(at, 1);
    return reportedToken(usage, same?.createdBy);
  });
  return [...reported, ...[...waiting.values()].flat().map(unreportedToken)];
};

/** The two lists have no id in common that is documented; nobody makes two tokens of one owner in one millisecond. */
const birthOf = (owner: string, { attributes }: Resource): string => `${owner}\n${textOf(attributes['created-at'])}`;

const isOfServiceAccount = ({ attributes }: Resource): boolean => attributes['owner-type'] === 'service-account';
const isGone = ({ attributes }: Resource): boolean => textOf(attributes['owner-status']).toLowerCase() === 'inactive';

const reportedToken = (usage: Resource, createdBy: string | undefined): ListedToken => {
  const { attributes } = usage;
  const owner = optionalText(attributes['owner-email'], nameCharsMax);
  // As the log's translation does it, whatever stands there.
  const six = textOf(attributes['last-characters']).slice(-6);
  return {
    ...whatAllSay(usage),
    id: owner === undefined || six === '' ? usage.id : cutId(`${owner}/${six}`),
    name: cut(
      `${optionalText(attributes.name, nameCharsMax) ?? owner ?? usage.id}${six === '' ? '' : ` …${six}`}`,
      nameCharsMax,
    ),
    kind: isOfServiceAccount(usage) ? 'service-account' : 'personal',
    owner,
    // Whoever is gone matters more than who made it for them.
    createdBy: isOfServiceAccount(usage) && !isGone(usage) ? createdBy : owner,
    role: 'as its owner',
  };
};

const unreportedToken = ({ token, owner, createdBy }: OwnedToken): ListedToken => ({
  ...whatAllSay(token),
  id: token.id,
  name: cut(`${nameOf(token)} (${owner})`, nameCharsMax),
  kind: 'service-account',
  owner,
  createdBy,
  role: 'as its owner',
  // Without its last six characters.
  isUnnamedInLog: true,
});

const poolToken = (token: Resource, pool: string): ListedToken => ({
  ...whatAllSay(token),
  id: token.id,
  name: cut(`${nameOf(token)} (agent pool ${pool})`, nameCharsMax),
  kind: 'agent-pool',
  owner: pool,
  createdBy: undefined,
  role: 'agent',
  isUnnamedInLog: true,
});

const nameOf = ({ id, attributes }: Resource): string => optionalText(attributes.name, nameCharsMax) ?? id;

/** Rights belong to the owner; whether they are an administrator's no list says. */
const whatAllSay = ({ attributes }: Resource) => ({
  description: optionalText(attributes.description, nameCharsMax),
  createdAtMs: parseInstant(textOf(attributes['created-at'])),
  expiresAtMs: parseInstant(textOf(attributes['expires-at'])),
  lastUsedAtMs: parseInstant(textOf(attributes['last-used-at'])),
  isAdmin: false,
});

/** The report alone says who is gone; of all others that appear nothing bad is known. */
const membersIn = (report: readonly Resource[], tokens: readonly ListedToken[]): ReadonlySet<string> | undefined => {
  if (report.length === 0) return undefined;
  const gone = new Set(report.filter(isGone).map(({ attributes }) => textOf(attributes['owner-email']).toLowerCase()));
  const named = tokens.flatMap(({ createdBy }) => createdBy?.toLowerCase() ?? []);
  return new Set(named.filter((email) => !gone.has(email)));
};
