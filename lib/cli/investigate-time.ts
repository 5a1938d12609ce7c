import { parseInstant } from '../core/time.ts';
import { UsageError } from './failure.ts';

/** Times as people type them after an option. A time without a zone is taken as UTC, and that is said. */

export type GivenTime = { readonly atMs: number; readonly isZoneAssumed: boolean };

const forms = '2026-10-05T04:10:00Z, "2026-10-05 04:10" (UTC), or 2026-10-05';
const dayOnly = /^\d{4}-\d\d-\d\d$/;
const withoutZone = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d)?$/;

/** Throws `UsageError`, which names the option and the forms that are understood. */
export const timeGiven = (option: string, text: string): GivenTime => {
  const trimmed = text.trim();
  const isDay = dayOnly.test(trimmed);
  const isZoneAssumed = isDay || withoutZone.test(trimmed);
  const whole = isDay ? `${trimmed}T00:00Z` : isZoneAssumed ? `${trimmed}Z` : trimmed;
  const atMs = isInCalendar(trimmed) ? parseInstant(whole) : undefined;
  if (atMs === undefined) throw new UsageError(`${option} is no time that can be understood. Write it as ${forms}.`);
  return { atMs, isZoneAssumed };
};

/** 31 February would otherwise be read as 3 March. */
const isInCalendar = (text: string): boolean => {
  const day = text.slice(0, 10);
  const atMs = Date.parse(`${day}T00:00:00Z`);
  return Number.isFinite(atMs) && new Date(atMs).toISOString().startsWith(day);
};
