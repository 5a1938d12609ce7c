import { writeSync } from 'node:fs';
import { sqliteState } from '../../../lib/adapters/state/sqlite.ts';
import { numberedCommit, source, tellingKey } from './numbered-commits.ts';

/**
 * Commits one numbered revision after the other until it is killed, and says each number once the commit is done.
 * Run as: node committing-process.ts FILE
 */

const file = process.argv[2] ?? '';
const say = (line: string): void => {
  writeSync(1, `${line}\n`); // at once: what is still in a buffer dies with the process
};

say('starting');
const store = sqliteState({ file });
let { revision } = await store.load(source);
for (;;) {
  for (const { key } of await store.untold(source)) if (key !== tellingKey(revision)) await store.markTold(source, key);
  await store.commit(source, numberedCommit(revision + 1));
  revision += 1;
  say(`${revision}`);
}
