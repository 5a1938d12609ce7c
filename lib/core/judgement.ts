/**
 * Judging one event: every detector is asked, its score calibrated on the organization's past, the scores combined in
 * five channels, and the session that crosses a channel's threshold told. No baseline learns here; what is noted is how far the session,
 * the day and the incident have come.
 */
import { actionKinds, isSensitive } from './action.ts';
import { type Baseline, detectorNames } from './baseline.ts';
import { calibrated, type Histogram } from './calibration.ts';
import { authenticationFailures, type FailurePeers } from './detectors/authentication-failures.ts';
import { factNats, type Score, type Seen } from './detectors/detector.ts';
import { oddHours } from './detectors/odd-hours.ts';
import { type ActionPeers, sensitiveAction } from './detectors/sensitive-action.ts';
import { type PairPeers, simultaneousNetworks } from './detectors/simultaneous-networks.ts';
import { tokenLife } from './detectors/token-life.ts';
import { isFamiliar, type NetworkPeers, storyOf, unfamiliarNetwork } from './detectors/unfamiliar-network.ts';
import { type TargetPeers, unfamiliarTarget } from './detectors/unfamiliar-target.ts';
import { usageDay } from './detectors/usage-day.ts';
import { usageSpike } from './detectors/usage-spike.ts';
import { type AuditEvent, sampleOf } from './event.ts';
import { type AlertNews, type FindTold, grow, isOfFlood, isOld, tell } from './incident.ts';
import type { Flood } from './newcomers.ts';
import { channels, deletedAtMs, type Organization, pastOf } from './organization.ts';
import { isAccepted, lowestExcess, type Session } from './session.ts';
import { covered, ebb, rise } from './tide.ts';
import { hourOf } from './time.ts';

type Channel = (typeof channels)[number];
type Detector = (typeof detectorNames)[number];

/** What each detector's calibrated score weighs in each channel (detection.md section 4). */
const weights: Readonly<Record<Channel, Readonly<Partial<Record<Detector, number>>>>> = {
  network: {
    'unfamiliar-network': 1,
    'token-life': 1,
    'simultaneous-networks': 0.8,
    'sensitive-action': 0.7,
    'odd-hours': 0.3,
    'usage-spike': 0.2,
    'unfamiliar-target': 0.2,
    'authentication-failures': 0.1,
  },
  conduct: {
    'sensitive-action': 1,
    'unfamiliar-target': 1,
    'unfamiliar-network': 0.5,
    'odd-hours': 0.3,
    'simultaneous-networks': 0.3,
    'usage-spike': 0.1,
  },
  rhythm: {
    'odd-hours': 1,
    'sensitive-action': 0.7,
    'unfamiliar-network': 0.5,
    'unfamiliar-target': 0.5,
    'usage-spike': 0.3,
    'simultaneous-networks': 0.3,
  },
  volume: {
    'usage-spike': 1,
    'usage-day': 0.7,
    'sensitive-action': 0.6,
    'unfamiliar-network': 0.4,
    'unfamiliar-target': 0.3,
    'simultaneous-networks': 0.2,
  },
  failures: { 'authentication-failures': 1, 'unfamiliar-network': 0.5 },
};

/** What many may do at once for one harmless reason. */
const tided: ReadonlySet<Detector> = new Set([
  'usage-spike',
  'usage-day',
  'odd-hours',
  'sensitive-action',
  'unfamiliar-target',
]);

/** The same by the places in which sessions and histograms keep their scores. */
const weightsByPlace = channels.map((channel) => detectorNames.map((detector) => weights[channel][detector] ?? 0));
const placeOf: ReadonlyMap<string, number> = new Map(detectorNames.map((detector, place) => [detector, place]));

/** What the organization tells the detectors about a principal. */
export type Peers = {
  readonly network: NetworkPeers;
  readonly action: ActionPeers;
  readonly failures: FailurePeers;
  readonly pair: PairPeers;
  readonly target: TargetPeers;
};

/** What people are to be told because of this event, if anything. */
export const judge = (seen: Seen, past: Past): AlertNews | undefined => {
  const { event, session, network } = seen;
  const { baseline, organization, toldId, isOwn } = past;
  const isBetter = askDetectors(seen, past) || isWorse(seen);
  const nats = isBetter ? natsOf(seen, past) : [];
  const best = isBetter ? strongest(nats, organization) : undefined;
  const excess = best?.excess ?? lowestExcess;
  if (best !== undefined && best.excess > session.excess) {
    session.excess = thousandths(best.excess);
    const isNews = !session.isFact && !isOld(nats, { session, baseline, atMs: event.atMs });
    note(best, { session, baseline, organization, isNews });
  }
  if (!isBetter || (!session.isFact && (best === undefined || best.excess < organization.unionThreshold))) {
    const grown = session.isTold ? grow(baseline, seen) : undefined;
    return grown === undefined ? undefined : { alert: grown, news: 'grown' };
  }
  session.isFlagged = true;
  const combined = session.isFact || best === undefined ? factNats : calibrated(best.score, best.past);
  return tell(baseline, {
    event,
    network,
    session,
    kind: seen.kind,
    calibrated: nats,
    nats: combined,
    excess: excess - organization.unionThreshold,
    toldId,
    isOwn,
  });
};

const isTided = detectorNames.map((name) => tided.has(name));

/** What the session's scores are worth, against the organization's past and against its present day. */
const natsOf = ({ event, session }: Seen, { baseline, organization }: Past): readonly number[] => {
  const { tide } = organization;
  ebb(event.atMs, tide);
  if (baseline.tops.length === 0) {
    tide.principals = Math.fround(tide.principals + 1);
    baseline.tops = session.scores.map(() => 0);
  }
  return session.scores.map((raw, i) => {
    // A flood is no score: it neither raises a tide nor a threshold.
    if (session.evidence[i] !== undefined && isOfFlood(session.evidence[i])) return 0;
    const nats = thousandths(calibrated(raw, pastOf(organization, i)));
    if (!isTided[i] || nats < 1) return nats;
    const own = baseline.tops[i] ?? 0;
    const worth = Math.max(0, nats - covered(i, { nats, own }, tide));
    if (nats > own) {
      rise(i, { from: own, to: nats }, tide);
      baseline.tops[i] = nats;
    }
    return worth;
  });
};

/** A told session that now touches something sensitive it had not touched: the story gets worse without a better score. */
const isWorse = ({ event, session, kind }: Seen): boolean =>
  session.isTold &&
  event.outcome === 'success' &&
  (session.kinds & (1 << kind)) === 0 &&
  isSensitive(actionKinds[kind] ?? 'other');

export type Past = {
  readonly baseline: Baseline;
  readonly organization: Organization;
  readonly peers: Peers;
  /** Of the crowd whose baseline it is. */
  readonly flood: Flood | undefined;
  readonly toldId: FindTold | undefined;
  /** The operator vouches for the network: it is not judged as unfamiliar. */
  readonly isAllowed: boolean;
  /** The monitor's own token, and since when it is so no more. */
  readonly isOwn: boolean;
  readonly ownReplacedAtMs: number | undefined;
};

const floodPlace = placeOf.get('usage-spike') ?? 0;

/** Whether the flood is to be told anew: it is larger, or it goes on in another hour. */
const noteFlood = ({ event, session }: Seen, flood: Flood | undefined): boolean => {
  if (flood === undefined) return false;
  const held = session.evidence[floodPlace];
  const nats = thousandths(factNats + Math.log(flood.count));
  const isHeld = held !== undefined && isOfFlood(held);
  if (isHeld && hourOf(held.atMs) >= hourOf(event.atMs) && nats <= (session.scores[floodPlace] ?? 0)) return false;
  session.scores[floodPlace] = nats;
  session.evidence[floodPlace] = {
    detector: 'usage-spike',
    of: 'newcomers',
    atMs: event.atMs,
    windowHours: 1,
    ...flood,
  };
  if (!isHeld) session.proofs[floodPlace] = sampleOf(event);
  session.isFact = true;
  return true;
};

/** Whether any detector's score of the session became better. */
const askDetectors = (
  seen: Seen,
  { baseline, organization, peers, flood, isAllowed, isOwn, ownReplacedAtMs }: Past,
): boolean => {
  const { event, session } = seen;
  let isBetter = noteFlood(seen, flood);
  if (isAccepted(event)) {
    const place = isAllowed ? undefined : unfamiliarNetwork.judge(seen, baseline.network, peers.network);
    if (improve('unfamiliar-network', place, session, event)) isBetter = true;
    if (improve('simultaneous-networks', simultaneousNetworks.judge(seen, baseline.pair, peers.pair), session, event))
      isBetter = true;
    if (improve('unfamiliar-target', unfamiliarTarget.judge(seen, baseline.target, peers.target), session, event))
      isBetter = true;
    if (improve('odd-hours', oddHours.judge(seen, baseline.hours), session, event)) isBetter = true;
    if (improve('usage-spike', usageSpike.judge(seen, baseline.spike), session, event)) isBetter = true;
    if (improve('usage-day', usageDay.judge(seen, baseline.dayUse), session, event)) isBetter = true;
  }
  if (event.outcome === 'success') {
    if (improve('sensitive-action', sensitiveAction.judge(seen, baseline.action, peers.action), session, event))
      isBetter = true;
  }
  // Who logs in from a network of their own, while a forgotten job elsewhere is refused, has not guessed right.
  const isRefusedHere = event.outcome === 'failure' || session.failures > 0;
  if (isRefusedHere || !isFamiliar(session.ownerKey, baseline.network)) {
    const failures = authenticationFailures.judge(seen, baseline.failures, peers.failures);
    if (improve('authentication-failures', failures, session, event)) isBetter = true;
  }
  if (organization.deletedTokens.size > 0 || session.accepted === 1 || isOwn) {
    const past = { deletedAtMs: deletedAtMs(organization, event.principal), isOwn, ownReplacedAtMs };
    const life = tokenLife.judge(seen, baseline.life, past);
    if (improve('token-life', life, session, event)) isBetter = true;
  }
  return isBetter;
};

/** Evidence that alone would be seen more often than once in five sessions is not kept, its event one in twenty. */
const keptNats = Math.log(5);
const shownNats = Math.log(20);

/** Scores are stored; more digits than these mean nothing and cost bytes for every principal. */
const thousandths = (nats: number): number => Math.round(nats * 1_000) / 1_000;

/**
 * Keeps the best score of each detector in the session. What can be told comes before what cannot, however rare: a harmless
 * oddity must neither hide a sensitive act that is less rare nor lend it its rarity.
 */
const improve = (detector: Detector, score: Score | undefined, session: Session, event: AuditEvent): boolean => {
  if (score === undefined) return false;
  const place = placeOf.get(detector) ?? 0;
  const nats = thousandths(score.nats);
  const tellable = score.nats < keptNats ? undefined : score.evidence;
  const isFirstTellable = tellable !== undefined && session.evidence[place] === undefined;
  if (tellable === undefined && session.evidence[place] !== undefined) return false;
  if (!isFirstTellable && nats <= (session.scores[place] ?? 0)) return false;
  session.scores[place] = nats;
  if (score.isFact) session.isFact = true;
  if (tellable === undefined) return true;
  session.evidence[place] = tellable;
  if (score.nats >= shownNats) session.proofs[place] = sampleOf(event);
  return true;
};

type Combined = {
  readonly past: Histogram;
  readonly excess: number;
  readonly score: number;
  /** Combined scores of all channels. */
  readonly scores: readonly number[];
};

type Noting = {
  readonly session: Session;
  readonly baseline: Baseline;
  readonly organization: Organization;
  readonly isNews: boolean;
};

/** Keeps the day's maxima. A story that goes on counts again only where it became worse, or is told again. */
const note = ({ excess, scores }: Combined, { session, baseline, organization, isNews }: Noting): void => {
  const before = storyOf(session, baseline.network);
  const isTold = isNews && excess >= organization.unionThreshold;
  if (before !== undefined && excess <= before.excess && !isTold) return;
  scores.forEach((score, channel) => {
    baseline.maxima[channel] = Math.max(baseline.maxima[channel] ?? 0, thousandths(score));
  });
  if (isNews) baseline.highest = Math.max(baseline.highest, thousandths(excess));
};

/** The channel whose combined score lies furthest beyond its threshold. */
const strongest = (nats: readonly number[], organization: Organization): Combined | undefined => {
  let best: Omit<Combined, 'scores'> | undefined;
  const scores: number[] = [];
  organization.channels.forEach((past, channel) => {
    const score = (weightsByPlace[channel] ?? []).reduce(
      (sum, weight, detector) => sum + weight * (nats[detector] ?? 0),
      0,
    );
    scores.push(score);
    const excess = (score - (organization.thresholds[channel] ?? 0)) / (organization.excesses[channel] ?? 1);
    if (score > 0 && excess > (best?.excess ?? Number.NEGATIVE_INFINITY)) best = { past, excess, score };
  });
  return best && { ...best, scores };
};
