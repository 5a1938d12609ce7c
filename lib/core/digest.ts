/**
 * The day in review: what was read, what was told, what needs care, from the state of all sources. Pure, and bounded: a
 * digest travels by e-mail and chat, so lists are cut to what a person reads, and say how many there are.
 */
import { type Acknowledgement, isInForce } from './acknowledgement.ts';
import { type Alert, isAbove } from './alert.ts';
import type { Allowance } from './allowance.ts';
import { type Coverage, isBackfilling, latenessMs, silenceOf, silentSinceMs, tellFromMs } from './coverage.ts';
import { coverageFacts, type Missed, missedSince, nothingMissed } from './coverage-facts.ts';
import type { HealthFinding } from './inventory/health.ts';
import type { LastSurvey } from './inventory/last-survey.ts';
import { isFarAbove, type Kept, keptBy } from './promise.ts';
import { isTooSilent, type Silence } from './silence.ts';
import { msPerDay, msPerHour } from './time.ts';
import { isOngoing, stateOf, type Watch } from './watch/watch.ts';

/** What the state knows of one source. */
export type SourceState = {
  readonly source: string;
  /** Undefined: it was never read. */
  readonly coverage: Coverage | undefined;
  /** All that were opened since `alertsFromMs`, or more. */
  readonly alerts: readonly Alert[];
  /** When that of which people still have to be told happened, for each alert that waits to be delivered. */
  readonly untoldSinceMs: readonly number[];
  readonly badRecords: number;
  /** When each principal was last active. */
  readonly lastActiveMs: readonly number[];
  readonly watches: readonly Watch[];
  readonly acknowledgements: readonly Acknowledgement[];
  /** What the vendor's API showed last. */
  readonly survey: LastSurvey;
};

export type DigestSettings = {
  readonly nowMs: number;
  readonly alertBudgetPerWeek: number;
  readonly allow: readonly Allowance[];
};

/** In the order in which they worry. */
export type Standing = 'never-read' | 'late' | 'catching-up' | 'current';

export type SourceDigest = {
  readonly source: string;
  readonly standing: Standing;
  /** Undefined where it was never read. */
  readonly seen:
    | {
        readonly fromMs: number;
        readonly throughMs: number;
        readonly events: number;
        readonly lateEvents: number;
        /** 0 before the first. */
        readonly newestEventMs: number;
      }
    | undefined;
  /** For longer than can be usual of this log; undefined where it is not. */
  readonly silent: { readonly sinceMs: number; readonly silence: Silence } | undefined;
  /** In the last day. */
  readonly missed: Missed;
  readonly principals: number;
  readonly activePrincipals: number;
  /** Opened in the last day, facts and acknowledged ones included. */
  readonly alerts: number;
  /** Alerts that could not be delivered, and when the first of them happened. */
  readonly untold: { readonly count: number; readonly sinceMs: number } | undefined;
  readonly badRecords: number;
  /** Of the last four weeks that were read. */
  readonly kept: Kept | undefined;
  readonly isBudgetExceeded: boolean;
};

/** What will hurt unless somebody looks at it. */
export type Care = { readonly source: string | undefined } & (
  | {
      readonly care: 'rotation';
      readonly old: string;
      readonly replacement: string | undefined;
      readonly startedAtMs: number;
      readonly endsAtMs: number;
      readonly callers: number;
      readonly moved: number;
      readonly stillOnOld: number;
      readonly late: number;
      readonly strangers: number;
    }
  | { readonly care: 'health'; readonly health: HealthFinding }
  /** What uses the token stops when it ends. */
  | { readonly care: 'token-ends'; readonly name: string; readonly endsMs: number }
  /** The monitor reads with a token that others work with, so that its use by a stranger tells nothing. */
  | { readonly care: 'own-token-shared'; readonly name: string }
  | {
      readonly care: 'acknowledgement-ends';
      readonly alertId: string;
      readonly principalName: string;
      readonly by: string;
      readonly untilMs: number;
    }
  | { readonly care: 'allowance-ends'; readonly network: string; readonly note: string; readonly untilMs: number }
);

export type Digest = {
  readonly atMs: number;
  /** Those that worry first. */
  readonly sources: readonly SourceDigest[];
  /** The most severe of the last day, without their events; at most `alertsMax`. */
  readonly alerts: readonly Alert[];
  readonly moreAlerts: number;
  /** At most `caresMax`. */
  readonly care: readonly Care[];
  readonly moreCare: number;
};

/** Twelve polls missed at the usual five minutes: no slow answer explains that. */
const lateMs = msPerHour;
const soonMs = 7 * msPerDay;
const alertsMax = 10;
const caresMax = 20;
/** Tellings wait for the end of a run at most; what waits longer cannot be delivered. */
const untoldMs = msPerHour;

export const digestOf = (states: readonly SourceState[], settings: DigestSettings): Digest => {
  const { nowMs } = settings;
  const alerts = states.flatMap((state) => openedLately(state, nowMs)).toSorted(bySeverity);
  const care = [...states.flatMap((state) => careOf(state, nowMs)), ...allowancesEnding(settings)];
  return {
    atMs: nowMs,
    sources: states.map((state) => sourceDigest(state, settings)).toSorted(byWorry),
    alerts: alerts.slice(0, alertsMax).map((alert) => ({ ...alert, sampleEvents: [] })),
    moreAlerts: Math.max(0, alerts.length - alertsMax),
    care: care.slice(0, caresMax),
    moreCare: Math.max(0, care.length - caresMax),
  };
};

/** Nothing was told, nothing needs care, every log is read up to now. Unreadable records do not unsettle: they stay for good. */
export const isQuiet = ({ sources, alerts, care }: Digest): boolean =>
  sources.length > 0 &&
  alerts.length === 0 &&
  care.length === 0 &&
  sources.every(
    ({ standing, silent, untold, isBudgetExceeded, missed: { gaps, pauses } }) =>
      standing === 'current' &&
      silent === undefined &&
      untold === undefined &&
      !isBudgetExceeded &&
      gaps.length + pauses.length === 0,
  );

/** Long enough for a budget of one a week to mean something; all that was ever told would fill the memory one day. */
const keptMs = 28 * msPerDay;

/** A digest looks at no alert that was opened before. */
export const alertsFromMs = (coverage: Coverage | undefined, nowMs: number): number =>
  Math.min(nowMs - msPerDay, coverage === undefined ? nowMs : keptFromMs(coverage));

/** Counted back from what was read: weeks of which nothing was seen would lower the rate. */
const keptFromMs = ({ settledThroughMs }: Coverage): number => settledThroughMs - keptMs;

/** How the promise was kept lately, of history and since as far as they reach into these weeks. */
const keptLately = (alerts: readonly Alert[], coverage: Coverage, budgetPerWeek: number): Kept => {
  const fromMs = Math.max(coverage.fromMs, keptFromMs(coverage));
  return keptBy(
    alerts.filter(({ openedAtMs }) => openedAtMs >= fromMs),
    { ...coverage, fromMs, backfillUntilMs: Math.max(fromMs, coverage.backfillUntilMs) },
    budgetPerWeek,
  );
};

const sourceDigest = (state: SourceState, { nowMs, alertBudgetPerWeek }: DigestSettings): SourceDigest => {
  const { source, coverage, alerts, badRecords, lastActiveMs } = state;
  const kept = coverage === undefined ? undefined : keptLately(alerts, coverage, alertBudgetPerWeek);
  return {
    source,
    standing: standingOf(coverage, nowMs),
    seen: coverage && {
      fromMs: coverage.fromMs,
      throughMs: seenThroughMs(coverage),
      events: coverage.events,
      lateEvents: coverage.lateEvents,
      newestEventMs: coverage.newestEventMs,
    },
    silent: coverage && silentOf(coverage),
    missed: coverage === undefined ? nothingMissed : missedOf(coverage, nowMs),
    principals: lastActiveMs.length,
    activePrincipals: lastActiveMs.filter((lastMs) => nowMs - lastMs < msPerDay).length,
    alerts: openedLately(state, nowMs).length,
    untold: undelivered(state, nowMs),
    badRecords,
    kept,
    isBudgetExceeded: kept !== undefined && isFarAbove(kept.live, alertBudgetPerWeek),
  };
};

const silentOf = (coverage: Coverage): SourceDigest['silent'] => {
  const silence = silenceOf(coverage);
  return isTooSilent(silence) ? { sinceMs: silentSinceMs(coverage), silence } : undefined;
};

/** A pause that goes on is told by the log's standing. */
const missedOf = (coverage: Coverage, nowMs: number): Missed =>
  missedSince(coverageFacts(coverage, { nowMs, everyMs: Number.POSITIVE_INFINITY }), nowMs - msPerDay);

const seenThroughMs = ({ settledThroughMs }: Coverage): number => settledThroughMs + latenessMs;

const standingOf = (coverage: Coverage | undefined, nowMs: number): Standing => {
  if (coverage === undefined) return 'never-read';
  if (isBackfilling(coverage)) return 'catching-up';
  return nowMs - seenThroughMs(coverage) > lateMs ? 'late' : 'current';
};

const worries: readonly Standing[] = ['never-read', 'late', 'catching-up', 'current'];

/** The longest unread first among those that are late; else by name. */
const byWorry = (a: SourceDigest, b: SourceDigest): number =>
  worries.indexOf(a.standing) - worries.indexOf(b.standing) ||
  (a.standing === 'late' ? (a.seen?.throughMs ?? 0) - (b.seen?.throughMs ?? 0) : 0) ||
  (a.source < b.source ? -1 : 1);

const bySeverity = (a: Alert, b: Alert): number =>
  isAbove(a.severity, b.severity) ? -1 : isAbove(b.severity, a.severity) ? 1 : b.openedAtMs - a.openedAtMs;

/** Without those that were read as history, which are listed once and never sent. */
const openedLately = ({ alerts, coverage }: SourceState, nowMs: number): readonly Alert[] => {
  const fromMs = Math.max(nowMs - msPerDay, coverage === undefined ? 0 : tellFromMs(coverage));
  return alerts.filter(({ openedAtMs }) => openedAtMs >= fromMs);
};

const undelivered = ({ untoldSinceMs }: SourceState, nowMs: number): SourceDigest['untold'] => {
  const stuck = untoldSinceMs.filter((sinceMs) => nowMs - sinceMs > untoldMs);
  return stuck.length === 0
    ? undefined
    : { count: stuck.length, sinceMs: stuck.reduce((first, sinceMs) => Math.min(first, sinceMs)) };
};

const careOf = (state: SourceState, nowMs: number): readonly Care[] => [
  ...surveyCare(state, nowMs),
  ...state.watches.filter(isOngoing).map(rotationCare),
  ...state.acknowledgements
    .filter((each) => isInForce(each, nowMs) && each.untilMs - nowMs < soonMs)
    .map(({ alertId, principalName, by, untilMs }) => ({
      source: state.source,
      care: 'acknowledgement-ends' as const,
      alertId,
      principalName,
      by,
      untilMs,
    })),
];

const surveyCare = ({ source, survey: { health, ending, own } }: SourceState, nowMs: number): readonly Care[] => [
  ...health.map((finding) => ({ source, care: 'health' as const, health: finding })),
  ...own
    .slice(0, 1)
    .flatMap(({ name, isShared }) => (isShared ? [{ source, care: 'own-token-shared' as const, name }] : [])),
  ...ending
    .filter(({ endsMs }) => endsMs > nowMs)
    .map(({ name, endsMs }) => ({ source, care: 'token-ends' as const, name, endsMs })),
];

const rotationCare = (watch: Watch): Care => {
  const { source, old, replacement, startedAtMs, endsAtMs, callers, strangers, moreStrangers, seenThroughMs } = watch;
  const states = callers.map((each) => stateOf(each, { replacement, seenThroughMs }));
  const count = (state: (typeof states)[number]): number => states.filter((each) => each === state).length;
  return {
    source,
    care: 'rotation',
    old: old.name,
    replacement,
    startedAtMs,
    endsAtMs,
    callers: callers.length,
    moved: count('moved'),
    stillOnOld: count('still on old'),
    late: count('late'),
    strangers: strangers.length + moreStrangers,
  };
};

const allowancesEnding = ({ allow, nowMs }: DigestSettings): readonly Care[] =>
  allow
    .filter(({ untilMs }) => untilMs > nowMs && untilMs - nowMs < soonMs)
    .map(({ network, note, untilMs }) => ({
      source: undefined,
      care: 'allowance-ends',
      network: network.kind === 'owner' ? `AS${network.asn}` : network.text,
      note,
      untilMs,
    }));
