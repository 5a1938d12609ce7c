import ipaddr from 'ipaddr.js';

/**
 * Addresses: one canonical text for each, whether the log wrote IPv4 inside IPv6, upper case or leading zeros in groups.
 */

export type Ip = {
  /** RFC 5952 for IPv6, dotted decimal for IPv4; an IPv4 address mapped into IPv6 is the IPv4 address. */
  readonly text: string;
  /** The /24 or /48 around it: what one site or one small customer is given. */
  readonly prefix: string;
  /** Private, loopback, link-local or otherwise not routed: it has no owner to look up. */
  readonly isReserved: boolean;
  /** 4 or 16 bytes, network order. */
  readonly bytes: readonly number[];
};

const prefixBits = { ipv4: 24, ipv6: 48 } as const;

/**
 * What has no owner by its nature (IANA special-purpose registries, in ipaddr.js's names). Documentation and benchmarking
 * ranges are left out: they stand for public addresses in examples, tests and the made-up organization.
 */
const ownerless = new Set([
  'private',
  'loopback',
  'linkLocal',
  'uniqueLocal',
  'carrierGradeNat',
  'unspecified',
  'broadcast',
  'multicast',
  'discard',
]);

/** Addresses repeat, and each is asked for by several readers: so many are remembered before the memory starts afresh. */
const rememberedMax = 20_000;
const remembered = new Map<string, Ip | undefined>();

/** The address, or undefined when the text is none. Octal and short forms (`010.1`, `1`) are refused: they mislead. */
export const parseIp = (text: string): Ip | undefined => {
  if (text.length > 45) return undefined;
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const ip = parse(text);
  if (remembered.size >= rememberedMax) remembered.clear();
  remembered.set(text, ip);
  return ip;
};

const parse = (text: string): Ip | undefined => {
  const parsed = ipaddr.IPv4.isValidFourPartDecimal(text)
    ? ipaddr.IPv4.parse(text)
    : ipaddr.IPv6.isValid(text) && !text.includes('%') && isPlainTail(text)
      ? ipaddr.process(text)
      : undefined;
  if (parsed === undefined) return undefined;
  const bytes = parsed.toByteArray();
  const bits = prefixBits[parsed.kind()];
  return {
    text: canonical(bytes),
    prefix: `${canonical(bytes.map((byte, at) => (at < bits / 8 ? byte : 0)))}/${bits}`,
    isReserved: ownerless.has(parsed.range()),
    bytes,
  };
};

/** IPv4 written inside IPv6 keeps the rule: no octal. */
const isPlainTail = (text: string): boolean =>
  !text.includes('.') || ipaddr.IPv4.isValidFourPartDecimal(text.slice(text.lastIndexOf(':') + 1));

const canonical = (bytes: number[]): string => {
  const address = ipaddr.fromByteArray(bytes);
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
};
