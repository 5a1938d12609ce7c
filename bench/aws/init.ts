import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LambdaFunction, startLambda } from '../../test/aws/tools/runtime-client.ts';
import { median } from './median.ts';

/**
 * How long a function takes to start under AWS's runtime client, beside a handler that does nothing, started in turn with it:
 * machines are noisy, the difference within a run less so, and that of processor time least. Cold: the first start of the
 * run. Warm: the median of the rest, when the files are in memory.
 */

export type Init = {
  readonly name: string;
  readonly coldMs: number;
  readonly warmMs: number;
  readonly beyondBareMs: number;
  readonly processorMs: number;
  readonly processorBeyondBareMs: number;
  readonly peakMemoryMb: number;
};

const repetitions = 11;

export const initsOf = async (
  functions: readonly LambdaFunction[],
  folder: string,
): Promise<{ readonly bare: Init; readonly inits: readonly Init[] }> => {
  const codeFolder = join(folder, 'bare');
  mkdirSync(codeFolder, { recursive: true });
  writeFileSync(join(codeFolder, 'index.mjs'), 'export const handler = async () => {};\n');
  const bare = { name: 'bare', codeFolder, layerFolders: [], memoryMb: 128, environment: {} };
  const all = [bare, ...functions];
  const starts = new Map<string, { ms: number; processorMs: number; peakMemoryMb: number }[]>(
    all.map(({ name }) => [name, []]),
  );
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    for (const each of all) {
      const started = await startLambda(each);
      starts.get(each.name)?.push({
        ms: started.initMs,
        processorMs: started.initProcessorMs,
        peakMemoryMb: started.peakMemoryMb(),
      });
      await started.end();
    }
  }
  const initOf = (name: string, beside: Pick<Init, 'warmMs' | 'processorMs'>): Init => {
    const [first, ...rest] = starts.get(name) ?? [];
    const warmMs = median(rest.map(({ ms }) => ms));
    const processorMs = median(rest.map((start) => start.processorMs));
    return {
      name,
      coldMs: first?.ms ?? Number.NaN,
      warmMs,
      beyondBareMs: warmMs - beside.warmMs,
      processorMs,
      processorBeyondBareMs: processorMs - beside.processorMs,
      peakMemoryMb: median(rest.map(({ peakMemoryMb }) => peakMemoryMb)),
    };
  };
  const bareInit = initOf('bare', { warmMs: 0, processorMs: 0 });
  return { bare: bareInit, inits: functions.map(({ name }) => initOf(name, bareInit)) };
};
