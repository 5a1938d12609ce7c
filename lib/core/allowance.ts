/**
 * Networks that the operator vouches for until a day: an office that moves, a new VPN, a migration. While it is allowed, a
 * network is the principal's own as far as places go; hours, counts, actions, failures and the life of tokens are judged
 * as ever. It is learned as any other, so what was in use long enough needs no allowance when it ends, and what was not
 * is unfamiliar again. Whether it still counts is asked of the event's time, so that a replay allows what live did.
 */
import { parseIp } from './ip.ts';
import type { Network } from './network.ts';
import { isPlausible, msPerDay } from './time.ts';

export type Allowance = {
  readonly network: AllowedNetwork;
  /** First instant at which it no longer counts. */
  readonly untilMs: number;
  /** Why, in the operator's words. */
  readonly note: string;
};

export type AllowedNetwork = ({ readonly kind: 'addresses' } & AddressRange) | OwnerNumber;
type OwnerNumber = { readonly kind: 'owner'; readonly asn: number };

export type AddressRange = {
  /** `198.51.100.0/24`, `2001:db8::/48`; a single address without its length. */
  readonly text: string;
  /** First address, 4 or 16 bytes. */
  readonly bytes: readonly number[];
  /** How many leading bits count. */
  readonly bits: number;
};

/** An allowance that reaches further ahead is one that nobody will look at again. */
export const allowedMsMax = 366 * msPerDay;

/**
 * The largest block that one organization was ever given: /8 of IPv4, /16 of IPv6. Whoever allows more would switch the
 * check off by mistake.
 */
const bitsMin = { ipv4: 8, ipv6: 16 } as const;

/** `2001:db8:1:2:3:4:192.0.2.7/128` and nothing longer. */
const rangeCharsMax = 49;

/** Why a text is no range that may be allowed. */
export type RangeProblem = 'not-a-range' | 'inside-a-range' | 'too-wide';

/** `198.51.100.7`, `198.51.100.0/24`, `2001:db8::/48`. */
export const parseRange = (text: string): AddressRange | RangeProblem => {
  if (text.length > rangeCharsMax) return 'not-a-range';
  const slash = text.indexOf('/');
  const ip = parseIp(slash < 0 ? text : text.slice(0, slash));
  if (ip === undefined) return 'not-a-range';
  const { bytes } = ip;
  const bitsMax = 8 * bytes.length;
  const bits = slash < 0 ? bitsMax : lengthOf(text.slice(slash + 1));
  if (!(bits <= bitsMax)) return 'not-a-range';
  if (bits < (bytes.length === 4 ? bitsMin.ipv4 : bitsMin.ipv6)) return 'too-wide';
  if (!bytes.every((byte, at) => (byte & maskOf(bits, at)) === byte)) return 'inside-a-range';
  return { text: bits === bitsMax ? ip.text : `${ip.text}/${bits}`, bytes, bits };
};

/** NaN for what is no plain number: `024` might mean twenty. */
const lengthOf = (text: string): number => (/^(0|[1-9]\d{0,2})$/.test(text) ? Number(text) : Number.NaN);

/** Which bits of the byte at this place count. */
const maskOf = (bits: number, at: number): number => (0xff00 >> Math.min(8, Math.max(0, bits - 8 * at))) & 0xff;

/** The end of the last day (UTC) on which an allowance counts, from its text; undefined where it is no day. */
export const parseLastDay = (text: string): number | undefined => {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const dayMs = Date.parse(`${text}T00:00:00Z`);
  // `Date.parse` would take 30 February for 2 March.
  return isPlausible(dayMs) && new Date(dayMs).toISOString().startsWith(text) ? dayMs + msPerDay : undefined;
};

/** Whether a network is allowed at a time. Answers are remembered by network, as the same few come again and again. */
export const allowedBy = (allowances: readonly Allowance[]): ((network: Network, atMs: number) => boolean) => {
  if (allowances.length === 0) return () => false;
  const untilMs = new WeakMap<Network, number>();
  return (network, atMs) => {
    const known = untilMs.get(network);
    if (known !== undefined) return atMs < known;
    const endMs = endOf(network, allowances);
    untilMs.set(network, endMs);
    return atMs < endMs;
  };
};

/** Where several allow the same network, the last to end decides. */
const endOf = (network: Network, allowances: readonly Allowance[]): number => {
  const bytes = parseIp(network.address)?.bytes ?? [];
  const matching = allowances.filter(({ network: allowed }) =>
    allowed.kind === 'owner' ? network.owner?.asn === allowed.asn : isWithin(bytes, allowed),
  );
  return Math.max(...matching.map(({ untilMs }) => untilMs), Number.NEGATIVE_INFINITY);
};

const isWithin = (bytes: readonly number[], range: AddressRange): boolean =>
  bytes.length === range.bytes.length &&
  range.bytes.every((byte, at) => ((bytes[at] ?? 0) & maskOf(range.bits, at)) === byte);
