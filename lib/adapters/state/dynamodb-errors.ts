import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { StateError } from '../../app/ports.ts';
import { refusedAction } from '../refused-action.ts';

/**
 * What DynamoDB and the way to it say, as what the operator can do. None of these leaves half a commit: a transaction is
 * written whole or not at all. Where no answer came it may have been written; the next run loads what is there.
 */

/** The error for the operator where AWS failed; anything else as it came. */
export const stateErrorOf = (error: unknown, table: string): unknown => {
  if (!(error instanceof Error) || error instanceof StateError) return error;
  const message = whatToDo(error, table);
  return message === undefined ? error : new StateError(message, { cause: error });
};

const whatToDo = (error: Error, table: string): string | undefined => {
  if (unreachable.has(error.name) || unreachable.has(codeOf(error)))
    return (
      `DynamoDB cannot be reached for the state table ${table} (${codeOf(error) || error.name}). Check the network, the region and, where set, ` +
      'AWS_ENDPOINT_URL; in a private subnet, add a gateway endpoint for DynamoDB. Everything committed before is kept; the next run goes on from there.'
    );
  switch (error.name) {
    case 'ResourceNotFoundException':
      return `There is no table ${table} in this account and region. Deploy the stack that makes it, or name the right table and region.`;
    case 'AccessDeniedException':
      return (
        `AWS does not let the monitor use the state table ${table} (${refusedAction(error.message)}). Allow this role dynamodb:GetItem, BatchGetItem, Query, ` +
        "PutItem, UpdateItem and DeleteItem on the table, and the use of the table's key where it has one of its own."
      );
    case 'UnrecognizedClientException':
    case 'InvalidSignatureException':
    case 'MissingAuthenticationTokenException':
    case 'ExpiredTokenException':
    case 'CredentialsProviderError':
      return `AWS does not accept the credentials for the state table ${table} (${error.name}). Renew them or set the right ones, and check this machine's clock.`;
    case 'ProvisionedThroughputExceededException':
    case 'ThrottlingException':
    case 'RequestLimitExceeded':
      return (
        `DynamoDB still throttles the state table ${table} after several tries; everything committed before is kept, and the next run goes on ` +
        'from there. If this lasts, let the table bill on demand or raise its limit.'
      );
    case 'ValidationException':
      return (
        `The state table ${table} refuses what tokenwatch reads or writes (${error.name}). It needs a partition key \`pk\` ` +
        'and a sort key `sk`, both strings: deploy the stack that makes it, or name another table.'
      );
    case 'TransactionCanceledException':
      return `The state table ${table} refused a commit, and nothing of it was written: ${reasonsOf(error)}. Look for the first of these words in DynamoDB's guide to TransactWriteItems.`;
    case 'InternalServerError':
    case 'ServiceUnavailable':
      return `DynamoDB failed for the state table ${table} after several tries (${error.name}). Everything committed before is kept; the next run goes on from there.`;
    default:
      return error.message === 'Region is missing'
        ? `No AWS region is set for the state table ${table}. Set AWS_REGION.`
        : undefined;
  }
};

/** Names and codes of the SDK and of Node's sockets when nobody answers. */
const unreachable: ReadonlySet<string> = new Set([
  'TimeoutError',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);

const reasonsOf = (error: Error): string => {
  const reasons = error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
  const codes = reasons.flatMap(({ Code = 'None' }) => (Code === 'None' || !/^\w{1,60}$/.test(Code) ? [] : [Code]));
  return [...new Set(codes)].slice(0, 3).join('; ') || 'AWS does not say why';
};

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '');
