import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AttributeValue,
  BatchGetItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { StateConflict, StateError } from '../../app/ports.ts';
import { stateErrorOf } from './dynamodb-errors.ts';
import type { Item } from './dynamodb-items.ts';

/** The five calls that the state makes. All reads see every write that was answered before them. */
export type Calls = ReturnType<typeof callsTo>;

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html (2026) */
const keysPerBatchMax = 100;
/** Beyond the SDK's own tries: with waits of 50 ms, doubled each time, some 6 s. */
const triesMax = 7;
const firstWaitMs = 50;

export const callsTo = (client: DynamoDBClient, table: string) => {
  const attempt = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw stateErrorOf(error, table);
    }
  };

  return {
    get: (pk: string, sk: string): Promise<Item | undefined> =>
      attempt(async () => {
        const input = { TableName: table, Key: keyOf(pk, sk), ConsistentRead: true };
        return (await client.send(new GetItemCommand(input))).Item;
      }),

    /** Those that are there, in no order. */
    getAll: (pk: string, sks: readonly string[]): Promise<readonly Item[]> =>
      attempt(async () => {
        const wanted = [...new Set(sks)].map((sk) => keyOf(pk, sk));
        const found: Item[] = [];
        for (let from = 0; from < wanted.length; from += keysPerBatchMax) {
          let keys: Record<string, AttributeValue>[] = wanted.slice(from, from + keysPerBatchMax);
          for (let tries = 1; keys.length > 0; tries += 1) {
            const RequestItems = { [table]: { Keys: keys, ConsistentRead: true } };
            const { Responses, UnprocessedKeys } = await client.send(new BatchGetItemCommand({ RequestItems }));
            const answered = Responses?.[table] ?? [];
            found.push(...answered);
            keys = UnprocessedKeys?.[table]?.Keys ?? [];
            if (keys.length === 0) break;
            if (tries >= triesMax) throw busy(table);
            // Some are left out where the answer is full, too; only an empty-handed answer asks for patience.
            if (answered.length === 0) await wait(tries);
            else tries = 0;
          }
        }
        return found;
      }),

    /** In order of the sort key, from `from` to `to`, both included. */
    async *query(pk: string, { from, to }: { readonly from: string; readonly to: string }): AsyncGenerator<Item> {
      let start: Item | undefined;
      do {
        const page = await attempt(() =>
          client.send(
            new QueryCommand({
              TableName: table,
              KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
              ExpressionAttributeValues: { ':pk': { S: pk }, ':from': { S: from }, ':to': { S: to } },
              ConsistentRead: true,
              ...(start && { ExclusiveStartKey: { ...start } }),
            }),
          ),
        );
        yield* page.Items ?? [];
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
    },

    /** Idempotent. */
    remove: (pk: string, sk: string): Promise<void> =>
      attempt(async () => {
        await client.send(new DeleteItemCommand({ TableName: table, Key: keyOf(pk, sk) }));
      }),

    /** All or nothing. The first write carries the condition that says whether somebody else committed. */
    write: (source: string, writes: readonly TransactWriteItem[]): Promise<void> =>
      attempt(async () => {
        // The same for every try whose outcome is unknown: DynamoDB then answers for the first instead of writing twice.
        let token = randomUUID();
        for (let tries = 1; ; tries += 1) {
          try {
            await client.send(new TransactWriteItemsCommand({ TransactItems: [...writes], ClientRequestToken: token }));
            return;
          } catch (error) {
            const verdict = verdictOn(error);
            if (verdict === 'conflict') throw new StateConflict(source);
            if (verdict === 'lasting') throw error;
            if (tries >= triesMax) throw verdict === 'contended' ? new StateConflict(source) : busy(table, error);
            if (error instanceof TransactionCanceledException) token = randomUUID();
            await wait(tries);
          }
        }
      }),
  };
};

type Verdict =
  | 'conflict' // the condition on the head failed: somebody else committed
  | 'contended' // another transaction is writing the head just now
  | 'passing' // try again
  | 'lasting';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html, its errors. */
const verdictOn = (error: unknown): Verdict => {
  if (error instanceof Error && error.name === 'TransactionInProgressException') return 'passing';
  if (!(error instanceof TransactionCanceledException)) return 'lasting';
  const codes = (error.CancellationReasons ?? []).map(({ Code = 'None' }) => Code);
  if (codes[0] === 'ConditionalCheckFailed') return 'conflict';
  if (codes[0] === 'TransactionConflict') return 'contended';
  const others = codes.filter((code) => code !== 'None');
  return others.length > 0 && others.every((code) => passingCodes.has(code)) ? 'passing' : 'lasting';
};

const passingCodes: ReadonlySet<string> = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

/** Longer each time, and not in step with another run that waits for the same. */
const wait = (tries: number): Promise<void> => sleep(firstWaitMs * 2 ** (tries - 1) * (0.5 + Math.random()));

const busy = (table: string, cause?: unknown): StateError =>
  new StateError(
    `DynamoDB still throttles the state table ${table} after ${triesMax} tries; everything committed before is kept, and the next run ` +
      'goes on from there. If this lasts, let the table bill on demand or raise its limit.',
    { cause },
  );

const keyOf = (pk: string, sk: string) => ({ pk: { S: pk }, sk: { S: sk } });
