/**
 * What is remembered of the organization as a whole: which networks it uses, how its principals move, and what its ordinary
 * past scores. `organization-peers.ts` tells it to the detectors, `organization-lessons.ts` adds to it, `thresholds.ts` reads
 * from it when to tell people. Belongs to the fold that copied it, which learns into it in place.
 */
import { actionKinds } from './action.ts';
import { copyHistogram, emptyHistogram, type Histogram, packHistogram, unpackHistogram } from './calibration.ts';
import { type Newcomers, noNewcomers } from './newcomers.ts';
import { packFloats, unpackFloats } from './packed.ts';
import type { Principal, PrincipalKind } from './principal.ts';
import { copyTide, emptyTide, type Tide, tideBins } from './tide.ts';

/** The channels that share the alert budget: one noisy detector must not set the threshold for all (detection.md 4). */
export const channels = ['network', 'conduct', 'rhythm', 'volume', 'failures'] as const;

/** Indexes of stored counts: new classes go to the end. */
export const ownerClasses = ['residential', 'business', 'cloud', 'hosting', 'ci', 'vpn', 'private', 'unknown'];

export type PrefixUsers = { readonly day: number; readonly users: readonly number[] };

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
  /** Mean excess beyond each threshold: what divides a score's excess to make channels comparable. */
  excesses: number[];
  /** The day's highest excess of any channel, and the excess at which people are told: channels overlap, the budget is one. */
  readonly union: Histogram;
  unionThreshold: number;
  /** Weeks that it speaks for: those whose excesses were measured against a past. */
  unionWeeks: number;
  readonly tide: Tide;
  /** Principal-days by the kind that the principal seems to be (fixed, roaming, churning), faded: people, then machines. */
  readonly kinds: Float32Array[];
  /** Weighted sightings, and those of them that were new, by level: people, then machines. */
  readonly sightings: Float32Array[];
  readonly newSightings: Float32Array[];
  /** Weighted sightings of a class new to a principal, by class: people, then machines. */
  readonly newClasses: Float32Array[];
  /** People, then machines: sessions away from their own networks; those of them that went back and forth. */
  readonly awayOfKind: Float32Array;
  readonly withPair: Float32Array;
  /** Those of them between two countries. */
  readonly withFarPair: Float32Array;
  /** Sessions that named a target; those of them that named a new one. */
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
  newcomers: Newcomers;
};

export const emptyOrganization = (detectors: number): Organization => ({
  firstDay: 0,
  lastDay: 0,
  weeks: 0,
  detectors: Array.from({ length: detectors }, emptyHistogram),
  channels: channels.map(emptyHistogram),
  thresholds: channels.map(() => 0),
  excesses: channels.map(() => 1),
  union: emptyHistogram(),
  unionThreshold: 0,
  unionWeeks: 0,
  tide: emptyTide(detectors),
  kinds: [new Float32Array(3), new Float32Array(3)],
  sightings: [new Float32Array(5), new Float32Array(5)],
  newSightings: [new Float32Array(5), new Float32Array(5)],
  newClasses: [new Float32Array(ownerClasses.length), new Float32Array(ownerClasses.length)],
  awayOfKind: new Float32Array(2),
  withPair: new Float32Array(2),
  withFarPair: new Float32Array(2),
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
  newcomers: noNewcomers,
});

export const copyOrganization = (from: Organization): Organization => ({
  ...from,
  detectors: from.detectors.map(copyHistogram),
  channels: from.channels.map(copyHistogram),
  thresholds: [...from.thresholds],
  excesses: [...from.excesses],
  union: copyHistogram(from.union),
  tide: copyTide(from.tide),
  kinds: from.kinds.map((sums) => sums.slice()),
  sightings: from.sightings.map((sums) => sums.slice()),
  newSightings: from.newSightings.map((sums) => sums.slice()),
  newClasses: from.newClasses.map((sums) => sums.slice()),
  awayOfKind: from.awayOfKind.slice(),
  withPair: from.withPair.slice(),
  withFarPair: from.withFarPair.slice(),
  ofKindWithTarget: from.ofKindWithTarget.slice(),
  withTarget: from.withTarget.slice(),
  owners: new Map(from.owners),
  prefixes: new Map(from.prefixes),
  withKind: from.withKind.slice(),
  deletedTokens: new Map(from.deletedTokens),
});

/** Pulumi allows 40 characters; whatever is longer is known by its beginning. */
export const tokenKey = (name: string): string => name.slice(0, 100);

export const sideOf = (kind: PrincipalKind): number => (kind === 'user' ? 0 : 1);
export const at = (sums: Float32Array | undefined, index: number): number => sums?.[index] ?? 0;
export const add = (sums: Float32Array | undefined, index: number, by: number): void => {
  if (sums !== undefined) sums[index] = at(sums, index) + by;
};

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

/** Version of the stored text below. A change of shape takes the next number and an upgrade step in `stored.ts`. */
export const organizationVersion = 3;

export const encodeOrganization = (organization: Organization): string =>
  JSON.stringify({
    ...organization,
    detectors: organization.detectors.map(packHistogram),
    channels: organization.channels.map(packHistogram),
    kinds: organization.kinds.map(packFloats),
    sightings: organization.sightings.map(packFloats),
    newSightings: organization.newSightings.map(packFloats),
    newClasses: organization.newClasses.map(packFloats),
    awayOfKind: packFloats(organization.awayOfKind),
    withPair: packFloats(organization.withPair),
    withFarPair: packFloats(organization.withFarPair),
    ofKindWithTarget: packFloats(organization.ofKindWithTarget),
    withTarget: packFloats(organization.withTarget),
    union: packHistogram(organization.union),
    tide: { ...organization.tide, counts: packFloats(organization.tide.counts) },
    owners: [...organization.owners],
    prefixes: [...organization.prefixes],
    withKind: packFloats(organization.withKind),
    deletedTokens: [...organization.deletedTokens],
  });

type Stored = Omit<
  Organization,
  | 'detectors'
  | 'channels'
  | 'kinds'
  | 'sightings'
  | 'newSightings'
  | 'newClasses'
  | 'owners'
  | 'prefixes'
  | 'withKind'
  | 'awayOfKind'
  | 'withPair'
  | 'withFarPair'
  | 'ofKindWithTarget'
  | 'withTarget'
  | 'union'
  | 'tide'
  | 'deletedTokens'
> & {
  readonly detectors: readonly (readonly number[])[];
  readonly channels: readonly (readonly number[])[];
  readonly kinds: readonly string[];
  readonly sightings: readonly string[];
  readonly newSightings: readonly string[];
  readonly newClasses: readonly string[];
  readonly owners: readonly [string, string][];
  readonly prefixes: readonly [number, PrefixUsers][];
  readonly withKind: string;
  readonly awayOfKind: string;
  readonly withPair: string;
  readonly withFarPair: string;
  readonly ofKindWithTarget: string;
  readonly withTarget: string;
  readonly union: readonly number[];
  readonly tide: { readonly atMs: number; readonly principals: number; readonly counts: string };
  readonly deletedTokens: readonly [string, number][];
};

/** Throws where the text is none that `encodeOrganization` wrote. */
export const decodeOrganization = (text: string): Organization => {
  const stored = JSON.parse(text) as Stored;
  return {
    ...stored,
    detectors: stored.detectors.map(unpackHistogram),
    channels: stored.channels.map(unpackHistogram),
    kinds: stored.kinds.map((sums) => unpackFloats(sums, 3)),
    sightings: stored.sightings.map((sums) => unpackFloats(sums, 5)),
    newSightings: stored.newSightings.map((sums) => unpackFloats(sums, 5)),
    newClasses: stored.newClasses.map((sums) => unpackFloats(sums, ownerClasses.length)),
    awayOfKind: unpackFloats(stored.awayOfKind, 2),
    withPair: unpackFloats(stored.withPair, 2),
    withFarPair: unpackFloats(stored.withFarPair, 2),
    ofKindWithTarget: unpackFloats(stored.ofKindWithTarget, 2),
    withTarget: unpackFloats(stored.withTarget, 2),
    union: unpackHistogram(stored.union),
    tide: { ...stored.tide, counts: unpackFloats(stored.tide.counts, stored.detectors.length * tideBins) },
    owners: new Map(stored.owners),
    prefixes: new Map(stored.prefixes),
    withKind: unpackFloats(stored.withKind, actionKinds.length),
    deletedTokens: new Map(stored.deletedTokens),
  };
};
