import type { Archive } from '../../app/ports.ts';
import { type ArchiveLine, type LineWords, linesOf } from './lines.ts';

/**
 * Once, and all of it: each revision of a source has a shelf of its own. A shelf that is already there was begun by a run
 * that died between archive and commit, or after a part of it; only what it lacks is added. What such a run kept and this
 * one does not have comes again in one of the next revisions, and is known by then.
 *
 * Two runs that try the same revision at once may both add a line; the poller runs once at a time.
 */

export type Shelf = {
  /** False where it was there before. */
  make(): Promise<boolean>;
  /** Keys of all lines on it; none where there is no such shelf. */
  keys(): Promise<ReadonlySet<string>>;
  add(lines: readonly ArchiveLine[]): Promise<void>;
};

/** So far back a run looks once, when it begins: what a run before it kept beyond its last commit lies there. */
const lookBackRevisions = 3;
/** Of each source. A revision holds some hundred events; what is older than so many keys has been counted long since. */
const knownMax = 20_000;

export const archiveOn = (shelfOf: (source: string, revision: number) => Shelf, words: LineWords): Archive => {
  const knownOf = new Map<string, Set<string>>();

  const knownAt = async (source: string, revision: number): Promise<Set<string>> => {
    const before = knownOf.get(source);
    if (before !== undefined) return before;
    const known = new Set<string>();
    for (let back = Math.min(lookBackRevisions, revision); back > 0; back -= 1) {
      for (const key of await shelfOf(source, revision - back).keys()) known.add(key);
    }
    knownOf.set(source, known);
    return known;
  };

  return {
    keep: async (kept) => {
      const { source, revision } = kept;
      const known = await knownAt(source, revision);
      const wanted = linesOf(kept, words).filter(({ key }) => !known.has(key));
      if (wanted.length === 0) return;
      const shelf = shelfOf(source, revision);
      const there = (await shelf.make()) ? none : await shelf.keys();
      await shelf.add(wanted.filter(({ key }) => !there.has(key)));
      for (const key of there) known.add(key);
      // The commit may fail yet, and a telling comes again when its events settle.
      for (const { key } of wanted) known.add(key);
      forgetOldest(known);
    },
  };
};

const none: ReadonlySet<string> = new Set();

const forgetOldest = (known: Set<string>): void => {
  for (const key of known) {
    if (known.size <= knownMax) return;
    known.delete(key);
  }
};
