/**
 * Who uses a token: callers, put together from its uses. A caller is a network owner with a rhythm: the nightly job and
 * the hourly one behind the same cloud are two callers, since one may move to a new token while the other is forgotten.
 *
 * From the log alone a caller has no name, so it is told by place, rhythm and what it touches. Targets of one owner
 * whose uses keep the same tight rhythm are one caller; all that keeps none is one caller of that owner.
 */
import type { Network } from '../network.ts';
import { type Cadence, cadenceOf, goneAfterMs, type NextUse, nextUse } from './cadence.ts';
import { everywhere, scattered, type TokenUse, type UseStream } from './uses.ts';

export type Caller = {
  /** Unique among the token's callers, and the same for the same log. */
  readonly key: string;
  readonly ownerKey: string;
  /** Of its latest event; others of the same owner may have been used. `everywhere` for a fleet. */
  readonly network: Network;
  readonly cadence: Cadence;
  /** Most used first, at most `targetsMax`; and how many more. */
  readonly targets: readonly string[];
  readonly moreTargets: number;
  readonly uses: number;
  readonly events: number;
  readonly refused: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
};

const targetsMax = 8;
/** Jobs of one schedule start so close to each other. */
const togetherMinutes = 45;
/** Looser than this, a rhythm is that of people or of pushes, and says nothing of which job it was. */
const tightSpreadMinutes = 90;

/** Most used first. */
export const callersOf = ({ streams, owners }: Pick<TokenUse, 'streams' | 'owners'>): readonly Caller[] => {
  const byOwner = new Map<string, UseStream[]>();
  for (const stream of streams.values()) {
    const owner = owners.has(scattered) && isOfFleet(stream) ? scattered : stream.ownerKey;
    const known = byOwner.get(owner);
    if (known === undefined) byOwner.set(owner, [stream]);
    else known.push(stream);
  }
  return [...byOwner]
    .flatMap(([owner, ofOwner]) => callersOfOwner(owner, ofOwner))
    .sort((a, b) => b.uses - a.uses || (a.key < b.key ? -1 : 1));
};

/** The first ranges of a fleet, met before it was known for one: none of them keeps a rhythm of its own. */
const isOfFleet = ({ ownerKey, network, startsMs }: UseStream): boolean =>
  ownerKey === scattered ||
  (network.owner === undefined && network.class === 'unknown' && !isTight(cadenceOf(startsMs)));

type Group = {
  readonly streams: readonly UseStream[];
  readonly startsMs: readonly number[];
  readonly cadence: Cadence;
};

const groupOf = (streams: readonly UseStream[]): Group => {
  const startsMs = unionOf(streams);
  return { streams, startsMs, cadence: cadenceOf(startsMs) };
};

/** The uses of several streams as one: starts within the same half hour belong to one use. */
const unionOf = (streams: readonly UseStream[]): readonly number[] => {
  const all = streams.flatMap(({ startsMs }) => startsMs).sort((a, b) => a - b);
  const starts: number[] = [];
  for (const startMs of all) {
    const last = starts.at(-1);
    if (last === undefined || startMs - last > unionMs) starts.push(startMs);
  }
  return starts;
};
const unionMs = 30 * 60_000;

const callersOfOwner = (owner: string, streams: readonly UseStream[]): readonly Caller[] => {
  // A fleet's address ranges say nothing, and neither does which of them worked on what.
  if (owner === scattered) return [callerOf(owner, groupOf(streams))];
  const alone = streams.map((stream) => groupOf([stream]));
  const tight = alone.filter(({ cadence }) => isTight(cadence));
  const loose = alone.filter((group) => !tight.includes(group));
  const groups: Group[] = [];
  // Busiest first, so that the group has the rhythm of the stream that shows it best.
  for (const group of [...tight].sort((a, b) => b.startsMs.length - a.startsMs.length)) join(group, groups);
  if (loose.length > 0) join(groupOf(loose.flatMap((group) => group.streams)), groups);
  return groups.map((group) => callerOf(owner, group));
};

const join = (group: Group, groups: Group[]): void => {
  const at = groups.findIndex(({ cadence }) => isSameRhythm(cadence, group.cadence));
  const held = groups[at];
  if (held === undefined) groups.push(group);
  else groups[at] = { ...groupOf([...held.streams, ...group.streams]), cadence: held.cadence };
};

const isTight = (cadence: Cadence): boolean =>
  cadence.kind === 'hourly' || ('spreadMinutes' in cadence && cadence.spreadMinutes <= tightSpreadMinutes);

const isSameRhythm = (a: Cadence, b: Cadence): boolean => {
  if (a.kind !== b.kind || !isTight(a) || !isTight(b)) return false;
  if (a.kind === 'hourly' && b.kind === 'hourly') return true;
  if (a.kind === 'weekly' && b.kind === 'weekly' && a.weekday !== b.weekday) return false;
  return 'atMinute' in a && 'atMinute' in b && minutesApart(a.atMinute, b.atMinute) <= togetherMinutes;
};

const minutesApart = (a: number, b: number): number => {
  const apart = Math.abs(a - b);
  return Math.min(apart, 24 * 60 - apart);
};

const callerOf = (owner: string, { streams, startsMs, cadence }: Group): Caller => {
  const byUse = [...streams].sort((a, b) => b.events - a.events || ((a.target ?? '') < (b.target ?? '') ? -1 : 1));
  const latest = streams.reduce((a, b) => (b.lastMs > a.lastMs ? b : a));
  const targets = [...new Set(byUse.flatMap(({ target }) => (target === undefined ? [] : [target])))];
  return {
    key: `${owner}|${slotOf(cadence)}|${targets[0] ?? ''}`,
    ownerKey: owner,
    network: owner === scattered ? everywhere : latest.network,
    cadence,
    targets: targets.slice(0, targetsMax),
    moreTargets: Math.max(0, targets.length - targetsMax),
    uses: startsMs.length,
    events: streams.reduce((sum, { events }) => sum + events, 0),
    refused: streams.reduce((sum, { refused }) => sum + refused, 0),
    firstAtMs: Math.min(...streams.map(({ firstMs }) => firstMs)),
    lastAtMs: latest.lastMs,
  };
};

const slotOf = (cadence: Cadence): string =>
  'atMinute' in cadence ? `${cadence.kind} ${Math.round(cadence.atMinute / 60)}` : cadence.kind;

/** Whether it is still there at this time, as far as its rhythm tells. */
export const isActive = ({ cadence, lastAtMs }: Caller, atMs: number): boolean =>
  atMs - lastAtMs <= goneAfterMs(cadence);

/** The next use after this time: from the time itself for a rhythm, from the last use where there is none. */
export const nextUseOf = ({ cadence, lastAtMs }: Caller, afterMs: number): NextUse | undefined => {
  if (cadence.kind !== 'irregular') return nextUse(cadence, afterMs);
  const next = nextUse(cadence, lastAtMs);
  return next && { dueMs: Math.max(afterMs, next.dueMs), byMs: Math.max(afterMs, next.byMs) };
};
