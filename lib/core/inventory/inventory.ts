/**
 * Every token that the vendor lists or the log shows, with who uses it and what should be mended about it.
 *
 * The vendor knows tokens that are never used, the log those that the vendor does not list: another member's personal
 * tokens, tokens minted for minutes, tokens that are deleted by now. Each list is matched to the other by id, else by
 * name; Pulumi keeps a name reserved even after deletion, so a name is one token.
 */
import { isNamed, type Principal } from '../principal.ts';
import type { Stretch } from '../time.ts';
import { type Caller, callersOf } from './callers.ts';
import { type Circumstances, type Hygiene, type HygieneLimits, hygieneOf } from './hygiene.ts';
import type { ListedToken, Listing } from './listing.ts';
import { deletedAtMsOf, type TokenUse, type Uses } from './uses.ts';

export type TokenRecord = {
  readonly source: string;
  readonly principal: Principal;
  readonly listed: ListedToken | undefined;
  readonly use: TokenUse | undefined;
  readonly callers: readonly Caller[];
  readonly hygiene: readonly Hygiene[];
  /** When the log said that it was deleted; undefined where it did not, or the vendor lists it all the same. */
  readonly deletedAtMs: number | undefined;
  /** The one that tokenwatch itself asks with. */
  readonly isOwn: boolean;
};

export type Inventory = {
  /** `pulumi`, `scalr` */
  readonly provider: string;
  readonly nowMs: number;
  /** How much of the log was read for it. */
  readonly observed: Stretch;
  readonly limits: HygieneLimits;
  /** Undefined where only a log was read. */
  readonly listing: Listing | undefined;
  /** Those with most to mend first, then by name. */
  readonly tokens: readonly TokenRecord[];
  /** Seen in the log beyond what is kept apart. */
  readonly uncounted: number;
};

export type InventoryQuestion = Circumstances & {
  readonly provider: string;
  readonly uses: Uses;
  /** By which name or id the log knows the token that asks. It is listed in any case: the right one may list no tokens. */
  readonly ownName?: string | undefined;
};

export const takeInventory = (question: InventoryQuestion): Inventory => {
  const { uses, listing, observed, limits, nowMs } = question;
  const matched = new Set<string>();
  const found = usesByWords(uses);
  const listed = (listing?.tokens ?? []).map((token) => {
    const use = found.byId.get(token.id) ?? found.byName.get(token.name);
    if (use !== undefined) matched.add(use.key);
    const principal = use?.principal ?? {
      provider: question.provider,
      kind: 'token' as const,
      id: token.id,
      name: token.name,
    };
    return recordOf({ source: question.source, principal, listed: token, use }, question);
  });
  const unlisted = [...uses.tokens.values()]
    .filter(({ key }) => !matched.has(key))
    .map((use) => recordOf({ source: use.source, principal: use.principal, listed: undefined, use }, question));
  const known = [...listed, ...unlisted];
  const tokens = known.some(({ isOwn }) => isOwn) ? known : [...known, ...ownAlone(question)];
  return {
    provider: question.provider,
    nowMs,
    observed,
    limits,
    listing,
    tokens: tokens.sort(
      (a, b) => b.hygiene.length - a.hygiene.length || (a.principal.name < b.principal.name ? -1 : 1),
    ),
    uncounted: uses.uncounted,
  };
};

/** No name may stand for another's id, so each has a map of its own. */
const usesByWords = ({ tokens }: Uses) => {
  const uses = [...tokens.values()];
  return {
    byId: new Map(uses.map((use) => [use.principal.id, use])),
    byName: new Map(uses.map((use) => [use.principal.name, use])),
  };
};

const recordOf = (
  token: Pick<TokenRecord, 'source' | 'principal' | 'listed' | 'use'>,
  question: InventoryQuestion,
): TokenRecord => {
  const callers = token.use === undefined ? [] : callersOf(token.use);
  const { listed, principal } = token;
  const { ownName } = question;
  const isNamedOwn = ownName !== undefined && principal.kind === 'token' && isNamed(principal, ownName);
  const isOwn = listed?.isOwn === true || isNamedOwn;
  const deletedAtMs =
    listed === undefined && token.use !== undefined ? deletedAtMsOf(question.uses, token.use) : undefined;
  const hygiene = deletedAtMs === undefined ? hygieneOf({ ...token, callers }, question) : [];
  return { ...token, callers, hygiene, deletedAtMs, isOwn };
};

/** Neither listed nor in the log, where reading leaves no line. */
const ownAlone = (question: InventoryQuestion): readonly TokenRecord[] => {
  const { source, provider, ownName } = question;
  if (ownName === undefined) return [];
  const principal = { provider, kind: 'token' as const, id: ownName, name: ownName };
  return [recordOf({ source, principal, listed: undefined, use: undefined }, question)];
};

/** Those that the words name: an id if it is one, for ids are never shared; else every bearer of the name. */
export const tokensNamed = (words: string, { tokens }: Pick<Inventory, 'tokens'>): readonly TokenRecord[] => {
  const found = tokens.filter(
    ({ principal, listed }) => isNamed(principal, words) || (listed !== undefined && isNamed(asNamed(listed), words)),
  );
  const byId = found.filter(({ principal, listed }) => principal.id === words || listed?.id === words);
  return byId.length > 0 ? byId : found;
};

const asNamed = ({ id, name }: ListedToken): Principal => ({ provider: '', kind: 'token', id, name });
