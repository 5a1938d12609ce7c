import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

/** What `npm run test:simulation` was asked to do. A number that would play nothing is refused: nothing failed in nothing. */

export type Asked = {
  readonly seeds: number;
  readonly fromSeed: number;
  readonly minutes: number;
  readonly workers: number;
  /** Keep the figures among the published ones. */
  readonly isWriting: boolean;
};

export const askedIn = (args: readonly string[]): Asked | { readonly problem: string } => {
  try {
    const { values } = parseArgs({ args: [...args], options });
    const seeds = wholeNumber(values.seeds, { option: '--seeds', least: 1 });
    const workers = wholeNumber(values.workers, { option: '--workers', least: 1 });
    return {
      seeds,
      fromSeed: wholeNumber(values.from, { option: '--from', least: 0 }),
      minutes: wholeNumber(values.minutes, { option: '--minutes', least: 1 }),
      workers: Math.min(workers, Math.ceil(seeds / 2)),
      isWriting: values.write,
    };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
};

const options = {
  seeds: { type: 'string', default: '200' },
  from: { type: 'string', default: '1' },
  minutes: { type: 'string', default: '600' },
  workers: { type: 'string', default: String(Math.min(2, availableParallelism())) },
  write: { type: 'boolean', default: false },
} as const;

const wholeNumber = (text: string, { option, least }: { readonly option: string; readonly least: number }): number => {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least) return value;
  throw new RangeError(`${option} ${text} is no number to go by: write a whole one from ${least} up, such as 200.`);
};
