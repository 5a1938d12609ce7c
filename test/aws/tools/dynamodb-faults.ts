import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** What happens to calls on a bad day, between a client and a DynamoDB that is well. */

/** The call arrives and is done; its answer does not come back, the first so many times. */
export const answersLost = (client: DynamoDBClient, command: string, times: number): DynamoDBClient => {
  let left = times;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (sent) => {
        const answer = await next(sent);
        if (commandName !== command || left === 0) return answer;
        left -= 1;
        throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      },
    // Within the SDK's own retries.
    { step: 'deserialize', priority: 'high' },
  );
  return client;
};

/** A batch is answered by half, and once not at all. */
export const unprocessedAtFirst = (client: DynamoDBClient): DynamoDBClient => {
  let batches = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (sent) => {
        if (commandName !== 'BatchGetItemCommand') return next(sent);
        batches += 1;
        const { RequestItems } = sent.input as { RequestItems: Record<string, { Keys: object[] }> };
        const [table = '', { Keys } = { Keys: [] }] = Object.entries(RequestItems)[0] ?? [];
        const taken = batches === 1 ? [] : Keys.slice(0, Math.ceil(Keys.length / 2));
        const left = Keys.slice(taken.length);
        const UnprocessedKeys = left.length === 0 ? {} : { [table]: { Keys: left } };
        if (taken.length === 0) return { response: {}, output: { $metadata: {}, Responses: {}, UnprocessedKeys } };
        const answer = await next({
          ...sent,
          input: { RequestItems: { [table]: { ...RequestItems[table], Keys: taken } } } as never,
        });
        return { ...answer, output: { ...answer.output, UnprocessedKeys } };
      },
    { step: 'initialize' },
  );
  return client;
};
