/**
 * All that is remembered of one principal: its baseline (one memory for each detector), the sessions still open, today's
 * highest scores and the incident that is being told. Stored as one small versioned text.
 */

import { actionKinds } from './action.ts';
import type { Alert } from './alert.ts';
import { authenticationFailures, type FailureMemory } from './detectors/authentication-failures.ts';
import { type OddHoursMemory, oddHours, oddHoursFloats } from './detectors/odd-hours.ts';
import { type ActionMemory, sensitiveAction } from './detectors/sensitive-action.ts';
import { type PairMemory, simultaneousNetworks } from './detectors/simultaneous-networks.ts';
import { type LifeMemory, tokenLife } from './detectors/token-life.ts';
import { type NetworkMemory, unfamiliarNetwork } from './detectors/unfamiliar-network.ts';
import { type TargetMemory, unfamiliarTarget } from './detectors/unfamiliar-target.ts';
import { type UsageDayMemory, usageDay, usageDayFloats, usageDayWords } from './detectors/usage-day.ts';
import { type UsageSpikeMemory, usageSpike, usageSpikeFloats } from './detectors/usage-spike.ts';
import type { AuditEvent } from './event.ts';
import { hash32, packFloats, packIntegers, unpackFloats, unpackIntegers } from './packed.ts';
import { type Principal, principalKey } from './principal.ts';
import type { Session } from './session.ts';

export const detectorNames = [
  'unfamiliar-network',
  'odd-hours',
  'usage-spike',
  'sensitive-action',
  'authentication-failures',
  'token-life',
  'simultaneous-networks',
  'unfamiliar-target',
  'usage-day',
] as const;

/** News told lately, so that it is not told daily while it waits on probation. */
export type ToldNews = { readonly news: string; readonly untilDay: number };

export type OpenIncident = {
  readonly alert: Alert;
  /** Event time of the last evidence; the incident closes twelve hours after it. */
  readonly lastEvidenceMs: number;
  /** What of it need not be told again for a fortnight. */
  readonly news: readonly string[];
};

/** Belongs to the fold that copied it. The detectors' memories inside are never changed, only replaced. */
export type Baseline = {
  principal: Principal;
  readonly firstAtMs: number;
  lastAtMs: number;
  events: number;
  network: NetworkMemory;
  hours: OddHoursMemory;
  spike: UsageSpikeMemory;
  action: ActionMemory;
  failures: FailureMemory;
  life: LifeMemory;
  pair: PairMemory;
  target: TargetMemory;
  dayUse: UsageDayMemory;
  sessions: Session[];
  /** The day whose maxima are being collected, and they, by channel, in nats. */
  day: number;
  maxima: number[];
  /** Sessions that ended today for want of room. */
  crowdedOut: number;
  /** The highest excess of any channel, today. */
  highest: number;
  /** The highest calibrated score of each detector, today, in the order of `detectorNames`; none before the first. */
  tops: number[];
  incident: OpenIncident | undefined;
  told: ToldNews[];
};

export const emptyBaseline = (event: AuditEvent): Baseline => ({
  principal: event.principal,
  firstAtMs: event.atMs,
  lastAtMs: event.atMs,
  events: 0,
  network: { ...unfamiliarNetwork.empty, seed: hash32(principalKey(event.source, event.principal), 1) },
  hours: oddHours.empty,
  spike: usageSpike.empty,
  action: sensitiveAction.empty,
  failures: authenticationFailures.empty,
  life: tokenLife.empty,
  pair: simultaneousNetworks.empty,
  target: unfamiliarTarget.empty,
  dayUse: usageDay.empty,
  sessions: [],
  day: 0,
  maxima: [0, 0, 0, 0, 0],
  crowdedOut: 0,
  highest: -10,
  tops: [],
  incident: undefined,
  told: [],
});

const copySession = (from: Session): Session => ({
  ...from,
  addresses: [...from.addresses],
  prefixes: [...from.prefixes],
  targets: [...from.targets],
  scores: [...from.scores],
  evidence: [...from.evidence],
  proofs: [...from.proofs],
});

export const copyBaseline = (from: Baseline): Baseline => ({
  ...from,
  sessions: from.sessions.map(copySession),
  maxima: [...from.maxima],
  tops: [...from.tops],
  told: [...from.told],
});

/** Version of the stored text below. A change of shape takes the next number and a step in `upgrades`. */
export const baselineVersion = 3;

export const encodeBaseline = (baseline: Baseline): string =>
  JSON.stringify({
    ...baseline,
    incident: baseline.incident ?? null,
    network: {
      ...baseline.network,
      addresses: packIntegers(baseline.network.addresses),
      prefixes: packIntegers(baseline.network.prefixes),
    },
    hours: { ...baseline.hours, sums: packFloats(baseline.hours.sums) },
    spike: { ...baseline.spike, levels: packFloats(baseline.spike.levels) },
    action: { ...baseline.action, withKind: packFloats(baseline.action.withKind) },
    target: { ...baseline.target, targets: packIntegers(baseline.target.targets) },
    dayUse: {
      ...baseline.dayUse,
      targets: packIntegers(baseline.dayUse.targets),
      levels: packFloats(baseline.dayUse.levels),
    },
    sessions: baseline.sessions.map((session) => ({
      ...session,
      addresses: packIntegers(Uint32Array.from(session.addresses)),
      prefixes: packIntegers(Uint32Array.from(session.prefixes)),
      targets: packIntegers(Uint32Array.from(session.targets)),
      // Null keeps a field's place, so that equal baselines have equal texts, stored before or not.
      country: session.country ?? null,
      lastAddress: session.lastAddress ?? null,
      taughtAddress: session.taughtAddress ?? null,
      lastTarget: session.lastTarget ?? null,
    })),
  });

type StoredSession = Omit<Session, 'addresses' | 'prefixes' | 'targets'> & {
  readonly targets: string;
  readonly addresses: string;
  readonly prefixes: string;
};

type Stored = Omit<Baseline, 'network' | 'hours' | 'spike' | 'action' | 'target' | 'dayUse' | 'sessions'> & {
  readonly sessions: readonly StoredSession[];
  readonly network: Omit<NetworkMemory, 'addresses' | 'prefixes'> & {
    readonly addresses: string;
    readonly prefixes: string;
  };
  readonly hours: Omit<OddHoursMemory, 'sums'> & { readonly sums: string };
  readonly spike: Omit<UsageSpikeMemory, 'levels'> & { readonly levels: string };
  readonly target: Omit<TargetMemory, 'targets'> & { readonly targets: string };
  readonly dayUse: Omit<UsageDayMemory, 'targets' | 'levels'> & { readonly targets: string; readonly levels: string };
  readonly action: Omit<ActionMemory, 'withKind'> & { readonly withKind: string };
};

const ofLength = (integers: Uint32Array, length: number): Uint32Array => {
  if (integers.length !== length) throw new RangeError(`${integers.length} integers are stored where ${length} belong`);
  return integers;
};

/** Throws where the text is none that `encodeBaseline` wrote. */
export const decodeBaseline = (text: string): Baseline => {
  const stored = JSON.parse(text) as Stored;
  return {
    ...stored,
    network: {
      ...stored.network,
      addresses: unpackIntegers(stored.network.addresses),
      prefixes: unpackIntegers(stored.network.prefixes),
    },
    hours: { ...stored.hours, sums: unpackFloats(stored.hours.sums, oddHoursFloats) },
    spike: { ...stored.spike, levels: unpackFloats(stored.spike.levels, usageSpikeFloats) },
    target: { ...stored.target, targets: unpackIntegers(stored.target.targets) },
    dayUse: {
      ...stored.dayUse,
      targets: ofLength(unpackIntegers(stored.dayUse.targets), usageDayWords),
      levels: unpackFloats(stored.dayUse.levels, usageDayFloats),
    },
    action: { ...stored.action, withKind: unpackFloats(stored.action.withKind, actionKinds.length) },
    sessions: stored.sessions.map((session) => ({
      ...session,
      addresses: [...unpackIntegers(session.addresses)],
      prefixes: [...unpackIntegers(session.prefixes)],
      targets: [...unpackIntegers(session.targets)],
      lastTarget: session.lastTarget ?? undefined,
      country: session.country ?? undefined,
      lastAddress: session.lastAddress ?? undefined,
      taughtAddress: session.taughtAddress ?? undefined,
      evidence: session.evidence.map((evidence) => evidence ?? undefined),
      proofs: session.proofs.map((event) => event ?? undefined),
    })),
    incident: stored.incident ?? undefined,
  };
};
