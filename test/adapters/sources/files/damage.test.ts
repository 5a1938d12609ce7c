import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import {
  fixture,
  givenFile,
  givenFolder,
  neutralLine,
  neutralLines,
  pulumiEvent,
  readAll,
  refusalOf,
} from './given-files.ts';

const lines = neutralLines(5);
const withLine = (n: number, text: string): string => lines.map((line, at) => (at === n ? text : line)).join('\n');

describe('a damaged record costs itself only', () => {
  it.each([
    ['not JSON', 'oops'],
    ['half a line, cut outside a text', '{"time":"2026-03-14T02:00:02Z",'],
    ['half a line, cut inside a text', '{"time":"2026-03-'],
    ['a missing bracket', lines[2]?.slice(0, -1) ?? ''],
    ['one bracket too many', `${lines[2]}}`],
    ['2,000 nested levels', `{"x":${'['.repeat(2_000)}${']'.repeat(2_000)}}`],
    ['2,000 levels never closed', `{"x":${'['.repeat(2_000)}`],
    ['a line of 2 MB', neutralLine(2, { target: 'x'.repeat(2_000_000) })],
    ['a value of another kind', '[1, 2]'],
    ['another object', '{"hello":"world"}'],
    ['bytes of another encoding', '{"time":"\xe9"}'],
  ])('in JSON Lines: %s', async (_, damaged) => {
    for (const place of [0, 2, 4]) {
      const path = givenFile(Buffer.from(withLine(place, damaged), 'latin1'), 'audit.jsonl');
      const { events, badRecords } = await readAll([path]);
      expect(events.map(({ action }) => action)).toEqual(
        expect.arrayContaining([0, 1, 2, 3, 4].filter((n) => n !== place).map((n) => `step-${n}`)),
      );
      expect(badRecords[0]).toMatchObject({ where: `${path}:${place + 1}`, outcome: 'rejected' });
    }
  });

  it('in a pretty-printed list', async () => {
    const text = JSON.stringify(
      [0, 1, 2].map((n) => pulumiEvent(n)),
      undefined,
      2,
    );
    const path = givenFile(text.replace('"stack-exported",', '"stack-exp'));
    const { events, badRecords } = await readAll([path]);
    expect(events).toHaveLength(2);
    expect(badRecords[0]).toMatchObject({ where: `${path}:2`, reason: 'not JSON: the line ends inside a text' });
  });

  it('in a list of one event a line', async () => {
    const events = [0, 1, 2].map((n) => JSON.stringify(pulumiEvent(n)));
    const path = givenFile(`[\n${events[0]},\n${events[1]?.slice(0, -1)},\n${events[2]}\n]`);
    const read = await readAll([path]);
    expect(read.events).toHaveLength(2);
    expect(read.badRecords).toMatchObject([
      { where: `${path}:3`, reason: 'not JSON: the next record begins before this one ends' },
    ]);
  });

  it('in CSV, where a quotation mark is lost', async () => {
    const row = (n: number, description: string): string =>
      `2026-03-14T02:13:0${n}Z,ana,User Login,${description},192.0.2.1`;
    const header = 'Timestamp,Login,Event,Description,SourceIP';
    const rows = [row(0, '"a"'), row(1, '"lost'), row(2, '"b ""c"""'), row(3, 'd"e'), row(4, 'x,y'), row(5, 'f')];
    const path = givenFile([header, ...rows].join('\n'), 'audit.csv');
    const { events, badRecords } = await readAll([path]);
    expect(events.map(({ description }) => description)).toEqual(['a', 'b "c"', 'f']);
    expect(badRecords.map(({ where, reason }) => [where, reason])).toEqual([
      [`${path}:3`, 'not CSV: a quotation mark is missing or misplaced'],
      [`${path}:5`, 'not CSV: a quotation mark is missing or misplaced'],
      [`${path}:6`, '6 columns: expected 5 as in the header'],
    ]);
  });

  it('in CEF', async () => {
    const good = 'CEF:0|Pulumi|Pulumi Service|1.0|User Login|x|0|rt=1676386381000 src=192.0.2.1 suser=ana';
    const path = givenFile([good, 'CEF:0|Pulumi|cut', 'noise', good.replace('rt=1676386381000', '')].join('\n'));
    const { events, badRecords } = await readAll([path]);
    expect(events).toHaveLength(1);
    expect(badRecords.map(({ where }) => where)).toEqual([`${path}:2`, `${path}:3`, `${path}:4`]);
    expect(badRecords[2]?.reason).toMatch(/^timestamp is missing/);
  });

  it('in a file cut in half, packed or not', async () => {
    const page = JSON.stringify({ auditLogEvents: [0, 1, 2].map((n) => pulumiEvent(n)) });
    const cut = givenFile(page.slice(0, -60));
    expect(await readAll([cut])).toMatchObject({
      events: { length: 2 },
      badRecords: [{ where: `${cut}:1`, reason: 'the file ends in the middle of this record' }],
    });
    const between = givenFile(page.slice(0, page.indexOf('{"timestamp"', page.indexOf('(0)'))));
    expect((await readAll([between])).badRecords).toMatchObject([{ reason: 'the file ends before its list does' }]);

    const text = Array.from({ length: 20_000 }, (_, n) => neutralLine(n)).join('\n');
    const packed = gzipSync(text);
    const half = givenFile(packed.subarray(0, packed.length / 2));
    const { events, badRecords } = await readAll([half]);
    expect(events.length).toBeGreaterThan(1_000);
    expect(badRecords.at(-1)?.reason).toBe('the compressed data ends early or is damaged from here on');
  });

  it('at the end of a line log', async () => {
    const path = givenFile(lines.join('\n').slice(0, -10));
    expect(await readAll([path])).toMatchObject({
      events: { length: 4 },
      badRecords: [
        { where: `${path}:5`, reason: 'the file ends in the middle of this record', text: lines[4]?.slice(0, -10) },
      ],
    });
  });
});

describe('a record that is wrong in part', () => {
  it('is named with file and line, and kept where an event remains', async () => {
    const wrong = [
      { time: undefined },
      { time: '0001-01-01T00:00:00Z' },
      { time: '9999-12-31T00:00:00Z' },
      { ip: undefined },
      { ip: '999.1.1.1' },
      { principal: undefined },
    ];
    const path = givenFile([neutralLine(0), ...wrong.map((changed, n) => neutralLine(n + 1, changed))].join('\n'));
    const { events, badRecords } = await readAll([path]);
    expect(events.map(({ action, ip }) => [action, ip])).toEqual([
      ['step-0', '192.0.2.7'],
      ['step-4', undefined],
      ['step-5', undefined],
    ]);
    const expectedTime = 'a time such as "2026-03-14T02:13:00Z" between 2000 and 2100';
    expect(badRecords.map(({ where, reason, outcome }) => [where, reason, outcome])).toEqual([
      [`${path}:2`, `time is missing: expected ${expectedTime}`, 'rejected'],
      [`${path}:3`, `time "0001-01-01T00:00:00Z" is not ${expectedTime}`, 'rejected'],
      [`${path}:4`, `time "9999-12-31T00:00:00Z" is not ${expectedTime}`, 'rejected'],
      [`${path}:5`, 'ip is missing: expected an address', 'kept'],
      [`${path}:6`, 'ip "999.1.1.1" is not an address', 'kept'],
      [`${path}:7`, 'principal is missing: expected the name of who acts', 'rejected'],
    ]);
    expect(badRecords[1]?.text).toBe(neutralLine(2, wrong[1]));
  });

  it('is counted without end and listed up to a limit', async () => {
    const path = givenFile([neutralLine(0), ...Array.from({ length: 1_500 }, () => 'oops')].join('\n'));
    expect(await readAll([path])).toMatchObject({ badCount: 1_500, badRecords: { length: 1_000 }, records: 1_501 });
  });

  it('may hold anything in its texts', async () => {
    const hostile = '\u001b[2J\u0007<script>alert(1)</script>\u0000\u202e" | = \\ \ud800';
    const record = { principal: hostile, action: hostile, target: hostile, userAgent: hostile, credential: hostile };
    const text = neutralLine(0, record).replace('{', '{"__proto__":{"ip":"x"},');
    expect((await readAll([givenFile(text)])).events).toMatchObject([
      {
        principal: { id: hostile, name: hostile },
        action: hostile,
        target: hostile,
        userAgent: hostile,
        credential: hostile,
      },
    ]);
    expect(Object.hasOwn(Object.prototype, 'ip')).toBe(false);
  });
});

describe('a line of 100 MB', () => {
  it('is one bad record and is not held in memory', async () => {
    const size = 100;
    const blocks = function* () {
      yield Buffer.from(`${neutralLine(0)}\n{"time":"`);
      for (let n = 0; n < size; n++) yield Buffer.alloc(1_000_000, 'x');
      yield Buffer.from(`"}\n${neutralLine(1)}\n`);
    };
    const before = process.memoryUsage().arrayBuffers;
    let mostBytes = 0;
    const { events, badRecords } = await readAll(['-'], {
      stdin: Readable.from(blocks()),
      onProgress: () => {
        mostBytes = Math.max(mostBytes, process.memoryUsage().arrayBuffers - before);
      },
    });
    expect(events).toHaveLength(2);
    expect(badRecords).toMatchObject([
      { where: '-:2', reason: 'longer than 1 MiB: expected one audit event', text: expect.stringMatching(/^.{2000}$/) },
    ]);
    expect(mostBytes).toBeLessThan(80_000_000);
  });
});

describe('reading is refused, with the reason and what to do', () => {
  it.each([
    ['text of no log', 'hello world\n', 'is not in a known format. Known are Pulumi audit logs'],
    [
      'JSON of something else',
      '{"name":"tokenwatch","version":"1"}',
      'is not in a known format: line 1: not an audit event',
    ],
    ['an empty file', '', 'is empty or has no records'],
    ['blank lines', '\n \n', 'is empty or has no records'],
    ['an empty page', '{"auditLogEvents":[]}', 'is empty or has no records'],
    ['a binary file', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0, 0, 3]), 'is a binary file, not a log'],
    ['UTF-16 with a mark', Buffer.from('\ufeff{"time":"x"}', 'utf16le'), 'is UTF-16. Save it as UTF-8'],
    ['UTF-16 without a mark', Buffer.from('{"time":"2026"}\n', 'utf16le'), 'is UTF-16. Save it as UTF-8'],
    ['a damaged archive', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]), 'it begins as gzip and cannot be unpacked'],
  ])('%s', async (_, content, reason) => {
    const path = givenFile(content);
    const refusal = await refusalOf([path]);
    expect(refusal).toContain(path);
    expect(refusal).toContain(reason);
  });

  it('files and folders that are not there, empty, or unnamed', async () => {
    const folder = givenFolder();
    expect(await refusalOf([join(folder, 'missing.json')])).toBe(
      `FileError: ${join(folder, 'missing.json')} cannot be read: there is no such file or folder; check the path.`,
    );
    expect(await refusalOf([folder])).toMatch(/holds no files/);
    expect(await refusalOf([])).toMatch(/No file named/);
  });
});

describe('a folder', () => {
  it('is read with its subfolders, in order of name; what is no log is noted', async () => {
    const folder = givenFolder();
    mkdirSync(join(folder, 'b'));
    writeFileSync(join(folder, 'b', '2026-03-14_02.ceff'), '');
    writeFileSync(join(folder, 'b', 'late.jsonl'), neutralLine(7));
    writeFileSync(join(folder, 'a.jsonl'), `${neutralLine(3)}\noops`);
    writeFileSync(join(folder, 'notes.md'), '# How these logs came about\n');
    writeFileSync(join(folder, '.hidden'), 'x');
    const { events, files, badRecords, notes } = await readAll([folder, fixture('neutral.jsonl')]);
    expect(events).toHaveLength(4);
    expect(files).toBe(5);
    expect(badRecords).toMatchObject([{ where: `${join(folder, 'a.jsonl')}:2` }]);
    expect(notes).toEqual([
      `${join(folder, 'b', '2026-03-14_02.ceff')} is empty or has no records.`,
      expect.stringMatching(/^Left out: .*notes\.md is not in a known format/),
    ]);
  });
});
