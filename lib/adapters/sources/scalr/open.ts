import { type Clock, SourceError } from '../../../app/ports.ts';
import type { ScalrSource } from '../../../config/source-settings.ts';
import { environmentSecret } from '../../secrets/environment.ts';
import { type Environment, given } from '../../secrets/secret-store.ts';
import { openSecrets } from '../../secrets/secrets.ts';
import type { FilterLogEvents } from '../cloudwatch-logs.ts';
import { type ScalrAccount, scalrSource } from './scalr.ts';

/** A Scalr account of the settings, ready to be read, in a Lambda as on a laptop. */

export type ScalrWorld = {
  readonly environment: Environment;
  readonly clock: Clock;
  /** Asks CloudWatch Logs: a function carries AWS's client along, a command loads it when it is needed. */
  readonly logs: FilterLogEvents;
};

/** Throws `SecretError` where our own environment lacks the token. */
export const openScalr = (source: ScalrSource, { environment, clock, logs }: ScalrWorld): ScalrAccount => {
  const { account, token, baseUrl, eventSource } = source;
  if (token?.scheme === 'env') environmentSecret(token, environment, scalrToken);
  const secrets = openSecrets({ environment, clock });
  return scalrSource({
    account,
    ...(token !== undefined && { readToken: (options) => secrets.read(token, options) }),
    baseUrl,
    eventSource,
    ...logOf(source, { environment, logs }),
    clock,
  });
};

const scalrToken = 'an access token of a Scalr service account with a read-only role';

/**
 * The function of a stack is told what its group is called; a command must be. The group of a stack that was left to name it
 * ends in characters that nobody can guess.
 */
const logOf = (
  { name, logGroup }: ScalrSource,
  { environment, logs }: Pick<ScalrWorld, 'environment' | 'logs'>,
): { readonly logGroup: string; readonly logs: FilterLogEvents } => {
  const known = given(environment, 'SCALR_LOG_GROUP') ?? logGroup;
  if (known !== undefined) return { logGroup: known, logs };
  const text = `Nothing says which log group of AWS holds the log ${name}: write its name under logGroup, beside account. Of a stack it is the output Bus…Log.`;
  return { logGroup: '', logs: () => Promise.reject(new SourceError('not-found', text)) };
};
