import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ask } from './clients.ts';
import type { DeployedFunction } from './deployment.ts';
import { type EmulatedAws, region } from './ministack.ts';

/** Attempts under a function's own role, to see what its policies let it do. */

export type Actor = {
  readonly mayReadSecret: (id: string) => Promise<boolean>;
  readonly mayDeleteTable: (name: string) => Promise<boolean>;
};

export const actingAs = async (aws: EmulatedAws, { role }: DeployedFunction): Promise<Actor> => {
  const form = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: role,
    RoleSessionName: 'attempt',
  });
  const { text } = await ask(aws, { service: 'sts', method: 'POST', path: '/', body: form.toString() });
  const field = (name: string): string => new RegExp(`<${name}>([^<]+)</${name}>`).exec(text)?.[1] ?? '';
  const settings = {
    region,
    endpoint: aws.gateway.url,
    maxAttempts: 1,
    credentials: {
      accessKeyId: field('AccessKeyId'),
      secretAccessKey: field('SecretAccessKey'),
      sessionToken: field('SessionToken'),
    },
  };
  if (settings.credentials.accessKeyId === '') throw new Error(`nobody can act as ${role}: ${text}`);
  const secrets = new SecretsManagerClient(settings);
  const tables = new DynamoDBClient(settings);
  return {
    mayReadSecret: (id) => isAllowed(secrets.send(new GetSecretValueCommand({ SecretId: id }))),
    mayDeleteTable: (name) => isAllowed(tables.send(new DeleteTableCommand({ TableName: name }))),
  };
};

const isAllowed = async (attempt: Promise<unknown>): Promise<boolean> => {
  try {
    await attempt;
    return true;
  } catch (error) {
    if (error instanceof Error && /AccessDenied/.test(error.name)) return false;
    throw error;
  }
};
