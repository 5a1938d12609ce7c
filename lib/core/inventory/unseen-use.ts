/**
 * Used, and the log does not show it: the vendor counts a use of the token later than anything of it in the log. With a
 * vendor that logs only changes that may be plain reading; with any, it may be what somebody kept out of the log. Misses:
 * uses within a day of one that was logged.
 *
 * As news it is worth little unless the token is known otherwise, since Pulumi Cloud logs no reads, lists or previews, and
 * whether Scalr does is not documented: a token that only reads is used all day without a line. So it is told once for
 * each token, and only of two kinds. A token that lay still for a month and then is used so: whoever finds a leaked token
 * first asks whose it is, which counts as a use and leaves no line. And one that showed in the log whenever it was used, for
 * two weeks of watching. Every other is noted as one that is used so, and `inventory` lists it.
 */
import { msPerDay, type Stretch } from '../time.ts';
import type { ListedToken, Listing } from './listing.ts';

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

/** No name may stand for another's id, so ids come first. */
export const lastLoggedOf = (
  seen: readonly { readonly id: string; readonly name: string; readonly lastAtMs: number }[],
): LastLogged => {
  const byId = new Map(seen.map(({ id, lastAtMs }) => [id, lastAtMs]));
  const byName = new Map(seen.map(({ name, lastAtMs }) => [name, lastAtMs]));
  return ({ id, name }) => byId.get(id) ?? byName.get(name);
};

/** What earlier surveys showed of a token's uses. */
export type KnownUse = readonly [
  id: string,
  /** The latest use; 0: none. */
  lastMs: number,
  /** The one before it that a survey showed, else the making of the token, else the first survey. */
  beforeMs: number,
  /** 1: it is known to be used without a line in the log. */
  isUnlogged: 0 | 1,
];

/** A use worth telling: of a token that lay still until then, or that always showed in the log. */
export type UnseenNews = UnseenUse & { readonly sinceMs: number; readonly why: 'woke' | 'always-logged' };

export type UsesKnown = {
  readonly known: readonly KnownUse[];
  readonly lastLogged: LastLogged;
  readonly observed: Stretch;
  readonly surveyedSinceMs: number;
  readonly nowMs: number;
};

/** Tokens used once a month for some report are many; a stolen one has often lain longer in some old file. */
const stillMsMin = 30 * msPerDay;
/** Two working weeks: whatever a token does every week was seen twice. */
const surveyedMsMin = 14 * msPerDay;
/** A commit takes some ten alerts beside the rest; what is left over is told an hour later. */
const newsMax = 10;
/** At the length of Pulumi's ids some 150,000 characters, well below what a stored item holds; those used last are kept. */
const usesMax = 2_500;
const idCharsMax = 200;

/** What is to be told, and what is known of all tokens from now on. */
export const unseenNews = (
  { tokens }: Listing,
  { known, lastLogged, observed, surveyedSinceMs, nowMs }: UsesKnown,
): { readonly news: readonly UnseenNews[]; readonly uses: readonly KnownUse[] } => {
  const byId = new Map(known.map((use) => [use[0], use]));
  const news: UnseenNews[] = [];
  const uses = tokens.filter(isCounted).map((token): KnownUse => {
    const { id, lastUsedAtMs = 0, createdAtMs = surveyedSinceMs } = token;
    const before = byId.get(id);
    const [, lastMs, beforeMs, isUnlogged] = before ?? [id, lastUsedAtMs, lastUsedAtMs || createdAtMs, 0];
    const isUsedSince = lastUsedAtMs > lastMs;
    const now: KnownUse = [
      id,
      Math.max(lastUsedAtMs, lastMs),
      isUsedSince ? lastMs || createdAtMs : beforeMs,
      isUnlogged,
    ];
    // What was used this minute the log may show in the next; of a token in steady use an earlier hour tells as much.
    const [, usedMs, sinceMs] = lastUsedAtMs < observed.toMs || before === undefined ? now : before;
    const [unseen] = unseenUse(
      { tokens: [{ ...token, lastUsedAtMs: usedMs }], members: undefined, missing: [] },
      { lastLogged, observed },
    );
    if (unseen === undefined || isUnlogged === 1) return now;
    const why = before === undefined ? undefined : reasonToTell(unseen, { sinceMs, surveyedSinceMs, nowMs });
    if (why !== undefined && news.length >= newsMax) return before ?? now;
    if (why !== undefined) news.push({ ...unseen, token, sinceMs: Math.max(sinceMs, unseen.loggedMs ?? 0), why });
    return [id, now[1], now[2], 1];
  });
  return { news, uses: uses.toSorted((a, b) => b[1] - a[1]).slice(0, usesMax) };
};

/** Refresh tokens are used by the vendor's own tools, whenever those like. */
const isCounted = ({ id, kind, isOwn, isUnnamedInLog }: ListedToken): boolean =>
  isOwn !== true && isUnnamedInLog !== true && kind !== 'refresh' && id.length <= idCharsMax;

const reasonToTell = (
  { listedMs, loggedMs }: UnseenUse,
  at: { readonly sinceMs: number; readonly surveyedSinceMs: number; readonly nowMs: number },
): UnseenNews['why'] | undefined => {
  if (listedMs - Math.max(at.sinceMs, loggedMs ?? 0) >= stillMsMin) return 'woke';
  return loggedMs !== undefined && at.nowMs - at.surveyedSinceMs >= surveyedMsMin ? 'always-logged' : undefined;
};
