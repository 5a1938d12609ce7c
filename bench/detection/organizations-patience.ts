/**
 * Whether patience pays a thief: ten quiet days from one rented server at the victim's hours, then a loud theft
 * (detection.md section 5). Beside it the same with learning at once, which is what the probation of new networks prevents.
 */

import { addressHash, prefixHash } from '../../lib/core/detectors/unfamiliar-network.ts';
import type { AuditEvent } from '../../lib/core/event.ts';
import { ownerKey } from '../../lib/core/network.ts';
import { principalKey } from '../../lib/core/principal.ts';
import { dayOf } from '../../lib/core/time.ts';
import { createDice } from '../../lib/simulator/dice.ts';
import { type Attack, patienceDays, planPatience, theftBeginsMs } from './made-up/attacks.ts';
import { createOrganization } from './made-up/cast.ts';
import { createDays } from './made-up/days.ts';
import { backfillDays, firstDay } from './organizations-budget.ts';
import { advance, forkRun, isCaught, networks, type Running, startRun } from './organizations-run.ts';

export type PatiencePlan = { readonly organizations: number; readonly victims: number; readonly seed: string };

/** Share caught on any day, and share of the thefts themselves that were. */
export type Patience = { readonly anyDay: number; readonly theft: number; readonly tried: number };

export type Patiences = { readonly onProbation: Patience; readonly learningAtOnce: Patience };

type Outcome = { readonly anyDay: boolean; readonly theft: boolean };

export const tryPatience = ({ organizations, victims, seed }: PatiencePlan): Patiences => {
  const onProbation: Outcome[] = [];
  const learningAtOnce: Outcome[] = [];
  for (let i = 0; i < organizations; i += 1) {
    const { attacks, days, before } = live(`${seed}-${i}`, victims);
    for (const attack of attacks) {
      onProbation.push(suffer(attack, { days, before, learnsAtOnce: false }));
      learningAtOnce.push(suffer(attack, { days, before, learnsAtOnce: true }));
    }
  }
  return { onProbation: shares(onProbation), learningAtOnce: shares(learningAtOnce) };
};

const shares = (outcomes: readonly Outcome[]): Patience => ({
  anyDay: outcomes.filter(({ anyDay }) => anyDay).length / Math.max(1, outcomes.length),
  theft: outcomes.filter(({ theft }) => theft).length / Math.max(1, outcomes.length),
  tried: outcomes.length,
});

const live = (seed: string, victims: number) => {
  const organization = createOrganization({
    seed,
    principals: 60,
    firstDay,
    days: backfillDays + 20,
    hasSeasons: true,
  });
  const dayAt = createDays(organization);
  const before = startRun(1);
  const day = firstDay + backfillDays;
  for (let past = firstDay; past < day; past += 1) advance(before, dayAt(past));
  const dice = createDice(`${seed}/patience`);
  const attacks = Array.from({ length: victims }, () => planPatience({ organization, day, dice })).filter(
    (attack) => attack !== undefined,
  );
  // Local days reach into the next of UTC.
  const days = Array.from({ length: patienceDays + 1 }, (_, i) => dayAt(day + i));
  return { attacks, days, before };
};

type World = {
  readonly days: readonly (readonly AuditEvent[])[];
  readonly before: Running;
  readonly learnsAtOnce: boolean;
};

const suffer = (attack: Attack, { days, before, learnsAtOnce }: World): Outcome => {
  const fork = forkRun(before);
  const theftDay = dayOf(theftBeginsMs(attack));
  let anyDay = false;
  let theft = false;
  for (const events of days) {
    const day = dayOf(events[0]?.atMs ?? 0);
    if (learnsAtOnce && day > dayOf(attack.events[0]?.atMs ?? 0)) vouchFor(attack, fork);
    if (!isCaught(fork, attack, { events })) continue;
    anyDay = true;
    if (day >= theftDay) theft = true;
  }
  return { anyDay, theft };
};

/** Makes the thief's network the victim's own, as if there were no probation. */
const vouchFor = ({ victim, events }: Attack, fork: Running): void => {
  const key = principalKey('pulumi:acme', victim.principal);
  const baseline = fork.baselines.get(key);
  const address = events[0]?.ip;
  if (baseline === undefined || address === undefined) return;
  const network = networks(address);
  const owner = { key: ownerKey(network), class: network.class };
  const known = baseline.network;
  fork.baselines.set(key, {
    ...baseline,
    network: {
      ...known,
      addresses: Uint32Array.from([addressHash(address, known), ...known.addresses]),
      prefixes: Uint32Array.from([prefixHash(network.prefix), ...known.prefixes]),
      owners: [owner, ...known.owners.filter((other) => other.key !== owner.key)],
      countries: network.country === undefined ? known.countries : [network.country, ...known.countries],
      probations: known.probations.filter((waiting) => waiting.owner !== owner.key),
    },
  });
};
