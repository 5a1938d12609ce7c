/**
 * May the old token be revoked now? What breaks is one question and whether it must go whatever breaks another: somebody
 * foreign on it is answered first. Nobody uses it any more only when every regular caller let its time pass in silence; a
 * moment after the start nobody has, and that says nothing.
 *
 * Misses: whoever used it fewer times than shows a rhythm, and whatever leaves no line in the log.
 */
import { msPerDay } from '../time.ts';
import {
  type CallerWatch,
  gotThrough,
  hasEnded,
  isFollowed,
  type Stranger,
  stateOf,
  strangerKey,
  type Watch,
} from './watch.ts';

export type BeforeRevoking = {
  readonly verdict: /** The log said so: nothing is left to revoke. */
    | 'deleted'
    /** Somebody foreign uses it. */
    | 'foreign'
    /** Callers do. */
    | 'in-use'
    /** Nobody does so far, but not everybody was due, or nothing was followed yet. */
    | 'not-yet'
    /** Nobody does. */
    | 'unused';
  readonly strangers: readonly Stranger[];
  /** Used or tried it after its deletion, and never before the start; first who got through. */
  readonly strangersAfterDeletion: readonly Stranger[];
  /** On the old token later than on the new one, and since then not silent beyond their rhythm. */
  readonly users: readonly UserOfOld[];
  /** Not due yet. */
  readonly waiting: readonly CallerWatch[];
  /** Due, and on neither token. */
  readonly late: readonly CallerWatch[];
};

export type UserOfOld = { readonly each: CallerWatch; readonly lastAtMs: number };

export const beforeRevoking = (watch: Watch): BeforeRevoking => {
  const strangers = strangersOnOld(watch);
  const users = watch.callers.flatMap((each) => userOfOld(each, watch));
  const of = (state: 'waiting' | 'late') =>
    watch.callers.filter((each) => stateOf(each, watch) === state && !users.some((user) => user.each === each));
  const waiting = of('waiting');
  return {
    verdict: verdictOf(watch, { strangers, users, waiting }),
    strangers,
    strangersAfterDeletion: strangersAfterDeletion(watch),
    users,
    waiting,
    late: of('late'),
  };
};

const verdictOf = (
  watch: Watch,
  { strangers, users, waiting }: Pick<BeforeRevoking, 'strangers' | 'users' | 'waiting'>,
): BeforeRevoking['verdict'] => {
  if (watch.deletedAtMs !== undefined) return 'deleted';
  if (strangers.length > 0) return 'foreign';
  if (users.length > 0) return 'in-use';
  return waiting.length > 0 || !isFollowed(watch) ? 'not-yet' : 'unused';
};

/** Those that a person named, and those that were met since; of one network, the one that was met. */
export const strangersOnOld = ({ strangers, notOurs = [] }: Watch): readonly Stranger[] => {
  const met = strangers.filter(({ token }) => token === 'old');
  const told = notOurs
    .map(({ ownerKey, seen }): Stranger => ({ key: strangerKey('old', ownerKey), token: 'old', seen }))
    .filter(({ key }) => met.every((stranger) => stranger.key !== key));
  return [...told, ...met];
};

export const strangersAfterDeletion = ({ strangersAfterDeletion: met = [] }: Watch): readonly Stranger[] =>
  [...met].sort(
    (a, b) =>
      Number(gotThrough(b)) - Number(gotThrough(a)) || b.seen.lastAtMs - a.seen.lastAtMs || (a.key < b.key ? -1 : 1),
  );

const userOfOld = (each: CallerWatch, { seenThroughMs }: Watch): readonly UserOfOld[] => {
  const onOld = [each.overlap, each.held, each.afterDeletion].flatMap((seen) => (seen === undefined ? [] : [seen]));
  const lastAtMs = Math.max(0, ...onOld.map((seen) => seen.lastAtMs));
  const isUsing = lastAtMs > (each.moved?.lastAtMs ?? 0) && !hasEnded(each, lastAtMs, seenThroughMs);
  return isUsing ? [{ each, lastAtMs }] : [];
};

/** What a caller is to be looked at for, before it is taken for one of ours. */
export type Doubt = 'hosting' | 'vpn' | 'newcomer';

/** As long as a theft takes to be noticed, and shorter than anything a team calls established. */
const newcomerMs = 7 * msPerDay;

/** A thief who was there before the start looks like any caller; few of them look like an established one. */
export const doubtOf = ({ caller }: CallerWatch, { startedAtMs, callers }: Watch): Doubt | undefined => {
  const { class: ownerClass } = caller.network;
  if (ownerClass === 'vpn' || ownerClass === 'hosting') return ownerClass;
  const { firstAtMs } = caller;
  // In a log of a few days everybody is new, which says nothing.
  const isOlder = callers.some((other) => (other.caller.firstAtMs ?? startedAtMs) < startedAtMs - newcomerMs);
  return isOlder && firstAtMs !== undefined && firstAtMs >= startedAtMs - newcomerMs ? 'newcomer' : undefined;
};
