import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { FileError } from '../../lib/adapters/sources/files/file-error.ts';
import { readFiles } from '../../lib/adapters/sources/files/read-files.ts';
import type { AuditEvent } from '../../lib/core/event.ts';
import { isPlausible } from '../../lib/core/time.ts';
import { kindOf, law, type Target } from './fuzz.ts';
import type { Bytes } from './mutate.ts';

/**
 * Recorded logs, whatever they are. Laws: a file is read or refused with words for a person; every record is an event, or
 * counted as what it is; events are of bounded size, in order, and of plausible times; nothing reaches another object.
 */

const folder = new URL('../fixtures/logs/', import.meta.url);
const recorded = (end: RegExp): readonly Bytes[] =>
  readdirSync(folder)
    .filter((name) => end.test(name))
    .map((name) => readFileSync(new URL(name, folder)).subarray(0, 16 * 1024));

const place = mkdtempSync(join(tmpdir(), 'tokenwatch-fuzz-'));
process.on('exit', () => rmSync(place, { recursive: true, force: true }));
const file = join(place, 'log');

const readLog = async (input: Bytes): Promise<string> => {
  writeFileSync(file, input);
  try {
    return await read();
  } catch (error) {
    return refusalOf(error);
  }
};

/** So many control characters that the whole file is no text, for one. */
const refusalOf = (error: unknown): string => {
  if (!(error instanceof FileError)) throw error;
  return kindOf(error.message.replaceAll(file, 'FILE'));
};

const read = async (): Promise<string> => {
  const log = await readFiles([file], { organization: 'acme', eventsInMemoryMax: 50 });
  try {
    const { summary } = log;
    const events: AuditEvent[] = [];
    for await (const batch of log.batches()) events.push(...batch);
    const { records, events: counted, repeated, otherEvents } = summary;
    const rejected = summary.badRecords.filter(({ outcome }) => outcome === 'rejected').length;
    law(events.length === summary.events, 'as many events come as were counted');
    const missing = records - counted - repeated - otherEvents;
    law(
      // The damage of an archive is told as well, and is no record.
      missing === rejected || missing === rejected - 1 || summary.badCount > 1_000,
      `every record is an event, told again, of another kind, or rejected: ${missing} beside ${rejected}`,
    );
    lawsOf(events);
    const flaws = summary.badRecords.map(({ reason }) => kindOf(reason));
    return `${new Set(events.map(({ source, outcome }) => `${source} ${outcome}`)).size} ${[...new Set(flaws)].sort().join('; ')}`;
  } finally {
    log.close();
  }
};

/** Generous: names are cut at 256, a description at 1,000, an id is a hash. */
const eventCharsMax = 6_000;

export const lawsOf = (events: readonly AuditEvent[]): void => {
  const ids = new Set<string>();
  for (const [at, event] of events.entries()) {
    law(isPlausible(event.atMs), 'an event has a time that can be');
    law(
      event.principal.id !== '' && event.action !== '' && event.id !== '',
      'an event has an id, a principal and an action',
    );
    law(JSON.stringify(event).length < eventCharsMax, 'an event is of bounded size');
    law(!ids.has(event.id), 'an event comes once');
    ids.add(event.id);
    const before = events[at - 1];
    law(
      before === undefined || before.atMs < event.atMs || (before.atMs === event.atMs && before.id < event.id),
      'events are in order',
    );
  }
  law(!('polluted' in {}), 'no record reaches the prototype of all objects');
};

const kinds: readonly (readonly [name: string, seeds: readonly Bytes[]])[] = [
  ['json', recorded(/\.jsonl?$/)],
  ['csv', recorded(/\.csv$/)],
  ['cef', recorded(/\.ceff$/)],
  ['gzip', recorded(/^(neutral|pulumi)\.(jsonl|csv)$/).map((bytes) => gzipSync(bytes))],
];

export const logTargets: readonly Target[] = kinds.map(([name, seeds]) => ({ name, seeds, run: readLog }));

const line = (n: number): string =>
  JSON.stringify({
    time: new Date(Date.parse('2026-03-14T02:00:00Z') + n * 1_000).toISOString(),
    principal: 'ana',
    ip: '192.0.2.7',
    action: `step-${n}`,
    outcome: 'success',
  });

/** A damaged line costs itself: those before and after it are read, whatever stands there, as long as it is one line. */
export const neighbourTarget: Target = {
  name: 'damaged-line',
  seeds: [Buffer.from(line(5)), ...recorded(/^neutral\.jsonl$/).flatMap(linesOf)],
  async run(input) {
    const damaged = input.map((byte) => (byte === 10 || byte === 13 ? 32 : byte));
    const good = [0, 1, 2, 8, 9].map(line);
    writeFileSync(
      file,
      Buffer.concat([
        Buffer.from(`${good.slice(0, 3).join('\n')}\n`),
        damaged,
        Buffer.from(`\n${good.slice(3).join('\n')}\n`),
      ]),
    );
    const log = await readFiles([file], {}).catch(refusalOf);
    if (typeof log === 'string') return log;
    try {
      const actions = new Set<string>();
      for await (const batch of log.batches()) for (const { action } of batch) actions.add(action);
      for (const n of [0, 1, 2, 8, 9]) law(actions.has(`step-${n}`), `line ${n} is read beside a damaged one`);
      return `${log.summary.events} ${log.summary.badRecords.map(({ reason }) => kindOf(reason)).join('; ')}`;
    } finally {
      log.close();
    }
  },
};

function linesOf(bytes: Bytes): readonly Bytes[] {
  return bytes
    .toString('latin1')
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => Buffer.from(text, 'latin1'));
}
