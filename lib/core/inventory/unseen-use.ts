/**
 * Used, and the log does not show it: the vendor counts a use of the token later than anything of it in the log. With a
 * vendor that logs only changes that may be plain reading; with any, it may be what somebody kept out of the log. Misses:
 * uses within a day of one that was logged.
 */
import { msPerDay, type Stretch } from '../time.ts';
import type { ListedToken, Listing } from './listing.ts';
import type { Uses } from './uses.ts';

export type UnseenUse = {
  readonly token: ListedToken;
  readonly listedMs: number;
  /** Undefined: not once in what was read. */
  readonly loggedMs: number | undefined;
};

/** When the log last shows the token in use. */
export type LastLogged = (token: ListedToken) => number | undefined;

/** The vendor may note a use hours late. */
const unseenMsMin = msPerDay;

export const unseenUse = (
  { tokens }: Listing,
  { lastLogged, observed }: { readonly lastLogged: LastLogged; readonly observed: Stretch },
): readonly UnseenUse[] =>
  tokens.flatMap((token) => {
    const { lastUsedAtMs: listedMs, isOwn, isUnnamedInLog } = token;
    // The monitor reads all day, and reading is what a log leaves out first.
    if (listedMs === undefined || isOwn === true || isUnnamedInLog === true) return [];
    const loggedMs = lastLogged(token);
    const isRead = listedMs >= observed.fromMs && listedMs < observed.toMs;
    const isUnseen = isRead && listedMs - Math.max(loggedMs ?? 0, observed.fromMs) > unseenMsMin;
    return isUnseen ? [{ token, listedMs, loggedMs }] : [];
  });

/** As a log that was gone through tells. No name may stand for another's id, so ids come first. */
export const lastLoggedIn = ({ tokens }: Uses): LastLogged => {
  const uses = [...tokens.values()];
  const byId = new Map(uses.map(({ principal, lastAtMs }) => [principal.id, lastAtMs]));
  const byName = new Map(uses.map(({ principal, lastAtMs }) => [principal.name, lastAtMs]));
  return ({ id, name }) => byId.get(id) ?? byName.get(name);
};
