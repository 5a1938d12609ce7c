import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseIp } from '../../../lib/core/ip.ts';
import { madeUpOwners } from '../../../lib/simulator/addresses.ts';
import { mmdbBytes, type Value } from '../../adapters/networks/mmdb-writer.ts';

/**
 * Who owns the made-up organization's addresses, as files that an operator may give: no real table knows the ranges that
 * are reserved for documentation. Returns the paths of two, for IPv4 and IPv6.
 */
export const writeMadeUpOwners = (folder: string): readonly string[] =>
  (['ipv4', 'ipv6'] as const).map((family) => {
    const file = join(folder, `${family}.mmdb`);
    const entries = ranges[family].map(([address, bits]) => ({
      prefixBits: bitsOf(address).slice(0, bits),
      record: recordOf(address),
    }));
    writeFileSync(file, mmdbBytes(family === 'ipv4' ? 4 : 6, entries));
    return file;
  });

/** As `madeUpOwners` has them; each address's own answer is asked of it. */
const ranges = {
  ipv4: [
    ['192.0.2.0', 24],
    ['198.51.100.0', 24],
    ['198.18.0.0', 18],
    ['198.18.64.0', 18],
    ['198.18.128.0', 18],
    ['198.18.192.0', 18],
    ['198.19.0.0', 17],
    ['198.19.128.0', 18],
    ['198.19.192.0', 19],
    ['198.19.224.0', 20],
    ['203.0.113.0', 24],
  ],
  ipv6: [
    ['2001:db8:1000::', 36],
    ['2001:db8:2000::', 36],
  ],
} as const;

const bitsOf = (address: string): string =>
  bytesOf(address)
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');

const bytesOf = (address: string): readonly number[] => [...ipOf(address).bytes];

const ipOf = (address: string) => {
  const ip = parseIp(address);
  if (ip === undefined) throw new RangeError(`${address} is no address`);
  return ip;
};

const recordOf = (address: string): Value => {
  const found = madeUpOwners(ipOf(address));
  if (found?.owner === undefined) throw new RangeError(`nobody owns ${address}`);
  const { owner, country } = found;
  return {
    asn: `AS${owner.asn}`,
    as_name: owner.name,
    ...(owner.class === 'residential' && { as_type: 'isp' }),
    ...(owner.class === 'business' && { as_type: 'business' }),
    ...(country !== undefined && { country_code: country }),
  };
};
