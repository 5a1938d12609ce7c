import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { fixture, givenFile, neutralLine, neutralLines, pulumiEvent, readAll } from './given-files.ts';

const three = [0, 1, 2].map((n) => pulumiEvent(n));
const lines = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join('\n');

describe('Pulumi JSON', () => {
  it.each([
    ['a page on one line', JSON.stringify({ auditLogEvents: three, continuationToken: 'x' })],
    ['a page with the token first', JSON.stringify({ continuationToken: 'x', auditLogEvents: three })],
    ['a page, pretty-printed', JSON.stringify({ continuationToken: null, auditLogEvents: three }, undefined, 2)],
    ['pages one a line', lines([{ auditLogEvents: three.slice(0, 2) }, { auditLogEvents: three.slice(2) }])],
    [
      'pages in a list',
      JSON.stringify([{ auditLogEvents: three.slice(0, 1) }, { auditLogEvents: three.slice(1) }], undefined, 1),
    ],
    ['a list on one line', JSON.stringify(three)],
    ['a list, pretty-printed', JSON.stringify(three, undefined, 4)],
    ['a list, one event a line', `[\n${three.map((event) => JSON.stringify(event)).join(',\n')}\n]\n`],
    ['JSON Lines', `${lines(three)}\n`],
    ['JSON Lines with CRLF and blank lines', `\r\n${three.map((event) => JSON.stringify(event)).join('\r\n\r\n')}\r\n`],
    [
      'objects pretty-printed one after the other',
      three.map((event) => JSON.stringify(event, undefined, 2)).join('\n'),
    ],
    ['objects without anything between them', three.map((event) => JSON.stringify(event)).join('')],
  ])('is read as %s', async (_, text) => {
    const { events, badRecords, notes } = await readAll([givenFile(text)]);
    expect(events.map(({ description }) => description)).toEqual(
      three.map((_event, n) => `Exported stack website/prod (${n})`),
    );
    expect({ badRecords, notes }).toEqual({ badRecords: [], notes: [] });
  });

  it('is the log of the organization that the reader names', async () => {
    const [named, unnamed] = [
      await readAll([fixture('pulumi.json')], { organization: 'acme' }),
      await readAll([fixture('pulumi.json')]),
    ];
    expect(named.events.map(({ source }) => source)).toEqual(['pulumi:acme', 'pulumi:acme']);
    expect(unnamed.events.map(({ source }) => source)).toEqual(['pulumi:file', 'pulumi:file']);
  });

  it('may hold quotes, brackets and line breaks inside texts', async () => {
    const description = 'a "quoted" \\ {brace} [bracket] \n line ☃';
    const text = JSON.stringify([pulumiEvent(0, { description }), pulumiEvent(1)]);
    expect((await readAll([givenFile(text)])).events.map((event) => event.description)).toEqual([
      description,
      'Exported stack website/prod (1)',
    ]);
  });
});

describe('Pulumi CSV', () => {
  it('is read by column names, with doubled quotes', async () => {
    const { events, badRecords } = await readAll([fixture('pulumi.csv')]);
    expect(badRecords).toEqual([]);
    expect(events).toMatchObject([
      {
        atMs: Date.parse('2021-04-11T23:50:00Z'),
        action: 'member-role-changed',
        description: 'Changed organization role for "user2" to admin',
      },
      {
        atMs: Date.parse('2021-04-11T23:51:45Z'),
        action: 'stack-exported',
        principal: { kind: 'user', id: 'user1' },
        ip: '192.0.2.10',
        target: 'project1/dev',
      },
    ]);
  });

  it('is read with the four undocumented columns, in any order, and lines inside quotes', async () => {
    const { events } = await readAll([fixture('pulumi-13-columns.csv')]);
    expect(events).toMatchObject([
      { action: 'user-login-failed', outcome: 'failure', description: 'two\nlines, "quoted"' },
      { action: 'user-login', principal: { kind: 'user', id: 'dokonkwo' } },
      {
        action: 'stack-update-started',
        principal: { kind: 'token', id: 'ci-deploy' },
        user: 'arivera',
        target: 'website/prod',
      },
    ]);
    const shuffled = 'TokenID,Event,Login,SourceIP,Timestamp\ntok-1,User Login,ana,192.0.2.1,2026-03-14T02:13:00Z\n';
    expect((await readAll([givenFile(shuffled)])).events).toMatchObject([
      { principal: { id: 'tok-1' }, user: 'ana', ip: '192.0.2.1', atMs: Date.parse('2026-03-14T02:13:00Z') },
    ]);
  });

  it('tells of the same event as the JSON of it', async () => {
    const [csv, json] = [await readAll([fixture('pulumi-13-columns.csv')]), await readAll([fixture('pulumi.json')])];
    expect(csv.events.at(-1)).toEqual(json.events.at(-1));
    expect((await readAll([fixture('pulumi.json'), fixture('pulumi-13-columns.csv')])).events).toHaveLength(4);
  });
});

describe('Pulumi CEF', () => {
  it('is read with escapes, blanks in values and empty values', async () => {
    const { events, badRecords } = await readAll([fixture('pulumi.ceff')]);
    expect(badRecords).toEqual([]);
    expect(events).toMatchObject([
      {
        atMs: 1676386320000,
        action: 'stack-exported',
        outcome: 'failure',
        description: 'Exported stack a|b/dev, C:\\temp',
        ip: '2001:db8::1',
        principal: { kind: 'token', id: 'tok-17', name: 'nightly build = prod' },
        user: 'user1',
      },
      {
        atMs: 1676386381000,
        action: 'user-login',
        outcome: 'success',
        description: 'User "user1" logged into the Pulumi Console.',
        ip: '192.0.2.10',
        principal: { kind: 'user', id: 'user1' },
      },
    ]);
  });

  it('cannot be given another address by the name of a token', async () => {
    const line = readFileSync(fixture('pulumi.ceff'), 'utf8').split('\n')[0] ?? '';
    const forged = line.replace('tokenName=', 'tokenName=x src=192.0.2.99 rt=1');
    expect((await readAll([givenFile(forged)])).events).toMatchObject([{ ip: '192.0.2.10', atMs: 1676386381000 }]);
  });
});

describe('Scalr', () => {
  it('is read from every carrier; news of runs are counted and left out', async () => {
    const { events, otherEvents, badRecords } = await readAll([
      fixture('scalr-eventbridge.jsonl'),
      fixture('scalr-datadog.json'),
    ]);
    expect(events.map(({ action, source }) => [action, source])).toEqual([
      ['discard-run', 'scalr:acme'],
      ['create-run', 'scalr:acme'],
      ['get-variables', 'scalr:acme'],
      ['update-account', 'scalr:acme'],
    ]);
    expect(otherEvents).toBe(1);
    expect(badRecords).toEqual([]);
  });

  it('counts an event that the bus delivered twice as one', async () => {
    const text = readFileSync(fixture('scalr-eventbridge.jsonl'), 'utf8');
    expect(await readAll([givenFile(text + text)])).toMatchObject({ events: { length: 3 }, repeated: 3 });
  });
});

describe('any log', () => {
  it('may be packed, have a byte order mark, and any name', async () => {
    const text = neutralLines(3).join('\n');
    const marked = `\ufeff${text}`;
    const csv = `\ufeff${readFileSync(fixture('pulumi.csv'), 'utf8')}`;
    for (const content of [gzipSync(text), marked, gzipSync(marked), Buffer.concat([gzipSync(text), gzipSync('\n')])]) {
      expect(await readAll([givenFile(content, 'export.csv')])).toMatchObject({ events: { length: 3 }, badCount: 0 });
    }
    expect(await readAll([givenFile(csv, 'x.json')])).toMatchObject({ events: { length: 2 }, badCount: 0 });
  });

  it('may come from standard input, packed or not', async () => {
    const text = neutralLines(3).join('\n');
    for (const content of [Buffer.from(text), gzipSync(text)]) {
      const stdin = Readable.from([content.subarray(0, 1), content.subarray(1)]);
      expect(await readAll(['-'], { stdin })).toMatchObject({ events: { length: 3 }, badCount: 0 });
    }
  });

  it('may mix systems in one file', async () => {
    const scalr = readFileSync(fixture('scalr-eventbridge.jsonl'), 'utf8').split('\n')[0];
    const text = [JSON.stringify(pulumiEvent(0)), scalr, neutralLine(1)].join('\n');
    expect((await readAll([givenFile(text)])).events.map(({ source }) => source)).toEqual([
      'scalr:acme',
      'pulumi:file',
      'file',
    ]);
  });
});
