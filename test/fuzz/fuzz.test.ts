import { afterAll, describe, expect, it } from '@jest/globals';
import { askedIn } from './asked.ts';
import { FuzzFailure, fuzz } from './fuzz.ts';
import { targets as planted } from './planted.ts';
import { targets } from './targets.ts';
import { type Fuzzer, openFuzzer } from './watched.ts';
import type { Job } from './worker.ts';

/** A bounded number of damaged inputs at every run; `npm run fuzz` tries more for as long as it is told. */
const runs = 300;

describe('whatever is read', () => {
  const fuzzer = openFuzzer({ stuckMs: 20_000 });
  afterAll(() => fuzzer.close());

  it.each(targets.map(({ name }) => name))(
    'keeps its laws however it is damaged, ends, and takes bounded memory: %s',
    async (target) => {
      const { tried, kinds, failure } = await fuzzer.tryTarget({ target, seed: '1', runs, forMs: 60_000 });
      expect(failure).toBeUndefined();
      expect(tried).toBe(runs);
      // One kind of answer to everything would mean that the damage never got past the first check.
      expect(kinds).toBeGreaterThan(1);
    },
    90_000,
  );
});

describe('the fuzzer', () => {
  const openPlanted = (stuckMs: number): Fuzzer =>
    openFuzzer({ module: new URL('./planted.ts', import.meta.url).href, stuckMs });
  const job = (target: string): Job => ({ target, seed: '1', runs: 5_000, forMs: 60_000 });

  it('finds what is wrong and says how to see it again', async () => {
    const [list] = planted;
    if (list === undefined) throw new Error('there is a fault');
    await expect(fuzz(list, { seed: '1', runs: 5_000 })).rejects.toThrow(
      /a-list broke a law at run \d+ of seed 1[\s\S]+npm run fuzz -- --target a-list --seed 1 --runs \d+[\s\S]+no list/,
    );
    await expect(fuzz(list, { seed: '1', runs: 5_000 })).rejects.toBeInstanceOf(FuzzFailure);
  });

  it.each([
    ['endless', 'hung', 1_000],
    ['silent', 'hung', 1_000],
    ['greedy', 'brought the thread down', 30_000],
  ])(
    'names the input that never ends or takes all memory, and goes on: %s',
    async (target, happened, stuckMs) => {
      const fuzzer = openPlanted(stuckMs);
      const { failure } = await fuzzer.tryTarget(job(target));
      expect(failure).toMatch(new RegExp(`^${target} ${happened} at run \\d+ of seed 1`));
      expect(failure).toMatch(/The input, \d+ bytes: ".*\[/);
      const next = await fuzzer.tryTarget(job('a-list'));
      await fuzzer.close();
      expect(next.failure).toContain('a-list broke a law at run');
    },
    60_000,
  );

  it.each([
    [['--minutes', 'abc'], '--minutes abc is no number'],
    [['--minutes', '0'], '--minutes 0 is no number'],
    [['--minutes', '1e9'], '--minutes 1e9 is no number'],
    [['--runs', '1.5'], '--runs 1.5 is no number'],
    [['--runs=-1'], '--runs -1 is no number'],
    [['--target', 'cvs'], 'There is no target cvs: csv'],
    [['--minute', '5'], "Unknown option '--minute'"],
  ])('refuses what would try nothing: %j', (args, problem) => {
    expect(askedIn(args, ['csv'])).toEqual({ problem: expect.stringContaining(problem) });
  });

  it('tries all targets for a minute unless told otherwise', () => {
    expect(askedIn([], ['csv', 'json'])).toEqual({ minutes: 1, runs: 2_000, seed: '1', names: ['csv', 'json'] });
  });
});
