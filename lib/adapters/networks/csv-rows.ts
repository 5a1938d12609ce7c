/**
 * The rows of the published ownership lists, as ranges. Addresses are whole numbers, so that IPv4 and IPv6 are one
 * case. The lists are made by a program and have no line breaks inside quotes; a row of another shape is an error,
 * because a table built from half a list would say "nobody" where it means "unknown format".
 */

/** From the first to the last address, both included. */
export type Range<Value> = { readonly first: bigint; readonly last: bigint; readonly value: Value };

export type RegisteredOwner = { readonly asn: number; readonly name: string };

/** `16777216,16777471,13335,"Cloudflare, Inc."` */
const ownerRow = /^(\d{1,39}),(\d{1,39}),(\d{1,10}),(.*)$/;
/** `16777216,16777471,AU` */
const countryRow = /^(\d{1,39}),(\d{1,39}),([A-Z]{2})$/;

export const ownerRows = (csv: string): readonly Range<RegisteredOwner>[] =>
  rows(csv, ownerRow, (asn, name) => ({ asn: Number(asn), name: unquoted(name) }));

export const countryRows = (csv: string): readonly Range<string>[] => rows(csv, countryRow, (country) => country);

const rows = <Value>(csv: string, shape: RegExp, read: (third: string, fourth: string) => Value) => {
  const ranges: Range<Value>[] = [];
  for (const [index, line] of csv.split('\n').entries()) {
    if (line === '') continue;
    const [, from = '', to = '', third = '', fourth = ''] = shape.exec(line) ?? [];
    const range = { first: BigInt(from), last: BigInt(to), value: read(third, fourth) };
    if (from === '' || range.first > range.last) {
      throw new Error(`Row ${index + 1} is no address range: ${line.slice(0, 100)}`);
    }
    ranges.push(range);
  }
  return ranges;
};

const unquoted = (field: string): string =>
  field.startsWith('"') && field.endsWith('"') && field.length >= 2 ? field.slice(1, -1).replaceAll('""', '"') : field;
