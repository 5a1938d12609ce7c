import { awsCredentials } from '../secrets/aws-identity.ts';
import type { Environment } from '../secrets/secret-store.ts';
import type { FilterLogEvents } from './cloudwatch-logs.ts';

/** CloudWatch Logs for commands, most of which never ask it: AWS's client is loaded and made with the first question. */
export const filterWhenNeeded = (environment: Environment): FilterLogEvents => {
  let client: Promise<FilterLogEvents> | undefined;
  return async (question, signal) => {
    client ??= import('./cloudwatch-client.ts').then(({ filterLogEvents }) =>
      filterLogEvents({ environment, credentials: awsCredentials(environment) }),
    );
    return (await client)(question, signal);
  };
};
