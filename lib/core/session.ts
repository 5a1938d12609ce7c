/**
 * One principal's work from one network owner: events no more than two hours apart, twelve hours at most. A thief on
 * another network gets a session of his own. The unit that is judged and learned.
 */
import type { Evidence } from './alert.ts';
import type { AuditEvent } from './event.ts';
import { type Network, ownerKey } from './network.ts';
import { msPerHour } from './time.ts';

/** detection.md section 4. */
export const sessionGapMs = 2 * msPerHour;
const sessionLengthMaxMs = 12 * msPerHour;
/** A principal on more networks at once than this is a flood; the longest idle session ends for the newest. */
export const openSessionsMax = 8;
/** As many as a baseline remembers; a later address replaces an earlier one. */
export const placesMax = 48;

/** Where excesses are counted from: what lies lower is of no interest. */
export const lowestExcess = -10;

/** Belongs to the fold that copied it, which counts events into it in place. */
export type Session = {
  readonly ownerKey: string;
  /** A person's name for the owner: `Example Broadband (AS64500)`. */
  readonly ownerLabel: string;
  readonly ownerClass: string;
  readonly country: string | undefined;
  readonly startMs: number;
  lastMs: number;
  events: number;
  /** Events in which the caller held the credential: what a refused password is not. */
  accepted: number;
  /** Of the first accepted event; 0 before it. */
  acceptedMs: number;
  failures: number;
  /** Hashes of addresses and prefixes used while accepted, latest last; at most `placesMax`. */
  readonly addresses: number[];
  readonly prefixes: number[];
  /** The address judged last, so that the next event from it needs no second look. */
  lastAddress: string | undefined;
  /** The address whose hashes were added last. */
  taughtAddress: string | undefined;
  /** Hashes of targets touched, latest last, and the last of them by name; at most `placesMax`. */
  readonly targets: number[];
  lastTarget: string | undefined;
  /** It went back and forth between two networks. */
  isPaired: boolean;
  /** The other one was in another country, as far as is known. */
  isPairedFar: boolean;
  /** Bit k: an action of the k-th kind was done. */
  kinds: number;
  /** Best raw score of each detector, in nats, in the order of `detectorNames`, and its evidence where worth telling. */
  scores: number[];
  evidence: (Evidence | undefined)[];
  /** The event behind the best score of each detector, where it is worth showing. */
  proofs: (AuditEvent | undefined)[];
  /** Furthest that it came beyond a threshold, of any channel; far below zero while nothing is odd. */
  excess: number;
  /** One of the scores is a fact, which needs no threshold. */
  isFact: boolean;
  /** It crossed a threshold: it teaches nothing of what is usual, whether people were told or had been told before. */
  isFlagged: boolean;
  /** It belongs to an incident that people were told of. */
  isTold: boolean;
};

export const isOver = ({ startMs, lastMs }: Pick<Session, 'startMs' | 'lastMs'>, atMs: number): boolean =>
  atMs - lastMs > sessionGapMs || atMs - startMs > sessionLengthMaxMs;

/**
 * Whether the caller held the credential. A refused action of a token is use of it all the same. What is refused to a user
 * may be a wrong password: only somebody's attempt, which must neither count as use nor teach anything.
 */
export const isAccepted = (event: AuditEvent): boolean =>
  event.outcome === 'success' || event.principal.kind === 'token';

/** A session that begins with an event at this time and place, which is not yet counted in. */
export const newSession = (startMs: number, network: Network, detectors: number): Session => ({
  ownerKey: ownerKey(network),
  ownerLabel: network.owner === undefined ? ownerKey(network) : `${network.owner.name} (AS${network.owner.asn})`,
  ownerClass: network.class,
  country: network.country,
  startMs,
  lastMs: startMs,
  events: 0,
  accepted: 0,
  acceptedMs: 0,
  failures: 0,
  addresses: [],
  prefixes: [],
  lastAddress: undefined,
  taughtAddress: undefined,
  targets: [],
  lastTarget: undefined,
  isPaired: false,
  isPairedFar: false,
  kinds: 0,
  scores: new Array<number>(detectors).fill(0),
  evidence: new Array<Evidence | undefined>(detectors).fill(undefined),
  proofs: new Array<AuditEvent | undefined>(detectors).fill(undefined),
  excess: lowestExcess,
  isFact: false,
  isFlagged: false,
  isTold: false,
});
