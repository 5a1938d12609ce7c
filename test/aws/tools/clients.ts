import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { account, type EmulatedAws, region } from './ministack.ts';

/** The test's own hands in the emulated AWS, as the account's root. */

export const clientsOf = ({ gateway }: Pick<EmulatedAws, 'gateway'>) => {
  const settings = {
    region,
    endpoint: gateway.url,
    credentials: { accessKeyId: account, secretAccessKey: 'made-up' },
  };
  return {
    dynamodb: new DynamoDBClient(settings),
    logs: new CloudWatchLogsClient(settings),
    secrets: new SecretsManagerClient(settings),
    sns: new SNSClient(settings),
    sqs: new SQSClient(settings),
  };
};

export type Clients = ReturnType<typeof clientsOf>;

/** For the few calls whose client the project does not need otherwise. The root's signature is not checked. */
export const ask = async (
  { gateway }: Pick<EmulatedAws, 'gateway'>,
  {
    service,
    method,
    path,
    target,
    body,
  }: { service: string; method: string; path: string; target?: string; body?: string },
): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }> => {
  const isForm = service === 'iam' || service === 'monitoring' || service === 'sts';
  const answer = await fetch(`${gateway.url}${path}`, {
    method,
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=made-up`,
      'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
      ...(target !== undefined && { 'x-amz-target': target }),
    },
    ...(body !== undefined && { body }),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};
