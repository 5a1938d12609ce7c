import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Environment } from '../../../lib/adapters/secrets/secret-store.ts';
import { openSecrets } from '../../../lib/adapters/secrets/secrets.ts';
import type { VaultReference } from '../../../lib/config/secret-reference.ts';
import { exampleKey } from './signature.ts';
import { authorityFile, closeStandIns, handClock, standIn } from './stand-in.ts';
import { type VaultStandIn, vaultStandIn } from './vault-stand-in.ts';

afterEach(closeStandIns);

const minuteMs = 60_000;
const reference: VaultReference = { scheme: 'vault', path: 'secret/tokenwatch', field: 'pulumi' };
const appRole = { VAULT_ROLE_ID: 'role-id-made-up', VAULT_SECRET_ID: 'secret-id-made-up' };

const vaultHolding = async (token = 'made-up-token'): Promise<VaultStandIn> => {
  const vault = await vaultStandIn();
  vault.secrets.set(reference.path, { pulumi: token });
  return vault;
};

const secretsOf = (vault: VaultStandIn, environment: Environment) =>
  openSecrets({ environment: { VAULT_ADDR: vault.url, ...environment }, clock: vault.clock });

/** Fresh, so that each reading asks Vault. */
const readingFrom = (vault: VaultStandIn, environment: Environment) => {
  const secrets = secretsOf(vault, environment);
  return async () => (await secrets.read(reference, { fresh: true })).reveal();
};

const renewals = ({ got }: VaultStandIn): number => got.filter(({ url }) => url.endsWith('/renew-self')).length;

describe('logging in to Vault', () => {
  it('works as an AppRole, with a secret id from the environment or from a file', async () => {
    const vault = await vaultHolding();
    const folder = mkdtempSync(join(tmpdir(), 'tokenwatch-test-'));
    const file = join(folder, 'secret-id');
    writeFileSync(file, 'secret-id-made-up\n');
    expect(await readingFrom(vault, appRole)()).toBe('made-up-token');
    expect(await readingFrom(vault, { VAULT_ROLE_ID: appRole.VAULT_ROLE_ID, VAULT_SECRET_ID_FILE: file })()).toBe(
      'made-up-token',
    );
    rmSync(folder, { recursive: true });
  });

  it('works as an AWS role, by a request that Vault can send on to AWS', async () => {
    const vault = await vaultHolding();
    expect(await readingFrom(vault, { VAULT_AWS_ROLE: vault.aws.role, ...exampleKey })()).toBe('made-up-token');
    vault.aws.serverId = 'vault.example.com';
    const named = { VAULT_AWS_ROLE: vault.aws.role, VAULT_AWS_SERVER_ID: 'vault.example.com', ...exampleKey };
    expect(await readingFrom(vault, named)()).toBe('made-up-token');
  });

  it('never hands an AWS key to Vault', async () => {
    const vault = await vaultHolding();
    await readingFrom(vault, { VAULT_AWS_ROLE: vault.aws.role, ...exampleKey })();
    const sent = vault.got.map(({ body, headers }) => body + JSON.stringify(headers)).join();
    const decoded = sent.replace(/[A-Za-z0-9+/]{40,}={0,2}/g, (text) => Buffer.from(text, 'base64').toString('utf8'));
    expect(decoded).toContain('AWS4-HMAC-SHA256');
    expect(sent + decoded).not.toContain(exampleKey.AWS_SECRET_ACCESS_KEY);
  });

  it('works with the token that "vault login" left, and takes up its successor', async () => {
    const vault = await vaultHolding();
    const home = mkdtempSync(join(tmpdir(), 'tokenwatch-test-'));
    writeFileSync(join(home, '.vault-token'), 'vault-token-of-alice');
    const read = readingFrom(vault, { HOME: home });
    expect(await read()).toBe('made-up-token');
    const alice = vault.tokens.get('vault-token-of-alice');
    if (alice !== undefined) vault.tokens.set('vault-token-of-alice-2', alice);
    vault.tokens.delete('vault-token-of-alice');
    writeFileSync(join(home, '.vault-token'), 'vault-token-of-alice-2\n');
    expect(await read()).toBe('made-up-token');
    rmSync(home, { recursive: true });
  });

  it.each([
    ['a wrong secret id', { ...appRole, VAULT_SECRET_ID: 'other' }, 'Check VAULT_ROLE_ID and VAULT_SECRET_ID'],
    ['an unknown AWS role', { VAULT_AWS_ROLE: 'other', ...exampleKey }, 'vault read auth/aws/role/other'],
    ['nothing to log in with', { HOME: '/nowhere' }, 'Nothing says how to log in to Vault'],
    ['no address', { VAULT_ADDR: '', ...appRole }, 'VAULT_ADDR is not set'],
    [
      'an unencrypted address',
      { VAULT_ADDR: 'http://vault.example.com:8200', ...appRole },
      'would send secrets unencrypted',
    ],
  ])('fails with %s, and says what to do', async (_, environment, text) => {
    const vault = await vaultHolding();
    await expect(readingFrom(vault, environment)()).rejects.toMatchObject({
      failure: 'login',
      message: expect.stringContaining(text),
    });
  });

  it('happens once for several who ask at once', async () => {
    const vault = await vaultHolding();
    const read = readingFrom(vault, appRole);
    await Promise.all([read(), read(), read()]);
    expect(vault.logins).toBe(1);
  });
});

describe('a token of Vault', () => {
  it('is renewed when two thirds of its life are over', async () => {
    const vault = await vaultHolding();
    const read = readingFrom(vault, appRole);
    await read();
    vault.clock.pass(39 * minuteMs);
    await read();
    expect(renewals(vault)).toBe(0);
    vault.clock.pass(2 * minuteMs);
    await read();
    expect([renewals(vault), vault.logins]).toEqual([1, 1]);
  });

  it('gives way to a new login near its last end, or when it cannot be renewed', async () => {
    const vault = await vaultHolding();
    vault.maxLifeSeconds = 4_000;
    const read = readingFrom(vault, appRole);
    await read();
    vault.clock.pass(45 * minuteMs);
    await read();
    expect(vault.logins).toBe(2);
    vault.renewable = false;
    vault.clock.pass(120 * minuteMs);
    await read();
    vault.clock.pass(45 * minuteMs);
    await read();
    expect(vault.logins).toBe(4);
  });

  it('is replaced once when Vault refuses it before its time', async () => {
    const vault = await vaultHolding();
    const read = readingFrom(vault, appRole);
    await read();
    vault.tokens.clear();
    expect(await read()).toBe('made-up-token');
    expect(vault.logins).toBe(2);
  });

  it('is not replaced for nothing: a new one would be refused as well', async () => {
    const vault = await vaultHolding();
    vault.readPolicy = 'somebody-else';
    await expect(readingFrom(vault, appRole)()).rejects.toMatchObject({ failure: 'permission' });
    expect(vault.logins).toBe(1);
  });
});

describe('what is wrong with a secret in Vault', () => {
  const failing = async (change: (vault: VaultStandIn) => void, wanted: VaultReference = reference) => {
    const vault = await vaultHolding();
    change(vault);
    const outcome = await secretsOf(vault, appRole)
      .read(wanted)
      .catch((error: unknown) => error);
    return String(outcome);
  };

  it('is told with the policy that is missing', async () => {
    const text = await failing((vault) => {
      vault.readPolicy = 'somebody-else';
    });
    expect(text).toContain('path "secret/data/tokenwatch" { capabilities = ["read"] }');
  });

  it('is told with both policies where Vault does not say which engine it is', async () => {
    const text = await failing((vault) => {
      vault.readPolicy = 'somebody-else';
      vault.tellsMounts = false;
    });
    expect(text).toContain('path "secret/data/tokenwatch"');
    expect(text).toContain('path "secret/tokenwatch"');
  });

  it('is told with the names of the fields that are there, never their values', async () => {
    const text = await failing((vault) =>
      vault.secrets.set(reference.path, { slack: 'marked-value', 'a name with: things': 'marked-value' }),
    );
    expect(text).toContain('has no such field. It has: slack, (a longer name).');
    expect(text).not.toContain('marked-value');
  });

  it('is told without the name of a field that is itself a token, put on the wrong side of a colon', async () => {
    const swapped = `pul-${'0'.repeat(16)}`;
    const text = await failing((vault) =>
      vault.secrets.set(reference.path, { slack: 'made-up', [swapped]: 'pulumi ' }),
    );
    expect(text).toContain('It has: slack, (a longer name).');
    expect(text).not.toContain(swapped);
  });

  it.each([
    ['a deleted version', 'secret/tokenwatch', 'its latest version was deleted'],
    ['a path of the API', 'secret/data/tokenwatch', 'Leave out data/'],
    ['another engine', 'pki/tokenwatch', 'pki/ holds no key-value secrets'],
    ['no engine at all', 'nowhere/tokenwatch', 'has no such secret'],
  ])('is named: %s', async (_, path, expected) => {
    const text = await failing((vault) => vault.secrets.set('secret/tokenwatch', undefined), { ...reference, path });
    expect(text).toContain(expected);
  });

  it('is told to be beyond recall where its version was destroyed', async () => {
    const text = await failing((vault) => {
      vault.secrets.set(reference.path, undefined);
      vault.isDestroyed = true;
    });
    expect(text).toContain('its latest version was destroyed, which nothing brings back');
    expect(text).not.toContain('undelete');
  });

  it('is told apart from a question that Vault does not take', async () => {
    const vault = await vaultHolding();
    const read = readingFrom(vault, appRole);
    await read();
    vault.instead = { status: 400, body: { errors: ['marked-value'] } };
    const text = String(await read().catch((error: unknown) => error));
    expect(text).toContain('does not take the question (400). Check the mount, the path and VAULT_NAMESPACE');
    expect(text).not.toContain('has no such secret');
    expect(text).not.toContain('marked-value');
  });

  it.each([
    [503, ['Vault is sealed'], 'is sealed: somebody must unseal it'],
    [503, ['node not active'], 'cannot answer just now (503)'],
    [501, [], 'is not initialized'],
    [429, [], 'is a standby or slows us down (429)'],
    [472, [], 'disaster-recovery standby'],
    [473, [], 'performance standby'],
    [412, ['required index state not present'], 'has not caught up'],
    [500, ['1 error occurred'], 'cannot answer just now (500)'],
  ])('is for later when the server answers %i %j', async (status, errors, expected) => {
    const vault = await vaultHolding();
    vault.instead = { status, body: { errors } };
    await expect(secretsOf(vault, appRole).read(reference)).rejects.toMatchObject({
      failure: 'unavailable',
      message: expect.stringContaining(expected),
    });
  });
});

describe('a Vault that points elsewhere', () => {
  it('is followed on the same address, with the request as it was', async () => {
    const vault = await vaultHolding();
    vault.instead = { status: 307, headers: { location: '/v1/secret/data/tokenwatch' } };
    await expect(secretsOf(vault, appRole).read(reference)).rejects.toMatchObject({ failure: 'unavailable' });
    expect(vault.got).toHaveLength(3);
  });

  it.each(['https://elsewhere.example.com/v1/x', '//elsewhere.example.com/x'])(
    'to %s gets no token there, and the message says how to allow it',
    async (location) => {
      const vault = await vaultHolding();
      vault.instead = { status: 307, headers: { location } };
      await expect(secretsOf(vault, appRole).read(reference)).rejects.toMatchObject({
        failure: 'login',
        message: expect.stringMatching(/points to https?:\/\/elsewhere\.example\.com, where the token was not sent/),
      });
    },
  );

  it('sends nothing to another port of the same machine', async () => {
    const vault = await vaultHolding();
    const other = await standIn(() => ({ status: 200 }));
    vault.instead = { status: 307, headers: { location: `${other.url}/v1/auth/approle/login` } };
    await expect(secretsOf(vault, appRole).read(reference)).rejects.toMatchObject({ failure: 'login' });
    expect(other.got).toEqual([]);
  });

  it('is followed to an address that the operator lists, over https alone', async () => {
    const active = await vaultStandIn({ isHttps: true });
    active.secrets.set(reference.path, { pulumi: 'made-up-token' });
    const standby = await standIn(({ url }) => ({ status: 307, headers: { location: active.url + url } }));
    const environment = { VAULT_ADDR: standby.url, VAULT_CACERT: authorityFile, ...appRole };
    const clock = handClock();
    const listed = openSecrets({ environment: { ...environment, TOKENWATCH_VAULT_REDIRECTS: active.url }, clock });
    expect((await listed.read(reference)).reveal()).toBe('made-up-token');
    const unsafe = openSecrets({ environment: { ...environment, TOKENWATCH_VAULT_REDIRECTS: standby.url }, clock });
    await expect(unsafe.read(reference)).rejects.toThrow('must list addresses such as https://');
  });
});

describe('reaching Vault', () => {
  it('goes to the namespace', async () => {
    const vault = await vaultHolding();
    vault.namespace = 'platform/security';
    expect(await readingFrom(vault, { ...appRole, VAULT_NAMESPACE: 'platform/security' })()).toBe('made-up-token');
    await expect(readingFrom(vault, { ...appRole, VAULT_NAMESPACE: 'other' })()).rejects.toThrow(
      'in the namespace other',
    );
  });

  it('trusts an authority of its own only when it is named', async () => {
    const vault = await vaultStandIn({ isHttps: true });
    vault.secrets.set(reference.path, { pulumi: 'made-up-token' });
    expect(await readingFrom(vault, { ...appRole, VAULT_CACERT: authorityFile })()).toBe('made-up-token');
    await expect(readingFrom(vault, appRole)()).rejects.toMatchObject({
      failure: 'unavailable',
      message: expect.stringMatching(/SIGNED.*VAULT_CACERT/),
    });
    await expect(readingFrom(vault, { ...appRole, VAULT_CACERT: '/nowhere.pem' })()).rejects.toThrow('ENOENT');
    const text = readFileSync(authorityFile, 'utf8');
    const asText = { ...appRole, VAULT_CACERT_BYTES: text, VAULT_CACERT: '/nowhere.pem' };
    expect(await readingFrom(vault, asText)()).toBe('made-up-token');
    await expect(readingFrom(vault, { ...appRole, VAULT_CACERT_BYTES: 'none' })()).rejects.toThrow(
      'VAULT_CACERT_BYTES',
    );
  });

  it('ends at an answer without end', async () => {
    const vault = await vaultHolding();
    vault.instead = { status: 200, body: 'x'.repeat(1_100_000) };
    await expect(readingFrom(vault, appRole)()).rejects.toThrow('its answer exceeds 1024 KiB');
  });

  it('says that nobody answers', async () => {
    const clock = handClock();
    const secrets = openSecrets({ environment: { VAULT_ADDR: 'http://127.0.0.1:9', ...appRole }, clock });
    await expect(secrets.read(reference)).rejects.toMatchObject({
      failure: 'unavailable',
      message: expect.stringContaining('Vault at http://127.0.0.1:9 could not be asked'),
    });
  });
});

describe('who Vault says we are', () => {
  it('comes with policies and the end of the login', async () => {
    const vault = await vaultHolding();
    expect(await secretsOf(vault, appRole).whoAmI(reference)).toEqual({
      name: 'approle, by the AppRole at auth/approle',
      detail: 'Its policies: default, tokenwatch; it ends in 60 minutes unless renewed.',
      tooMuch: undefined,
    });
  });

  it('warns of a root token', async () => {
    const vault = await vaultHolding();
    const endless = { renewable: false, expiresAtMs: undefined, maxAtMs: Number.POSITIVE_INFINITY };
    vault.tokens.set('vault-root', { policies: ['root'], displayName: 'root', ...endless });
    const identity = await secretsOf(vault, { VAULT_TOKEN: 'vault-root' }).whoAmI(reference);
    expect(identity).toMatchObject({ name: 'root, by VAULT_TOKEN', tooMuch: expect.stringContaining('root token') });
  });
});
