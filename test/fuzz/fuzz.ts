import { createDice } from '../../lib/simulator/dice.ts';
import { type Bytes, mutated } from './mutate.ts';

/**
 * A fuzzer that is led by what the code says: an input that brings an answer of a new kind (another reason, another
 * format, another count) joins the inputs that later ones are made from. Nothing but the seed decides what is tried.
 */

export type Target = {
  readonly name: string;
  readonly seeds: readonly Bytes[];
  /** What came of the input, in a word or two. Throws where a law is broken. */
  run(input: Bytes): Promise<string>;
};

export type Fuzzed = { readonly tried: number; readonly kinds: number };

/** Where in all that is tried: the same target, seed and run are the same input. */
export type Place = { readonly target: string; readonly seed: string; readonly run: number };

/** What happened there, with what is needed to see it again. */
export const told = ({ target, seed, run }: Place, input: Bytes, happened: string, why: string): string =>
  [
    `${target} ${happened} at run ${run} of seed ${seed}. See it again:`,
    `  npm run fuzz -- --target ${target} --seed ${seed} --runs ${run + 1}`,
    `The input, ${input.length} bytes: ${JSON.stringify(input.subarray(0, 2_000).toString('latin1'))}`,
    why,
  ].join('\n');

/** A law that an input broke. */
export class FuzzFailure extends Error {
  readonly input: Bytes;
  constructor(place: Place, input: Bytes, cause: unknown) {
    const why = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    super(told(place, input, 'broke a law', why));
    this.name = 'FuzzFailure';
    this.input = input;
  }
}

/** Inputs that brought something new; later ones take the places of earlier ones. */
const corpusMax = 500;

/** Throws `FuzzFailure`. Ends after `runs`, or where `isOver` says so. */
export const fuzz = async (
  target: Target,
  {
    seed,
    runs,
    isOver = () => false,
    onInput,
  }: {
    readonly seed: string;
    readonly runs: number;
    readonly isOver?: () => boolean;
    /** Told before each input is tried, so that whoever watches knows which one hangs. */
    readonly onInput?: (input: Bytes, run: number) => void;
  },
): Promise<Fuzzed> => {
  const dice = createDice(`${seed} ${target.name}`);
  const corpus = [...target.seeds];
  const kinds = new Set<string>();
  const anyOf = (): Bytes => corpus[dice.integer(0, corpus.length - 1)] ?? Buffer.alloc(0);
  let tried = 0;
  for (; tried < runs && !isOver(); tried += 1) {
    const input = tried < target.seeds.length ? (corpus[tried] ?? anyOf()) : mutated(anyOf(), anyOf(), dice);
    onInput?.(input, tried);
    const kind = await target.run(input).catch((cause) => {
      throw new FuzzFailure({ target: target.name, seed, run: tried }, input, cause);
    });
    if (kinds.has(kind) || kinds.size > 10 * corpusMax) continue;
    kinds.add(kind);
    if (corpus.length < corpusMax) corpus.push(input);
    else corpus[dice.integer(target.seeds.length, corpusMax - 1)] = input;
  }
  return { tried, kinds: kinds.size };
};

/** What differs between two messages of the same kind, taken out: digits, quoted parts, and whatever follows a colon. */
export const kindOf = (message: string): string =>
  message
    .slice(0, 300)
    .replace(/["'“][^"'”]*["'”]/g, '"…"')
    .replace(/\d+/g, '0')
    .slice(0, 80);

/** Throws where the law does not hold. */
export const law = (holds: boolean, says: string): void => {
  if (!holds) throw new Error(`Broken: ${says}`);
};
