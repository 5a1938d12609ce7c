/**
 * Where a principal was used from: its sessions put together by network owner, as one place is mostly one caller. What
 * decides an investigation is seldom one session but whether a place is new, and what came of it later.
 */
import type { Network } from '../network.ts';
import { dayOf } from '../time.ts';
import type { Survey, SurveyedSession } from './survey.ts';

export type Place = {
  readonly principalKey: string;
  readonly ownerKey: string;
  /** Of the first event from there. */
  readonly network: Network;
  /** In time order; at least one. */
  readonly sessions: readonly SurveyedSession[];
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly events: number;
  /** Days on which sessions began there. */
  readonly days: number;
  readonly prefixes: ReadonlySet<string>;
  /** Not of the history that the principal began with: something was known before it came. */
  readonly isNewcomer: boolean;
};

/** As the engine has it: before it nothing can be unfamiliar. */
const sessionsMin = 5;
/** Five sessions of one afternoon say nothing of a week. */
const daysMin = 3;

/** Whether there was enough before this session to compare it with. */
export const hasHistory = ({ sessionsBefore, daysBefore }: SurveyedSession): boolean =>
  sessionsBefore >= sessionsMin && daysBefore >= daysMin;

/** In the order of their first use. */
export const placesIn = ({ sessions }: Pick<Survey, 'sessions'>): readonly Place[] => {
  const byPlace = new Map<string, SurveyedSession[]>();
  for (const session of sessions) {
    const key = `${session.principalKey}|${session.ownerKey}`;
    const there = byPlace.get(key);
    if (there === undefined) byPlace.set(key, [session]);
    else there.push(session);
  }
  return [...byPlace.values()].flatMap((there) => {
    const [first] = there;
    return first === undefined ? [] : [placeOf(first, there)];
  });
};

const placeOf = (first: SurveyedSession, sessions: readonly SurveyedSession[]): Place => ({
  principalKey: first.principalKey,
  ownerKey: first.ownerKey,
  network: first.network,
  sessions,
  firstAtMs: first.startMs,
  lastAtMs: sessions.reduce((last, { lastMs }) => Math.max(last, lastMs), first.lastMs),
  events: sessions.reduce((sum, { events }) => sum + events, 0),
  days: new Set(sessions.map(({ startMs }) => dayOf(startMs))).size,
  prefixes: new Set(sessions.flatMap(({ prefixes }) => prefixes)),
  isNewcomer: hasHistory(first),
});
