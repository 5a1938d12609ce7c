/** Wall clocks of the benchmark's offices, daylight saving included. India has none, which is why it is among them. */
import { tzOffset } from '@date-fns/tz/tzOffset';
import { msPerDay, msPerHour, msPerMinute } from '../../../lib/core/time.ts';

export type Zone = 'America/New_York' | 'America/Los_Angeles' | 'Europe/Berlin' | 'Asia/Kolkata';

const offsets = new Map<string, number>();

/** The offset at the day's noon: clocks change at night, when nearly nobody here works. */
const offsetMs = (zone: Zone, day: number): number => {
  const key = `${zone}|${day}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const found = tzOffset(zone, new Date(day * msPerDay + msPerDay / 2)) * msPerMinute;
  offsets.set(key, found);
  return found;
};

/** When the wall clock shows this hour (with fraction, also below 0 or above 24) of this local day. */
export const instantOf = (zone: Zone, { day, hour }: { readonly day: number; readonly hour: number }): number =>
  Math.floor((day * msPerDay + hour * msPerHour - offsetMs(zone, day)) / 1000) * 1000;

/** 0 is Monday; day 0 was a Thursday. */
export const weekdayOf = (day: number): number => (day + 3) % 7;
export const isWeekend = (day: number): boolean => weekdayOf(day) >= 5;
