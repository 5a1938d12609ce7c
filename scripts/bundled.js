/**
 * What is inside a bundle that others wrote: its packages with their licences, as the text that those licences ask to be
 * kept with every copy, and as a bill of materials in CycloneDX (https://cyclonedx.org/docs/1.6/json/).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Licences under which a package may be part of what we give away under Apache-2.0. Another one fails the build. */
const licencesAllowed = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
]);

/** The packages of which these files are; throws where one is under a licence that nobody has looked at. */
export const bundledPackages = (root, bundledFiles) => {
  const folders = bundledFiles.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
  return [...new Set(folders)].toSorted().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    if (!licencesAllowed.has(license)) {
      throw new Error(
        `${name} ${version} is under the licence ${license}, which is not among ${[...licencesAllowed].join(', ')}: ` +
          'look at it, then add it in scripts/bundled.js or do without the package.',
      );
    }
    const file = readdirSync(join(root, folder)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const text = file === undefined ? '' : readFileSync(join(root, folder, file), 'utf8').trim();
    return { name, version, license, text };
  });
};

export const licensesText = (packages, networksAttribution) => {
  const parts = packages.map(({ name, version, license, text }) =>
    [`${name} ${version}, ${license}`, text].filter((part) => part !== '').join('\n\n'),
  );
  const all = [
    'tokenwatch contains the following works of others.',
    ...parts,
    `networks.bin\n\n${networksAttribution}`,
  ];
  return `${all.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
};

/** Without a serial number or a time: the same sources give the same bill, byte for byte. */
export const billOfMaterials = ({ name, version, license }, packages, dataPackages) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: {
    component: { type: 'application', 'bom-ref': purlOf(name, version), name, version, licenses: licenceOf(license) },
  },
  components: [
    ...packages.map((each) => componentOf('library', each)),
    ...dataPackages.map((each) => componentOf('data', each)),
  ],
});

const componentOf = (type, { name, version, license }) => ({
  type,
  'bom-ref': purlOf(name, version),
  name,
  version,
  purl: purlOf(name, version),
  licenses: licenceOf(license),
});

const licenceOf = (license) => [{ license: { id: license } }];

/** https://github.com/package-url/purl-spec: the @ of a scope is encoded, its slash is not. */
const purlOf = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;
