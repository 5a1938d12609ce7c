import { SourceError } from '../../../app/ports.ts';
import type { ListedToken, Listing, TokenKind } from '../../../core/inventory/listing.ts';
import type { Survey } from '../../../core/inventory/survey.ts';
import { isPlausible, msPerSecond, parseInstant } from '../../../core/time.ts';
import { type Fields, fieldsOf, isFields, nameCharsMax, optionalText, textOf } from '../fields.ts';
import type { Ask } from '../http/transport.ts';

/**
 * The tokens that Pulumi Cloud shows: the organization's, each team's, and the caller's own. No endpoint lists another
 * member's personal tokens; the log alone knows of those. What the caller may not list is said, and the rest is listed.
 *
 * The lists hide expired tokens unless asked (`filter=all`; older servers: `show_expired=true`), and end after 100
 * unless asked for more. Servers pass over parameters that they do not know, so all are sent at once.
 */

export type ListingParts = {
  readonly ask: Ask;
  readonly organization: string;
  readonly signal?: AbortSignal | undefined;
};

const everyToken = { filter: 'all', show_expired: 'true', maxResults: '1000' } as const;
/** A hundred thousand tokens: whoever has more has another problem. */
const pagesMax = 100;
const teamsMax = 1_000;

export const listTokens = async (parts: ListingParts): Promise<Listing> => {
  const { organization } = parts;
  const below = `/api/orgs/${encodeURIComponent(organization)}`;
  const missing: string[] = [];
  const tokens: ListedToken[] = [];
  const add = async (of: Wanted, kind: TokenKind, owner: string | undefined): Promise<void> => {
    const records = await orMissing(listed(of, parts), of.what, missing);
    tokens.push(...(records ?? []).flatMap((record) => tokenOf(record, kind, owner) ?? []));
  };
  const ofTokens = (path: string, what: string): Wanted => ({ path, what, list: 'tokens', query: everyToken });

  await add(ofTokens(`${below}/tokens`, `the tokens of ${organization}`), 'organization', undefined);
  const teamsOf = { path: `${below}/teams`, what: `the teams of ${organization}`, list: 'teams', query: {} } as const;
  const teams = (await orMissing(listed(teamsOf, parts), teamsOf.what, missing)) ?? [];
  for (const name of teams
    .slice(0, teamsMax)
    .flatMap((team) => optionalText(fieldsOf(team).name, nameCharsMax) ?? [])) {
    const path = `${below}/teams/${encodeURIComponent(name)}/tokens`;
    await add(ofTokens(path, `the tokens of the team ${name}`), 'team', name);
  }
  await add(ofTokens('/api/user/tokens', 'your own personal tokens'), 'personal', undefined);
  return { tokens: once(tokens), members: await membersOf(below, parts, missing), missing };
};

/**
 * Of the account beside its tokens the API tells nothing that a watch needs: the log comes by the API itself. Undefined where
 * it lists no token, which is right for a token that may read the log and no more.
 */
export const surveyOf = (listing: Listing): Survey | undefined =>
  listing.tokens.length === 0 && listing.missing.length > 0
    ? undefined
    : {
        listing,
        allowedAddresses: undefined,
        logExport: undefined,
        lastRequestMs: undefined,
        ownTokenEndsMs: listing.tokens.find(({ isOwn }) => isOwn === true)?.expiresAtMs,
      };

/** A machine's own list may repeat what the organization's list told. */
const once = (tokens: readonly ListedToken[]): readonly ListedToken[] =>
  [...new Map(tokens.toReversed().map((token) => [token.id, token])).values()].toReversed();

type Wanted = {
  readonly path: string;
  readonly what: string;
  readonly list: 'tokens' | 'teams' | 'members';
  readonly query: Readonly<Record<string, string>>;
};

const listed = async (
  { path, what, list, query }: Wanted,
  { ask, signal }: ListingParts,
): Promise<readonly unknown[]> => {
  const all: unknown[] = [];
  const continuations = new Set<string>();
  let continuation: string | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const next = continuation === undefined ? {} : { continuationToken: continuation };
    const { body } = await ask({ path, what, query: { ...query, ...next }, signal });
    const fields = fieldsOf(body);
    const records = fields[list] === null ? [] : fields[list];
    if (!isFields(body) || !Array.isArray(records)) {
      throw new SourceError(
        'misunderstood',
        `The answer for ${what} has no list ${list}: check the address of the API.`,
      );
    }
    all.push(...records);
    continuation = textOf(fields.continuationToken) || undefined;
    if (continuation === undefined) return all;
    if (continuations.has(continuation)) {
      throw new SourceError(
        'misunderstood',
        `Listing ${what} goes in circles: the same continuation token came twice.`,
      );
    }
    continuations.add(continuation);
  }
  throw new SourceError('too-much', `Listing ${what} does not end after ${pagesMax} pages.`);
};

/** What this token may not see, or this server does not have, leaves a gap; any other failure ends the listing. */
const orMissing = async <Value>(asked: Promise<Value>, what: string, missing: string[]): Promise<Value | undefined> => {
  try {
    return await asked;
  } catch (error) {
    const isGap = error instanceof SourceError && gaps.has(error.failure);
    if (!isGap) throw error;
    missing.push(`${what} could not be listed (${gapWords.get(error.failure) ?? error.failure}).`);
    return undefined;
  }
};

const gapWords: ReadonlyMap<string, string> = new Map([
  ['permission', 'this token may not'],
  ['not-found', 'the server does not have it, or hides it from this token'],
  ['plan', "the organization's plan has none"],
  ['misunderstood', 'the answer was not understood'],
]);
const gaps: ReadonlySet<string> = new Set(gapWords.keys());

/** Undefined for a record without an id or a name, which says of no token anything. */
const tokenOf = (record: unknown, kind: TokenKind, owner: string | undefined): ListedToken | undefined => {
  const fields = fieldsOf(record);
  const id = optionalText(fields.id, nameCharsMax);
  const name = optionalText(fields.name, nameCharsMax) ?? id;
  if (id === undefined || name === undefined) return undefined;
  const createdBy = optionalText(fields.createdBy, nameCharsMax);
  const known = kindOf(fields, kind);
  return {
    id,
    name,
    kind: known,
    owner: owner ?? (known === 'personal' || known === 'refresh' ? createdBy : undefined),
    description: optionalText(fields.description, nameCharsMax),
    createdBy,
    createdAtMs: parseInstant(textOf(fields.created)),
    expiresAtMs: msOfSeconds(fields.expires),
    lastUsedAtMs: msOfSeconds(fields.lastUsed),
    isAdmin: fields.admin === true,
    role: optionalText(fieldsOf(fields.role).name, nameCharsMax),
  };
};

/** Older servers do not say; the list it stood in does. */
const kindOf = ({ type }: Fields, list: TokenKind): TokenKind =>
  type === 'personal' || type === 'refresh' || type === 'organization' || type === 'team' ? type : list;

/** Zero is the vendor's word for never. */
const msOfSeconds = (seconds: unknown): number | undefined =>
  typeof seconds === 'number' && isPlausible(seconds * msPerSecond) ? seconds * msPerSecond : undefined;

/**
 * `backend` members are those of the identity provider, `frontend` those with a seat; whoever is among neither is gone.
 * With only one of the two lists somebody may be missed, so then nobody is known to be gone.
 */
const membersOf = async (
  below: string,
  parts: ListingParts,
  missing: string[],
): Promise<ReadonlySet<string> | undefined> => {
  const logins = new Set<string>();
  for (const type of ['frontend', 'backend']) {
    const of = {
      path: `${below}/members`,
      what: `the members of ${parts.organization}`,
      list: 'members',
      query: { type },
    } as const;
    const members = await orMissing(listed(of, parts), of.what, missing);
    if (members === undefined) return undefined;
    for (const member of members) {
      const login = optionalText(fieldsOf(fieldsOf(member).user).githubLogin, nameCharsMax);
      if (login !== undefined) logins.add(login.toLowerCase());
    }
  }
  return logins;
};
