/**
 * Heightened attention to one token after its rotation: who used the old one, who has come over to the new one, who is
 * late, and who on either was never there before. A watch is a plain value; events make the next one of it.
 *
 * Until `overlapEndsMs` the old token may still be used by those who used it before; from then on (by default from the
 * start, and at the latest from its deletion) every use of it, refused or not, is told.
 */
import type { AuditEvent } from '../event.ts';
import type { Cadence } from '../inventory/cadence.ts';
import { nextUse } from '../inventory/cadence.ts';
import type { Caller } from '../inventory/callers.ts';
import type { Network } from '../network.ts';
import { stableHex } from '../packed.ts';
import type { Principal } from '../principal.ts';
import { isoSeconds, msPerDay } from '../time.ts';

/** A caller as it is remembered for as long as a watch lasts. */
export type WatchedCaller = {
  readonly key: string;
  readonly ownerKey: string;
  readonly network: Network;
  readonly cadence: Cadence;
  readonly targets: readonly string[];
  readonly moreTargets: number;
  readonly uses: number;
};

/** One token's use by one caller or stranger since the watch began. */
export type UseSeen = {
  readonly events: number;
  readonly refused: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly network: Network;
  /** The first of them, where they are to be told of; at most `samplesMax`. */
  readonly samples: readonly AuditEvent[];
};

export type CallerWatch = {
  readonly caller: WatchedCaller;
  /** On the new token. */
  readonly moved: UseSeen | undefined;
  /** On the old token within the overlap, as it was allowed to. */
  readonly overlap: UseSeen | undefined;
  /** On the old token when nobody should use it any more. */
  readonly held: UseSeen | undefined;
  /** Refused or not, after the log said that the token was deleted: the engine tells of those. */
  readonly afterDeletion: UseSeen | undefined;
  /** Its first use that belongs on the new token, and when that is late; undefined where nothing repeats. */
  readonly dueMs: number | undefined;
  readonly byMs: number | undefined;
};

export type Stranger = {
  readonly key: string;
  readonly token: 'old' | 'new';
  readonly seen: UseSeen;
};

export type Watch = {
  readonly id: string;
  readonly source: string;
  readonly old: Principal;
  /** The new token as somebody named it, or as the log did; undefined where nobody said. */
  readonly replacement: string | undefined;
  readonly startedBy: 'person' | 'log';
  readonly startedAtMs: number;
  readonly overlapEndsMs: number;
  readonly endsAtMs: number;
  /** When the log said that the old token was deleted. */
  readonly deletedAtMs: number | undefined;
  readonly callers: readonly CallerWatch[];
  /** At most `strangersMax`. */
  readonly strangers: readonly Stranger[];
  readonly moreStrangers: number;
  /** Events before this were folded in. */
  readonly seenThroughMs: number;
  /** Undefined while it lasts. */
  readonly endedAtMs: number | undefined;
};

/** As many as anybody can go after; the state must stay small. */
export const callersMax = 24;
export const strangersMax = 16;
export const samplesMax = 2;
export const daysDefault = 14;
export const daysMax = 90;

/** Fewer uses are an errand: such a caller is known, and not waited for. */
const usesMin = 4;

export type Rotation = Pick<
  Watch,
  'source' | 'old' | 'replacement' | 'startedBy' | 'startedAtMs' | 'overlapEndsMs' | 'endsAtMs' | 'deletedAtMs'
>;

/** Those that came too seldom or too long ago are known, so that they are no strangers, but not expected. */
export const beginWatch = (rotation: Rotation, callers: readonly Caller[]): Watch =>
  withDues({
    ...rotation,
    id: watchId(rotation),
    callers: callers.slice(0, callersMax).map((caller) => ({
      caller: watchedCaller(caller),
      moved: undefined,
      overlap: undefined,
      held: undefined,
      afterDeletion: undefined,
      dueMs: undefined,
      byMs: undefined,
    })),
    strangers: [],
    moreStrangers: 0,
    seenThroughMs: rotation.startedAtMs,
    endedAtMs: undefined,
  });

const watchedCaller = ({ key, ownerKey, network, cadence, targets, moreTargets, uses }: Caller): WatchedCaller => ({
  key,
  ownerKey,
  network,
  cadence,
  targets,
  moreTargets,
  uses,
});

const watchId = ({ source, old, startedAtMs }: Rotation): string =>
  stableId(startedAtMs, `${source}|${old.id}|${startedAtMs}|rotation`);

/** As an alert's: the day for people, 48 bits for machines. */
export const stableId = (atMs: number, text: string): string => `${isoSeconds(atMs).slice(0, 10)}-${stableHex(text)}`;

/** From when on the old token should lie still. */
export const silentFromMs = ({ overlapEndsMs, deletedAtMs }: Watch): number =>
  Math.min(overlapEndsMs, deletedAtMs ?? Number.POSITIVE_INFINITY);

/** When each caller is due on the new token; anew when the end of the overlap becomes known. */
export const withDues = (watch: Watch): Watch => {
  const fromMs = silentFromMs(watch);
  return {
    ...watch,
    callers: watch.callers.map((each) => {
      const isExpected = each.caller.uses >= usesMin && watch.replacement !== undefined;
      const next = isExpected ? nextUse(each.caller.cadence, Math.max(fromMs, watch.startedAtMs)) : undefined;
      return { ...each, dueMs: next?.dueMs, byMs: next?.byMs };
    }),
  };
};

export type CallerState =
  /** Uses the new token, and not the old one since. */
  | 'moved'
  /** Used the old token when nobody should any more. */
  | 'still on old'
  /** Not seen on the new token when it was due. */
  | 'late'
  /** Not due yet. */
  | 'waiting'
  /** Comes too seldom to be waited for, and has not come yet. */
  | 'not expected';

export const stateOf = ({ moved, overlap, held, afterDeletion, byMs }: CallerWatch, atMs: number): CallerState => {
  const lastOnOldMs = Math.max(held?.lastAtMs ?? 0, afterDeletion?.lastAtMs ?? 0);
  if (lastOnOldMs > (moved?.lastAtMs ?? 0)) return 'still on old';
  if (moved !== undefined) return 'moved';
  if (byMs !== undefined && atMs >= byMs) return 'late';
  return byMs === undefined && overlap === undefined ? 'not expected' : 'waiting';
};

/** Ended watches are shown for as long, and then forgotten. */
const keptMs = 30 * msPerDay;
/** After a leak everything is rotated at once; more than so many at a time nobody follows. */
export const watchesMax = 16;

export const isOngoing = ({ endedAtMs }: Watch): boolean => endedAtMs === undefined;

/** Those worth keeping at this time, in the order in which they began. */
export const keptWatches = (watches: readonly Watch[], atMs: number): readonly Watch[] => {
  const ongoing = watches.filter(isOngoing).slice(-watchesMax);
  const ended = watches.filter(({ endedAtMs }) => endedAtMs !== undefined && atMs - endedAtMs < keptMs);
  const room = watchesMax - ongoing.length;
  const kept = new Set([...ongoing, ...(room > 0 ? ended.slice(-room) : [])]);
  return watches.filter((watch) => kept.has(watch));
};
