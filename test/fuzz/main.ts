import { askedIn } from './asked.ts';
import { targets } from './targets.ts';
import { type Fuzzer, openFuzzer } from './watched.ts';

/**
 * `npm run fuzz -- --minutes 10 --seed 7 --target csv`: the time is divided evenly among the targets, each of which is tried
 * with new seeds until its share is over. Fails on a broken law, an input that does not end or takes the memory, and a
 * target that had too little time to be tried at all.
 */

/** Thousands of times what any input takes. */
const stuckMs = 5_000;

const asked = askedIn(
  process.argv.slice(2),
  targets.map(({ name }) => name),
);
if ('problem' in asked) {
  process.stderr.write(`${asked.problem}\n`);
  process.exit(2);
}
const { names, minutes, seed, runs } = asked;
const shareMs = (minutes * 60_000) / names.length;

const isSound = async (name: string, fuzzer: Fuzzer): Promise<boolean> => {
  const endMs = Date.now() + shareMs;
  let inputs = 0;
  for (let round = 0; Date.now() < endMs; round += 1) {
    const job = { target: name, seed: round === 0 ? seed : `${seed}.${round}`, runs, forMs: endMs - Date.now() };
    const { tried, kinds, failure } = await fuzzer.tryTarget(job);
    inputs += tried;
    if (failure !== undefined) {
      process.stderr.write(`${failure}\n`);
      return false;
    }
    process.stdout.write(`${name.padEnd(20)} seed ${job.seed}  ${tried} inputs, ${kinds} kinds of answers\n`);
  }
  const seeds = targets.find((target) => target.name === name)?.seeds.length ?? 0;
  if (inputs > seeds) return true;
  process.stderr.write(`${name} was tried with ${inputs} inputs, none of them damaged: give it more minutes.\n`);
  return false;
};

const fuzzer = openFuzzer({ stuckMs });
const unsound: string[] = [];
for (const name of names) if (!(await isSound(name, fuzzer))) unsound.push(name);
await fuzzer.close();
if (unsound.length > 0) process.stderr.write(`Not sound: ${unsound.join(', ')}.\n`);
process.exitCode = unsound.length > 0 ? 1 : 0;
