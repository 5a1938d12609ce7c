import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dynamodbState } from '../../lib/adapters/state/dynamodb.ts';
import type { StateStore } from '../../lib/app/ports.ts';
import { msPerHour, msPerMinute } from '../../lib/core/time.ts';
import { planOf } from '../simulation/plan.ts';
import type { Storage } from '../simulation/run.ts';
import { trying } from '../simulation/try-plan.ts';
import type { VirtualTime } from '../simulation/virtual-time.ts';
import { type DynamodbLocal, startDynamodbLocal } from './tools/dynamodb-local.ts';

/**
 * Schedules of the simulation whose state lies in DynamoDB Local. All but the database is in virtual time, which stands
 * still while the database answers. Histories are short and polls few: each commit is a request here.
 */

let local: DynamodbLocal;
let client: DynamoDBClient;
beforeAll(async () => {
  local = await startDynamodbLocal();
  client = local.client();
}, 300_000);
afterAll(async () => {
  client?.destroy();
  await local?.end();
});

/** Of the first, the sweep is broken off; the others last for hours. */
const seeds = [31, 1, 49];

const brief = { store: 'dynamodb', historyMs: 24 * msPerHour, pollEveryMs: 30 * msPerMinute } as const;

describe('the monitor with its state in DynamoDB, whatever goes wrong around it', () => {
  it('counts every event once and tells every alert', async () => {
    const tables = await Promise.all(seeds.map(() => local.newTable()));
    const storageOf = (_: unknown, time: VirtualTime): Storage => {
      const table = tables.pop();
      if (table === undefined) throw new Error('There are fewer tables than schedules.');
      const connect = (): StateStore => outside(time, dynamodbState({ table, client, nowMs: time.nowMs }));
      return { connect, remove: () => {} };
    };
    const tryPlan = trying({ storageOf });
    for (const seed of seeds) {
      const { broken, noted } = await tryPlan({ ...planOf(seed), ...brief });
      expect({ seed, broken }).toEqual({ seed, broken: [] });
      expect(noted.events).toBeGreaterThan(0);
    }
  }, 600_000);
});

/** The client is shared, and ends with the tests. */
const outside = (time: VirtualTime, inner: StateStore): StateStore => ({
  ...inner,
  load: (source) => time.outside(() => inner.load(source)),
  principals: (source, keys) => time.outside(() => inner.principals(source, keys)),
  everyPrincipal: async function* (source) {
    const pages = inner.everyPrincipal(source)[Symbol.asyncIterator]();
    for (;;) {
      const { done, value } = await time.outside(() => pages.next());
      if (done) return;
      yield value;
    }
  },
  sources: () => time.outside(() => inner.sources()),
  seen: (source, events) => time.outside(() => inner.seen(source, events)),
  commit: (source, commit) => time.outside(() => inner.commit(source, commit)),
  untold: (source) => time.outside(() => inner.untold(source)),
  markTold: (source, key) => time.outside(() => inner.markTold(source, key)),
  alerts: (source, since) => time.outside(() => inner.alerts(source, since)),
  badRecords: (source) => time.outside(() => inner.badRecords(source)),
  close: async () => {},
});
