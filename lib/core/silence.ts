/**
 * A log gone silent, judged by its own rhythm: in which of the last 28 days' hours it said anything at all. Quiet is what
 * lasts longer than twice the longest quiet of that time. A log without memory, whose gaps are all chance, breaks twice
 * its own record in one of as many months as it had gaps in this one, hence the 24 hours that it must have spoken in.
 *
 * Days of the week on which it lately kept quiet all day do not count, or every weekend would hide a working day's silence.
 * A log that rests so is driven by people, who have holidays too: it is given one day more.
 *
 * A log whose rhythm is not known is not simply well. One that never spoke was probably never connected: it has a day. One
 * that spoke too little to have a rhythm is silent once four weeks hold nothing at all.
 *
 * Misses: a log that only whispers (somebody filtered most of it). Sets it off falsely: the first long holidays; a log that
 * is connected before anybody works there.
 */
import type { AuditEvent } from './event.ts';
import { hourOf, msPerHour } from './time.ts';

/** The hours of the last four weeks in which the log said something: 672 bits, as hexadecimal digits. */
export type Rhythm = {
  /** The latest of them, counted from 1970. */
  readonly lastHour: number;
  /** The lowest bit stands for `lastHour`, each further one for an hour before. */
  readonly heard: string;
};

const hoursKept = 28 * 24;
const allHours = (1n << BigInt(hoursKept)) - 1n;

/** The rhythm with these events; their order makes no difference, nor does hearing one twice. */
export const hear = (rhythm: Rhythm | undefined, events: readonly Pick<AuditEvent, 'atMs'>[]): Rhythm | undefined => {
  const hours = new Set(events.map(({ atMs }) => hourOf(atMs)));
  if (hours.size === 0) return rhythm;
  const lastHour = Math.max(rhythm?.lastHour ?? 0, ...hours);
  let bits = rhythm === undefined ? 0n : shifted(bitsOf(rhythm), lastHour - rhythm.lastHour);
  for (const hour of hours) if (lastHour - hour < hoursKept) bits |= 1n << BigInt(lastHour - hour);
  return { lastHour, heard: bits.toString(16) };
};

/** As it was stored. Throws where it is none. */
export const checkedRhythm = ({ lastHour, heard }: Rhythm): Rhythm => {
  const isRhythm = Number.isSafeInteger(lastHour) && typeof heard === 'string' && /^[0-9a-f]{1,168}$/.test(heard);
  if (!isRhythm) throw new TypeError('a rhythm is an hour and at most 168 hexadecimal digits');
  return { lastHour, heard };
};

const bitsOf = ({ heard }: Rhythm): bigint => BigInt(`0x${heard}`);

/** Beyond the hours kept there is nothing left to move, and years of them would be a very large number. */
const shifted = (bits: bigint, hours: number): bigint => (hours >= hoursKept ? 0n : (bits << BigInt(hours)) & allHours);

export type Silence = {
  /** Since the last event, or the first start; without days of rest where those are known. */
  readonly quietHours: number;
  /** What is still usual, in the same hours. */
  readonly usualHours: number;
  /** What that rests on: a rhythm, too few events for one, or none at all. */
  readonly heard: 'rhythm' | 'little' | 'nothing';
};

/** Two weekends seen, so that they are known as such. */
const historyHoursMin = 14 * 24;
const heardHoursMin = 24;
const margin = 2;
/** A deployment, an incident at the vendor: shorter silences are nobody's business. */
const usualHoursMin = 6;
const holidayHours = 24;

/** How silent the log was at `seenThroughMs`, up to where it was read. */
export const silenceAt = (rhythm: Rhythm, seenThroughMs: number): Silence => {
  const hours = heardHours(rhythm);
  const { lastHour } = rhythm;
  if (hours.length < heardHoursMin || lastHour - (hours[0] ?? lastHour) < historyHoursMin)
    return { quietHours: hoursSince(lastHour, seenThroughMs), usualHours: hoursKept, heard: 'little' };
  const rest = restDays(hours);
  const longest = Math.max(...hours.slice(1).map((hour, at) => awakeHours(hours[at] ?? hour, hour, rest)));
  return {
    quietHours: Math.max(0, awakeHours(lastHour, seenThroughMs / msPerHour, rest)),
    usualHours: Math.max(usualHoursMin, margin * longest) + (rest.size > 0 ? holidayHours : 0),
    heard: 'rhythm',
  };
};

/** For somebody to do something there that is logged. */
const firstWordHours = 24;

/** How silent a log is that never had an event since it is watched, nor in the history before. */
export const silenceSince = (startedMs: number, seenThroughMs: number): Silence => ({
  quietHours: hoursSince(startedMs / msPerHour, seenThroughMs),
  usualHours: firstWordHours,
  heard: 'nothing',
});

const hoursSince = (hour: number, throughMs: number): number => Math.max(0, throughMs / msPerHour - hour);

/** 1 where the silence is as long as can be usual. */
export const silentRatio = ({ quietHours, usualHours }: Silence): number => quietHours / usualHours;

export const isTooSilent = (silence: Silence | undefined): silence is Silence =>
  silence !== undefined && silentRatio(silence) > 1;

/** Oldest first. */
const heardHours = (rhythm: Rhythm): readonly number[] => {
  const bits = bitsOf(rhythm).toString(2);
  return Array.from(bits, (bit, at) => (bit === '1' ? rhythm.lastHour - (bits.length - 1 - at) : -1)).filter(
    (hour) => hour >= 0,
  );
};

/** A log that rests on more days than these does so by chance, and has no week. */
const restDaysMax = 3;
const noRest: ReadonlySet<number> = new Set();

/** Days of the week of which one, at least, passed in silence between the first and the last hour heard. */
const restDays = (hours: readonly number[]): ReadonlySet<number> => {
  const heard = new Set(hours.map(dayOfHour));
  const days = new Set<number>();
  for (let day = dayOfHour(hours[0] ?? 0); day < dayOfHour(hours.at(-1) ?? 0); day += 1) {
    if (!heard.has(day)) days.add(day % 7);
  }
  return days.size <= restDaysMax ? days : noRest;
};

const dayOfHour = (hour: number): number => Math.floor(hour / 24);

/** From one hour to another, without the days of rest. */
const awakeHours = (fromHour: number, toHour: number, rest: ReadonlySet<number>): number => {
  let hours = toHour - fromHour;
  if (rest.size === 0) return hours;
  for (let day = dayOfHour(fromHour); day <= dayOfHour(toHour); day += 1) {
    if (rest.has(day % 7)) hours -= Math.min(toHour, (day + 1) * 24) - Math.max(fromHour, day * 24);
  }
  return hours;
};
