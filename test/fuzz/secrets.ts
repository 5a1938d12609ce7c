import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { awsSecretsManager } from '../../lib/adapters/secrets/aws-secrets-manager.ts';
import { conjurSecrets } from '../../lib/adapters/secrets/conjur.ts';
import type { Environment } from '../../lib/adapters/secrets/secret-store.ts';
import { vaultSecrets } from '../../lib/adapters/secrets/vault.ts';
import { SecretError } from '../../lib/app/ports.ts';
import type { Secret } from '../../lib/config/secret.ts';
import { clockOf } from './answers.ts';
import { kindOf, law, type Target } from './fuzz.ts';
import type { Bytes } from './mutate.ts';
import { type Answer, answerIn, wire } from './wire.ts';

/**
 * What Vault, Conjur and AWS Secrets Manager answer. Laws: a secret comes of it, or a failure in words for a person; neither
 * what we log in with nor what is kept there is in those words, nor in what a debugger would show of them.
 */

const login = 'marked-login-7e1f';
const kept = 'marked-secret-7e1f';

/** In our own words: which question it was, of those that a store asks for one secret. */
type Ordinary = (path: string) => Buffer;

/** A server that answers one of the questions for a secret with the input, and the others as it should. */
const serverOf = (ordinary: Ordinary) => {
  let input: Bytes = Buffer.alloc(0);
  let asked = 0;
  const server = createServer((request, response) => {
    request.resume();
    const isDamaged = asked === input.length % 4 || input.length % 4 === 3;
    asked += 1;
    const { status, headers, body } = answerIn(isDamaged ? input : ordinary(request.url ?? ''));
    response.writeHead(status, sendable(headers)).end(body);
  });
  const listening = new Promise<string>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
    server.unref();
  });
  return async (next: Bytes): Promise<string> => {
    [input, asked] = [next, 0];
    return listening;
  };
};

/** A length that is not the body's would keep the client waiting, which is the client's other test. */
const unsendable = new Set(['content-length', 'transfer-encoding', 'connection', 'trailer', 'upgrade']);

const sendable = (headers: Answer['headers']): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name, value]) => !unsendable.has(name) && /^[\t\x20-\x7e]*$/.test(value)));

/** One may name the address that a redirect points to, which Node bounds as all headers (16 KiB). */
const refusalCharsMax = 20_000;

const outcomeOf = async (read: () => Promise<Secret>): Promise<string> => {
  try {
    const secret = await read();
    return secret.reveal() === kept ? 'read' : `another of ${Math.ceil(Math.log2(secret.reveal().length))}`;
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    const shown = inspect(error, { depth: 10, showHidden: true });
    law(!shown.includes(login) && !shown.includes(kept), 'a refusal holds no secret');
    law(error.message.length < refusalCharsMax, 'a refusal is said in bounded words');
    return `${error.failure} ${kindOf(error.message)}`;
  }
};

const credentials = async () => ({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: login });
const worldOf = (environment: Environment) => ({ environment, clock: clockOf(), credentials });
const json = { 'content-type': 'application/json' };

const vaultLogin = wire(200, json, { auth: { client_token: login, lease_duration: 3_600, renewable: true } });
const vaultMount = wire(200, json, { data: { path: 'secret/', type: 'kv', options: { version: '2' } } });
const vaultSecret = wire(200, json, { data: { data: { pulumi: kept }, metadata: { destroyed: false } } });
const vault = serverOf((path) => {
  if (path.endsWith('/login')) return vaultLogin;
  return path.includes('/mounts/') ? vaultMount : vaultSecret;
});

const vaultTarget: Target = {
  name: 'vault',
  seeds: [
    vaultLogin,
    vaultMount,
    vaultSecret,
    wire(200, json, { data: { pulumi: kept } }),
    wire(404, json, { data: { data: null, metadata: { deletion_time: '2026-03-14T02:10:00Z', destroyed: false } } }),
    wire(403, json, { errors: [`permission denied for ${login}`] }),
    wire(503, json, { errors: ['Vault is sealed'] }),
    wire(307, { location: 'https://vault.example.com/v1/x' }, ''),
  ],
  async run(input) {
    const environment = { VAULT_ADDR: await vault(input), VAULT_ROLE_ID: 'role', VAULT_SECRET_ID: login };
    const reference = { scheme: 'vault', path: 'secret/tokenwatch', field: 'pulumi' } as const;
    return outcomeOf(() => vaultSecrets(worldOf(environment)).read(reference));
  },
};

const conjurLogin = wire(200, json, Buffer.from(`{"payload":"${login}"}`).toString('base64'));
const conjurSecret = wire(200, { 'content-type': 'application/octet-stream' }, kept);
const conjur = serverOf((path) => (path.endsWith('/authenticate') ? conjurLogin : conjurSecret));

const conjurTarget: Target = {
  name: 'conjur',
  seeds: [
    conjurLogin,
    conjurSecret,
    wire(200, json, { protected: 'e30=', payload: 'e30=', signature: 'c2ln' }),
    wire(401, json, `no such login with ${login}`),
    wire(404, json, { error: { code: 'not_found', message: kept } }),
    wire(302, { location: 'https://conjur.example.com/' }, ''),
  ],
  async run(input) {
    const environment = {
      CONJUR_APPLIANCE_URL: await conjur(input),
      CONJUR_ACCOUNT: 'acme',
      CONJUR_AUTHN_LOGIN: 'host/data/tokenwatch',
      CONJUR_AUTHN_API_KEY: login,
    };
    const reference = { scheme: 'conjur', variable: 'data/tokenwatch/pulumi' } as const;
    return outcomeOf(() => conjurSecrets(worldOf(environment)).read(reference));
  },
};

const amazon = { 'content-type': 'application/x-amz-json-1.1' };
const awsSecret = (fields: object): Buffer => wire(200, amazon, { Name: 'tokenwatch/pulumi', ...fields });
const aws = serverOf(() => awsSecret({ SecretString: JSON.stringify({ token: kept }) }));

const awsTarget: Target = {
  name: 'aws-secrets-manager',
  seeds: [
    awsSecret({ SecretString: JSON.stringify({ token: kept }) }),
    awsSecret({ SecretString: JSON.stringify({ tokens: [kept], other: kept }) }),
    awsSecret({ SecretString: kept, CreatedDate: 1_700_000_000 }),
    awsSecret({ SecretBinary: 'AAEC' }),
    wire(400, { ...amazon, 'x-amzn-errortype': 'AccessDeniedException' }, { Message: `${login} may not read ${kept}` }),
    wire(400, amazon, { __type: 'ResourceNotFoundException', message: kept }),
  ],
  async run(input) {
    // AWS's own client waits before it asks again after a failure of the server, by the wall clock.
    const passing = /^5/.test(input.toString('latin1', 0, 1))
      ? Buffer.concat([Buffer.from('4'), input.subarray(1)])
      : input;
    const environment = { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: await aws(passing) };
    const reference = { scheme: 'aws-sm', id: 'tokenwatch/pulumi', stage: undefined, field: 'token' } as const;
    return outcomeOf(() => awsSecretsManager(worldOf(environment)).read(reference));
  },
};

export const secretTargets: readonly Target[] = [vaultTarget, conjurTarget, awsTarget];
