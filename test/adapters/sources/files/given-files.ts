import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { type ReadOptions, readFiles } from '../../../../lib/adapters/sources/files/read-files.ts';

/** Files in a folder of their own, which goes when the tests of the file are done. */
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

export const givenFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'tokenwatch-files-'));
  folders.push(folder);
  return folder;
};

export const givenFile = (content: string | Uint8Array, name = 'audit.log'): string => {
  const path = join(givenFolder(), name);
  writeFileSync(path, content);
  return path;
};

export const fixture = (name: string): string => new URL(`../../../fixtures/logs/${name}`, import.meta.url).pathname;

/** Everything that reading gives, at once. */
export const readAll = async (paths: readonly string[], options: ReadOptions = {}) => {
  const log = await readFiles(paths, options);
  try {
    const batches = [];
    for await (const batch of log.batches()) batches.push(batch);
    return { ...log.summary, events: batches.flat(), batches };
  } finally {
    log.close();
  }
};

/** What a refused reading says. */
export const refusalOf = async (paths: readonly string[], options: ReadOptions = {}): Promise<string> =>
  readFiles(paths, options).then(
    () => 'was read',
    (error) => `${error.name}: ${error.message}`,
  );

const startMs = Date.parse('2026-03-14T02:00:00Z');

/** The nth line of a neutral log, one second after the one before. */
export const neutralLine = (n: number, changed: object = {}): string =>
  JSON.stringify({
    time: new Date(startMs + n * 1_000).toISOString(),
    principal: 'ana',
    ip: '192.0.2.7',
    action: `step-${n}`,
    outcome: 'success',
    ...changed,
  });

export const neutralLines = (count: number): string[] => Array.from({ length: count }, (_, n) => neutralLine(n));

/** The nth event of a Pulumi log. */
export const pulumiEvent = (n: number, changed: object = {}): object => ({
  timestamp: startMs / 1_000 + n,
  sourceIP: '203.0.113.42',
  event: 'stack-exported',
  description: `Exported stack website/prod (${n})`,
  user: { name: 'A. Rivera', githubLogin: 'arivera', avatarUrl: 'https://example.com/a.png' },
  ...changed,
});
