import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedPackage } from './install.ts';
import { start } from './process.ts';
import { type Outcome, openRuntimeApi } from './runtime-api.ts';

/**
 * A bundle as Lambda runs it: AWS's own runtime interface client in a process of its own, on this Node, which is the
 * Lambda runtime's version, served by our runtime API.
 */

const clientVersion = '4.0.2';

/** Compiled once, in about a minute, and kept. */
export const runtimeClient = async (): Promise<string> =>
  join(await installedPackage('aws-lambda-ric', clientVersion, { isCompiled: true }), 'index.mjs');

export type LambdaFunction = {
  readonly name: string;
  /** Where `index.mjs` is. */
  readonly codeFolder: string;
  /** Of the unpacked layer, which the function sees as `/opt`. */
  readonly layerFolders: readonly string[];
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Absent: the real time. */
  readonly nowMs?: () => number;
};

export type LambdaProcess = {
  /** From the start of the process to its question for the first event. */
  readonly initMs: number;
  /** Processor time of all its threads until then. */
  readonly initProcessorMs: number;
  readonly invoke: (event: unknown, timeoutMs: number) => Promise<Outcome>;
  /** The most memory the process ever held. */
  readonly peakMemoryMb: () => number;
  readonly printed: () => string;
  readonly end: () => Promise<void>;
};

export const startLambda = async (deployed: LambdaFunction): Promise<LambdaProcess> => {
  const { name, codeFolder, layerFolders, memoryMb, environment, nowMs = Date.now } = deployed;
  const client = await runtimeClient();
  const api = await openRuntimeApi(`arn:aws:lambda:us-east-1:111122223333:function:${name}`, nowMs);
  const startedMs = performance.now();
  const running = start({
    command: process.execPath,
    options: [`--import=${join(import.meta.dirname, 'lambda-preload.js')}`, client, 'index.handler'],
    folder: codeFolder,
    environment: {
      PATH: process.env.PATH ?? '',
      AWS_LAMBDA_RUNTIME_API: api.host,
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[$LATEST]made-up',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      LAMBDA_TASK_ROOT: codeFolder,
      LAMBDA_RUNTIME_DIR: codeFolder,
      TZ: ':UTC',
      _HANDLER: 'index.handler',
      _LAMBDA_LAYERS_DIRS: layerFolders.join(':'),
      ...environment,
    },
  });
  const end = async (): Promise<void> => {
    await running.end();
    await api.close();
  };
  try {
    await Promise.race([api.initialized, endOf(running)]);
  } catch (error) {
    await end();
    throw new Error(`${name} did not start:\n${running.printed()}`, { cause: error });
  }
  const initMs = performance.now() - startedMs;
  return {
    initMs,
    initProcessorMs: processorMs(running.pid()),
    invoke: api.invoke,
    peakMemoryMb: () => peakMemoryMb(running.pid()),
    printed: running.printed,
    end,
  };
};

const endOf = async (running: { readonly hasEnded: () => boolean }): Promise<never> => {
  while (!running.hasEnded()) await new Promise((resolve) => setTimeout(resolve, 50));
  throw new Error('the process ended before it asked for an event');
};

/** As the kernel counts it, in KB. */
const peakMemoryMb = (pid: number): number => {
  const [, kilobytes = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
};

/** As the kernel's scheduler counts it, in nanoseconds, thread by thread. */
const processorMs = (pid: number): number =>
  readdirSync(`/proc/${pid}/task`)
    .map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ', 1)[0]))
    .reduce((sum, nanoseconds) => sum + nanoseconds / 1e6, 0);
