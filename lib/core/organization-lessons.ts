/** What the organization learns: from sessions that ended without being flagged, and from tokens deleted or created. */
import { changesTokens } from './action.ts';
import type { Baseline } from './baseline.ts';
import { isLearning, kindsOf, type NetworkMemory, newIn } from './detectors/unfamiliar-network.ts';
import type { AuditEvent } from './event.ts';
import { add, at, type Organization, ownerClasses, sideOf, tokenKey } from './organization.ts';
import { kindShares } from './organization-peers.ts';
import type { PrincipalKind } from './principal.ts';
import type { Session } from './session.ts';
import { dayOf, msPerDay } from './time.ts';

const ownersMax = 256;
const prefixesMax = 512;
const usersPerPrefixMax = 4;
const deletedTokensMax = 256;

/** A map that holds so many keys and forgets the one not set for longest. */
const setBounded = <K, V>(map: Map<K, V>, key: K, value: V, max: number): void => {
  map.delete(key);
  map.set(key, value);
  if (map.size <= max) return;
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
};

/** Learns one ended, unflagged session, before its principal's baseline does. */
export const learnSession = (
  organization: Organization,
  { session, baseline, isAway }: { session: Session; baseline: Baseline; isAway: boolean },
): void => {
  const { kind } = baseline.principal;
  const before = baseline.network;
  const self = before.seed;
  const who = sideOf(kind);
  if (session.accepted > 0 && !isLearning(before)) {
    if (isAway) add(organization.awayOfKind, who, 1);
    if (session.isPaired) add(organization.withPair, who, 1);
    if (session.isPairedFar) add(organization.withFarPair, who, 1);
    if (session.targets.length > 0) add(organization.ofKindWithTarget, who, 1);
    if (session.targets.some((target) => !baseline.target.targets.includes(target)))
      add(organization.withTarget, who, 1);
  }
  organization.sessions += 1;
  organization.failures += Math.min(10, session.failures);
  for (let k = 0; k < organization.withKind.length; k += 1) {
    if ((session.kinds & (1 << k)) !== 0) add(organization.withKind, k, 1);
  }
  if (organization.sessions > 20_000) fadeSessions(organization);
  if (session.addresses.length === 0) return;
  if (!isLearning(before)) {
    learnKind(organization, { session, who, before });
    learnMoves(organization, { session, kind, before });
  }
  if (isNewcomer(organization, session, baseline)) return;
  setBounded(organization.owners, session.ownerKey, session.ownerLabel, ownersMax);
  const day = dayOf(session.startMs);
  for (const prefix of session.prefixes) {
    const users = organization.prefixes.get(prefix)?.users ?? [];
    const others = users.filter((user) => user !== self).slice(0, usersPerPrefixMax - 1);
    setBounded(organization.prefixes, prefix, { day, users: [self, ...others] }, prefixesMax);
  }
};

const youngMs = 14 * msPerDay;
const settledMs = 28 * msPerDay;

/**
 * Whoever is new, in days and in sessions, vouches for no network: three accounts made for it would make a thief's look like
 * an office. In the organization's own first weeks everybody is new (without that, a seventh more false alerts).
 */
const isNewcomer = ({ firstDay }: Organization, { startMs }: Session, { firstAtMs, network }: Baseline): boolean =>
  isLearning(network) && startMs - firstAtMs < youngMs && firstAtMs - firstDay * msPerDay > settledMs;

const fadeSessions = (organization: Organization): void => {
  organization.sessions /= 2;
  organization.failures /= 2;
  for (let k = 0; k < organization.withKind.length; k += 1) organization.withKind[k] = at(organization.withKind, k) / 2;
};

/** Principal-days by kind are worth so many at most: who an organization consists of changes. */
const kindDaysMax = 1_000;

/** Once a day for each principal: what kind it seems to be. */
const learnKind = (
  organization: Organization,
  { session, who, before }: { session: Session; who: number; before: NetworkMemory },
): void => {
  const counts = organization.kinds[who];
  if (counts === undefined || dayOf(session.startMs) <= before.day) return;
  const seems = kindsOf(before, kindShares(organization, who));
  const isFull = counts.reduce((sum, days) => sum + days, 0) >= kindDaysMax;
  for (let kind = 0; kind < counts.length; kind += 1) {
    counts[kind] = at(counts, kind) * (isFull ? 0.5 : 1) + (seems[kind] ?? 0);
  }
};

/** One churning CI token must not set the shares for all: its sightings weigh less the more often it is new. */
const learnMoves = (
  organization: Organization,
  { session, kind, before }: { session: Session; kind: PrincipalKind; before: NetworkMemory },
): void => {
  // What waits on probation was counted when it first came.
  if (before.probations.some(({ owner }) => owner === session.ownerKey)) return;
  const bits = newIn(session, before);
  if ((bits & 4) !== 0) {
    organization.ownersSeen += 1;
    if (!organization.owners.has(session.ownerKey)) organization.ownersNew += 1;
  }
  for (let level = 1; level < 5; level += 1) {
    const below = level > 3 ? 2 : level - 1;
    if ((bits & (1 << below)) === 0) continue;
    const weight = 1 / (1 + (before.newDays[below] ?? 0));
    add(organization.sightings[sideOf(kind)], level, weight);
    if ((bits & (1 << level)) !== 0) add(organization.newSightings[sideOf(kind)], level, weight);
    if (level === 3 && (bits & 8) !== 0) {
      add(organization.newClasses[sideOf(kind)], ownerClasses.indexOf(session.ownerClass), weight);
    }
  }
};

/**
 * Tokens that the log says were deleted. Pulumi keeps the name of an organization's or a team's token reserved after its
 * deletion, so there the name is enough, and no later token of that name brings it back.
 */
export const learnDeletion = (organization: Organization, event: AuditEvent): void => {
  if (event.outcome !== 'success' || event.target === undefined) return;
  const change = changesTokens(event.principal.provider, event.action);
  if (change === 'deleted')
    setBounded(organization.deletedTokens, tokenKey(event.target), event.atMs, deletedTokensMax);
  if (change === 'created' && event.principal.provider !== 'pulumi')
    organization.deletedTokens.delete(tokenKey(event.target));
};
