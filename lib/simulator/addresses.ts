import type { Ip } from '../core/ip.ts';
import type { NetworkLookup, Owner, OwnerClass } from '../core/network.ts';
import type { Dice } from './dice.ts';
import type { Country } from './local-time.ts';

/**
 * Who owns what in the made-up world. Only ranges that nobody can own: documentation (RFC 5737, RFC 3849),
 * benchmarking (RFC 2544), and the ASNs of RFC 5398. Real tables know none of them, so this is the table to use with it.
 */

/** First bytes of the range and how many bits of them count. */
type Range = { readonly bytes: readonly number[]; readonly bits: number };
type Holding = { readonly ranges: readonly Range[]; readonly owner: Owner; readonly country: string };

const range = (bits: number, ...bytes: readonly number[]): Range => ({ bits, bytes });
const owner = (asn: number, name: string, ownerClass: OwnerClass): Owner => ({
  asn,
  name: `${name} (made up)`,
  class: ownerClass,
});

const holdings: readonly Holding[] = [
  { ranges: [range(24, 192, 0, 2)], owner: owner(64496, 'Example Office Fibre', 'business'), country: 'US' },
  { ranges: [range(24, 198, 51, 100)], owner: owner(64497, 'Beispiel Business Net', 'business'), country: 'DE' },
  {
    ranges: [range(18, 198, 18, 0), range(36, 0x20, 0x01, 0x0d, 0xb8, 0x10)],
    owner: owner(64498, 'Example Broadband', 'residential'),
    country: 'US',
  },
  {
    ranges: [range(18, 198, 18, 64), range(36, 0x20, 0x01, 0x0d, 0xb8, 0x20)],
    owner: owner(64499, 'Beispiel Breitband', 'residential'),
    country: 'DE',
  },
  { ranges: [range(18, 198, 18, 128)], owner: owner(64500, 'Example Mobile', 'residential'), country: 'US' },
  { ranges: [range(18, 198, 18, 192)], owner: owner(64501, 'Beispiel Mobilfunk', 'residential'), country: 'DE' },
  { ranges: [range(17, 198, 19, 0)], owner: owner(65536, 'Example Hosted CI', 'ci'), country: 'US' },
  { ranges: [range(18, 198, 19, 128)], owner: owner(65537, 'Example Cloud Frankfurt', 'cloud'), country: 'DE' },
  { ranges: [range(19, 198, 19, 192)], owner: owner(64502, 'Example Hotels and Trains', 'business'), country: 'FR' },
  { ranges: [range(20, 198, 19, 224)], owner: owner(64503, 'Example Privacy VPN', 'vpn'), country: 'CH' },
  { ranges: [range(24, 203, 0, 113)], owner: owner(64511, 'Example Cheap Servers', 'hosting'), country: 'NL' },
];

/** Owners of the made-up organization's addresses. */
export const madeUpOwners: NetworkLookup = (ip) => {
  const holding = holdings.find(({ ranges }) => ranges.some((candidate) => isWithin(candidate, ip)));
  return holding && { owner: holding.owner, country: holding.country };
};

const isWithin = ({ bytes, bits }: Range, ip: Ip): boolean => {
  // Of the same family: no IPv4 range is longer than 24 bits, no IPv6 address has 4 bytes.
  if ((bytes[0] === 0x20) !== (ip.bytes.length === 16)) return false;
  return bytes.every((byte, at) => {
    const mask = (0xff << Math.max(0, 8 * (at + 1) - bits)) & 0xff;
    return ((ip.bytes[at] ?? 0) & mask) === (byte & mask);
  });
};

/** Two outgoing addresses per office, as behind a pair of firewalls. */
export const officeAddress = (country: Country, dice: Dice): string =>
  country === 'US' ? `192.0.2.${dice.pick([10, 11])}` : `198.51.100.${dice.pick([20, 21])}`;

/** What the broadband company leases to one household, until it leases another. */
export const homeAddress = (country: Country, dice: Dice): string =>
  `198.18.${(country === 'US' ? 0 : 64) + dice.integer(0, 63)}.${dice.integer(2, 254)}`;

/** A household's own /48: the prefix stays, the device's half changes as privacy extensions (RFC 8981) have it. */
export const homePrefix6 = (country: Country, dice: Dice): string =>
  `2001:db8:${country === 'US' ? 1 : 2}${dice.integer(0x100, 0xfff).toString(16)}`;
export const homeAddress6 = (prefix6: string, dice: Dice): string =>
  `${prefix6}:1:${Array.from({ length: 4 }, () => dice.integer(1, 0xffff).toString(16)).join(':')}`;

/** Shared by many customers; another one for each use. */
export const mobileAddress = (country: Country, dice: Dice): string =>
  `198.18.${(country === 'US' ? 128 : 192) + dice.integer(0, 7)}.${dice.integer(1, 254)}`;

export const hotelAddress = (dice: Dice): string => `198.19.${192 + dice.integer(0, 31)}.${dice.integer(2, 254)}`;
export const vpnAddress = (dice: Dice): string => `198.19.${224 + dice.integer(0, 15)}.${dice.integer(1, 254)}`;
export const hostingAddress = (dice: Dice): string => `203.0.113.${dice.integer(2, 254)}`;
export const cloudAddress = (dice: Dice): string => `198.19.${128 + dice.integer(0, 63)}.${dice.integer(2, 254)}`;

/** 128 networks of 254 hosts. */
const ciAddresses = 128 * 254;

/**
 * The address of a hosted-CI job. Steps through the whole range before it repeats, because the step shares no factor
 * with it (2^8 · 127), and neighbours in time lie far apart.
 */
export const ciAddress = (jobOrdinal: number): string => {
  const at = (jobOrdinal * 19_683) % ciAddresses;
  return `198.19.${Math.floor(at / 254)}.${1 + (at % 254)}`;
};
