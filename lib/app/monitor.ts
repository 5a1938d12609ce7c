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
import { newOrganization } from '../core/assess.ts';
import {
  beginCoverage,
  type Coverage,
  horizonOf,
  isSettled,
  isSweepDue,
  readFromMs,
  sweepOf,
} from '../core/coverage.ts';
import { noInstructions } from '../core/instructions.ts';
import { readCoverage, readInstructions, readOrganization } from '../core/stored.ts';
import { msPerDay, msPerSecond, type Stretch } from '../core/time.ts';
import { type Reading, SourceError } from './ports.ts';
import { endSweep, isStopped, lookAhead, type Run, type SettleParts, settleLate, settleReading } from './settle.ts';

export type MonitorParts = SettleParts & {
  readonly backfillMs: number;
  /** Called after each stretch, for progress. */
  readonly onProgress?: (coverage: Coverage, horizonMs: number) => void;
};

export type MonitorRun = {
  readonly coverage: Coverage;
  /** Settled in this run. */
  readonly events: number;
  readonly lateEvents: number;
  /** Read again and known. */
  readonly duplicates: number;
  readonly badRecords: number;
  readonly requests: number;
  /** Stopped by the signal or the deadline before it caught up; the next run goes on from here. */
  readonly isBehind: boolean;
};

/** A day's slice of a backfill is a few requests. */
const stretchMaxMs = msPerDay;
const stretchMinMs = msPerSecond;

/** Reads and settles all that is due. Throws what its parts throw; what was committed until then stays. */
export const monitor = async (parts: MonitorParts): Promise<MonitorRun> => {
  const run = await beginRun(parts);
  const startMs = parts.clock.nowMs();
  const horizonMs = horizonOf(startMs);
  const reader = readerOf(run, startMs - run.coverage.settledThroughMs);
  while (run.coverage.settledThroughMs < horizonMs && !isStopped(parts)) {
    const fromMs = readFromMs(run.coverage);
    // The last stretch reaches up to now, so that one reading serves both to settle and to look ahead.
    const isLast = (lengthMs: number): boolean => fromMs + lengthMs >= horizonMs;
    const read = await reader.read((lengthMs) => ({
      fromMs,
      toMs: isLast(lengthMs) ? startMs + msPerSecond : fromMs + lengthMs,
    }));
    if (read === 'stopped') break;
    const { reading, lengthMs } = read;
    const isWhole = await settleReading(run, reading, Math.min(horizonMs, fromMs + lengthMs));
    parts.onProgress?.(run.coverage, horizonMs);
    if (!isWhole) break;
    if (isLast(lengthMs)) {
      await lookAhead(
        run,
        reading.events.filter((event) => !isSettled(run.coverage, event)),
      );
    }
  }
  const isBehind = run.coverage.settledThroughMs < horizonMs;
  if (!isBehind && isSweepDue(run.coverage, startMs) && !isStopped(parts)) await sweep(run, startMs);
  const { coverage, events, lateEvents, duplicates, badRecords, requests } = run;
  return { coverage, events, lateEvents, duplicates, badRecords, requests, isBehind };
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
    batchMax: Number.POSITIVE_INFINITY,
    events: 0,
    lateEvents: 0,
    duplicates: 0,
    badRecords: 0,
    requests: 0,
  };
};

type Read = { readonly reading: Reading; readonly lengthMs: number };

/**
 * Reads as long a stretch as one reading may hold: half the length after one that held too much, twice the length after
 * one that did not.
 */
const readerOf = (run: Run, firstMs: number) => {
  const { parts } = run;
  let nextMs = Math.min(stretchMaxMs, Math.max(stretchMinMs, firstMs));
  return {
    /** `stretchOf` gives the stretch of a length. */
    async read(stretchOf: (lengthMs: number) => Stretch): Promise<Read | 'stopped'> {
      while (!isStopped(parts)) {
        const lengthMs = nextMs;
        try {
          const reading = await parts.source.read(stretchOf(lengthMs), parts.signal);
          run.requests += reading.requests;
          nextMs = Math.min(stretchMaxMs, lengthMs * 2);
          return { reading, lengthMs };
        } catch (error) {
          if (!(error instanceof SourceError && error.failure === 'too-much')) throw error;
          nextMs = halved(lengthMs, parts.source.name);
        }
      }
      return 'stopped';
    },
  };
};

const halved = (lengthMs: number, source: string): number => {
  if (lengthMs <= stretchMinMs) {
    throw new SourceError(
      'too-much',
      `${source} holds more events in one second than one reading may; it cannot be read.`,
    );
  }
  return Math.max(stretchMinMs, Math.floor(lengthMs / 2 / msPerSecond) * msPerSecond);
};

/** What settled late: events of the last three days that were not there when their stretch was read. */
const sweep = async (run: Run, nowMs: number): Promise<void> => {
  const { state, source } = run.parts;
  const reader = readerOf(run, stretchMaxMs);
  const { toMs, fromMs } = sweepOf(run.coverage);
  let atMs = fromMs;
  while (atMs < toMs) {
    const stretchOf = (lengthMs: number): Stretch => ({ fromMs: atMs, toMs: Math.min(toMs, atMs + lengthMs) });
    const read = await reader.read(stretchOf);
    if (read === 'stopped') return;
    const { events } = read.reading;
    const known = await state.seen(source.name, events);
    const late = events.filter(({ id }) => !known.has(id));
    run.duplicates += events.length - late.length;
    if (!(await settleLate(run, late))) return;
    atMs = stretchOf(read.lengthMs).toMs;
  }
  await endSweep(run, nowMs);
};
