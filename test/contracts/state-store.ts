import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Commit, type Document, StateConflict, type StateStore } from '../../lib/app/ports.ts';
import type { Alert } from '../../lib/core/alert.ts';
import { agreesWithModel } from './state-store-model.ts';
import { acme, alert, at, badRecord, everyKey, type Place, seenAt, telling, text } from './state-store-samples.ts';
import { keepsTexts } from './state-store-texts.ts';

/**
 * What every state store promises, whatever keeps the state. Commits stay below a hundred principals, alerts and
 * tellings, and documents below 400 KB, which is what the narrowest store can take at once.
 *
 * Where the port leaves room, this suite decides: keys and names are in the order of their UTF-8 bytes; tellings are
 * oldest first in the order in which they were added; `since` includes its own moment; a bad record that is the same in
 * all its parts is the same record read again.
 */

export const stateStoreContract = (name: string, newPlace: () => Promise<Place>): void => {
  describe(`the state store ${name}`, () => {
    let place: Place;
    let store: StateStore;

    beforeEach(async () => {
      place = await newPlace();
      store = await place.open();
    });
    afterEach(async () => {
      await store.close();
      await place.drop();
    });

    describe('where nothing was ever committed', () => {
      it('has revision 0 and knows nothing', async () => {
        expect(await store.load(acme)).toEqual({
          revision: 0,
          cursor: undefined,
          organization: undefined,
          instructions: undefined,
          survey: undefined,
        });
        expect(await store.principals(acme, ['a'])).toEqual(new Map());
        expect(await everyKey(store, acme)).toEqual([]);
        expect(await store.sources()).toEqual([]);
        expect(await store.seen(acme, seenAt('2026-03-14T02:10Z', ['e1']))).toEqual(new Set());
        expect(await store.untold(acme)).toEqual([]);
        expect(await store.alerts(acme)).toEqual([]);
        expect(await store.badRecords(acme)).toEqual([]);
      });

      it('does not come to know a source by being asked about it', async () => {
        await store.load(acme);
        await store.markTold(acme, 'a1/opened');
        expect(await store.sources()).toEqual([]);
      });
    });

    describe('a commit', () => {
      it('writes all its parts and raises the revision by one', async () => {
        await store.commit(acme, everything(0, 'first'));
        await expectEverything(store, acme, { revision: 1, label: 'first' });
      });

      it('is said to fit when it does, and asking writes nothing', async () => {
        expect(store.fits(everything(0, 'first'))).toBe(true);
        expect(await store.sources()).toEqual([]);
      });

      it('leaves the parts that it does not name as they are', async () => {
        await store.commit(acme, everything(0, 'first'));
        await store.commit(acme, { expectedRevision: 1 });
        await expectEverything(store, acme, { revision: 2, label: 'first' });
      });

      it('replaces only the documents that it names', async () => {
        await store.commit(acme, { expectedRevision: 0, cursor: text('c1'), organization: text('o1') });
        await store.commit(acme, { expectedRevision: 1, cursor: { version: 2, body: 'c2' } });
        await store.commit(acme, { expectedRevision: 2, instructions: text('i1') });
        expect(await store.load(acme)).toEqual({
          revision: 3,
          cursor: { version: 2, body: 'c2' },
          organization: text('o1'),
          instructions: text('i1'),
          survey: undefined,
        });
        await store.commit(acme, { expectedRevision: 3, survey: text('s1') });
        await store.commit(acme, { expectedRevision: 4, instructions: text('i2') });
        expect(await store.load(acme)).toMatchObject({ revision: 5, instructions: text('i2'), survey: text('s1') });

        await store.commit(acme, {
          expectedRevision: 5,
          principals: new Map([
            ['a', text('a1')],
            ['b', text('b1')],
          ]),
        });
        await store.commit(acme, { expectedRevision: 6, principals: new Map([['b', text('b2')]]) });
        expect(await store.principals(acme, ['b', 'a', 'unknown', 'a'])).toEqual(
          new Map([
            ['a', text('a1')],
            ['b', text('b2')],
          ]),
        );
      });

      it('takes 90 principals of 2 KB and 1,000 seen events at once', async () => {
        const keys = Array.from({ length: 90 }, (_, at) => `${acme}|token|${at}`);
        const ids = Array.from({ length: 1_000 }, (_, at) => `${at}`.padStart(64, '0'));
        const body = 'b'.repeat(2_048);
        await store.commit(acme, {
          expectedRevision: 0,
          cursor: text('c'),
          principals: new Map(keys.map((key) => [key, { version: 1, body }])),
          seen: ids.map((id) => ({ id, atMs: at('2026-03-14T02:10Z') })),
        });
        expect((await store.principals(acme, [...keys, ...manyUnknown])).size).toBe(90);
        expect((await store.seen(acme, seenAt('2026-03-14T02:10Z', [...ids, ...manyUnknown]))).size).toBe(1_000);
      });

      it.each([
        ['the revision before the last', 0],
        ['a revision that was never reached', 2],
      ])('is refused whole for %s', async (_, expectedRevision) => {
        await store.commit(acme, everything(0, 'first'));
        await expect(store.commit(acme, everything(expectedRevision, 'second'))).rejects.toThrow(StateConflict);
        await expectEverything(store, acme, { revision: 1, label: 'first' });
        await expectNothingOf(store, acme, 'second');
      });

      it('is refused whole when one part of it cannot be kept', async () => {
        const broken: Alert = { ...alert('broken', '2026-03-14T02:13Z'), surprise: Number.POSITIVE_INFINITY };
        await store.commit(acme, everything(0, 'first'));
        const commit = everything(1, 'second');
        await expect(store.commit(acme, { ...commit, alerts: [...(commit.alerts ?? []), broken] })).rejects.toThrow(
          'cannot be kept',
        );
        await expectEverything(store, acme, { revision: 1, label: 'first' });
        await expectNothingOf(store, acme, 'second');
      });

      it('is won by one of two runs that loaded the same revision, and leaves nothing of the other', async () => {
        const other = await place.open();
        await store.commit(acme, { expectedRevision: 0 });
        const labels = ['here', 'there'] as const;
        expect((await store.load(acme)).revision).toBe(1);
        expect((await other.load(acme)).revision).toBe(1);

        const outcomes = await Promise.allSettled([
          store.commit(acme, everything(1, 'here')),
          other.commit(acme, everything(1, 'there')),
        ]);

        const won = labels.filter((_, which) => outcomes[which]?.status === 'fulfilled');
        const lost = labels.filter((_, which) => outcomes[which]?.status === 'rejected');
        expect(won).toHaveLength(1);
        expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
          reason: expect.any(StateConflict),
        });
        for (const label of won) await expectEverything(store, acme, { revision: 2, label });
        for (const label of lost) await expectNothingOf(store, acme, label);
        await other.close();
      });
    });

    describe('sources', () => {
      it('are listed by name', async () => {
        for (const source of ['scalr:acme', 'pulumi:acme', 'pulumi:Acme'])
          await store.commit(source, { expectedRevision: 0 });
        expect(await store.sources()).toEqual(['pulumi:Acme', 'pulumi:acme', 'scalr:acme']);
      });

      it('share nothing, not even where their names and keys read alike', async () => {
        await store.commit('a', { ...everything(0, 'of a'), principals: new Map([['b|c', text('of a')]]) });
        await store.commit('a|b', { ...everything(0, 'of a|b'), principals: new Map([['c', text('of a|b')]]) });
        expect(await store.principals('a', ['b|c', 'c'])).toEqual(new Map([['b|c', text('of a')]]));
        expect(await store.principals('a|b', ['b|c', 'c'])).toEqual(new Map([['c', text('of a|b')]]));
        await expectNothingOf(store, 'a', 'of a|b');
        await expectNothingOf(store, 'a|b', 'of a');

        await store.markTold('a', 'of a|b/opened');
        expect(await store.untold('a|b')).toHaveLength(1);
        await store.commit('a', { expectedRevision: 1, forgetSeenBeforeMs: at('2026-04-01T00:00Z') });
        expect(await store.seen('a|b', seenAt('2026-03-14T02:10Z', ['of a|b']))).toEqual(new Set(['of a|b']));
      });
    });

    keepsTexts(() => store);

    describe('seen events', () => {
      it('stay known while they are not older than what may be forgotten', async () => {
        await store.commit(acme, {
          expectedRevision: 0,
          seen: [
            { id: 'old', atMs: at('2026-03-13T23:59Z') },
            { id: 'young', atMs: at('2026-03-14T00:00Z') },
          ],
        });
        await store.commit(acme, { expectedRevision: 1, forgetSeenBeforeMs: at('2026-03-14T00:00Z') });
        expect(await store.seen(acme, seenAt('2026-03-14T00:00Z', ['young', 'never']))).toEqual(new Set(['young']));
      });

      it('may be given again', async () => {
        const seen = [{ id: 'e1', atMs: at('2026-03-14T02:10Z') }];
        await store.commit(acme, { expectedRevision: 0, seen: [...seen, ...seen] });
        await store.commit(acme, { expectedRevision: 1, seen });
        expect(await store.seen(acme, seenAt('2026-03-14T02:10Z', ['e1', 'e1']))).toEqual(new Set(['e1']));
      });
    });

    describe('tellings', () => {
      const first = telling('a1/opened', alert('a1', '2026-03-14T02:13Z'));
      const second = telling('a1/critical', alert('a1', '2026-03-14T02:13Z', 'critical'));
      const third = telling('a2/opened', alert('a2', '2026-03-14T01:00Z'));

      it('wait to be told, in the order in which they were added', async () => {
        await store.commit(acme, { expectedRevision: 0, tellings: [first, second] });
        await store.commit(acme, { expectedRevision: 1, tellings: [third] });
        expect(await store.untold(acme)).toEqual([first, second, third]);
        await store.markTold(acme, second.key);
        expect(await store.untold(acme)).toEqual([first, third]);
      });

      it('are added once for each key while they wait', async () => {
        const again = telling(first.key, alert('a1', '2026-03-14T02:13Z', 'low'));
        await store.commit(acme, { expectedRevision: 0, tellings: [first, again] });
        await store.commit(acme, { expectedRevision: 1, tellings: [again] });
        expect(await store.untold(acme)).toEqual([first]);
      });

      it('are never added again once they were told', async () => {
        await store.commit(acme, { expectedRevision: 0, tellings: [first] });
        await store.markTold(acme, first.key);
        await store.commit(acme, { expectedRevision: 1, tellings: [first, third] });
        expect(await store.untold(acme)).toEqual([third]);
      });

      it('may be marked as told twice, and are marked without a new revision', async () => {
        await store.commit(acme, { expectedRevision: 0, tellings: [first, third] });
        await store.markTold(acme, first.key);
        await store.markTold(acme, first.key);
        expect(await store.untold(acme)).toEqual([third]);
        await store.commit(acme, { expectedRevision: 1 });
      });

      it('are not blocked by a mark that came before them', async () => {
        await store.commit(acme, { expectedRevision: 0 });
        await store.markTold(acme, first.key);
        await store.commit(acme, { expectedRevision: 1, tellings: [first] });
        expect(await store.untold(acme)).toEqual([first]);
      });
    });

    describe('alerts', () => {
      it('are listed by when they opened, then by id', async () => {
        const inOrder = [
          alert('z', '2026-03-14T01:00Z'),
          alert('a', '2026-03-14T02:00Z'),
          alert('b', '2026-03-14T02:00Z'),
          alert('A', '2026-03-15T00:00Z'),
        ];
        await store.commit(acme, { expectedRevision: 0, alerts: inOrder.toReversed() });
        expect(await store.alerts(acme)).toEqual(inOrder);
        expect(await store.alerts(acme, { openedAtMs: at('2026-03-14T02:00Z') })).toEqual(inOrder.slice(1));
        expect(await store.alerts(acme, { openedAtMs: at('2026-03-14T02:00Z') + 1 })).toEqual(inOrder.slice(3));
      });

      it('are written over by a later record of the same id', async () => {
        const grown = { ...alert('a1', '2026-03-14T01:00Z', 'critical'), eventCount: 9 };
        await store.commit(acme, { expectedRevision: 0, alerts: [alert('a1', '2026-03-14T02:00Z')] });
        await store.commit(acme, { expectedRevision: 1, alerts: [grown, alert('a2', '2026-03-14T01:30Z')] });
        expect(await store.alerts(acme)).toEqual([grown, alert('a2', '2026-03-14T01:30Z')]);
      });
    });

    describe('bad records', () => {
      it('are kept in the order in which they came, and once however often they are read', async () => {
        await store.commit(acme, { expectedRevision: 0, badRecords: [badRecord('2'), badRecord('1')] });
        await store.commit(acme, { expectedRevision: 1, badRecords: [badRecord('2'), badRecord('3')] });
        expect(await store.badRecords(acme)).toEqual([badRecord('2'), badRecord('1'), badRecord('3')]);
      });
    });

    it('keeps everything when it is closed and opened again', async () => {
      await store.commit(acme, everything(0, 'first'));
      await store.commit(acme, { expectedRevision: 1, tellings: [telling('told', alert('a9', '2026-03-14T03:00Z'))] });
      await store.markTold(acme, 'told');
      await store.close();
      store = await place.open();
      await expectEverything(store, acme, { revision: 2, label: 'first' });
      await store.commit(acme, { expectedRevision: 2, tellings: [telling('told', alert('a9', '2026-03-14T03:00Z'))] });
      expect((await store.untold(acme)).map(({ key }) => key)).toEqual(['first/opened']);
      expect(await store.sources()).toEqual([acme]);
    });

    it('may be closed twice', async () => {
      await store.close();
      await store.close();
    });

    it('is not changed by changes to what it gave or was given', async () => {
      const given = {
        document: { version: 1, body: 'first' },
        alert: structuredClone(alert('first', '2026-03-14T02:13Z')) as { eventCount: number } & Alert,
        badRecord: { ...badRecord('first') },
      };
      const principals = new Map([['first', given.document]]);
      const commit = store.commit(acme, {
        ...everything(0, 'first'),
        cursor: given.document,
        principals,
        alerts: [given.alert],
        badRecords: [given.badRecord],
      });
      spoil(given.document, given.alert, given.badRecord);
      principals.clear();
      await commit;

      const { cursor, organization, instructions, survey } = await store.load(acme);
      const found = await store.principals(acme, ['first']);
      const alerts = await store.alerts(acme);
      const untold = await store.untold(acme);
      spoil(
        cursor,
        organization,
        instructions,
        survey,
        ...found.values(),
        ...alerts,
        ...untold.map((one) => one.alert),
        ...untold,
      );
      spoil(...alerts.flatMap(({ sampleEvents }) => sampleEvents), ...(await store.badRecords(acme)));
      for await (const [, document] of store.everyPrincipal(acme)) spoil(document);
      (found as Map<string, Document>).clear();
      (alerts as Alert[]).length = 0;

      await expectEverything(store, acme, { revision: 1, label: 'first' });
    });

    agreesWithModel(newPlace);
  });
};

const manyUnknown = Array.from({ length: 4_000 }, (_, at) => `unknown ${at}`);

/** A commit with all parts, each carrying the label. */
const everything = (expectedRevision: number, label: string): Commit => ({
  expectedRevision,
  cursor: text(label),
  organization: text(label),
  instructions: text(label),
  survey: text(label),
  principals: new Map([[label, text(label)]]),
  seen: [{ id: label, atMs: at('2026-03-14T02:10Z') }],
  alerts: [alert(label, '2026-03-14T02:13Z')],
  tellings: [telling(`${label}/opened`, alert(label, '2026-03-14T02:13Z'))],
  badRecords: [badRecord(label)],
});

const expectEverything = async (
  store: StateStore,
  source: string,
  { revision, label }: { readonly revision: number; readonly label: string },
): Promise<void> => {
  const commit = everything(0, label);
  expect(await store.load(source)).toEqual({
    revision,
    cursor: text(label),
    organization: text(label),
    instructions: text(label),
    survey: text(label),
  });
  expect(await store.principals(source, [label])).toEqual(commit.principals);
  expect(await store.seen(source, seenAt('2026-03-14T02:10Z', [label]))).toEqual(new Set([label]));
  expect(await store.alerts(source)).toEqual(commit.alerts);
  expect(await store.untold(source)).toEqual(commit.tellings);
  expect(await store.badRecords(source)).toEqual(commit.badRecords);
};

const expectNothingOf = async (store: StateStore, source: string, label: string): Promise<void> => {
  const { cursor, organization, instructions, survey } = await store.load(source);
  expect([cursor?.body, organization?.body, instructions?.body, survey?.body]).not.toContain(label);
  expect(await store.principals(source, [label])).toEqual(new Map());
  expect(await store.seen(source, seenAt('2026-03-14T02:10Z', [label]))).toEqual(new Set());
  expect((await store.alerts(source)).map(({ id }) => id)).not.toContain(label);
  expect((await store.untold(source)).map(({ key }) => key)).not.toContain(`${label}/opened`);
  expect(await store.badRecords(source)).not.toContainEqual(badRecord(label));
};

/** Overwrites every text and number that a caller could reach in spite of `readonly`. */
const spoil = (...values: readonly (object | undefined)[]): void => {
  for (const value of values)
    for (const [name, part] of Object.entries(value ?? {}))
      if (typeof part === 'string' || typeof part === 'number') Reflect.set(value ?? {}, name, 'spoilt');
};
