/** What the organization tells the detectors about one principal: shares and rates that a thin past is shrunk toward. */
import type { Baseline } from './baseline.ts';
import type { FailurePeers } from './detectors/authentication-failures.ts';
import type { ActionPeers } from './detectors/sensitive-action.ts';
import type { PairPeers } from './detectors/simultaneous-networks.ts';
import { type NetworkPeers, prefixHash } from './detectors/unfamiliar-network.ts';
import type { TargetPeers } from './detectors/unfamiliar-target.ts';
import { at, type Organization, ownerClasses, sideOf } from './organization.ts';

/** A home that a colleague left half a year ago says nothing. */
const prefixDaysMax = 90;

/** Prior shares of new-at-level given new-at-the-level-below, for prefix, owner, class, country (detection.md 3). */
const priorShares = [0, 0.8, 0.1, 0.2, 0.2] as const;
const priorSightings = 2;

/** Principal-days' worth that each kind (fixed, roaming, churning) is believed in before any is seen. */
const kindDays = 5;

/** Share of fixed, roaming and churning among people, or among machines. */
export const kindShares = (organization: Organization, who: number): readonly number[] => {
  const counts = [0, 1, 2].map((kind) => at(organization.kinds[who], kind) + kindDays);
  const total = counts.reduce((sum, days) => sum + days, 0);
  return counts.map((days) => days / total);
};

/** What is new to somebody is a hotel or a phone before it is a rented server; worth so many sightings. */
const classPriors = [0.3, 0.3, 0.08, 0.04, 0.04, 0.08, 0.08, 0.08];
const classPriorSightings = 4;

/** What the organization can tell about one principal's networks, now and as it learns. */
export const networkPeers = (organization: Organization, baseline: Baseline): NetworkPeers => {
  const who = sideOf(baseline.principal.kind);
  const self = baseline.network.seed;
  return {
    kindShares: () => kindShares(organization, who),
    share: (level) => {
      const seen = at(organization.sightings[who], level);
      const fresh = at(organization.newSightings[who], level);
      return (fresh + priorSightings * (priorShares[level] ?? 1)) / (seen + priorSightings);
    },
    orgNewness: (owner) =>
      organization.owners.has(owner) ? 1 : (organization.ownersNew + 0.5) / (organization.ownersSeen + 1),
    classRatio: (ownerClass) => {
      const counts = organization.newClasses[who];
      const total = counts?.reduce((sum, seen) => sum + seen, 0) ?? 0;
      const ratios = classPriors.map(
        (prior, i) =>
          ((at(counts, i) + classPriorSightings * prior) / (total + classPriorSightings)) * ownerClasses.length,
      );
      // Not to know the class must never be better than to know the worst of it.
      return ownerClass === 'unknown' ? Math.min(...ratios) : (ratios[ownerClasses.indexOf(ownerClass)] ?? 1);
    },
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

/** Sessions' worth of the prior shares of sessions that go back and forth, and that touch something new. */
const shareSessions = 20;
const pairedPrior = 0.1;
const pairedFarPrior = 0.005;
const newTargetPrior = 0.1;

/** Shares among principals of the same kind. */
export const sharePeers = (
  { withPair, withFarPair, withTarget, awayOfKind, ofKindWithTarget }: Organization,
  baseline: Baseline,
): { readonly pair: PairPeers; readonly target: TargetPeers } => {
  const who = sideOf(baseline.principal.kind);
  return {
    pair: {
      share: (isFar) => {
        const paired = isFar
          ? at(withFarPair, who) + shareSessions * pairedFarPrior
          : at(withPair, who) + shareSessions * pairedPrior;
        return paired / (at(awayOfKind, who) + shareSessions);
      },
    },
    target: {
      share: () => (at(withTarget, who) + shareSessions * newTargetPrior) / (at(ofKindWithTarget, who) + shareSessions),
    },
  };
};
