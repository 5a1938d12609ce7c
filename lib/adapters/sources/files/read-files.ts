import type { Readable } from 'node:stream';
import type { BadRecord } from '../../../app/ports.ts';
import type { AuditEvent } from '../../../core/event.ts';
import { FileError, NotALog } from './file-error.ts';
import { type LogFile, listFiles } from './list-files.ts';
import { orderedEvents } from './ordered-events.ts';
import { badRecordsKept, type FileRead, type FileReading, readFile } from './read-file.ts';
import { recordReader } from './record-reader.ts';

/**
 * Recorded logs as one log in core's order. Files are read once, as streams, each in whatever known format it is; since
 * any of them may be newest-first or overlap another, the first event is known only when all are read. Memory does not
 * grow with their size. A damaged record costs itself; only what makes reading pointless is an error (`FileError`).
 */
export const readFiles = async (paths: readonly string[], options: ReadOptions = {}): Promise<RecordedLog> => {
  const files = await listFiles(paths);
  const events = orderedEvents(options.eventsInMemoryMax);
  try {
    const reading = { ...progressOf(files, options), stdin: options.stdin ?? process.stdin, events };
    const read = await readAll(files, { ...reading, read: recordReader(options.organization) });
    if (read.records === 0) throw nothingRead(files, read.notes);
    const count = events.count();
    const { translated, ...counts } = read;
    return {
      summary: { files: files.length, ...counts, events: count, repeated: translated - count },
      batches: async function* () {
        yield* events.batches();
      },
      close: () => events.close(),
    };
  } catch (error) {
    events.close();
    throw error;
  }
};

export type ReadOptions = {
  /** The Pulumi organization whose files these are: the source of their events is `pulumi:<it>`. */
  readonly organization?: string;
  /** What `-` reads. */
  readonly stdin?: Readable;
  readonly onProgress?: (progress: Progress) => void;
  /** Beyond it events are sorted on disk. */
  readonly eventsInMemoryMax?: number;
};

export type Progress = {
  readonly bytesRead: number;
  /** Undefined while one of the files is a pipe. */
  readonly bytesTotal: number | undefined;
  readonly records: number;
};

export type RecordedLog = {
  readonly summary: FilesSummary;
  /** In core's order; may be gone through again. */
  batches(): AsyncIterable<readonly AuditEvent[]>;
  /** Frees what sorting took; call it once done. */
  close(): void;
};

export type FilesSummary = {
  readonly files: number;
  /** Found in the files, good and bad. */
  readonly records: number;
  readonly events: number;
  /** Records that told again of an event already told of. */
  readonly repeated: number;
  /** Scalr's news of runs: on the same bus as its audit log, and no part of it. */
  readonly otherEvents: number;
  readonly badCount: number;
  /** The first of them, at most `badRecordsKept`. */
  readonly badRecords: readonly BadRecord[];
  /** What a person should know besides: empty files, and files in a folder that are no logs; at most `notesMax`. */
  readonly notes: readonly string[];
};

/** More than anybody reads. */
const notesMax = 100;

type AllRead = Omit<FilesSummary, 'files' | 'events' | 'repeated'> & { readonly translated: number };

const readAll = async (files: readonly LogFile[], reading: Omit<FileReading, 'number'>): Promise<AllRead> => {
  const all = { records: 0, translated: 0, otherEvents: 0, badCount: 0 };
  const badRecords: BadRecord[] = [];
  const notes: string[] = [];
  const note = (text: string): void => {
    if (notes.length < notesMax) notes.push(text);
  };
  for (const [number, file] of files.entries()) {
    const read = await readFile(file, { ...reading, number }).catch((error) => {
      if (!file.isFromFolder || !(error instanceof NotALog)) throw error;
      note(`Left out: ${error.message}`);
      return undefined;
    });
    if (read === undefined) continue;
    if (read.records === 0) note(`${file.name} is empty or has no records.`);
    add(all, read);
    for (const record of read.badRecords) if (badRecords.length < badRecordsKept) badRecords.push(record);
  }
  return { ...all, badRecords, notes };
};

type Counts = Pick<FileRead, 'records' | 'translated' | 'otherEvents' | 'badCount'>;

const add = (all: Counts, read: Counts): void => {
  all.records += read.records;
  all.translated += read.translated;
  all.otherEvents += read.otherEvents;
  all.badCount += read.badCount;
};

const progressOf = (
  files: readonly LogFile[],
  { onProgress }: ReadOptions,
): Pick<FileReading, 'onBytes' | 'onRecords'> => {
  const isSized = files.every(({ sizeBytes }) => sizeBytes !== undefined);
  const bytesTotal = isSized ? files.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0) : undefined;
  let bytesRead = 0;
  let records = 0;
  return {
    onBytes: (count) => {
      bytesRead += count;
    },
    onRecords: (count) => {
      records += count;
      onProgress?.({ bytesRead, bytesTotal, records });
    },
  };
};

const nothingRead = (files: readonly LogFile[], notes: readonly string[]): FileError => {
  const reasons = notes.slice(0, 3).join(' ');
  return new FileError(`Nothing to read in ${files.length} file(s). ${reasons} Check that this is the log you mean.`);
};
