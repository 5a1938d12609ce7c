/**
 * Odd hours: a principal works when it never works.
 *
 * A density of session starts over the day, kept as Fourier coefficients of a von Mises kernel, in one memory of two
 * weeks and one of well over a year, so that a new habit counts soon and an old one is not forgotten. Machines that keep
 * minutes are also judged by the minute. Daylight saving needs no rule: the kernel is wider than the hour it shifts.
 * Weekday and weekend are not kept apart: measured on public data, that brought no gain (detection.md section 2).
 * Misses: a thief in the victim's time zone, and anyone at all where the principal keeps no hours (`concentration`).
 * Formulas, constants and measured power: detection.md section 2.
 */
import type { Evidence } from '../alert.ts';
import { remaining } from '../chance.ts';
import { msPerDay, msPerHour } from '../time.ts';
import type { Detector, Score, Seen } from './detector.ts';

type OddHours = Extract<Evidence, { detector: 'odd-hours' }>;

/** Fourier weights of a von Mises kernel with concentration 6: I_k(6) / I_0(6), k = 1..8. */
const hourKernel = [0.9124, 0.6959, 0.4484, 0.2474, 0.1185, 0.0499, 0.0187, 0.0063] as const;
/** The same with concentration 26, k = 1..12, for the minute of the hour. */
const minuteKernel = [
  0.9806, 0.9246, 0.8383, 0.7311, 0.6134, 0.4952, 0.3848, 0.288, 0.2076, 0.1443, 0.0966, 0.0625,
] as const;
const shortDays = 14;
const longDays = 500;
/** Sessions' worth of a flat day that every hour starts with. */
const hourPrior = 0.3;
const minutePrior = 1;
/** Twelve terms of so sharp a kernel ripple by an eighth around nothing: a density below this is none. */
const minuteRipple = 0.2;
/** Evidence for keeping minutes counts no further than this, so that a schedule that changed is soon believed. */
const keepsMax = 12;
/** Before this many sessions there is nothing to compare with. */
const sessionsMin = 5;

const shortAt = 0;
const longAt = 17;
const minuteAt = 34;
const keepsMinutesAt = 59;
export const oddHoursFloats = 60;

export type OddHoursMemory = { readonly atMs: number; readonly sums: Float32Array };

/** One Fourier sum: its cosine terms, its sine terms, its weight. */
const densityAt = (sums: Float32Array, at: number, kernel: readonly number[], angle: number): number => {
  const terms = kernel.length;
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  let c = 1;
  let s = 0;
  let sum = 0;
  for (let k = 0; k < terms; k += 1) {
    const next = c * cosine - s * sine;
    s = s * cosine + c * sine;
    c = next;
    sum += (kernel[k] as number) * ((sums[at + k] as number) * c + (sums[at + terms + k] as number) * s);
  }
  return Math.max(0, (sums[at + 2 * terms] as number) + 2 * sum);
};

const addAt = (sums: Float32Array, at: number, terms: number, angle: number): void => {
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  let c = 1;
  let s = 0;
  for (let k = 0; k < terms; k += 1) {
    const next = c * cosine - s * sine;
    s = s * cosine + c * sine;
    c = next;
    sums[at + k] = (sums[at + k] as number) + c;
    sums[at + terms + k] = (sums[at + terms + k] as number) + s;
  }
  sums[at + 2 * terms] = (sums[at + 2 * terms] as number) + 1;
};

const decay = (sums: Float32Array, at: number, terms: number, by: number): void => {
  for (let k = at; k <= at + 2 * terms; k += 1) sums[k] = (sums[k] as number) * by;
};

const dayAngle = (atMs: number): number => (2 * Math.PI * (atMs % msPerDay)) / msPerDay;
const hourAngle = (atMs: number): number => (2 * Math.PI * (atMs % msPerHour)) / msPerHour;

const sessionsOf = ({ sums }: OddHoursMemory): number => sums[longAt + 16] as number;

/** The density of this hour as a multiple of a flat day, and of the minute for those who keep minutes. */
const density = (atMs: number, { atMs: learnedMs, sums }: OddHoursMemory): number => {
  const elapsed = (atMs - learnedMs) / msPerDay;
  const hour = (at: number, halfLifeDays: number): number => {
    const left = remaining(elapsed, halfLifeDays);
    const n = (sums[at + 16] as number) * left;
    return (densityAt(sums, at, hourKernel, dayAngle(atMs)) * left + hourPrior) / (n + hourPrior);
  };
  const byHour = 0.5 * (hour(shortAt, shortDays) + hour(longAt, longDays));
  return byHour * byMinute(atMs, sums);
};

/** 1 for those who do not keep minutes; what the minute of the hour does to the density of those who do. */
const byMinute = (atMs: number, sums: Float32Array): number => {
  const keepsMinutes = 1 / (1 + Math.exp(3 - (sums[keepsMinutesAt] as number)));
  return 1 - keepsMinutes + keepsMinutes * minuteFactor(atMs, sums);
};

/** Below this the minute is what is odd. */
const oddMinute = 0.5;

const minuteFactor = (atMs: number, sums: Float32Array): number => {
  const n = sums[minuteAt + 24] as number;
  const beyondRipple = Math.max(0, densityAt(sums, minuteAt, minuteKernel, hourAngle(atMs)) - minuteRipple * n);
  return (beyondRipple + minutePrior) / (n + minutePrior);
};

/** 0: any hour alike; 1: always the same. The check has power from about 0.6. */
export const concentration = ({ sums }: OddHoursMemory): number => {
  const n = sums[longAt + 16] as number;
  return n === 0 ? 0 : Math.min(1, Math.hypot(sums[longAt] as number, sums[longAt + 8] as number) / n);
};

/** Share of the day's sessions for each quarter of an hour, from the long memory. For people's eyes, and for `usualHours`. */
export const dayProfile = ({ sums }: OddHoursMemory): readonly number[] => {
  const quarters = Array.from({ length: 96 }, (_, quarter) =>
    densityAt(sums, longAt, hourKernel, (2 * Math.PI * (quarter + 0.5)) / 96),
  );
  const total = quarters.reduce((sum, value) => sum + value, 0);
  return quarters.map((value) => (total === 0 ? 1 / 96 : value / total));
};

/** The shortest stretch of the day that holds nine tenths of the sessions, in hours UTC. */
export const usualHours = (
  memory: OddHoursMemory,
): { readonly usualFromHour: number; readonly usualToHour: number } => {
  const shares = dayProfile(memory);
  let best = { from: 0, length: 96 };
  for (let from = 0; from < 96; from += 1) {
    let sum = 0;
    for (let length = 1; length <= best.length; length += 1) {
      sum += shares[(from + length - 1) % 96] as number;
      if (sum < 0.9) continue;
      if (length < best.length) best = { from, length };
      break;
    }
  }
  return { usualFromHour: best.from / 4, usualToHour: ((best.from + best.length) % 96) / 4 };
};

/** How odd a session that starts now would be, in nats; undefined before the principal is known. */
export const surpriseAt = (startMs: number, memory: OddHoursMemory): number | undefined =>
  Math.round(sessionsOf(memory)) < sessionsMin ? undefined : Math.max(0, -Math.log(density(startMs, memory)));

const judge = ({ event, session }: Seen, memory: OddHoursMemory): Score<OddHours> | undefined => {
  const nats = session.accepted > 1 ? undefined : surpriseAt(event.atMs, memory);
  if (nats === undefined) return undefined;
  if (nats < 1) return { nats, evidence: undefined };
  return {
    nats,
    evidence: {
      detector: 'odd-hours',
      atMs: event.atMs,
      density: density(event.atMs, memory),
      sessions: sessionsOf(memory),
      ...usualHours(memory),
      concentration: concentration(memory),
      ...(byMinute(event.atMs, memory.sums) < oddMinute && { isOffSchedule: true }),
    },
  };
};

const learn = (startMs: number, memory: OddHoursMemory): OddHoursMemory => {
  const sums = memory.sums.slice();
  const elapsed = memory.atMs === 0 ? 0 : (startMs - memory.atMs) / msPerDay;
  const factor = Math.log(minuteFactor(startMs, sums));
  decay(sums, shortAt, 8, remaining(elapsed, shortDays));
  decay(sums, longAt, 8, remaining(elapsed, longDays));
  decay(sums, minuteAt, 12, remaining(elapsed, longDays));
  const keeps = 0.98 * (sums[keepsMinutesAt] as number) + Math.min(2, Math.max(-2, factor));
  sums[keepsMinutesAt] = Math.min(keepsMax, Math.max(-keepsMax, keeps));
  addAt(sums, shortAt, 8, dayAngle(startMs));
  addAt(sums, longAt, 8, dayAngle(startMs));
  addAt(sums, minuteAt, 12, hourAngle(startMs));
  return { atMs: Math.max(memory.atMs, startMs), sums };
};

export const oddHours: Detector<OddHoursMemory, OddHours, number> = {
  name: 'odd-hours',
  empty: { atMs: 0, sums: new Float32Array(oddHoursFloats) },
  judge,
  learn,
};

/** Whether the principal's rhythm is known well enough, and tight enough, for this check to catch anything. */
export const hasPower = (memory: OddHoursMemory): boolean =>
  Math.round(sessionsOf(memory)) >= sessionsMin &&
  (concentration(memory) >= 0.6 || (memory.sums[keepsMinutesAt] as number) > 3);
