import { TZDate } from '@date-fns/tz';
import { format } from 'date-fns';
import { dayOf, msPerDay, msPerHour, msPerMinute, msPerSecond } from '../core/time.ts';

/**
 * Times in words: UTC always, so that everyone reading the same alert sees the same time, and the reader's own zone beside
 * it when the door gives one. The machine's own zone plays no part. A zone is an IANA name, such as `Europe/Berlin`.
 */

const dayFormat = 'd MMM yyyy';
const utc = 'UTC';

const inZone = (atMs: number, zone: string, pattern: string): string => format(new TZDate(atMs, zone), pattern);

/** `14 Mar 2026 02:13 UTC (03:13 Europe/Berlin)`; the day stands twice only where it differs. */
export const instantText = (atMs: number, zone?: string): string => {
  const day = inZone(atMs, utc, dayFormat);
  const text = `${day} ${inZone(atMs, utc, 'HH:mm')} UTC`;
  if (zone === undefined || zone === utc) return text;
  const localDay = inZone(atMs, zone, dayFormat);
  const shownDay = localDay === day ? '' : `${inZone(atMs, zone, 'd MMM')} `;
  return `${text} (${shownDay}${inZone(atMs, zone, 'HH:mm')} ${zone})`;
};

/** `14 Mar 2026 02:13 to 02:19 UTC`, or both days where it runs past midnight. */
export const spanText = ({ fromMs, toMs }: { fromMs: number; toMs: number }, zone?: string): string => {
  const within = (inner: string): { readonly text: string; readonly day: string } => {
    const day = inZone(fromMs, inner, dayFormat);
    const start = inZone(fromMs, inner, 'HH:mm');
    const end = inZone(toMs, inner, 'HH:mm');
    const endDay = inZone(toMs, inner, dayFormat);
    if (endDay !== day) return { day: '', text: `${day} ${start} to ${endDay} ${end}` };
    return { day, text: start === end ? start : `${start} to ${end}` };
  };
  const universal = within(utc);
  const text = `${universal.day === '' ? '' : `${universal.day} `}${universal.text} UTC`;
  if (zone === undefined || zone === utc) return text;
  const local = within(zone);
  const shownDay = local.day === '' || local.day === universal.day ? '' : `${local.day} `;
  return `${text} (${shownDay}${local.text} ${zone})`;
};

/**
 * `02:13:07`, or `14 Mar 02:13:07` where the times shown together span more than one day; UTC. To the minute where the
 * seconds would say nothing more.
 */
export const clockText = (
  atMs: number,
  { withDay, toMinute = false }: { readonly withDay: boolean; readonly toMinute?: boolean },
): string => inZone(atMs, utc, `${withDay ? 'd MMM ' : ''}${toMinute ? 'HH:mm' : 'HH:mm:ss'}`);

/** `14 Mar 02:13`, as times stand in tables; UTC. */
export const minuteText = (atMs: number): string => clockText(atMs, { withDay: true, toMinute: true });

/** `2026-03-14`; UTC. */
export const dayText = (atMs: number): string => inZone(atMs, utc, 'yyyy-MM-dd');

/**
 * `07:00 to 17:00 UTC (08:00 to 18:00 Europe/Berlin)` for two hours of the day counted in UTC. `onMs` says which day, as
 * daylight saving moves the local ones.
 */
export const hoursText = (
  { fromHour, toHour, onMs }: { readonly fromHour: number; readonly toHour: number; readonly onMs: number },
  zone?: string,
): string => {
  const startOfDayMs = dayOf(onMs) * msPerDay;
  const spanIn = (inner: string): string =>
    [fromHour, toHour].map((hour) => inZone(startOfDayMs + Math.round(hour * msPerHour), inner, 'HH:mm')).join(' to ');
  const text = `${spanIn(utc)} UTC`;
  return zone === undefined || zone === utc ? text : `${text} (${spanIn(zone)} ${zone})`;
};

/** `3 days`, `1 hour`: whole units, the largest that fits; a duration below a second is `less than a second`. */
export const durationText = (ms: number): string => {
  const units = [
    ['day', msPerDay],
    ['hour', msPerHour],
    ['minute', msPerMinute],
    ['second', msPerSecond],
  ] as const;
  for (const [unit, unitMs] of units) {
    const count = Math.floor(ms / unitMs);
    if (count >= 1) return `${count.toLocaleString('en')} ${unit}${count === 1 ? '' : 's'}`;
  }
  return 'less than a second';
};
