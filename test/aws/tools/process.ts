import { type ChildProcess, spawn } from 'node:child_process';

/** A program that runs beside the test and ends with it, whatever it started itself included. */

export type Running = {
  readonly pid: () => number;
  /** What it printed so far, for the message of a failure. */
  readonly printed: () => string;
  readonly hasEnded: () => boolean;
  readonly end: () => Promise<void>;
};

export type Program = {
  readonly command: string;
  readonly options: readonly string[];
  /** The whole of it: nothing is inherited, so that nobody's own AWS settings get in. */
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
};

const printedCharsMax = 200_000;
const graceMs = 3_000;

export const start = ({ command, options, environment, folder }: Program): Running => {
  // A process group of its own: its children end with it.
  const child = spawn(command, [...options], { cwd: folder, env: { ...environment }, detached: true });
  let printed = '';
  const keep = (chunk: Buffer): void => {
    printed = (printed + chunk.toString()).slice(-printedCharsMax);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      keep(Buffer.from(String(error)));
      resolve();
    });
    child.once('exit', () => resolve());
  });
  const endAtOnce = (): void => signal(child, 'SIGKILL');
  process.once('exit', endAtOnce);
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  return {
    pid: () => child.pid ?? 0,
    printed: () => printed,
    hasEnded,
    end: async () => {
      process.off('exit', endAtOnce);
      signal(child, 'SIGTERM');
      const timer = setTimeout(endAtOnce, graceMs);
      await ended;
      clearTimeout(timer);
      endAtOnce();
    },
  };
};

const signal = ({ pid }: ChildProcess, name: NodeJS.Signals): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // Nobody of the group is left.
  }
};

/** Runs to its end; the printed text, or an error that holds it. */
export const finish = async (program: Program): Promise<string> => {
  const { command, options, environment, folder } = program;
  const child = spawn(command, [...options], {
    cwd: folder,
    env: { ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${command} ${options.join(' ')} ended with ${code}:\n${printed.slice(-6_000)}`);
  return printed;
};
