import { describe, expect, it } from '@jest/globals';
import { variableProblems } from '../../lib/config/store-variables.ts';

const problemsOf = (variables: Readonly<Record<string, string>>): readonly string[] =>
  variableProblems(variables).map(({ name, problem }) => `${name} ${problem}`);

const certificate = '-----BEGIN CERTIFICATE-----\nbWFkZS11cA==\n-----END CERTIFICATE-----\n';

describe('the variables of a function', () => {
  it('are those by which Vault and Conjur are found and logged in to as an AWS role', () => {
    expect(
      problemsOf({
        VAULT_ADDR: 'https://vault.example.com:8200',
        VAULT_NAMESPACE: 'platform',
        VAULT_CACERT_BYTES: certificate,
        TOKENWATCH_VAULT_REDIRECTS: 'https://vault-1.example.com:8200, https://vault-2.example.com:8200',
        VAULT_AWS_ROLE: 'tokenwatch',
        VAULT_AWS_PATH: 'aws',
        VAULT_AWS_SERVER_ID: 'vault.example.com',
        VAULT_AWS_STS_REGION: 'eu-west-1',
        CONJUR_APPLIANCE_URL: 'https://conjur.example.com',
        CONJUR_ACCOUNT: 'acme',
        CONJUR_AUTHN_LOGIN: 'host/data/tokenwatch',
        CONJUR_AUTHENTICATOR_ID: 'authn-iam/prod',
        CONJUR_AWS_STS_REGION: 'us-gov-west-1',
        CONJUR_SSL_CERTIFICATE: certificate,
      }),
    ).toEqual([]);
  });

  it.each(['VAULT_TOKEN', 'VAULT_SECRET_ID', 'VAULT_ROLE_ID', 'CONJUR_AUTHN_API_KEY'])(
    'are no place for %s, which logs in by itself',
    (name) => {
      expect(problemsOf({ [name]: 'made-up' })).toEqual([
        `${name} holds what logs in by itself, which everybody who may look at the function would read: log in as an AWS role instead`,
      ]);
    },
  );

  it.each([
    ['VAULT_CACERT', 'VAULT_CACERT_BYTES'],
    ['CONJUR_CERT_FILE', 'CONJUR_SSL_CERTIFICATE'],
    ['VAULT_SECRET_ID_FILE', 'VAULT_AWS_ROLE'],
  ])('are no place for %s, which names a file that no function has', (name, instead) => {
    const [problem] = problemsOf({ [name]: '/etc/ca.pem' });
    expect(problem).toMatch(new RegExp(`^${name} names a file, and a function has none: .*${instead}$`));
  });

  it.each([
    ['VAULT_ADDR', 'http://vault.example.com:8200', 'is no https address'],
    ['VAULT_ADDR', 'vault.example.com', 'is no https address'],
    ['CONJUR_APPLIANCE_URL', 'http://127.0.0.1:8080', 'is no https address'],
    ['TOKENWATCH_VAULT_REDIRECTS', 'https://vault-1.example.com http://vault-2.example.com', 'is no https address'],
    ['VAULT_CACERT_BYTES', '/etc/ca.pem', 'is no certificate in PEM'],
    ['VAULT_AWS_STS_REGION', 'Frankfurt', 'write an AWS region'],
    ['CONJUR_AUTHN_LOGIN', 'tokenwatch', 'is no host'],
    ['CONJUR_AUTHN_LOGIN', 'host/data/tokenwatch/123456789012/poller', 'leave both out'],
    ['VAULT_NAMESPACE', ' ', 'is blank'],
    ['TOKENWATCH_FOO', '1', "is no variable that a function's secret store reads: write VAULT_ADDR, "],
    ['VAULT_SKIP_VERIFY', 'true', 'is no variable'],
    ['toString', 'x', 'is no variable'],
  ])('are told what to write instead of %s=%j', (name, value, problem) => {
    expect(problemsOf({ [name]: value }).join()).toContain(problem);
  });
});
