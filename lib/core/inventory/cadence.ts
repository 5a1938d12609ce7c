/**
 * When a caller comes: read from the times at which its uses began. A job that fails is missed at an hour, so what
 * counts here is the first use of each active day and whether days (or hours) are left out.
 *
 * Days are counted from the quietest time of the caller's own day: a job that starts around midnight UTC would otherwise
 * be found on some days twice and on others never. Too few uses, or none that repeats, are said to be just that.
 */
import { hourOf, msPerDay, msPerHour, msPerMinute } from '../time.ts';

export type Cadence =
  /** In most hours of the day, every day. */
  | { readonly kind: 'hourly'; readonly minute: number; readonly spreadMinutes: number }
  | ({ readonly kind: 'daily' } & TimeOfDay)
  /** Monday to Friday. */
  | ({ readonly kind: 'weekdays' } & TimeOfDay)
  /** 0: Sunday. */
  | ({ readonly kind: 'weekly'; readonly weekday: number } & TimeOfDay)
  | { readonly kind: 'irregular'; readonly usualGapMs: number; readonly longestGapMs: number }
  /** Too few uses to say. */
  | { readonly kind: 'unknown' };

/** Of the first use of a day, in minutes from midnight UTC; `spreadMinutes` holds eight in ten of them. */
type TimeOfDay = { readonly atMinute: number; readonly spreadMinutes: number };

/** When the next use is due, and the time at which it is late. */
export type NextUse = { readonly dueMs: number; readonly byMs: number };

const minutesPerDay = 24 * 60;
/** Fewer say nothing of a rhythm. */
const usesMin = 4;
const daysMin = 4;
/** A job that is down for a day or two a month still is one that runs daily. */
const dayShareMin = 0.8;
/** Holidays and weeks off are more common than broken jobs. */
const weekdayShareMin = 0.65;
const weekendShareMax = 0.15;
const hourShareMin = 0.8;
const hoursMin = 12;

/** `startsMs`: when its uses began, in order. */
export const cadenceOf = (startsMs: readonly number[]): Cadence => {
  const first = startsMs[0];
  const last = startsMs.at(-1);
  if (first === undefined || last === undefined || startsMs.length < usesMin) return { kind: 'unknown' };
  if (isHourly(startsMs)) return { kind: 'hourly', ...minuteOfHour(startsMs) };
  const days = activeDays(startsMs);
  return days.length < daysMin ? { kind: 'unknown' } : byDays(days);
};

const isHourly = (startsMs: readonly number[]): boolean => {
  const hours = new Set(startsMs.map(hourOf));
  const span = hourOf(startsMs.at(-1) ?? 0) - hourOf(startsMs[0] ?? 0) + 1;
  return span >= hoursMin && hours.size / span >= hourShareMin;
};

type ActiveDay = { readonly day: number; readonly startMs: number };

/** The first use of each day, days being counted from the caller's quietest time. */
const activeDays = (startsMs: readonly number[]): readonly ActiveDay[] => {
  const offsetMs = quietMinute(startsMs) * msPerMinute;
  const firsts = new Map<number, number>();
  for (const startMs of startsMs) {
    const day = Math.floor((startMs - offsetMs) / msPerDay);
    if (!firsts.has(day)) firsts.set(day, startMs);
  }
  return [...firsts].map(([day, startMs]) => ({ day, startMs }));
};

/** The middle of the longest stretch of the day in which no use ever began. */
const quietMinute = (startsMs: readonly number[]): number => {
  const minutes = [...new Set(startsMs.map(minuteOfDay))].sort((a, b) => a - b);
  let best = { from: minutes.at(-1) ?? 0, length: (minutes[0] ?? 0) + minutesPerDay - (minutes.at(-1) ?? 0) };
  minutes.forEach((minute, at) => {
    const length = (minutes[at + 1] ?? minute) - minute;
    if (length > best.length) best = { from: minute, length };
  });
  return (best.from + best.length / 2) % minutesPerDay;
};

const minuteOfDay = (atMs: number): number => Math.floor((atMs % msPerDay) / msPerMinute);

/** Of the calendar day on which most of that day's work falls. */
const weekdayOf = (atMs: number): number => new Date(atMs).getUTCDay();
const isWeekend = (weekday: number): boolean => weekday === 0 || weekday === 6;

const byDays = (days: readonly ActiveDay[]): Cadence => {
  const first = days[0];
  const last = days.at(-1);
  if (first === undefined || last === undefined) return { kind: 'unknown' };
  const span = last.day - first.day + 1;
  const time = timeOfDay(days);
  if (days.length / span >= dayShareMin) return { kind: 'daily', ...time };
  const weekend = days.filter(({ startMs }) => isWeekend(weekdayOf(startMs))).length;
  const between = Array.from({ length: span }, (_, at) => weekdayOf(first.startMs + at * msPerDay));
  const weekdays = between.filter((weekday) => !isWeekend(weekday)).length;
  if ((days.length - weekend) / weekdays >= weekdayShareMin && weekend / days.length <= weekendShareMax) {
    return { kind: 'weekdays', ...time };
  }
  const gaps = days.slice(1).map(({ day }, at) => day - (days[at]?.day ?? 0));
  if (gaps.every((gap) => gap % 7 <= 1 || gap % 7 === 6) && median(gaps) === 7) {
    return { kind: 'weekly', weekday: weekdayOf(last.startMs), ...time };
  }
  return irregular(days);
};

/** By days: gaps within a day are those of one errand. */
const irregular = (days: readonly ActiveDay[]): Cadence => {
  const gaps = days.slice(1).map(({ startMs }, at) => startMs - (days[at]?.startMs ?? 0));
  return { kind: 'irregular', usualGapMs: median(gaps), longestGapMs: Math.max(...gaps) };
};

const median = (values: readonly number[]): number => quantile(values, 0.5);

const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
};

/** Eight in ten fall between the two; minutes are counted from the quietest one, so that midnight does not part them. */
const timeOfDay = (days: readonly ActiveDay[]): TimeOfDay => {
  const quiet = quietMinute(days.map(({ startMs }) => startMs));
  const minutes = days.map(({ startMs }) => (minuteOfDay(startMs) - quiet + minutesPerDay) % minutesPerDay);
  return {
    atMinute: Math.round(median(minutes) + quiet) % minutesPerDay,
    spreadMinutes: Math.round(quantile(minutes, 0.9) - quantile(minutes, 0.1)),
  };
};

const minuteOfHour = (startsMs: readonly number[]): { readonly minute: number; readonly spreadMinutes: number } => {
  const angles = startsMs.map((startMs) => (2 * Math.PI * (startMs % msPerHour)) / msPerHour);
  const angle = Math.atan2(
    angles.reduce((sum, a) => sum + Math.sin(a), 0),
    angles.reduce((sum, a) => sum + Math.cos(a), 0),
  );
  const minute = Math.round(((angle / (2 * Math.PI) + 1) % 1) * 60) % 60;
  const apart = startsMs.map((startMs) => {
    const minutes = Math.abs(Math.floor((startMs % msPerHour) / msPerMinute) - minute);
    return Math.min(minutes, 60 - minutes);
  });
  return { minute, spreadMinutes: 2 * quantile(apart, 0.8) };
};

/** A job may start late because a runner was busy; half an hour is no news yet. */
const patienceMs = 30 * msPerMinute;

/** The first use that is due after `afterMs`; undefined where nothing repeats. */
export const nextUse = (cadence: Cadence, afterMs: number): NextUse | undefined => {
  switch (cadence.kind) {
    case 'hourly': {
      const dueMs = nextMinute(cadence.minute, afterMs);
      // A missed hour may be an accident; two are not.
      return { dueMs, byMs: dueMs + 2 * msPerHour };
    }
    case 'daily':
    case 'weekdays':
    case 'weekly': {
      const dueMs = nextDay(cadence, afterMs);
      return { dueMs, byMs: dueMs + cadence.spreadMinutes * msPerMinute + patienceMs };
    }
    case 'irregular':
      return { dueMs: afterMs + cadence.usualGapMs, byMs: afterMs + 1.5 * cadence.longestGapMs };
    case 'unknown':
      return undefined;
  }
};

const nextMinute = (minute: number, afterMs: number): number => {
  const thisHourMs = hourOf(afterMs) * msPerHour + minute * msPerMinute;
  return thisHourMs > afterMs ? thisHourMs : thisHourMs + msPerHour;
};

const nextDay = (cadence: Extract<Cadence, TimeOfDay>, afterMs: number): number => {
  let dueMs = Math.floor(afterMs / msPerDay) * msPerDay + cadence.atMinute * msPerMinute;
  while (dueMs <= afterMs || !isDayOf(cadence, weekdayOf(dueMs))) dueMs += msPerDay;
  return dueMs;
};

const isDayOf = (cadence: Extract<Cadence, TimeOfDay>, weekday: number): boolean =>
  cadence.kind === 'daily' || (cadence.kind === 'weekdays' ? !isWeekend(weekday) : weekday === cadence.weekday);

/** Silent for longer than this, a caller has most likely ended. */
export const goneAfterMs = (cadence: Cadence): number => {
  switch (cadence.kind) {
    case 'hourly':
      return msPerDay;
    case 'daily':
      return 4 * msPerDay;
    case 'weekdays':
      return 10 * msPerDay;
    case 'weekly':
      return 22 * msPerDay;
    case 'irregular':
      return Math.max(14 * msPerDay, 3 * cadence.longestGapMs);
    case 'unknown':
      return 14 * msPerDay;
  }
};
