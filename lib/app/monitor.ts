/**
 * One run of the monitor over one source: settle what is old enough, look ahead at what is not, tell what was found.
 *
 *     load -> read -> assess -> commit          settled events: learned, once, in order
 *                  \-> assess a copy -> commit  younger events: only alerts come of it
 *     untold -> send -> mark
 *
 * Every commit is whole or nothing and fenced by the revision that was loaded, so a run may die anywhere, and another
 * may overlap it: events are counted once, and a delivery is repeated at worst.
 */
import { afterAnswers } from '../core/acknowledgement.ts';
import { type AssessContext, type Assessment, assess, keysOf, type Memory, newOrganization } from '../core/assess.ts';
import type { Baseline } from '../core/baseline.ts';
import {
  beginCoverage,
  type Coverage,
  horizonOf,
  isSweepDue,
  latenessMs,
  settle,
  sweepMs,
  sweepOf,
  tellFromMs,
} from '../core/coverage.ts';
import type { AuditEvent } from '../core/event.ts';
import { type Instructions, noInstructions } from '../core/instructions.ts';
import type { Network } from '../core/network.ts';
import { principalKey } from '../core/principal.ts';
import {
  readBaseline,
  readCoverage,
  readInstructions,
  readOrganization,
  writeBaseline,
  writeCoverage,
  writeInstructions,
  writeOrganization,
} from '../core/stored.ts';
import { msPerDay, msPerHour, msPerSecond, type Stretch } from '../core/time.ts';
import {
  type AuditSource,
  type Clock,
  type Commit,
  type Reading,
  SourceError,
  type StateStore,
  type Telling,
} from './ports.ts';
import { beginRotations, followAll } from './rotation.ts';
import { tellingsFrom } from './tellings.ts';

export type MonitorParts = {
  readonly source: AuditSource;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly networks: (address: string) => Network;
  readonly alertBudgetPerWeek: number;
  readonly isAllowed?: AssessContext['isAllowed'];
  readonly backfillMs: number;
  /** Called after each commit, for progress. */
  readonly onProgress?: (coverage: Coverage, horizonMs: number) => void;
  readonly signal?: AbortSignal;
  /** Begin no further stretch after this, so that a run ends before its host ends it. */
  readonly stopAtMs?: number;
};

export type MonitorRun = {
  readonly coverage: Coverage;
  /** Settled in this run. */
  readonly events: number;
  readonly lateEvents: number;
  readonly badRecords: number;
  readonly requests: number;
  /** Stopped by the signal or the deadline before it caught up; the next run goes on from here. */
  readonly isBehind: boolean;
};

/** A day's slice of a backfill is a few requests and a commit that fits a transaction. */
const stretchMaxMs = msPerDay;
const stretchMinMs = msPerSecond;

/** Reads and settles all that is due. Throws what its parts throw; what was committed until then stays. */
export const monitor = async (parts: MonitorParts): Promise<MonitorRun> => {
  const run = await beginRun(parts);
  const startMs = parts.clock.nowMs();
  const horizonMs = horizonOf(startMs);
  let lengthMs = Math.min(stretchMaxMs, Math.max(stretchMinMs, startMs - run.coverage.settledThroughMs));
  while (run.coverage.settledThroughMs < horizonMs && !isStopped(parts)) {
    const { settledThroughMs: fromMs } = run.coverage;
    // The last stretch reaches up to now, so that one reading serves both to settle and to look ahead.
    const isLast = fromMs + lengthMs >= horizonMs;
    const reading = await readOr(parts, { fromMs, toMs: isLast ? startMs + msPerSecond : fromMs + lengthMs });
    if (reading === 'too-much') {
      lengthMs = halved(lengthMs, parts.source.name);
      continue;
    }
    await settleReading(run, reading, Math.min(horizonMs, fromMs + lengthMs));
    if (isLast)
      await lookAhead(
        run,
        reading.events.filter(({ atMs }) => atMs >= run.coverage.settledThroughMs),
      );
    parts.onProgress?.(run.coverage, horizonMs);
    lengthMs = Math.min(stretchMaxMs, lengthMs * 2);
  }
  const isBehind = run.coverage.settledThroughMs < horizonMs;
  if (!isBehind && isSweepDue(run.coverage, startMs) && !isStopped(parts)) await sweep(run, startMs);
  const { coverage, events, lateEvents, badRecords, requests } = run;
  return { coverage, events, lateEvents, badRecords, requests, isBehind };
};

const isStopped = ({ signal, stopAtMs, clock }: MonitorParts): boolean =>
  signal?.aborted === true || (stopAtMs !== undefined && clock.nowMs() >= stopAtMs);

const halved = (lengthMs: number, source: string): number => {
  if (lengthMs <= stretchMinMs) {
    throw new SourceError(
      'too-much',
      `${source} holds more events in one second than one reading may; it cannot be read.`,
    );
  }
  return Math.max(stretchMinMs, Math.floor(lengthMs / 2 / msPerSecond) * msPerSecond);
};

/** What one run carries from commit to commit. */
type Run = {
  readonly parts: MonitorParts;
  revision: number;
  coverage: Coverage;
  memory: Memory;
  instructions: Instructions;
  events: number;
  lateEvents: number;
  badRecords: number;
  requests: number;
};

const beginRun = async (parts: MonitorParts): Promise<Run> => {
  const { revision, cursor, organization, instructions } = await parts.state.load(parts.source.name);
  return {
    parts,
    revision,
    coverage: cursor === undefined ? beginCoverage(parts.clock.nowMs(), parts.backfillMs) : readCoverage(cursor),
    memory: {
      organization: organization === undefined ? newOrganization() : readOrganization(organization),
      baselines: new Map(),
    },
    instructions: instructions === undefined ? noInstructions : readInstructions(instructions),
    events: 0,
    lateEvents: 0,
    badRecords: 0,
    requests: 0,
  };
};

const readOr = async ({ source, signal }: MonitorParts, stretch: Stretch): Promise<Reading | 'too-much'> => {
  try {
    return await source.read(stretch, signal);
  } catch (error) {
    if (error instanceof SourceError && error.failure === 'too-much') return 'too-much';
    throw error;
  }
};

const settleReading = async (run: Run, reading: Reading, throughMs: number): Promise<void> => {
  const nowMs = run.parts.clock.nowMs();
  const events = reading.events.filter(({ atMs }) => atMs < throughMs);
  const assessment = await assessed(run, events);
  const instructions = await rotated(run, events);
  run.requests += reading.requests;
  run.events += events.length;
  run.badRecords += reading.badRecords.length;
  await learned(run, assessment, {
    instructions,
    events,
    coverage: settle(run.coverage, {
      throughMs,
      events: events.length,
      newestEventMs: events.at(-1)?.atMs ?? 0,
    }),
    badRecords: reading.badRecords,
    seen: events.filter(({ atMs }) => atMs >= nowMs - keptSeenMs).map(({ id, atMs }) => ({ id, atMs })),
    forgetSeenBeforeMs: throughMs - keptSeenMs,
  });
};

/** Longer than the deepest re-read. */
const keptSeenMs = sweepMs + 2 * msPerHour;

/** Judges events against the memory at hand, loading the baselines it lacks. */
const assessed = async (run: Run, events: readonly AuditEvent[]): Promise<Assessment> => {
  const { state, source, networks, alertBudgetPerWeek, isAllowed } = run.parts;
  const missing = [...keysOf(events)].filter((key) => !run.memory.baselines.has(key));
  const stored = missing.length === 0 ? new Map() : await state.principals(source.name, missing);
  const baselines = new Map(run.memory.baselines);
  for (const [key, document] of stored) baselines.set(key, readBaseline(document));
  run.memory = { ...run.memory, baselines };
  const context = { networks, alertBudgetPerWeek, isAllowed, toldId: await toldIds(run, events) };
  return afterAnswers(assess(run.memory, events, context), run.instructions.acknowledgements);
};

/** Watches that these events begin. History has no rotations: whoever was late in it is no news. */
const rotated = (run: Run, events: readonly AuditEvent[]): Promise<Instructions> => {
  const { source, state, networks, signal } = run.parts;
  const { settledThroughMs, backfillUntilMs } = run.coverage;
  if (settledThroughMs < backfillUntilMs - latenessMs) return Promise.resolve(run.instructions);
  const { deletedTokens } = run.memory.organization;
  return beginRotations(run.instructions, events, {
    source,
    state,
    networks,
    deletedTokens,
    settledThroughMs,
    signal,
  });
};

/** Alerts that were told while their events were still young, by principal. */
const toldIds = async (run: Run, events: readonly AuditEvent[]) => {
  const sinceMs = (events[0]?.atMs ?? 0) - latenessMs;
  if (events.length === 0 || run.coverage.settledThroughMs < run.coverage.backfillUntilMs) return () => undefined;
  const recent = await run.parts.state.alerts(run.parts.source.name, { openedAtMs: sinceMs });
  return (key: string, openedAtMs: number): string | undefined =>
    recent.find(
      (alert) =>
        principalKey(alert.source, alert.principal) === key && Math.abs(alert.openedAtMs - openedAtMs) <= latenessMs,
    )?.id;
};

type Learned = Pick<Commit, 'badRecords' | 'seen' | 'forgetSeenBeforeMs'> & {
  readonly coverage: Coverage;
  readonly instructions: Instructions;
  readonly events: readonly AuditEvent[];
};

/** Commits what was learned and what is to be told of it. */
const learned = async (run: Run, { organization, baselines, alerts }: Assessment, change: Learned): Promise<void> => {
  const { coverage, events, instructions: begun, ...rest } = change;
  const { networks } = run.parts;
  const throughMs = coverage.settledThroughMs;
  const { instructions, alerts: ofRotations } = followAll(begun, events, { networks, throughMs });
  const isChanged = instructions !== run.instructions;
  await commit(run, {
    ...rest,
    ...(isChanged && { instructions: writeInstructions(instructions) }),
    cursor: writeCoverage(coverage),
    organization: writeOrganization(organization),
    principals: new Map([...baselines].map(([key, baseline]) => [key, writeBaseline(baseline)])),
    alerts: [...alerts, ...ofRotations].map(({ alert }) => alert),
    // What a rotation's watch finds is told whenever it began: somebody asked for it, or is cleaning up after it.
    tellings: [...tellingsOf(run, alerts), ...tellingsFrom(ofRotations)],
  });
  run.instructions = instructions;
  run.coverage = coverage;
  run.memory = { organization, baselines: kept(run.memory.baselines, baselines) };
};

/** Baselines held between stretches of one run; beyond it they are loaded again. */
const heldMax = 5_000;

const kept = (
  before: ReadonlyMap<string, Baseline>,
  now: ReadonlyMap<string, Baseline>,
): ReadonlyMap<string, Baseline> => (before.size + now.size > heldMax ? now : new Map([...before, ...now]));

/** Judges what is too young to be learned: its alerts are told now, and found again, under the same id, when it settles. */
const lookAhead = async (run: Run, events: readonly AuditEvent[]): Promise<void> => {
  if (events.length === 0) return;
  const { alerts } = await assessed(run, events);
  const fresh = alerts.filter(({ news }) => news !== 'grown');
  const { networks } = run.parts;
  const throughMs = run.coverage.settledThroughMs;
  const ofRotations = followAll(run.instructions, events, { networks, throughMs }).alerts;
  const tellings = [...tellingsOf(run, fresh), ...tellingsFrom(ofRotations)];
  if (fresh.length + tellings.length === 0) return;
  const told = ofRotations.filter(({ news }) => news !== 'grown');
  await commit(run, { alerts: [...fresh, ...told].map(({ alert }) => alert), tellings });
};

/** What settled late: events of the last three days that were not there when their stretch was read. */
const sweep = async (run: Run, nowMs: number): Promise<void> => {
  const { toMs, fromMs } = sweepOf(run.coverage);
  let atMs = fromMs;
  let lengthMs = stretchMaxMs;
  while (atMs < toMs && !isStopped(run.parts)) {
    const stretch = { fromMs: atMs, toMs: Math.min(toMs, atMs + lengthMs) };
    const reading = await readOr(run.parts, stretch);
    if (reading === 'too-much') {
      lengthMs = halved(lengthMs, run.parts.source.name);
      continue;
    }
    run.requests += reading.requests;
    const known = await run.parts.state.seen(
      run.parts.source.name,
      reading.events.map(({ id }) => id),
    );
    const late = reading.events.filter(({ id }) => !known.has(id));
    if (late.length > 0) await settleLate(run, late);
    atMs = stretch.toMs;
  }
  if (atMs < toMs) return;
  const coverage = { ...run.coverage, sweptAtMs: nowMs };
  await commit(run, { cursor: writeCoverage(coverage) });
  run.coverage = coverage;
};

const settleLate = async (run: Run, late: readonly AuditEvent[]): Promise<void> => {
  const assessment = await assessed(run, late);
  run.lateEvents += late.length;
  const { coverage } = run;
  await learned(run, assessment, {
    instructions: run.instructions,
    events: late,
    coverage: {
      ...coverage,
      events: coverage.events + late.length,
      lateEvents: coverage.lateEvents + late.length,
    },
    seen: late.map(({ id, atMs }) => ({ id, atMs })),
  });
};

const commit = async (run: Run, change: Omit<Commit, 'expectedRevision'>): Promise<void> => {
  await run.parts.state.commit(run.parts.source.name, { ...change, expectedRevision: run.revision });
  run.revision += 1;
};

/** History read at the first start is summarized, not sent, but for its last day: nobody wants thirty days of mail at once. */
const tellingsOf = (run: Run, alerts: Assessment['alerts']): readonly Telling[] =>
  tellingsFrom(alerts.filter(({ alert }) => alert.openedAtMs >= tellFromMs(run.coverage)));
