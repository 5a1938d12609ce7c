import type { Document } from '../../lib/app/ports.ts';
import type { Alert } from '../../lib/core/alert.ts';
import { assess, newOrganization } from '../../lib/core/assess.ts';
import { latenessMs, sweepMs } from '../../lib/core/coverage.ts';
import { writeBaseline, writeOrganization } from '../../lib/core/stored.ts';
import { msPerHour, msPerSecond } from '../../lib/core/time.ts';
import { crowdOf, faultsOf, neverMs, windowOf } from './faults.ts';
import type { Played } from './run.ts';
import { alertBudgetPerWeek, indexFrom, networks, type World } from './world.ts';

/** What a perfect monitor would have: one fold over the whole log in order, and which events it must or may have seen. */

export type Reference = {
  readonly organization: Document;
  readonly principals: ReadonlyMap<string, Document>;
  readonly alerts: readonly Alert[];
};

/** One at a time: neighbouring seeds ask for the same few. */
export const references = (): ((world: World, endMs: number) => Reference) => {
  const known = new Map<string, Reference>();
  return (world, endMs) => {
    const key = `${world.name} ${endMs}`;
    const held = known.get(key);
    if (held !== undefined) return held;
    if (known.size >= referencesMax) known.clear();
    const reference = referenceOf(world, endMs);
    known.set(key, reference);
    return reference;
  };
};

const referencesMax = 30;

const referenceOf = (world: World, endMs: number): Reference => {
  const events = world.events.slice(0, indexFrom(world, endMs));
  const memory = { organization: newOrganization(), baselines: new Map() };
  const { organization, baselines, alerts } = assess(memory, events, { networks, alertBudgetPerWeek });
  return {
    organization: writeOrganization(organization),
    principals: new Map([...baselines].map(([key, baseline]) => [key, writeBaseline(baseline)])),
    alerts: alerts.map(({ alert }) => alert),
  };
};

/**
 * `must`: shown in time for a reading or a sweep that the monitor promises. `may`: shown later than that, or forgotten by
 * the vendor before the promise comes due. Every other event is one the vendor never showed.
 */
export type Duty = 'must' | 'may' | 'never';

export type Duties = {
  readonly of: readonly Duty[];
  /** All are to be counted, and all showed before their stretch was settled: then the order is that of the log. */
  readonly isPunctual: boolean;
};

export const dutiesOf = ({ plan, world, visibility, watched, endMs }: Played): Duties => {
  const { shownAtMs, keptMs } = visibility;
  const end = indexFrom(world, watched.toMs);
  const aheadMs = Math.max(0, ...faultsOf(plan.faults, 'skew').map((fault) => fault.aheadMs));
  const sumAheadMs = faultsOf(plan.faults, 'skew').length > 1 ? 2 * aheadMs : aheadMs;
  const troubles = plan.faults
    .flatMap((fault) => windowOf(fault) ?? [])
    .map(({ fromMs, toMs }) => ({ fromMs: watched.fromMs + fromMs, toMs: watched.fromMs + toMs + msPerHour }));
  const crowds = faultsOf(plan.faults, 'crowd').map((fault) => ({ fault, ...crowdOf(fault, watched.fromMs) }));
  /** Kept while nothing was wrong, from its showing on. */
  const isKeptInPeace = (atMs: number): boolean => {
    const from = Math.max(atMs, watched.fromMs);
    const to = atMs + keptMs;
    return (
      to - from >= 2 * msPerHour &&
      troubles.every(({ fromMs, toMs }) => toMs <= from || fromMs >= Math.min(to, from + 3 * msPerHour))
    );
  };
  let isPunctual = true;
  const of = Array.from({ length: end }, (_, at): Duty => {
    const atMs = world.events[at]?.atMs ?? 0;
    const shownMs = shownAtMs[at] ?? 0;
    const lateMs = shownMs - atMs;
    if (lateMs > latenessMs - sumAheadMs - msPerSecond) isPunctual = false;
    if (shownMs >= endMs || lateMs >= keptMs || atMs + keptMs <= watched.fromMs) return 'never';
    // Reached by the sweep after the one that began last before it showed, by whatever clock.
    if (lateMs > sweepMs - sumAheadMs - msPerSecond) return 'may';
    const crowd = crowds.find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
    if (crowd !== undefined) isPunctual = false;
    if (crowd?.fault.toMs === neverMs) return 'may';
    if (keptMs > endMs - world.fromMs || (lateMs <= latenessMs && isKeptInPeace(atMs))) return 'must';
    return 'may';
  });
  return { of, isPunctual: isPunctual && of.every((duty) => duty === 'must') };
};
