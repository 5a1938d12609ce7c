import type { Alert, CallerSketch, Evidence, HealthEvidence, RotationEvidence } from '../core/alert.ts';
import type { AuditEvent } from '../core/event.ts';
import type { Network } from '../core/network.ts';
import { isoSeconds } from '../core/time.ts';
import { sentenceOf } from './sentences.ts';

/**
 * One alert as one line of JSON, a stable contract: keys may be added at the end of an object, never renamed or removed.
 * Equal alerts give equal bytes: fixed key order, times as ISO 8601 in UTC, numbers rounded to what they can bear, what is
 * absent as null. Nothing is cut or altered, yet the line is safe to print: characters that act on a terminal are written
 * as JSON escapes, which a parser turns back.
 */
export const alertJson = (alert: Alert): string => terminalSafe(JSON.stringify(alertRecord(alert)));

/** The same of an alert that had to be cut to fit a message: the last key names what was left out or shortened. */
export const cutAlertJson = (alert: Alert, omitted: readonly string[]): string =>
  terminalSafe(JSON.stringify({ ...alertRecord(alert), omitted }));

/** What identifies an alert, and how grave it is. */
export const alertHead = (alert: Alert) => ({
  id: alert.id,
  openedAt: isoSeconds(alert.openedAtMs),
  firstEventAt: isoSeconds(alert.firstEventAtMs),
  lastEventAt: isoSeconds(alert.lastEventAtMs),
  principal: {
    provider: alert.principal.provider,
    kind: alert.principal.kind,
    id: alert.principal.id,
    name: alert.principal.name,
  },
  severity: alert.severity,
  surprise: hundredths(alert.surprise),
});

const alertRecord = (alert: Alert) => ({
  ...alertHead(alert),
  reasons: alert.findings.map((finding) => ({
    ...evidenceRecord(finding.evidence),
    sentence: sentenceOf(finding, alert),
  })),
  eventCount: alert.eventCount,
  sampleEvents: alert.sampleEvents.map(eventRecord),
  source: alert.source,
  acknowledged: (alert.acknowledged ?? []).map(({ by, note, atMs, untilMs }) => ({
    by,
    note: note ?? null,
    at: isoSeconds(atMs),
    until: isoSeconds(untilMs),
  })),
});

const evidenceRecord = (evidence: Evidence) => {
  switch (evidence.detector) {
    case 'unfamiliar-network':
      return {
        detector: evidence.detector,
        network: networkRecord(evidence.network),
        newAt: evidence.newAt,
        daysActive: rounded(evidence.daysActive),
        daysWithNew: rounded(evidence.daysWithNew),
        usual: evidence.usual,
        usualClass: evidence.usualClass ?? null,
        othersOnPrefix: evidence.othersOnPrefix,
      };
    case 'odd-hours':
      return {
        detector: evidence.detector,
        at: isoSeconds(evidence.atMs),
        density: rounded(evidence.density),
        sessions: rounded(evidence.sessions),
        usualFromHour: rounded(evidence.usualFromHour),
        usualToHour: rounded(evidence.usualToHour),
        concentration: rounded(evidence.concentration),
        ...(evidence.isOffSchedule === true && { isOffSchedule: true }),
      };
    case 'usage-spike':
      return {
        detector: evidence.detector,
        at: isoSeconds(evidence.atMs),
        windowHours: evidence.windowHours,
        count: evidence.count,
        expected: rounded(evidence.expected),
        rarelyAbove: rounded(evidence.rarelyAbove),
        // Only where other things than events are counted.
        ...(evidence.of !== undefined && { of: evidence.of }),
      };
    case 'usage-day':
      return {
        detector: evidence.detector,
        of: evidence.of,
        at: isoSeconds(evidence.atMs),
        count: evidence.count,
        expected: rounded(evidence.expected),
        rarelyAbove: rounded(evidence.rarelyAbove),
        days: rounded(evidence.days),
      };
    case 'sensitive-action':
      return {
        detector: evidence.detector,
        kind: evidence.kind,
        action: evidence.action,
        target: evidence.target ?? null,
        sessions: rounded(evidence.sessions),
        sessionsWithKind: rounded(evidence.sessionsWithKind),
        isTampering: evidence.isTampering,
      };
    case 'authentication-failures':
      return {
        detector: evidence.detector,
        failures: evidence.failures,
        expected: rounded(evidence.expected),
        firstAt: isoSeconds(evidence.firstAtMs),
        lastAt: isoSeconds(evidence.lastAtMs),
        gotInAt: evidence.gotInAtMs === undefined ? null : isoSeconds(evidence.gotInAtMs),
      };
    case 'token-life':
      return {
        detector: evidence.detector,
        fact: evidence.fact,
        since: isoSeconds(evidence.sinceMs),
        at: isoSeconds(evidence.atMs),
      };
    case 'simultaneous-networks':
      return {
        detector: evidence.detector,
        at: isoSeconds(evidence.atMs),
        network: networkRecord(evidence.network),
        besideOwner: evidence.besideOwner,
        besideCountry: evidence.besideCountry ?? null,
        apartSeconds: Math.round(evidence.apartMs / 1000),
        sessions: rounded(evidence.sessions),
        sessionsPaired: rounded(evidence.sessionsPaired),
      };
    case 'unfamiliar-target':
      return {
        detector: evidence.detector,
        target: evidence.target,
        action: evidence.action,
        targetsKnown: evidence.targetsKnown,
        sessions: rounded(evidence.sessions),
        sessionsWithNew: rounded(evidence.sessionsWithNew),
      };
    case 'rotation':
      return rotationRecord(evidence);
    case 'health':
      return healthRecord(evidence);
  }
};

const healthRecord = (evidence: HealthEvidence) => {
  const { detector, finding } = evidence;
  switch (evidence.finding) {
    case 'log-export-stopped': {
      const { state, status, problem } = evidence.logExport;
      return { detector, finding, state, status, problem: problem ?? null };
    }
    case 'allow-list-without-fixed-address':
      return { detector, finding, addresses: evidence.addresses.slice(0, addressesMax) };
    case 'own-token-ends':
      return { detector, finding, at: isoSeconds(evidence.atMs) };
    case 'api-refused':
      return { detector, finding, reason: evidence.reason };
    case 'log-behind': {
      const { requestMs, newestEventMs } = evidence;
      const newestEventAt = newestEventMs === undefined ? null : isoSeconds(newestEventMs);
      return { detector, finding, requestAt: isoSeconds(requestMs), newestEventAt };
    }
  }
};

/** A message has a size; the whole list is the vendor's to show. */
const addressesMax = 100;

const rotationRecord = (evidence: RotationEvidence) => {
  const { detector, fact, old, replacement, startedAtMs } = evidence;
  const head = { detector, fact, old, replacement: replacement ?? null, startedAt: isoSeconds(startedAtMs) };
  switch (evidence.fact) {
    case 'old-token-used':
    case 'caller-late':
      return {
        ...head,
        caller: callerRecord(evidence.caller),
        due: evidence.dueMs === undefined ? null : isoSeconds(evidence.dueMs),
        uses: evidence.uses,
        refused: evidence.refused,
        lastAt: evidence.lastAtMs === undefined ? null : isoSeconds(evidence.lastAtMs),
      };
    case 'stranger':
      return {
        ...head,
        token: evidence.token,
        network: networkRecord(evidence.network),
        uses: evidence.uses,
        refused: evidence.refused,
      };
    case 'over':
      return {
        ...head,
        endedAt: isoSeconds(evidence.endedAtMs),
        callers: evidence.callers,
        moved: evidence.moved,
        open: evidence.open.map(callerRecord),
        strangers: evidence.strangers,
      };
  }
};

const callerRecord = ({ network, cadence, targets, moreTargets }: CallerSketch) => ({
  network: networkRecord(network),
  cadence,
  targets,
  moreTargets,
});

const networkRecord = ({ address, prefix, owner, class: ownerClass, country }: Network) => ({
  address,
  prefix,
  owner: owner === undefined ? null : { asn: owner.asn, name: owner.name, class: owner.class },
  class: ownerClass,
  country: country ?? null,
});

/** Source and principal are the alert's own. */
const eventRecord = (event: AuditEvent) => ({
  id: event.id,
  at: isoSeconds(event.atMs),
  ip: event.ip ?? null,
  action: event.action,
  outcome: event.outcome,
  user: event.user ?? null,
  credential: event.credential ?? null,
  target: event.target ?? null,
  userAgent: event.userAgent ?? null,
  description: event.description ?? null,
});

/** An infinite surprise (probability 0) would be null in JSON, which is no number. */
const surpriseMax = 300;
/** `+ 0` makes of minus zero, which JSON writes as 0 but comparisons tell apart, a plain one. */
const hundredths = (surprise: number): number => Math.round(Math.min(surprise, surpriseMax) * 100) / 100 + 0;

/** Four digits: beyond them sums of floating-point numbers may differ with the order of adding. */
const rounded = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(4))) + 0;

/** All that JSON allows raw in a string and that a terminal may act on, or an eye be misled by. */
const unsafeInJson = /[\x7f-\x9f\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

export const terminalSafe = (json: string): string =>
  json.replace(unsafeInJson, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
