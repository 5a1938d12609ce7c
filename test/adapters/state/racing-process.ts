import { once } from 'node:events';
import { sqliteState } from '../../../lib/adapters/state/sqlite.ts';
import { StateConflict } from '../../../lib/app/ports.ts';
import { numberedCommit, source } from './numbered-commits.ts';

/**
 * Waits for a word on standard input, then commits against another process until it has won the wanted number of
 * revisions; says which those are, and how often the other was quicker. Run as: node racing-process.ts FILE WANTED
 */

const wanted = Number(process.argv[3]);
const won: number[] = [];
let conflicts = 0;

console.log('ready');
await once(process.stdin, 'data');
process.stdin.destroy();

const store = sqliteState({ file: process.argv[2] ?? '' });
while (won.length < wanted) {
  const { revision } = await store.load(source);
  // Leaves the other process room to load the same revision.
  await new Promise((resolve) => setTimeout(resolve, 1));
  try {
    await store.commit(source, numberedCommit(revision + 1));
    won.push(revision + 1);
  } catch (error) {
    if (!(error instanceof StateConflict)) throw error;
    conflicts += 1;
  }
}
await store.close();
console.log(JSON.stringify({ won, conflicts }));
