/**
 * What is inside our bundles that others wrote, the command line's and those of the functions in AWS: their packages with
 * their licences, as the text that those licences ask to be kept with every copy, and as a bill of materials in CycloneDX
 * (https://cyclonedx.org/docs/1.6/json/).
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

/** As `lib/infra/monitor-function.ts` bundles a door; a test holds the two together. */
export const outsideFunctions = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];

/** What a deployment bundles on the operator's machine, found by bundling it and keeping nothing; `build` is esbuild's. */
export const filesInFunctions = async (root, build) => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: readdirSync(join(root, 'lambdas')).map((door) => `lambdas/${door}`),
    outdir: 'unused',
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    external: outsideFunctions,
    metafile: true,
    logLevel: 'warning',
  });
  return Object.keys(metafile.inputs);
};

/**
 * The packages of which these files are, each with the names of the bundles that it is in; throws where one is under a
 * licence that nobody has looked at.
 */
export const bundledPackages = (root, filesByBundle) => {
  const bundlesByFolder = new Map();
  for (const [bundle, files] of Object.entries(filesByBundle)) {
    for (const folder of files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? [])) {
      bundlesByFolder.set(folder, (bundlesByFolder.get(folder) ?? new Set()).add(bundle));
    }
  }
  return [...bundlesByFolder.keys()].toSorted().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const bundles = [...bundlesByFolder.get(folder)];
    if (!licencesAllowed.has(license)) {
      throw new Error(
        `${name} ${version} is under the licence ${license}, which is not among ${[...licencesAllowed].join(', ')}: ` +
          'look at it, then add it in scripts/bundled.js or do without the package.',
      );
    }
    const file = readdirSync(join(root, folder)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const text = file === undefined ? '' : readFileSync(join(root, folder, file), 'utf8').trim();
    return { name, version, license, text, bundles };
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

const componentOf = (type, { name, version, license, bundles = [] }) => ({
  type,
  'bom-ref': purlOf(name, version),
  name,
  version,
  purl: purlOf(name, version),
  licenses: licenceOf(license),
  ...(bundles.length > 0 && { properties: bundles.map((bundle) => ({ name: 'tokenwatch:bundle', value: bundle })) }),
});

const licenceOf = (license) => [{ license: { id: license } }];

/** https://github.com/package-url/purl-spec: the @ of a scope is encoded, its slash is not. */
const purlOf = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;
