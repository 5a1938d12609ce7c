/**
 * Makes dist/: the command line tool, the ownership table, and the licences and the bill of materials of what is in both
 * and in the deployed functions. Runs after `npm ci` in a checkout and before `npm pack`. Plain JavaScript, and it must
 * stay so: it may be run by a Node that knows no TypeScript.
 *
 * Vendor packages are bundled: a start takes 50 ms where loading some hundred small files took over a second, and who
 * installs tokenwatch downloads only what runs. The price is that their licences must be collected here.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { billOfMaterials, bundledPackages, filesInFunctions, licensesText } from './bundled.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');

const main = async () => {
  const { build } = await import('esbuild').catch(() => {
    throw new Error('esbuild is not installed. Run "npm ci" with development dependencies and scripts, then again.');
  });
  const cliEntry = join(root, 'bin/tokenwatch.ts');
  if (!existsSync(cliEntry)) throw new Error(`${cliEntry} is missing: there is no command to build.`);

  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  await build({ ...common, entryPoints: { tokenwatch: join(root, 'bin/launch.ts') }, outdir: dist, target: 'node18' });
  const cli = await build({
    ...common,
    entryPoints: { cli: cliEntry },
    outdir: dist,
    target: 'node24',
    // Only what a command needs is loaded. Parts lie beside cli.js, one folder below the package, where the table is.
    splitting: true,
    chunkNames: 'part-[name]-[hash]',
    // Vendor packages in CommonJS call `require` for Node's own modules; an ES module has none.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    metafile: true,
  });
  chmodSync(join(dist, 'tokenwatch.js'), 0o755);

  const { networksBytes, attribution } = await importTypeScript(build, join(root, 'scripts/build-networks.ts'));
  writeFileSync(join(dist, 'networks.bin'), networksBytes(root));
  const packages = bundledPackages(root, {
    'command line': Object.keys(cli.metafile.inputs),
    functions: await filesInFunctions(root, build),
  });
  const ours = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  writeFileSync(join(dist, 'licenses.txt'), licensesText(packages, attribution));
  writeFileSync(
    join(dist, 'sbom.cdx.json'),
    `${JSON.stringify(billOfMaterials(ours, packages, dataPackages()), null, 2)}\n`,
  );
  for (const file of readdirSync(dist).toSorted()) tellSize(file);
};

const common = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  charset: 'utf8',
  logLevel: 'warning',
};

/** Of a module that needs nothing but its own files and Node's. */
const importTypeScript = async (build, file) => {
  const { outputFiles } = await build({ ...common, entryPoints: [file], target: 'node20', write: false });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
};

/** Data under terms of its own; `build-networks.ts` says whom to name. */
const dataPackages = () =>
  [
    { name: '@ip-location-db/asn', license: 'CC-BY-4.0' },
    { name: '@ip-location-db/geo-whois-asn-country', license: 'CC0-1.0' },
  ].map(({ name, license }) => {
    const { version } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'));
    return { name, version, license };
  });

const tellSize = (file) => {
  const kilobytes = Math.ceil(statSync(join(dist, file)).size / 1_000).toLocaleString('en');
  process.stdout.write(`dist/${file} ${kilobytes} kB\n`);
};

try {
  await main();
} catch (error) {
  process.stderr.write(`The build failed: ${error.message}\n`);
  process.exitCode = 1;
}
