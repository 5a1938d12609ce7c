import { randomBytes } from 'node:crypto';
import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dynamodbState } from '../../lib/adapters/state/dynamodb.ts';
import { memoryState } from '../../lib/adapters/state/memory.ts';
import { badRecordsMax } from '../../lib/adapters/state/records.ts';
import { type Commit, StateConflict, StateError, type StateStore } from '../../lib/app/ports.ts';
import { msPerDay, msPerSecond } from '../../lib/core/time.ts';
import { history, keepingArchive, knownIn, polled, startMs, theft, toldIn, use } from '../app/monitor-world.ts';
import { stateStoreContract } from '../contracts/state-store.ts';
import { acme, alert, at, badRecord, everyKey, telling, text } from '../contracts/state-store-samples.ts';
import { answersLost, unprocessedAtFirst } from './tools/dynamodb-faults.ts';
import { type DynamodbLocal, startDynamodbLocal } from './tools/dynamodb-local.ts';

/** The state in DynamoDB, against AWS's own DynamoDB Local. */

let local: DynamodbLocal;
beforeAll(async () => {
  local = await startDynamodbLocal();
}, 300_000);
afterAll(async () => {
  await local?.end();
});

stateStoreContract('in DynamoDB', async () => {
  const table = await local.newTable();
  const client = local.client();
  return {
    open: async () => dynamodbState({ table, client }),
    drop: async () => client.destroy(),
  };
});

type Opened = { readonly store: StateStore; readonly client: DynamoDBClient; readonly table: string };

const withTable = async (work: (opened: Opened) => Promise<void>): Promise<void> => {
  const table = await local.newTable();
  const client = local.client();
  try {
    await work({ table, client, store: dynamodbState({ table, client, nowMs: () => startMs }) });
  } finally {
    client.destroy();
  }
};

const itemsIn = async ({ client, table }: Opened) =>
  (await client.send(new ScanCommand({ TableName: table, ConsistentRead: true }))).Items ?? [];

/** Text that nothing compresses to much less than three quarters. */
const noise = (chars: number): string => randomBytes(chars).toString('base64').slice(0, chars);

const eventsOf = (label: string, count: number, fromMs: number) =>
  Array.from({ length: count }, (_, place) => ({
    id: `${label} ${place}`,
    atMs: fromMs + (place % 3_600) * msPerSecond,
  }));

describe('a commit to DynamoDB', () => {
  it('is won by one of many at each revision, and by all of them in the end', () =>
    withTable(async ({ store, table, client }) => {
      const writers = Array.from({ length: 4 }, (_, place) => ({
        name: `w${place}`,
        own: dynamodbState({ table, client }),
      }));
      const commitOnce = async ({ name, own }: (typeof writers)[number]): Promise<void> => {
        for (;;) {
          const { revision } = await own.load(acme);
          const commit = { expectedRevision: revision, seen: eventsOf(`${name} at ${revision}`, 1, startMs) };
          try {
            return await own.commit(acme, { ...commit, principals: new Map([[name, text(`${revision}`)]]) });
          } catch (error) {
            if (!(error instanceof StateConflict)) throw error;
          }
        }
      };
      await Promise.all(
        writers.map(async (writer) => {
          for (let time = 0; time < 5; time += 1) await commitOnce(writer);
        }),
      );
      expect((await store.load(acme)).revision).toBe(20);
    }));

  it('that one transaction cannot hold does not fit, and is refused in words when it comes all the same', () =>
    withTable(async ({ store }) => {
      const principals = (count: number, body: string) =>
        new Map(Array.from({ length: count }, (_, place) => [`p${place}`, text(body)] as const));
      const first = { expectedRevision: 0 };
      const alerts = (count: number) =>
        Array.from({ length: count }, (_, place) => alert(`a${place}`, '2026-03-14T02:13Z'));
      const fitting: readonly Commit[] = [
        first,
        { ...first, principals: principals(90, 'small') },
        { ...first, alerts: alerts(30) },
        { ...first, organization: text(noise(1_000_000)) },
      ];
      const tooLarge: readonly Commit[] = [
        { ...first, principals: principals(100, 'small') },
        { ...first, alerts: alerts(34) },
        { ...first, tellings: alerts(50).map((each) => telling(each.id, each)) },
        { ...first, principals: principals(1, noise(600_000)) },
        { ...first, principals: principals(20, noise(300_000)) },
        { ...first, organization: text(noise(6_000_000)) },
      ];
      expect(fitting.map(store.fits)).toEqual(fitting.map(() => true));
      expect(tooLarge.map(store.fits)).toEqual(tooLarge.map(() => false));
      for (const commit of [tooLarge[0], tooLarge[3]]) {
        const written = store.commit(acme, commit ?? first);
        await expect(written).rejects.toThrow('is more than one DynamoDB transaction can hold');
        await expect(written).rejects.toThrow(StateError);
      }
      expect(await store.sources()).toEqual([]);
    }));

  it('that fits is taken, at every limit', () =>
    withTable(async ({ store }) => {
      const most: Commit = {
        expectedRevision: 0,
        cursor: text('c'),
        organization: text(noise(1_000_000)),
        principals: new Map(Array.from({ length: 60 }, (_, place) => [`p${place}`, text(noise(30_000))] as const)),
        seen: eventsOf('e', 41_667, startMs),
        badRecords: Array.from({ length: 20 }, (_, place) => badRecord(`${place}`)),
      };
      expect(store.fits(most)).toBe(true);
      await store.commit(acme, most);
      expect((await store.load(acme)).organization).toEqual(most.organization);
      expect((await store.seen(acme, most.seen ?? [])).size).toBe(41_667);
    }));

  it('keeps an organization of 1 MB whole, and a small one after it', () =>
    withTable(async ({ store, table, client }) => {
      const large = { version: 3, body: `\ud800${noise(1_000_000)}` };
      await store.commit(acme, { expectedRevision: 0, organization: large, instructions: text('i') });
      await store.commit(acme, { expectedRevision: 1, cursor: text('c') });
      expect(await store.load(acme)).toEqual({
        revision: 2,
        cursor: text('c'),
        organization: large,
        instructions: text('i'),
      });
      await store.commit(acme, { expectedRevision: 2, organization: text('small') });
      expect((await dynamodbState({ table, client }).load(acme)).organization).toEqual(text('small'));
    }));

  it('is loaded as of one revision while others commit', () =>
    withTable(async ({ store }) => {
      const body = (revision: number) => text(`${revision} ${noise(700_000)}`);
      await store.commit(acme, { expectedRevision: 0, organization: body(1), cursor: text('1') });
      const writing = (async () => {
        for (let revision = 1; revision < 6; revision += 1)
          await store.commit(acme, {
            expectedRevision: revision,
            organization: body(revision + 1),
            cursor: text(`${revision + 1}`),
          });
      })();
      for (let time = 0; time < 12; time += 1) {
        const loaded = await store.load(acme).catch((error: unknown) => {
          if (error instanceof StateConflict) return undefined;
          throw error;
        });
        if (loaded === undefined) continue;
        expect(loaded.cursor).toEqual(text(`${loaded.revision}`));
        expect(loaded.organization?.body.split(' ')[0]).toBe(`${loaded.revision}`);
      }
      await writing;
    }));

  it('whose answer was lost is not written twice, nor taken for somebody else’s', () =>
    withTable(async ({ table }) => {
      const client = answersLost(local.client(), 'TransactWriteItemsCommand', 2);
      const store = dynamodbState({ table, client });
      await store.commit(acme, { expectedRevision: 0, principals: new Map([['a', text('1')]]) });
      expect((await store.load(acme)).revision).toBe(1);
      client.destroy();
    }));
});

describe('what DynamoDB keeps', () => {
  it('expires, but for what waits to be told and what was learned', () =>
    withTable(async (opened) => {
      const told = telling('a1/opened', alert('a1', '2026-03-14T02:13Z'));
      await opened.store.commit(acme, {
        expectedRevision: 0,
        cursor: text('c'),
        organization: text('o'),
        principals: new Map([['p', text('p')]]),
        seen: eventsOf('e', 3, startMs),
        alerts: [told.alert],
        tellings: [told],
        badRecords: [badRecord('1')],
      });
      const days = (await itemsIn(opened)).map(({ sk, expiresAt }) => [
        sk?.S?.split('|')[0],
        expiresAt?.N === undefined ? 'never' : (Number(expiresAt.N) * msPerSecond - startMs) / msPerDay,
      ]);
      expect(Object.fromEntries(days)).toEqual({
        head: 'never',
        source: 'never',
        organization: 'never',
        principal: 'never',
        alert: 400,
        opened: 400,
        outbox: 'never',
        told: 400,
        seen: 40,
        bad: 90,
        'bad-ring': 'never',
      });
    }));

  it('of 20,000 events of one hour in few items, and finds each again', () =>
    withTable(async (opened) => {
      const { store } = opened;
      const seen = eventsOf('e', 20_000, at('2026-03-14T09:00Z'));
      for (let from = 0; from < seen.length; from += 5_000)
        await store.commit(acme, { expectedRevision: from / 5_000, seen: seen.slice(from, from + 5_000) });
      expect((await itemsIn(opened)).filter(({ sk }) => sk?.S?.startsWith('seen'))).toHaveLength(4);
      const known = await store.seen(acme, [...seen, ...eventsOf('never', 100, at('2026-03-14T09:00Z'))]);
      expect(known).toEqual(new Set(seen.map(({ id }) => id)));
    }));

  it('of forgotten hours is not asked any more, before TTL has taken it away', () =>
    withTable(async ({ store }) => {
      const old = { id: 'old', atMs: at('2026-03-13T22:59:59Z') };
      const young = { id: 'young', atMs: at('2026-03-14T00:00Z') };
      const later = { id: 'old, but found later', atMs: old.atMs };
      await store.commit(acme, { expectedRevision: 0, seen: [old, young] });
      await store.commit(acme, { expectedRevision: 1, forgetSeenBeforeMs: young.atMs });
      await store.commit(acme, { expectedRevision: 2, seen: [later] });
      expect(await store.seen(acme, [old, young, later])).toEqual(new Set([young.id, later.id]));
    }));

  it('of a flood of bad records is the newest thousand', () =>
    withTable(async ({ store }) => {
      const flood = Array.from({ length: badRecordsMax + 50 }, (_, place) => badRecord(`${place}`));
      let revision = 0;
      for (let from = 0; from < flood.length; from += 90, revision += 1)
        await store.commit(acme, { expectedRevision: revision, badRecords: flood.slice(from, from + 90) });
      expect(await store.badRecords(acme)).toEqual(flood.slice(50));
      await store.commit(acme, {
        expectedRevision: revision,
        badRecords: [...flood.slice(500, 520), badRecord('new')],
      });
      expect(await store.badRecords(acme)).toEqual([...flood.slice(51), badRecord('new')]);
    }));

  it('of principals comes whole, though DynamoDB leaves keys for later', () =>
    withTable(async ({ table }) => {
      const client = unprocessedAtFirst(local.client());
      const store = dynamodbState({ table, client });
      const keys = Array.from({ length: 90 }, (_, place) => `p${place}`);
      await store.commit(acme, { expectedRevision: 0, principals: new Map(keys.map((key) => [key, text(key)])) });
      expect((await store.principals(acme, keys)).size).toBe(90);
      client.destroy();
    }));
});

describe('the monitor on DynamoDB', () => {
  const tokens = ['ci', 'deploy', 'laptop'];
  const crowd = Array.from({ length: 150 }, (_, place) => use(startMs - 2 * msPerDay, { token: `bot-${place}` }));
  const log = [...history(tokens), ...crowd, ...theft(startMs + 7 * 60_000, 'ci')];

  it('knows and tells what it knows and tells in memory, though a commit holds less', () =>
    withTable(async ({ store }) => {
      const memory = memoryState();
      await polled(log, memory);
      await polled(log, store);
      expect(await knownIn(store, log)).toBe(await knownIn(memory, log));
      expect(toldIn(await store.untold(acme))).toEqual(toldIn(await memory.untold(acme)));
      expect(await everyKey(store, acme)).toHaveLength(153);
      expect(await store.untold(acme)).not.toHaveLength(0);
    }));

  it('killed between archive and commit, or after the commit, loses and doubles nothing', () =>
    withTable(async ({ store }) => {
      const memory = memoryState();
      await polled(log, memory);
      const { archive, events, keys } = keepingArchive();
      let calls = 0;
      const dying: StateStore = {
        ...store,
        commit: async (source, commit) => {
          calls += 1;
          if (calls % 5 === 2) throw new Error('killed before the commit');
          await store.commit(source, commit);
          if (calls % 5 === 4) throw new Error('killed after the commit');
        },
      };
      await polled(log, dying, { archive, isReborn: true });
      expect(await knownIn(store, log)).toBe(await knownIn(memory, log));
      expect(toldIn(await store.untold(acme))).toEqual(toldIn(await memory.untold(acme)));
      expect([...events].sort()).toEqual(log.map(({ id }) => id).sort());
      expect(keys).toEqual(expect.arrayContaining((await store.untold(acme)).map(({ key }) => key)));
    }));
});

describe('where the table cannot be used, the state says so and what to do:', () => {
  it('there is none', () =>
    withTable(async ({ client }) => {
      const store = dynamodbState({ table: 'nowhere', client });
      const words = 'There is no table nowhere in this account and region. Deploy the stack';
      const calls = [
        () => store.load(acme),
        () => store.untold(acme),
        () => store.commit(acme, { expectedRevision: 0 }),
      ];
      for (const call of calls) {
        const error = await call().catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(StateError);
        expect(String(error)).toContain(words);
      }
    }));

  it('it has other keys', async () => {
    const client = local.client();
    const table = await local.newTable(['id']);
    await expect(dynamodbState({ table, client }).load(acme)).rejects.toThrow('It needs a partition key `pk`');
    client.destroy();
  });
});
