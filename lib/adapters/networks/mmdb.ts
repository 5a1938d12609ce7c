import { Reader, type Response } from 'mmdb-lib';
import type { NetworkLookup, Owner, OwnerClass } from '../../core/network.ts';
import { NetworksError } from './networks-error.ts';
import { ownerClassOf } from './owner-class.ts';

/**
 * Address ownership from an MMDB file, the format in which MaxMind, DB-IP, IPinfo, IPLocate and others ship theirs.
 * Each names its fields in its own way; the shapes below cover their ASN and country databases. A file that has neither
 * under a known name simply answers nothing: the format has no schema to ask beforehand.
 */
export const mmdbLookup = (bytes: Buffer, file: string): NetworkLookup => {
  const reader = openReader(bytes, file);
  const isIpv4Only = reader.metadata.ipVersion === 4;
  return (ip) => {
    // An IPv6 address walked through an IPv4 tree would end at a stranger's record.
    if (isIpv4Only && ip.bytes.length !== 4) return undefined;
    return networkIn(recordOf(reader, ip.text, file));
  };
};

const openReader = (bytes: Buffer, file: string): Reader<Response> => {
  try {
    const reader = new Reader<Response>(bytes);
    if (reader.metadata.searchTreeSize < bytes.length) return reader;
  } catch (cause) {
    throw new NetworksError(`${file} is not an MMDB file. ${whatToGive}`, { cause });
  }
  throw new NetworksError(`${file} is cut short: it is smaller than its own search tree. ${whatToGive}`);
};

const whatToGive = 'Give an ASN or country database in MMDB format, unpacked, such as GeoLite2-ASN.mmdb.';

const recordOf = (reader: Reader<Response>, address: string, file: string): unknown => {
  try {
    return reader.get(address);
  } catch (cause) {
    throw new NetworksError(`${file} is damaged: the record of ${address} cannot be read. Download it again.`, {
      cause,
    });
  }
};

/** What we understand of a record, whichever vendor wrote it. */
const networkIn = (record: unknown): ReturnType<NetworkLookup> => {
  const owner = ownerIn(record);
  const country = countryIn(record);
  if (owner === undefined) return country === undefined ? undefined : { country };
  return country === undefined ? { owner } : { owner, country };
};

const asnFields = ['autonomous_system_number', 'asn'];
const nameFields = ['autonomous_system_organization', 'as_name', 'org', 'name'];

const ownerIn = (record: unknown): Owner | undefined => {
  const asn = firstOf(asnFields, (field) => asnOf(fieldOf(record, field)));
  if (asn === undefined) return undefined;
  const name = firstOf(nameFields, (field) => nameOf(fieldOf(record, field))) ?? `AS${asn}`;
  return { asn, name, class: classIn(record) ?? ownerClassOf(asn, name) };
};

/** `15169`, `"15169"` or `"AS15169"`; zero stands for none. */
const asnOf = (value: unknown): number | undefined => {
  const asn = typeof value === 'string' ? Number(/^(?:AS)?(\d{1,10})$/i.exec(value)?.[1]) : value;
  return typeof asn === 'number' && Number.isInteger(asn) && asn > 0 && asn < 2 ** 32 ? asn : undefined;
};

const nameCharsMax = 100;

const nameOf = (value: unknown): string | undefined => {
  const name = textOf(value)
    ?.replace(/[\p{C}\s]+/gu, ' ')
    .trim();
  return name ? name.slice(0, nameCharsMax) : undefined;
};

/** IPinfo tells the class of an owner itself; `isp` may be a home or an office, and homes are the many. */
const classesOfTypes: ReadonlyMap<string, OwnerClass> = new Map([
  ['isp', 'residential'],
  ['business', 'business'],
  ['education', 'business'],
  ['government', 'business'],
]);

/** A `hosting` is left to our own lists, which tell clouds, VPNs and CI from it. */
const classIn = (record: unknown): OwnerClass | undefined =>
  classesOfTypes.get(textOf(fieldOf(record, 'as_type')) ?? '');

/** `country.iso_code` (MaxMind, DB-IP), `country_code` (IPinfo, IPLocate), or `country` with a code in it (IPinfo's older files). */
const countryIn = (record: unknown): string | undefined =>
  isoCodeOf(fieldOf(fieldOf(record, 'country'), 'iso_code')) ??
  isoCodeOf(fieldOf(record, 'country_code')) ??
  isoCodeOf(fieldOf(record, 'country')) ??
  isoCodeOf(fieldOf(fieldOf(record, 'registered_country'), 'iso_code'));

const isoCodeOf = (value: unknown): string | undefined => {
  const text = textOf(value);
  return text !== undefined && /^[A-Za-z]{2}$/.test(text) ? text.toUpperCase() : undefined;
};

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const fieldOf = (record: unknown, field: string): unknown =>
  typeof record === 'object' && record !== null && Object.hasOwn(record, field)
    ? (record as Readonly<Record<string, unknown>>)[field]
    : undefined;

const firstOf = <Found>(fields: readonly string[], find: (field: string) => Found | undefined): Found | undefined => {
  for (const field of fields) {
    const found = find(field);
    if (found !== undefined) return found;
  }
  return undefined;
};
