import { msPerMinute, msPerSecond, type Stretch } from '../../lib/core/time.ts';
import { crowdOf, faultsOf, neverMs } from './faults.ts';
import { type Played, quietPollMs } from './run.ts';

/**
 * What could not be seen is in the coverage: outages as pauses, seconds that no reading took as gaps, and nothing else.
 * Each law gives the sentences by which it is broken.
 */

export const coverageTells = (played: Played): readonly string[] => [
  ...outagesArePauses(played),
  ...peaceHasNone(played),
  ...crowdsAreGaps(played),
];

/** Two polls may be missed before there is a pause, and the one that ends it may have begun before the outage ended. */
const intervalsMax = 3.5;
/** One that hung all that time is a look of when it began, and cuts the pause in two. */
const intervalsMaxHanging = 6;

const outagesArePauses = ({ plan, watched, record, silences }: Played): readonly string[] => {
  const { coverage, lookedFromMs } = record;
  if (coverage === undefined || lookedFromMs === undefined) return [];
  const aheadMs = faultsOf(plan.faults, 'skew').reduce((sum, skew) => sum + Math.abs(skew.aheadMs), 0);
  const intervals = faultsOf(plan.faults, 'hang').length > 0 ? intervalsMaxHanging : intervalsMax;
  const { count, newest } = coverage.watching.pauses;
  const listedFromMs = count > newest.length ? (newest[0]?.fromMs ?? 0) : lookedFromMs + aheadMs;
  return silences
    .filter(({ fromMs }) => fromMs >= listedFromMs)
    .flatMap((silence) => {
      // The poll that ends it knows how often polls are due now.
      const isQuiet = silence.toMs > watched.toMs - 2 * plan.pollEveryMs;
      const everyMs = isQuiet ? quietPollMs : plan.pollEveryMs;
      const unnoticedMs = intervals * everyMs + aheadMs + msPerMinute;
      const lastingMs = silence.toMs - silence.fromMs;
      const toldMs = newest.reduce((sum, pause) => sum + overlapMs(pause, silence), 0);
      return toldMs >= lastingMs - unnoticedMs
        ? []
        : [`nobody could look for ${Math.round(lastingMs / msPerMinute)} min, and no pause says so`];
    });
};

const overlapMs = (a: Stretch, b: Stretch): number =>
  Math.max(0, Math.min(a.toMs, b.toMs) - Math.max(a.fromMs, b.fromMs));

const peaceHasNone = ({ plan, record }: Played): readonly string[] => {
  const count = record.coverage?.watching.pauses.count ?? 0;
  return plan.faults.length === 0 && count > 0 ? [`${count} pauses, although nothing went wrong`] : [];
};

/** Exactly the seconds that stayed full to the end: those that were read whole later are gaps no more. */
const crowdsAreGaps = ({ plan, watched, record }: Played): readonly string[] => {
  const { coverage } = record;
  if (coverage === undefined) return [];
  const { totalMs, newest, count } = coverage.gaps;
  const full = new Set(
    faultsOf(plan.faults, 'crowd')
      .filter(({ toMs }) => toMs === neverMs)
      .map((fault) => crowdOf(fault, watched.fromMs))
      .flatMap(({ fromMs, toMs }) =>
        Array.from({ length: (toMs - fromMs) / msPerSecond }, (_, at) => fromMs + at * msPerSecond),
      )
      .filter((atMs) => atMs >= coverage.fromMs),
  );
  const untold = [...full].filter((atMs) => !newest.some(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs));
  return [
    ...(untold.length > 0 ? [`${untold.length} seconds that nobody could read are no gap`] : []),
    ...(totalMs === full.size * msPerSecond && count >= newest.length
      ? []
      : [`the gaps are ${totalMs / msPerSecond} seconds, of ${full.size} that could not be read`]),
  ];
};
