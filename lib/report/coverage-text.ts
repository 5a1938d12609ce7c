import { lateBucketsMs } from '../core/arrivals.ts';
import { latenessMs } from '../core/coverage.ts';
import type { CoverageFacts, Missed } from '../core/coverage-facts.ts';
import { sumMs } from '../core/stretches.ts';
import { isoSeconds, msPerSecond, type Stretch } from '../core/time.ts';
import type { PauseCause } from '../core/watching.ts';
import { durationText, instantText, spanText } from './times.ts';
import { counted, listed } from './words.ts';

/** Coverage in words: what was seen whole and what was not, and how well somebody looked. */

const causeWords: Readonly<Record<PauseCause, string>> = {
  'not-running': 'no poll got as far as the log',
  behind: 'there was more to read than time to read it',
  unavailable: 'the vendor could not be reached',
  'rate-limited': 'the vendor asked to come back later',
  credentials: 'the token was missing or refused',
  permission: 'the token was not allowed to read',
  plan: "the vendor's plan had no audit log",
  'not-found': 'the vendor knew no such organization',
  misunderstood: "the vendor's answers made no sense",
  'too-much': 'one second held more events than one reading may',
};

export const pauseCauseText = (cause: PauseCause): string => causeWords[cause];

/** `Seen whole from … to …. Nothing before was read.` */
export const seenSentence = ({ seen, gaps }: CoverageFacts): string => {
  const span = `from ${instantText(seen.fromMs)} to ${instantText(seen.toMs)}`;
  const before = 'Nothing before was read.';
  const last = gaps.newest.at(-1);
  if (last === undefined) return `Seen whole ${span}. ${before}`;
  const which = gaps.count === 1 ? secondsText(last) : `the last ${secondsText(last)}`;
  return (
    `Seen ${span}, but for ${counted(gaps.count, 'gap')} of ${durationText(gaps.totalMs)} in all, ${which}: ` +
    `more events than one reading may hold. ${before}`
  );
};

/** Gaps are seconds long: the minute would not find them. */
const secondsText = ({ fromMs, toMs }: Stretch): string =>
  toMs - fromMs <= msPerSecond ? isoSeconds(fromMs) : `${isoSeconds(fromMs)} to ${isoSeconds(toMs)}`;

/** `Nobody looked 3 times, for 9 hours in all, the last … : …. All of that was read afterwards.` */
export const pausesSentence = ({ pauses, pause }: CoverageFacts): string => {
  const last = pauses.newest.at(-1);
  const past =
    last === undefined
      ? 'Somebody has looked at every poll that was due, or at the one after it.'
      : `Nobody looked ${pauses.count === 1 ? 'once' : counted(pauses.count, 'time')}, for ${durationText(pauses.totalMs)} in all, ` +
        `${pauses.count === 1 ? '' : 'the last '}${spanText(last)}: ${causeWords[last.cause]}. What the log showed afterwards was read then.`;
  return pause === undefined
    ? past
    : `Nobody looks since ${instantText(pause.fromMs)}: ${causeWords[pause.cause]}. Before that: ${past}`;
};

/** `12 of 5,000 events came late: at least 4 seconds…` */
export const arrivalsSentence = ({ arrivals }: CoverageFacts): string => {
  const { events, late, afterWindow } = arrivals;
  if (events === 0) return 'Nothing is known yet of how late events come.';
  if (late === 0) return `Of ${counted(events, 'event')} none was seen to come late.`;
  const window = durationText(latenessMs);
  return (
    `Of ${counted(events, 'event')}, ${late} came late: ${bucketsText(arrivals.atLeast)} (at least so late). ` +
    `${afterWindow === 0 ? 'None' : afterWindow} came after the ${window} for which they are waited.`
  );
};

/** `3 below 5 minutes, 1 below 24 hours and 1 later` */
const bucketsText = (buckets: readonly number[]): string =>
  listed(
    buckets.flatMap((count, bucket) => {
      if (count === 0) return [];
      const limitMs = lateBucketsMs[bucket];
      return [limitMs === undefined ? `${count} later` : `${count} below ${durationText(limitMs)}`];
    }),
  );

/** What to do; undefined where nothing is to be done. */
export const arrivalsAdvice = ({ arrivals }: CoverageFacts): string | undefined =>
  arrivals.isWindowShort
    ? `More than 1 % come later than ${durationText(latenessMs)}: those are judged by the daily sweep, up to a day late. ` +
      'Ask the vendor why its log is late, and report it: the window is too short for this log.'
    : undefined;

export const sweepSentence = ({ sweep }: CoverageFacts): string =>
  sweep === undefined
    ? 'None came to its end so far; the first is due a day after the start.'
    : `The last, of ${instantText(sweep.atMs)}, read ${spanText(sweep)} again and found ` +
      `${sweep.found === 0 ? 'nothing' : counted(sweep.found, 'event')} that polling had missed.`;

/** For a digest, in one or two sentences; blank where nothing was missed. */
export const missedText = ({ gaps, pauses, found }: Missed): string => {
  const last = pauses.at(-1);
  return [
    gaps.length === 0
      ? ''
      : `${counted(gaps.length, 'gap')} of ${durationText(sumMs(gaps))}: more events than one reading may hold, not judged.`,
    last === undefined
      ? ''
      : `Nobody looked for ${durationText(sumMs(pauses))}, last ${spanText(last)}: ${causeWords[last.cause]}.`,
    found === 0 ? '' : `The sweep found ${counted(found, 'event')} that polling had missed.`,
  ]
    .filter((text) => text !== '')
    .join(' ');
};

export const missedJson = ({ gaps, pauses, found }: Missed) => ({
  gaps: gaps.map(spanJson),
  pauses: pauses.map(causedJson),
  found,
});

/** For machines, times as ISO 8601. */
export const coverageJson = ({ seen, gaps, pauses, pause, arrivals, sweep }: CoverageFacts) => ({
  seen: spanJson(seen),
  gaps: { ...gaps, newest: gaps.newest.map(causedJson) },
  pauses: { ...pauses, newest: pauses.newest.map(causedJson) },
  pause: pause === undefined ? null : causedJson(pause),
  arrivals: { ...arrivals, bucketsBelowSeconds: lateBucketsMs.map((ms) => ms / msPerSecond) },
  sweep: sweep === undefined ? null : { ...spanJson(sweep), at: isoSeconds(sweep.atMs), found: sweep.found },
});

const spanJson = ({ fromMs, toMs }: Stretch) => ({ from: isoSeconds(fromMs), to: isoSeconds(toMs) });
const causedJson = ({ cause, ...stretch }: Stretch & { readonly cause: string }) => ({ ...spanJson(stretch), cause });
