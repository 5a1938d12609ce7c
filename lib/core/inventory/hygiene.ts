/**
 * What should be mended about a token before it leaks. Each finding is a fact with its numbers; none is an alarm.
 */
import { type ActionKind, actionKinds } from '../action.ts';
import { msPerDay, msPerHour, type Stretch } from '../time.ts';
import type { Caller } from './callers.ts';
import type { ListedToken, Listing } from './listing.ts';
import type { TokenUse } from './uses.ts';

export type Hygiene =
  | { readonly finding: 'never-expires' }
  | { readonly finding: 'expired'; readonly expiredAtMs: number }
  /** `sinceMs` undefined: never used. */
  | { readonly finding: 'unused'; readonly sinceMs: number | undefined }
  | { readonly finding: 'old'; readonly ageMs: number }
  | { readonly finding: 'over-privileged'; readonly observedMs: number }
  | { readonly finding: 'owner-gone'; readonly createdBy: string }
  | { readonly finding: 'shared'; readonly callers: number }
  /** The vendor counts uses that leave no trace in the log, or the log shows one that the vendor does not. */
  | {
      readonly finding: 'last-use-differs';
      readonly listedMs: number | undefined;
      readonly loggedMs: number | undefined;
    };

/** What mostly only an administrator may do; kinds are coarse, and rather too many are spared than accused. */
const adminKinds: ReadonlySet<ActionKind> = new Set([
  'credentials',
  'members-and-roles',
  'login-controls',
  'log-pipeline',
  'code-execution',
]);
/** Nothing can be said of a token's habits from less. */
const habitsMsMin = 7 * msPerDay;
/** The vendor may note a use hours late, and the log knows whole seconds only. */
const differsMsMin = 6 * msPerHour;

export type HygieneLimits = {
  /** Older than this, a token should have been replaced. */
  readonly rotationMs: number;
  readonly unusedMs: number;
};

type Examined = {
  readonly listed: ListedToken | undefined;
  readonly use: TokenUse | undefined;
  readonly callers: readonly Caller[];
};

/** What it is held against. */
export type Circumstances = {
  readonly source: string;
  /** Undefined where only a log was read. */
  readonly listing: Listing | undefined;
  /** How much of the log was read. */
  readonly observed: Stretch;
  readonly limits: HygieneLimits;
  readonly nowMs: number;
};

export const hygieneOf = (token: Examined, question: Circumstances): readonly Hygiene[] =>
  [
    ends(token, question),
    unused(token, question),
    old(token, question),
    overPrivileged(token, question),
    ownerGone(token, question),
    shared(token),
    lastUseDiffers(token, question),
  ].filter((finding) => finding !== undefined);

const ends = ({ listed }: Examined, { nowMs }: Circumstances): Hygiene | undefined => {
  if (listed === undefined) return undefined;
  if (listed.expiresAtMs === undefined) return { finding: 'never-expires' };
  return listed.expiresAtMs <= nowMs ? { finding: 'expired', expiredAtMs: listed.expiresAtMs } : undefined;
};

/** The later of what the vendor says and what the log shows; undefined for never. */
export const lastUseOf = ({ listed, use }: Examined): number | undefined => {
  const lastMs = Math.max(listed?.lastUsedAtMs ?? 0, use?.lastAtMs ?? 0);
  return lastMs === 0 ? undefined : lastMs;
};

const unused = (token: Examined, { nowMs, limits }: Circumstances): Hygiene | undefined => {
  if (token.listed === undefined) return undefined;
  const sinceMs = lastUseOf(token);
  const idleSinceMs = sinceMs ?? token.listed.createdAtMs ?? 0;
  return nowMs - idleSinceMs > limits.unusedMs ? { finding: 'unused', sinceMs } : undefined;
};

const old = ({ listed }: Examined, { nowMs, limits }: Circumstances): Hygiene | undefined => {
  if (listed?.createdAtMs === undefined) return undefined;
  const ageMs = nowMs - listed.createdAtMs;
  return ageMs > limits.rotationMs ? { finding: 'old', ageMs } : undefined;
};

const overPrivileged = ({ listed, use }: Examined, { observed }: Circumstances): Hygiene | undefined => {
  const observedMs = observed.toMs - observed.fromMs;
  if (listed?.isAdmin !== true || observedMs < habitsMsMin) return undefined;
  const usesIt = actionKinds.some((kind, k) => adminKinds.has(kind) && ((use?.kinds ?? 0) & (1 << k)) !== 0);
  return usesIt ? undefined : { finding: 'over-privileged', observedMs };
};

/** A token made by another token carries the organization's own name, which is no member's. */
const ownerGone = ({ listed }: Examined, { listing, source }: Circumstances): Hygiene | undefined => {
  const createdBy = listed?.createdBy;
  if (createdBy === undefined || listing?.members === undefined || listing.members.size === 0) return undefined;
  const organization = source.slice(source.indexOf(':') + 1);
  const isKnown =
    listing.members.has(createdBy.toLowerCase()) || createdBy.toLowerCase() === organization.toLowerCase();
  return isKnown ? undefined : { finding: 'owner-gone', createdBy };
};

/** People carry their own token from home to the office; a token that two machines share cannot be told apart in a leak. */
const shared = ({ callers, listed }: Examined): Hygiene | undefined => {
  if (listed?.kind === 'refresh') return undefined;
  const machines = callers.filter(isMachine);
  return machines.length >= 2 ? { finding: 'shared', callers: machines.length } : undefined;
};

const isMachine = ({ cadence, network }: Caller): boolean =>
  cadence.kind !== 'unknown' &&
  (network.class === 'cloud' ||
    network.class === 'ci' ||
    network.class === 'hosting' ||
    cadence.kind === 'hourly' ||
    ('spreadMinutes' in cadence && cadence.spreadMinutes <= machineSpreadMinutes));

/** Nobody sits down at the same quarter of an hour every day. */
const machineSpreadMinutes = 15;

/**
 * Only for the stretch that was read: what the vendor noted before it cannot be in it. Our own token reads all day, which
 * leaves no line in most logs.
 */
const lastUseDiffers = ({ listed, use }: Examined, { observed }: Circumstances): Hygiene | undefined => {
  if (listed === undefined || listed.isOwn === true || listed.isUnnamedInLog === true) return undefined;
  const listedMs = listed.lastUsedAtMs;
  const loggedMs = use?.lastAtMs;
  if ((listedMs ?? 0) < observed.fromMs && loggedMs === undefined) return undefined;
  if ((listedMs ?? 0) >= observed.toMs) return undefined;
  return Math.abs((listedMs ?? 0) - (loggedMs ?? observed.fromMs)) > differsMsMin
    ? { finding: 'last-use-differs', listedMs, loggedMs }
    : undefined;
};
