import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll } from '@jest/globals';
import { runProgram } from '../../lib/cli/program.ts';
import type { Output, World } from '../../lib/cli/world.ts';
import { systemClock } from '../../lib/wiring.ts';

/** A world of a test's own: an empty folder to be in, nothing in the environment, and outputs that are remembered. */

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export const emptyFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'tokenwatch-test-'));
  folders.push(folder);
  return folder;
};

export type TestOutput = Output & { readonly text: () => string };

export const outputOf = ({ columns }: { readonly columns?: number } = {}): TestOutput => {
  const texts: string[] = [];
  return {
    write: async (text) => void texts.push(text),
    isTTY: columns !== undefined,
    columns,
    text: () => texts.join(''),
  };
};

export const worldWith = (changes: Partial<World> = {}): World => {
  const folder = emptyFolder();
  return {
    stdout: outputOf(),
    stderr: outputOf(),
    stdin: Readable.from([]),
    environment: {},
    cwd: folder,
    homeFolder: folder,
    platform: 'linux',
    versions: { node: '24.21.0', sqlite: '3.50.0' },
    clock: systemClock,
    zone: 'UTC',
    tableFile: join(folder, 'no-table.bin'),
    interruption: () => new AbortController().signal,
    ...changes,
  };
};

export type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string; readonly world: World };

/** The command in this process: `run('replay', 'a.json')`, or with a world of one's own first. */
export const run = async (args: readonly string[], changes: Partial<World> = {}): Promise<Ran> => {
  const stdout = outputOf();
  const stderr = outputOf();
  const world = worldWith({ stdout, stderr, ...changes });
  const code = await runProgram(args, world);
  return { code, stdout: stdout.text(), stderr: stderr.text(), world };
};
