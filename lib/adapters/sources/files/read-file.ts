import type { Readable } from 'node:stream';
import { type BadRecord, badRecordCharsMax } from '../../../app/ports.ts';
import { cut } from '../fields.ts';
import { NotALog } from './file-error.ts';
import type { Found, Splitter } from './found.ts';
import { jsonRecords } from './json-records.ts';
import type { LogFile } from './list-files.ts';
import { DamagedArchive, type OpenFile, openFile } from './open-file.ts';
import type { OrderedEvents } from './ordered-events.ts';
import { cefRecords } from './pulumi-cef.ts';
import { csvRecords } from './pulumi-csv.ts';
import { knownFormats, type Layout, layoutOf } from './recognize.ts';
import { isRecognized, type ReadRecord } from './record-reader.ts';

/** Reads one file: bytes to records to events, and what was wrong with those that are none. */
export type FileRead = {
  /** Found in the file, good and bad. */
  records: number;
  /** Records that became an event, though it may be one already known. */
  translated: number;
  /** Records of a known system that are no audit events. */
  otherEvents: number;
  /** Whether any record was one of a known log, be it a bad one. */
  isLog: boolean;
  badCount: number;
  /** The first of them, at most `badRecordsKept`. */
  readonly badRecords: BadRecord[];
};

/** More than anybody reads; all are counted. */
export const badRecordsKept = 1_000;

export type FileReading = {
  readonly stdin: Readable;
  readonly read: ReadRecord;
  readonly events: OrderedEvents;
  /** The file's place among those read. */
  readonly number: number;
  readonly onBytes: (count: number) => void;
  readonly onRecords: (count: number) => void;
};

/** Throws `NotALog` when the file is no log. */
export const readFile = async (file: LogFile, reading: FileReading): Promise<FileRead> => {
  const open = await openFile(file, reading);
  try {
    return await readOpen(file, open, reading);
  } finally {
    open.close();
  }
};

const readOpen = async (file: LogFile, { head, chunks }: OpenFile, reading: FileReading): Promise<FileRead> => {
  const layout = layoutOf(file.name, head);
  const result: FileRead = {
    records: 0,
    translated: 0,
    otherEvents: 0,
    isLog: layout !== 'json',
    badCount: 0,
    badRecords: [],
  };
  if (layout === 'empty') return result;

  const splitter = splitters[layout]();
  const take = (found: readonly Found[]): void => {
    for (const one of found) takeRecord(one, file, reading, result);
    reading.onRecords(found.length);
  };
  try {
    for await (const chunk of chunks) take(splitter.push(chunk));
    take(splitter.end());
  } catch (error) {
    if (!(error instanceof DamagedArchive)) throw error;
    take(splitter.end());
    giveBad(result, { where: file.name, reason: error.message, outcome: 'rejected', text: '' });
  }
  if (result.records > 0 && !result.isLog) throw new NotALog(noLog(file, result));
  return result;
};

const splitters: Readonly<Record<Exclude<Layout, 'empty'>, () => Splitter>> = {
  json: () => jsonRecords(isRecognized),
  'pulumi-csv': csvRecords,
  'pulumi-cef': cefRecords,
};

const takeRecord = (one: Found, file: LogFile, { read, events, number }: FileReading, result: FileRead): void => {
  result.records += 1;
  const where = `${file.name}:${one.line}`;
  if (one.reason !== undefined) {
    giveBad(result, { where, reason: one.reason, outcome: 'rejected', text: one.text });
    return;
  }
  const translated = read(one.value);
  if (translated === 'unknown') {
    giveBad(result, { where, reason: unknownRecord, outcome: 'rejected', text: textOf(one) });
    return;
  }
  result.isLog = true;
  if (translated === 'other-event') {
    result.otherEvents += 1;
    return;
  }
  const { event, flaw } = translated;
  if (event !== undefined) {
    events.add(event, { hasOwnId: translated.hasOwnId, file: number });
    result.translated += 1;
  }
  if (flaw === undefined) return;
  giveBad(result, { where, reason: flaw, outcome: event === undefined ? 'rejected' : 'kept', text: textOf(one) });
};

const unknownRecord =
  'not an audit event of a known format: expected fields such as sourceIP and event (Pulumi), actor and request ' +
  '(Scalr), or time, principal, ip, action and outcome';

const giveBad = (result: FileRead, record: BadRecord): void => {
  result.badCount += 1;
  if (result.badRecords.length < badRecordsKept) result.badRecords.push(record);
};

const textOf = ({ text, ...found }: Found): string =>
  cut(text ?? ('value' in found ? JSON.stringify(found.value) : ''), badRecordCharsMax);

const noLog = ({ name }: LogFile, { badRecords: [first] }: FileRead): string => {
  const line = first?.where.slice(name.length + 1) ?? '1';
  return `${name} is not in a known format: line ${line}: ${first?.reason ?? unknownRecord}. ${knownFormats}`;
};
