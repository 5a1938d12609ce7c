/**
 * Who occurs in a log, and when the log speaks at all: the first of three readings, which finds whom somebody means by
 * a name, and where the log is silent for so long that a part of it may be missing.
 * Belongs to the fold that made it, which counts into it in place.
 */
import type { AuditEvent } from '../event.ts';
import { isNamed, type Principal, principalKey } from '../principal.ts';
import { msPerDay, msPerHour, type Stretch } from '../time.ts';

export type Registered = {
  readonly key: string;
  readonly source: string;
  principal: Principal;
  /** The people behind it, as the log names them; at most `usersMax`. */
  readonly users: string[];
  events: number;
  readonly firstAtMs: number;
  lastAtMs: number;
};

export type Register = {
  readonly principals: Map<string, Registered>;
  /** Principals that came when the register was full. */
  unregistered: number;
  events: number;
  firstEventMs: number | undefined;
  lastEventMs: number | undefined;
  /** The longest silence of each week of the log, by the week in which it ended. */
  readonly longestSilences: Map<number, Stretch>;
};

/** Whoever can write to a log can invent names: beyond so many, new ones are only counted. */
const principalsMax = 50_000;
const usersMax = 4;
/** Ten years of weeks: a forged time must not make a list without end. */
const weeksMax = 520;

export const emptyRegister = (): Register => ({
  principals: new Map(),
  unregistered: 0,
  events: 0,
  firstEventMs: undefined,
  lastEventMs: undefined,
  longestSilences: new Map(),
});

/** Events must follow each other in core's order. */
export const registerEvents = (events: readonly AuditEvent[], register: Register): void => {
  for (const event of events) {
    registerTime(event.atMs, register);
    registerPrincipal(event, register);
  }
  register.events += events.length;
};

const weekOf = (atMs: number): number => Math.floor(atMs / (7 * msPerDay));

const registerTime = (atMs: number, register: Register): void => {
  const { lastEventMs, longestSilences } = register;
  register.firstEventMs ??= atMs;
  register.lastEventMs = atMs;
  if (lastEventMs === undefined) return;
  const longest = longestSilences.get(weekOf(atMs));
  if (longest === undefined && longestSilences.size >= weeksMax) return;
  if (longest === undefined || atMs - lastEventMs > longest.toMs - longest.fromMs) {
    longestSilences.set(weekOf(atMs), { fromMs: lastEventMs, toMs: atMs });
  }
};

const registerPrincipal = (event: AuditEvent, register: Register): void => {
  const { principals } = register;
  const key = principalKey(event.source, event.principal);
  const known = principals.get(key);
  if (known === undefined) {
    if (principals.size >= principalsMax) {
      register.unregistered += 1;
      return;
    }
    principals.set(key, {
      key,
      source: event.source,
      principal: event.principal,
      users: event.user === undefined ? [] : [event.user],
      events: 1,
      firstAtMs: event.atMs,
      lastAtMs: event.atMs,
    });
    return;
  }
  known.principal = event.principal;
  known.events += 1;
  known.lastAtMs = event.atMs;
  if (event.user !== undefined && known.users.length < usersMax && !known.users.includes(event.user)) {
    known.users.push(event.user);
  }
};

/** Those that the words name: an id if it is one, for ids are never shared; else every bearer of the name. */
export const principalsNamed = (words: string, { principals }: Register): readonly Registered[] => {
  const named = [...principals.values()].filter(({ principal }) => isNamed(principal, words));
  const byId = named.filter(({ principal }) => principal.id === words);
  return byId.length > 0 ? byId : named;
};

/** The tokens that a person was seen behind, and the person's own sessions. */
export const principalsOfUser = (login: string, { principals }: Register): readonly Registered[] => {
  const wanted = login.toLowerCase();
  return [...principals.values()].filter(
    ({ principal, users }) =>
      (principal.kind === 'token' && users.some((user) => user.toLowerCase() === wanted)) ||
      (principal.kind === 'user' && isNamed(principal, login)),
  );
};

/** Shorter ones are nights and weekends. */
const silenceMinMs = 24 * msPerHour;
/** A silence so many times longer than the usual longest of a week is worth asking about. */
const timesUsual = 2.5;
/** The first and the last week are cut short; before two whole ones nobody can say what is usual. */
const weeksMin = 4;
/** Where nothing is known of what is usual: longer than any weekend. */
const silenceUnknownMs = 4 * msPerDay;

/** How long this log may be silent before a part of it seems to be missing. */
export const silenceLimitMs = ({ longestSilences }: Register): number => {
  const lengths = [...longestSilences.values()].map(({ fromMs, toMs }) => toMs - fromMs).sort((a, b) => a - b);
  if (lengths.length < weeksMin) return silenceUnknownMs;
  const median = lengths[Math.floor(lengths.length / 2)] ?? 0;
  return Math.max(silenceMinMs, timesUsual * median);
};

/** Silences of the whole log that may be holes in it; a log cannot tell a hole from a holiday. */
export const suspectSilences = (register: Register): readonly Stretch[] => {
  const limitMs = silenceLimitMs(register);
  return [...register.longestSilences.values()]
    .filter(({ fromMs, toMs }) => toMs - fromMs > limitMs)
    .sort((a, b) => a.fromMs - b.fromMs);
};
