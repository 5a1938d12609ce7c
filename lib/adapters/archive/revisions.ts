import type { Archive } from '../../app/ports.ts';
import { type ArchiveLine, eventLines, type LineWords, newsLine } from './lines.ts';

/**
 * Once, and all of it: each revision of a source has a shelf of its own for its events. A shelf that is already there was
 * begun by a run that died between archive and commit, or after a part of it; only what it lacks is added. What such a run
 * kept and this one does not have comes again, however many commits later, and is known by then: a run begins by reading
 * the last shelves that there are.
 *
 * Each piece of news has a shelf by its key. It comes again when its events settle, after any number of revisions.
 *
 * All of it as far as a shelf shows what was just added to it. Two runs that try the same revision at once may both add a
 * line; the poller runs once at a time.
 */

export type Shelf = {
  /** False where it was there before. */
  make(): Promise<boolean>;
  /** Keys of all lines on it; none where there is no such shelf. */
  keys(): Promise<ReadonlySet<string>>;
  add(lines: readonly ArchiveLine[]): Promise<void>;
};

export type Shelves = {
  readonly ofRevision: (source: string, revision: number) => Shelf;
  readonly ofNews: (source: string, key: string) => Shelf;
  /** Of the highest revisions of the source that have a shelf. */
  readonly newest: (source: string, count: number) => Promise<readonly Shelf[]>;
};

/** Events that a dead run kept are the next to settle, so that its shelf is among the last; more than one only if several died. */
const lookBackShelves = 3;
/** Of each source. A revision holds some hundred events; what is older than so many keys has been counted long since. */
const knownMax = 20_000;

export const archiveOn = (shelves: Shelves, words: LineWords): Archive => {
  const knownOf = new Map<string, Set<string>>();

  const knownIn = async (source: string): Promise<Set<string>> => {
    const before = knownOf.get(source);
    if (before !== undefined) return before;
    const known = new Set<string>();
    for (const shelf of await shelves.newest(source, lookBackShelves)) {
      for (const key of await shelf.keys()) known.add(key);
    }
    knownOf.set(source, known);
    return known;
  };

  return {
    keep: async ({ source, revision, events, tellings }) => {
      const known = await knownIn(source);
      const put = async (shelf: Shelf, lines: readonly ArchiveLine[]): Promise<void> => {
        const wanted = lines.filter(({ key }) => !known.has(key));
        if (wanted.length === 0) return;
        const there = (await shelf.make()) ? none : await shelf.keys();
        await shelf.add(wanted.filter(({ key }) => !there.has(key)));
        // The commit may fail yet.
        for (const key of there) known.add(key);
        for (const { key } of wanted) known.add(key);
      };
      try {
        await put(shelves.ofRevision(source, revision), eventLines(events, words));
        for (const telling of tellings) {
          await put(shelves.ofNews(source, telling.key), [newsLine(telling, words)]);
        }
      } catch (error) {
        // What was kept before it failed, only the shelves know.
        knownOf.delete(source);
        throw error;
      }
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
