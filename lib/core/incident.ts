/**
 * Incidents: findings that belong together, one principal, one stretch of time, one story. Later evidence raises the
 * open incident; it never makes a second alert. The same news of the same network is told once a fortnight.
 */
import { type ActionKind, actionKinds, isSensitive, kindOf } from './action.ts';
import { type Alert, type Evidence, type Finding, type Severity, sampleEventsMax, severities } from './alert.ts';
import type { Baseline, OpenIncident } from './baseline.ts';
import { toSurprise } from './chance.ts';
import { factNats } from './detectors/detector.ts';
import { storyOf } from './detectors/unfamiliar-network.ts';
import { type AuditEvent, inOrder, sampleOf } from './event.ts';
import type { Network } from './network.ts';
import { hash32 } from './packed.ts';
import { type Principal, principalKey } from './principal.ts';
import type { Session } from './session.ts';
import { dayOf, isoSeconds, msPerHour } from './time.ts';

/** Quiet this long, and the next evidence is another incident. */
const incidentGapMs = 12 * msPerHour;
/** As long as a network waits on probation (detection.md section 5). */
const toldDays = 14;
const networksMax = 4;
/** A finding is told where it alone would be seen less than once in so many sessions. */
const tellableNats = Math.log(20);

/** What a session that crossed the threshold brings. */
export type Crossing = {
  readonly event: AuditEvent;
  readonly network: Network;
  readonly session: Session;
  /** Index of the event's kind of action. */
  readonly kind: number;
  /** Calibrated nats of each detector, in the order of `detectorNames`. */
  readonly calibrated: readonly number[];
  /** -ln of the probability of the combined score, and how far beyond the threshold it lies. */
  readonly nats: number;
  readonly excess: number;
  /** Finds the id of an alert that people were already told of; see `AssessContext`. */
  readonly toldId: FindTold | undefined;
  /** The monitor's own token, which nobody but the monitor has a use for. */
  readonly isOwn: boolean;
};

export type FindTold = (principalKey: string, openedAtMs: number) => string | undefined;

export type News = 'opened' | 'raised' | 'grown';

export const isOpen = (incident: OpenIncident | undefined, atMs: number): incident is OpenIncident =>
  incident !== undefined && atMs - incident.lastEvidenceMs <= incidentGapMs;

/** One piece of news: what was told once within a fortnight is not told again. Undefined: news each time. */
const newsOf = (evidence: Evidence, ownerKey: string): string | undefined => {
  switch (evidence.detector) {
    case 'usage-spike':
    case 'authentication-failures':
    case 'token-life':
    case 'rotation':
    case 'health':
      return undefined;
    case 'odd-hours':
      return 'hours';
    case 'sensitive-action':
      return `kind ${evidence.kind}`;
    case 'unfamiliar-target':
      return `target ${hash32(evidence.target, 5)}`;
    case 'usage-day':
      return `day ${evidence.of}`;
    case 'unfamiliar-network':
    case 'simultaneous-networks':
      return `network ${ownerKey}`;
  }
};

const isOldNews = (news: string | undefined, { told }: Baseline, atMs: number): boolean =>
  news !== undefined && told.some((old) => old.news === news && old.untilDay >= dayOf(atMs));

/** Whether all of these were told before: lately, or, of a place that waits on probation, since it does. */
const areOld = (findings: readonly Finding[], { session, baseline, atMs }: Telling): boolean => {
  const isToldStory = storyOf(session, baseline.network)?.isTold === true;
  if (!isToldStory && baseline.told.length === 0) return false;
  return findings.every(
    ({ evidence }) =>
      (isToldStory && isOfPlace(evidence)) || isOldNews(newsOf(evidence, session.ownerKey), baseline, atMs),
  );
};

const isOfPlace = ({ detector }: Evidence): boolean =>
  detector === 'unfamiliar-network' || detector === 'simultaneous-networks';

type Telling = { readonly session: Session; readonly baseline: Baseline; readonly atMs: number };

/** Whether all that could be told of the session was told before. */
export const isOld = (calibrated: readonly number[], telling: Telling): boolean =>
  areOld(findingsOf({ session: telling.session, calibrated }), telling);

/** A duty that was told of, and is done again from where the principal belongs, may be learned. */
const isDuty = (findings: readonly Finding[]): boolean =>
  findings.every(
    ({ evidence }) => evidence.detector === 'sensitive-action' || evidence.detector === 'unfamiliar-target',
  );

/** What people are to be told of an alert, and why now. */
export type AlertNews = { readonly alert: Alert; readonly news: News };

/** Opens an incident, or adds to the open one. Undefined: it was told before and nothing is new, or there is nothing to show. */
export const tell = (baseline: Baseline, crossing: Crossing): AlertNews | undefined => {
  const { event, session } = crossing;
  const open = isOpen(baseline.incident, event.atMs) ? baseline.incident : undefined;
  const now = findingsOf(crossing);
  if (now.length === 0) return undefined;
  const news = now.map(({ evidence }) => newsOf(evidence, session.ownerKey));
  if (open === undefined && !session.isFact && areOld(now, { session, baseline, atMs: event.atMs })) {
    if (isDuty(now)) session.isFlagged = false;
    return undefined;
  }
  if (open === undefined) closeIncident(baseline);
  const joins = !session.isTold;
  session.isTold = true;
  const before = open?.alert;
  const findings = merged(before?.findings ?? [], now);
  const severity = highest(before?.severity ?? 'low', severityOf(crossing, findings));
  const alert: Alert = {
    id: before?.id ?? alertId(crossing, baseline.principal),
    source: event.source,
    principal: baseline.principal,
    openedAtMs: before?.openedAtMs ?? event.atMs,
    firstEventAtMs: Math.min(before?.firstEventAtMs ?? event.atMs, session.startMs),
    lastEventAtMs: event.atMs,
    severity,
    // All of it together is at least as rare as the strongest part.
    surprise: Math.max(before?.surprise ?? 0, round(toSurprise(crossing.nats)), findings[0]?.surprise ?? 0),
    findings,
    eventCount: (before?.eventCount ?? 0) + (joins ? session.events : 1),
    sampleEvents: samplesOf(before?.sampleEvents ?? [], crossing),
    networks: networksOf(before?.networks ?? [], crossing),
  };
  baseline.incident = { alert, lastEvidenceMs: event.atMs, news: allNews(open?.news ?? [], news) };
  return { alert, news: before === undefined ? 'opened' : severity === before.severity ? 'grown' : 'raised' };
};

/** One more event of a session that is already part of the open incident. */
export const grow = (
  baseline: Baseline,
  { event, session }: Pick<Crossing, 'event' | 'session'>,
): Alert | undefined => {
  if (baseline.incident === undefined) return undefined;
  const { alert } = baseline.incident;
  const grown = {
    ...alert,
    eventCount: alert.eventCount + 1,
    lastEventAtMs: Math.max(alert.lastEventAtMs, event.atMs),
    sampleEvents:
      alert.sampleEvents.length < sampleEventsMax || isGrave(event)
        ? samplesOf(alert.sampleEvents, { event, session })
        : alert.sampleEvents,
  };
  baseline.incident = { ...baseline.incident, alert: grown };
  return grown;
};

const newsMax = 16;

const allNews = (before: readonly string[], now: readonly (string | undefined)[]): readonly string[] =>
  [...new Set([...before, ...now.filter((item) => item !== undefined)])].slice(-newsMax);

/** Remembers what was told, for a fortnight. */
export const closeIncident = (baseline: Baseline): void => {
  const { incident } = baseline;
  if (incident === undefined) return;
  const untilDay = dayOf(incident.lastEvidenceMs) + toldDays;
  const others = baseline.told.filter(({ news }) => !incident.news.includes(news));
  baseline.told = [...incident.news.map((news) => ({ news, untilDay })), ...others].slice(0, newsMax);
  baseline.incident = undefined;
};

/** The day for people, 48 bits for machines: the same opening event always gives the same id. */
const alertId = ({ event, toldId }: Crossing, principal: Principal): string => {
  const key = principalKey(event.source, principal);
  const told = toldId?.(key, event.atMs);
  if (told !== undefined) return told;
  const text = `${key}|${event.atMs}|${event.id}`;
  const hex = hash32(text, 2).toString(16).padStart(8, '0') + hash32(text, 3).toString(16).padStart(8, '0');
  return `${isoSeconds(event.atMs).slice(0, 10)}-${hex.slice(0, 12)}`;
};

/** A session may cross by many small signs, none of them tellable by itself: then the strongest speaks for all. */
const findingsOf = ({ session, calibrated }: Pick<Crossing, 'session' | 'calibrated'>): readonly Finding[] => {
  const found = session.evidence.flatMap((evidence, i) => {
    if (evidence === undefined) return [];
    // The larger flood is the one to be told.
    const sure = isOfFlood(evidence) ? (session.scores[i] ?? factNats) : factNats;
    const nats = session.isFact && isFactual(evidence) ? sure : (calibrated[i] ?? 0);
    return [{ nats, finding: { surprise: round(toSurprise(nats)), evidence } }];
  });
  const strongest = Math.max(...found.map(({ nats }) => nats));
  return found.filter(({ nats }) => nats >= Math.min(tellableNats, strongest)).map(({ finding }) => finding);
};

/** More principals that nobody knew than one hour can explain. */
export const isOfFlood = (
  evidence: Evidence,
): evidence is Extract<Evidence, { detector: 'usage-spike' }> & { readonly of: 'newcomers' } =>
  evidence.detector === 'usage-spike' && evidence.of === 'newcomers';

/** Told as it is, without odds: what needs no statistics, and what a watch over a rotation or a survey found. */
export const isFactual = (evidence: Evidence): boolean =>
  isOfFlood(evidence) ||
  (evidence.detector === 'token-life' && evidence.fact !== 'dormant-woke') ||
  (evidence.detector === 'sensitive-action' && evidence.isTampering) ||
  evidence.detector === 'rotation' ||
  evidence.detector === 'health';

/** At most one of each detector, the stronger; strongest first. */
const merged = (before: readonly Finding[], now: readonly Finding[]): readonly Finding[] => {
  const best = new Map<string, Finding>();
  for (const finding of [...before, ...now]) {
    const held = best.get(finding.evidence.detector);
    if (held === undefined || finding.surprise >= held.surprise) best.set(finding.evidence.detector, finding);
  }
  return [...best.values()].sort((a, b) => b.surprise - a.surprise);
};

const highest = (a: Severity, b: Severity): Severity =>
  severities[Math.max(severities.indexOf(a), severities.indexOf(b))] ?? b;

/** Nats beyond the threshold at which an incident is rarer than one in ten, and one in a hundred, of those told. */
const mediumNats = Math.log(10);
const highNats = Math.log(100);

/**
 * From how rare it is, and from what was touched: a secret opened from a place or at an hour that is wrong makes it worse,
 * and so does a rented server or a hidden exit.
 */
const severityOf = ({ event, session, kind, excess, isOwn }: Crossing, findings: readonly Finding[]): Severity => {
  const facts = findings.flatMap(({ evidence }) => (evidence.detector === 'token-life' ? [evidence.fact] : []));
  if (facts.includes('used-after-deletion')) return event.outcome === 'success' ? 'critical' : 'high';
  const isFlood = findings.some(({ evidence }) => isOfFlood(evidence));
  if (session.isFact && !(isFlood && findings.every(({ evidence }) => isOfFlood(evidence) || !isFactual(evidence))))
    return 'critical';
  const rarity = excess >= highNats ? 2 : excess >= mediumNats ? 1 : 0;
  const places = findings.flatMap(({ evidence }) => (evidence.detector === 'unfamiliar-network' ? [evidence] : []));
  // Whoever reads what the monitor reads sees what it sees: no errand of a colleague's leads there.
  if (isOwn && places.length > 0) return 'critical';
  const isForeign = places.length > 0 || findings.some(({ evidence }) => evidence.detector === 'odd-hours');
  const touchedNow = event.outcome === 'success' ? 1 << kind : 0;
  const touched = isForeign && touchesSensitive(session.kinds | touchedNow) ? 1 : 0;
  const gotIn = findings.some(
    ({ evidence }) => evidence.detector === 'authentication-failures' && evidence.gotInAtMs !== undefined,
  );
  if (gotIn) return 'critical';
  const isRented = places.some(({ network }) => network.class === 'hosting' || network.class === 'vpn') ? 1 : 0;
  // Without anything of value touched it is never critical: that word must keep its weight.
  return severities[Math.max(isFlood ? 2 : 0, Math.min(touched === 1 ? 3 : 2, rarity + touched + isRented))] ?? 'low';
};

/** Whether one of the kinds, a bit each, is sensitive. */
const touchesSensitive = (kinds: number): boolean =>
  actionKinds.some((kind: ActionKind, i) => isSensitive(kind) && (kinds & (1 << i)) !== 0);

/** A sensitive action that worked. */
const isGrave = ({ principal, action, outcome }: AuditEvent): boolean =>
  outcome === 'success' && isSensitive(kindOf(principal.provider, action));

/**
 * What shows it best: the events behind the findings, then sensitive actions that worked, which refused attempts must not
 * crowd out, then the rest, earlier ones before this one; in the order of time.
 */
const samplesOf = (
  before: readonly AuditEvent[],
  { session, event }: Pick<Crossing, 'session' | 'event'>,
): readonly AuditEvent[] => {
  const proofs = session.proofs.filter((proof) => proof !== undefined);
  const others = [...before, sampleOf(event)];
  const all = [...proofs, ...others.filter(isGrave), ...others.filter((other) => !isGrave(other))];
  return all
    .filter(({ id }, i) => all.findIndex((other) => other.id === id) === i)
    .slice(0, sampleEventsMax)
    .sort(inOrder);
};

const networksOf = (before: readonly Network[], { network, session }: Crossing): readonly Network[] => {
  const seen = session.evidence.flatMap((evidence) =>
    evidence?.detector === 'unfamiliar-network' ? [evidence.network] : [],
  );
  const all = [...before, ...seen, network];
  return all
    .filter(({ address }, i) => all.findIndex((other) => other.address === address) === i)
    .slice(0, networksMax);
};

const round = (surprise: number): number => Math.round(surprise * 100) / 100;
