/**
 * Unfamiliar network: an address that is surprising for how mobile this principal has been.
 *
 * What counts is the principal's own rate of newness at each level: on how many of its active days it showed a new
 * address, a new prefix, a new owner, class or country. A mixture prior (fixed, roaming, churning) keeps a token with one
 * address sharp and a hosted-CI token with a fresh address per job quiet until the owner changes. Coarser levels are
 * shrunk toward the organization's shares. A new owner is on probation: it becomes familiar only after fourteen distinct
 * days without a stronger sign, and while it waits its repeats do not make newness look common.
 * Misses: a thief on the victim's own network. Sets it off falsely: a person who moves; a change of cloud provider.
 * Formulas, constants and measured power: detection.md sections 3 and 5.
 */
import type { Evidence, NetworkLevel } from '../alert.ts';
import { lnBeta } from '../chance.ts';
import { type Network, ownerKey } from '../network.ts';
import { hash32 } from '../packed.ts';
import { placesMax, type Session } from '../session.ts';
import { dayOf } from '../time.ts';
import type { Detector, Score, Seen } from './detector.ts';

type UnfamiliarNetwork = Extract<Evidence, { detector: 'unfamiliar-network' }>;

const networkLevels: readonly NetworkLevel[] = ['address', 'prefix', 'owner', 'class', 'country'];
const ownerLevel = 2;
const classLevel = 3;
const countryLevel = 4;

const ownersMax = 24;
const countriesMax = 16;
const probationsMax = 12;
/** detection.md section 5: shorter than the attack is worse than none; fourteen days outlasted ten days of patience. */
const probationDays = 14;
/** Before so many sessions there is nothing to compare with. */
const sessionsMin = 5;
/** A principal's first days have nobody to vouch for them; they are its baseline, office and home alike. */
const foundingDays = 10;
const halfLifeActiveDays = 60;
/**
 * Beta priors of a principal's rate of new addresses per active day: fixed, roaming, churning. How many are of which kind the
 * organization tells: a person who showed nothing new for a month is a person all the same, a build server is not.
 */
const kinds = [
  [0.05, 19.95],
  [2, 14],
  [8, 2],
] as const;
/** Days' worth that the organization's share counts for at the coarser levels. */
const shrinkage = 4;
/** An address range that several colleagues use is an office or a VPN; one colleague's is a home. */
const sharedBy = 3;

/** What the organization knows, as this detector asks it. */
export type NetworkPeers = {
  /** Share of fixed, roaming and churning principals among those of this one's sort. */
  kindShares(): readonly number[];
  /** Share of new-at-level given new-at-the-level-below, for principals of this kind; index 1 to 4. */
  share(level: number): number;
  /** Probability that a new owner is new to the whole organization, where it is; 1 where it is not. */
  orgNewness(owner: string): number;
  /** How much more often than evenly this class is the one that is new, in the organization. */
  classRatio(ownerClass: Network['class']): number;
  /** Other principals lately seen in the prefix. */
  othersOnPrefix(prefix: string): number;
  labelOf(owner: string): string;
};

export type KnownOwner = { readonly key: string; readonly class: string };
/**
 * One story: an owner, or `#` and a prefix, that waits to become familiar. What it was worth when it was first met it is
 * worth for as long as it waits, or patience would pay: the visits before would have made newness look common.
 */
export type Probation = {
  readonly owner: string;
  readonly days: number;
  readonly lastDay: number;
  /** The highest raw score of its sessions. */
  readonly nats: number;
  /** The highest excess that one of its sessions brought to the day's maxima. */
  readonly excess: number;
  /** People were told of it: they need not be again until something else is odd as well. */
  readonly isTold: boolean;
};

export type NetworkMemory = {
  /** Salt of the addresses' hashes: the principal's own, so that a collision found for one is none for another. */
  readonly seed: number;
  readonly sessions: number;
  /** Last active day, since 1970. */
  readonly day: number;
  /** Active days, and active days with something new at each level; both halve every 60 active days. */
  readonly days: number;
  readonly newDays: readonly number[];
  /** Bit l: the current day was already counted as new at level l. */
  readonly newToday: number;
  /** Hashes, most recent first. */
  readonly addresses: Uint32Array;
  readonly prefixes: Uint32Array;
  readonly owners: readonly KnownOwner[];
  readonly countries: readonly string[];
  readonly probations: readonly Probation[];
};

const empty: NetworkMemory = {
  seed: 0,
  sessions: 0,
  day: 0,
  days: 0,
  newDays: [0, 0, 0, 0, 0],
  newToday: 0,
  addresses: new Uint32Array(0),
  prefixes: new Uint32Array(0),
  owners: [],
  countries: [],
  probations: [],
};

/** Unsalted, so that principals' prefixes can be compared within the organization. */
export const prefixHash = (prefix: string): number => hash32(prefix, 0);
export const addressHash = (address: string, { seed }: NetworkMemory): number => hash32(address, seed);

/** Bit l set: new at level l. */
const newness = (network: Network, memory: NetworkMemory): number => {
  if (memory.addresses.includes(addressHash(network.address, memory)) && isKnownOwner(network, memory)) return 0;
  let bits = 1;
  if (!memory.prefixes.includes(prefixHash(network.prefix))) bits |= 1 << 1;
  if (isKnownOwner(network, memory)) return bits;
  bits |= (1 << 1) | (1 << ownerLevel);
  if (!memory.owners.some((owner) => owner.class === network.class)) bits |= 1 << classLevel;
  if (network.country === undefined || !memory.countries.includes(network.country)) bits |= 1 << countryLevel;
  return bits;
};

const isKnownOwner = (network: Network, memory: NetworkMemory): boolean => {
  const key = ownerKey(network);
  return memory.owners.some((owner) => owner.key === key);
};

/** For each kind: how well it explains what the principal showed, and the rate of new addresses that would follow. */
type Fit = { readonly likelihood: number; readonly rate: number };

/** Worked out once for each state of a memory: a CI token shows a new address with every job. */
const fitsByMemory = new WeakMap<NetworkMemory, readonly Fit[]>();

const fitsOf = (memory: NetworkMemory): readonly Fit[] => {
  const known = fitsByMemory.get(memory);
  if (known !== undefined) return known;
  const newDays = memory.newDays[0] as number;
  const calm = Math.max(0, memory.days - newDays);
  const logs = kinds.map(([a, b]) => lnBeta(a + newDays, b + calm) - lnBeta(a, b));
  const largest = Math.max(...logs);
  const fits = kinds.map(([a, b], i) => ({
    likelihood: Math.exp((logs[i] as number) - largest),
    rate: (a + newDays) / (a + b + newDays + calm),
  }));
  fitsByMemory.set(memory, fits);
  return fits;
};

/** How likely the principal is of each kind. */
export const kindsOf = (memory: NetworkMemory, shares: readonly number[]): readonly number[] => {
  const weights = fitsOf(memory).map(({ likelihood }, i) => likelihood * (shares[i] as number));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
};

/** Probability of a new address on an active day. */
const addressRateOf = (memory: NetworkMemory, peers: NetworkPeers): number => {
  const fits = fitsOf(memory);
  return kindsOf(memory, peers.kindShares()).reduce((sum, weight, i) => sum + weight * (fits[i] as Fit).rate, 0);
};

/** The coarser level's share of the finer level's new days, shrunk toward the organization's. */
const stepRate = (level: number, below: number, { newDays }: NetworkMemory, peers: NetworkPeers): number =>
  ((newDays[level] as number) + shrinkage * peers.share(level)) / ((newDays[below] as number) + shrinkage);

const isNewAt = (bits: number, level: number): boolean => (bits & (1 << level)) !== 0;

const rateOf = (bits: number, network: Network, memory: NetworkMemory, peers: NetworkPeers): number => {
  let rate = addressRateOf(memory, peers);
  if (isNewAt(bits, 1)) rate *= stepRate(1, 0, memory, peers);
  if (!isNewAt(bits, ownerLevel)) return rate;
  rate *= stepRate(ownerLevel, 1, memory, peers) * peers.orgNewness(ownerKey(network));
  if (isNewAt(bits, classLevel)) {
    rate *= Math.min(1, stepRate(classLevel, ownerLevel, memory, peers) * peers.classRatio(network.class));
  }
  // Without a country on either side the level says nothing; a table that fails must not make an address look common.
  if (isNewAt(bits, countryLevel) && memory.countries.length > 0) {
    rate *= stepRate(countryLevel, ownerLevel, memory, peers);
  }
  return rate;
};

const coarsest = (bits: number): number => 31 - Math.clz32(bits);

const judge = (
  { network, session }: Seen,
  memory: NetworkMemory,
  peers: NetworkPeers,
): Score<UnfamiliarNetwork> | undefined => {
  if (network === undefined || network.address === session.lastAddress || memory.sessions < sessionsMin) {
    return undefined;
  }
  const bits = newness(network, memory);
  if (bits === 0) return { nats: 0, evidence: undefined };
  const others = peers.othersOnPrefix(network.prefix);
  const first = storyOf(session, memory)?.nats ?? 0;
  const nats = Math.max(first, -Math.log(rateOf(bits, network, memory, peers))) * (others >= sharedBy ? 0.5 : 1);
  const told = network.class === 'unknown' ? ownerLevel : memory.countries.length === 0 ? classLevel : countryLevel;
  const level = Math.min(coarsest(bits), told);
  return {
    nats: Math.max(0, nats),
    evidence: {
      detector: 'unfamiliar-network',
      network,
      newAt: networkLevels[level] as NetworkLevel,
      daysActive: memory.days,
      daysWithNew: memory.newDays[level] as number,
      usual: memory.owners.slice(0, 3).map(({ key }) => peers.labelOf(key)),
      usualClass: memory.owners[0]?.class as Network['class'] | undefined,
      othersOnPrefix: others,
    },
  };
};

/** Most recent first, the oldest dropped: an evicted value counts as new again, and the rates learn that. */
const recall = (hashes: readonly number[], known: Uint32Array): Uint32Array => {
  const isHeld = hashes.every((hash, i) => known[i] === hash);
  if (isHeld) return known;
  const merged = [...hashes].reverse();
  for (const hash of known) if (merged.length < placesMax && !hashes.includes(hash)) merged.push(hash);
  return Uint32Array.from(merged);
};

const isIn = (known: Uint32Array, hashes: readonly number[]): boolean => hashes.every((hash) => known.includes(hash));

/** What a session shows that was not known: bit l for level l. */
export const newIn = (session: Session, memory: NetworkMemory): number => {
  let bits = 0;
  if (!isIn(memory.addresses, session.addresses)) bits |= 1;
  if (!isIn(memory.prefixes, session.prefixes)) bits |= 1 << 1;
  if (memory.owners.some(({ key }) => key === session.ownerKey)) return bits;
  bits |= 1 << ownerLevel;
  if (!memory.owners.some((owner) => owner.class === session.ownerClass)) bits |= 1 << classLevel;
  if (session.country === undefined || !memory.countries.includes(session.country)) bits |= 1 << countryLevel;
  return bits;
};

const learn = (session: Session, memory: NetworkMemory): NetworkMemory => {
  if (session.addresses.length === 0) return memory;
  const owner = { key: session.ownerKey, class: session.ownerClass };
  const isKnown = memory.owners.some(({ key }) => key === owner.key);
  const suspect = suspectOf(session, memory);
  const probation = memory.probations.find((waiting) => waiting.owner === suspect);
  const others = memory.probations.filter((waiting) => waiting !== probation);
  const day = Math.max(memory.day, dayOf(session.startMs));
  const waited = (probation?.days ?? 0) + (probation?.lastDay === day ? 0 : 1);
  const isOwn = !session.isFlagged && (isKnown || isFounding(memory));
  const isVouchedFor = probation === undefined ? isOwn : waited >= probationDays;
  // Everything is new to a newcomer; to count it would make a token with one address for ever look like one that moved once.
  const isCounted = probation === undefined && !session.isFlagged && memory.sessions >= sessionsMin;
  const next = countDay(memory, day, isCounted ? newIn(session, memory) : 0);
  if (session.isTold || !isVouchedFor) {
    const days = session.isTold ? (probation?.days ?? 0) : waited;
    const nats = Math.max(probation?.nats ?? 0, session.scores[0] ?? 0);
    const excess = Math.max(probation?.excess ?? session.excess, session.excess);
    const isTold = session.isTold || probation?.isTold === true;
    return {
      ...next,
      probations: [{ owner: suspect, days, lastDay: day, nats, excess, isTold }, ...others].slice(0, probationsMax),
    };
  }
  return {
    ...next,
    sessions: memory.sessions + 1,
    addresses: recall(session.addresses, memory.addresses),
    prefixes: recall(session.prefixes, memory.prefixes),
    owners: [owner, ...memory.owners.filter(({ key }) => key !== owner.key)].slice(0, ownersMax),
    countries: withCountry(session.country, memory.countries),
    probations: others,
  };
};

/** An alerted session on a known network puts only its place on probation; on a new network, the whole owner. */
const suspectOf = ({ ownerKey: key, prefixes }: Session, { owners }: NetworkMemory): string =>
  owners.some((owner) => owner.key === key) ? `#${prefixes.at(-1)}` : key;

/** The story that the session goes on with, if it does. */
export const storyOf = (session: Session, memory: NetworkMemory): Probation | undefined => {
  if (memory.probations.length === 0) return undefined;
  const suspect = suspectOf(session, memory);
  return memory.probations.find(({ owner }) => owner === suspect);
};

const isFounding = ({ sessions, days }: NetworkMemory): boolean => sessions < sessionsMin || days < foundingDays;

const withCountry = (country: string | undefined, known: readonly string[]): readonly string[] =>
  country === undefined || known[0] === country
    ? known
    : [country, ...known.filter((other) => other !== country)].slice(0, countriesMax);

const countDay = (memory: NetworkMemory, day: number, bits: number): NetworkMemory => {
  const isNextDay = day !== memory.day;
  const kept = isNextDay ? Math.exp(-Math.LN2 / halfLifeActiveDays) : 1;
  const newToday = isNextDay ? 0 : memory.newToday;
  return {
    ...memory,
    day,
    days: Math.fround(memory.days * kept + (isNextDay ? 1 : 0)),
    newDays: memory.newDays.map((days, level) =>
      Math.fround(days * kept + (isNewAt(bits, level) && !isNewAt(newToday, level) ? 1 : 0)),
    ),
    newToday: newToday | bits,
  };
};

export const unfamiliarNetwork: Detector<NetworkMemory, UnfamiliarNetwork, Session, NetworkPeers> = {
  name: 'unfamiliar-network',
  empty,
  judge,
  learn,
};

/** Whether the owner was seen often enough, or early enough, to be the principal's own. */
export const isFamiliar = (owner: string, { owners }: NetworkMemory): boolean =>
  owners.some(({ key }) => key === owner);

/** Too little past to be judged by. */
export const isLearning = ({ sessions }: NetworkMemory): boolean => sessions < sessionsMin;
