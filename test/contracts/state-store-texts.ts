import { describe, expect, it } from '@jest/globals';
import type { Document, StateStore } from '../../lib/app/ports.ts';
import { acme, alert, at, everyKey, seenAt, telling, text } from './state-store-samples.ts';

/** Texts come back as they went in, and are never taken for one another: anybody may choose a token's name. */
export const keepsTexts = (opened: () => StateStore): void => {
  describe('names and keys', () => {
    it.each(oddTexts)('may be %j', async (odd) => {
      const store = opened();
      const documents = new Map([[odd, text('odd')]]);
      const told = telling(odd, alert(odd, '2026-03-14T02:13Z'));
      await store.commit(odd, {
        expectedRevision: 0,
        principals: documents,
        seen: [{ id: odd, atMs: at('2026-03-14T02:10Z') }],
        alerts: [told.alert],
        tellings: [told],
      });
      expect(await store.sources()).toEqual([odd]);
      expect(await store.principals(odd, [odd, 'toString'])).toEqual(documents);
      expect(await everyKey(store, odd)).toEqual([odd]);
      expect(await store.seen(odd, seenAt('2026-03-14T02:10Z', [odd, 'toString']))).toEqual(new Set([odd]));
      expect(await store.alerts(odd)).toEqual([told.alert]);
      expect(await store.untold(odd)).toEqual([told]);
      await store.markTold(odd, odd);
      expect(await store.untold(odd)).toEqual([]);
    });

    it('are never taken for one another', async () => {
      const store = opened();
      const alike = [
        '\ud800',
        '\udbff',
        '\ufffd',
        '"\\ud800"',
        '\u0001"\\ud800"',
        'é',
        'e\u0301',
        'E\u0301',
        'a',
        'a\0',
        'a ',
      ];
      await store.commit(acme, {
        expectedRevision: 0,
        principals: new Map(alike.map((key, at) => [key, text(`${at}`)])),
      });
      expect(await store.principals(acme, alike)).toEqual(new Map(alike.map((key, at) => [key, text(`${at}`)])));
      await store.commit(acme, { expectedRevision: 1, seen: [{ id: '\ud800', atMs: at('2026-03-14T02:10Z') }] });
      expect(await store.seen(acme, seenAt('2026-03-14T02:10Z', alike))).toEqual(new Set(['\ud800']));
    });

    it('may be of 4 KB', async () => {
      const store = opened();
      const long = (end: string) => `${'k'.repeat(4_095)}${end}`;
      await store.commit(acme, {
        expectedRevision: 0,
        principals: new Map([
          [long('1'), text('one')],
          [long('2'), text('two')],
        ]),
        seen: [{ id: long('1'), atMs: at('2026-03-14T02:10Z') }],
      });
      expect(await store.principals(acme, [long('2'), long('3')])).toEqual(new Map([[long('2'), text('two')]]));
      expect(new Set(await everyKey(store, acme))).toEqual(new Set([long('1'), long('2')]));
      expect(await store.seen(acme, seenAt('2026-03-14T02:10Z', [long('1'), long('2')]))).toEqual(new Set([long('1')]));
    });
  });

  describe('documents', () => {
    it.each([
      ['nothing', ''],
      ['line ends and NUL', 'a\r\nb\u0000c\n'],
      ['JSON with escapes', '{"name":"\\ud800 \\u0000","__proto__":{"a":1}}'],
      ['characters of all lengths', 'aé€𝒳\u0001\u2028\ufeff'],
      ['half a surrogate pair', 'a\ud800b'],
      ['300 KB', 'x'.repeat(300_000)],
    ])('come back as they were: %s', async (_, body) => {
      const store = opened();
      const document = { version: 7, body };
      const key = 'k';
      await store.commit(acme, {
        expectedRevision: 0,
        cursor: document,
        ...(body.length < 1_000 && { organization: document }),
        principals: new Map([[key, document]]),
      });
      expect((await store.load(acme)).cursor).toEqual(document);
      expect(await store.principals(acme, [key])).toEqual(new Map([[key, document]]));
    });

    it('are read through in order of their keys, many pages of them', async () => {
      const store = opened();
      const keys = Array.from({ length: 1_080 }, (_, at) => `k${at.toString().padStart(4, '0')}`);
      for (let from = 0, revision = 0; from < keys.length; from += 90, revision += 1)
        await store.commit(acme, {
          expectedRevision: revision,
          // Last key first, so that no order is right by accident.
          principals: new Map(
            keys
              .toReversed()
              .slice(from, from + 90)
              .map((key) => [key, text(key)]),
          ),
        });
      await store.commit('pulumi:other', { expectedRevision: 0, principals: new Map([['k0001', text('not this')]]) });
      const found: (readonly [string, Document])[] = [];
      for await (const entry of store.everyPrincipal(acme)) found.push(entry);
      expect(found).toEqual(keys.map((key) => [key, text(key)]));
    });

    it('are in the order of the UTF-8 bytes of their keys', async () => {
      const store = opened();
      const inOrder = ['A', 'a', 'aa', 'a|', 'b', 'é', '\uff61', '𝒳'];
      await store.commit(acme, {
        expectedRevision: 0,
        principals: new Map(inOrder.toReversed().map((key) => [key, text(key)])),
      });
      expect(await everyKey(store, acme)).toEqual(inOrder);
    });

    it('may be changed while they are read through', async () => {
      const store = opened();
      await store.commit(acme, {
        expectedRevision: 0,
        principals: new Map(['a', 'b', 'c'].map((key) => [key, text(key)])),
      });
      const keys: string[] = [];
      for await (const [key] of store.everyPrincipal(acme)) {
        keys.push(key);
        const { revision } = await store.load(acme);
        await store.commit(acme, { expectedRevision: revision, principals: new Map([[key, text('changed')]]) });
      }
      expect(keys).toEqual(['a', 'b', 'c']);
    });
  });
};

const oddTexts = [
  '__proto__',
  'constructor',
  'a|b||c',
  "Robert'); DROP TABLE sources;--",
  '%_*?[a-z]',
  'zero\u0000byte',
  'two\nlines\r\n',
  'مرحبا 𝒳 👩‍🚀',
  '\ud800 half a pair',
  '\u0001',
];
