/**
 * Runs a made-up organization through the product's engine, day by day, and keeps what it told.
 */
import { type Assessment, assess, type Memory, newOrganization } from '../../lib/core/assess.ts';
import type { Baseline } from '../../lib/core/baseline.ts';
import { type AuditEvent, inOrder } from '../../lib/core/event.ts';
import type { AlertNews } from '../../lib/core/incident.ts';
import { type Network, ownerKey, rememberNetworks } from '../../lib/core/network.ts';
import { principalKey } from '../../lib/core/principal.ts';
import { dayOf } from '../../lib/core/time.ts';
import { type Attack, isOfAttack } from './made-up/attacks.ts';
import { madeUpOwners } from './made-up/owners.ts';

export const networks: (address: string) => Network = rememberNetworks(madeUpOwners);

export type Running = {
  organization: Memory['organization'];
  readonly baselines: Map<string, Baseline>;
  readonly alertBudgetPerWeek: number;
};

export const startRun = (alertBudgetPerWeek: number): Running => ({
  organization: newOrganization(),
  baselines: new Map(),
  alertBudgetPerWeek,
});

/** A run of its own from here on. Memories are never changed in place, so the references are enough. */
export const forkRun = (running: Running): Running => ({ ...running, baselines: new Map(running.baselines) });

/** Assesses the events as one poll would, and remembers. */
export const advance = (running: Running, events: readonly AuditEvent[]): readonly AlertNews[] => {
  if (events.length === 0) return [];
  const { alertBudgetPerWeek } = running;
  const assessed: Assessment = assess(running, events, { networks, alertBudgetPerWeek });
  running.organization = assessed.organization;
  for (const [key, baseline] of assessed.baselines) running.baselines.set(key, baseline);
  return assessed.alerts;
};

/** The attack is told where a session that holds one of its events opens or raises an incident. */
export const isCaught = (
  fork: Running,
  attack: Attack,
  { events }: { readonly events: readonly AuditEvent[] },
): boolean => {
  const day = dayOf(events[0]?.atMs ?? 0);
  const own = events.filter(({ atMs, principal }) => atMs < attack.ownUntilMs || principal !== attack.victim.principal);
  const all = [...own, ...attack.events.filter(({ atMs }) => dayOf(atMs) === day)].sort(inOrder);
  let from = 0;
  let caught = false;
  const key = principalKey('pulumi:acme', attack.victim.principal);
  const owners = new Set(attack.events.filter(isOfAttack).map(({ ip }) => ownerKey(networks(ip ?? ''))));
  const run = (stretch: readonly AuditEvent[]): void => {
    for (const { alert, news } of advance(fork, stretch)) {
      if (news === 'grown' || principalKey(alert.source, alert.principal) !== key) continue;
      const last = stretch.at(-1);
      const isItself = last !== undefined && isOfAttack(last);
      const isShared = wasUsed && isFlaggedOn(fork.baselines.get(key), owners);
      if (isItself || isShared) caught = true;
    }
  };
  let wasUsed = false;
  all.forEach((event, i) => {
    if (!isOfAttack(event)) return;
    run(all.slice(from, i));
    wasUsed = true;
    run([event]);
    from = i + 1;
  });
  run(all.slice(from));
  return caught;
};

/** An open session on one of these networks belongs to an incident. */
const isFlaggedOn = (baseline: Baseline | undefined, owners: ReadonlySet<string>): boolean =>
  baseline?.sessions.some((session) => session.isFlagged && owners.has(session.ownerKey)) ?? false;
