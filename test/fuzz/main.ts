import { parseArgs } from 'node:util';
import { FuzzFailure, fuzz } from './fuzz.ts';
import { targets } from './targets.ts';

/**
 * `npm run fuzz -- --minutes 10 --seed 7 --target csv`: each target in turn, with new seeds until the time is over. An
 * input that keeps one target busy for long is printed, since that is a finding too.
 */

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '2000' },
    target: { type: 'string' },
  },
});

/** A thousand times what any input takes. */
const slowMs = 2_000;

const chosen = targets.filter(({ name }) => values.target === undefined || name === values.target);
if (chosen.length === 0) {
  process.stderr.write(`There is no target ${values.target}: ${targets.map(({ name }) => name).join(', ')}.\n`);
  process.exit(2);
}

const endMs = Date.now() + Number(values.minutes) * 60_000;
let hasFailed = false;
for (let round = 0; Date.now() < endMs && (round === 0 || values.target === undefined || !hasFailed); round += 1) {
  const seed = round === 0 ? values.seed : `${values.seed}.${round}`;
  for (const target of chosen) {
    let startedMs = Date.now();
    let last = Buffer.alloc(0) as Buffer;
    const tellSlow = (): void => {
      const tookMs = Date.now() - startedMs;
      if (tookMs > slowMs)
        process.stderr.write(
          `${target.name} took ${tookMs} ms: ${JSON.stringify(last.toString('latin1').slice(0, 500))}\n`,
        );
      startedMs = Date.now();
    };
    try {
      const { tried, kinds } = await fuzz(target, {
        seed,
        runs: Number(values.runs),
        isOver: () => Date.now() >= endMs,
        onInput: (input) => {
          tellSlow();
          last = input;
        },
      });
      tellSlow();
      process.stdout.write(`${target.name.padEnd(20)} seed ${seed}  ${tried} inputs, ${kinds} kinds of answers\n`);
    } catch (error) {
      if (!(error instanceof FuzzFailure)) throw error;
      hasFailed = true;
      process.stderr.write(`${error.message}\n`);
    }
  }
}
process.exitCode = hasFailed ? 1 : 0;
