/**
 * Watches over rotations, on the side of the monitor: each settled stretch of the log is folded into the watches that
 * last, and a rotation that the log shows by itself begins one, its callers learned from the four weeks before it.
 */
import { changesTokens } from '../core/action.ts';
import type { Assessment } from '../core/assess.ts';
import { type Coverage, isSettled, readFromMs } from '../core/coverage.ts';
import type { AuditEvent } from '../core/event.ts';
import type { Instructions } from '../core/instructions.ts';
import { type Caller, callersOf } from '../core/inventory/callers.ts';
import { addUses, emptyUses, type TokenUse } from '../core/inventory/uses.ts';
import type { Network } from '../core/network.ts';
import { isNamed, type Principal } from '../core/principal.ts';
import { readBaseline } from '../core/stored.ts';
import { msPerDay, msPerSecond, type Stretch } from '../core/time.ts';
import { newsSince } from '../core/watch/alerts.ts';
import { follow } from '../core/watch/follow.ts';
import { isOfKind, type Replacement, rememberCreations, replacementsIn } from '../core/watch/replacement.ts';
import {
  beginWatch,
  daysDefault,
  type Foreign,
  isOngoing,
  keptWatches,
  type Rotation,
  type Watch,
} from '../core/watch/watch.ts';
import { type AuditSource, SourceError, type StateStore } from './ports.ts';

type Networks = (address: string) => Network;

export type Followed = { readonly instructions: Instructions; readonly alerts: Assessment['alerts'] };

/** Events of one source in core's order, settled through `throughMs`. Gives the same object back where nothing changed. */
export const followAll = (
  instructions: Instructions,
  events: readonly AuditEvent[],
  { networks, throughMs }: { readonly networks: Networks; readonly throughMs: number },
): Followed => {
  if (!instructions.watches.some(isOngoing)) return { instructions, alerts: [] };
  const followed = instructions.watches.map((before) => ({
    before,
    after: follow(before, events, { networks, throughMs }),
  }));
  return {
    instructions: {
      ...instructions,
      watches: keptWatches(
        followed.map(({ after }) => after),
        throughMs,
      ),
    },
    alerts: followed.flatMap(({ before, after }) => newsSince(before, after)),
  };
};

/** Long enough for a weekly job to show its rhythm. */
export const learnedDays = 28;

/**
 * Index of the first event that shows a rotation, -1 without one. A watch is begun from all that came before it, hence
 * such an event is settled by itself: then what came before is the same however the log is cut.
 */
export const rotationAt = (
  { creations }: Instructions,
  events: readonly AuditEvent[],
  deletedTokens: ReadonlyMap<string, number>,
): number => {
  const deleted = new Map(deletedTokens);
  let created = creations;
  return events.findIndex((event) => {
    const change = event.outcome === 'success' ? changesTokens(event.principal.provider, event.action) : undefined;
    if (change === undefined || event.target === undefined) return false;
    created = rememberCreations(created, [event]);
    const isOne = replacementsIn([event], { creations: created, deletedTokens: deleted }).length > 0;
    if (change === 'deleted') deleted.set(event.target, event.atMs);
    return isOne;
  });
};

export type Beginning = {
  readonly source: AuditSource;
  readonly state: StateStore;
  readonly networks: Networks;
  readonly deletedTokens: ReadonlyMap<string, number>;
  /** How far events were folded before these. */
  readonly coverage: Coverage;
  readonly signal?: AbortSignal | undefined;
};

/** Remembers tokens that were created, and begins a watch over each rotation that these events show. */
export const beginRotations = async (
  instructions: Instructions,
  events: readonly AuditEvent[],
  parts: Beginning,
): Promise<Instructions> => {
  const creations = rememberCreations(instructions.creations, events);
  let now = creations === instructions.creations ? instructions : { ...instructions, creations };
  for (const found of replacementsIn(events, { creations, deletedTokens: parts.deletedTokens })) {
    if (now.watches.some((watch) => isOngoing(watch) && isNamed(watch.old, found.old))) continue;
    const old = await usedLately(found, parts);
    if (old === undefined) continue;
    const isToCome = events.some(({ target, atMs }) => target === found.old && atMs === found.deletedAtMs);
    const watch = await watchOver(old, found, { ...parts, isToCome });
    now = { ...now, watches: keptWatches([...now.watches, watch], found.deletedAtMs) };
  }
  return now;
};

const latelyMs = 30 * msPerDay;

/** The old token, if it was in use and no other of its kind is. */
const usedLately = async (
  { old, replacement, deletedAtMs }: Replacement,
  { state, source }: Beginning,
): Promise<Principal | undefined> => {
  let found: Principal | undefined;
  for await (const [, document] of state.everyPrincipal(source.name)) {
    const { principal, lastAtMs } = readBaseline(document);
    if (principal.kind !== 'token' || deletedAtMs - lastAtMs > latelyMs) continue;
    if (isNamed(principal, old)) found = principal;
    else if (isOfKind(principal.name, old) && !isNamed(principal, replacement)) return undefined;
  }
  return found;
};

const watchOver = async (
  old: Principal,
  { replacement, startedAtMs, deletedAtMs }: Replacement,
  parts: Beginning & { readonly isToCome: boolean },
): Promise<Watch> => {
  const { source, networks, coverage, isToCome, signal } = parts;
  const rotation: Rotation = {
    source: source.name,
    old,
    replacement,
    startedBy: 'log',
    startedAtMs,
    overlapEndsMs: deletedAtMs,
    endsAtMs: deletedAtMs + daysDefault * msPerDay,
    // The event that deletes it will be followed like any other.
    deletedAtMs: isToCome ? undefined : deletedAtMs,
  };
  const uses = emptyUses();
  const since: AuditEvent[] = [];
  const throughMs = Math.max(startedAtMs, readFromMs(coverage) + msPerSecond);
  const stretch = { fromMs: startedAtMs - learnedDays * msPerDay, toMs: throughMs };
  for await (const batch of days(source, stretch, signal)) {
    const settled = batch.filter((event) => isSettled(coverage, event));
    addUses(before(settled, startedAtMs), uses, networks);
    since.push(
      ...settled.filter(({ atMs, principal }) => atMs >= startedAtMs && isOfEither(principal, old, replacement)),
    );
  }
  return follow(watchOf(rotation, [...uses.tokens.values()]), since, { networks, throughMs: startedAtMs });
};

const before = (events: readonly AuditEvent[], beforeMs: number): readonly AuditEvent[] =>
  events.filter(({ atMs }) => atMs < beforeMs);

const isOfEither = (principal: Principal, old: Principal, replacement: string): boolean =>
  principal.id === old.id || isNamed(principal, replacement);

/** A watch over the token, with the callers that these uses show. */
export const watchOf = (rotation: Rotation, tokens: readonly TokenUse[], foreign?: Foreign): Watch =>
  beginWatch(rotation, callersOfToken(rotation.old, tokens), foreign);

export const callersOfToken = ({ id }: Principal, tokens: readonly TokenUse[]): readonly Caller[] => {
  const use = tokens.find(({ principal }) => principal.id === id);
  return use === undefined ? [] : callersOf(use);
};

/** The log day by day, oldest first; half a day and less where a day is too much at once. */
const days = async function* (
  source: AuditSource,
  { fromMs, toMs }: Stretch,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly AuditEvent[]> {
  let lengthMs = msPerDay;
  for (let atMs = fromMs; atMs < toMs; ) {
    const until = Math.min(toMs, atMs + lengthMs);
    try {
      yield (await source.read({ fromMs: atMs, toMs: until }, signal)).events;
      atMs = until;
    } catch (error) {
      const isTooMuch = error instanceof SourceError && error.failure === 'too-much' && lengthMs > msPerSecond;
      if (!isTooMuch) throw error;
      lengthMs = Math.max(msPerSecond, Math.floor(lengthMs / 2 / msPerSecond) * msPerSecond);
    }
  }
};
