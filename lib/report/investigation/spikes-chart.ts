import type { HourOfUse, Investigation } from '../../core/investigation/investigation.ts';
import { msPerDay, msPerHour } from '../../core/time.ts';
import { instantText } from '../times.ts';
import { counted, numberText } from '../words.ts';
import { type Chart, diamond, label, leakMark, line, rect, ring, svgOf, ticks, width } from './drawing.ts';

/**
 * How busy the busiest hour of each day was, usual and foreign on one scale, against what an hour of usual use holds: a
 * spike stands out, and so does a theft that made none. The judging itself looks at more than this (`usage-spike.ts`).
 */

export type BusyHour = HourOfUse & { readonly events: number };

const judgementOf = ({ usual, unclear, foreign }: HourOfUse): 'foreign' | 'unclear' | 'usual' =>
  foreign > 0 ? 'foreign' : unclear > 0 || usual === 0 ? 'unclear' : 'usual';

/** One usual hour in a hundred is busier. */
const usualShare = 0.99;

/** Undefined where no hour was usual. */
export const usualHourLimit = (use: readonly HourOfUse[]): number | undefined => {
  const counts = use.flatMap(({ usual }) => (usual > 0 ? [usual] : [])).sort((a, b) => a - b);
  return counts[Math.min(counts.length - 1, Math.floor(usualShare * counts.length))];
};

/** The busiest hours, busiest first. */
export const busiestHours = (use: readonly HourOfUse[], max: number): readonly (BusyHour & { judged: string })[] =>
  use
    .map((hour) => ({ ...hour, events: hour.usual + hour.unclear + hour.foreign, judged: judgementOf(hour) }))
    .sort((a, b) => b.events - a.events || a.hour - b.hour)
    .slice(0, max);

type Peak = { readonly hour: number; readonly events: number };
type Peaks = { readonly usual?: Peak; readonly unclear?: Peak; readonly foreign?: Peak };
const kinds = ['usual', 'unclear', 'foreign'] as const;

/** As many bars as can be told apart; longer logs show the busiest hour of several days. */
const barsMax = 240;

export const spikesChart = ({ use, leakedAtMs }: Investigation): Chart | undefined => {
  const [first] = use;
  const last = use.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const startMs = Math.floor((first.hour * msPerHour) / msPerDay) * msPerDay;
  const days = Math.floor((last.hour * msPerHour - startMs) / msPerDay) + 1;
  const daysEach = Math.ceil(days / barsMax);
  const lengthMs = daysEach * msPerDay;
  const count = Math.ceil(days / daysEach);
  const peaks = peaksOf(use, { startMs, lengthMs });
  const limit = usualHourLimit(use);
  const largest = Math.max(
    limit ?? 1,
    ...[...peaks.values()].flatMap((at) => kinds.map((kind) => at[kind]?.events ?? 0)),
  );
  const [left, right, top, height] = [52, 12, 30, 150];
  const base = top + height;
  const scale = (width - left - right) / count;
  const middleOf = (nth: number): number => left + (nth + 0.5) * scale;
  // As areas are compared by eye, so that an hour of ten is seen beside one of a thousand.
  const yOf = (events: number): number => base - Math.sqrt(events / largest) * height;
  const parts: string[] = [];
  const marks: string[] = [];
  for (const [nth, { usual, unclear, foreign }] of peaks) {
    if (usual !== undefined) {
      const w = Math.max(1.5, Math.min(10, scale - 1));
      const y = yOf(usual.events);
      parts.push(
        rect({ x: middleOf(nth) - w / 2, y, w, h: base - y, kind: 'bar-usual', title: tipOf(usual, 'usual') }),
      );
    }
    if (unclear !== undefined) marks.push(ring(middleOf(nth), yOf(unclear.events), tipOf(unclear, 'unclear')));
    if (foreign !== undefined) {
      marks.push(diamond(middleOf(nth), yOf(foreign.events), 'mark-foreign', tipOf(foreign, 'foreign')));
    }
  }
  parts.push(line({ x: left, y: base }, { x: width - right, y: base }, 'axis'));
  if (limit !== undefined) parts.push(line({ x: left, y: yOf(limit) }, { x: width - right, y: yOf(limit) }, 'limit'));
  parts.push(...marks);
  parts.push(label({ x: left - 8, y: base + 4, text: '0', anchor: 'end' }));
  parts.push(label({ x: left - 8, y: top + 4, text: numberText(largest), anchor: 'end' }));
  if (limit !== undefined && yOf(limit) - top > 16 && base - yOf(limit) > 12) {
    parts.push(label({ x: left - 8, y: yOf(limit) + 4, text: numberText(limit), anchor: 'end' }));
  }
  if (leakedAtMs !== undefined && leakedAtMs >= startMs && leakedAtMs < startMs + count * lengthMs) {
    const x = left + ((leakedAtMs - startMs) / lengthMs) * scale;
    parts.push(...leakMark({ x, y: base, atMs: leakedAtMs }));
  }
  parts.push(...ticks({ startMs, lengthMs, count, scale, left, y: base + 18, tickEvery: undefined }));
  const title = `Spikes: the busiest hour of each ${daysEach === 1 ? 'day' : `${daysEach} days`}`;
  const description = spikesDescription(use, limit);
  return { title, description, svg: svgOf({ id: 'spikes', height: base + 28 }, { title, description }, parts) };
};

const peaksOf = (
  use: readonly HourOfUse[],
  { startMs, lengthMs }: { readonly startMs: number; readonly lengthMs: number },
): ReadonlyMap<number, Peaks> => {
  const peaks = new Map<number, Peaks>();
  for (const hour of use) {
    const nth = Math.floor((hour.hour * msPerHour - startMs) / lengthMs);
    for (const kind of kinds) {
      const events = hour[kind];
      const at = peaks.get(nth) ?? {};
      if (events > (at[kind]?.events ?? 0)) peaks.set(nth, { ...at, [kind]: { hour: hour.hour, events } });
    }
  }
  return peaks;
};

const tipOf = ({ hour, events }: Peak, kind: string): string =>
  `${instantText(hour * msPerHour)}, one hour: ${counted(events, `${kind} event`)}`;

const spikesDescription = (use: readonly HourOfUse[], limit: number | undefined): string => {
  const usual =
    limit === undefined
      ? 'No hour of usual use to compare with.'
      : `The dotted line: 99 of 100 hours of usual use hold at most ${counted(limit, 'event')}.`;
  const odd = use.filter((hour) => oddIn(hour) > 0);
  if (odd.length === 0) return `${usual} No hour of foreign or unclear use.`;
  const worst = odd.reduce((a, b) => (oddIn(b) > oddIn(a) ? b : a));
  const busiest = `${counted(oddIn(worst), 'event')} from ${instantText(worst.hour * msPerHour)} on`;
  const above = limit === undefined ? 0 : odd.filter((hour) => oddIn(hour) > limit).length;
  const how =
    limit === undefined
      ? ''
      : above === 0
        ? ', none above that line: whoever it was made no noise'
        : `, ${above === odd.length ? (above === 1 ? '' : 'all of them ') : `${numberText(above)} of them `}above that line`;
  return `${usual} ${counted(odd.length, 'hour')} of foreign or unclear use${how}; the busiest had ${busiest}. Heights are drawn by their square root.`;
};

const oddIn = ({ unclear, foreign }: HourOfUse): number => unclear + foreign;
