/**
 * Time as core knows it: milliseconds since 1970 UTC, taken from events and never from a clock.
 * Days and hours are counted in UTC; a principal's own time zone belongs to the words about it, not to the arithmetic.
 */

export const msPerSecond = 1_000;
export const msPerMinute = 60 * msPerSecond;
export const msPerHour = 60 * msPerMinute;
export const msPerDay = 24 * msPerHour;

/** Older than both vendors: a time before it is a zero, a wrong unit or a forgery. */
export const earliestMs = Date.UTC(2000, 0, 1);
/** Far beyond any log; a time after it is a wrong unit (microseconds read as milliseconds) or a forgery. */
export const latestMs = Date.UTC(2100, 0, 1);

/** A half-open stretch of a log: from `fromMs`, up to but without `toMs`. */
export type Stretch = { readonly fromMs: number; readonly toMs: number };

export const isPlausible = (atMs: number): boolean => Number.isFinite(atMs) && atMs >= earliestMs && atMs < latestMs;

export const dayOf = (atMs: number): number => Math.floor(atMs / msPerDay);
export const hourOf = (atMs: number): number => Math.floor(atMs / msPerHour);

/** RFC 3339 with an explicit zone; a local time without one could mean any of 26 hours. */
const instant = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)$/;

/** Milliseconds of an RFC 3339 text, or undefined when it is none or lies outside 2000 to 2100. */
export const parseInstant = (text: string): number | undefined => {
  if (text.length > 40 || !instant.test(text)) return undefined;
  const atMs = isCalendarDay(text.slice(0, 10)) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  return isPlausible(atMs) ? atMs : undefined;
};

/** `Date.parse` would take 30 February for 2 March. */
const isCalendarDay = (day: string): boolean => {
  const atMs = Date.parse(`${day}T00:00:00Z`);
  return Number.isFinite(atMs) && new Date(atMs).toISOString().startsWith(day);
};

/** `2026-03-14T02:13:00Z`: whole seconds without the fraction that no audit log gives. */
export const isoSeconds = (atMs: number): string => {
  const text = new Date(atMs).toISOString();
  return text.endsWith('.000Z') ? `${text.slice(0, 19)}Z` : text;
};
