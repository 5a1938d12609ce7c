/**
 * Principals met for the first time, by the hour. Whoever fills a log with invented tokens would have a baseline kept for
 * each of them; beyond `newcomersMax` in one hour further ones share the baseline of a crowd, and get one of their own when
 * they come back in another hour. That so many came is a fact of its own, and told: see `judgement.ts`.
 *
 * A thousand an hour is many times what ever joins at once, and an organization of 5,000 whose log is read from the start
 * is known after five of its hours; it loses those hours' lessons and nothing else. In the first week everybody is new, and
 * nothing is told. Misses: whoever invents fewer an hour, at a cost of as many small baselines. Sets it off falsely: more
 * than a thousand tokens rolled out within an hour.
 */
import { countAtSurprise, remaining } from './chance.ts';
import type { AuditEvent } from './event.ts';
import { hash32 } from './packed.ts';
import { newcomers, type Principal, principalKey, strangers } from './principal.ts';
import { isAccepted } from './session.ts';
import { hourOf } from './time.ts';

/** Baselines begun in one hour at most, and unknown names in one hour that are no accident. */
export const newcomersMax = 1_000;

/** Until every hour and weekday was seen once, most principals are new. */
const unknownHours = 168;

export type Crowd = 'newcomers' | 'strangers';

/** Principals without a baseline whose events were counted to a crowd this hour. */
type Gathering = {
  /** What was seen of them, to count each once: see `noted`. Empty before the first. */
  readonly sketch: string;
  /** How many they are, a few percent off. */
  readonly count: number;
  /** Principals of this kind in an hour, by the mean of hours that were no flood; recent ones weigh more. */
  readonly perHour: number;
};

export type Newcomers = {
  /** Of the first event, in hours since 1970; 0 before it. */
  readonly sinceHour: number;
  /** The hour being counted. */
  readonly hour: number;
  /** Baselines begun in it. */
  readonly begun: number;
} & Readonly<Record<Crowd, Gathering>>;

const nobody: Gathering = { sketch: '', count: 0, perHour: 0 };

export const noNewcomers: Newcomers = {
  sinceHour: 0,
  hour: 0,
  begun: 0,
  newcomers: nobody,
  strangers: nobody,
};

/** Users that were refused and never got in are whatever somebody typed. */
const isStranger = (event: AuditEvent): boolean => event.principal.kind === 'user' && !isAccepted(event);

/** The count, with the hours that ended before this one learned. What comes late belongs to the hour that is counted now. */
export const atHour = (counted: Newcomers, atMs: number): Newcomers => {
  const hour = hourOf(atMs);
  if (hour <= counted.hour) return counted;
  if (counted.hour === 0) return { ...counted, sinceHour: hour, hour };
  const afterwards = (crowd: Crowd): Gathering => ({ ...nobody, perHour: perHourAfter(counted, crowd, hour) });
  return {
    sinceHour: counted.sinceHour,
    hour,
    begun: 0,
    newcomers: afterwards('newcomers'),
    strangers: afterwards('strangers'),
  };
};

const halfLifeHours = 336;

const perHourAfter = (counted: Newcomers, crowd: Crowd, hour: number): number => {
  const { perHour } = counted[crowd];
  const kept = remaining(1, halfLifeHours);
  const count = countOf(counted, crowd);
  // A flood is no habit.
  const ended = count > newcomersMax ? perHour : perHour * kept + count * (1 - kept);
  return Math.fround(ended * remaining(hour - counted.hour - 1, halfLifeHours));
};

/** Who got a baseline of its own came as well. */
const countOf = (counted: Newcomers, crowd: Crowd): number =>
  counted[crowd].count + (crowd === 'newcomers' ? counted.begun : 0);

/** The count with one more event of somebody who has no baseline, and the crowd that the event belongs to, if to any. */
export const withNewcomer = (
  counted: Newcomers,
  event: AuditEvent,
  key: string,
): { readonly counted: Newcomers; readonly crowd: Principal | undefined } => {
  const { provider } = event.principal;
  if (isStranger(event)) return { counted: gathered(counted, 'strangers', key), crowd: strangers(provider) };
  if (counted.begun < newcomersMax) return { counted: { ...counted, begun: counted.begun + 1 }, crowd: undefined };
  return { counted: gathered(counted, 'newcomers', key), crowd: newcomers(provider) };
};

/** The crowds that these principals may be counted to, by key. */
export const crowdKeysOf = (
  { begun }: Newcomers,
  events: readonly AuditEvent[],
  keys: ReadonlySet<string>,
): readonly string[] => {
  const isFull = begun + keys.size > newcomersMax;
  const crowds = new Set<string>();
  for (const event of events) {
    const { source, principal } = event;
    if (isStranger(event)) crowds.add(principalKey(source, strangers(principal.provider)));
    else if (isFull) crowds.add(principalKey(source, newcomers(principal.provider)));
  }
  return [...crowds];
};

/** One hour in a thousand exceeds it. Who joins, joins with others: twice the scatter of single accidents. */
const rareNats = 3 * Math.LN10;
const dispersion = 2;
const perHourMin = 0.02;

/** How many of a crowd came this hour, and how many usually do. */
export type Flood = { readonly count: number; readonly expected: number; readonly rarelyAbove: number };

/** What there is to be told of a crowd. Undefined while it is no flood. */
export const floodOf = (counted: Newcomers, crowd: Crowd): Flood | undefined => {
  if (counted.hour - counted.sinceHour < unknownHours) return undefined;
  const count = countOf(counted, crowd);
  if (count <= newcomersMax) return undefined;
  const { perHour } = counted[crowd];
  const model = { mean: Math.max(perHourMin, perHour), dispersion };
  return { count, expected: perHour, rarelyAbove: countAtSurprise(rareNats, model) };
};

const gathered = (counted: Newcomers, crowd: Crowd, key: string): Newcomers => {
  const before = counted[crowd];
  const sketch = noted(before.sketch, key);
  return sketch === before.sketch ? counted : { ...counted, [crowd]: { ...before, sketch, count: distinctIn(sketch) } };
};

/**
 * HyperLogLog (Flajolet and others 2007): a million distinct keys in so many characters, 5 % off. A register a character,
 * in base 36: the most leading zeros of the hashes that fell to it, and one.
 */
const registers = 512;
const registerBits = 9;
const emptySketch = '0'.repeat(registers);

const noted = (sketch: string, key: string): string => {
  const hash = hash32(key, 6);
  const at = hash >>> (32 - registerBits);
  const rank = Math.clz32((hash << registerBits) | (1 << (registerBits - 1))) + 1;
  const held = sketch === '' ? emptySketch : sketch;
  if (Number.parseInt(held.charAt(at), 36) >= rank) return sketch;
  return held.slice(0, at) + rank.toString(36) + held.slice(at + 1);
};

const distinctIn = (sketch: string): number => {
  let sum = 0;
  let unset = 0;
  for (const register of sketch) {
    const rank = Number.parseInt(register, 36);
    sum += 2 ** -rank;
    if (rank === 0) unset += 1;
  }
  const estimate = ((0.7213 / (1 + 1.079 / registers)) * registers ** 2) / sum;
  // While registers are unset, their share says more.
  const isFew = estimate <= 2.5 * registers && unset > 0;
  return Math.round(isFew ? registers * Math.log(registers / unset) : estimate);
};
