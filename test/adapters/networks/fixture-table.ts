import { readFileSync } from 'node:fs';
import { buildTable } from '../../../lib/adapters/networks/build-table.ts';
import { type Ip, parseIp } from '../../../lib/core/ip.ts';

const rows = (name: string): string => readFileSync(`test/fixtures/networks/${name}-num.csv`, 'utf8');

/** The table of the rows in the fixtures. */
export const fixtureTable = (): Buffer =>
  buildTable({
    asOf: '2026-06-17',
    attribution: 'Rows of lists by example.com.',
    owners: { ipv4: rows('asn-ipv4'), ipv6: rows('asn-ipv6') },
    countries: { ipv4: rows('geo-whois-asn-country-ipv4'), ipv6: rows('geo-whois-asn-country-ipv6') },
  });

export const ip = (text: string): Ip => {
  const parsed = parseIp(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
};
