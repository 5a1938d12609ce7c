import { tzOffset } from '@date-fns/tz/tzOffset';
import { msPerDay, msPerMinute } from '../core/time.ts';

/**
 * Wall clocks of the made-up offices. People live by these, so their UTC hours move when daylight saving does.
 * A local day is a number like core's `dayOf`, of the calendar on the wall.
 */

export type Zone = 'America/New_York' | 'Europe/Berlin';
export type Country = 'US' | 'DE';

export const countryOf = (zone: Zone): Country => (zone === 'Europe/Berlin' ? 'DE' : 'US');

/** The second look matters within hours of a change: the offset is wanted where the result lies, not where UTC reads the same. */
export const instantAt = (zone: Zone, at: { readonly day: number; readonly minute: number }): number => {
  const wallMs = at.day * msPerDay + at.minute * msPerMinute;
  const guessMs = wallMs - offsetMs(zone, wallMs);
  return wallMs - offsetMs(zone, guessMs);
};

export const localDayOf = (zone: Zone, atMs: number): number => Math.floor((atMs + offsetMs(zone, atMs)) / msPerDay);

export const localMinuteOf = (zone: Zone, atMs: number): number =>
  Math.floor((atMs + offsetMs(zone, atMs) - localDayOf(zone, atMs) * msPerDay) / msPerMinute);

/** The first time at or after `fromMs` at which the wall clock shows this minute of the day. */
export const nextLocal = (
  zone: Zone,
  { fromMs, minute }: { readonly fromMs: number; readonly minute: number },
): number => {
  const day = localDayOf(zone, fromMs);
  const today = instantAt(zone, { day, minute });
  return today >= fromMs ? today : instantAt(zone, { day: day + 1, minute });
};

/** 0 is Sunday; day 0 was a Thursday. */
export const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7;

export const isWeekend = (day: number): boolean => weekdayOf(day) === 0 || weekdayOf(day) === 6;

/** Holidays with a fixed date, and Thanksgiving: enough for a quiet day now and then. Month and day, as `MM-DD`. */
const holidays: Readonly<Record<Country, ReadonlySet<string>>> = {
  US: new Set(['01-01', '06-19', '07-04', '11-11', '12-25']),
  DE: new Set(['01-01', '05-01', '10-03', '12-25', '12-26']),
};

export const isHoliday = (country: Country, day: number): boolean => {
  const date = new Date(day * msPerDay);
  const isFourthThursdayOfNovember =
    date.getUTCMonth() === 10 && weekdayOf(day) === 4 && Math.ceil(date.getUTCDate() / 7) === 4;
  return holidays[country].has(date.toISOString().slice(5, 10)) || (country === 'US' && isFourthThursdayOfNovember);
};

const offsetMs = (zone: Zone, atMs: number): number => tzOffset(zone, new Date(atMs)) * msPerMinute;
