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
import type { TokenUse, Uses } from './uses.ts';

export type TokenRecord = {
  readonly source: string;
  readonly principal: Principal;
  readonly listed: ListedToken | undefined;
  readonly use: TokenUse | undefined;
  readonly callers: readonly Caller[];
  readonly hygiene: readonly Hygiene[];
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

export type InventoryQuestion = Circumstances & { readonly provider: string; readonly uses: Uses };

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
  return {
    provider: question.provider,
    nowMs,
    observed,
    limits,
    listing,
    tokens: [...listed, ...unlisted].sort(
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
  return { ...token, callers, hygiene: hygieneOf({ ...token, callers }, question) };
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
