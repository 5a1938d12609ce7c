import { msPerHour, msPerSecond } from '../core/time.ts';

/** When a server wants to be asked again, and what time it has: two headers, and one way of writing a date. */

/** A longer wait would blind the watch, and one request an hour burdens nobody. */
const toldMsMax = msPerHour;

/** Seconds or a date; a date is measured against the server's own clock where it tells the time. */
export const retryAfterMs = (headers: Headers, nowMs: number): number | undefined => {
  const told = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}$/.test(told)) return Math.min(Number(told) * msPerSecond, toldMsMax);
  const untilMs = httpDateMs(told);
  if (untilMs === undefined) return undefined;
  return Math.min(Math.max(untilMs - (httpDateMs(headers.get('date')) ?? nowMs), 0), toldMsMax);
};

/** `Sat, 14 Mar 2026 02:10:00 GMT` (RFC 9110, the one form that servers may still send). */
export const httpDateMs = (text: string | null): number | undefined => {
  if (text === null || !/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text)) return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : atMs;
};
