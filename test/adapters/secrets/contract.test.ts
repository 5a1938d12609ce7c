import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecretReference } from '../../../lib/config/secret-reference.ts';
import { type SecretPlace, secretStoreContract } from '../../contracts/secret-store.ts';
import { awsStandIn } from './aws-stand-in.ts';
import { conjurStandIn } from './conjur-stand-in.ts';
import { exampleKey } from './signature.ts';
import { closeStandIns, handClock } from './stand-in.ts';
import { vaultStandIn } from './vault-stand-in.ts';

/** Every store under the one contract. AWS, Vault and Conjur are stand-ins that follow the vendors' API documentation. */

secretStoreContract('the environment', async (): Promise<SecretPlace> => {
  const environment: Record<string, string> = {};
  return {
    environment,
    clock: handClock(),
    reference: { scheme: 'env', name: 'AUDIT_TOKEN' },
    absent: { scheme: 'env', name: 'OTHER_TOKEN' },
    keep: (text) => {
      environment.AUDIT_TOKEN = text;
    },
    drop: async () => undefined,
  };
});

secretStoreContract('a file', async (): Promise<SecretPlace> => {
  const folder = mkdtempSync(join(tmpdir(), 'tokenwatch-test-'));
  const path = join(folder, 'token');
  // Who may do everything may also read what nobody may.
  const isRoot = process.getuid?.() === 0;
  return {
    environment: {},
    clock: handClock(),
    reference: { scheme: 'file', path },
    absent: { scheme: 'file', path: join(folder, 'other') },
    keep: (text) => writeFileSync(path, text, { mode: 0o600 }),
    ...(!isRoot && { forbid: () => chmodSync(path, 0o000) }),
    drop: async () => rmSync(folder, { recursive: true, force: true }),
  };
});

const awsPlace = async (field: string | undefined): Promise<SecretPlace> => {
  const aws = await awsStandIn();
  const id = 'tokenwatch/pulumi';
  return {
    environment: { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: aws.url, ...exampleKey },
    clock: handClock(),
    reference: { scheme: 'aws-sm', id, stage: undefined, field },
    absent: { scheme: 'aws-sm', id: 'tokenwatch/other', stage: undefined, field },
    keep: (text) =>
      void aws.secrets.set(`${id} AWSCURRENT`, {
        SecretString: field === undefined ? text : JSON.stringify({ [field]: text, url: 'https://example.com' }),
      }),
    forbid: () => {
      aws.failure = { type: 'AccessDeniedException', message: 'marked7e1f is not authorized' };
    },
    remote: {
      takeAway: (isAway) => {
        aws.failure = isAway ? { type: 'ServiceUnavailable', status: 503, message: 'marked7e1f' } : undefined;
      },
      requests: () => aws.got.length,
      name: /^arn:aws:sts::123456789012:assumed-role\/tokenwatch\/poller$/,
    },
    drop: closeStandIns,
  };
};
secretStoreContract('AWS Secrets Manager, whole', () => awsPlace(undefined));
secretStoreContract('AWS Secrets Manager, a field', () => awsPlace('token'));

const vaultPlace = async (path: string, tellsMounts: boolean): Promise<SecretPlace> => {
  const vault = await vaultStandIn();
  vault.tellsMounts = tellsMounts;
  const reference: SecretReference = { scheme: 'vault', path, field: 'pulumi' };
  return {
    environment: { VAULT_ADDR: vault.url, VAULT_TOKEN: 'vault-token-of-alice' },
    clock: vault.clock,
    reference,
    absent: { ...reference, path: `${path}-other` },
    keep: (text) => void vault.secrets.set(path, { pulumi: text, slack: 'marked7e1f-webhook' }),
    forbid: () => {
      vault.readPolicy = 'somebody-else';
    },
    remote: {
      takeAway: (isAway) => {
        vault.instead = isAway ? { status: 503, body: { errors: ['Vault is sealed', 'marked7e1f'] } } : undefined;
      },
      requests: () => vault.got.length,
      name: /^token-alice, by VAULT_TOKEN$/,
    },
    drop: closeStandIns,
  };
};
secretStoreContract('Vault, version 2', () => vaultPlace('secret/tokenwatch', true));
secretStoreContract('Vault, version 1', () => vaultPlace('old/tokenwatch', true));
secretStoreContract('Vault, version 2 in a nested mount', () => vaultPlace('team/kv/token watch/50%', true));
secretStoreContract('Vault, version 2 untold', () => vaultPlace('secret/tokenwatch', false));
secretStoreContract('Vault, version 1 untold', () => vaultPlace('old/tokenwatch', false));

const conjurPlace = async (base: string, login: 'API key' | 'AWS role'): Promise<SecretPlace> => {
  const conjur = await conjurStandIn(base);
  const variable = 'data/token watch/pulumi+token@acme';
  return {
    environment: {
      CONJUR_APPLIANCE_URL: `${conjur.url}${base}/`,
      CONJUR_ACCOUNT: conjur.account,
      CONJUR_AUTHN_LOGIN: conjur.login,
      ...(login === 'API key'
        ? { CONJUR_AUTHN_API_KEY: conjur.apiKey }
        : { CONJUR_AUTHENTICATOR_ID: 'authn-iam/prod', ...exampleKey }),
    },
    clock: conjur.clock,
    reference: { scheme: 'conjur', variable },
    absent: { scheme: 'conjur', variable: 'data/other' },
    keep: (text) => void conjur.variables.set(variable, text),
    forbid: () => {
      conjur.isPermitted = false;
    },
    remote: {
      takeAway: (isAway) => {
        conjur.instead = isAway ? { status: 502, body: 'marked7e1f' } : undefined;
      },
      requests: () => conjur.got.length,
      name: /^host\/data\/tokenwatch\/123456789012\/poller$/,
    },
    drop: closeStandIns,
  };
};
secretStoreContract('Conjur, by API key', () => conjurPlace('', 'API key'));
secretStoreContract('Conjur below /api, by AWS role', () => conjurPlace('/api', 'AWS role'));
