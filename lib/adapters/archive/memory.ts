import type { Archive } from '../../app/ports.ts';
import type { LineWords } from './lines.ts';
import { archiveOn } from './revisions.ts';

/** An archive that lasts as long as its shelves: for tests, in which several runs share them. */

/** Lines of each revision, by key. */
export type MemoryShelves = Map<string, Map<string, string>>;

export const memoryArchive = (words: LineWords, shelves: MemoryShelves = new Map()): Archive =>
  archiveOn((source, revision) => {
    const name = `${source}/${revision}`;
    return {
      make: async () => {
        if (shelves.has(name)) return false;
        shelves.set(name, new Map());
        return true;
      },
      keys: async () => new Set(shelves.get(name)?.keys()),
      add: async (lines) => {
        for (const { key, text } of lines) shelves.get(name)?.set(key, text);
      },
    };
  }, words);
