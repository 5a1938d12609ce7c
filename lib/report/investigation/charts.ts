import type { HourOfUse, Investigation } from '../../core/investigation/investigation.ts';
import { msPerDay, msPerHour } from '../../core/time.ts';
import { instantText } from '../times.ts';
import { counted, numberText } from '../words.ts';
import { type Chart, diamond, label, leakMark, line, rect, ring, svgOf, ticks, width } from './drawing.ts';

/** Use by weekday, by day and by hour. What is foreign differs in shape too, for eyes that tell no red from green. */

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** Days since 1970 begin on a Thursday; weeks here begin on Monday. */
const weekdayOf = (hour: number): number => (Math.floor(hour / 24) + 3) % 7;

export type WeekCell = { readonly usual: number; readonly unclear: number; readonly foreign: number };

/** Events by weekday (Monday first) and hour of the day, UTC. */
export const weekOf = (use: readonly HourOfUse[]): readonly (readonly WeekCell[])[] => {
  const cells = weekdays.map(() => Array.from({ length: 24 }, () => ({ usual: 0, unclear: 0, foreign: 0 })));
  for (const { hour, usual, unclear, foreign } of use) {
    const cell = cells[weekdayOf(hour)]?.[hour % 24];
    if (cell === undefined) continue;
    cell.usual += usual;
    cell.unclear += unclear;
    cell.foreign += foreign;
  }
  return cells;
};

/** Steps of the scale: an hour with any use is told from one without, and the busiest from the busy. */
const steps = 5;

export const weekChart = ({ use }: Investigation): Chart => {
  const cells = weekOf(use);
  const largest = Math.max(1, ...cells.flat().map(({ usual }) => usual));
  const [left, top, cellWidth, cellHeight] = [48, 8, 37.5, 30];
  const parts: string[] = [];
  const title = 'Use by weekday and hour of the day';
  cells.forEach((day, weekday) => {
    const y = top + weekday * cellHeight;
    parts.push(label({ x: left - 10, y: y + cellHeight / 2 + 4, text: weekdays[weekday] ?? '', anchor: 'end' }));
    day.forEach(({ usual, unclear, foreign }, hour) => {
      const x = left + hour * cellWidth;
      const step = usual === 0 ? 0 : Math.max(1, Math.ceil(steps * Math.sqrt(usual / largest)));
      const when = `${weekdays[weekday]} ${clock(hour)} to ${clock(hour + 1)} UTC`;
      const what = `${counted(usual, 'usual event')}, ${numberText(unclear)} unclear, ${numberText(foreign)} foreign`;
      parts.push(
        rect({
          x: x + 1,
          y: y + 1,
          w: cellWidth - 2,
          h: cellHeight - 2,
          kind: `heat heat-${step}`,
          title: `${when}: ${what}`,
        }),
      );
      if (foreign > 0) parts.push(diamond(x + cellWidth / 2, y + cellHeight / 2, 'mark-foreign'));
      else if (unclear > 0) parts.push(ring(x + cellWidth / 2, y + cellHeight / 2));
    });
  });
  for (let hour = 0; hour <= 24; hour += 3) {
    parts.push(
      label({
        x: left + hour * cellWidth,
        y: top + 7 * cellHeight + 18,
        text: hour === 24 ? '24:00' : clock(hour),
        anchor: hour === 24 ? 'end' : hour === 0 ? 'start' : 'middle',
      }),
    );
  }
  const description = weekDescription(cells);
  return { title, description, svg: svgOf({ id: 'week', height: 248 }, { title, description }, parts) };
};

const clock = (hour: number): string => `${String(hour % 24).padStart(2, '0')}:00`;

const weekDescription = (cells: readonly (readonly WeekCell[])[]): string => {
  const hoursOf = (has: (cell: WeekCell) => boolean): readonly string[] =>
    cells.flatMap((day, weekday) =>
      day.flatMap((cell, hour) => (has(cell) ? [`${weekdays[weekday]} ${clock(hour)}`] : [])),
    );
  const foreign = hoursOf(({ foreign: count }) => count > 0);
  const alone = hoursOf(({ foreign: count, usual }) => count > 0 && usual === 0);
  const usual = hoursOf(({ usual: count }) => count > 0).length;
  const hours = `Usual use fell into ${numberText(usual)} of the 168 hours of the week (UTC).`;
  if (foreign.length === 0) return `${hours} No foreign use.`;
  const shown = foreign.slice(0, 6).join(', ');
  const outside =
    alone.length === 0
      ? ''
      : foreign.length === 1
        ? ' At that hour there is no usual use.'
        : ` ${alone.length === foreign.length ? 'At none of these hours is there' : `At ${numberText(alone.length)} of these hours there is no`} ${alone.length === foreign.length ? 'any usual use' : 'usual use'}.`;
  return `${hours} Foreign use: ${shown}${foreign.length > 6 ? ` and ${foreign.length - 6} more` : ''}.${outside}`;
};

type Bucket = WeekCell & { readonly fromMs: number };

/** At most so many bars: thinner ones could not be told apart. */
const bucketsMax = 240;

/** Use in equal stretches of time, empty ones included. */
const bucketsOf = (
  use: readonly HourOfUse[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
  atLeastMs: number,
) => {
  const lengthMs = Math.max(1, Math.ceil((toMs - fromMs) / bucketsMax / atLeastMs)) * atLeastMs;
  const startMs = Math.floor(fromMs / atLeastMs) * atLeastMs;
  const count = Math.max(1, Math.ceil((toMs - startMs) / lengthMs));
  const buckets = Array.from({ length: count }, (_, at) => ({
    fromMs: startMs + at * lengthMs,
    usual: 0,
    unclear: 0,
    foreign: 0,
  }));
  for (const { hour, usual, unclear, foreign } of use) {
    const bucket = buckets[Math.floor((hour * msPerHour - startMs) / lengthMs)];
    if (bucket === undefined) continue;
    bucket.usual += usual;
    bucket.unclear += unclear;
    bucket.foreign += foreign;
  }
  return { buckets, lengthMs };
};

/** Usual use upwards, foreign and unclear use downwards on a scale of its own: a theft is small beside a year of CI. */
export const timelineChart = (investigation: Investigation): Chart | undefined => {
  const { use, leakedAtMs, coverage, untilMs } = investigation;
  const firstMs = use[0] === undefined ? undefined : use[0].hour * msPerHour;
  if (firstMs === undefined) return undefined;
  const toMs = Math.min(untilMs, Math.max(coverage.toMs, firstMs + msPerDay));
  return barChart(investigation, {
    id: 'timeline',
    title: 'Use over time, in days',
    stretch: { fromMs: Math.min(firstMs, leakedAtMs ?? firstMs), toMs },
    atLeastMs: msPerDay,
    tickEvery: undefined,
  });
};

/** Hour by hour around what began it all. */
export const hoursChart = (investigation: Investigation): Chart | undefined => {
  const sinceMs = investigation.verdict.firstForeignMs ?? investigation.sessions[0]?.startMs;
  if (sinceMs === undefined) return undefined;
  const fromMs = Math.floor(sinceMs / msPerHour) * msPerHour - 24 * msPerHour;
  return barChart(investigation, {
    id: 'hours',
    title: `Two days around ${instantText(sinceMs)}, in hours`,
    stretch: { fromMs, toMs: fromMs + 48 * msPerHour },
    atLeastMs: msPerHour,
    tickEvery: 6,
  });
};

type Bars = {
  readonly id: string;
  readonly title: string;
  readonly stretch: { readonly fromMs: number; readonly toMs: number };
  readonly atLeastMs: number;
  readonly tickEvery: number | undefined;
};

const barChart = ({ use, leakedAtMs }: Investigation, { id, title, stretch, atLeastMs, tickEvery }: Bars): Chart => {
  const { buckets, lengthMs } = bucketsOf(use, stretch, atLeastMs);
  const hasOdd = buckets.some(({ unclear, foreign }) => unclear + foreign > 0);
  const [left, right, top, up, down] = [52, 12, 26, 110, hasOdd ? 62 : 6];
  const base = top + up;
  const startMs = buckets[0]?.fromMs ?? stretch.fromMs;
  const scale = (width - left - right) / buckets.length;
  const largestUsual = Math.max(1, ...buckets.map(({ usual }) => usual));
  const largestOdd = Math.max(1, ...buckets.map(({ unclear, foreign }) => unclear + foreign));
  const barWidth = Math.max(1, scale - (scale > 4 ? 1.5 : 0.3));
  const xOf = (atMs: number): number => left + ((atMs - startMs) / lengthMs) * scale;
  const parts: string[] = [];
  for (const { fromMs, usual, unclear, foreign } of buckets) {
    const x = xOf(fromMs);
    const tip = `${spanLabel(fromMs, lengthMs)}: ${numberText(usual)} usual, ${numberText(unclear)} unclear, ${numberText(foreign)} foreign`;
    if (usual > 0) {
      const h = Math.max(1.5, (usual / largestUsual) * up);
      parts.push(rect({ x, y: base - h, w: barWidth, h, kind: 'bar-usual', title: tip }));
    }
    const hForeign = foreign === 0 ? 0 : Math.max(3, (foreign / largestOdd) * (down - 6));
    if (foreign > 0)
      parts.push(rect({ x, y: base + 2, w: Math.max(3, barWidth), h: hForeign, kind: 'bar-foreign', title: tip }));
    if (unclear > 0) {
      const h = Math.max(3, (unclear / largestOdd) * (down - 6));
      parts.push(rect({ x, y: base + 2 + hForeign, w: Math.max(3, barWidth), h, kind: 'bar-unclear', title: tip }));
    }
  }
  parts.push(line({ x: left, y: base }, { x: width - right, y: base }, 'axis'));
  parts.push(label({ x: left - 8, y: top + 10, text: numberText(largestUsual), anchor: 'end' }));
  parts.push(label({ x: left - 8, y: base + 4, text: '0', anchor: 'end' }));
  if (hasOdd)
    parts.push(
      label({ x: left - 8, y: base + down, text: numberText(largestOdd), anchor: 'end', kind: 'tick tick-foreign' }),
    );
  parts.push(...ticks({ startMs, lengthMs, count: buckets.length, scale, left, y: base + down + 18, tickEvery }));
  if (leakedAtMs !== undefined && leakedAtMs >= startMs && leakedAtMs < startMs + buckets.length * lengthMs) {
    const x = xOf(leakedAtMs);
    parts.push(...leakMark({ x, y: base + down, atMs: leakedAtMs }));
  }
  const sum = (of: (bucket: Bucket) => number): number => buckets.reduce((total, bucket) => total + of(bucket), 0);
  const description = `${counted(
    sum(({ usual }) => usual),
    'usual event',
  )}, ${numberText(sum(({ unclear }) => unclear))} unclear and ${numberText(sum(({ foreign }) => foreign))} foreign, from ${instantText(startMs)} to ${instantText(startMs + buckets.length * lengthMs)}. Bars upwards: usual use; downwards, on a scale of their own: foreign and unclear use.`;
  return { title, description, svg: svgOf({ id, height: base + down + 26 }, { title, description }, parts) };
};

const spanLabel = (fromMs: number, lengthMs: number): string =>
  lengthMs < msPerDay ? instantText(fromMs) : instantText(fromMs).replace(/ \d\d:\d\d UTC$/, '');
