/** What may be said of a coverage at a time: what was seen, what never was, when nobody looked, how late events come. */
import { lateIn, laterThan } from './arrivals.ts';
import { type Coverage, type GapCause, latenessMs } from './coverage.ts';
import type { Stretches } from './stretches.ts';
import type { Stretch } from './time.ts';
import { type Pause, type PauseCause, pauseAt, pollEveryMsUsual, type Sweep } from './watching.ts';

export type CoverageFacts = {
  /** Nothing before it was ever read; up to its end everything was, but for the gaps. */
  readonly seen: Stretch;
  readonly gaps: Stretches<GapCause>;
  readonly pauses: Stretches<PauseCause>;
  /** That nobody looks at this time. */
  readonly pause: Pause | undefined;
  readonly arrivals: {
    /** Counted since the first look. */
    readonly events: number;
    readonly late: number;
    /** Later than the window in which they are waited for. */
    readonly afterWindow: number;
    /** By bucket, oldest bound first. */
    readonly atLeast: readonly number[];
    readonly atMost: readonly number[];
    /** So many come after the window that it does not suit this vendor. */
    readonly isWindowShort: boolean;
  };
  readonly sweep: Sweep | undefined;
};

/** Sweeps find them too, but up to a day later: more than a few are not to be got used to. */
const afterWindowShareMax = 0.01;
/** Fewer are no share of anything. */
const afterWindowMin = 3;

export const coverageFacts = (
  coverage: Coverage,
  { nowMs, everyMs = pollEveryMsUsual }: { readonly nowMs: number; readonly everyMs?: number },
): CoverageFacts => {
  const { fromMs, settledThroughMs, gaps, watching } = coverage;
  const { pauses, arrivals, sweep } = watching;
  const afterWindow = laterThan(arrivals, latenessMs);
  return {
    seen: { fromMs, toMs: Math.max(fromMs, settledThroughMs) },
    gaps,
    pauses,
    pause: pauseAt(watching, { nowMs, everyMs }),
    arrivals: {
      ...arrivals,
      late: lateIn(arrivals),
      afterWindow,
      isWindowShort: afterWindow >= afterWindowMin && afterWindow > afterWindowShareMax * arrivals.events,
    },
    sweep,
  };
};

/** What was not seen, or not in time. */
export type Missed = {
  readonly gaps: readonly Stretch[];
  readonly pauses: readonly Pause[];
  /** Events that only the sweep found. */
  readonly found: number;
};

export const nothingMissed: Missed = { gaps: [], pauses: [], found: 0 };

/** Of the newest gaps and pauses those that reach into the time since then, and what a sweep since then found. */
export const missedSince = ({ gaps, pauses, pause, sweep }: CoverageFacts, sinceMs: number): Missed => ({
  gaps: gaps.newest.filter(({ toMs }) => toMs > sinceMs),
  pauses: [...pauses.newest, ...(pause === undefined ? [] : [pause])].filter(({ toMs }) => toMs > sinceMs),
  found: sweep !== undefined && sweep.atMs >= sinceMs ? sweep.found : 0,
});
