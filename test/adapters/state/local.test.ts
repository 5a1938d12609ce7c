import { describe, expect, it } from '@jest/globals';
import { memoryState } from '../../../lib/adapters/state/memory.ts';
import { badRecordsMax, shape } from '../../../lib/adapters/state/records.ts';
import { sqliteState } from '../../../lib/adapters/state/sqlite.ts';
import { type BadRecord, StateError, type StateStore } from '../../../lib/app/ports.ts';
import { inFolder } from './folder.ts';

const acme = 'pulumi:acme';

const stores: readonly (readonly [string, (work: (store: StateStore) => Promise<void>) => Promise<void>])[] = [
  ['in memory', (work) => work(memoryState())],
  [
    'in a SQLite file',
    (work) =>
      inFolder(async (folder) => {
        const store = sqliteState({ file: `${folder}/state.db` });
        await work(store);
        await store.close();
      }),
  ],
];

const badRecord = (number: number): BadRecord => ({
  where: `audit.jsonl:${number}`,
  reason: 'no time',
  outcome: 'rejected',
  text: '{}',
});
const badRecords = (from: number, to: number): readonly BadRecord[] =>
  Array.from({ length: to - from }, (_, at) => badRecord(from + at));

describe.each(stores)('local state %s', (_, withStore) => {
  it('forgets seen events at once, and keeps one that was seen again later', () =>
    withStore(async (store) => {
      await store.commit(acme, {
        expectedRevision: 0,
        seen: [
          { id: 'old', atMs: 1_000 },
          { id: 'moved', atMs: 1_000 },
          { id: 'moved', atMs: 3_000 },
          { id: 'moved', atMs: 2_000 },
          { id: 'just old enough', atMs: 1_999.5 },
          { id: 'young', atMs: 2_000 },
        ],
      });
      await store.commit(acme, { expectedRevision: 1, forgetSeenBeforeMs: 2_000 });
      const asked = ['old', 'moved', 'just old enough', 'young'].map((id) => ({ id, atMs: 2_000 }));
      expect(await store.seen(acme, asked)).toEqual(new Set(['moved', 'young']));
      await store.commit(acme, { expectedRevision: 2, forgetSeenBeforeMs: 3_000 });
      expect(await store.seen(acme, asked)).toEqual(new Set(['moved']));
    }));

  it('keeps the newest bad records of a flood, and the older ones of other sources', () =>
    withStore(async (store) => {
      await store.commit('scalr:acme', { expectedRevision: 0, badRecords: badRecords(0, 1) });
      await store.commit(acme, { expectedRevision: 0, badRecords: badRecords(0, badRecordsMax + 50) });
      expect(await store.badRecords(acme)).toEqual(badRecords(50, badRecordsMax + 50));
      await store.commit(acme, { expectedRevision: 1, badRecords: badRecords(badRecordsMax + 40, badRecordsMax + 60) });
      expect(await store.badRecords(acme)).toEqual(badRecords(60, badRecordsMax + 60));
      expect(await store.badRecords('scalr:acme')).toEqual(badRecords(0, 1));
    }));

  it.each([
    ['a time that is none', { seen: [{ id: 'e1', atMs: Number.NaN }] }],
    ['a time to forget before that is none', { forgetSeenBeforeMs: Number.NaN }],
    ['a version that is not whole', { cursor: { version: 1.5, body: '' } }],
  ])('refuses %s', (_, commit) =>
    withStore(async (store) => {
      await expect(store.commit(acme, { expectedRevision: 0, ...commit })).rejects.toThrow(RangeError);
      expect(await store.sources()).toEqual([]);
    }),
  );
});

describe('the shape of a kept value', () => {
  const older = shape<{ name: string }>({ kind: 'animal', upgrades: [] });
  const newer = shape<{ called: string; legs: number }>({
    kind: 'animal',
    upgrades: [
      (first) => ({ called: (first as { name: string }).name }),
      (second) => ({ ...(second as { called: string }), legs: 4 }),
    ],
  });

  it('is brought up to date by the steps that it lacks', () => {
    expect(newer.read(older.write({ name: 'cat' }))).toEqual({ called: 'cat', legs: 4 });
    expect(newer.read({ version: 2, body: '{"called":"cow"}' })).toEqual({ called: 'cow', legs: 4 });
    expect(newer.read(newer.write({ called: 'ant', legs: 6 }))).toEqual({ called: 'ant', legs: 6 });
  });

  it('is refused when it is newer than what is known', () => {
    expect(() => older.read(newer.write({ called: 'cat', legs: 4 }))).toThrow(StateError);
  });
});
