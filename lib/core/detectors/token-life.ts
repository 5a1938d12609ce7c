/**
 * Token life: what needs little or no statistics. A token is used after the log said it was deleted, wakes after a
 * sleep far longer than any before, is the monitor's own and does something else than reading, or was the monitor's own and
 * is used at all.
 *
 * Misses: a deleted personal token, because Pulumi Cloud does not audit that; a thief who only reads with the monitor's
 * present token, where reads are logged: those are for the network to judge. Sets it off falsely: a yearly job; a second
 * monitor that was forgotten and goes on with a token that was replaced.
 */
import { actionKinds } from '../action.ts';
import type { Evidence } from '../alert.ts';
import type { Session } from '../session.ts';
import { msPerDay } from '../time.ts';
import { type Detector, factNats, type Score, type Seen } from './detector.ts';

type TokenLife = Extract<Evidence, { detector: 'token-life' }>;

/** Shorter sleeps are holidays. */
const sleepMinMs = 21 * msPerDay;
const sessionsMin = 5;

export type LifeMemory = {
  readonly sessions: number;
  readonly lastAtMs: number;
  /** Longest time between two sessions so far. */
  readonly longestGapMs: number;
};

export type LifePeers = {
  /** When the log said that this token was deleted. */
  readonly deletedAtMs: number | undefined;
  /** It is the token that the monitor itself reads with, and nobody else's. */
  readonly isOwn: boolean;
  /** Since when nobody should use it: the monitor reads with another now. */
  readonly ownReplacedAtMs: number | undefined;
};

/** What the monitor does: it reads, and is not shown everything. Where a vendor logs that, it is no news. */
const isRead = (kind: number): boolean => actionKinds[kind] === 'read' || actionKinds[kind] === 'refused';

const judge = (
  { event, session, kind }: Seen,
  memory: LifeMemory,
  { deletedAtMs, isOwn, ownReplacedAtMs = Number.POSITIVE_INFINITY }: LifePeers,
): Score<TokenLife> | undefined => {
  if (deletedAtMs !== undefined && event.atMs > deletedAtMs) {
    const evidence = {
      detector: 'token-life',
      fact: 'used-after-deletion',
      sinceMs: deletedAtMs,
      atMs: event.atMs,
    } as const;
    return { nats: factNats, evidence, isFact: true };
  }
  if (isOwn && (event.atMs > ownReplacedAtMs || !isRead(kind))) {
    const sinceMs = Math.min(ownReplacedAtMs, event.atMs);
    const evidence = { detector: 'token-life', fact: 'own-token-used', sinceMs, atMs: event.atMs } as const;
    return { nats: factNats, evidence, isFact: true };
  }
  const sleptMs = event.atMs - memory.lastAtMs;
  if (session.accepted !== 1 || memory.sessions < sessionsMin || sleptMs < sleepMinMs) return undefined;
  // Gaps have heavy tails: beyond the longest of n, the chance falls with the square of the ratio.
  const ratio = sleptMs / Math.max(memory.longestGapMs, msPerDay);
  if (ratio < 1) return undefined;
  return {
    nats: Math.log(memory.sessions + 1) + 2 * Math.log(ratio),
    evidence: { detector: 'token-life', fact: 'dormant-woke', sinceMs: memory.lastAtMs, atMs: event.atMs },
  };
};

const learn = (session: Session, memory: LifeMemory): LifeMemory => {
  if (session.accepted === 0) return memory;
  const gapMs = memory.lastAtMs === 0 ? 0 : session.startMs - memory.lastAtMs;
  return {
    sessions: Math.min(1e6, memory.sessions + 1),
    lastAtMs: Math.max(memory.lastAtMs, session.lastMs),
    longestGapMs: Math.max(memory.longestGapMs, gapMs),
  };
};

export const tokenLife: Detector<LifeMemory, TokenLife, Session, LifePeers> = {
  name: 'token-life',
  empty: { sessions: 0, lastAtMs: 0, longestGapMs: 0 },
  judge,
  learn,
};
