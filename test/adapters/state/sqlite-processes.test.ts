import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sqliteState } from '../../../lib/adapters/state/sqlite.ts';
import { inFolder } from './folder.ts';
import { numberedCommit, principalKeys, seenEvents, source, tellingKey } from './numbered-commits.ts';

/** Real processes on one file: killed at any moment, and against each other. */

const run = (script: string, ...words: readonly string[]) =>
  spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL(script, import.meta.url)), ...words],
    {
      stdio: 'pipe',
    },
  );

/** Lets a process commit, kills it `afterMs` after it began to open the file, and gives the last revision that it said. */
const lastBeforeKill = async (file: string, afterMs: number): Promise<number | undefined> => {
  const child = run('./committing-process.ts', file);
  let said = '';
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints += chunk;
  });
  child.stdout.on('data', (chunk) => {
    if (said === '') setTimeout(() => child.kill('SIGKILL'), afterMs);
    said += chunk;
  });
  const [, signal] = await once(child, 'close');
  expect({ signal, complaints }).toEqual({ signal: 'SIGKILL', complaints: '' });
  const revisions = said.split('\n').slice(0, -1).map(Number).filter(Number.isInteger);
  return revisions.at(-1);
};

/** The revision that the file holds, once it is sure that all of its parts are of that revision. */
const soundRevision = async (file: string): Promise<number> => {
  const database = new DatabaseSync(file);
  expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  database.close();

  const store = sqliteState({ file });
  const { revision, cursor, organization } = await store.load(source);
  if (revision > 0) {
    const { cursor: document, principals } = numberedCommit(revision);
    expect({ cursor, organization }).toEqual({ cursor: document, organization: document });
    expect(await store.principals(source, principalKeys)).toEqual(principals);
    expect(await store.alerts(source)).toMatchObject([{ eventCount: revision }]);
    expect((await store.untold(source)).at(-1)).toMatchObject({ key: tellingKey(revision) });
  }
  const committed = Array.from({ length: revision }, (_, at) => seenEvents(at + 1)).flat();
  const known = await store.seen(source, [...committed, ...seenEvents(revision + 1)]);
  expect(known).toEqual(new Set(committed.map(({ id }) => id)));
  await store.close();
  return revision;
};

/** The same delays each time; where they fall in the other process's work differs. */
const delaysMs = (maxMs: number, count: number): readonly number[] =>
  fc.sample(fc.integer({ min: 0, max: maxMs }), { seed: 20_260_314, numRuns: count });

describe('a process that is killed', () => {
  it(
    'while it commits leaves whole commits, and all that it said were done',
    () =>
      inFolder(async (folder) => {
        const file = join(folder, 'state.db');
        let before = 0;
        for (const afterMs of delaysMs(120, 15)) {
          const said = await lastBeforeKill(file, afterMs);
          const revision = await soundRevision(file);
          expect(revision).toBeGreaterThanOrEqual(said ?? before);
          expect(revision).toBeLessThanOrEqual((said ?? before) + 1);
          before = revision;
        }
        expect(before).toBeGreaterThan(10);
      }),
    60_000,
  );

  it(
    'while it makes the file leaves one that can be used',
    () =>
      inFolder(async (folder) => {
        for (const [round, afterMs] of delaysMs(12, 8).entries()) {
          const file = join(folder, `${round}.db`);
          const said = await lastBeforeKill(file, afterMs);
          if (!existsSync(file)) expect(said).toBeUndefined();
          expect(await soundRevision(file)).toBeGreaterThanOrEqual(said ?? 0);
        }
      }),
    60_000,
  );
});

describe('two processes', () => {
  it(
    'never both win a revision, beginning with who makes the file',
    () =>
      inFolder(async (folder) => {
        const file = join(folder, 'state.db');
        const wanted = 25;
        const racers = [1, 2].map(() => {
          const child = run('./racing-process.ts', file, `${wanted}`);
          const output = { said: '', complaints: '' };
          child.stdout.on('data', (chunk) => {
            output.said += chunk;
          });
          child.stderr.on('data', (chunk) => {
            output.complaints += chunk;
          });
          return { child, output, isReady: once(child.stdout, 'data'), ends: once(child, 'close') };
        });
        await Promise.all(racers.map(({ isReady }) => isReady));
        for (const { child } of racers) child.stdin.write('go\n');

        const won = await Promise.all(
          racers.map(async ({ output, ends }) => {
            const [code] = await ends;
            expect({ code, complaints: output.complaints }).toEqual({ code: 0, complaints: '' });
            const result: { readonly won: readonly number[] } = JSON.parse(output.said.split('\n')[1] ?? '');
            return result.won;
          }),
        );

        const inOrder = won.flat().sort((a, b) => a - b);
        expect(inOrder).toEqual(Array.from({ length: 2 * wanted }, (_, at) => at + 1));
        expect(await soundRevision(file)).toBe(2 * wanted);
      }),
    60_000,
  );
});
