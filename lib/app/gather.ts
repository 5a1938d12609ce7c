/**
 * Reads a source back in time, newest first, day by day, and keeps each day where the next run finds it: hours of paging
 * are not lost to a closed laptop. Every stretch is read whole or not at all. It ends where it is told to, or where the
 * vendor's history does, which shows only by nothing coming any more. A second that holds more than one reading may is
 * passed over and told: whoever can fill one must not be able to stop the search for what they did.
 */

import { latenessMs, sweepMs } from '../core/coverage.ts';
import type { AuditEvent } from '../core/event.ts';
import type { LogCoverage } from '../core/investigation/verdict.ts';
import { msPerDay, msPerHour, msPerSecond, type Stretch } from '../core/time.ts';
import type { Log } from './investigate.ts';
import { type AuditSource, type Clock, type Reading, SourceError } from './ports.ts';

/** A stretch that was read whole. */
export type KeptStretch = Stretch & {
  readonly readAtMs: number;
  readonly events: number;
  /** Records of which no event came. */
  readonly rejected: number;
};

/** Where stretches are kept between runs. */
export type StretchStore = {
  stretches(): Promise<readonly KeptStretch[]>;
  keep(stretch: KeptStretch, events: readonly AuditEvent[]): Promise<void>;
  /** In core's order. */
  events(stretch: Stretch): Promise<readonly AuditEvent[]>;
};

export type GatherParts = {
  readonly source: AuditSource;
  readonly store: StretchStore;
  readonly clock: Clock;
  /** As far back as is asked for, and up to (but without) when. */
  readonly stretch: Stretch;
  readonly onProgress?: (progress: GatherProgress) => void;
  readonly signal?: AbortSignal;
};

export type GatherProgress = { readonly readFromMs: number; readonly events: number; readonly requests: number };

export type Gathered = Log & {
  readonly coverage: LogCoverage;
  readonly requests: number;
  /** Of the stretches, those that an earlier run had read. */
  readonly resumed: number;
  readonly isInterrupted: boolean;
};

/** An organization that does nothing for four weeks is rarer than a vendor that keeps no more. */
export const emptyDaysMax = 28;

export const gather = async (parts: GatherParts): Promise<Gathered> => {
  const run: Run = {
    parts,
    kept: [...(await parts.store.stretches())],
    used: [],
    tooFull: [],
    requests: 0,
    resumed: 0,
  };
  const { fromMs, toMs } = parts.stretch;
  let readFromMs = toMs;
  let emptyDays = 0;
  while (readFromMs > fromMs && emptyDays < emptyDaysMax && !isStopped(parts.signal)) {
    const dayStartMs = Math.floor((readFromMs - 1) / msPerDay) * msPerDay;
    const day = { fromMs: Math.max(fromMs, dayStartMs), toMs: readFromMs };
    const tooFull = run.tooFull.length;
    const read = await gatherStretch(run, day);
    if (read === undefined) break;
    readFromMs = day.fromMs;
    const isEmpty = read.every(({ events }) => events === 0) && run.tooFull.length === tooFull;
    emptyDays = isEmpty ? emptyDays + 1 : 0;
    parts.onProgress?.({ readFromMs, events: sumOf(run.used), requests: run.requests });
  }
  return gathered(run, { readFromMs, emptyDays });
};

type Run = {
  readonly parts: GatherParts;
  readonly kept: readonly KeptStretch[];
  /** Newest first. */
  readonly used: KeptStretch[];
  readonly tooFull: Stretch[];
  requests: number;
  resumed: number;
};

const sumOf = (stretches: readonly KeptStretch[]): number => stretches.reduce((sum, { events }) => sum + events, 0);

/** The pieces that the stretch was read in, newest first; undefined when it was interrupted. */
const gatherStretch = async (run: Run, stretch: Stretch): Promise<readonly KeptStretch[] | undefined> => {
  const kept = run.kept.find((each) => each.fromMs === stretch.fromMs && each.toMs === stretch.toMs);
  if (kept !== undefined && isSettled(kept, run.parts.clock.nowMs())) {
    run.used.push(kept);
    run.resumed += 1;
    return [kept];
  }
  // It was too much for one reading in an earlier run, and would be again.
  if (run.kept.some((each) => isWithin(each, stretch))) return gatherHalves(run, stretch);
  const reading = await readPatiently(run, stretch);
  if (reading === undefined) return undefined;
  if (reading === 'too-much') return gatherHalves(run, stretch);
  const read: KeptStretch = {
    ...stretch,
    readAtMs: run.parts.clock.nowMs(),
    events: reading.events.length,
    rejected: reading.badRecords.filter(({ outcome }) => outcome === 'rejected').length,
  };
  await run.parts.store.keep(read, reading.events);
  run.requests += reading.requests;
  run.used.push(read);
  return [read];
};

const isWithin = (piece: Stretch, { fromMs, toMs }: Stretch): boolean =>
  piece.fromMs >= fromMs && piece.toMs <= toMs && piece.toMs - piece.fromMs < toMs - fromMs;

/** Late events may still have come since: what was read soon after it happened is believed for an hour, to resume by. */
const isSettled = ({ toMs, readAtMs }: KeptStretch, nowMs: number): boolean =>
  readAtMs - toMs >= sweepMs || nowMs - readAtMs < msPerHour;

/** Of a flood, each second costs sixteen requests to find. So many mean that something else is wrong. */
const tooFullMax = 60;

const gatherHalves = async (run: Run, { fromMs, toMs }: Stretch): Promise<readonly KeptStretch[] | undefined> => {
  const middleMs = fromMs + Math.floor((toMs - fromMs) / 2 / msPerSecond) * msPerSecond;
  if (middleMs <= fromMs || middleMs >= toMs) {
    if (run.tooFull.length >= tooFullMax) {
      throw new SourceError(
        'too-much',
        `${run.parts.source.name} holds more events than one reading may in ${tooFullMax + 1} single seconds; it cannot be read.`,
      );
    }
    run.tooFull.push({ fromMs, toMs });
    return [];
  }
  const later = await gatherStretch(run, { fromMs: middleMs, toMs });
  const earlier = later === undefined ? undefined : await gatherStretch(run, { fromMs, toMs: middleMs });
  return later === undefined || earlier === undefined ? undefined : [...later, ...earlier];
};

const isStopped = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;

/** Longer waits are for the person to decide on; what was read until then is kept. */
const waitMsMax = 15 * 60 * msPerSecond;
const attemptsMax = 5;

const readPatiently = async (
  { parts: { source, clock, signal } }: Run,
  stretch: Stretch,
): Promise<Reading | 'too-much' | undefined> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await source.read(stretch, signal);
    } catch (error) {
      if (isStopped(signal)) return undefined;
      if (!(error instanceof SourceError)) throw error;
      if (error.failure === 'too-much') return 'too-much';
      const isPassing = error.failure === 'rate-limited' || error.failure === 'unavailable';
      const waitMs = (error.retryAtMs ?? clock.nowMs() + 2 ** attempt * msPerSecond) - clock.nowMs();
      if (!isPassing || attempt >= attemptsMax || waitMs > waitMsMax) throw error;
      await clock.sleep(Math.max(msPerSecond, waitMs), signal);
      if (isStopped(signal)) return undefined;
    }
  }
};

const gathered = (
  run: Run,
  { readFromMs, emptyDays }: { readonly readFromMs: number; readonly emptyDays: number },
): Gathered => {
  const { store, stretch, signal } = run.parts;
  const ended = emptyDays >= emptyDaysMax;
  const oldestFirst = run.used.toSorted((a, b) => a.fromMs - b.fromMs);
  const firstUsed = oldestFirst.find(({ events }) => events > 0);
  const covered = ended
    ? oldestFirst.filter(({ fromMs }) => fromMs >= (firstUsed?.fromMs ?? stretch.toMs))
    : oldestFirst;
  return {
    batches: async function* () {
      for (const piece of covered) {
        const events = piece.events === 0 ? [] : await store.events(piece);
        if (events.length > 0) yield events;
      }
    },
    coverage: {
      // Where history ends, the empty weeks before it were not seen empty: they were not shown.
      fromMs: ended ? (firstUsed?.fromMs ?? stretch.toMs) : readFromMs,
      toMs: stretch.toMs,
      kind: 'read',
      events: sumOf(covered),
      toleranceMs: latenessMs,
      silences: [],
      tooFull: run.tooFull.toSorted((a, b) => a.fromMs - b.fromMs),
      unreadRecords: covered.reduce((sum, { rejected }) => sum + rejected, 0),
      historyEnd: ended ? { emptyMs: emptyDays * msPerDay } : undefined,
    },
    requests: run.requests,
    resumed: run.resumed,
    isInterrupted: isStopped(signal),
  };
};
