/**
 * Judging one event: every detector is asked, its score calibrated on the organization's past, the scores combined in
 * five channels, and the session that crosses a channel's threshold told. Nothing is learned here.
 */
import { actionKinds, isSensitive } from './action.ts';
import type { Alert } from './alert.ts';
import type { Baseline } from './baseline.ts';
import { calibrated, type Histogram } from './calibration.ts';
import { authenticationFailures, type FailurePeers } from './detectors/authentication-failures.ts';
import { factNats, type Score, type Seen } from './detectors/detector.ts';
import { oddHours } from './detectors/odd-hours.ts';
import { type ActionPeers, sensitiveAction } from './detectors/sensitive-action.ts';
import { type PairPeers, simultaneousNetworks } from './detectors/simultaneous-networks.ts';
import { tokenLife } from './detectors/token-life.ts';
import { type NetworkPeers, unfamiliarNetwork } from './detectors/unfamiliar-network.ts';
import { type TargetPeers, unfamiliarTarget } from './detectors/unfamiliar-target.ts';
import { usageDay } from './detectors/usage-day.ts';
import { usageSpike } from './detectors/usage-spike.ts';
import { type AuditEvent, sampleOf } from './event.ts';
import { type FindTold, grow, isOld, type News, tell } from './incident.ts';
import { deletedAtMs, type Organization, pastOf } from './organization.ts';
import { isAccepted, type Session } from './session.ts';

/** What each detector's calibrated score weighs in each channel (detection.md section 4), in the order of `detectorNames`. */
const weights: readonly (readonly number[])[] = [
  [1, 0.3, 0.2, 0.7, 0.1, 1, 0.8, 0.2, 0],
  [0.5, 0.3, 0.1, 1, 0, 0, 0.3, 1, 0],
  [0.5, 1, 0.3, 0.7, 0, 0, 0.3, 0.5, 0],
  [0.4, 0, 1, 0.6, 0, 0, 0.2, 0.3, 0.7],
  [0.5, 0, 0, 0, 1, 0, 0, 0, 0],
];

/** What the organization tells the detectors about a principal. */
export type Peers = {
  readonly network: NetworkPeers;
  readonly action: ActionPeers;
  readonly failures: FailurePeers;
  readonly pair: PairPeers;
  readonly target: TargetPeers;
};

export type Told = { readonly alert: Alert; readonly news: News };

/** What people are to be told because of this event, if anything. */
export const judge = (seen: Seen, past: Past): Told | undefined => {
  const { event, session, network } = seen;
  const { baseline, organization, toldId } = past;
  const isBetter = askDetectors(seen, past) || isWorse(seen);
  const nats = isBetter ? session.scores.map((raw, i) => calibrated(raw, pastOf(organization, i))) : [];
  const best = isBetter ? strongest(nats, baseline, organization) : undefined;
  if (
    best !== undefined &&
    best.excess > baseline.highest &&
    !session.isFact &&
    !isOld(baseline, session, nats, event.atMs)
  )
    baseline.highest = best.excess;
  if (best === undefined || (!session.isFact && best.excess < organization.unionThreshold)) {
    const grown = session.isTold ? grow(baseline, event) : undefined;
    return grown === undefined ? undefined : { alert: grown, news: 'grown' };
  }
  session.isFlagged = true;
  const combined = session.isFact ? factNats : calibrated(best.score, best.past);
  return tell(baseline, {
    event,
    network,
    session,
    kind: seen.kind,
    calibrated: nats,
    nats: combined,
    excess: best.excess - organization.unionThreshold,
    toldId,
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
  readonly toldId: FindTold | undefined;
  /** The operator vouches for the network: it is not judged as unfamiliar. */
  readonly isAllowed: boolean;
};

/** Whether any detector's score of the session became better. */
const askDetectors = (seen: Seen, { baseline, organization, peers, isAllowed }: Past): boolean => {
  const { event, session } = seen;
  let isBetter = false;
  if (isAccepted(event)) {
    const place = isAllowed ? undefined : unfamiliarNetwork.judge(seen, baseline.network, peers.network);
    if (improve(0, place, session, event)) isBetter = true;
    if (improve(6, simultaneousNetworks.judge(seen, baseline.pair, peers.pair), session, event)) isBetter = true;
    if (improve(7, unfamiliarTarget.judge(seen, baseline.target, peers.target), session, event)) isBetter = true;
    if (improve(1, oddHours.judge(seen, baseline.hours), session, event)) isBetter = true;
    if (improve(2, usageSpike.judge(seen, baseline.spike), session, event)) isBetter = true;
    if (improve(8, usageDay.judge(seen, baseline.dayUse), session, event)) isBetter = true;
  }
  if (event.outcome === 'success') {
    if (improve(3, sensitiveAction.judge(seen, baseline.action, peers.action), session, event)) isBetter = true;
  }
  if (session.failures > 0) {
    const failures = authenticationFailures.judge(seen, baseline.failures, peers.failures);
    if (improve(4, failures, session, event)) isBetter = true;
  }
  if (organization.deletedTokens.size > 0 || session.accepted === 1) {
    const life = tokenLife.judge(seen, baseline.life, { deletedAtMs: deletedAtMs(organization, event.principal) });
    if (improve(5, life, session, event)) isBetter = true;
  }
  return isBetter;
};

/** Evidence that alone would be seen more often than once in five sessions is not kept, its event one in twenty. */
const keptNats = Math.log(5);
const shownNats = Math.log(20);

/** Keeps the best score of each detector in the session. */
const improve = (detector: number, score: Score | undefined, session: Session, event: AuditEvent): boolean => {
  if (score === undefined || score.nats <= (session.scores[detector] ?? 0)) return false;
  session.scores[detector] = score.nats;
  if (score.isFact) session.isFact = true;
  if (score.evidence === undefined || score.nats < keptNats) return true;
  session.evidence[detector] = score.evidence;
  if (score.nats >= shownNats) session.proofs[detector] = sampleOf(event);
  return true;
};

type Combined = { readonly past: Histogram; readonly excess: number; readonly score: number };

/** The channel whose combined score lies furthest beyond its threshold; the day's maxima are kept on the way. */
const strongest = (nats: readonly number[], baseline: Baseline, organization: Organization): Combined | undefined => {
  let best: Combined | undefined;
  organization.channels.forEach((past, channel) => {
    const score = (weights[channel] ?? []).reduce((sum, weight, detector) => sum + weight * (nats[detector] ?? 0), 0);
    baseline.maxima[channel] = Math.max(baseline.maxima[channel] ?? 0, score);
    const excess = (score - (organization.thresholds[channel] ?? 0)) / (organization.excesses[channel] ?? 1);
    if (score > 0 && excess > (best?.excess ?? Number.NEGATIVE_INFINITY)) best = { past, excess, score };
  });
  return best;
};
