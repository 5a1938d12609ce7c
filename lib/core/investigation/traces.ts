/**
 * The third reading, once it is known which sessions and places are in doubt: what was done in them, who else of the
 * organization was there before, and what others did from there afterwards, tokens included that were made there.
 * Belongs to the fold that made it, which adds to it in place.
 */
import { type ActionKind, changesTokens, isSensitive, kindOf } from '../action.ts';
import type { AuditEvent } from '../event.ts';
import { ownerKey } from '../network.ts';
import { type Principal, principalKey } from '../principal.ts';
import { isAccepted } from '../session.ts';
import { dayOf } from '../time.ts';
import { type Place, placesIn } from './places.ts';
import { type Survey, type SurveyedSession, subjectKeyOf } from './survey.ts';

/** Somebody else of the organization at a place in doubt. */
export type Neighbour = {
  readonly principal: Principal;
  readonly user: string | undefined;
  readonly firstAtMs: number;
  lastAtMs: number;
  events: number;
  /** Days of use, and those of them before the token was first used there and before it leaked. */
  days: number;
  daysBefore: number;
  lastDay: number;
};

export type Traces = {
  readonly survey: Survey;
  readonly places: readonly Place[];
  /** By principal and owner, in time order; the most suspect ones, at most `sessionsMax`. */
  readonly inDoubt: ReadonlyMap<string, readonly SurveyedSession[]>;
  /**
   * By prefix: since when whoever was there may have come with a thief. That is when the token was first used from there,
   * or when it leaked, if that was earlier: where one token leaked, others often did, and may have been used first.
   * Places that came when something was known already.
   */
  readonly prefixes: ReadonlyMap<string, number>;
  /** By prefix, then by principal key. */
  readonly neighbours: Map<string, Map<string, Neighbour>>;
  /** What the subjects did in sessions in doubt. */
  readonly deeds: Map<SurveyedSession, EventList>;
  /** What the subjects opened in sessions in doubt, counted, so that no flood of events can hide a name. */
  readonly opened: Map<SurveyedSession, Map<string, Opened>>;
  /** What others did from places in doubt, from when they may have come with a thief, or with tokens made there. */
  readonly followOn: Map<string, EventList>;
  /** Names and ids of tokens made in sessions in doubt. */
  readonly madeTokens: Set<string>;
  /** When the log says that a subject was created or deleted. */
  readonly createdAtMs: Map<string, number>;
  readonly deletedAtMs: Map<string, number>;
};

/** Something whose secrets, state or run somebody had: known to them from then on. */
export type Opened = {
  readonly target: string;
  events: number;
  firstAtMs: number;
  lastAtMs: number;
};

/** Events worth reading, sensitive ones apart so that no flood of others can crowd them out. */
export type EventList = { readonly sensitive: AuditEvent[]; readonly others: AuditEvent[]; unlisted: number };

/** Limits for each session and each follower, so that nobody can crowd out another. */
const sensitiveMax = 150;
const othersMax = 50;
const sessionsMax = 300;
const prefixesMax = 2_000;
const followersMax = 200;
const neighboursMax = 200;
const madeTokensMax = 200;
/** As many as the survey keeps of all that was touched. */
const openedMax = 2_000;

export const beginTraces = (survey: Survey): Traces => {
  const places = placesIn(survey);
  const suspects = places
    .map((place) => ({ doubt: Math.max(...place.sessions.map(doubtOf)), place }))
    .flatMap(({ doubt, place }) =>
      place.sessions
        .filter((session) => place.isNewcomer || doubtOf(session) > 0)
        // A place is new only once: later sessions from there are as suspect as its first.
        .map((session) => ({ session, doubt: place.isNewcomer ? doubt : doubtOf(session) })),
    )
    .sort((a, b) => b.doubt - a.doubt || a.session.startMs - b.session.startMs)
    .slice(0, sessionsMax)
    .map(({ session }) => session)
    .sort((a, b) => a.startMs - b.startMs);
  return {
    survey,
    places,
    inDoubt: Map.groupBy(suspects, sessionPlaceKey),
    prefixes: prefixesOf(places, survey.question.leakedAtMs),
    neighbours: new Map(),
    deeds: new Map(),
    opened: new Map(),
    followOn: new Map(),
    madeTokens: new Set(),
    createdAtMs: new Map(),
    deletedAtMs: new Map(),
  };
};

/** A wide net: what is caught in it is judged later. */
const doubtOf = ({ isFlagged, findings }: SurveyedSession): number =>
  findings.reduce((sum, { surprise }) => sum + surprise, isFlagged ? 1 : 0);

const prefixesOf = (places: readonly Place[], leakedAtMs = Number.POSITIVE_INFINITY): ReadonlyMap<string, number> => {
  const prefixes = new Map<string, number>();
  const newcomers = places
    .filter(({ isNewcomer }) => isNewcomer)
    .map((place) => ({ place, doubt: Math.max(...place.sessions.map(doubtOf)) }))
    .sort((a, b) => b.doubt - a.doubt);
  for (const { place } of newcomers) {
    for (const prefix of place.prefixes) {
      if (prefixes.size >= prefixesMax && !prefixes.has(prefix)) continue;
      prefixes.set(prefix, Math.min(place.firstAtMs, leakedAtMs, prefixes.get(prefix) ?? place.firstAtMs));
    }
  }
  return prefixes;
};

const sessionPlaceKey = ({ principalKey: key, ownerKey: owner }: SurveyedSession): string => `${key}|${owner}`;

/** The same events in the same order as the survey was given. */
export const traceEvents = (events: readonly AuditEvent[], traces: Traces): void => {
  const { question, memories } = traces.survey;
  for (const event of events) {
    if (event.atMs >= question.untilMs || !memories.has(event.source)) continue;
    traceTokenLife(event, traces);
    const key = subjectKeyOf(event, traces.survey);
    if (key !== undefined) traceSubject(event, key, traces);
    else traceOther(event, traces);
  }
};

const traceTokenLife = (event: AuditEvent, { survey, createdAtMs, deletedAtMs }: Traces): void => {
  if (event.outcome !== 'success' || event.target === undefined) return;
  const change = changesTokens(event.principal.provider, event.action);
  if (change === undefined) return;
  for (const { key, source, principal } of survey.question.subjects) {
    if (source !== event.source || principal.kind !== 'token') continue;
    if (event.target !== principal.name && event.target !== principal.id) continue;
    (change === 'created' ? createdAtMs : deletedAtMs).set(key, event.atMs);
  }
};

const traceSubject = (event: AuditEvent, key: string, traces: Traces): void => {
  const owner = event.ip === undefined ? 'none' : ownerKey(traces.survey.question.networks(event.ip));
  const session = latestBegun(traces.inDoubt.get(`${key}|${owner}`) ?? [], event.atMs);
  if (session === undefined || event.atMs > session.lastMs) return;
  list(event, session, { lists: traces.deeds, max: sessionsMax });
  if (isOpening(event)) noteOpened(event, session, traces);
  const made = changesTokens(event.principal.provider, event.action) === 'created' && event.outcome === 'success';
  if (made && event.target !== undefined && traces.madeTokens.size < madeTokensMax) traces.madeTokens.add(event.target);
};

const openingKinds: ReadonlySet<ActionKind> = new Set(['secrets', 'state', 'deploy']);

/** Whether it put secrets or state into the caller's hands. A deployment does so with all that its stack holds. */
export const isOpening = ({ principal, action, outcome }: AuditEvent): boolean =>
  outcome === 'success' && openingKinds.has(kindOf(principal.provider, action));

const noteOpened = ({ target, atMs }: AuditEvent, session: SurveyedSession, { opened }: Traces): void => {
  if (target === undefined) return;
  const there = opened.get(session) ?? new Map<string, Opened>();
  opened.set(session, there);
  addOpened({ target, events: 1, firstAtMs: atMs, lastAtMs: atMs }, there);
};

export const addOpened = ({ target, events, firstAtMs, lastAtMs }: Opened, all: Map<string, Opened>): void => {
  const known = all.get(target);
  if (known === undefined) {
    if (all.size < openedMax) all.set(target, { target, events, firstAtMs, lastAtMs });
    return;
  }
  known.events += events;
  known.firstAtMs = Math.min(known.firstAtMs, firstAtMs);
  known.lastAtMs = Math.max(known.lastAtMs, lastAtMs);
};

/** Sessions of one place do not overlap and are in time order. */
const latestBegun = (sessions: readonly SurveyedSession[], atMs: number): SurveyedSession | undefined => {
  let low = 0;
  let high = sessions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sessions[middle]?.startMs ?? 0) <= atMs) low = middle + 1;
    else high = middle;
  }
  return sessions[low - 1];
};

const traceOther = (event: AuditEvent, traces: Traces): void => {
  const { principal } = event;
  const isMade =
    principal.kind === 'token' && (traces.madeTokens.has(principal.name) || traces.madeTokens.has(principal.id));
  const prefix = event.ip === undefined ? undefined : traces.survey.question.networks(event.ip).prefix;
  const sinceMs = prefix === undefined ? undefined : traces.prefixes.get(prefix);
  if (isMade || (sinceMs !== undefined && event.atMs >= sinceMs)) {
    list(event, principalKey(event.source, principal), { lists: traces.followOn, max: followersMax });
  }
  if (prefix === undefined || sinceMs === undefined || !isAccepted(event)) return;
  const there = traces.neighbours.get(prefix) ?? new Map<string, Neighbour>();
  traces.neighbours.set(prefix, there);
  meet(event, there, sinceMs);
};

const meet = (event: AuditEvent, there: Map<string, Neighbour>, sinceMs: number): void => {
  const key = principalKey(event.source, event.principal);
  const day = dayOf(event.atMs);
  const known = there.get(key);
  if (known === undefined) {
    if (there.size >= neighboursMax) return;
    there.set(key, {
      principal: event.principal,
      user: event.user,
      firstAtMs: event.atMs,
      lastAtMs: event.atMs,
      events: 1,
      days: 1,
      daysBefore: event.atMs < sinceMs ? 1 : 0,
      lastDay: day,
    });
    return;
  }
  known.events += 1;
  known.lastAtMs = event.atMs;
  if (day === known.lastDay) return;
  known.days += 1;
  known.daysBefore += event.atMs < sinceMs ? 1 : 0;
  known.lastDay = day;
};

const list = <Key>(
  event: AuditEvent,
  key: Key,
  { lists, max }: { readonly lists: Map<Key, EventList>; readonly max: number },
): void => {
  const events = lists.get(key) ?? { sensitive: [], others: [], unlisted: 0 };
  if (!lists.has(key) && lists.size >= max) return;
  lists.set(key, events);
  const isGrave = isSensitive(kindOf(event.principal.provider, event.action));
  const shelf = isGrave ? events.sensitive : events.others;
  if (shelf.length < (isGrave ? sensitiveMax : othersMax)) shelf.push(event);
  else events.unlisted += 1;
};
