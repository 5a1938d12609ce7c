import { msPerDay, msPerHour } from '../../lib/core/time.ts';
import { createDice } from '../../lib/simulator/dice.ts';
import { faultsOf, isWithin } from './faults.ts';
import type { Plan } from './plan.ts';
import type { World } from './world.ts';

/** When each event of the world shows in the vendor's log, and when it is gone from it. */

export type Visibility = {
  /** By the event's place in the world. */
  readonly shownAtMs: Float64Array;
  /** How long after it happened an event is still there. */
  readonly keptMs: number;
};

export const visibilityOf = (world: World, plan: Plan, startMs: number): Visibility => {
  const { events } = world;
  const { delayMs } = plan.vendor;
  const shownAtMs = new Float64Array(events.length);
  for (let at = 0; at < events.length; at += 1) shownAtMs[at] = (events[at]?.atMs ?? 0) + delayMs;

  for (const fault of faultsOf(plan.faults, 'late')) {
    const dice = createDice(`late ${plan.seed} ${fault.number}`);
    inWindow(world, startMs, fault, (at, atMs) => {
      if (!dice.chance(fault.share)) return;
      const lateMs = fault.byMs + dice.uniform() * (fault.toMostMs - fault.byMs);
      shownAtMs[at] = Math.max(shownAtMs[at] ?? 0, Math.floor(atMs + lateMs));
    });
  }
  for (const fault of faultsOf(plan.faults, 'held-back')) {
    inWindow(world, startMs, fault, (at) => {
      shownAtMs[at] = Math.max(shownAtMs[at] ?? 0, startMs + fault.toMs);
    });
  }
  const keptMs = Math.min(keptMsDefault, ...faultsOf(plan.faults, 'forgets').map(({ afterMs }) => afterMs));
  return { shownAtMs, keptMs };
};

/** Longer than any history here. */
const keptMsDefault = 400 * msPerDay;

const inWindow = (
  { events }: World,
  startMs: number,
  window: { readonly fromMs: number; readonly toMs: number },
  change: (at: number, atMs: number) => void,
): void => {
  for (let at = events.length - 1; at >= 0; at -= 1) {
    const atMs = events[at]?.atMs ?? 0;
    if (atMs < startMs + window.fromMs - msPerHour) return;
    if (isWithin(window, atMs - startMs)) change(at, atMs);
  }
};
