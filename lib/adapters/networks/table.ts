import type { Ip } from '../../core/ip.ts';
import type { NetworkLookup, Owner } from '../../core/network.ts';
import { ownerClassOf } from './owner-class.ts';
import { openTable, type Pieces, type TableBody } from './table-format.ts';

/**
 * Looks addresses up in the table that `npm run build` makes: two binary searches over sorted columns, about a
 * microsecond. An owner's class is told when it is first met, not stored, so that a change to the classes needs no new
 * table and means the same for the operator’s own files. The table itself is read when an address is first asked for.
 */
export const tableLookup = (
  bytes: Buffer,
  file: string,
): { readonly lookup: NetworkLookup; readonly credit: string } => {
  const table = openTable(bytes, file);
  let body: TableBody | undefined;
  const met = new Map<number, Owner>();
  const ownerAt = (value: number, from: TableBody): Owner | undefined => {
    const before = met.get(value);
    if (before !== undefined) return before;
    const found = from.ownerAt(value);
    if (found === undefined) return undefined;
    const owner = { ...found, class: ownerClassOf(found.asn, found.name) };
    met.set(value, owner);
    return owner;
  };

  const lookup: NetworkLookup = (ip) => {
    body ??= table.readBody();
    const family = body.pieces[ip.bytes.length === 4 ? 'ipv4' : 'ipv6'];
    const key = wordsOf(ip);
    const owner = ownerAt(valueAt(family.owners, key), body);
    const country = body.countries[valueAt(family.countries, key) - 1];
    if (owner === undefined) return country === undefined ? undefined : { country };
    return country === undefined ? { owner } : { owner, country };
  };
  return { lookup, credit: `Address ownership as of ${table.asOf}. ${table.attribution}` };
};

/** The address as 32-bit numbers, most significant first. */
const wordsOf = ({ bytes }: Ip): readonly number[] => {
  const words = bytes.length === 4 ? [0] : [0, 0, 0, 0];
  for (let at = 0; at < bytes.length; at++) words[at >> 2] = (words[at >> 2] ?? 0) * 256 + (bytes[at] ?? 0);
  return words;
};

/** The value of the last piece that starts at or before the address; zero before the first. */
const valueAt = ({ starts, values }: Pieces, key: readonly number[]): number => {
  let from = 0;
  let to = values.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (isAfter(starts, middle, key)) to = middle;
    else from = middle + 1;
  }
  return values[from - 1] ?? 0;
};

const isAfter = (starts: Pieces['starts'], row: number, key: readonly number[]): boolean => {
  for (let word = 0; word < key.length; word++) {
    const start = starts[word]?.[row] ?? 0;
    const wanted = key[word] ?? 0;
    if (start !== wanted) return start > wanted;
  }
  return false;
};
