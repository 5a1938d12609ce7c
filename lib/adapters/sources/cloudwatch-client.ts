/**
 * AWS's own client for CloudWatch Logs, in a module that is itself loaded only when a log group is read: loading it takes
 * longer than everything else of a start. It tries again by itself, four times, and waits longer each time.
 */
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { msPerSecond } from '../../core/time.ts';
import type { AwsCredentials } from '../secrets/aws-identity.ts';
import { type Environment, given } from '../secrets/secret-store.ts';
import type { FilterLogEvents } from './cloudwatch-logs.ts';

export type CloudwatchAccess = {
  readonly environment: Environment;
  /** Throws `SecretError`. */
  readonly credentials: () => Promise<AwsCredentials>;
  readonly msMax?: number;
};

/** A page of a large group takes seconds. */
const msMaxDefault = 20 * msPerSecond;

const attemptsMax = 5;

export const filterLogEvents = ({
  environment,
  credentials,
  msMax = msMaxDefault,
}: CloudwatchAccess): FilterLogEvents => {
  const region = given(environment, 'AWS_REGION') ?? given(environment, 'AWS_DEFAULT_REGION');
  const endpoint = given(environment, 'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS') ?? given(environment, 'AWS_ENDPOINT_URL');
  const client = new CloudWatchLogsClient({
    credentials: async () => {
      const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
      return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
    },
    // Without one, the client looks into the shared configuration file.
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    maxAttempts: attemptsMax,
    // Without the last, AWS's client only warns that it waits too long, and waits on.
    requestHandler: { connectionTimeout: 5 * msPerSecond, requestTimeout: msMax, throwOnRequestTimeout: true },
  });
  return (question, signal) =>
    client.send(new FilterLogEventsCommand(question), signal === undefined ? {} : { abortSignal: signal });
};
