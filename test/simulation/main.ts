/**
 * The whole monitor in virtual time, from seeds:
 *
 *     npm run test:simulation -- --seeds N --from S [--minutes M] [--workers W] [--write]
 *
 * After M minutes no more are begun. With one seed it tells the schedule in words. A failing seed prints the command that
 * plays it again, is cut down while it fails, and what is left is told. `--write` keeps the figures in
 * `bench/results/simulation.md`.
 */
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { msPerMinute } from '../../lib/core/time.ts';
import { type Asked, askedIn } from './asked.ts';
import { type Plan, planOf, planWords } from './plan.ts';
import { shrink } from './shrink.ts';
import { pageOf, type Result, summaryOf } from './summary.ts';
import { lawOf, trying } from './try-plan.ts';

/** Seeds that a worker takes at a time: a part of those that share a history. */
const blockSeeds = 12;
/** Failing schedules that are cut down; each takes a minute or two. */
const shrunkMax = 3;

type Block = { readonly from: number; readonly to: number };
/** A worker waits for the next block; what it has cost so far. */
type Ready = { readonly cpuSeconds: number };
type Played = { readonly results: readonly Result[]; readonly cpuSeconds: number };

const work = (): void => {
  const tryPlan = trying();
  const ready = (): void => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuSeconds: (user + system) / 1e6 } satisfies Ready);
  };
  process.on('message', async ({ from, to }: Block) => {
    for (let seed = from; seed < to; seed += 1) process.send?.(await tryPlan(planOf(seed)));
    ready();
  });
  ready();
};

const blocksOf = function* (fromSeed: number, seeds: number): Generator<Block> {
  const end = fromSeed + seeds;
  for (let from = fromSeed; from < end; ) {
    const to = Math.min(end, (Math.floor(from / blockSeeds) + 1) * blockSeeds);
    yield { from, to };
    from = to;
  }
};

const playAll = ({ fromSeed, seeds, workers, minutes }: Asked): Promise<Played> => {
  const stopAtMs = performance.now() + minutes * msPerMinute;
  const blocks = blocksOf(fromSeed, seeds);
  const results: Result[] = [];
  const worker = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const child = fork(import.meta.filename, ['--work']);
      let seed = fromSeed;
      let cpuSeconds = 0;
      child.on('exit', (code) =>
        code === 0 ? resolve(cpuSeconds) : reject(new Error(`A worker ended after seed ${seed}.`)),
      );
      child.on('message', (message: Result | Ready) => {
        if ('seed' in message) {
          seed = message.seed;
          results.push(message);
          if (message.broken.length > 0) console.log(`Seed ${seed} fails: ${message.broken.join('; ')}`);
          if (results.length % 100 === 0) console.error(`${results.length} of ${seeds} schedules`);
          return;
        }
        cpuSeconds = message.cpuSeconds;
        const { value } = blocks.next();
        if (value === undefined || performance.now() > stopAtMs) child.disconnect();
        else child.send(value);
      });
    });
  return Promise.all(Array.from({ length: workers }, worker)).then((costs) => ({
    results,
    cpuSeconds: costs.reduce((sum, cost) => sum + cost, 0),
  }));
};

const explain = async (seed: number): Promise<void> => {
  const tryPlan = trying();
  const plan = planOf(seed);
  const { broken: whole } = await tryPlan(plan);
  const laws = new Set(whole.map(lawOf));
  const isFailing = async (candidate: Plan): Promise<boolean> =>
    (await tryPlan(candidate)).broken.some((sentence) => laws.has(lawOf(sentence)));
  const least = await shrink(plan, isFailing);
  const { broken } = await tryPlan(least);
  console.log(
    [
      '',
      `Seed ${seed} fails. Play it again: npm run test:simulation -- --seeds 1 --from ${seed}`,
      ...whole.map((sentence) => `  ${sentence}`),
      'Cut down, it still fails:',
      ...broken.map((sentence) => `  ${sentence}`),
      'by this schedule:',
      ...planWords(least).map((line) => `  ${line}`),
    ].join('\n'),
  );
};

const resultFile = join(import.meta.dirname, '../../bench/results/simulation.md');

const main = async (): Promise<void> => {
  const asked = askedIn(process.argv.slice(2));
  if ('problem' in asked) {
    console.error(asked.problem);
    process.exitCode = 2;
    return;
  }
  const { seeds, fromSeed, workers } = asked;
  if (seeds === 1) console.log(planWords(planOf(fromSeed)).join('\n'));
  const startMs = performance.now();
  const { results, cpuSeconds } = await playAll(asked);
  if (results.length === 0) throw new Error('No schedule was played.');
  const took = { seconds: (performance.now() - startMs) / 1_000, cpuSeconds, workers, fromSeed };
  console.log(summaryOf(results, took));
  if (asked.isWriting) writeFileSync(resultFile, pageOf(results, took));
  const failing = results.filter(({ broken }) => broken.length > 0).map(({ seed }) => seed);
  for (const seed of failing.toSorted((a, b) => a - b).slice(0, shrunkMax)) await explain(seed);
  if (failing.length > 0) process.exitCode = 1;
};

if (process.argv.includes('--work')) work();
else {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
}
