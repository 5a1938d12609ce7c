/**
 * After a leak: was it used by somebody else, what did they do, what could they reach, and how sure is that? A log goes
 * in three times (who is in it; what the engine says of each session; what was done in those in doubt), and one value
 * comes out that a report can show. Times are the log's own; `untilMs` is the only now, and it is given.
 */
import { type AuditEvent, inOrder } from '../event.ts';
import type { Principal } from '../principal.ts';
import { dayOf, hourOf } from '../time.ts';
import { type Explanation, type JudgedSession, type Judgement, judgeSessions, type Sign } from './judge-place.ts';
import type { Place } from './places.ts';
import type { Registered } from './register.ts';
import { beginSurvey, endSurvey, type Question, type SurveyedSession, surveyEvents, type Touched } from './survey.ts';
import { addOpened, beginTraces, isOpening, type Opened, type Traces, traceEvents } from './traces.ts';
import { type LogCoverage, type Verdict, verdictOn } from './verdict.ts';

/** A place with what came of judging it: who calls from where. */
export type Caller = Pick<
  Place,
  'principalKey' | 'ownerKey' | 'network' | 'firstAtMs' | 'lastAtMs' | 'events' | 'days'
> & {
  /** The worst of its sessions. */
  readonly judgement: Judgement;
  readonly signs: readonly Sign[];
  readonly explanation: Explanation | undefined;
  readonly sessions: number;
  /** Those of them that were judged so. */
  readonly sessionsSo: number;
  readonly addresses: readonly string[];
  readonly targets: readonly string[];
};

export type Subject = Registered & {
  readonly createdAtMs: number | undefined;
  readonly deletedAtMs: number | undefined;
};

/** Events in time order, and how many more there were. */
export type Listed = { readonly events: readonly AuditEvent[]; readonly unlisted: number };

/** Somebody else who worked from a foreign place since the leak, or since the first foreign session; or with a token made there. */
export type Follower = { readonly principal: Principal; readonly isMadeThere: boolean } & Listed;

/** Events of one hour, by what the sessions were judged. */
export type HourOfUse = {
  readonly hour: number;
  readonly usual: number;
  readonly unclear: number;
  readonly foreign: number;
};

export type Investigation = {
  readonly subjects: readonly Subject[];
  readonly leakedAtMs: number | undefined;
  readonly untilMs: number;
  readonly verdict: Verdict;
  /** What was known before: sessions before the leak, or all that were only learned from. */
  readonly history: { readonly sessions: number; readonly days: number; readonly fromMs: number | undefined };
  /** Foreign ones first, then unclear ones, each in time order. The usual ones are counted. */
  readonly sessions: readonly JudgedSession[];
  readonly counts: Readonly<Record<Judgement, number>>;
  /** Foreign first, then by use. */
  readonly callers: readonly Caller[];
  /** What was done in foreign sessions; where there are none, in unclear ones. */
  readonly deeds: {
    readonly sensitive: readonly AuditEvent[];
    readonly others: readonly AuditEvent[];
    readonly unlisted: number;
  };
  /** What was opened in those sessions, or with tokens made in them: to be rotated. In the order in which it was. */
  readonly opened: readonly Opened[];
  readonly followers: readonly Follower[];
  /** Most used first. */
  readonly reach: readonly Touched[];
  readonly unlistedTargets: number;
  /** Hours with any use, in time order. */
  readonly use: readonly HourOfUse[];
  readonly coverage: LogCoverage;
};

/** For logs that fit into memory; `app/investigate.ts` does the same with those that do not. */
export const investigate = (
  events: readonly AuditEvent[],
  question: Question & { readonly coverage: LogCoverage },
): Investigation => {
  const survey = beginSurvey(question);
  surveyEvents(events, survey);
  endSurvey(survey);
  const traces = beginTraces(survey);
  traceEvents(events, traces);
  return concludeFrom(traces, question.coverage);
};

export const concludeFrom = (traces: Traces, coverage: LogCoverage): Investigation => {
  const { survey } = traces;
  const { subjects, leakedAtMs, untilMs } = survey.question;
  const sessions = judgeSessions(traces);
  const followers = followersOf(sessions, traces);
  const before = sessions.filter(({ startMs, judgement }) =>
    leakedAtMs === undefined ? judgement === 'learned' : startMs < leakedAtMs,
  );
  return {
    subjects: subjects.map((subject) => ({
      ...subject,
      createdAtMs: traces.createdAtMs.get(subject.key),
      deletedAtMs: traces.deletedAtMs.get(subject.key),
    })),
    leakedAtMs,
    untilMs,
    verdict: verdictOn(sessions, { traces, coverage }),
    history: {
      sessions: before.length,
      days: new Set(before.map(({ startMs }) => dayOf(startMs))).size,
      fromMs: before[0]?.startMs,
    },
    sessions: ['foreign' as const, 'unclear' as const].flatMap((judgement) =>
      sessions.filter((session) => session.judgement === judgement),
    ),
    counts: countsOf(sessions),
    callers: callersOf(sessions, traces.places),
    deeds: deedsOf(sessions, traces),
    opened: openedIn(sessions, { traces, followers }),
    followers,
    reach: [...survey.touched.values()].sort((a, b) => b.events - a.events || (a.target < b.target ? -1 : 1)),
    unlistedTargets: survey.untouchedTargets,
    use: useOf(sessions),
    coverage,
  };
};

const countsOf = (sessions: readonly JudgedSession[]): Investigation['counts'] => {
  const counts = { learned: 0, usual: 0, unclear: 0, foreign: 0 };
  for (const { judgement } of sessions) counts[judgement] += 1;
  return counts;
};

const worstFirst: readonly Judgement[] = ['foreign', 'unclear', 'usual', 'learned'];

const placeKey = ({ principalKey, ownerKey }: Pick<Place, 'principalKey' | 'ownerKey'>): string =>
  `${principalKey}|${ownerKey}`;

const callersOf = (sessions: readonly JudgedSession[], places: readonly Place[]): readonly Caller[] => {
  const byPlace = Map.groupBy(sessions, placeKey);
  return places
    .map(({ isNewcomer: _, prefixes: _prefixes, sessions: there, ...place }): Caller => {
      const judged = byPlace.get(placeKey(place)) ?? [];
      const judgement = worstFirst.find((each) => judged.some((session) => session.judgement === each)) ?? 'usual';
      const worst = judged.filter((session) => session.judgement === judgement);
      return {
        ...place,
        judgement,
        signs: [...new Set(worst.flatMap(({ signs }) => signs))],
        explanation: worst.find(({ explanation }) => explanation !== undefined)?.explanation,
        sessions: there.length,
        sessionsSo: worst.length,
        addresses: [...new Set(there.flatMap(({ addresses }) => addresses))],
        targets: [...new Set(there.flatMap(({ targets }) => targets))],
      };
    })
    .sort((a, b) => rankOf(a) - rankOf(b) || b.events - a.events || a.firstAtMs - b.firstAtMs);
};

const rankOf = ({ judgement }: Caller): number => Math.min(2, worstFirst.indexOf(judgement));

/** The sessions that the report is about: the foreign ones, or failing these the unclear ones. */
const inQuestion = (sessions: readonly JudgedSession[]): readonly JudgedSession[] => {
  const foreign = sessions.filter(({ judgement }) => judgement === 'foreign');
  return foreign.length > 0 ? foreign : sessions.filter(({ judgement }) => judgement === 'unclear');
};

const deedsOf = (sessions: readonly JudgedSession[], { deeds }: Traces): Investigation['deeds'] => {
  const questioned = new Set(inQuestion(sessions).map(sessionKey));
  const lists = [...deeds].flatMap(([session, list]) => (questioned.has(sessionKey(session)) ? [list] : []));
  const listed = lists.reduce((sum, { sensitive, others }) => sum + sensitive.length + others.length, 0);
  const all = inQuestion(sessions).reduce((sum, { events }) => sum + events, 0);
  return {
    sensitive: lists.flatMap(({ sensitive }) => sensitive).sort(inOrder),
    others: lists.flatMap(({ others }) => others).sort(inOrder),
    unlisted: Math.max(0, all - listed),
  };
};

const openedIn = (
  sessions: readonly JudgedSession[],
  { traces, followers }: { readonly traces: Traces; readonly followers: readonly Follower[] },
): readonly Opened[] => {
  const questioned = new Set(inQuestion(sessions).map(sessionKey));
  const all = new Map<string, Opened>();
  for (const [session, there] of traces.opened) {
    if (questioned.has(sessionKey(session))) for (const each of there.values()) addOpened(each, all);
  }
  for (const { isMadeThere, events } of followers) {
    for (const { target, atMs } of isMadeThere ? events.filter(isOpening) : []) {
      if (target !== undefined) addOpened({ target, events: 1, firstAtMs: atMs, lastAtMs: atMs }, all);
    }
  }
  return [...all.values()].sort((a, b) => a.firstAtMs - b.firstAtMs || (a.target < b.target ? -1 : 1));
};

const sessionKey = ({ principalKey, ownerKey, startMs }: SurveyedSession): string =>
  `${principalKey}|${ownerKey}|${startMs}`;

/** Others from foreign places, and whoever used tokens made in foreign sessions. */
const followersOf = (
  sessions: readonly JudgedSession[],
  { followOn, madeTokens, survey }: Traces,
): readonly Follower[] => {
  const foreign = sessions.filter(({ judgement }) => judgement === 'foreign');
  const prefixes = new Set(foreign.flatMap((session) => session.prefixes));
  const sinceMs = Math.min(
    foreign[0]?.startMs ?? Number.POSITIVE_INFINITY,
    survey.question.leakedAtMs ?? Number.POSITIVE_INFINITY,
  );
  const isFromThere = ({ atMs, ip }: AuditEvent): boolean =>
    atMs >= sinceMs && ip !== undefined && prefixes.has(survey.question.networks(ip).prefix);
  return [...followOn.values()]
    .flatMap(({ sensitive, others, unlisted }): readonly Follower[] => {
      const principal = (sensitive[0] ?? others[0])?.principal;
      if (principal === undefined) return [];
      const isMadeThere =
        principal.kind === 'token' && (madeTokens.has(principal.id) || madeTokens.has(principal.name));
      const events = [...sensitive, ...others].filter((event) => isMadeThere || isFromThere(event)).sort(inOrder);
      return events.length === 0 ? [] : [{ principal, isMadeThere, events, unlisted }];
    })
    .sort(
      (a, b) => Number(b.isMadeThere) - Number(a.isMadeThere) || (a.events[0]?.atMs ?? 0) - (b.events[0]?.atMs ?? 0),
    );
};

const useOf = (sessions: readonly JudgedSession[]): readonly HourOfUse[] => {
  const hours = new Map<number, { hour: number; usual: number; unclear: number; foreign: number }>();
  for (const { startMs, hourCounts, judgement } of sessions) {
    hourCounts.forEach((count, after) => {
      if (count === undefined || count === 0) return;
      const hour = hourOf(startMs) + after;
      const use = hours.get(hour) ?? { hour, usual: 0, unclear: 0, foreign: 0 };
      use[judgement === 'learned' ? 'usual' : judgement] += count;
      hours.set(hour, use);
    });
  }
  return [...hours.values()].sort((a, b) => a.hour - b.hour);
};
