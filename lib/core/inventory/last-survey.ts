/**
 * What is remembered from one survey of a vendor's API to the next, and what a new one adds: events for the log, alerts for
 * people, and a note of what needs care for as long as it does. Pure: when a survey was taken and what it showed come in.
 */
import type { Alert } from '../alert.ts';
import type { Principal } from '../principal.ts';
import { msPerDay, msPerHour, msPerMinute, type Stretch } from '../time.ts';
import { changesSince, type Seen } from './changes.ts';
import { expiredUses } from './expired-use.ts';
import { type HealthCircumstances, type HealthFinding, healthOf, newHealth } from './health.ts';
import type { ListedToken, Listing } from './listing.ts';
import type { Survey } from './survey.ts';
import { expiredUseAlert, healthAlert, unseenUseAlert } from './survey-alerts.ts';
import { type KnownUse, type LastLogged, unseenNews } from './unseen-use.ts';

/** Version of what is stored. A change of shape takes the next number and an upgrade step. */
export const lastSurveyVersion = 1;

/** A token that the monitor reads with, or has read with. */
export type OwnToken = {
  /** As the log names it. */
  readonly name: string;
  /** Somebody else did their work with it before: its use is then no news, and it should be a token of our own. */
  readonly isShared: boolean;
  /** When another took its place. Absent: it is the present one, or was replaced before this was noted. */
  readonly replacedAtMs?: number;
};

/** A token in use that ends soon: whatever uses it stops then. */
export type EndingToken = { readonly name: string; readonly endsMs: number };

export type LastSurvey = {
  /** When the API was last asked, whatever came of it; 0 before the first time. */
  readonly askedAtMs: number;
  /** It shows nothing to our token, so it is asked seldom. */
  readonly isRefused: boolean;
  /** Of the first survey that showed something. */
  readonly firstAtMs: number | undefined;
  readonly seen: Seen | undefined;
  readonly uses: readonly KnownUse[];
  /** The latest first. */
  readonly own: readonly OwnToken[];
  /** As of the last survey. */
  readonly health: readonly HealthFinding[];
  readonly ending: readonly EndingToken[];
};

export const neverSurveyed: LastSurvey = {
  askedAtMs: 0,
  isRefused: false,
  firstAtMs: undefined,
  seen: undefined,
  uses: [],
  own: [],
  health: [],
  ending: [],
};

/** Lists change seldom, and the vendors' limits are for other people too. */
const everyMs = msPerHour;
/** Rights are granted by hand; nobody waits for the minute. */
const refusedEveryMs = msPerDay;

/** A clock that was set back does not stop the surveys. */
export const isSurveyDue = ({ askedAtMs, isRefused }: LastSurvey, nowMs: number): boolean =>
  Math.abs(nowMs - askedAtMs) >= (isRefused ? refusedEveryMs : everyMs);

export type SurveyedAt = HealthCircumstances & {
  readonly source: string;
  /** What of the log was read since the watch began: its first start read the rest as history. */
  readonly observed: Stretch;
  readonly lastLogged: LastLogged;
};

/** What is remembered from now on, and what people are to be told; the events to be judged are in what was `seen`. */
export const afterSurvey = (
  last: LastSurvey,
  survey: Survey,
  at: SurveyedAt,
): { readonly last: LastSurvey; readonly alerts: readonly Alert[] } => {
  const { source, nowMs } = at;
  const { events, seen } = changesSince(last.seen, survey, { source, atMs: nowMs });
  const firstAtMs = last.firstAtMs ?? nowMs;
  const { news, uses } = unseenNews(survey.listing, { ...at, known: last.uses, surveyedSinceMs: firstAtMs });
  const health = healthOf(survey, at);
  // That the export stopped just now is an event already, and is told as that.
  const isTold = ({ finding }: HealthFinding): boolean => events.some(({ action }) => action === finding);
  return {
    last: {
      ...last,
      isRefused: false,
      firstAtMs,
      seen,
      uses,
      health,
      ending: endingSoon(survey.listing, nowMs),
    },
    alerts: [
      ...news.map((unseen) => unseenUseAlert(unseen, { source, nowMs })),
      ...expiredUses(survey.listing, { before: last.uses, after: uses }).map((use) =>
        expiredUseAlert(use, { source, nowMs }),
      ),
      ...newHealth(last.health, health)
        .filter((finding) => !isTold(finding))
        .map((finding) => healthAlert(finding, { source, nowMs })),
    ],
  };
};

/** The API refused our token, while the log can be read: what stood is forgotten, as nobody knows whether it still does. */
export const afterRefusal = (
  last: LastSurvey,
  reason: string,
  { source, nowMs }: Pick<SurveyedAt, 'source' | 'nowMs'>,
): { readonly last: LastSurvey; readonly alerts: readonly Alert[] } => {
  const health: readonly HealthFinding[] = [{ finding: 'api-refused', reason: reason.slice(0, reasonCharsMax) }];
  return {
    last: { ...last, isRefused: true, health },
    alerts: newHealth(last.health, health).map((finding) => healthAlert(finding, { source, nowMs })),
  };
};
const reasonCharsMax = 300;

/** Those before the present one: whoever replaces a token forgets a copy of it. */
const ownMax = 4;

/** The monitor reads with another token than before, which may be shown more. */
export const withOwn = (
  last: LastSurvey,
  { name, isShared }: Pick<OwnToken, 'name' | 'isShared'>,
  nowMs: number,
): LastSurvey => {
  const before = last.own
    .filter((own) => own.name !== name)
    .map((own): OwnToken => ({ ...own, replacedAtMs: own.replacedAtMs ?? nowMs }));
  return { ...last, isRefused: false, own: [{ name, isShared }, ...before].slice(0, ownMax) };
};

/**
 * Whether it is a token that the monitor reads with or has read with. A token that was somebody else's before is none: what
 * they do with it says nothing.
 */
export const isOwnIn = ({ own }: LastSurvey): ((principal: Principal) => boolean) => {
  const names = new Set(own.filter(({ isShared }) => !isShared).map(({ name }) => name));
  return ({ kind, id, name }) => kind === 'token' && (names.has(id) || names.has(name));
};

/** A store's answer serves for five minutes, and our clock may differ from the vendor's. */
const graceMs = 10 * msPerMinute;

/**
 * Since when nobody should use it any more, where it is a token that the monitor read with before. A deployed monitor and a
 * laptop's may read with the same one, and each takes up the next when its own memory of the store ends.
 */
export const replacedOwnIn = ({ own }: LastSurvey): ((principal: Principal) => number | undefined) => {
  const [, ...former] = own;
  const since = new Map(
    former.flatMap(({ name, isShared, replacedAtMs = 0 }) =>
      isShared ? [] : [[name, replacedAtMs + graceMs] as const],
    ),
  );
  return ({ kind, id, name }) => (kind === 'token' ? (since.get(id) ?? since.get(name)) : undefined);
};

const endsSoonMs = 7 * msPerDay;
/** Nothing stops with a token that nobody uses. */
const inUseMs = 30 * msPerDay;
const endingMax = 10;

const endingSoon = ({ tokens }: Listing, nowMs: number): readonly EndingToken[] => {
  const ends = ({ expiresAtMs = Number.POSITIVE_INFINITY, lastUsedAtMs = 0, isOwn }: ListedToken): boolean =>
    expiresAtMs > nowMs && expiresAtMs - nowMs < endsSoonMs && nowMs - lastUsedAtMs < inUseMs && isOwn !== true;
  return tokens
    .filter(ends)
    .map(({ name, expiresAtMs }) => ({ name, endsMs: expiresAtMs ?? 0 }))
    .sort((a, b) => a.endsMs - b.endsMs)
    .slice(0, endingMax);
};

export const encodeLastSurvey = (last: LastSurvey): string => JSON.stringify(last);

/** Throws where the text is none that `encodeLastSurvey` wrote. What was undefined comes back absent, which reads the same. */
export const decodeLastSurvey = (text: string): LastSurvey => {
  const { askedAtMs, isRefused, firstAtMs, seen, uses, own, health, ending } = JSON.parse(text) as LastSurvey;
  const isWhole =
    Number.isFinite(askedAtMs) &&
    [uses, own, health, ending].every((list) => Array.isArray(list)) &&
    (seen === undefined || Array.isArray(seen.events));
  if (!isWhole) throw new TypeError('what was surveyed holds a time and lists');
  return { askedAtMs, isRefused: isRefused === true, firstAtMs, seen, uses, own, health, ending };
};
