/**
 * The layers, as a test: who may import whom, that no import goes round in a circle, and that core asks nobody.
 * Imports are found by their text. That is enough here: the compiler insists on literal specifiers that end in `.ts`,
 * and a file that hid one in a template would not load.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));

type Layer =
  | 'core'
  | 'report'
  | 'simulator'
  | 'config'
  | 'app'
  | 'adapters'
  | 'wiring'
  | 'deployed'
  | 'cli'
  | 'infra'
  | 'lambdas'
  | 'cli door'
  | 'CDK door';

type Rule = {
  /** Which of our layers it may import, besides itself. */
  readonly layers: readonly Layer[];
  readonly mayUseNode: boolean;
  /** Which packages, by name; a name that ends in `/` stands for a whole scope. */
  readonly packages: readonly string[] | 'any';
};

/** Small and pure: they read no clock and no network when they are given what they need. */
const purePackages = ['ipaddr.js', 'date-fns', '@date-fns/tz'];
const cdkPackages = ['aws-cdk-lib', 'constructs', 'cdk-nag', '@aws-cdk/'];

const rules: Readonly<Record<Layer, Rule>> = {
  core: { layers: [], mayUseNode: false, packages: purePackages },
  report: { layers: ['core'], mayUseNode: false, packages: [...purePackages, 'string-width'] },
  simulator: { layers: ['core'], mayUseNode: true, packages: purePackages },
  config: { layers: ['core'], mayUseNode: true, packages: ['zod', ...purePackages] },
  app: { layers: ['core', 'config'], mayUseNode: false, packages: purePackages },
  adapters: { layers: ['core', 'app', 'config'], mayUseNode: true, packages: 'any' },
  wiring: {
    layers: ['core', 'report', 'simulator', 'config', 'app', 'adapters'],
    mayUseNode: true,
    packages: 'any',
  },
  cli: {
    layers: ['wiring', 'app', 'core', 'report', 'config', 'simulator'],
    mayUseNode: true,
    packages: ['commander', 'string-width', ...purePackages],
  },
  deployed: { layers: ['core', 'report', 'config', 'app', 'adapters'], mayUseNode: true, packages: [] },
  lambdas: { layers: ['deployed', 'app', 'core'], mayUseNode: true, packages: [] },
  'cli door': { layers: ['cli', 'wiring', 'app', 'core', 'report', 'simulator'], mayUseNode: true, packages: [] },
  infra: { layers: ['config'], mayUseNode: true, packages: cdkPackages },
  'CDK door': { layers: ['config', 'infra'], mayUseNode: true, packages: cdkPackages },
};

/** Where each layer lives. A file or folder that is none of these has no rule, which a test below refuses. */
const places: readonly (readonly [place: string, layer: Layer])[] = [
  ['lib/core/', 'core'],
  ['lib/report/', 'report'],
  ['lib/simulator/', 'simulator'],
  ['lib/config/', 'config'],
  ['lib/app/', 'app'],
  ['lib/adapters/', 'adapters'],
  ['lib/wiring.ts', 'wiring'],
  ['lib/deployed.ts', 'deployed'],
  ['lib/cli/', 'cli'],
  ['lib/infra/', 'infra'],
  ['lambdas/', 'lambdas'],
  ['bin/app.ts', 'CDK door'],
  ['bin/', 'cli door'],
];

const layerOf = (file: string): Layer | undefined => places.find(([place]) => file.startsWith(place))?.[1];

const filesUnder = (folder: string): readonly string[] =>
  readdirSync(root, { withFileTypes: true }).some((entry) => entry.isDirectory() && entry.name === folder)
    ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.ts'))
        .map((path) => join(folder, path))
        .sort()
    : [];

type Line = { readonly file: string; readonly line: number; readonly text: string };
type Import = Line & { readonly specifier: string };

const linesOf = (file: string): readonly Line[] =>
  readFileSync(join(root, file), 'utf8')
    .split('\n')
    .map((text, i) => ({ file, line: i + 1, text }));

/** `from '…'`, `import '…'` and `import('…')`, wherever they stand in a line. */
const specifiers = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"]+)\1/g;

/** Lines that are code: a comment may speak of anything. */
const isCode = ({ text }: Line): boolean => !/^\s*(\*|\/\/|\/\*)/.test(text);

const importsOf = (file: string): readonly Import[] =>
  linesOf(file)
    .filter(isCode)
    .flatMap((line) => [...line.text.matchAll(specifiers)].map(([, , specifier = '']) => ({ ...line, specifier })));

const packageOf = (specifier: string): string => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

const targetOf = ({ file, specifier }: Import): string => normalize(join(dirname(file), specifier));

const isAllowedPackage = (name: string, packages: Rule['packages']): boolean =>
  packages === 'any' ||
  packages.some((allowed) => (allowed.endsWith('/') ? name.startsWith(allowed) : name === allowed));

/** What is wrong with an import, or undefined. */
const wrongIn = (found: Import): string | undefined => {
  const layer = layerOf(found.file);
  if (layer === undefined) return undefined;
  const rule = rules[layer];
  if (found.specifier.startsWith('node:')) {
    return rule.mayUseNode ? undefined : `${layer} uses nothing of Node's`;
  }
  if (!found.specifier.startsWith('.')) {
    if (isAllowedPackage(packageOf(found.specifier), rule.packages)) return undefined;
    return `${layer} uses no package but ${rule.packages.length === 0 ? 'none' : [rule.packages].flat().join(', ')}`;
  }
  const target = layerOf(targetOf(found));
  if (target === layer || (target !== undefined && rule.layers.includes(target))) return undefined;
  return `${layer} imports only ${[layer, ...rule.layers].join(', ')}`;
};

const complaint = ({ file, line, text }: Line, rule: string): string => `${file}:${line}: ${text.trim()}\n    ${rule}`;

const libFiles = filesUnder('lib');
const coreFiles = libFiles.filter((file) => layerOf(file) === 'core');
const allFiles = [...libFiles, ...filesUnder('bin'), ...filesUnder('lambdas')];

describe('the layers', () => {
  it('hold every file of lib, bin and lambdas', () => {
    expect(allFiles.filter((file) => layerOf(file) === undefined)).toEqual([]);
  });

  it('import only what lies below them', () => {
    const complaints = allFiles
      .flatMap(importsOf)
      .flatMap((found) => [wrongIn(found)].flatMap((rule) => (rule === undefined ? [] : [complaint(found, rule)])));
    expect(complaints).toEqual([]);
  });

  it.each([
    ['lib/core/assess.ts', '../app/ports.ts', 'core imports only core'],
    ['lib/core/assess.ts', 'node:crypto', "core uses nothing of Node's"],
    ['lib/core/assess.ts', 'zod', 'core uses no package but ipaddr.js, date-fns, @date-fns/tz'],
    ['lib/report/table.ts', 'node:fs', "report uses nothing of Node's"],
    ['lib/report/table.ts', '../app/ports.ts', 'report imports only report, core'],
    ['lib/app/monitor.ts', '../adapters/state/memory.ts', 'app imports only app, core, config'],
    ['lib/adapters/state/memory.ts', '../../report/table.ts', 'adapters imports only adapters, core, app, config'],
    ['lib/wiring.ts', './cli/watch.ts', 'wiring imports only wiring, core, report, simulator, config, app, adapters'],
    [
      'lib/cli/watch.ts',
      '../adapters/state/memory.ts',
      'cli imports only cli, wiring, app, core, report, config, simulator',
    ],
    ['lambdas/poll.ts', '@aws-sdk/client-sns', 'lambdas uses no package but none'],
    ['lib/deployed.ts', './wiring.ts', 'deployed imports only deployed, core, report, config, app, adapters'],
    ['lib/infra/poller.ts', '../core/time.ts', 'infra imports only infra, config'],
  ])('would not let %s import %s', (file, specifier, rule) => {
    expect(wrongIn({ file, line: 1, text: '', specifier })).toBe(rule);
  });

  it.each([
    ["import { a } from './a.ts';", ['./a.ts']],
    ["import './a.ts';", ['./a.ts']],
    ["} from './a.ts';", ['./a.ts']],
    ["export { a } from './a.ts';", ['./a.ts']],
    ["const a = await import('./a.ts');", ['./a.ts']],
    ["type A = import('./a.ts').A;", ['./a.ts']],
    ["const said = 'imported';", []],
  ])('see the imports of %s', (text, expected) => {
    expect([...text.matchAll(specifiers)].map(([, , specifier]) => specifier)).toEqual(expected);
  });
});

/** The first circle found, as the files it goes through. */
const circleFrom = (
  file: string,
  path: readonly string[],
  edges: ReadonlyMap<string, readonly string[]>,
  done: Set<string>,
): readonly string[] | undefined => {
  if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
  if (done.has(file)) return undefined;
  for (const next of edges.get(file) ?? []) {
    const circle = circleFrom(next, [...path, file], edges, done);
    if (circle !== undefined) return circle;
  }
  done.add(file);
  return undefined;
};

const circleIn = (edges: ReadonlyMap<string, readonly string[]>): readonly string[] => {
  const done = new Set<string>();
  for (const file of edges.keys()) {
    const circle = circleFrom(file, [], edges, done);
    if (circle !== undefined) return circle;
  }
  return [];
};

describe('imports', () => {
  it('never go round in a circle', () => {
    const edges = new Map(
      libFiles.map((file) => [
        file,
        importsOf(file)
          .filter(({ specifier }) => specifier.startsWith('.'))
          .map(targetOf),
      ]),
    );
    expect(circleIn(edges)).toEqual([]);
  });

  it('would be seen going round', () => {
    const edges = new Map([
      ['a.ts', ['b.ts']],
      ['b.ts', ['c.ts']],
      ['c.ts', ['b.ts']],
    ]);
    expect(circleIn(edges)).toEqual(['b.ts', 'c.ts', 'b.ts']);
  });

  it('name the file they mean, which exists', () => {
    const known = new Set(allFiles);
    const broken = allFiles
      .flatMap(importsOf)
      .filter((found) => found.specifier.startsWith('.') && !known.has(targetOf(found)))
      .map((found) => complaint(found, 'there is no such file'));
    expect(broken).toEqual([]);
  });
});

/** What a file loads when it runs, wherever it stands; types load nothing. */
const loading = /\b(?:import|export)\s+(type\s)?(?:[^'";]*?\bfrom\s*)?'([^']+)'|\bimport\('([^']+)'\)/g;

const loadedBy = (file: string): readonly string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(loading)]
    .filter(([, isType]) => isType === undefined)
    .map(([, , specifier, dynamic]) => specifier ?? dynamic ?? '');

/** Everything that comes into the bundle of a door: our files and the names of packages. */
const reachedFrom = (door: string): ReadonlySet<string> => {
  const reached = new Set([door]);
  for (const file of reached) {
    if (!file.endsWith('.ts')) continue;
    for (const specifier of loadedBy(file)) {
      reached.add(specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier);
    }
  }
  return reached;
};

describe('a function in AWS', () => {
  it.each(filesUnder('lambdas'))('carries nothing that only the command line needs: %s', (door) => {
    const reached = [...reachedFrom(door)];
    expect(reached.length).toBeGreaterThan(20);
    expect(
      reached.filter((file) =>
        /^(zod|commander|node:sqlite|lib\/(wiring|simulator|cli|infra|adapters\/state\/sqlite|report\/investigation|config\/settings)\b)/.test(
          file,
        ),
      ),
    ).toEqual(['zod/mini']);
  });
});

/** What core would need to know the time, the network, its surroundings or luck. */
const impure =
  /\bDate\.now\b|\bnew Date\(\s*\)|(?<!new )\bDate\(|\bMath\.random\b|(?<!\.)\b(?:process|performance|crypto|console|globalThis)\b|\bfetch\(|\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b|['"]node:/;

describe('core', () => {
  it('mentions no clock, network, environment or dice', () => {
    const complaints = coreFiles
      .flatMap(linesOf)
      .filter((line) => isCode(line) && impure.test(line.text))
      .map((line) => complaint(line, 'core takes what it needs as an argument'));
    expect(complaints).toEqual([]);
  });

  it.each([
    'const now = Date.now();',
    'const now = new Date();',
    'const now = Date();',
    'const luck = Math.random();',
    'const home = process.env.HOME;',
    'const { env } = process;',
    'const t = performance.now();',
    'await fetch(url);',
    'setTimeout(later, 5);',
    "import { readFileSync } from 'node:fs';",
  ])('would be caught with %s', (text) => {
    expect(text).toMatch(impure);
  });

  it('may still make a date of a number', () => {
    expect('const text = new Date(atMs).toISOString();').not.toMatch(impure);
  });
});

/** Beyond it a file wants to be two. */
const linesMax = 400;
/** Names that say nothing of what is inside. */
const nameless = new Set(['index.ts', 'types.ts', 'utils.ts', 'util.ts', 'helpers.ts', 'helper.ts', 'common.ts']);

describe('a file of lib', () => {
  it('has a name that says what is inside', () => {
    expect(libFiles.filter((file) => nameless.has(file.slice(file.lastIndexOf('/') + 1)))).toEqual([]);
  });

  it(`stays below ${linesMax} lines`, () => {
    const long = libFiles.map((file) => `${file}: ${linesOf(file).length} lines`);
    expect(long.filter((text) => Number(/: (\d+)/.exec(text)?.[1]) >= linesMax)).toEqual([]);
  });

  it('says near its top what it does', () => {
    const silent = libFiles.filter(
      (file) =>
        !linesOf(file)
          .slice(0, 40)
          .some(({ text }) => /^\s*\/\*\*/.test(text)),
    );
    expect(silent).toEqual([]);
  });
});
