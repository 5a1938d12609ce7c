/**
 * How well a log was watched: when somebody looked last, when nobody did and why, how late events came, what the last
 * sweep found. It speaks of the watching and not of the log, so it depends on when polls came; no judgement rests on it.
 *
 * A look is a poll that saw its log through to the present. Nothing is lost by not looking, as long as the vendor keeps
 * the log: the next look begins where the last one ended. But whatever happened meanwhile was told only then.
 */
import {
  type Arrivals,
  checkedArrivals,
  checkedYoung,
  type LateBy,
  lateSince,
  noArrivals,
  noYoung,
  withArrivals,
  type Young,
  youngOf,
} from './arrivals.ts';
import type { AuditEvent } from './event.ts';
import { type Caused, checkedStretches, noStretches, type Stretches, withStretch } from './stretches.ts';
import { msPerMinute, type Stretch } from './time.ts';

/** Why looking ended: nobody polled, or polls got not far enough, or what the source answered. */
export const pauseCauses = [
  'not-running',
  'behind',
  'unavailable',
  'rate-limited',
  'credentials',
  'permission',
  'plan',
  'not-found',
  'misunderstood',
  'too-much',
] as const;
export type PauseCause = (typeof pauseCauses)[number];

/** Nobody looked from the first time until the second, when all of it was read. */
export type Pause = Caused<PauseCause>;

/** The daily reading of what was read before. */
export type Sweep = Stretch & {
  readonly atMs: number;
  /** Events that polling had missed. */
  readonly found: number;
};

/** When its first run began, and how far it got since: what showed after that beginning may be missing in any part of it. */
export type Sweeping = { readonly atMs: number; readonly throughMs: number };

export type Watching = {
  /** When the last look began; 0 before the first. */
  readonly lookedAtMs: number;
  /** Why the polls since then were none; undefined where there were none, or the last was one. */
  readonly stumbled?: PauseCause | undefined;
  readonly pauses: Stretches<PauseCause>;
  readonly young: Young;
  readonly arrivals: Arrivals;
  readonly sweep?: Sweep | undefined;
  /** A sweep that has not come to its end. */
  readonly sweeping?: Sweeping | undefined;
  /** Late events that were counted up to the end of that sweep. */
  readonly sweptLate: number;
  /** The second that holds more than one reading may, and how many polls have tried it. */
  readonly full?: { readonly atMs: number; readonly tries: number } | undefined;
  /** A reading so long did not come to its end in the time of one run; undefined once one did. */
  readonly tooLongMs?: number | undefined;
};

export const noWatching: Watching = {
  lookedAtMs: 0,
  pauses: noStretches,
  young: noYoung,
  arrivals: noArrivals,
  sweptLate: 0,
};

/** When polls are due, as far as anybody said. */
export const pollEveryMsUsual = 5 * msPerMinute;

/** One poll may fail or take long: two that are missed make a pause. Half an interval is left to slow ones. */
const intervalsMax = 2.5;

export type Looking = { readonly nowMs: number; readonly everyMs: number };

/** The pause that a look would end now; undefined where polls came as they should, and before the first look. */
export const pauseAt = ({ lookedAtMs, stumbled }: Watching, { nowMs, everyMs }: Looking): Pause | undefined =>
  lookedAtMs === 0 || nowMs - lookedAtMs <= intervalsMax * everyMs
    ? undefined
    : { fromMs: lookedAtMs, toMs: nowMs, cause: stumbled ?? 'not-running' };

/** Somebody looked, and saw these young events up to `throughMs`. */
export const look = (
  watching: Watching,
  { young, throughMs, ...looking }: Looking & { readonly young: readonly AuditEvent[]; readonly throughMs: number },
): Watching => {
  const { stumbled: _, full: _full, tooLongMs: _long, ...rest } = watching;
  const pause = pauseAt(watching, looking);
  const late = lateSince(rest.young, young, looking.nowMs);
  return {
    ...rest,
    lookedAtMs: Math.max(rest.lookedAtMs, looking.nowMs),
    pauses: pause === undefined ? rest.pauses : withStretch(rest.pauses, pause),
    arrivals: withArrivals(rest.arrivals, { count: 0, late }),
    young: youngOf(young, throughMs),
  };
};

/** A poll that was no look. Only the first since the last look counts: it says why looking ended. */
export const stumble = (
  watching: Watching,
  { cause, ...looking }: Looking & { readonly cause: PauseCause },
): Watching => {
  if (watching.stumbled !== undefined || watching.lookedAtMs === 0) return watching;
  return { ...watching, stumbled: pauseAt(watching, looking) === undefined ? cause : 'not-running' };
};

/** Events were settled, each once; how late they were shows where a look should have seen them young. */
export const settledOf = (watching: Watching, events: readonly AuditEvent[], nowMs: number): Watching =>
  watching.lookedAtMs === 0 || events.length === 0
    ? watching
    : withLate(watching, { count: events.length, late: lateSince(watching.young, events, nowMs) });

export const withLate = (
  watching: Watching,
  arrived: { readonly count: number; readonly late: readonly LateBy[] },
): Watching => ({ ...watching, arrivals: withArrivals(watching.arrivals, arrived) });

/** With one more poll that could not read this second. */
export const withTry = (watching: Watching, atMs: number): Watching => ({
  ...watching,
  full: { atMs, tries: triesOf(watching, atMs) + 1 },
});

export const triesOf = ({ full }: Watching, atMs: number): number => (full?.atMs === atMs ? full.tries : 0);

/** As it was stored, in one order of keys. Throws where it is none. */
export const checkedWatching = (stored: Watching): Watching => {
  const { lookedAtMs, stumbled, pauses, young, arrivals, sweep, sweeping, sweptLate, full, tooLongMs } = stored;
  const numbers = [
    lookedAtMs,
    sweptLate,
    tooLongMs ?? 0,
    ...(sweeping === undefined ? [] : [sweeping.atMs, sweeping.throughMs]),
    ...(full === undefined ? [] : [full.atMs, full.tries]),
  ];
  const isWatching = numbers.every(Number.isFinite) && (stumbled === undefined || pauseCauses.includes(stumbled));
  if (!isWatching) throw new TypeError('a watching holds times, counts and a known cause');
  return {
    lookedAtMs,
    ...(stumbled !== undefined && { stumbled }),
    pauses: checkedStretches(pauses, pauseCauses),
    young: checkedYoung(young),
    arrivals: checkedArrivals(arrivals),
    ...(sweep !== undefined && { sweep: checkedSweep(sweep) }),
    ...(sweeping !== undefined && { sweeping: { atMs: sweeping.atMs, throughMs: sweeping.throughMs } }),
    sweptLate,
    ...(full !== undefined && { full: { atMs: full.atMs, tries: full.tries } }),
    ...(tooLongMs !== undefined && { tooLongMs }),
  };
};

const checkedSweep = ({ fromMs, toMs, atMs, found }: Sweep): Sweep => {
  if (![fromMs, toMs, atMs, found].every(Number.isFinite)) throw new TypeError('a sweep holds four numbers');
  return { fromMs, toMs, atMs, found };
};
