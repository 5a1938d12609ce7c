import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../lib/cli/program.ts';
import type { Output } from '../lib/cli/world.ts';
import { systemClock } from '../lib/wiring.ts';

/** The door of the command line: hands the world in and the exit code out. */

/** What a shell sees when a program dies of a closed pipe: 128 + SIGPIPE. Nobody is left to be told anything. */
const exitCodeNobodyReads = 141;

const outputOf = (stream: NodeJS.WriteStream): Output => {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodeNobodyReads);
    throw error;
  });
  return {
    write: (text) =>
      new Promise((resolve, reject) => stream.write(text, (error) => (error ? reject(error) : resolve()))),
    isTTY: stream.isTTY === true,
    get columns() {
      // Some pseudo-terminals say 0 for not knowing.
      return stream.columns === 0 ? undefined : stream.columns;
    },
  };
};

const interruption = (): AbortSignal => {
  const controller = new AbortController();
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const stop = (): void => {
    controller.abort();
    // Without a handler the next one ends the process at once.
    for (const signal of signals) process.removeListener(signal, stop);
  };
  for (const signal of signals) process.on(signal, stop);
  return controller.signal;
};

process.exitCode = await runProgram(process.argv.slice(2), {
  stdout: outputOf(process.stdout),
  stderr: outputOf(process.stderr),
  stdin: process.stdin,
  environment: process.env,
  cwd: process.cwd(),
  homeFolder: homedir(),
  platform: process.platform,
  versions: { node: process.versions.node, sqlite: process.versions.sqlite },
  clock: systemClock,
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  tableFile: fileURLToPath(new URL('../dist/networks.bin', import.meta.url)),
  interruption,
});
