import {
  DynamoDBClient,
  DynamoDBServiceException,
  TransactionCanceledException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { dynamodbState } from '../../../lib/adapters/state/dynamodb.ts';
import { stateErrorOf } from '../../../lib/adapters/state/dynamodb-errors.ts';
import { StateConflict, StateError } from '../../../lib/app/ports.ts';

/** What only a bad day at AWS shows. The rest is told in test/aws, against DynamoDB itself. */

const serviceError = (name: string, message: string) =>
  new DynamoDBServiceException({ name, message, $fault: 'client', $metadata: {} });

const canceled = (...codes: readonly string[]) =>
  new TransactionCanceledException({
    message: 'Transaction cancelled',
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

/** Answers each call as told, and then with success; says which token each call carried. */
const stateAnswering = (...errors: readonly Error[]) => {
  const client = new DynamoDBClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });
  const tokens: unknown[] = [];
  client.middlewareStack.add(
    () =>
      async ({ input }) => {
        tokens.push('ClientRequestToken' in input ? input.ClientRequestToken : undefined);
        const error = errors[tokens.length - 1];
        if (error !== undefined) throw error;
        return { response: {}, output: { $metadata: {} } };
      },
    { step: 'initialize' },
  );
  return { store: dynamodbState({ table: 'state', client }), tokens };
};

const commit = { expectedRevision: 4 };

describe('a commit to DynamoDB', () => {
  it('that was throttled is tried again, as another transaction, because the first is known not to be', async () => {
    const { store, tokens } = stateAnswering(
      canceled('None', 'ThrottlingError'),
      canceled('None', 'TransactionConflict'),
    );
    await store.commit('pulumi:acme', commit);
    expect(new Set(tokens).size).toBe(3);
  });

  it('that is still going on is asked for again, as the same transaction', async () => {
    const { store, tokens } = stateAnswering(new TransactionInProgressException({ $metadata: {}, message: 'wait' }));
    await store.commit('pulumi:acme', commit);
    expect(tokens).toHaveLength(2);
    expect(new Set(tokens).size).toBe(1);
  });

  it('is a conflict when the head is not at the revision that was loaded', async () => {
    const { store, tokens } = stateAnswering(canceled('ConditionalCheckFailed', 'None'));
    await expect(store.commit('pulumi:acme', commit)).rejects.toThrow(StateConflict);
    expect(tokens).toHaveLength(1);
  });

  it('is a conflict when another keeps writing the head', async () => {
    const busy = Array.from({ length: 7 }, () => canceled('TransactionConflict'));
    const { store } = stateAnswering(...busy);
    await expect(store.commit('pulumi:acme', commit)).rejects.toThrow(StateConflict);
  }, 20_000);

  it('that is refused for another reason says which', async () => {
    const { store, tokens } = stateAnswering(canceled('None', 'ValidationError'));
    await expect(store.commit('pulumi:acme', commit)).rejects.toThrow(
      'The state table state refused a commit, and nothing of it was written: ValidationError.',
    );
    expect(tokens).toHaveLength(1);
  });
});

describe('what AWS says becomes what to do:', () => {
  it.each([
    ['AccessDeniedException', 'User is not authorized', 'Allow this role dynamodb:GetItem, BatchGetItem, Query'],
    ['ResourceNotFoundException', 'Requested resource not found', 'Deploy the stack that makes it'],
    ['UnrecognizedClientException', 'The token is invalid', 'Renew them or set the right ones'],
    ['ExpiredTokenException', 'The token is expired', 'Renew them or set the right ones'],
    ['CredentialsProviderError', 'Could not load credentials', 'Renew them or set the right ones'],
    ['ProvisionedThroughputExceededException', 'Too much', 'let the table bill on demand'],
    ['ThrottlingException', 'Too much', 'let the table bill on demand'],
    ['InternalServerError', 'Internal error', 'the next run goes on from there'],
    ['TimeoutError', 'Connection timed out', 'Check the network, the region'],
  ])('%s', (name, message, words) => {
    const error = serviceError(name, message);
    const said = stateErrorOf(error, 'state');
    expect(said).toBeInstanceOf(StateError);
    expect(said).toMatchObject({ message: expect.stringContaining(words), cause: error });
  });

  it('nobody answers', () => {
    const error = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
    expect(stateErrorOf(error, 'state')).toMatchObject({
      message: expect.stringContaining('DynamoDB cannot be reached for the state table state (ECONNREFUSED)'),
    });
  });

  it('no region', () => {
    expect(stateErrorOf(new Error('Region is missing'), 'state')).toMatchObject({
      message: 'No AWS region is set for the state table state. Set AWS_REGION.',
    });
  });

  it('and what is none of AWS stays as it was', () => {
    const error = new RangeError('The revision is 1.5, not a whole number.');
    expect(stateErrorOf(error, 'state')).toBe(error);
  });
});
