/**
 * The engine: events in, baselines and alerts out. One fold over events in core's order, each first judged against what
 * was known before it, then learned. It works on copies, reads no clock and asks nobody, so the same log gives the same
 * answer live and replayed, however it is cut.
 */
import { kindIndexOf } from './action.ts';
import { type Baseline, copyBaseline, detectorNames, emptyBaseline } from './baseline.ts';
import { count, countFlagged } from './calibration.ts';
import { authenticationFailures, withRefusal } from './detectors/authentication-failures.ts';
import type { Seen } from './detectors/detector.ts';
import { oddHours } from './detectors/odd-hours.ts';
import { sensitiveAction } from './detectors/sensitive-action.ts';
import { isFarApart, pairMs, simultaneousNetworks } from './detectors/simultaneous-networks.ts';
import { tokenLife } from './detectors/token-life.ts';
import {
  addressHash,
  isFamiliar,
  isLearning,
  prefixHash,
  storyOf,
  unfamiliarNetwork,
} from './detectors/unfamiliar-network.ts';
import { targetHash, unfamiliarTarget } from './detectors/unfamiliar-target.ts';
import { usageDay } from './detectors/usage-day.ts';
import { usageSpike } from './detectors/usage-spike.ts';
import type { AuditEvent } from './event.ts';
import { type AlertNews, closeIncident, type FindTold, isOpen } from './incident.ts';
import { judge, type Past, type Peers } from './judgement.ts';
import { type Network, ownerKey } from './network.ts';
import { atHour, type Crowd, crowdKeysOf, floodOf, withNewcomer } from './newcomers.ts';
import { copyOrganization, emptyOrganization, type Organization, pastOf } from './organization.ts';
import { learnDeletion, learnSession } from './organization-lessons.ts';
import { actionPeers, failurePeers, networkPeers, sharePeers } from './organization-peers.ts';
import { areNewcomers, areStrangers, type Principal, principalKey } from './principal.ts';
import { isAccepted, isOver, lowestExcess, newSession, openSessionsMax, placesMax, type Session } from './session.ts';
import { learnDay, turnDay } from './thresholds.ts';
import { dayOf } from './time.ts';

export type Memory = {
  readonly organization: Organization;
  /** By principal key. Those of the events at hand are enough; `keysOf` names them. */
  readonly baselines: ReadonlyMap<string, Baseline>;
};

export type AssessContext = {
  readonly networks: (address: string) => Network;
  readonly alertBudgetPerWeek: number;
  /**
   * The id of an alert of this principal that people were already told of, opened within the lateness window of this
   * time: an event that arrives late may move an opening by minutes, and must not make a second alert of it.
   */
  readonly toldId?: FindTold;
  /** Whether the operator vouches for this network at this time; see `allowance.ts`. Left out: for none. */
  readonly isAllowed?: ((network: Network, atMs: number) => boolean) | undefined;
  /** Whether this is the token that the monitor itself reads with. Left out: none is. */
  readonly isOwn?: ((principal: Principal) => boolean) | undefined;
  /** Since when nobody should use it, where it is a token that the monitor read with before. Left out: none is. */
  readonly ownReplacedAtMs?: ((principal: Principal) => number | undefined) | undefined;
};

export type Assessment = {
  readonly organization: Organization;
  /** Those that changed. */
  readonly baselines: ReadonlyMap<string, Baseline>;
  /** Every alert that was opened, raised or grew, once, as it stands now; in the order of their opening. */
  readonly alerts: readonly AlertNews[];
};

export const newOrganization = (): Organization => emptyOrganization(detectorNames.length);

const networkAt = detectorNames.indexOf('unfamiliar-network');
const pairAt = detectorNames.indexOf('simultaneous-networks');

/** The keys of the baselines that assessing these events needs. */
export const keysOf = (
  events: readonly AuditEvent[],
  { newcomers }: Pick<Organization, 'newcomers'>,
): ReadonlySet<string> => {
  const keys = new Set(events.map((event) => principalKey(event.source, event.principal)));
  return new Set([...keys, ...crowdKeysOf(newcomers, events, keys)]);
};

/** One principal's copy in this fold, and what the organization tells about it. */
type Draft = { readonly baseline: Baseline; readonly peers: Peers; readonly crowd: Crowd | undefined };

/** Events must be of one source, in core's order (`inOrder`), and be counted only once. */
export const assess = (memory: Memory, events: readonly AuditEvent[], context: AssessContext): Assessment => {
  const organization = copyOrganization(memory.organization);
  const baselines = new Map<string, Baseline>();
  const alerts = new Map<string, AlertNews>();
  const draftOf = drafts(memory, baselines, organization);
  for (const event of events) {
    const day = dayOf(event.atMs);
    if (day > organization.lastDay) turnDay(organization, day, context.alertBudgetPerWeek);
    const { baseline, peers, crowd } = draftOf(event);
    const seen = enter(event, baseline, organization, context);
    const isAllowed = context.isAllowed?.(seen.network, event.atMs) === true;
    const isOwn = context.isOwn?.(event.principal) === true;
    const ownReplacedAtMs = isOwn ? context.ownReplacedAtMs?.(event.principal) : undefined;
    const flood = crowd && floodOf(organization.newcomers, crowd);
    const told = judge(seen, {
      baseline,
      organization,
      peers,
      flood,
      toldId: context.toldId,
      isAllowed,
      isOwn,
      ownReplacedAtMs,
    });
    if (told !== undefined) {
      const before = alerts.get(told.alert.id)?.news;
      alerts.set(told.alert.id, { ...told, news: before === undefined || before === 'grown' ? told.news : before });
    }
    learnEvent(seen, { baseline, organization, isAllowed });
  }
  return { organization, baselines, alerts: [...alerts.values()] };
};

/** Copies a principal's baseline when it is first met; that of a crowd for those who are to have none. */
const drafts = (memory: Memory, baselines: Map<string, Baseline>, organization: Organization) => {
  const action = actionPeers(organization);
  const failures = failurePeers(organization);
  const byKey = new Map<string, Draft>();
  // Translators hand out one object per principal, which is found faster than a key that must be put together.
  const byPrincipal = new Map<Principal, Draft>();
  const draftFor = (key: string, principal: Principal, event: AuditEvent): Draft => {
    const held = byKey.get(key);
    if (held !== undefined) return held;
    const past = memory.baselines.get(key);
    const baseline = past === undefined ? emptyBaseline({ ...event, principal }) : copyBaseline(past);
    const draft = {
      baseline,
      crowd: crowdOf(principal),
      peers: { network: networkPeers(organization, baseline), action, failures, ...sharePeers(organization, baseline) },
    };
    baselines.set(key, baseline);
    byKey.set(key, draft);
    return draft;
  };
  return (event: AuditEvent): Draft => {
    const met = byPrincipal.get(event.principal);
    if (met !== undefined) return met;
    const key = principalKey(event.source, event.principal);
    if (!byKey.has(key) && !memory.baselines.has(key)) {
      const { counted, crowd } = withNewcomer(atHour(organization.newcomers, event.atMs), event, key);
      organization.newcomers = counted;
      if (crowd !== undefined) return draftFor(principalKey(event.source, crowd), crowd, event);
    }
    const draft = draftFor(key, event.principal, event);
    byPrincipal.set(event.principal, draft);
    return draft;
  };
};

const crowdOf = (principal: Principal): Crowd | undefined =>
  areNewcomers(principal) ? 'newcomers' : areStrangers(principal) ? 'strangers' : undefined;

const nowhere: Network = { address: 'none', prefix: 'none', owner: undefined, class: 'unknown', country: undefined };

/** Ends what is over, and counts the event into its session. */
const enter = (event: AuditEvent, baseline: Baseline, organization: Organization, context: AssessContext): Seen => {
  endWhatIsOver(event.atMs, baseline, organization);
  if (event.principal.id === baseline.principal.id) baseline.principal = event.principal;
  baseline.events += 1;
  baseline.lastAtMs = Math.max(baseline.lastAtMs, event.atMs);
  const network = event.ip === undefined ? nowhere : context.networks(event.ip);
  const session = sessionOf(event, network, baseline, organization);
  const beside = besideOf({ session, event, network }, baseline, context);
  session.events += 1;
  session.lastMs = Math.max(session.lastMs, event.atMs);
  if (isAccepted(event)) {
    if (session.accepted === 0) session.acceptedMs = event.atMs;
    session.accepted += 1;
  }
  if (event.outcome === 'failure') {
    session.failures += 1;
    baseline.failures = withRefusal(baseline.failures, event.atMs);
  }
  return { event, network, session, kind: kindIndexOf(event.principal.provider, event.action), beside };
};

const endWhatIsOver = (atMs: number, baseline: Baseline, organization: Organization): void => {
  const day = dayOf(atMs);
  if (day > baseline.day) {
    if (baseline.day !== 0 && !areNewcomers(baseline.principal))
      learnDay(organization, baseline.maxima, baseline.highest);
    baseline.day = day;
    baseline.maxima = baseline.maxima.map(() => 0);
    baseline.highest = lowestExcess;
    baseline.tops = [];
    baseline.crowdedOut = 0;
  }
  let isAnyOver = false;
  for (const session of baseline.sessions) {
    if (!isOver(session, atMs)) continue;
    isAnyOver = true;
    endSession(session, baseline, organization);
  }
  if (isAnyOver) baseline.sessions = baseline.sessions.filter((session) => !isOver(session, atMs));
  if (baseline.incident !== undefined && !isOpen(baseline.incident, atMs)) closeIncident(baseline);
};

/** A pool of runners may hold more networks than there is room for; as many as this in a day are somebody's flood of addresses. */
const crowdedOutMax = 24;

const isFlood = ({ crowdedOut }: Baseline): boolean => crowdedOut > crowdedOutMax;

const sessionOf = (event: AuditEvent, network: Network, baseline: Baseline, organization: Organization): Session => {
  const key = ownerKey(network);
  for (const open of baseline.sessions) if (open.ownerKey === key) return open;
  if (baseline.sessions.length >= openSessionsMax) {
    const idle = baseline.sessions.reduce((a, b) => (b.lastMs < a.lastMs ? b : a));
    baseline.crowdedOut += 1;
    endSession(idle, baseline, organization);
    baseline.sessions = baseline.sessions.filter((session) => session !== idle);
  }
  const session = newSession(event.atMs, network, detectorNames.length);
  baseline.sessions.push(session);
  return session;
};

/** What an event teaches at once; the rest waits for the end of its session. */
const learnEvent = (
  { event, network, session, kind, beside }: Seen,
  { baseline, organization, isAllowed }: Pick<Past, 'baseline' | 'organization' | 'isAllowed'>,
): void => {
  // What is told of a flood has its samples in the alert by now, and the next event brings its own.
  if (baseline.sessions.length >= openSessionsMax) for (const open of baseline.sessions) open.proofs.fill(undefined);
  if (event.outcome === 'success') {
    session.kinds |= 1 << kind;
    if (network.address !== session.taughtAddress) learnPlace(network, session, baseline);
    if (event.target !== undefined) learnDeletion(organization, event);
  }
  if (!isAccepted(event)) return;
  // What is allowed was not judged, and is to be on the first event after the allowance ends.
  if (!isAllowed) session.lastAddress = network.address;
  if (beside !== undefined) {
    session.isPaired = true;
    session.isPairedFar = isFarApart(network.country, beside);
  }
  // A crowd has no habits.
  if (areNewcomers(baseline.principal)) return;
  // Before the session notes the target: whether it is another one is asked of the session.
  baseline.dayUse = usageDay.learn({ event, session, kind }, baseline.dayUse);
  if (event.target !== undefined && event.target !== session.lastTarget) {
    session.lastTarget = event.target;
    moveToEnd(targetHash(event.target), session.targets);
  }
  baseline.spike = usageSpike.learn(event, baseline.spike);
};

/**
 * There and back: another session was used after the last event of this one, and both within half an hour. Between two
 * networks that are both the principal's own, or allowed to be, this is how people live (the office and a telephone).
 */
const besideOf = (
  { session, event, network: place }: Pick<Seen, 'session' | 'event' | 'network'>,
  { sessions, network }: Baseline,
  { networks, isAllowed }: AssessContext,
): Session | undefined => {
  if (session.accepted === 0 || session.isPaired || event.atMs - session.lastMs > pairMs || !isAccepted(event))
    return undefined;
  const isOwn = ({ ownerKey: key }: Session, where: Network | undefined): boolean =>
    isFamiliar(key, network) || (where !== undefined && isAllowed?.(where, event.atMs) === true);
  return sessions.find(
    (other) =>
      other !== session &&
      other.accepted > 0 &&
      other.lastMs > session.lastMs &&
      !(
        isOwn(session, place) &&
        isOwn(other, other.taughtAddress === undefined ? undefined : networks(other.taughtAddress))
      ),
  );
};

const learnPlace = (network: Network, session: Session, baseline: Baseline): void => {
  session.taughtAddress = network.address;
  moveToEnd(addressHash(network.address, baseline.network), session.addresses);
  moveToEnd(prefixHash(network.prefix), session.prefixes);
};

/** Moves the hash to the end; the first is dropped for a new one when there are too many. */
const moveToEnd = (hash: number, hashes: number[]): void => {
  const at = hashes.indexOf(hash);
  if (at >= 0) hashes.splice(at, 1);
  else if (hashes.length >= placesMax) hashes.shift();
  hashes.push(hash);
};

/**
 * The session teaches the baseline and the organization. A flagged one teaches neither where, when and what is usual; only
 * that it was there, and that attempts were refused. In a flood neither the organization learns that new networks are
 * common, nor the principal its hours.
 */
const endSession = (session: Session, baseline: Baseline, organization: Organization): void => {
  if (areNewcomers(baseline.principal)) return;
  const before = baseline.network;
  // What can only happen away from home is as rare as it is there.
  const isAway = session.isPaired || !isFamiliar(session.ownerKey, before);
  if (!isLearning(before) && !isFlood(baseline)) {
    const counted = session.isFlagged ? countFlagged : count;
    // A story counts once, however often it is gone on with: patience must not make a score look ordinary.
    const isRepeat = storyOf(session, before) !== undefined;
    session.scores.forEach((nats, i) => {
      const isCounted = i === networkAt ? !isRepeat : i === pairAt ? isAway : true;
      if (isCounted) counted(nats, pastOf(organization, i));
    });
  }
  if (!session.isFlagged && !isFlood(baseline)) {
    learnSession(organization, { session, baseline, isAway });
    if (session.accepted > 0) baseline.hours = oddHours.learn(session.acceptedMs, baseline.hours);
  }
  baseline.network = unfamiliarNetwork.learn(session, before);
  baseline.action = sensitiveAction.learn(session, baseline.action);
  baseline.failures = authenticationFailures.learn(session, baseline.failures);
  baseline.life = tokenLife.learn(session, baseline.life);
  baseline.pair = simultaneousNetworks.learn({ session, isAway }, baseline.pair);
  baseline.target = unfamiliarTarget.learn(session, baseline.target);
};
