/**
 * The second reading: the engine goes through the whole log as the monitor would have, and every session of the
 * principals asked about is taken from it as it ends, with what the engine found odd about it and where it was.
 * Belongs to the fold that made it, which adds to it in place.
 */
import { kindOf } from '../action.ts';
import type { Finding } from '../alert.ts';
import { assess, type Memory, newOrganization } from '../assess.ts';
import type { Baseline } from '../baseline.ts';
import { calibrated } from '../calibration.ts';
import { toSurprise } from '../chance.ts';
import { factNats } from '../detectors/detector.ts';
import type { AuditEvent } from '../event.ts';
import { type Network, ownerKey } from '../network.ts';
import { type Organization, pastOf } from '../organization.ts';
import { principalKey } from '../principal.ts';
import { isAccepted, isOver, openSessionsMax, type Session } from '../session.ts';
import { dayOf, hourOf } from '../time.ts';
import type { Registered } from './register.ts';

export type Question = {
  /** Whom it is about: one token, or all tokens of a user. At least one. */
  readonly subjects: readonly Registered[];
  /** When it leaked, where that is known. */
  readonly leakedAtMs: number | undefined;
  /** What happens from here on is not asked about: now, or when the token was revoked. */
  readonly untilMs: number;
  readonly networks: (address: string) => Network;
};

/** One session of a principal asked about, as it stood when it ended. */
export type SurveyedSession = {
  readonly principalKey: string;
  readonly ownerKey: string;
  /** As the engine names the owner; blank where it did not see the session. */
  ownerLabel: string;
  /** Of its first event; other addresses of the same owner are in `addresses`. */
  readonly network: Network;
  readonly startMs: number;
  lastMs: number;
  events: number;
  /** Events in which the caller held the credential. */
  accepted: number;
  failures: number;
  /** First come, at most `namesMax` of each. */
  readonly addresses: string[];
  readonly prefixes: string[];
  readonly targets: string[];
  readonly actions: string[];
  /** Events in each hour, from the hour in which it began. */
  readonly hourCounts: number[];
  /** Sessions of this principal that began before, and the days on which they did. */
  readonly sessionsBefore: number;
  readonly daysBefore: number;
  /** Strongest first. */
  findings: readonly Finding[];
  /** The monitor would have told people of it. */
  isFlagged: boolean;
};

/** What the principals touched: stacks, environments, workspaces. */
export type Touched = {
  readonly target: string;
  events: number;
  readonly firstAtMs: number;
  lastAtMs: number;
};

type Habits = { sessions: number; days: number; lastDay: number };

export type Survey = {
  readonly question: Question;
  readonly subjectsByKey: ReadonlyMap<string, Registered>;
  readonly subjectIds: ReadonlySet<string>;
  readonly memories: Map<string, { organization: Organization; baselines: Map<string, Baseline> }>;
  readonly open: Map<string, SurveyedSession[]>;
  readonly habits: Map<string, Habits>;
  /** In the order of their end. */
  readonly sessions: SurveyedSession[];
  /** Beyond what is kept: nothing is known of them but that they were. */
  unlistedSessions: number;
  readonly touched: Map<string, Touched>;
  untouchedTargets: number;
};

/** Half a year of a token with a hundred sessions a day. */
const sessionsMax = 20_000;
const targetsMax = 2_000;
const namesMax = 12;
/** As many as an organization with a lively CI has; the idle ones are forgotten first. */
const baselinesMax = 50_000;
/** What the engine would have alerted with the default budget. */
const alertBudgetPerWeek = 1;

export const beginSurvey = (question: Question): Survey => ({
  question,
  subjectsByKey: new Map(question.subjects.map((subject) => [subject.key, subject])),
  subjectIds: new Set(question.subjects.map(({ principal }) => principal.id)),
  memories: new Map(question.subjects.map(({ source }) => [source, emptyMemory()])),
  open: new Map(),
  habits: new Map(),
  sessions: [],
  unlistedSessions: 0,
  touched: new Map(),
  untouchedTargets: 0,
});

const emptyMemory = () => ({ organization: newOrganization(), baselines: new Map<string, Baseline>() });

/** Events must follow each other in core's order, from one call to the next too. */
export const surveyEvents = (events: readonly AuditEvent[], survey: Survey): void => {
  const waiting = new Map<string, AuditEvent[]>();
  for (const event of events) {
    if (event.atMs >= survey.question.untilMs || !survey.memories.has(event.source)) continue;
    const key = subjectKeyOf(event, survey);
    if (key !== undefined) {
      endWhatIsOver(key, event, survey, () => learn(event.source, waiting, survey));
      enter(key, event, survey);
    }
    const ofSource = waiting.get(event.source);
    if (ofSource === undefined) waiting.set(event.source, [event]);
    else ofSource.push(event);
  }
  for (const source of waiting.keys()) learn(source, waiting, survey);
};

/** Ends the sessions that are still open. */
export const endSurvey = (survey: Survey): void => {
  for (const [key, sessions] of survey.open) {
    for (const session of sessions) end(session, key, survey);
  }
  survey.open.clear();
  survey.sessions.sort((a, b) => a.startMs - b.startMs || (a.ownerKey < b.ownerKey ? -1 : 1));
};

export const subjectKeyOf = (
  { source, principal }: AuditEvent,
  { subjectIds, subjectsByKey }: Pick<Survey, 'subjectIds' | 'subjectsByKey'>,
): string | undefined => {
  if (!subjectIds.has(principal.id)) return undefined;
  const key = principalKey(source, principal);
  return subjectsByKey.has(key) ? key : undefined;
};

/** Lets the engine catch up with the events that wait. */
const learn = (source: string, waiting: Map<string, AuditEvent[]>, { memories, question }: Survey): void => {
  const events = waiting.get(source) ?? [];
  const memory = memories.get(source);
  if (memory === undefined || events.length === 0) return;
  const known: Memory = memory;
  const { organization, baselines } = assess(known, events, { networks: question.networks, alertBudgetPerWeek });
  memory.organization = organization;
  for (const [key, baseline] of baselines) {
    memory.baselines.delete(key);
    memory.baselines.set(key, baseline);
  }
  while (memory.baselines.size > baselinesMax) {
    const [idle] = memory.baselines.keys();
    if (idle === undefined) break;
    memory.baselines.delete(idle);
  }
  waiting.set(source, []);
};

/** The engine closes the same sessions when it meets this event; what it knows of them must be taken before. */
const endWhatIsOver = (key: string, { atMs, ip }: AuditEvent, survey: Survey, catchUp: () => void): void => {
  const sessions = survey.open.get(key) ?? [];
  const owner = placeOf(ip, survey).ownerKey;
  const over = sessions.filter((session) => isOver(session, atMs));
  const left = sessions.filter((session) => !over.includes(session));
  if (left.length >= openSessionsMax && !left.some((session) => session.ownerKey === owner)) {
    over.push(left.reduce((a, b) => (b.lastMs < a.lastMs ? b : a)));
  }
  if (over.length === 0) return;
  catchUp();
  for (const session of over) end(session, key, survey);
  survey.open.set(
    key,
    sessions.filter((session) => !over.includes(session)),
  );
};

const nowhere: Network = { address: 'none', prefix: 'none', owner: undefined, class: 'unknown', country: undefined };

const placeOf = (ip: string | undefined, { question }: Survey): { network: Network; ownerKey: string } => {
  const network = ip === undefined ? nowhere : question.networks(ip);
  return { network, ownerKey: ownerKey(network) };
};

const enter = (key: string, event: AuditEvent, survey: Survey): void => {
  const place = placeOf(event.ip, survey);
  const sessions = survey.open.get(key) ?? [];
  let session = sessions.find((open) => open.ownerKey === place.ownerKey);
  if (session === undefined) {
    session = beginSession(key, event.atMs, place, survey);
    survey.open.set(key, [...sessions, session]);
  }
  session.lastMs = Math.max(session.lastMs, event.atMs);
  session.events += 1;
  if (isAccepted(event)) session.accepted += 1;
  if (event.outcome === 'failure') session.failures += 1;
  const hour = hourOf(event.atMs) - hourOf(session.startMs);
  session.hourCounts[hour] = (session.hourCounts[hour] ?? 0) + 1;
  addName(place.network.address, session.addresses);
  addName(place.network.prefix, session.prefixes);
  addName(event.action, session.actions);
  if (event.target !== undefined) {
    addName(event.target, session.targets);
    if (isAccepted(event)) touch(event, event.target, survey);
  }
};

const beginSession = (
  key: string,
  atMs: number,
  place: { network: Network; ownerKey: string },
  { habits }: Survey,
): SurveyedSession => {
  const before = habits.get(key) ?? { sessions: 0, days: 0, lastDay: 0 };
  const day = dayOf(atMs);
  habits.set(key, {
    sessions: before.sessions + 1,
    days: before.days + (day === before.lastDay ? 0 : 1),
    lastDay: day,
  });
  return {
    principalKey: key,
    ...place,
    ownerLabel: '',
    startMs: atMs,
    lastMs: atMs,
    events: 0,
    accepted: 0,
    failures: 0,
    addresses: [],
    prefixes: [],
    targets: [],
    actions: [],
    hourCounts: [0],
    sessionsBefore: before.sessions,
    daysBefore: before.days,
    findings: [],
    isFlagged: false,
  };
};

const addName = (name: string, names: string[]): void => {
  if (names.length < namesMax && !names.includes(name)) names.push(name);
};

/** Log-ins and token changes name people and tokens; what can be reached are the things themselves. */
const isThing = ({ principal, action }: AuditEvent): boolean => {
  const kind = kindOf(principal.provider, action);
  return kind !== 'log-in' && kind !== 'credentials' && kind !== 'members-and-roles';
};

const touch = (event: AuditEvent, target: string, survey: Survey): void => {
  if (!isThing(event)) return;
  const known = survey.touched.get(target);
  if (known !== undefined) {
    known.events += 1;
    known.lastAtMs = event.atMs;
  } else if (survey.touched.size < targetsMax) {
    survey.touched.set(target, { target, events: 1, firstAtMs: event.atMs, lastAtMs: event.atMs });
  } else {
    survey.untouchedTargets += 1;
  }
};

const end = (session: SurveyedSession, key: string, survey: Survey): void => {
  const memory = survey.memories.get(survey.subjectsByKey.get(key)?.source ?? '');
  const engines = memory?.baselines.get(key)?.sessions.find((open) => isSame(open, session));
  if (memory !== undefined && engines !== undefined) {
    session.findings = findingsOf(engines, memory.organization);
    session.isFlagged = engines.isFlagged;
    session.ownerLabel = engines.ownerLabel;
  }
  if (survey.sessions.length < sessionsMax) survey.sessions.push(session);
  else survey.unlistedSessions += 1;
};

const isSame = (engines: Session, session: SurveyedSession): boolean =>
  engines.ownerKey === session.ownerKey && engines.startMs === session.startMs;

/** What a monitor would put into an alert, whether or not it crossed the threshold for one. */
const findingsOf = (session: Session, organization: Organization): readonly Finding[] =>
  session.evidence
    .flatMap((evidence, detector) => {
      if (evidence === undefined) return [];
      const raw = session.scores[detector] ?? 0;
      const nats = raw >= factNats ? factNats : calibrated(raw, pastOf(organization, detector));
      return [{ surprise: toSurprise(nats), evidence }];
    })
    .sort((a, b) => b.surprise - a.surprise);
