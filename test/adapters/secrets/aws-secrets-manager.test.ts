import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { awsCredentials } from '../../../lib/adapters/secrets/aws-identity.ts';
import { awsSecretsManager } from '../../../lib/adapters/secrets/aws-secrets-manager.ts';
import type { Environment } from '../../../lib/adapters/secrets/secret-store.ts';
import { openSecrets } from '../../../lib/adapters/secrets/secrets.ts';
import type { AwsSecretReference } from '../../../lib/config/secret-reference.ts';
import { type AwsStandIn, awsStandIn } from './aws-stand-in.ts';
import { exampleKey } from './signature.ts';
import { closeStandIns, handClock, standIn } from './stand-in.ts';

afterEach(closeStandIns);

const reference: AwsSecretReference = { scheme: 'aws-sm', id: 'tokenwatch/pulumi', stage: undefined, field: 'token' };
const arn = 'arn:aws:secretsmanager:us-west-2:123456789012:secret:tokenwatch/pulumi-AbCdEf';

const awsHolding = async (text = '{"token":"made-up-token","slack":"marked-value"}'): Promise<AwsStandIn> => {
  const aws = await awsStandIn();
  aws.secrets.set(`${reference.id} AWSCURRENT`, { SecretString: text });
  return aws;
};

const reading = async (aws: AwsStandIn, wanted: Partial<AwsSecretReference> = {}, changes: Environment = {}) => {
  const environment = { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: aws.url, ...exampleKey, ...changes };
  const secret = await openSecrets({ environment, clock: handClock() }).read({ ...reference, ...wanted });
  return secret.reveal();
};

describe('a secret in AWS Secrets Manager', () => {
  it('may be a field of JSON or the whole text, with a line break at its end', async () => {
    expect(await reading(await awsHolding())).toBe('made-up-token');
    expect(await reading(await awsHolding('made-up-token\n'), { field: undefined })).toBe('made-up-token');
  });

  it('may be in another version stage', async () => {
    const aws = await awsHolding();
    aws.secrets.set(`${reference.id} AWSPREVIOUS`, { SecretString: '{"token":"older-token"}' });
    expect(await reading(aws, { stage: 'AWSPREVIOUS' })).toBe('older-token');
    await expect(reading(aws, { stage: 'AWSPENDING' })).rejects.toMatchObject({
      failure: 'missing',
      message: expect.stringContaining('has the stage AWSPENDING'),
    });
  });

  it('is looked for in the region of its ARN', async () => {
    const aws = await awsHolding();
    aws.secrets.set(`${arn} AWSCURRENT`, { SecretString: '{"token":"made-up-token"}' });
    expect(await reading(aws, { id: arn })).toBe('made-up-token');
    expect(aws.got[0]?.headers.authorization).toContain('/us-west-2/secretsmanager/');
  });

  it.each([
    ['a field that is not there', '{"slack":"marked-value"}', 'token', 'has no such field. It has: slack.'],
    ['a field of another kind', '{"token":{"value":"marked-value"}}', 'token', 'is no text'],
    ['a field of a plain text', 'marked-value', 'token', 'is no JSON object. Leave out #token'],
    [
      'JSON without a field',
      '{"token":"marked-value"}',
      undefined,
      'write which field of it is the token after #. It has: token.',
    ],
    ['an inherited field', '{}', 'constructor', 'It has no fields at all.'],
  ])('is refused as %s, without its values', async (_, text, field, expected) => {
    const outcome = await reading(await awsHolding(text), { field }).catch((error: unknown) => error);
    expect(String(outcome)).toContain(expected);
    expect(String(outcome)).not.toContain('marked-value');
  });

  it('is refused when it is binary', async () => {
    const aws = await awsHolding();
    aws.secrets.set(`${reference.id} AWSCURRENT`, { SecretBinary: 'bWFya2Vk' });
    await expect(reading(aws)).rejects.toMatchObject({
      failure: 'unusable',
      message: expect.stringContaining('is binary'),
    });
  });
});

describe('a refusal of AWS', () => {
  it.each([
    [
      'AccessDeniedException',
      'not authorized',
      'permission',
      'secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:*:secret:tokenwatch/pulumi-??????',
    ],
    ['AccessDeniedException', 'Access to KMS is not allowed', 'permission', 'kms:Decrypt'],
    ['DecryptionFailure', '', 'permission', 'kms:ViaService secretsmanager.eu-west-1.amazonaws.com'],
    ['ResourceNotFoundException', '', 'missing', 'AWS has no such secret in eu-west-1'],
    ['InvalidRequestException', 'marked for deletion', 'missing', 'restore-secret'],
    ['ExpiredTokenException', '', 'login', 'does not accept our credentials'],
    ['UnrecognizedClientException', '', 'login', 'does not accept our credentials'],
    ['ThrottlingException', '', 'unavailable', 'may be slowing us down'],
    ['InternalServiceError', '', 'unavailable', 'did not answer'],
  ])('is named: %s %s', async (type, message, failure, text) => {
    const aws = await awsHolding();
    aws.failure = { type, message: `${message} marked-value` };
    const outcome = await reading(aws).catch((error: unknown) => error);
    expect(outcome).toMatchObject({ failure, message: expect.stringContaining(text) });
    expect(String(outcome)).not.toContain('marked-value');
  });

  it('names the whole ARN where the reference has it', async () => {
    const aws = await awsHolding();
    aws.failure = { type: 'AccessDeniedException' };
    await expect(reading(aws, { id: arn })).rejects.toThrow(`GetSecretValue on ${arn}`);
    const partial = arn.slice(0, -'-AbCdEf'.length);
    await expect(reading(aws, { id: partial })).rejects.toThrow(`GetSecretValue on ${partial}-??????`);
  });

  it('follows from keys that AWS does not know', async () => {
    const wrong = { AWS_SECRET_ACCESS_KEY: 'another-key-of-nobody' };
    await expect(reading(await awsHolding(), {}, wrong)).rejects.toMatchObject({ failure: 'login' });
  });

  it('is no answer at all where somebody listens and says nothing', async () => {
    const silent = await standIn(() => new Promise(() => undefined));
    const environment = { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: silent.url };
    const store = awsSecretsManager({
      environment,
      clock: handClock(),
      credentials: awsCredentials(exampleKey),
      msMax: 50,
    });
    await expect(store.read(reference)).rejects.toMatchObject({
      failure: 'unavailable',
      message: expect.stringContaining('did not answer (ETIMEDOUT)'),
    });
  });

  it('is no answer at all where nobody listens', async () => {
    const aws = await awsHolding();
    await expect(reading(aws, {}, { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' })).rejects.toMatchObject({
      failure: 'unavailable',
    });
  });
});

describe('what AWS needs besides', () => {
  /** AWS's own code looks into the process; nothing of this machine's shall be found there. */
  const emptied = {
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/nowhere/config',
    AWS_SHARED_CREDENTIALS_FILE: '/nowhere/credentials',
  };
  const before = new Map(Object.keys(process.env).map((name) => [name, process.env[name]]));
  beforeEach(() => {
    for (const name of before.keys()) if (name.startsWith('AWS_')) delete process.env[name];
    Object.assign(process.env, emptied);
  });
  afterEach(() => {
    for (const name of Object.keys(emptied)) delete process.env[name];
    for (const [name, value] of before) process.env[name] = value;
  });

  it('is credentials, which are named when there are none', async () => {
    const aws = await awsHolding();
    const none = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    await expect(reading(aws, {}, none)).rejects.toMatchObject({
      failure: 'login',
      message: expect.stringContaining('No AWS credentials were found'),
    });
  });

  it('is a region, which is asked for when nothing says it', async () => {
    const aws = await awsHolding();
    await expect(reading(aws, {}, { AWS_REGION: undefined })).rejects.toMatchObject({
      failure: 'login',
      message: expect.stringContaining('Set AWS_REGION, or write the whole ARN'),
    });
  });
});

describe('a start of tokenwatch', () => {
  it('does not load what AWS needs', () => {
    const script = `
      const { registerHooks } = await import('node:module');
      registerHooks({ load: (url, context, next) => (url.includes('/@aws-sdk/') && console.log(url), next(url, context)) });
      await import(${JSON.stringify(new URL('../../../lib/wiring.ts', import.meta.url).href)});`;
    const loaded = execFileSync(process.execPath, ['--input-type=module', '--no-warnings', '-e', script]);
    expect(String(loaded)).toBe('');
  });

  it('still finds it in a bundle that comes in parts, as it is installed', async () => {
    const aws = await awsHolding();
    const folder = mkdtempSync(join(tmpdir(), 'tokenwatch-test-'));
    const environment = { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: aws.url, ...exampleKey };
    await build({
      stdin: {
        contents: `
          import { openSecrets } from './lib/adapters/secrets/secrets.ts';
          const clock = { nowMs: Date.now, sleep: async () => undefined };
          const secrets = openSecrets({ environment: ${JSON.stringify(environment)}, clock });
          console.log((await secrets.read(${JSON.stringify(reference)})).reveal(), (await secrets.whoAmI(${JSON.stringify(reference)})).name);`,
        resolveDir: process.cwd(),
        loader: 'ts',
      },
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      banner: {
        js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
      },
    });
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'stdin.mjs')]);
    expect(stdout).toBe(`made-up-token ${aws.arn}\n`);
    rmSync(folder, { recursive: true });
  });
});
