/**
 * Events into a watch. Whose use it was is told by network owner, then by what was touched, then by the hour; a network
 * owner that the old token never had is a stranger on either token, which is a far lower bar than the engine's own: for
 * as long as a rotation lasts, a new place is news by itself.
 */
import { changesTokens } from '../action.ts';
import { type AuditEvent, sampleOf } from '../event.ts';
import type { Cadence } from '../inventory/cadence.ts';
import { nowhere, placeOf } from '../inventory/uses.ts';
import type { Network } from '../network.ts';
import { isNamed } from '../principal.ts';
import { msPerDay, msPerMinute } from '../time.ts';
import {
  type CallerWatch,
  gotThrough,
  isOngoing,
  type Stranger,
  samplesMax,
  silentFromMs,
  strangerKey,
  strangersMax,
  type UseSeen,
  type Watch,
  withDues,
} from './watch.ts';

export type Following = {
  readonly networks: (address: string) => Network;
  /** Up to where the log is settled: the time by which callers are late. */
  readonly throughMs: number;
};

/** Events in core's order, of any principal; those of the two tokens and news of them are taken out. */
export const follow = (watch: Watch, events: readonly AuditEvent[], { networks, throughMs }: Following): Watch => {
  if (!isOngoing(watch)) return watch;
  let now = watch;
  for (const event of events) {
    if (event.source !== now.source || event.atMs < now.startedAtMs || event.atMs >= now.endsAtMs) continue;
    now = followEvent(now, event, event.ip === undefined ? nowhere : networks(event.ip));
  }
  const seenThroughMs = Math.min(now.endsAtMs, Math.max(now.seenThroughMs, throughMs));
  return { ...now, seenThroughMs, endedAtMs: seenThroughMs >= now.endsAtMs ? now.endsAtMs : undefined };
};

const followEvent = (watch: Watch, event: AuditEvent, network: Network): Watch => {
  if (isDeletionOf(watch, event)) return withDues({ ...watch, deletedAtMs: event.atMs });
  if (event.principal.kind === 'user') return watch;
  if (event.principal.id === watch.old.id) return used(watch, { event, network, token: 'old' });
  const isNew = watch.replacement !== undefined && isNamed(event.principal, watch.replacement);
  return isNew ? used(watch, { event, network, token: 'new' }) : watch;
};

const isDeletionOf = ({ old, deletedAtMs }: Watch, event: AuditEvent): boolean =>
  deletedAtMs === undefined &&
  event.outcome === 'success' &&
  event.target !== undefined &&
  changesTokens(event.principal.provider, event.action) === 'deleted' &&
  isNamed(old, event.target);

type Used = { readonly event: AuditEvent; readonly network: Network; readonly token: 'old' | 'new' };

const used = (watch: Watch, use: Used): Watch => {
  const owner = placeOf(use.network, new Set(watch.callers.map(({ caller }) => caller.ownerKey)));
  const at = whose(watch.callers, use.event, owner);
  if (at < 0) return { ...watch, ...strangersWith(watch, use, owner) };
  return { ...watch, callers: watch.callers.map((each, i) => (i === at ? usedBy(each, use, watch) : each)) };
};

const usedBy = (each: CallerWatch, { event, network, token }: Used, watch: Watch): CallerWatch => {
  if (token === 'new') return { ...each, moved: seenMore(each.moved, { event, network }, 0) };
  if (watch.deletedAtMs !== undefined && event.atMs > watch.deletedAtMs) {
    return { ...each, afterDeletion: seenMore(each.afterDeletion, { event, network }) };
  }
  return event.atMs < silentFromMs(watch)
    ? { ...each, overlap: seenMore(each.overlap, { event, network }, 0) }
    : { ...each, held: seenMore(each.held, { event, network }) };
};

const seenMore = (
  seen: UseSeen | undefined,
  { event, network }: Omit<Used, 'token'>,
  keptSamples = samplesMax,
): UseSeen => {
  const samples = seen?.samples ?? [];
  return {
    events: (seen?.events ?? 0) + 1,
    refused: (seen?.refused ?? 0) + (event.outcome === 'failure' ? 1 : 0),
    firstAtMs: seen?.firstAtMs ?? event.atMs,
    lastAtMs: Math.max(seen?.lastAtMs ?? 0, event.atMs),
    network: seen?.network ?? network,
    samples: samples.length < keptSamples ? [...samples, sampleOf(event)] : samples,
  };
};

/** The place among the callers; -1 for a stranger. */
const whose = (callers: readonly CallerWatch[], event: AuditEvent, owner: string): number => {
  const there = callers.flatMap(({ caller }, at) => (caller.ownerKey === owner ? [{ caller, at }] : []));
  const touching = there.filter(({ caller }) => event.target !== undefined && caller.targets.includes(event.target));
  const candidates = touching.length > 0 ? touching : there;
  const best = candidates.reduce<{ readonly at: number; readonly minutes: number } | undefined>(
    (near, { caller, at }) => {
      const minutes = minutesFrom(caller.cadence, event.atMs);
      return near === undefined || minutes < near.minutes ? { at, minutes } : near;
    },
    undefined,
  );
  return best?.at ?? -1;
};

/** How far from its usual time; half a day for those who keep none. */
const minutesFrom = (cadence: Cadence, atMs: number): number => {
  const minute = Math.floor((atMs % msPerDay) / msPerMinute);
  if (cadence.kind === 'hourly') return wrapped(minute - cadence.minute, 60);
  return 'atMinute' in cadence ? wrapped(minute - cadence.atMinute, 24 * 60) : 12 * 60;
};

const wrapped = (minutes: number, period: number): number => {
  const apart = Math.abs(minutes) % period;
  return Math.min(apart, period - apart);
};

const strangersWith = (
  { strangers, moreStrangers, strangersAfterDeletion = [], deletedAtMs }: Watch,
  { event, network, token }: Used,
  owner: string,
): Partial<Watch> => {
  // After the deletion the engine tells of every use, whoever it was: these are kept for who asks how far things are.
  if (token === 'old' && deletedAtMs !== undefined && event.atMs > deletedAtMs) {
    return { strangersAfterDeletion: afterDeletionWith(strangersAfterDeletion, { event, network }, owner) };
  }
  const key = strangerKey(token, owner);
  const known = strangers.find((each) => each.key === key);
  const stranger: Stranger = { key, token, seen: seenMore(known?.seen, { event, network }) };
  if (known !== undefined) {
    return { strangers: strangers.map((each) => (each === known ? stranger : each)), moreStrangers };
  }
  return strangers.length < strangersMax
    ? { strangers: [...strangers, stranger], moreStrangers }
    : { strangers, moreStrangers: moreStrangers + 1 };
};

/** Where there is no room, somebody who got through takes the place of one who was only refused. */
const afterDeletionWith = (
  known: readonly Stranger[],
  use: Omit<Used, 'token'>,
  owner: string,
): readonly Stranger[] => {
  const key = strangerKey('old', owner);
  const before = known.find((each) => each.key === key);
  const stranger: Stranger = { key, token: 'old', seen: seenMore(before?.seen, use, 0) };
  if (before !== undefined) return known.map((each) => (each === before ? stranger : each));
  if (known.length < strangersMax) return [...known, stranger];
  const weakest = use.event.outcome === 'success' ? known.findIndex((each) => !gotThrough(each)) : -1;
  return weakest < 0 ? known : known.map((each, at) => (at === weakest ? stranger : each));
};
