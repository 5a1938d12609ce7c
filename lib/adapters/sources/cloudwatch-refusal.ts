import { SecretError, SourceError, type SourceFailure } from '../../app/ports.ts';
import { msPerMinute } from '../../core/time.ts';
import { fieldsOf, textOf } from './fields.ts';

/**
 * What it means when AWS's client fails to read a log group: which decision the caller can take, and what a person should
 * do. Names of errors are those that AWS documents for `FilterLogEvents` and for all its services; of their texts nothing
 * is kept but the ARN of what was refused.
 */

type Refused = { readonly name: string; readonly nowMs: number };

/** AWS counts requests by the second; its client has waited and tried again before it gave up. */
const throttledMs = msPerMinute;

export const logGroupRefusal = (thrown: unknown, { name, nowMs }: Refused): SourceError => {
  const refuse = (failure: SourceFailure, meaning: string, retryAtMs?: number): SourceError =>
    new SourceError(failure, `The log group ${name} could not be read: ${meaning}`, {
      ...(retryAtMs !== undefined && { retryAtMs }),
      ...(thrown instanceof SecretError && { cause: thrown }),
    });
  if (thrown instanceof SecretError)
    return refuse(thrown.failure === 'unavailable' ? 'unavailable' : 'credentials', thrown.message);
  const error = fieldsOf(thrown);
  const kind = textOf(error.name);
  switch (kind) {
    case 'AccessDeniedException':
    case 'AccessDenied':
    case 'UnauthorizedOperation':
      return refuse('permission', permissionAdvice(textOf(error.message), name));
    case 'ResourceNotFoundException':
      return refuse('not-found', notFoundAdvice);
    case 'ThrottlingException':
    case 'TooManyRequestsException':
    case 'LimitExceededException':
    case 'RequestLimitExceeded':
      return refuse('rate-limited', 'AWS slows us down, as other readers ask it too.', nowMs + throttledMs);
    case 'ExpiredToken':
    case 'ExpiredTokenException':
    case 'UnrecognizedClientException':
    case 'InvalidClientTokenId':
    case 'InvalidSignatureException':
    case 'IncompleteSignatureException':
    case 'SignatureDoesNotMatch':
    case 'CredentialsProviderError':
      return refuse('credentials', `AWS does not accept our credentials (${kind}). ${credentialsAdvice}`);
    case 'InvalidParameterException':
      return refuse('misunderstood', 'AWS does not take the question. Check the name of the group in the settings.');
  }
  if (/region is missing/i.test(textOf(error.message))) {
    return refuse('credentials', 'nothing says in which AWS region it is. Set AWS_REGION.');
  }
  return refuse('unavailable', `AWS did not answer (${wordsFor(error, kind)}). It is asked again later.`);
};

const credentialsAdvice =
  'Sign in again, or set this machine’s clock; "aws sts get-caller-identity" must work where tokenwatch runs.';

const notFoundAdvice =
  'there is no such group in this account and region. Check the name, AWS_REGION and AWS_PROFILE. Where it is not made' +
  ' yet: deploy the stack (or make bus, rule and group) first, and switch the audit log on in Scalr last, because AWS' +
  ' drops what arrives at an event source without a bus.';

/** AWS says who asked for what in prose; the ARN of the group is the one part worth repeating. */
const permissionAdvice = (message: string, name: string): string => {
  const arn = /arn:aws[a-z-]{0,20}:logs:[a-z0-9-]{1,40}:\d{12}:log-group:[.\-_/#A-Za-z0-9]{1,512}/.exec(message)?.[0];
  return `AWS refuses it. Allow our role the action logs:FilterLogEvents on ${arn ?? `arn:aws:logs:*:*:log-group:${name}`}:*`;
};

/** A code such as ECONNREFUSED or the error's own name: both are short words of no stranger's making. */
const wordsFor = (error: ReturnType<typeof fieldsOf>, kind: string): string => {
  const code = textOf(error.code);
  return [code, kind].find((word) => /^\w{1,60}$/.test(word)) ?? 'unknown error';
};
