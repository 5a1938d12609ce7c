/**
 * What breaks if a token is revoked now: the callers that would fail, and when each would notice. The answer is only as
 * good as the log: reads and previews leave no line in it, so the vendor's own “last used” has a say too. Whoever is refused
 * every time fails already, and nothing breaks for it.
 */
import { msPerDay } from '../time.ts';
import type { NextUse } from './cadence.ts';
import { type Caller, isActive, nextUseOf } from './callers.ts';
import { lastUseOf } from './hygiene.ts';
import type { Inventory, TokenRecord } from './inventory.ts';

export type Revocation = {
  readonly token: TokenRecord;
  readonly verdict: /** The log said so. */
    | 'already-deleted'
    /** Nobody is expected to notice. */
    | 'safe'
    /** Somebody is. */
    | 'breaks'
    /** No caller is known, and yet it cannot be called unused. */
    | 'cannot-tell';
  readonly reason: 'deleted' | 'never-used' | 'long-unused' | 'callers' | 'short-log' | 'used-unseen' | 'used-lately';
  /** Who would fail, the first to notice first; those of no rhythm last. */
  readonly breaks: readonly Breaking[];
  /** Callers that have ended, as far as their rhythm tells. */
  readonly gone: readonly Caller[];
  /** Used it once, from where anybody can rent: taken for nobody who is expected again. */
  readonly passing: readonly Caller[];
  /** Callers that try it all the same: after its deletion, or refused every time. */
  readonly trying: readonly Caller[];
  readonly lastUseMs: number | undefined;
};

export type Breaking = { readonly caller: Caller; readonly notices: NextUse | undefined };

/** A log of fewer days shows no weekly job. */
const observedMsMin = 14 * msPerDay;

export const revocationOf = (token: TokenRecord, inventory: Inventory): Revocation => {
  const { nowMs } = inventory;
  const { deletedAtMs } = token;
  const trying = token.callers.filter((caller) => isTrying(caller, deletedAtMs));
  const others = token.callers.filter((caller) => !trying.includes(caller));
  const passing = others.filter((caller) => deletedAtMs === undefined && caller.uses === 1 && isRented(caller));
  const gone = others.filter(
    (caller) => !passing.includes(caller) && (deletedAtMs !== undefined || !isActive(caller, nowMs)),
  );
  const breaks = others
    .filter((caller) => !gone.includes(caller) && !passing.includes(caller))
    .map((caller) => ({ caller, notices: nextUseOf(caller, nowMs) }))
    .sort((a, b) => (a.notices?.dueMs ?? Infinity) - (b.notices?.dueMs ?? Infinity));
  const answer = answerOf(token, inventory, breaks.length);
  return { token, ...answer, breaks, gone, passing, trying, lastUseMs: lastUseOf(token) };
};

const isTrying = ({ events, refused, lastAtMs }: Caller, deletedAtMs: number | undefined): boolean =>
  refused === events || (deletedAtMs !== undefined && lastAtMs > deletedAtMs);

/** A thief who comes by once looks just so, and a caller of ours comes again. */
export const isRented = ({ network }: Pick<Caller, 'network'>): boolean =>
  network.class === 'hosting' || network.class === 'vpn';

const answerOf = (
  token: TokenRecord,
  { nowMs, observed, limits }: Inventory,
  callers: number,
): Pick<Revocation, 'verdict' | 'reason'> => {
  if (token.deletedAtMs !== undefined) return { verdict: 'already-deleted', reason: 'deleted' };
  if (callers > 0) return { verdict: 'breaks', reason: 'callers' };
  const lastUseMs = lastUseOf(token);
  const isLongUnused = lastUseMs !== undefined && nowMs - lastUseMs > limits.unusedMs;
  // The vendor counts every use, whatever the log shows.
  if (token.listed !== undefined && lastUseMs === undefined) return { verdict: 'safe', reason: 'never-used' };
  if (token.listed !== undefined && isLongUnused) return { verdict: 'safe', reason: 'long-unused' };
  if (observed.toMs - observed.fromMs < observedMsMin) return { verdict: 'cannot-tell', reason: 'short-log' };
  if (isLongUnused) return { verdict: 'safe', reason: 'long-unused' };
  const isUnseen = (token.listed?.lastUsedAtMs ?? 0) > (token.use?.lastAtMs ?? 0) + msPerDay;
  return { verdict: 'cannot-tell', reason: isUnseen ? 'used-unseen' : 'used-lately' };
};
