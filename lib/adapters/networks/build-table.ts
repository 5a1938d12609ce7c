import { countryRows, ownerRows, type Range, type RegisteredOwner } from './csv-rows.ts';
import { partition } from './partition.ts';
import { encodeTable, type FamilyName, type Pieces } from './table-format.ts';

/**
 * Makes the ownership table from the published lists. Runs when tokenwatch is built, not when it is used. The same
 * lists give the same bytes.
 */

export type OwnershipLists = {
  readonly asOf: string;
  readonly attribution: string;
  /** CSV: first address, last address (as whole numbers), AS number, name. */
  readonly owners: Readonly<Record<FamilyName, string>>;
  /** CSV: first address, last address, ISO 3166 alpha-2. */
  readonly countries: Readonly<Record<FamilyName, string>>;
};

export const buildTable = ({
  asOf,
  attribution,
  owners: ownerLists,
  countries: countryLists,
}: OwnershipLists): Buffer => {
  const ownersOf = {
    ipv4: ownerRows(ownerLists.ipv4).filter(isOwned),
    ipv6: ownerRows(ownerLists.ipv6).filter(isOwned),
  };
  const countriesOf = { ipv4: countryRows(countryLists.ipv4), ipv6: countryRows(countryLists.ipv6) };

  const names = new Map<number, string>();
  for (const { value } of [...ownersOf.ipv4, ...ownersOf.ipv6]) {
    if (!names.has(value.asn)) names.set(value.asn, printable(value.name));
  }
  const owners = [...names].map(([asn, name]) => ({ asn, name })).sort((a, b) => a.asn - b.asn);
  const countries = [...new Set([...countriesOf.ipv4, ...countriesOf.ipv6].map(({ value }) => value))].sort();
  const ownerValues = new Map(owners.map(({ asn }, index) => [asn, index + 1]));
  const countryValues = new Map(countries.map((country, index) => [country, index + 1]));

  const familyPieces = (family: FamilyName) => ({
    owners: piecesOf(family, ownersOf[family], ({ asn }) => ownerValues.get(asn)),
    countries: piecesOf(family, countriesOf[family], (country) => countryValues.get(country)),
  });
  return encodeTable({
    asOf,
    attribution,
    owners,
    countries,
    pieces: { ipv4: familyPieces('ipv4'), ipv6: familyPieces('ipv6') },
  });
};

/**
 * Whether the number can be somebody's: zero, the placeholder of 16-bit routers, and what IANA keeps for private use,
 * documentation or later (RFC 5398, 6793, 6996, 7300, 7607) say nothing about who announces an address.
 */
const isOwned = ({ value: { asn } }: Range<RegisteredOwner>): boolean =>
  asn !== 0 && asn !== 23_456 && (asn < 64_496 || asn > 131_071) && asn < 4_200_000_000;

/** Longer names are cut; the lists cut most of them at about 80 already. */
const nameCharsMax = 100;

/** Names are whatever their owners registered: no control characters, no line breaks. */
const printable = (name: string): string =>
  name
    .replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, nameCharsMax);

const bitsOf: Readonly<Record<FamilyName, bigint>> = { ipv4: 32n, ipv6: 128n };
const wordShiftsOf: Readonly<Record<FamilyName, readonly bigint[]>> = { ipv4: [0n], ipv6: [96n, 64n, 32n, 0n] };

const piecesOf = <Value>(
  family: FamilyName,
  ranges: readonly Range<Value>[],
  numberOf: (value: Value) => number | undefined,
): Pieces => {
  const all = partition(ranges.map(({ first, last, value }) => ({ first, last, value: numberOf(value) })));
  // A range that ends with the last address leaves a gap that begins beyond it.
  const pieces = all.filter(({ start }) => start >> bitsOf[family] === 0n);
  return {
    starts: wordShiftsOf[family].map((shift) =>
      Uint32Array.from(pieces, ({ start }) => Number((start >> shift) & 0xffff_ffffn)),
    ),
    values: Uint32Array.from(pieces, ({ value }) => value ?? 0),
  };
};
