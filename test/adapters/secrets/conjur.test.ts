import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { conjurServer } from '../../../lib/adapters/secrets/conjur-login.ts';
import type { Environment } from '../../../lib/adapters/secrets/secret-store.ts';
import { openSecrets } from '../../../lib/adapters/secrets/secrets.ts';
import { type ConjurStandIn, conjurStandIn } from './conjur-stand-in.ts';
import { exampleKey } from './signature.ts';
import { authorityFile, closeStandIns, handClock } from './stand-in.ts';

afterEach(closeStandIns);

const minuteMs = 60_000;
const reference = { scheme: 'conjur', variable: 'data/tokenwatch/pulumi-token' } as const;

const conjurHolding = async (options: { readonly isHttps?: boolean } = {}): Promise<ConjurStandIn> => {
  const conjur = await conjurStandIn('', options);
  conjur.variables.set(reference.variable, 'made-up-token\n');
  return conjur;
};

const byApiKey = (conjur: ConjurStandIn): Environment => ({
  CONJUR_APPLIANCE_URL: conjur.url,
  CONJUR_ACCOUNT: conjur.account,
  CONJUR_AUTHN_LOGIN: conjur.login,
  CONJUR_AUTHN_API_KEY: conjur.apiKey,
});

/** Fresh, so that each reading asks Conjur. */
const readingFrom = (conjur: ConjurStandIn, changes: Environment = {}) => {
  const secrets = openSecrets({ environment: { ...byApiKey(conjur), ...changes }, clock: conjur.clock });
  return async () => (await secrets.read(reference, { fresh: true })).reveal();
};

describe('a token of Conjur', () => {
  it('is replaced before its eight minutes end', async () => {
    const conjur = await conjurHolding();
    const read = readingFrom(conjur);
    for (let minute = 0; minute < 20; minute += 1) {
      expect(await read()).toBe('made-up-token');
      conjur.clock.pass(minuteMs);
    }
    expect(conjur.logins).toBe(4);
    expect(conjur.got.filter(({ url }) => url.startsWith('/secrets/'))).toHaveLength(20);
  });

  it('is replaced once when Conjur refuses it before its time', async () => {
    const conjur = await conjurHolding();
    const read = readingFrom(conjur);
    await read();
    conjur.endTokens();
    expect(await read()).toBe('made-up-token');
    expect(conjur.logins).toBe(2);
  });

  it('is replaced no later where the clock was set back', async () => {
    const conjur = await conjurHolding();
    const read = readingFrom(conjur);
    await read();
    conjur.clock.pass(-3 * 60 * minuteMs);
    await read();
    expect(conjur.logins).toBe(2);
  });

  it('is put into base64 where an old server has not done so', async () => {
    const conjur = await conjurHolding();
    conjur.isOld = true;
    expect(await readingFrom(conjur)()).toBe('made-up-token');
  });
});

describe('logging in to Conjur', () => {
  it('sends the login and the id as one part of a path each', async () => {
    const conjur = await conjurHolding();
    await readingFrom(conjur)();
    expect(conjur.got.map(({ url }) => url)).toEqual([
      '/authn/acme/host%2Fdata%2Ftokenwatch%2F123456789012%2Fpoller/authenticate',
      '/secrets/acme/variable/data%2Ftokenwatch%2Fpulumi-token',
    ]);
  });

  it('works as an AWS role, without handing its key over', async () => {
    const conjur = await conjurHolding();
    const byRole = { CONJUR_AUTHN_API_KEY: undefined, CONJUR_AUTHENTICATOR_ID: 'prod', ...exampleKey };
    expect(await readingFrom(conjur, byRole)()).toBe('made-up-token');
    expect(conjur.got.map(({ body }) => body).join()).not.toContain(exampleKey.AWS_SECRET_ACCESS_KEY);
  });

  it('proves the role to the STS of a region where Conjur asks that', async () => {
    const conjur = await conjurHolding();
    conjur.stsRegion = 'eu-west-1';
    const byRole = { CONJUR_AUTHN_API_KEY: undefined, CONJUR_AUTHENTICATOR_ID: 'prod', ...exampleKey };
    expect(await readingFrom(conjur, { ...byRole, CONJUR_AWS_STS_REGION: 'eu-west-1' })()).toBe('made-up-token');
    await expect(readingFrom(conjur, byRole)()).rejects.toThrow('CONJUR_AWS_STS_REGION');
  });

  it.each([
    ['a wrong key', { CONJUR_AUTHN_API_KEY: 'other' }, 'conjur host rotate-api-key'],
    [
      'another AWS role',
      { CONJUR_AUTHENTICATOR_ID: 'prod', ...exampleKey, AWS_SECRET_ACCESS_KEY: 'other' },
      'ends in /AWS-ACCOUNT/ROLE-NAME',
    ],
    ['another authenticator', { CONJUR_AUTHENTICATOR_ID: 'authn-k8s/prod' }, 'does not know: write authn-iam/ID'],
    ['no address', { CONJUR_APPLIANCE_URL: '' }, 'CONJUR_APPLIANCE_URL is not set'],
    ['no account', { CONJUR_ACCOUNT: '' }, 'CONJUR_ACCOUNT is not set'],
    ['no login', { CONJUR_AUTHN_LOGIN: '' }, 'CONJUR_AUTHN_LOGIN is not set'],
    ['no key', { CONJUR_AUTHN_API_KEY: '' }, 'CONJUR_AUTHN_API_KEY is not set'],
    ['no certificate in the text', { CONJUR_SSL_CERTIFICATE: 'none' }, 'gives no certificate in PEM'],
  ])('fails with %s, and says what to do', async (_, changes, text) => {
    const conjur = await conjurHolding();
    await expect(readingFrom(conjur, changes)()).rejects.toMatchObject({
      failure: 'login',
      message: expect.stringContaining(text),
    });
  });
});

describe('where Conjur is', () => {
  const serverAt = (environment: Environment) =>
    conjurServer({
      environment: { CONJUR_AUTHN_LOGIN: 'host/x', ...environment },
      clock: handClock(),
      credentials: async () => ({ accessKeyId: '', secretAccessKey: '' }),
    });

  it.each([
    ['https://acme.secretsmgr.cyberark.cloud/api', 'https://acme.secretsmgr.cyberark.cloud/api'],
    ['https://acme.secretsmgr.cyberark.cloud', 'https://acme.secretsmgr.cyberark.cloud/api'],
  ])('in the cloud is below /api, in the account conjur: %s', async (url, address) => {
    expect(await serverAt({ CONJUR_APPLIANCE_URL: url })).toMatchObject({ address, account: 'conjur' });
  });

  it('on a server of one’s own is as written', async () => {
    const environment = { CONJUR_APPLIANCE_URL: 'https://conjur.example.com/', CONJUR_ACCOUNT: 'acme' };
    expect(await serverAt(environment)).toMatchObject({ address: 'https://conjur.example.com', account: 'acme' });
  });

  it('may have a certificate of one’s own authority, from a file or as text', async () => {
    const conjur = await conjurHolding({ isHttps: true });
    expect(await readingFrom(conjur, { CONJUR_CERT_FILE: authorityFile })()).toBe('made-up-token');
    const text = readFileSync(authorityFile, 'utf8');
    expect(await readingFrom(conjur, { CONJUR_SSL_CERTIFICATE: text })()).toBe('made-up-token');
    await expect(readingFrom(conjur)()).rejects.toThrow(/SIGNED.*CONJUR_CERT_FILE/);
  });
});

describe('what is wrong with a variable in Conjur', () => {
  it.each([
    [403, 'permission', 'privileges read and execute'],
    [404, 'missing', 'has no such variable in the account acme'],
    [422, 'missing', 'does not take this id'],
    [302, 'login', 'points elsewhere (302)'],
    [500, 'unavailable', 'cannot answer just now (500)'],
    [503, 'unavailable', 'cannot answer just now (503)'],
  ])('is named: %i', async (status, failure, text) => {
    const conjur = await conjurHolding();
    const read = readingFrom(conjur);
    await read();
    conjur.instead = { status, headers: { location: 'https://elsewhere.example.com/' } };
    await expect(read()).rejects.toMatchObject({ failure, message: expect.stringContaining(text) });
  });
});
