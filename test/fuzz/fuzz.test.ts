import { describe, expect, it } from '@jest/globals';
import { FuzzFailure, fuzz, law } from './fuzz.ts';
import { targets } from './targets.ts';

/** A bounded number of damaged inputs at every run; `npm run fuzz` tries more for as long as it is told. */
const runs = 400;

describe('whatever is read', () => {
  it.each(targets.map((target) => [target.name, target] as const))(
    'keeps its laws however it is damaged: %s',
    async (_, target) => {
      const { tried, kinds } = await fuzz(target, { seed: '1', runs });
      expect(tried).toBe(runs);
      // One kind of answer to everything would mean that the damage never got past the first check.
      expect(kinds).toBeGreaterThan(1);
    },
    60_000,
  );

  it('is tried by a fuzzer that finds what is wrong and says how to see it again', async () => {
    const target = {
      name: 'planted',
      seeds: [Buffer.from('{ "a": 1 }')],
      async run(input: Buffer) {
        law(!input.includes('['), 'no list');
        return String(input.length % 7);
      },
    };
    await expect(fuzz(target, { seed: '1', runs: 5_000 })).rejects.toThrow(
      /planted broke a law at run \d+ of seed 1[\s\S]+npm run fuzz -- --target planted --seed 1 --runs \d+[\s\S]+no list/,
    );
    await expect(fuzz(target, { seed: '1', runs: 5_000 })).rejects.toBeInstanceOf(FuzzFailure);
  });
});
