/**
 * “That was us”: a person's answer to an alert. It allows what that alert showed, for that token or user, for a time and
 * no longer: the network, the hour, the volume, the kind of action on that target. An alert is kept from people only
 * while each of its findings is allowed; a thief on an acknowledged network who does something else is still told.
 *
 * Facts are allowed to nobody: use of a deleted token, tampering with the log and what a rotation finds are to be mended.
 */
import type { SensitiveKind } from './action.ts';
import type { Alert, DayCount, Evidence } from './alert.ts';
import type { Assessment } from './assess.ts';
import type { Baseline } from './baseline.ts';
import { isOfFlood } from './incident.ts';
import { ownerKey } from './network.ts';
import { stableHex } from './packed.ts';
import { principalKey } from './principal.ts';
import { msPerDay, msPerMinute } from './time.ts';

export type Allowance =
  | { readonly allows: 'network'; readonly ownerKey: string; readonly label: string }
  /** Within `hourMarginMinutes` of it, UTC. */
  | { readonly allows: 'hour'; readonly minuteOfDay: number }
  /** Up to half as much again. */
  | { readonly allows: 'volume'; readonly windowHours: number; readonly count: number }
  | { readonly allows: 'day'; readonly of: DayCount; readonly count: number }
  /** `gotIn`: a log-in that worked came after them. */
  | { readonly allows: 'failures'; readonly count: number; readonly gotIn: boolean }
  /** From the networks of the acknowledged alert only. */
  | { readonly allows: 'action'; readonly kind: SensitiveKind; readonly target: string | undefined }
  /** From those networks, too. */
  | { readonly allows: 'target'; readonly target: string }
  | { readonly allows: 'waking' };

export type Acknowledgement = {
  readonly id: string;
  readonly alertId: string;
  /** Of the token or user whose alert it was. */
  readonly principalKey: string;
  readonly principalName: string;
  readonly by: string;
  readonly note: string | undefined;
  readonly atMs: number;
  readonly untilMs: number;
  readonly withdrawnAtMs: number | undefined;
  readonly allowances: readonly Allowance[];
  /** Where the acknowledged alert's events came from. */
  readonly ownerKeys: readonly string[];
};

/** An answer is for a trip, a migration or a contractor; what lasts longer becomes usual by itself. */
export const acknowledgedMsMax = 90 * msPerDay;
/** More than a team answers in three months; the state stays small. */
export const acknowledgementsMax = 100;
const hourMarginMinutes = 60;
const volumeFactor = 1.5;

/** What an alert's findings ask for; undefined for a fact. */
const allowanceFor = (evidence: Evidence): Allowance | undefined => {
  switch (evidence.detector) {
    case 'unfamiliar-network':
    case 'simultaneous-networks': {
      const { network } = evidence;
      return { allows: 'network', ownerKey: ownerKey(network), label: network.owner?.name ?? network.prefix };
    }
    case 'odd-hours':
      return { allows: 'hour', minuteOfDay: minuteOfDay(evidence.atMs) };
    case 'usage-spike':
      return isOfFlood(evidence)
        ? undefined
        : { allows: 'volume', windowHours: evidence.windowHours, count: evidence.count };
    case 'usage-day':
      return { allows: 'day', of: evidence.of, count: evidence.count };
    case 'authentication-failures':
      return { allows: 'failures', count: evidence.failures, gotIn: evidence.gotInAtMs !== undefined };
    case 'sensitive-action':
      return evidence.isTampering ? undefined : { allows: 'action', kind: evidence.kind, target: evidence.target };
    case 'unfamiliar-target':
      return { allows: 'target', target: evidence.target };
    case 'token-life':
      return evidence.fact === 'dormant-woke' ? { allows: 'waking' } : undefined;
    case 'rotation':
    case 'health':
      return undefined;
  }
};

const minuteOfDay = (atMs: number): number => Math.floor((atMs % msPerDay) / msPerMinute);

/** Undefined where the alert holds a fact, which no answer can make usual. */
export const allowancesOf = ({ findings }: Alert): readonly Allowance[] | undefined => {
  const allowances = findings.map(({ evidence }) => allowanceFor(evidence));
  return allowances.every((allowance) => allowance !== undefined) ? allowances : undefined;
};

export type Answer = Pick<Acknowledgement, 'by' | 'note' | 'atMs' | 'untilMs'>;

export const acknowledge = (alert: Alert, allowances: readonly Allowance[], answer: Answer): Acknowledgement => ({
  ...answer,
  id: stableHex(`${alert.id}|${answer.by}|${answer.atMs}`),
  alertId: alert.id,
  principalKey: principalKey(alert.source, alert.principal),
  principalName: alert.principal.name,
  withdrawnAtMs: undefined,
  allowances,
  ownerKeys: [...new Set(alert.networks.map(ownerKey))],
});

export const isInForce = ({ untilMs, withdrawnAtMs }: Acknowledgement, atMs: number): boolean =>
  atMs < untilMs && withdrawnAtMs === undefined;

/** The acknowledgements that speak for this alert, and whether they speak for all of it. */
export const coverOf = (
  alert: Alert,
  acknowledgements: readonly Acknowledgement[],
): { readonly isCovered: boolean; readonly by: readonly Acknowledgement[] } => {
  const key = principalKey(alert.source, alert.principal);
  const inForce = acknowledgements.filter((each) => each.principalKey === key && isInForce(each, alert.lastEventAtMs));
  const covering = alert.findings.map(({ evidence }) => inForce.find((each) => isAllowed(evidence, alert, each)));
  return {
    isCovered: covering.length > 0 && covering.every((each) => each !== undefined),
    by: [...new Set(covering.filter((each) => each !== undefined))],
  };
};

const isAllowed = (evidence: Evidence, alert: Alert, { allowances, ownerKeys }: Acknowledgement): boolean => {
  const wanted = allowanceFor(evidence);
  const isAtHome = alert.networks.every((network) => ownerKeys.includes(ownerKey(network)));
  return (
    wanted !== undefined &&
    (isAtHome || (wanted.allows !== 'action' && wanted.allows !== 'target')) &&
    allowances.some((given) => isWithin(wanted, given))
  );
};

/** Whether what is wanted now was given then. */
const isWithin = (wanted: Allowance, given: Allowance): boolean => {
  switch (wanted.allows) {
    case 'network':
      return given.allows === 'network' && wanted.ownerKey === given.ownerKey;
    case 'hour':
      return given.allows === 'hour' && minutesApart(wanted.minuteOfDay, given.minuteOfDay) <= hourMarginMinutes;
    case 'volume':
      return given.allows === 'volume' && wanted.windowHours === given.windowHours && isNotMuchMore(wanted, given);
    case 'day':
      return given.allows === 'day' && wanted.of === given.of && isNotMuchMore(wanted, given);
    case 'failures':
      return given.allows === 'failures' && (given.gotIn || !wanted.gotIn) && isNotMuchMore(wanted, given);
    case 'action':
      return given.allows === 'action' && wanted.kind === given.kind && wanted.target === given.target;
    case 'target':
      return given.allows === 'target' && wanted.target === given.target;
    case 'waking':
      return given.allows === 'waking';
  }
};

const isNotMuchMore = (wanted: { readonly count: number }, given: { readonly count: number }): boolean =>
  wanted.count <= given.count * volumeFactor;

const minutesApart = (a: number, b: number): number => {
  const apart = Math.abs(a - b);
  return Math.min(apart, 24 * 60 - apart);
};

/**
 * The assessment as people are to be told of it. What is acknowledged is kept as a record and not told; nor does the
 * engine count it as told, so that it is news again when the acknowledgement ends. An alert that opened acknowledged and
 * then showed more is told as if it opened now.
 */
export const afterAnswers = (assessment: Assessment, acknowledgements: readonly Acknowledgement[]): Assessment => {
  if (acknowledgements.length === 0) return assessment;
  return {
    ...assessment,
    alerts: assessment.alerts.map((told) => {
      const { isCovered, by } = coverOf(told.alert, acknowledgements);
      if (by.length === 0)
        return hasAnswer(told.alert, acknowledgements) ? { ...told, news: openedAgain(told.news) } : told;
      const alert = { ...told.alert, acknowledged: by.map(shown) };
      return { alert, news: isCovered ? 'grown' : openedAgain(told.news) };
    }),
    baselines: new Map(
      [...assessment.baselines].map(([key, baseline]) => [key, withoutNews(baseline, acknowledgements)]),
    ),
  };
};

/** Under a key that is told once: harmless where people were told when it opened. */
const openedAgain = (news: Assessment['alerts'][number]['news']): Assessment['alerts'][number]['news'] =>
  news === 'grown' ? 'opened' : news;

const hasAnswer = (alert: Alert, acknowledgements: readonly Acknowledgement[]): boolean => {
  const key = principalKey(alert.source, alert.principal);
  return acknowledgements.some((each) => each.principalKey === key);
};

const shown = ({ by, note, atMs, untilMs }: Acknowledgement): Answer => ({ by, note, atMs, untilMs });

const withoutNews = (baseline: Baseline, acknowledgements: readonly Acknowledgement[]): Baseline => {
  const { incident } = baseline;
  if (incident === undefined || !coverOf(incident.alert, acknowledgements).isCovered) return baseline;
  return { ...baseline, incident: { ...incident, news: [] } };
};
