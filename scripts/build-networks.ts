import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { buildTable } from '../lib/adapters/networks/build-table.ts';

/** Reads the published ownership lists, as installed, into the bytes of `dist/networks.bin`. */

const asnPackage = '@ip-location-db/asn';
const countryPackage = '@ip-location-db/geo-whois-asn-country';

/** Whom the licences of the lists ask to credit. */
export const attribution =
  'AS numbers: Route Views (routeviews.org), DB-IP (db-ip.com) and the Number Resource Organization (nro.net), merged ' +
  'by ip-location-db, CC BY 4.0. Countries: geofeeds, whois and NRO statistics, merged by ip-location-db, CC0 1.0. ' +
  'Merged further and packed by tokenwatch.';

/** `root` is the folder whose node_modules hold the lists. */
export const networksBytes = (root: string): Buffer => {
  const { resolve } = createRequire(`${root}/package.json`);
  const read = (path: string) => readFileSync(resolve(path), 'utf8');
  const dates = [asnPackage, countryPackage].map((name) => dateIn(JSON.parse(read(`${name}/package.json`)).version));
  return buildTable({
    asOf: dates.toSorted().at(-1) ?? '',
    attribution,
    owners: { ipv4: read(`${asnPackage}/asn-ipv4-num.csv`), ipv6: read(`${asnPackage}/asn-ipv6-num.csv`) },
    countries: {
      ipv4: read(`${countryPackage}/geo-whois-asn-country-ipv4-num.csv`),
      ipv6: read(`${countryPackage}/geo-whois-asn-country-ipv6-num.csv`),
    },
  });
};

/** The lists' versions end in the hour they were made: `2.3.2026061719`. */
const dateIn = (version: string): string => {
  const [, year, month, day] = /(\d{4})(\d\d)(\d\d)\d\d$/.exec(version) ?? [];
  if (year === undefined) throw new Error(`Version ${version} of the ownership lists holds no date.`);
  return `${year}-${month}-${day}`;
};
