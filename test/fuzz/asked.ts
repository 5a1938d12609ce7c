import { parseArgs } from 'node:util';

/** What `npm run fuzz` was asked to do. A number that is none is refused: a run that tries nothing must not pass for one. */

export type Asked = {
  readonly minutes: number;
  readonly seed: string;
  readonly runs: number;
  /** Names of targets, all of which exist. */
  readonly names: readonly string[];
};

export const askedIn = (args: readonly string[], names: readonly string[]): Asked | { readonly problem: string } => {
  try {
    const { values } = parseArgs({ args: [...args], options });
    const { minutes, runs, seed, target } = values;
    return {
      minutes: number(minutes, '--minutes', (value) => value > 0 && value <= minutesMax),
      runs: number(runs, '--runs', (value) => Number.isSafeInteger(value) && value >= 1),
      seed,
      names: target === undefined ? names : [known(target, names)],
    };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
};

const options = {
  minutes: { type: 'string', default: '1' },
  seed: { type: 'string', default: '1' },
  runs: { type: 'string', default: '2000' },
  target: { type: 'string' },
} as const;

/** A week: beyond it, timers no longer count. */
const minutesMax = 7 * 24 * 60;

const number = (text: string, option: string, isFit: (value: number) => boolean): number => {
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!isFit(value)) throw new RangeError(`${option} ${text} is no number to go by: write one above zero, such as 5.`);
  return value;
};

const known = (target: string, names: readonly string[]): string => {
  if (names.includes(target)) return target;
  throw new RangeError(`There is no target ${target}: ${names.join(', ')}.`);
};
