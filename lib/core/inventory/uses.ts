/**
 * How each token was used, as far as a log shows: the times at which uses began, by network owner and by what they
 * touched. The raw material of callers, gathered in one pass over a log of any length.
 * Belongs to the fold that made it, which adds to it in place.
 */
import { changesTokens, kindIndexOf } from '../action.ts';
import type { AuditEvent } from '../event.ts';
import { type Network, ownerKey } from '../network.ts';
import { type Principal, principalKey } from '../principal.ts';
import { msPerMinute } from '../time.ts';

/** What was done from one network owner on one target, or on none. */
export type UseStream = {
  readonly ownerKey: string;
  /** Of the latest event. */
  network: Network;
  readonly target: string | undefined;
  /** When its uses began, in order; the latest `startsMax`. */
  readonly startsMs: number[];
  readonly firstMs: number;
  lastMs: number;
  events: number;
  refused: number;
};

export type TokenUse = {
  readonly key: string;
  readonly source: string;
  principal: Principal;
  readonly firstAtMs: number;
  lastAtMs: number;
  events: number;
  refused: number;
  /** Bit k: an action of the k-th kind succeeded. */
  kinds: number;
  /** The people behind it, as the log names them; at most `usersMax`. */
  readonly users: string[];
  readonly streams: Map<string, UseStream>;
  /** The owners of those streams. */
  readonly owners: Set<string>;
  /** Events from owners that came when the map was full. */
  unplaced: number;
};

export type Uses = {
  readonly tokens: Map<string, TokenUse>;
  /** When the log said that a token was deleted, by source and name; not where one was made anew of that name. */
  readonly deletions: Map<string, number>;
  /** Tokens that came when the map was full. */
  uncounted: number;
  events: number;
  firstEventMs: number | undefined;
  lastEventMs: number | undefined;
};

/** Whoever can write to a log can invent names. */
const tokensMax = 20_000;
const usersMax = 8;
/** Network owners of one token; of each, targets that are told apart. What comes later shares one stream. */
const ownersMax = 48;
const targetsMax = 64;
/** Two months of an hourly job. */
const startsMax = 1_500;
/** Quiet this long, and what comes next is another use; a run that goes on for hours begins anew every hour. */
const useGapMs = 20 * msPerMinute;
const useLengthMaxMs = 55 * msPerMinute;

export const emptyUses = (): Uses => ({
  tokens: new Map(),
  deletions: new Map(),
  uncounted: 0,
  events: 0,
  firstEventMs: undefined,
  lastEventMs: undefined,
});

/** Events in core's order, each once. Only what acts by itself is looked at: a person's console sessions are no callers. */
export const addUses = (events: readonly AuditEvent[], uses: Uses, networks: (address: string) => Network): void => {
  for (const event of events) {
    uses.events += 1;
    uses.firstEventMs ??= event.atMs;
    uses.lastEventMs = event.atMs;
    noteDeletion(event, uses);
    if (event.principal.kind !== 'user') addUse(event, uses, networks);
  }
};

/** Whoever can write to a log can delete many names; the latest are kept. */
const deletionsMax = 20_000;

const noteDeletion = (event: AuditEvent, { deletions }: Uses): void => {
  if (event.outcome !== 'success' || event.target === undefined) return;
  const change = changesTokens(event.principal.provider, event.action);
  if (change === undefined) return;
  const key = deletionKey(event.source, event.target);
  deletions.delete(key);
  if (change === 'deleted') deletions.set(key, event.atMs);
  if (deletions.size <= deletionsMax) return;
  const oldest = deletions.keys().next();
  if (!oldest.done) deletions.delete(oldest.value);
};

/** By a name or an id, as the log has it. */
const deletionKey = (source: string, words: string): string => `${source}|${words.toLowerCase()}`;

/** Undefined: the log did not say so. */
export const deletedAtMsOf = ({ deletions }: Uses, { source, principal }: TokenUse): number | undefined =>
  principal.kind === 'token'
    ? (deletions.get(deletionKey(source, principal.id)) ?? deletions.get(deletionKey(source, principal.name)))
    : undefined;

const addUse = (event: AuditEvent, uses: Uses, networks: (address: string) => Network): void => {
  const key = principalKey(event.source, event.principal);
  let token = uses.tokens.get(key);
  if (token === undefined) {
    if (uses.tokens.size >= tokensMax) {
      uses.uncounted += 1;
      return;
    }
    token = newToken(key, event);
    uses.tokens.set(key, token);
  }
  token.principal = event.principal;
  token.lastAtMs = event.atMs;
  token.events += 1;
  if (event.outcome === 'failure') token.refused += 1;
  else token.kinds |= 1 << kindIndexOf(event.principal.provider, event.action);
  if (event.user !== undefined && token.users.length < usersMax && !token.users.includes(event.user)) {
    token.users.push(event.user);
  }
  const stream = streamOf(event, token, event.ip === undefined ? nowhere : networks(event.ip));
  if (stream === undefined) token.unplaced += 1;
  else addToStream(event, stream);
};

const newToken = (key: string, event: AuditEvent): TokenUse => ({
  key,
  source: event.source,
  principal: event.principal,
  firstAtMs: event.atMs,
  lastAtMs: event.atMs,
  events: 0,
  refused: 0,
  kinds: 0,
  users: [],
  streams: new Map(),
  owners: new Set(),
  unplaced: 0,
});

export const nowhere: Network = {
  address: 'none',
  prefix: 'none',
  owner: undefined,
  class: 'unknown',
  country: undefined,
};

/** Stands for all the address ranges of a fleet whose owner no table tells: hosted CI comes from a new one for each job. */
export const scattered = '(many address ranges)';

/** In place of the one range that happened to come last, which would be taken for where it comes from. */
export const everywhere: Network = {
  address: scattered,
  prefix: scattered,
  owner: undefined,
  class: 'unknown',
  country: undefined,
};

/** People have few; beyond so many it is a fleet. */
const rangesMax = 12;

/** What a caller is kept apart by. */
export const placeOf = (network: Network, known: ReadonlySet<string>): string => {
  const owner = ownerKey(network);
  const isRange = network.owner === undefined && network.class === 'unknown';
  if (!isRange || known.has(owner)) return owner;
  const ranges = [...known].filter((key) => key.includes('/')).length;
  return known.has(scattered) || ranges >= rangesMax ? scattered : owner;
};

const streamOf = (event: AuditEvent, { streams, owners }: TokenUse, network: Network): UseStream | undefined => {
  const owner = placeOf(network, owners);
  const mine = `${owner}\n${event.target ?? ''}`;
  const held = streams.get(mine);
  if (held !== undefined) {
    held.network = network;
    return held;
  }
  const ofOwner = [...streams.values()].filter((stream) => stream.ownerKey === owner);
  const target = ofOwner.length < targetsMax ? event.target : undefined;
  const place = `${owner}\n${target ?? ''}`;
  const shared = streams.get(place);
  if (shared !== undefined) {
    shared.network = network;
    return shared;
  }
  if (ofOwner.length === 0 && owners.size >= ownersMax) return undefined;
  const { atMs } = event;
  const stream = {
    ownerKey: owner,
    network,
    target,
    startsMs: [],
    firstMs: atMs,
    lastMs: atMs,
    events: 0,
    refused: 0,
  };
  streams.set(place, stream);
  owners.add(owner);
  return stream;
};

const addToStream = ({ atMs, outcome }: AuditEvent, stream: UseStream): void => {
  const startMs = stream.startsMs.at(-1);
  if (startMs === undefined || isNewUse({ startMs, lastMs: stream.lastMs, atMs })) {
    stream.startsMs.push(atMs);
    if (stream.startsMs.length > startsMax) stream.startsMs.shift();
  }
  stream.lastMs = Math.max(stream.lastMs, atMs);
  stream.events += 1;
  if (outcome === 'failure') stream.refused += 1;
};

const isNewUse = (at: { readonly startMs: number; readonly lastMs: number; readonly atMs: number }): boolean =>
  at.atMs - at.lastMs > useGapMs || at.atMs - at.startMs > useLengthMaxMs;
