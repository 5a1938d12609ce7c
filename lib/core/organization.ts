/**
 * What is known of the organization as a whole: which networks it uses, how its principals move, and what its ordinary
 * past scores, from which every score is calibrated and the alert threshold is read.
 * Belongs to the fold that copied it, which learns into it in place.
 */

import { actionKinds, changesTokens } from './action.ts';
import type { Baseline } from './baseline.ts';
import {
  copyHistogram,
  count,
  emptyHistogram,
  type Histogram,
  packHistogram,
  thresholdFor,
  unpackHistogram,
} from './calibration.ts';
import type { FailurePeers } from './detectors/authentication-failures.ts';
import type { ActionPeers } from './detectors/sensitive-action.ts';
import type { PairPeers } from './detectors/simultaneous-networks.ts';
import {
  isLearning,
  type NetworkMemory,
  type NetworkPeers,
  newIn,
  prefixHash,
} from './detectors/unfamiliar-network.ts';
import type { TargetPeers } from './detectors/unfamiliar-target.ts';
import type { AuditEvent } from './event.ts';
import { packFloats, unpackFloats } from './packed.ts';
import type { Principal, PrincipalKind } from './principal.ts';
import type { Session } from './session.ts';
import { dayOf } from './time.ts';

/** The channels that share the alert budget: one noisy detector must not set the threshold for all (detection.md 4). */
export const channels = ['network', 'conduct', 'rhythm', 'volume', 'failures'] as const;
const channelShares = [0.4, 0.25, 0.1, 0.125, 0.125] as const;
/** The budget is a mean that must not be exceeded; the thresholds have an error of their own. Measured: `npm run bench:detection`. */
const safety = 0.9;

const ownersMax = 256;
const prefixesMax = 512;
const usersPerPrefixMax = 4;
const deletedTokensMax = 128;
/** Pulumi allows 40 characters; whatever is longer is known by its beginning. */
const tokenKey = (name: string): string => name.slice(0, 100);
/** A home that a colleague left half a year ago says nothing. */
const prefixDaysMax = 90;
/** Daily maxima fade, so that the threshold follows the organization. */
const dailyFading = Math.exp(-Math.LN2 / 90);

/** Prior shares of new-at-level given new-at-the-level-below, for prefix, owner, class, country (detection.md 3). */
const priorShares = [0, 0.8, 0.1, 0.2, 0.2] as const;
const priorSightings = 2;

type PrefixUsers = { readonly day: number; readonly users: readonly number[] };

export type Organization = {
  /** Event days seen; 0 before the first. */
  firstDay: number;
  lastDay: number;
  /** Weeks that the channels' histograms speak for, faded like them. */
  weeks: number;
  readonly detectors: Histogram[];
  readonly channels: Histogram[];
  /** In nats, by channel; refreshed on each new day. */
  thresholds: number[];
  /** Weighted sightings, and those of them that were new, by level: people, then machines. */
  readonly sightings: Float32Array[];
  readonly newSightings: Float32Array[];
  /** Sessions of people, then machines; those of them that went back and forth; that named a target; a new one. */
  readonly ofKind: Float32Array;
  readonly withPair: Float32Array;
  readonly ofKindWithTarget: Float32Array;
  readonly withTarget: Float32Array;
  readonly owners: Map<string, string>;
  ownersSeen: number;
  ownersNew: number;
  readonly prefixes: Map<number, PrefixUsers>;
  /** Sessions, faded; those with each kind of action; refused attempts in them. */
  sessions: number;
  readonly withKind: Float32Array;
  failures: number;
  /** Names and ids of tokens that the log says were deleted, and when. */
  readonly deletedTokens: Map<string, number>;
};

export const emptyOrganization = (detectors: number): Organization => ({
  firstDay: 0,
  lastDay: 0,
  weeks: 0,
  detectors: Array.from({ length: detectors }, emptyHistogram),
  channels: channels.map(emptyHistogram),
  thresholds: channels.map(() => 0),
  sightings: [new Float32Array(5), new Float32Array(5)],
  newSightings: [new Float32Array(5), new Float32Array(5)],
  ofKind: new Float32Array(2),
  withPair: new Float32Array(2),
  ofKindWithTarget: new Float32Array(2),
  withTarget: new Float32Array(2),
  owners: new Map(),
  ownersSeen: 10,
  ownersNew: 1,
  prefixes: new Map(),
  sessions: 0,
  withKind: new Float32Array(actionKinds.length),
  failures: 0,
  deletedTokens: new Map(),
});

export const copyOrganization = (from: Organization): Organization => ({
  ...from,
  detectors: from.detectors.map(copyHistogram),
  channels: from.channels.map(copyHistogram),
  thresholds: [...from.thresholds],
  sightings: from.sightings.map((sums) => sums.slice()),
  newSightings: from.newSightings.map((sums) => sums.slice()),
  ofKind: from.ofKind.slice(),
  withPair: from.withPair.slice(),
  ofKindWithTarget: from.ofKindWithTarget.slice(),
  withTarget: from.withTarget.slice(),
  owners: new Map(from.owners),
  prefixes: new Map(from.prefixes),
  withKind: from.withKind.slice(),
  deletedTokens: new Map(from.deletedTokens),
});

/** A map that holds so many keys and forgets the one not set for longest. */
const setBounded = <K, V>(map: Map<K, V>, key: K, value: V, max: number): void => {
  map.delete(key);
  map.set(key, value);
  if (map.size <= max) return;
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
};

const crowd = (kind: PrincipalKind): number => (kind === 'user' ? 0 : 1);
const at = (sums: Float32Array | undefined, index: number): number => sums?.[index] ?? 0;
const add = (sums: Float32Array | undefined, index: number, by: number): void => {
  if (sums !== undefined) sums[index] = at(sums, index) + by;
};

/** What the organization can tell about one principal's networks, now and as it learns. */
export const networkPeers = (organization: Organization, baseline: Baseline): NetworkPeers => {
  const who = crowd(baseline.principal.kind);
  const self = baseline.network.seed;
  return {
    share: (level) => {
      const seen = at(organization.sightings[who], level);
      const fresh = at(organization.newSightings[who], level);
      return (fresh + priorSightings * (priorShares[level] ?? 1)) / (seen + priorSightings);
    },
    orgNewness: (owner) =>
      organization.owners.has(owner) ? 1 : (organization.ownersNew + 0.5) / (organization.ownersSeen + 1),
    othersOnPrefix: (prefix) => {
      const found = organization.prefixes.get(prefixHash(prefix));
      if (found === undefined || baseline.day - found.day > prefixDaysMax) return 0;
      return found.users.filter((user) => user !== self).length;
    },
    labelOf: (owner) => organization.owners.get(owner) ?? owner,
  };
};

export const failurePeers = (organization: Organization): FailurePeers => ({
  failuresPerSession: () => (organization.failures + 0.1) / (organization.sessions + 2),
});

/** Half a session's worth of doubt: a kind nobody ever did is rare, not impossible. */
export const actionPeers = (organization: Organization): ActionPeers => ({
  share: (kind) => (at(organization.withKind, kind) + 0.5) / (organization.sessions + 5),
});

/** When the log said that this token was deleted. */
export const deletedAtMs = ({ deletedTokens }: Organization, { kind, id, name }: Principal): number | undefined =>
  kind !== 'token' || deletedTokens.size === 0
    ? undefined
    : (deletedTokens.get(tokenKey(id)) ?? deletedTokens.get(tokenKey(name)));

export const pastOf = (organization: Organization, detector: number): Histogram => {
  const past = organization.detectors[detector];
  if (past === undefined) throw new RangeError(`no histogram for detector ${detector}`);
  return past;
};

/** Sessions' worth of the prior shares of sessions that go back and forth, and that touch something new. */
const shareSessions = 20;
const pairedPrior = 0.02;
const newTargetPrior = 0.1;

/** Shares among principals of the same kind. */
export const sharePeers = (
  { withPair, withTarget, ofKind, ofKindWithTarget }: Organization,
  baseline: Baseline,
): { readonly pair: PairPeers; readonly target: TargetPeers } => {
  const who = crowd(baseline.principal.kind);
  return {
    pair: { share: () => (at(withPair, who) + shareSessions * pairedPrior) / (at(ofKind, who) + shareSessions) },
    target: {
      share: () => (at(withTarget, who) + shareSessions * newTargetPrior) / (at(ofKindWithTarget, who) + shareSessions),
    },
  };
};

/** Learns one ended, unflagged session, before its principal's baseline does. */
export const learnSession = (
  organization: Organization,
  { session, baseline }: { session: Session; baseline: Baseline },
): void => {
  const { kind } = baseline.principal;
  const before = baseline.network;
  const self = before.seed;
  const who = crowd(kind);
  if (session.accepted > 0 && !isLearning(before)) {
    add(organization.ofKind, who, 1);
    if (session.isPaired) add(organization.withPair, who, 1);
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
  // An owner that waits on probation was counted as new when it first came.
  const isWaiting = before.probations.some(({ owner }) => owner === session.ownerKey);
  if (!isLearning(before) && !isWaiting) learnMoves(organization, { session, kind, before });
  setBounded(organization.owners, session.ownerKey, session.ownerLabel, ownersMax);
  const day = dayOf(session.startMs);
  for (const prefix of session.prefixes) {
    const users = organization.prefixes.get(prefix)?.users ?? [];
    const others = users.filter((user) => user !== self).slice(0, usersPerPrefixMax - 1);
    setBounded(organization.prefixes, prefix, { day, users: [self, ...others] }, prefixesMax);
  }
};

const fadeSessions = (organization: Organization): void => {
  organization.sessions /= 2;
  organization.failures /= 2;
  for (let k = 0; k < organization.withKind.length; k += 1) organization.withKind[k] = at(organization.withKind, k) / 2;
};

/** One churning CI token must not set the shares for all: its sightings weigh less the more often it is new. */
const learnMoves = (
  organization: Organization,
  { session, kind, before }: { session: Session; kind: PrincipalKind; before: NetworkMemory },
): void => {
  const bits = newIn(session, before);
  if ((bits & 4) !== 0) {
    organization.ownersSeen += 1;
    if (!organization.owners.has(session.ownerKey)) organization.ownersNew += 1;
  }
  for (let level = 1; level < 5; level += 1) {
    const below = level > 3 ? 2 : level - 1;
    if ((bits & (1 << below)) === 0) continue;
    const weight = 1 / (1 + (before.newDays[below] ?? 0));
    add(organization.sightings[crowd(kind)], level, weight);
    if ((bits & (1 << level)) !== 0) add(organization.newSightings[crowd(kind)], level, weight);
  }
};

/** Tokens that the log says were deleted; the vendor keeps a name reserved after deletion, so a name is enough. */
export const learnDeletion = (organization: Organization, event: AuditEvent): void => {
  if (event.outcome !== 'success' || event.target === undefined) return;
  const change = changesTokens(event.principal.provider, event.action);
  if (change === 'deleted')
    setBounded(organization.deletedTokens, tokenKey(event.target), event.atMs, deletedTokensMax);
  if (change === 'created') organization.deletedTokens.delete(tokenKey(event.target));
};

/** One principal's day: its highest score in each channel. */
export const learnDay = (organization: Organization, maxima: readonly number[]): void => {
  maxima.forEach((nats, channel) => {
    const past = organization.channels[channel];
    const threshold = organization.thresholds[channel] ?? 0;
    // An attack must not raise the threshold for the next one.
    if (past !== undefined) count(Math.min(nats, threshold + surplusNats), past);
  });
};
const surplusNats = 3;

/** However generous the budget and however quiet the past: what one session in twenty shows is not news. */
const thresholdMin = Math.log(20);

/** Thresholds for the day that begins, from the days before it. */
export const turnDay = (organization: Organization, day: number, budgetPerWeek: number): void => {
  if (organization.firstDay === 0) organization.firstDay = day;
  const passed = organization.lastDay === 0 ? 0 : day - organization.lastDay;
  if (passed < 0 || (passed === 0 && organization.lastDay !== 0)) return;
  const fading = dailyFading ** Math.min(passed, 365);
  for (const past of organization.channels) {
    past.count *= fading;
    for (let bin = 0; bin < past.bins.length; bin += 1) past.bins[bin] = at(past.bins, bin) * fading;
  }
  organization.weeks = organization.weeks * fading + Math.min(passed, 365) / 7;
  organization.lastDay = day;
  organization.thresholds = channelShares.map((share, channel) => {
    const perWeek = budgetPerWeek * safety * share;
    const past = organization.channels[channel] ?? emptyHistogram();
    const byPast = thresholdFor(perWeek, past, organization.weeks);
    return Math.max(thresholdMin, byPast ?? modelThreshold(perWeek, past, organization.weeks));
  });
};

/** Before there is a past to read it from: as if scores were exponential, plus a margin for what the models leave out. */
const modelThreshold = (perWeek: number, past: Histogram, weeks: number): number => {
  const principalDaysPerWeek = Math.max(20, weeks < 0.5 ? 0 : past.count / weeks);
  return Math.log(principalDaysPerWeek / perWeek) + 1.5;
};

/** Version of the stored text below. A change of shape takes the next number and an upgrade step in `stored.ts`. */
export const organizationVersion = 1;

export const encodeOrganization = (organization: Organization): string =>
  JSON.stringify({
    ...organization,
    detectors: organization.detectors.map(packHistogram),
    channels: organization.channels.map(packHistogram),
    sightings: organization.sightings.map(packFloats),
    newSightings: organization.newSightings.map(packFloats),
    ofKind: packFloats(organization.ofKind),
    withPair: packFloats(organization.withPair),
    ofKindWithTarget: packFloats(organization.ofKindWithTarget),
    withTarget: packFloats(organization.withTarget),
    owners: [...organization.owners],
    prefixes: [...organization.prefixes],
    withKind: packFloats(organization.withKind),
    deletedTokens: [...organization.deletedTokens],
  });

type Stored = Omit<
  Organization,
  | 'detectors'
  | 'channels'
  | 'sightings'
  | 'newSightings'
  | 'owners'
  | 'prefixes'
  | 'withKind'
  | 'ofKind'
  | 'withPair'
  | 'ofKindWithTarget'
  | 'withTarget'
  | 'deletedTokens'
> & {
  readonly detectors: readonly (readonly number[])[];
  readonly channels: readonly (readonly number[])[];
  readonly sightings: readonly string[];
  readonly newSightings: readonly string[];
  readonly owners: readonly [string, string][];
  readonly prefixes: readonly [number, PrefixUsers][];
  readonly withKind: string;
  readonly ofKind: string;
  readonly withPair: string;
  readonly ofKindWithTarget: string;
  readonly withTarget: string;
  readonly deletedTokens: readonly [string, number][];
};

/** Throws where the text is none that `encodeOrganization` wrote. */
export const decodeOrganization = (text: string): Organization => {
  const stored = JSON.parse(text) as Stored;
  return {
    ...stored,
    detectors: stored.detectors.map(unpackHistogram),
    channels: stored.channels.map(unpackHistogram),
    sightings: stored.sightings.map((sums) => unpackFloats(sums, 5)),
    newSightings: stored.newSightings.map((sums) => unpackFloats(sums, 5)),
    ofKind: unpackFloats(stored.ofKind, 2),
    withPair: unpackFloats(stored.withPair, 2),
    ofKindWithTarget: unpackFloats(stored.ofKindWithTarget, 2),
    withTarget: unpackFloats(stored.withTarget, 2),
    owners: new Map(stored.owners),
    prefixes: new Map(stored.prefixes),
    withKind: unpackFloats(stored.withKind, actionKinds.length),
    deletedTokens: new Map(stored.deletedTokens),
  };
};
