import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { progress } from './progress.ts';

/** A Python of our own under `.aws-test/`, with one pinned package in it. Kept between runs. */

const run = promisify(execFile);

const toolsFolder = join(import.meta.dirname, '../../../.aws-test');

/** The Python that has the package. */
export const pythonWith = async (name: string, version: string): Promise<string> => {
  const folder = join(toolsFolder, `python-${name}-${version}`);
  const command = join(folder, 'bin/python');
  // Written last, so that an install that was interrupted is made anew.
  const done = join(folder, 'installed');
  if (existsSync(done)) return command;
  progress(`installing ${name} ${version} (once)`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(toolsFolder, { recursive: true });
  await run('python3', ['-m', 'venv', folder]);
  const pip = join(folder, 'bin', 'pip');
  await run(pip, ['install', '--quiet', '--disable-pip-version-check', '--no-input', `${name}==${version}`]);
  writeFileSync(done, '');
  return command;
};
