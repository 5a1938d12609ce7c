import type { Finding } from '../../core/alert.ts';
import type { AuditEvent } from '../../core/event.ts';
import type { Caller, Investigation } from '../../core/investigation/investigation.ts';
import type { JudgedSession } from '../../core/investigation/judge-place.ts';
import type { Touched } from '../../core/investigation/survey.ts';
import type { Missing } from '../../core/investigation/verdict.ts';
import type { Network } from '../../core/network.ts';
import type { Principal } from '../../core/principal.ts';
import { isoSeconds, msPerHour } from '../../core/time.ts';
import { terminalSafe } from '../alert-json.ts';
import { sentenceOf } from '../sentences.ts';
import { blindSpots, coverageTexts } from './coverage-words.ts';
import { nextSteps } from './next.ts';
import { type Origin, unknownOrigin } from './origin.ts';
import { headline, missingText, subjectOf, whyTexts } from './verdict-words.ts';

/**
 * An investigation as one JSON document, a stable contract described in docs/investigate.md: keys may be added, never
 * renamed or removed. Times are ISO 8601 in UTC, what is absent is null, and what acts on a terminal is escaped.
 */
export const investigationJson = (investigation: Investigation, origin: Origin = unknownOrigin): string =>
  terminalSafe(JSON.stringify(recordOf(investigation, origin), undefined, 2));

const recordOf = (investigation: Investigation, origin: Origin) => {
  const { verdict, subjects, leakedAtMs, untilMs, history, counts, coverage, deeds } = investigation;
  return {
    verdict: verdict.answer,
    headline: headline(investigation),
    why: whyTexts(investigation),
    missing: verdict.missing.map(missingRecord),
    firstForeignAt: timeOf(verdict.firstForeignMs),
    leakedAt: timeOf(leakedAtMs),
    until: isoSeconds(untilMs),
    subjects: subjects.map(({ principal, source, users, events, firstAtMs, lastAtMs, createdAtMs, deletedAtMs }) => ({
      ...principalRecord(principal),
      source,
      users,
      events,
      firstAt: isoSeconds(firstAtMs),
      lastAt: isoSeconds(lastAtMs),
      createdAt: timeOf(createdAtMs),
      deletedAt: timeOf(deletedAtMs),
    })),
    history: { sessions: history.sessions, days: history.days, from: timeOf(history.fromMs) },
    sessionCounts: counts,
    sessionsJudged: verdict.judged,
    sessions: investigation.sessions.map((session) => sessionRecord(session, investigation)),
    networks: investigation.callers.map((caller) => callerRecord(caller, investigation)),
    deeds: {
      sensitive: deeds.sensitive.map(eventRecord),
      others: deeds.others.map(eventRecord),
      unlisted: deeds.unlisted,
    },
    opened: investigation.opened.map(touchedRecord),
    followers: investigation.followers.map(({ principal, isMadeThere, events, unlisted }) => ({
      principal: principalRecord(principal),
      isMadeThere,
      events: events.map(eventRecord),
      unlisted,
    })),
    reach: investigation.reach.map(touchedRecord),
    reachUnlisted: investigation.unlistedTargets,
    use: investigation.use.map(({ hour, usual, unclear, foreign }) => ({
      hour: isoSeconds(hour * msPerHour),
      usual,
      unclear,
      foreign,
    })),
    coverage: {
      kind: coverage.kind,
      from: isoSeconds(coverage.fromMs),
      to: isoSeconds(coverage.toMs),
      events: coverage.events,
      silences: coverage.silences.map(({ fromMs, toMs }) => ({ from: isoSeconds(fromMs), to: isoSeconds(toMs) })),
      tooFull: coverage.tooFull.map(({ fromMs, toMs }) => ({ from: isoSeconds(fromMs), to: isoSeconds(toMs) })),
      unreadRecords: coverage.unreadRecords,
      historyEndedAfterEmptyDays:
        coverage.historyEnd === undefined ? null : coverage.historyEnd.emptyMs / (24 * msPerHour),
      sentences: coverageTexts(investigation),
      notShown: blindSpots(investigation),
    },
    next: nextSteps(investigation, origin).map(({ text, names, command, link }) => ({
      text,
      names: names ?? null,
      command: command ?? null,
      link: link ?? null,
    })),
  };
};

const touchedRecord = ({ target, events, firstAtMs, lastAtMs }: Touched) => ({
  target,
  events,
  firstAt: isoSeconds(firstAtMs),
  lastAt: isoSeconds(lastAtMs),
});

const timeOf = (atMs: number | undefined): string | null => (atMs === undefined ? null : isoSeconds(atMs));

const principalRecord = ({ provider, kind, id, name }: Principal) => ({ provider, kind, id, name });

const missingRecord = (missing: Missing) => ({ missing: missing.missing, sentence: missingText(missing) });

const networkRecord = ({ prefix, owner, class: ownerClass, country }: Network) => ({
  prefix,
  owner: owner === undefined ? null : { asn: owner.asn, name: owner.name, class: owner.class },
  class: ownerClass,
  country: country ?? null,
});

const sessionRecord = (session: JudgedSession, investigation: Investigation) => {
  const principal = subjectOf(investigation, session.principalKey);
  return {
    principalId: principal.id,
    judgement: session.judgement,
    isCertain: session.isCertain,
    signs: session.signs,
    explanation: session.explanation ?? null,
    startAt: isoSeconds(session.startMs),
    endAt: isoSeconds(session.lastMs),
    network: networkRecord(session.network),
    addresses: session.addresses,
    events: session.events,
    failures: session.failures,
    targets: session.targets,
    actions: session.actions,
    findings: session.findings.map((finding) => findingRecord(finding, principal)),
  };
};

const findingRecord = (finding: Finding, principal: Principal) => ({
  detector: finding.evidence.detector,
  surprise: Math.round(finding.surprise * 100) / 100,
  sentence: sentenceOf(finding, { principal }),
});

const callerRecord = (caller: Caller, investigation: Investigation) => ({
  principalId: subjectOf(investigation, caller.principalKey).id,
  judgement: caller.judgement,
  signs: caller.signs,
  explanation: caller.explanation ?? null,
  network: networkRecord(caller.network),
  addresses: caller.addresses,
  firstAt: isoSeconds(caller.firstAtMs),
  lastAt: isoSeconds(caller.lastAtMs),
  sessions: caller.sessions,
  days: caller.days,
  events: caller.events,
  targets: caller.targets,
});

const eventRecord = (event: AuditEvent) => ({
  id: event.id,
  at: isoSeconds(event.atMs),
  principalId: event.principal.id,
  ip: event.ip ?? null,
  action: event.action,
  target: event.target ?? null,
  outcome: event.outcome,
  user: event.user ?? null,
  description: event.description ?? null,
});
