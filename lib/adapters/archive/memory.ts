import type { Archive } from '../../app/ports.ts';
import type { LineWords } from './lines.ts';
import { archiveOn, type Shelf } from './revisions.ts';

/** An archive that lasts as long as its shelves: for tests, in which several runs share them. */

/** Lines of each shelf, by key. */
export type MemoryShelves = Map<string, Map<string, string>>;

export const memoryArchive = (words: LineWords, shelves: MemoryShelves = new Map()): Archive => {
  const shelf = (name: string): Shelf => ({
    make: async () => {
      if (shelves.has(name)) return false;
      shelves.set(name, new Map());
      return true;
    },
    keys: async () => new Set(shelves.get(name)?.keys()),
    add: async (lines) => {
      for (const { key, text } of lines) shelves.get(name)?.set(key, text);
    },
  });
  return archiveOn(
    {
      ofRevision: (source, revision) => shelf(`${source} ${revision}`),
      ofNews: (source, key) => shelf(`news ${source} ${key}`),
      newest: async (source, count) =>
        [...shelves.keys()]
          .filter((name) => name.startsWith(`${source} `))
          .sort((a, b) => revisionIn(b) - revisionIn(a))
          .slice(0, count)
          .map(shelf),
    },
    words,
  );
};

const revisionIn = (name: string): number => Number(name.slice(name.lastIndexOf(' ')));
