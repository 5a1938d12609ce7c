import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonRecords } from '../../../../lib/adapters/sources/files/json-records.ts';
import { orderedEvents } from '../../../../lib/adapters/sources/files/ordered-events.ts';
import { type AuditEvent, inOrder } from '../../../../lib/core/event.ts';
import { givenFile, neutralLine, neutralLines, pulumiEvent, readAll } from './given-files.ts';

const givenPulumi = (...ns: number[]): string => givenFile(JSON.stringify(ns.map((n) => pulumiEvent(n))));

describe('events of files', () => {
  it("come in core's order, in batches, whatever the order of the files", async () => {
    const lines = neutralLines(2_500);
    const [early, late] = [
      givenFile(lines.slice(0, 1_200).reverse().join('\n')),
      givenFile(lines.slice(1_200).join('\n')),
    ];
    const { events, batches } = await readAll([late, early]);
    expect(events.map(({ action }) => action)).toEqual(lines.map((_, n) => `step-${n}`));
    expect(batches.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
  });

  it('count twins within a file as many, and the same events of another file once', async () => {
    const { events, repeated } = await readAll([givenPulumi(1, 1, 1, 2), givenPulumi(1, 1, 2, 3)]);
    expect(events.map(({ description }) => description?.slice(-3))).toEqual(['(1)', '(1)', '(1)', '(2)', '(3)']);
    expect(new Set(events.map(({ id }) => id)).size).toBe(5);
    expect(events[2]?.id).toBe(`${events[0]?.id}.2`);
    expect(repeated).toBe(3);
  });

  it('are as many as the file with the most twins has', async () => {
    expect((await readAll([givenPulumi(1), givenPulumi(1, 1, 1), givenPulumi(1, 1)])).events).toHaveLength(3);
  });

  it('are one when they name themselves alike', async () => {
    const path = givenFile(
      [neutralLine(0, { id: 'a' }), neutralLine(0, { id: 'a' }), neutralLine(0, { id: 'b' })].join('\n'),
    );
    expect((await readAll([path])).events.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('are named once for a file that is named twice', async () => {
    const path = givenPulumi(1, 2);
    expect((await readAll([path, path])).files).toBe(1);
  });

  it('may be gone through again, also from disk', async () => {
    const log = orderedEvents(10);
    for (let n = 0; n < 25; n++)
      log.add(eventOf({ at: n, id: 'a', own: false, file: 0 }), { hasOwnId: false, file: 0 });
    expect([...log.batches()]).toEqual([...log.batches()]);
    log.close();
  });

  it('report progress in bytes on disk', async () => {
    const path = givenPulumi(1, 2, 3);
    const seen: unknown[] = [];
    await readAll([path], { onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)).toEqual({ bytesRead: expect.any(Number), bytesTotal: expect.any(Number), records: 3 });
    expect((seen.at(-1) as { bytesRead: number }).bytesRead).toBe((seen.at(-1) as { bytesTotal: number }).bytesTotal);
  });
});

type Drawn = { readonly at: number; readonly id: string; readonly own: boolean; readonly file: number };
const hostile = '\u0000\ud800\u001b "\'';
const eventOf = ({ at, id, own }: Drawn): AuditEvent => ({
  id: `${own ? 'own' : 'hash'}-${id}`,
  atMs: Date.parse('2026-03-14T02:00:00Z') + at,
  source: 'file',
  principal: { provider: 'file', kind: 'user', id: hostile, name: id },
  ip: at % 2 === 0 ? '192.0.2.7' : undefined,
  action: 'login',
  outcome: 'success',
  user: undefined,
  credential: at % 3 === 0 ? hostile : undefined,
  target: undefined,
  userAgent: undefined,
  description: id,
});

describe('sorting on disk', () => {
  const drawn = fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 5 }),
      id: fc.constantFrom('a', 'b', 'c', 'a.1', 'a-'),
      own: fc.boolean(),
      file: fc.integer({ min: 0, max: 2 }),
    }),
    { maxLength: 60 },
  );

  it('gives what sorting in memory gives, wherever it sets in', () => {
    fc.assert(
      fc.property(drawn, fc.integer({ min: 0, max: 30 }), (events, limit) => {
        const byFile = events.toSorted((a, b) => a.file - b.file);
        const [inMemory, onDisk] = [1_000, limit].map((most) => {
          const log = orderedEvents(most);
          for (const one of byFile) log.add(eventOf(one), { hasOwnId: one.own, file: one.file });
          const result = { count: log.count(), events: [...log.batches()].flat() };
          log.close();
          return result;
        });
        expect(onDisk).toEqual(inMemory);
        expect(inMemory?.events).toEqual(inMemory?.events.toSorted(inOrder));
        expect(inMemory?.count).toBe(inMemory?.events.length);
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});

describe('finding JSON records', () => {
  const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && 'n' in value;
  const record = fc.record({ n: fc.nat(), text: fc.string({ unit: 'binary' }), nested: fc.jsonValue() });
  const layouts: readonly ((values: readonly unknown[]) => string)[] = [
    (values) => values.map((value) => JSON.stringify(value)).join('\n'),
    (values) => values.map((value) => JSON.stringify(value, undefined, 2)).join('\n'),
    (values) => values.map((value) => JSON.stringify(value)).join(''),
    (values) => JSON.stringify(values),
    (values) => JSON.stringify(values, undefined, 1),
    (values) => JSON.stringify({ token: '"auditLogEvents":[', auditLogEvents: values, rest: ['}'] }),
    (values) => JSON.stringify({ auditLogEvents: values }, undefined, 2),
  ];
  const valuesIn = (text: string, cuts: readonly number[]): readonly unknown[] => {
    const splitter = jsonRecords(isRecord);
    const bytes = Buffer.from(text);
    const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
    const found = places.slice(1).flatMap((to, at) => splitter.push(bytes.subarray(places[at], to)));
    return [...found, ...splitter.end()].map((one) => (one.reason === undefined ? one.value : one.reason));
  };

  it('finds all of them in every layout, wherever the bytes are cut', () => {
    const cuts = fc.array(fc.nat(), { maxLength: 20 });
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(...layouts),
        cuts,
        (values, layout, places) => {
          const written = layout(values);
          expect(valuesIn(written, places)).toEqual(JSON.parse(JSON.stringify(values)));
        },
      ),
      { seed: 11, numRuns: 500 },
    );
  });

  it('loses one line for one damaged byte, in JSON Lines', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 3, maxLength: 6 }), fc.nat(), fc.nat(), (values, place, byte) => {
        const lines = values.map((value) => Buffer.from(JSON.stringify(value)));
        const damaged = lines[1 + (place % (lines.length - 1))] as Buffer;
        damaged[place % damaged.length] = byte % 256 === 10 ? 32 : byte % 256;
        const splitter = jsonRecords(isRecord);
        const found = [
          ...splitter.push(Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]))),
          ...splitter.end(),
        ];
        expect(found.filter((one) => one.reason === undefined).length).toBeGreaterThanOrEqual(values.length - 1);
        expect(found).toHaveLength(values.length);
      }),
      { seed: 13, numRuns: 500 },
    );
  });

  it('ends whatever the bytes are', () => {
    const noise = fc.array(
      fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '\n', ' ', '"auditLogEvents":[', '{"n":1}', 'x'),
      {
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(noise, fc.array(fc.nat(), { maxLength: 5 }), (parts, cuts) => {
        expect(valuesIn(parts.join(''), cuts)).toEqual(valuesIn(parts.join(''), []));
      }),
      { seed: 17, numRuns: 2_000 },
    );
  });
});
