import { gunzipSync, gzipSync } from 'node:zlib';
import { NetworksError } from './networks-error.ts';

/**
 * The ownership table as a file: two lines of text that say what it is and whom to credit, then one gzip stream, whose
 * own checksum and length guard the rest. `head -2 dist/networks.bin` reads the text.
 *
 * The body holds owner numbers, owner names, countries, then for IPv4 and IPv6 each two lists of pieces: owners and
 * countries. They are kept apart because they change at different addresses; joined they would be half as long again.
 * A piece is where it starts and which owner or country holds from there on; zero is nobody. Numbers are 32 bits wide,
 * an IPv6 start being four of them, so both families are searched alike and no prefix length is too long to be exact.
 * Columns that only grow are written as differences, which gzip shrinks best. Bytes are in the order of the machine:
 * every platform that Node runs on today has the same, and another would make its own table when it builds.
 */

const magic = 'tokenwatch-networks 1';

/** Far more than the internet has; a damaged header must not ask for gigabytes. */
const rowsMax = 1 << 22;
const textBytesMax = 1 << 25;

/** Which value holds from each start on; `starts` has one column for IPv4 and four, most significant first, for IPv6. */
export type Pieces = { readonly starts: readonly Uint32Array[]; readonly values: Uint32Array };

export type FamilyName = 'ipv4' | 'ipv6';
const columnsOf: Readonly<Record<FamilyName, number>> = { ipv4: 1, ipv6: 4 };
const familyNames: readonly FamilyName[] = ['ipv4', 'ipv6'];

export type TableContent = {
  /** Date of the newest list in it: `2026-06-17`. */
  readonly asOf: string;
  /** Whom the licences of the lists ask to credit. */
  readonly attribution: string;
  readonly owners: readonly { readonly asn: number; readonly name: string }[];
  readonly countries: readonly string[];
  readonly pieces: Readonly<Record<FamilyName, { readonly owners: Pieces; readonly countries: Pieces }>>;
};

/** As read: owners are too many to be made into objects before anybody asks for one. */
export type TableBody = Pick<TableContent, 'countries' | 'pieces'> & {
  /** The owner of a value; value 1 is the first. */
  ownerAt(value: number): TableContent['owners'][number] | undefined;
};

/** The body is four fifths of a poller's start, and most polls meet no address: it is read when one is asked for. */
export type Table = Pick<TableContent, 'asOf' | 'attribution'> & {
  /** Reads the body, anew each time. Throws `NetworksError`. */
  readBody(): TableBody;
};

type Header = {
  readonly asOf: string;
  readonly attribution: string;
  readonly owners: number;
  readonly nameBytes: number;
  readonly countries: number;
  readonly pieces: Readonly<Record<FamilyName, { readonly owners: number; readonly countries: number }>>;
};

export const encodeTable = ({ asOf, attribution, owners, countries, pieces }: TableContent): Buffer => {
  const names = owners.map(({ name }) => Buffer.from(name));
  const nameEnds = Uint32Array.from(names, ({ length }) => length);
  for (let row = 1; row < nameEnds.length; row++) nameEnds[row] = (nameEnds[row] ?? 0) + (nameEnds[row - 1] ?? 0);
  const header: Header = {
    asOf,
    attribution,
    owners: owners.length,
    nameBytes: nameEnds.at(-1) ?? 0,
    countries: countries.length,
    pieces: {
      ipv4: { owners: pieces.ipv4.owners.values.length, countries: pieces.ipv4.countries.values.length },
      ipv6: { owners: pieces.ipv6.owners.values.length, countries: pieces.ipv6.countries.values.length },
    },
  };
  const body = Buffer.concat([
    bytesOf(differences(Uint32Array.from(owners, ({ asn }) => asn))),
    bytesOf(differences(nameEnds)),
    ...names,
    Buffer.from(countries.join('')),
    ...familyNames.flatMap((family) =>
      [pieces[family].owners, pieces[family].countries].flatMap(({ starts, values }) => [
        ...starts.map((column) => bytesOf(differences(column))),
        bytesOf(values),
      ]),
    ),
  ]);
  return Buffer.concat([Buffer.from(`${magic}\n${JSON.stringify(header)}\n`), gzipSync(body)]);
};

/** Reads the two lines of text of a table file; `file` is its name in errors. Throws `NetworksError`. */
export const openTable = (bytes: Buffer, file: string): Table => {
  const unusable = (why: string, cause?: unknown) =>
    new NetworksError(`${file} is not a usable ownership table: ${why}. Run "npm run build" to make it anew.`, {
      cause,
    });

  const magicEnd = bytes.indexOf('\n');
  if (magicEnd < 0 || bytes.toString('latin1', 0, Math.min(magicEnd, 100)) !== magic) {
    throw unusable(`it does not begin with "${magic}"`);
  }
  const headerEnd = bytes.indexOf('\n', magicEnd + 1);
  const header = headerEnd < 0 ? undefined : parseHeader(bytes.toString('utf8', magicEnd + 1, headerEnd));
  if (header === undefined) throw unusable('its second line is damaged');
  const zipped = bytes.subarray(headerEnd + 1);
  // A gzip stream ends with the length of what it holds, so that a file cut short is known at once.
  if (zipped.length < 4 || zipped.readUInt32LE(zipped.length - 4) !== bodyBytes(header))
    throw unusable('it is cut short or damaged');
  return {
    asOf: header.asOf,
    attribution: header.attribution,
    readBody: () => {
      const body = inflate(zipped, bodyBytes(header));
      if (body instanceof Error) throw unusable('it is cut short or damaged', body);
      return tableBodyOf(header, body);
    },
  };
};

const tableBodyOf = (header: Header, body: Buffer): TableBody => {
  let at = 0;
  const take = (byteCount: number): Buffer => {
    at += byteCount;
    return body.subarray(at - byteCount, at);
  };
  const column = (rows: number): Uint32Array => columnOf(take(4 * rows));
  const asns = sums(column(header.owners));
  const nameEnds = sums(column(header.owners));
  const names = Buffer.from(take(header.nameBytes));
  const countries = Array.from({ length: header.countries }, () => take(2).toString('latin1'));
  const piecesOf = (family: FamilyName, rows: number): Pieces => ({
    starts: Array.from({ length: columnsOf[family] }, () => sums(column(rows))),
    values: column(rows),
  });
  const familyPieces = (family: FamilyName) => ({
    owners: piecesOf(family, header.pieces[family].owners),
    countries: piecesOf(family, header.pieces[family].countries),
  });
  const ipv4 = familyPieces('ipv4');
  return {
    ownerAt: (value) => {
      const asn = asns[value - 1];
      const name = names.toString('utf8', nameEnds[value - 2] ?? 0, nameEnds[value - 1] ?? 0);
      return asn === undefined ? undefined : { asn, name };
    },
    countries,
    pieces: { ipv4, ipv6: familyPieces('ipv6') },
  };
};

const bodyBytes = ({ owners, nameBytes, countries, pieces }: Header): number =>
  8 * owners +
  nameBytes +
  2 * countries +
  familyNames
    .map((family) => 4 * (columnsOf[family] + 1) * (pieces[family].owners + pieces[family].countries))
    .reduce((sum, byteCount) => sum + byteCount, 0);

const inflate = (zipped: Buffer, byteCount: number): Buffer | Error => {
  try {
    const body = gunzipSync(zipped, { maxOutputLength: byteCount + 1 });
    return body.length === byteCount ? body : new Error(`${body.length} bytes where ${byteCount} were announced`);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
};

const parseHeader = (text: string): Header | undefined => {
  let header: Partial<Header> | null;
  try {
    header = JSON.parse(text) as Partial<Header> | null;
  } catch {
    return undefined;
  }
  const { asOf, attribution, owners, nameBytes, countries, pieces } = header ?? {};
  const isSound =
    typeof asOf === 'string' &&
    typeof attribution === 'string' &&
    isCount(owners, rowsMax) &&
    isCount(nameBytes, textBytesMax) &&
    isCount(countries, rowsMax) &&
    familyNames.every(
      (family) => isCount(pieces?.[family]?.owners, rowsMax) && isCount(pieces?.[family]?.countries, rowsMax),
    );
  return isSound ? (header as Header) : undefined;
};

const isCount = (value: unknown, max: number): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max;

const differences = (column: Uint32Array): Uint32Array =>
  column.map((value, row) => (value - (column[row - 1] ?? 0)) >>> 0);

/** Undoes `differences`, in place. */
const sums = (column: Uint32Array): Uint32Array => {
  for (let row = 1, sum = column[0] ?? 0; row < column.length; row++) {
    sum = (sum + (column[row] ?? 0)) >>> 0;
    column[row] = sum;
  }
  return column;
};

const bytesOf = (column: Uint32Array): Buffer => Buffer.from(column.buffer, column.byteOffset, column.byteLength);

/** A copy: what was taken may begin at any byte, and should not keep the whole body in memory. */
const columnOf = (bytes: Buffer): Uint32Array => {
  const column = new Uint32Array(bytes.length / 4);
  bytes.copy(bytesOf(column));
  return column;
};
