/** Runs recorded events through the engine, as the monitor would have live, and collects the alerts. */
import type { Alert } from '../core/alert.ts';
import { type AssessContext, assess, type Memory, newOrganization } from '../core/assess.ts';
import type { Baseline } from '../core/baseline.ts';
import { isLearning } from '../core/detectors/unfamiliar-network.ts';
import type { AuditEvent } from '../core/event.ts';
import type { Network } from '../core/network.ts';

export type ReplayParts = {
  readonly networks: (address: string) => Network;
  readonly alertBudgetPerWeek: number;
  readonly isAllowed?: AssessContext['isAllowed'];
  /** Called after each batch. */
  readonly onProgress?: (events: number) => void;
};

export type Replayed = {
  readonly events: number;
  readonly firstEventMs: number | undefined;
  readonly lastEventMs: number | undefined;
  /** Principals seen, and those of them with too little past to be compared with. */
  readonly principals: number;
  readonly learning: number;
  /** As they stood at the end of the log, in the order of their opening. */
  readonly alerts: readonly Alert[];
};

/** Beyond it the principal idle for longest is forgotten: a log may hold any number of invented names. */
const principalsMax = 50_000;

/** Batches must follow each other in core's order. */
export const replay = async (
  batches: AsyncIterable<readonly AuditEvent[]>,
  { networks, alertBudgetPerWeek, isAllowed, onProgress }: ReplayParts,
): Promise<Replayed> => {
  const memories = new Map<string, { organization: Memory['organization']; baselines: Map<string, Baseline> }>();
  const alerts = new Map<string, Alert>();
  let events = 0;
  let firstEventMs: number | undefined;
  let lastEventMs: number | undefined;
  for await (const batch of batches) {
    for (const [source, ofSource] of bySource(batch)) {
      const memory = memories.get(source) ?? {
        organization: newOrganization(),
        baselines: new Map<string, Baseline>(),
      };
      memories.set(source, memory);
      const assessment = assess(memory, ofSource, { networks, alertBudgetPerWeek, isAllowed });
      memory.organization = assessment.organization;
      for (const [key, baseline] of assessment.baselines) remember(memory.baselines, key, baseline);
      for (const { alert } of assessment.alerts) alerts.set(alert.id, alert);
    }
    events += batch.length;
    firstEventMs ??= batch[0]?.atMs;
    lastEventMs = batch.at(-1)?.atMs ?? lastEventMs;
    onProgress?.(events);
  }
  const baselines = [...memories.values()].flatMap((memory) => [...memory.baselines.values()]);
  return {
    events,
    firstEventMs,
    lastEventMs,
    principals: baselines.length,
    learning: baselines.filter(({ network }) => isLearning(network)).length,
    alerts: [...alerts.values()].sort((a, b) => a.openedAtMs - b.openedAtMs || (a.id < b.id ? -1 : 1)),
  };
};

const bySource = (batch: readonly AuditEvent[]): ReadonlyMap<string, readonly AuditEvent[]> => {
  const only = batch[0]?.source;
  if (only === undefined || batch.every(({ source }) => source === only))
    return new Map(only === undefined ? [] : [[only, batch]]);
  const sources = new Map<string, AuditEvent[]>();
  for (const event of batch) {
    const events = sources.get(event.source);
    if (events === undefined) sources.set(event.source, [event]);
    else events.push(event);
  }
  return sources;
};

const remember = (baselines: Map<string, Baseline>, key: string, baseline: Baseline): void => {
  baselines.delete(key);
  baselines.set(key, baseline);
  if (baselines.size <= principalsMax) return;
  const oldest = baselines.keys().next();
  if (!oldest.done) baselines.delete(oldest.value);
};
