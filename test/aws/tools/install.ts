import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finish } from './process.ts';
import { progress } from './progress.ts';

/** What only these tests need is no dependency of the project: it is installed under `.aws-test/` once, and kept. */

const toolsFolder = join(import.meta.dirname, '../../../.aws-test');

/**
 * The folder of the package, in the one version that these tests were written against. `isCompiled`: it compiles a part of
 * itself, which is the only reason to let its scripts run.
 */
export const installedPackage = async (
  name: string,
  version: string,
  { isCompiled = false }: { readonly isCompiled?: boolean } = {},
): Promise<string> => {
  const folder = join(toolsFolder, `${name}-${version}`);
  const inside = join(folder, 'node_modules', name);
  if (existsSync(inside)) return inside;
  progress(`installing ${name} ${version} (once)`);
  // Moved into place when it is whole, so that an install that was interrupted is made anew.
  const unfinished = `${folder}-unfinished-${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  // Without a package.json of its own npm would look for one further up, and find the project's.
  writeFileSync(join(unfinished, 'package.json'), '{"private":true}\n');
  const quietly = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  const scripts = isCompiled ? [] : ['--ignore-scripts'];
  await finish({
    command: 'npm',
    options: ['install', '--prefix', unfinished, ...quietly, ...scripts, `${name}@${version}`],
    environment: inherited(),
    folder: unfinished,
  });
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
  return inside;
};

/** npm needs what it was configured with. */
const inherited = (): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(process.env).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])));
