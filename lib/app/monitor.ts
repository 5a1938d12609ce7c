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
import { lateIn } from '../core/arrivals.ts';
import { newOrganization } from '../core/assess.ts';
import {
  beginCoverage,
  type Coverage,
  endSweep,
  type Gap,
  horizonOf,
  isGap,
  isSettled,
  isSweepDue,
  readFromMs,
  skip,
  sweepingOf,
  sweepOf,
  sweptThrough,
  withGap,
  withoutGapsIn,
} from '../core/coverage.ts';
import { noInstructions } from '../core/instructions.ts';
import { type LastSurvey, neverSurveyed } from '../core/inventory/last-survey.ts';
import { readCoverage, readInstructions, readLastSurvey, readOrganization } from '../core/stored.ts';
import { isoSeconds, msPerSecond, type Stretch } from '../core/time.ts';
import { type Pause, type PauseCause, type Sweep, stumble, triesOf, type Watching, withTry } from '../core/watching.ts';
import { causeOf, lookingOf } from './looking.ts';
import { SourceError, StateConflict, StateError } from './ports.ts';
import {
  commitCoverage,
  commitGap,
  isStopped,
  keepBadRecords,
  lookAhead,
  noteLook,
  type Run,
  type SettleParts,
  settleLate,
  settleReading,
} from './settle.ts';
import { type Reader, readerOf, stretchMaxMs } from './stretch-reader.ts';
import { withLastSurvey } from './survey.ts';

export type MonitorParts = SettleParts & {
  readonly backfillMs: number;
  /** Called after each stretch, for progress. */
  readonly onProgress?: (coverage: Coverage, horizonMs: number) => void;
};

export type MonitorRun = {
  /** As committed last, for whoever goes on from here. */
  readonly revision: number;
  /** What the vendor's API showed before this run. */
  readonly survey: LastSurvey;
  readonly coverage: Coverage;
  /** Settled in this run. */
  readonly events: number;
  readonly lateEvents: number;
  /** Read again and known. */
  readonly duplicates: number;
  readonly badRecords: number;
  readonly requests: number;
  /** Events that came later than they should, but before their time was settled. */
  readonly lateArrivals: number;
  /** That nobody had looked for a while, until this run did. */
  readonly pause: Pause | undefined;
  /** What this run had to leave out. */
  readonly gaps: readonly Gap[];
  /** That came to its end in this run. */
  readonly sweep: Sweep | undefined;
  /** Stopped by the signal or the deadline before it caught up; the next run goes on from here. */
  readonly isBehind: boolean;
};

/** Reads and settles all that is due. Throws what its parts throw; what was committed until then stays. */
export const monitor = async (parts: MonitorParts): Promise<MonitorRun> => {
  const run = await beginRun(parts);
  const before = run.coverage.watching;
  try {
    const isBehind = await catchUp(run, parts.onProgress);
    if (isBehind) await noteBehind(run);
    else if (isSweepDue(run.coverage, run.startMs) && !isStopped(parts)) await sweep(run);
    return outcomeOf(run, { isBehind, before });
  } catch (error) {
    await noteFailure(run, error);
    throw error;
  }
};

const outcomeOf = (
  { coverage, events, lateEvents, duplicates, badRecords, requests, gaps, sweep: swept, ...run }: Run,
  { isBehind, before }: { readonly isBehind: boolean; readonly before: Watching },
): MonitorRun => ({
  revision: run.revision,
  survey: run.lastSurvey,
  coverage,
  events,
  lateEvents,
  duplicates,
  badRecords,
  requests,
  lateArrivals: lateIn(coverage.watching.arrivals) - lateIn(before.arrivals) - lateEvents,
  pause: newPause(before, coverage.watching),
  gaps,
  sweep: swept,
  isBehind,
});

const newPause = (before: Watching, { pauses }: Watching): Pause | undefined =>
  pauses.count > before.pauses.count ? pauses.newest.at(-1) : undefined;

const beginRun = async (parts: MonitorParts): Promise<Run> => {
  const { revision, cursor, organization, instructions, survey } = await parts.state.load(parts.source.name);
  const lastSurvey = survey === undefined ? neverSurveyed : readLastSurvey(survey);
  const startMs = parts.clock.nowMs();
  const coverage = cursor === undefined ? beginCoverage(startMs, parts.backfillMs) : readCoverage(cursor);
  const run: Run = {
    parts: withLastSurvey(parts, lastSurvey),
    lastSurvey,
    startMs,
    revision,
    coverage,
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
    gaps: [],
    sweep: undefined,
    unreadMs: undefined,
  };
  // From the first moment on it can be said how long a log has not been read.
  if (cursor === undefined) await commitCoverage(run, coverage);
  return run;
};

/** Settles up to the horizon and looks ahead from there. True where it was stopped before. */
const catchUp = async (run: Run, onProgress: MonitorParts['onProgress']): Promise<boolean> => {
  const { parts, startMs } = run;
  const horizonMs = horizonOf(startMs);
  const endMs = startMs + msPerSecond;
  const reader = readerOf(run, endMs - readFromMs(run.coverage));
  let hasLooked = false;
  while (run.coverage.settledThroughMs < horizonMs && !isStopped(parts)) {
    const fromMs = readFromMs(run.coverage);
    // The last stretch reaches up to now, so that one reading serves both to settle and to look ahead.
    const read = await reader.read((lengthMs) => ({
      fromMs,
      toMs: fromMs + lengthMs >= endMs ? endMs : Math.min(horizonMs, fromMs + lengthMs),
    }));
    if (read === 'stopped') break;
    if (read === 'too-full') {
      await passOver(run, fromMs);
      continue;
    }
    const { reading, stretch } = read;
    const isLook = stretch.toMs === endMs;
    const isWhole = await settleReading(run, reading, {
      throughMs: Math.min(horizonMs, stretch.toMs),
      lookThroughMs: isLook ? startMs : undefined,
    });
    onProgress?.(run.coverage, horizonMs);
    if (!isWhole) break;
    if (isLook) {
      hasLooked = true;
      await lookAhead(
        run,
        reading.events.filter((event) => !isSettled(run.coverage, event)),
      );
    }
  }
  const isBehind = run.coverage.settledThroughMs < horizonMs;
  if (!isBehind && !hasLooked && run.coverage.watching.lookedAtMs < startMs) {
    await lookAsFar(run, reader, { fromMs: readFromMs(run.coverage), toMs: endMs });
  }
  return isBehind;
};

/**
 * So many events are young that one reading does not hold them with what is to be settled. The first of them are looked
 * at, as far as one reading reaches; the others with the next polls. Judged without those before them, they would look
 * like what they are not.
 */
const lookAsFar = async (run: Run, reader: Reader, { fromMs, toMs }: Stretch): Promise<void> => {
  if (fromMs >= toMs) return;
  const read = await reader.read((lengthMs) => ({ fromMs, toMs: Math.min(toMs, fromMs + lengthMs) }));
  if (read === 'stopped') return;
  const events = read === 'too-full' ? [] : read.reading.events.filter((event) => !isSettled(run.coverage, event));
  const throughMs = read === 'too-full' ? fromMs : Math.min(run.startMs, read.stretch.toMs);
  await noteLook(run, { young: events, throughMs });
  await lookAhead(run, events);
};

/** What keeps a second from being read may pass, such as a vendor's error, for which it is not given up at once. */
const triesMax = 3;

/**
 * A second that is too full for one reading. Whoever could fill one would stop the watch for good, were it tried for ever:
 * after three polls it is skipped, and so are other such seconds on the way, since by then it is known to be no passing
 * trouble.
 */
const passOver = async (run: Run, fromMs: number): Promise<void> => {
  const { watching } = run.coverage;
  const tries = triesOf(watching, fromMs) + 1;
  if (tries < triesMax && run.gaps.length === 0) {
    await commitCoverage(run, { ...run.coverage, watching: withTry(watching, fromMs) });
    throw new SourceError(
      'too-much',
      `${run.parts.source.name} holds more events in the second of ${isoSeconds(fromMs)} than one reading may. ` +
        `This was try ${tries}; the poll after try ${triesMax - 1} goes on without that second, and records the gap.`,
    );
  }
  const gap: Gap = { fromMs, toMs: fromMs + msPerSecond, cause: 'too-much' };
  await commitGap(run, gap, skip(run.coverage, gap));
};

/** Why this run is no look, for whoever asks later why nobody looked. Written once until the next look. */
const noteStumble = async (run: Run, cause: PauseCause): Promise<void> => {
  const { coverage } = run;
  const watching = stumble(coverage.watching, { ...lookingOf(run), cause });
  if (watching !== coverage.watching) await commitCoverage(run, { ...coverage, watching });
};

const noteFailure = async (run: Run, error: unknown): Promise<void> => {
  const cause = causeOf(run, error);
  if (cause === undefined) return;
  try {
    await (cause === 'behind' ? noteBehind(run) : noteStumble(run, cause));
  } catch (noted) {
    // The failure itself is what there is to be told.
    if (!(noted instanceof StateConflict || noted instanceof StateError)) throw noted;
  }
};

/** Asked for as much again as this run could not read in its time, the next would come to no other end. */
const noteBehind = async (run: Run): Promise<void> => {
  const { coverage, unreadMs: tooLongMs } = run;
  if (tooLongMs !== undefined)
    await commitCoverage(run, { ...coverage, watching: { ...coverage.watching, tooLongMs } });
  await noteStumble(run, 'behind');
};

/** What settled late: events of the last three days that were not there when their stretch was read. */
const sweep = async (run: Run): Promise<void> => {
  const { state, source } = run.parts;
  const reader = readerOf(run, stretchMaxMs);
  const { toMs, fromMs } = sweepOf(run.coverage);
  const sweeping = sweepingOf(run.coverage, { fromMs, nowMs: run.startMs });
  let atMs = sweeping.throughMs;
  while (atMs < toMs) {
    const read = await reader.read((lengthMs) => ({ fromMs: atMs, toMs: Math.min(toMs, atMs + lengthMs) }));
    if (read === 'stopped') return;
    if (read === 'too-full') {
      const gap: Gap = { fromMs: atMs, toMs: Math.min(toMs, atMs + msPerSecond), cause: 'too-much' };
      if (!isGap(run.coverage, gap)) await commitGap(run, gap, withGap(run.coverage, gap));
      atMs = gap.toMs;
      continue;
    }
    const { events } = read.reading;
    await keepBadRecords(run, read.reading.badRecords);
    const known = await state.seen(source.name, events);
    const late = events.filter(({ id }) => !known.has(id));
    run.duplicates += events.length - late.length;
    if (!(await settleLate(run, late))) return;
    run.coverage = withoutGapsIn(run.coverage, read.stretch);
    atMs = read.stretch.toMs;
    // A sweep that one run is too short for goes on in the next, rather than begin anew at every poll.
    if (atMs < toMs) await commitCoverage(run, sweptThrough(run.coverage, { ...sweeping, throughMs: atMs }));
  }
  await commitCoverage(run, endSweep(run.coverage, { atMs: sweeping.atMs, fromMs, toMs }));
  run.sweep = run.coverage.watching.sweep;
};
