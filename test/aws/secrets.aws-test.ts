import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openSecrets } from '../../lib/adapters/secrets/secrets.ts';
import type { AwsSecretReference } from '../../lib/config/secret-reference.ts';
import { handClock } from '../adapters/secrets/stand-in.ts';
import { type SecretPlace, secretStoreContract } from '../contracts/secret-store.ts';
import { ask, clientsOf } from './tools/clients.ts';
import { account, type EmulatedAws, region, startAws } from './tools/ministack.ts';

/**
 * Secrets from a Secrets Manager that is no stand-in of ours: MiniStack's, with every permission checked, read under a role
 * that may read these secrets alone.
 */

let aws: EmulatedAws;
const folder = mkdtempSync(join(tmpdir(), 'tokenwatch-aws-test-'));
beforeAll(async () => {
  aws = await startAws(folder);
}, 300_000);
afterAll(async () => {
  await aws?.end();
  rmSync(folder, { recursive: true, force: true });
});

/** AWS's older services are asked with forms. */
const asked = async (service: 'iam' | 'sts', form: Readonly<Record<string, string>>): Promise<string> => {
  const version = service === 'iam' ? '2010-05-08' : '2011-06-15';
  const body = new URLSearchParams({ Version: version, ...form }).toString();
  const { status, text } = await ask(aws, { service, method: 'POST', path: '/', body });
  if (status !== 200) throw new Error(`${form.Action} was refused: ${text}`);
  return text;
};

const policyOf = (statement: object): string => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });

/** A new role that may read the secrets below `path`, with credentials of it. */
const readerOf = async (path: string) => {
  const name = `reader-of-${path}`;
  const anybody = policyOf({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' });
  await asked('iam', { Action: 'CreateRole', RoleName: name, AssumeRolePolicyDocument: anybody });
  const policy = { Action: 'PutRolePolicy', RoleName: name, PolicyName: 'read' };
  const resource = `arn:aws:secretsmanager:${region}:${account}:secret:${path}/*`;
  const reading = policyOf({ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: resource });
  await asked('iam', { ...policy, PolicyDocument: reading });
  const role = `arn:aws:iam::${account}:role/${name}`;
  const text = await asked('sts', { Action: 'AssumeRole', RoleArn: role, RoleSessionName: 'poller' });
  const field = (tag: string): string => new RegExp(`<${tag}>([^<]+)</${tag}>`).exec(text)?.[1] ?? '';
  return {
    environment: {
      AWS_REGION: region,
      AWS_ENDPOINT_URL: aws.gateway.url,
      AWS_ACCESS_KEY_ID: field('AccessKeyId'),
      AWS_SECRET_ACCESS_KEY: field('SecretAccessKey'),
      AWS_SESSION_TOKEN: field('SessionToken'),
    },
    forbid: async () => void (await asked('iam', { ...policy, Action: 'DeleteRolePolicy' })),
    name: new RegExp(`^arn:aws:sts::${account}:assumed-role/${name}/poller$`),
  };
};

let places = 0;
const newPlace = async (field: string | undefined): Promise<SecretPlace & { readonly id: string }> => {
  places += 1;
  const path = `place-${places}`;
  const { environment, forbid, name } = await readerOf(path);
  const { secrets } = clientsOf(aws);
  const id = `${path}/pulumi`;
  let isMade = false;
  return {
    id,
    environment,
    // Signatures are made with it, and the emulator's own clock is this machine's.
    clock: handClock(Date.now()),
    reference: { scheme: 'aws-sm', id, stage: undefined, field },
    absent: { scheme: 'aws-sm', id: `${path}/other`, stage: undefined, field },
    keep: async (text) => {
      const SecretString = field === undefined ? text : JSON.stringify({ [field]: text, url: 'https://example.com' });
      if (isMade) await secrets.send(new PutSecretValueCommand({ SecretId: id, SecretString }));
      else await secrets.send(new CreateSecretCommand({ Name: id, SecretString }));
      isMade = true;
    },
    forbid,
    remote: {
      takeAway: (isAway) => aws.gateway.cut(isAway),
      requests: () => aws.gateway.calls().length,
      name,
    },
    drop: async () => {
      aws.gateway.cut(false);
      secrets.destroy();
    },
  };
};

secretStoreContract('an emulated AWS Secrets Manager, whole', () => newPlace(undefined));
secretStoreContract('an emulated AWS Secrets Manager, a field', () => newPlace('token'));

describe('a secret in an emulated AWS Secrets Manager', () => {
  const reading = async (place: SecretPlace, changes: Partial<AwsSecretReference>) => {
    const reference = { ...(place.reference as AwsSecretReference), ...changes };
    return (await openSecrets(place).read(reference)).reveal();
  };

  it('is there in its last version and in the one before', async () => {
    const place = await newPlace('token');
    await place.keep('made-up-1');
    await place.keep('made-up-2');
    expect(await reading(place, {})).toBe('made-up-2');
    expect(await reading(place, { stage: 'AWSPREVIOUS' })).toBe('made-up-1');
    await expect(reading(place, { stage: 'AWSPENDING' })).rejects.toMatchObject({ failure: 'missing' });
    await place.drop();
  });

  it('is read by its ARN, where the characters that AWS adds were left out', async () => {
    const place = await newPlace('token');
    await place.keep('made-up-1');
    const partial = `arn:aws:secretsmanager:${region}:${account}:secret:${place.id}`;
    expect(await reading(place, { id: partial })).toBe('made-up-1');
    await place.drop();
  });

  it('lacks a field by name, and says which are there', async () => {
    const place = await newPlace('token');
    await place.keep('made-up-1');
    await expect(reading(place, { field: 'pulumi' })).rejects.toThrow('has no such field. It has: token, url.');
    await place.drop();
  });
});
