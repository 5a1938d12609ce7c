/**
 * Who owns what in the benchmark's world: enough providers, in enough countries, that a colleague's home, a hotel abroad
 * and a thief's rented server differ as they do in life. All addresses are of 240.0.0.0/4 (RFC 1112, reserved), which
 * nobody can own, and the ASNs are private (RFC 6996), so no real table knows any of them.
 */
import type { Ip } from '../../../lib/core/ip.ts';
import type { NetworkLookup, Owner, OwnerClass } from '../../../lib/core/network.ts';
import type { Dice } from '../../../lib/simulator/dice.ts';

/** One provider in one country, with the /16 networks it announces. */
export type Provider = {
  readonly owner: Owner;
  readonly country: string;
  /** Ordinals of /16 networks, counted from 240.0.0.0. */
  readonly blocks: readonly [number, ...number[]];
  /** A real table has holes; addresses here belong to nobody as far as the lookup tells. */
  readonly isListed: boolean;
};

export type HomeCountry = 'US' | 'DE' | 'IN';
const homeCountries: readonly HomeCountry[] = ['US', 'DE', 'IN'];
const otherCountries = ['FR', 'ES', 'GB', 'BR', 'JP', 'PL'] as const;

let blocksGiven = 0;
let ownersGiven = 0;
const providers: Provider[] = [];

/** Blocks are handed out in the order of this file: the same address belongs to the same owner in every run. */
const provider = (name: string, ownerClass: OwnerClass, countries: readonly string[], isListed = true): Provider[] => {
  const owner = { asn: 4_200_000_000 + ownersGiven, name: `${name} (made up)`, class: ownerClass };
  ownersGiven += 1;
  return countries.map((country) => {
    const blocks: [number, number] = [blocksGiven, blocksGiven + 1];
    blocksGiven += 2;
    const made = { owner, country, blocks, isListed };
    providers.push(made);
    return made;
  });
};

const each = (count: number, make: (ordinal: number) => Provider[]): Provider[] =>
  Array.from({ length: count }, (_, i) => make(i + 1)).flat();

const inCountries = (make: (country: string) => Provider[]): ReadonlyMap<string, readonly Provider[]> =>
  new Map([...homeCountries, ...otherCountries].map((country) => [country, make(country)]));

export const broadband = inCountries((country) =>
  each(6, (i) => provider(`Broadband ${country} ${i}`, 'residential', [country])),
);
/** Small ones that the table does not know. */
export const unlistedBroadband = inCountries((country) =>
  provider(`Village Broadband ${country}`, 'residential', [country], false),
);
export const mobile = inCountries((country) =>
  each(2, (i) => provider(`Mobile ${country} ${i}`, 'residential', [country])),
);
export const hotels = inCountries((country) =>
  each(2, (i) => provider(`Hotels ${country} ${i}`, 'business', [country])),
);
export const officeFibre = inCountries((country) =>
  each(2, (i) => provider(`Business Fibre ${country} ${i}`, 'business', [country])),
);
/** Clouds have regions; one owner, several countries. */
export const clouds = each(4, (i) => provider(`Cloud ${i}`, 'cloud', ['US', 'DE', 'IN']));
export const hostedCi = each(3, (i) => provider(`Hosted CI ${i}`, 'ci', ['US']));
export const hosting = each(10, (i) =>
  provider(`Cheap Servers ${i}`, 'hosting', [['NL', 'FR', 'US', 'DE', 'SG'][i % 5] ?? 'NL']),
);
export const vpns = each(3, (i) => provider(`Privacy VPN ${i}`, 'vpn', [['CH', 'SE', 'US'][i % 3] ?? 'CH']));

const byBlock = new Map(providers.flatMap((made) => made.blocks.map((block) => [block, made] as const)));

/** The ownership table of this world. */
export const madeUpOwners: NetworkLookup = ({ bytes }: Ip) => {
  if (bytes.length !== 4) return undefined;
  const found = byBlock.get((((bytes[0] as number) - 240) << 8) | (bytes[1] as number));
  return found?.isListed ? { owner: found.owner, country: found.country } : undefined;
};

/** Any address of a provider. */
export const addressOf = ({ blocks }: Provider, dice: Dice): string =>
  `${prefixIn(dice.pick(blocks), dice.integer(0, 255))}.${dice.integer(1, 254)}`;

/** Any address of the same /24. */
export const neighbourOf = (address: string, dice: Dice): string =>
  `${address.slice(0, address.lastIndexOf('.'))}.${dice.integer(1, 254)}`;

const prefixIn = (block: number, third: number): string => `${240 + (block >> 8)}.${block & 255}.${third}`;

/** One of a list that is known to hold something. */
export const anyOf = <T>(choices: readonly T[], dice: Dice): T => {
  const [first, ...rest] = choices;
  if (first === undefined) throw new RangeError('nothing to choose from');
  return dice.pick([first, ...rest]);
};

export const inCountry = (where: ReadonlyMap<string, readonly Provider[]>, country: string): readonly Provider[] =>
  where.get(country) ?? [];

/** One home in fifty has a provider that no table knows. */
export const homeProvider = (country: string, dice: Dice): Provider =>
  anyOf(inCountry(dice.chance(0.02) ? unlistedBroadband : broadband, country), dice);

export const countryAbroad = (home: string, dice: Dice): string =>
  anyOf(
    [...homeCountries, ...otherCountries].filter((country) => country !== home),
    dice,
  );
