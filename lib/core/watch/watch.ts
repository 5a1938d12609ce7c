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
  /** In what was learned from; absent in watches that began before this was kept. */
  readonly firstAtMs?: number;
};

/** Somebody who used the old token before the watch began, and of whom a person said that it was none of theirs. */
export type NotOurs = { readonly ownerKey: string; readonly seen: UseSeen };

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
  /** Its first use after the old token should lie still, and when that is late; undefined where nothing repeats. */
  readonly dueMs: number | undefined;
  readonly byMs: number | undefined;
};

export type Stranger = {
  readonly key: string;
  readonly token: 'old' | 'new';
  readonly seen: UseSeen;
};

/** Whether anything that it did was not refused. */
export const gotThrough = ({ seen }: Pick<Stranger, 'seen'>): boolean => seen.refused < seen.events;

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
  /**
   * Who used or tried the old token after its deletion, none of its callers: at most `strangersMax`, and no alerts of this
   * watch, for the engine tells of each. Absent: nobody.
   */
  readonly strangersAfterDeletion?: readonly Stranger[];
  /** Absent: nobody. */
  readonly notOurs?: readonly NotOurs[];
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

/** What is known of foreign hands on the old token before the watch begins. */
export type Foreign = Pick<Watch, 'strangers' | 'moreStrangers'> & { readonly notOurs: readonly NotOurs[] };

const noForeign: Foreign = { strangers: [], moreStrangers: 0, notOurs: [] };

/**
 * Those that came too seldom or too long ago are known, so that they are no strangers, but not expected. Whoever is known
 * for foreign is no caller, however often the log shows it before the start.
 */
export const beginWatch = (rotation: Rotation, callers: readonly Caller[], foreign = noForeign): Watch =>
  withDues({
    ...rotation,
    id: watchId(rotation),
    callers: callers
      .filter((caller) => !isForeign(caller, foreign))
      .slice(0, callersMax)
      .map((caller) => ({
        caller: watchedCaller(caller),
        moved: undefined,
        overlap: undefined,
        held: undefined,
        afterDeletion: undefined,
        dueMs: undefined,
        byMs: undefined,
      })),
    strangers: foreign.strangers,
    moreStrangers: foreign.moreStrangers,
    ...(foreign.notOurs.length > 0 && { notOurs: foreign.notOurs }),
    seenThroughMs: rotation.startedAtMs,
    endedAtMs: undefined,
  });

const isForeign = ({ ownerKey }: Caller, { strangers, notOurs }: Foreign): boolean =>
  strangers.some((stranger) => stranger.key === strangerKey('old', ownerKey)) ||
  notOurs.some((each) => each.ownerKey === ownerKey);

/** Unique among a watch's strangers. */
export const strangerKey = (token: Stranger['token'], ownerKey: string): string => `${token} ${ownerKey}`;

const watchedCaller = ({
  key,
  ownerKey,
  network,
  cadence,
  targets,
  moreTargets,
  uses,
  firstAtMs,
}: Caller): WatchedCaller => ({
  key,
  ownerKey,
  network,
  cadence,
  targets,
  moreTargets,
  uses,
  firstAtMs,
});

const watchId = ({ source, old, startedAtMs }: Rotation): string =>
  stableId(startedAtMs, `${source}|${old.id}|${startedAtMs}|rotation`);

/** As an alert's: the day for people, 48 bits for machines. */
export const stableId = (atMs: number, text: string): string => `${isoSeconds(atMs).slice(0, 10)}-${stableHex(text)}`;

/** From when on the old token should lie still. */
export const silentFromMs = ({ overlapEndsMs, deletedAtMs }: Watch): number =>
  Math.min(overlapEndsMs, deletedAtMs ?? Number.POSITIVE_INFINITY);

/**
 * When each caller is due on the new token; anew when the end of the overlap becomes known. Where nobody named a new token
 * it is the time by which its silence on the old one says something.
 */
export const withDues = (watch: Watch): Watch => {
  const fromMs = silentFromMs(watch);
  return {
    ...watch,
    callers: watch.callers.map((each) => {
      const next = isRegular(each) ? nextUse(each.caller.cadence, Math.max(fromMs, watch.startedAtMs)) : undefined;
      return { ...each, dueMs: next?.dueMs, byMs: next?.byMs };
    }),
  };
};

const isRegular = ({ caller }: CallerWatch): boolean => caller.uses >= usesMin;

export type CallerState =
  /** Uses the new token, and not the old one since. */
  | 'moved'
  /** Used the old token when nobody should any more. */
  | 'still on old'
  /** Not seen on the new token when it was due. */
  | 'late'
  /** Not due yet. */
  | 'waiting'
  /** Nobody named a new token, and its next use of the old one has failed to come. */
  | 'silent'
  /** Comes too seldom to be waited for, and has not come yet. */
  | 'not expected';

export const stateOf = (
  each: CallerWatch,
  { replacement, seenThroughMs }: Pick<Watch, 'replacement' | 'seenThroughMs'>,
): CallerState => {
  const { moved, overlap, held, afterDeletion, byMs } = each;
  const lastOnOldMs = Math.max(held?.lastAtMs ?? 0, afterDeletion?.lastAtMs ?? 0);
  if (lastOnOldMs > (moved?.lastAtMs ?? 0)) {
    return replacement === undefined && hasEnded(each, lastOnOldMs, seenThroughMs) ? 'silent' : 'still on old';
  }
  if (moved !== undefined) return 'moved';
  if (byMs !== undefined && seenThroughMs >= byMs) return replacement === undefined ? 'silent' : 'late';
  return byMs === undefined && overlap === undefined ? 'not expected' : 'waiting';
};

/** Whether the use that was due after its last one has failed to come. */
export const hasEnded = (each: CallerWatch, lastAtMs: number, atMs: number): boolean => {
  const next = isRegular(each) ? nextUse(each.caller.cadence, lastAtMs) : undefined;
  return next !== undefined && atMs >= next.byMs;
};

/** Ended watches are shown for as long, and then forgotten. */
const keptMs = 30 * msPerDay;
/** After a leak everything is rotated at once; more than so many at a time nobody follows. */
export const watchesMax = 16;

/** Whether the log was followed at all: until then nothing is known of the time since the start. */
export const isFollowed = ({ seenThroughMs, startedAtMs }: Pick<Watch, 'seenThroughMs' | 'startedAtMs'>): boolean =>
  seenThroughMs > startedAtMs;

export const isOngoing = ({ endedAtMs }: Watch): boolean => endedAtMs === undefined;

/** Those worth keeping at this time, in the order in which they began. */
export const keptWatches = (watches: readonly Watch[], atMs: number): readonly Watch[] => {
  const ongoing = watches.filter(isOngoing).slice(-watchesMax);
  const ended = watches.filter(({ endedAtMs }) => endedAtMs !== undefined && atMs - endedAtMs < keptMs);
  const room = watchesMax - ongoing.length;
  const kept = new Set([...ongoing, ...(room > 0 ? ended.slice(-room) : [])]);
  return watches.filter((watch) => kept.has(watch));
};
