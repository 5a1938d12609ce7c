import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, stop } from 'esbuild';
import { outsideFunctions } from '../../scripts/bundled.js';

/**
 * A deployed function as Lambda runs it, on this machine: its own bundle beside its settings, started with its variables and
 * asked again and again. What it prints is what would be in its log.
 */

export type Door = 'poll' | 'digest' | 'notify-slack';

/** The bundles, each in a folder of its own as a deployment lays them out. */
export const bundleInto = async (folder: string, settings: string): Promise<void> => {
  await build({
    entryPoints: (['poll', 'digest', 'notify-slack'] satisfies readonly Door[]).map((door) => ({
      in: `lambdas/${door}.ts`,
      out: `${door}/index`,
    })),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    external: outsideFunctions,
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
  });
  // Else its own process stays until this one ends.
  await stop();
  for (const door of ['poll', 'digest', 'notify-slack']) {
    mkdirSync(join(folder, door), { recursive: true });
    writeFileSync(join(folder, door, 'settings.json'), settings);
    writeFileSync(join(folder, door, 'run.mjs'), runner);
  }
};

/**
 * Each message is an event; the answer says how it ended. Lambda's runtime prints of an error its name, message, stack and own
 * enumerable fields (github.com/aws/aws-lambda-nodejs-runtime-interface-client, src/Errors.js), and of its causes nothing.
 */
const runner = `
import { inspect } from 'node:util';
const { handler } = await import('./index.mjs');
process.on('message', async ({ event, isToldWhole }) => {
  try {
    await handler(event, { getRemainingTimeInMillis: () => 20_000 });
    process.send('done');
  } catch (error) {
    console.error(JSON.stringify({ errorType: error.name, errorMessage: error.message, stack: error.stack, ...error }));
    if (isToldWhole) console.error(inspect(error, { depth: 20, showHidden: true }));
    process.send('failed');
  }
});
process.send('ready');
`;

export type FunctionProcess = {
  /** `isToldWhole`: what it throws is printed with its causes and hidden fields, further than Lambda would. */
  invoke(event: object, options?: { readonly isToldWhole?: boolean }): Promise<'done' | 'failed'>;
  /** Both streams, whole. */
  readonly printed: () => string;
  end(): Promise<void>;
};

export const startFunction = async (
  file: string,
  environment: Readonly<Record<string, string>>,
): Promise<FunctionProcess> => {
  const child = spawn(process.execPath, [join(file, 'run.mjs')], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      printed += chunk;
    });
  const answered = (): Promise<'done' | 'failed'> =>
    new Promise((resolve, reject) => {
      const onExit = (code: number | null): void => reject(new Error(`The function ended (${code}): ${printed}`));
      child.once('exit', onExit);
      child.once('message', (message) => {
        child.off('exit', onExit);
        resolve(message as 'done' | 'failed');
      });
    });
  await answered();
  return {
    invoke: (event, { isToldWhole = false } = {}) => {
      const answer = answered();
      child.send({ event, isToldWhole });
      return answer;
    },
    printed: () => printed,
    end: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
};
