import { describe, expect, it } from '@jest/globals';
import { deployable, parseDeployable } from '../../lib/config/deployable.ts';
import { parseSettings, SettingsError } from '../../lib/config/settings.ts';

/** What a settings file says of Scalr, of those who are told, and of AWS. */

const file = 'tokenwatch.json';
const settingsOf = (written: object) => parseSettings(JSON.stringify(written), file);

/** `path: text` of each problem. */
const problemsFrom = (work: () => unknown): readonly string[] => {
  try {
    work();
  } catch (error) {
    if (error instanceof SettingsError) return error.problems.map(({ path, text }) => `${path}: ${text}`);
    throw error;
  }
  return [];
};
const problemsOf = (written: object): readonly string[] => problemsFrom(() => settingsOf(written));
const problemsInAws = (written: object): readonly string[] => problemsFrom(() => deployable(settingsOf(written), file));

const pulumi = { pulumi: { organization: 'acme', token: 'aws-sm:tokenwatch/pulumi#token' } };
const scalr = { scalr: { account: 'acme', eventSource: 'aws.partner/scalr.com/acme/audit' } };
const alerts = { email: ['security@example.com'] };

describe('a Scalr account in the settings', () => {
  it('has its API at the account’s own address, and needs no token', () => {
    expect(settingsOf({ sources: [scalr] }).sources).toEqual([
      {
        kind: 'scalr',
        name: 'scalr:acme',
        account: 'acme',
        token: undefined,
        baseUrl: 'https://acme.scalr.io',
        eventSource: 'aws.partner/scalr.com/acme/audit',
        logGroup: undefined,
      },
    ]);
  });

  it('may lie beside a Pulumi organization of the same name', () => {
    expect(settingsOf({ sources: [pulumi, scalr] }).sources.map(({ name }) => name)).toEqual([
      'pulumi:acme',
      'scalr:acme',
    ]);
  });

  it('is there once', () => {
    expect(problemsOf({ sources: [scalr, { scalr: { account: 'ACME' } }] })).toEqual([
      'sources.1.scalr.account: is the same account as sources.0: remove one',
    ]);
  });

  it.each([
    ['account', 'acme.scalr.io', "write the account's name as in its address https://NAME.scalr.io, such as acme"],
    ['account', '', "is blank: write the account's name as in its address https://NAME.scalr.io, such as acme"],
    [
      'eventSource',
      'aws.partner/auth0.com/acme',
      'write the event source name that Scalr shows for its EventBridge integration, such as aws.partner/scalr.com/acme/audit',
    ],
    ['logGroup', 'a group', 'write the name of a CloudWatch Logs group, such as /aws/events/tokenwatch/scalr-acme'],
    [
      'baseUrl',
      'http://acme.scalr.io',
      'sends the token unencrypted: write https:// (http:// is for this machine only)',
    ],
    ['acount', 'acme', 'is no setting: write account, or remove it'],
  ])('says what to write where its %s is %p', (key, value, advice) => {
    expect(problemsOf({ sources: [{ scalr: { account: 'acme', [key]: value } }] })).toEqual([
      `sources.0.scalr.${key}: ${advice}`,
    ]);
  });
});

describe('who is told', () => {
  it('is nobody by default, and whoever is written', () => {
    const written = {
      email: ['security@example.com'],
      slack: 'aws-sm:tokenwatch/slack#webhook',
      timeZone: 'Europe/Berlin',
    };
    expect(settingsOf({ sources: [pulumi] }).alerts).toEqual({ email: [], slack: undefined, timeZone: undefined });
    expect(settingsOf({ sources: [pulumi], alerts: written }).alerts).toEqual({
      email: ['security@example.com'],
      slack: { scheme: 'aws-sm', id: 'tokenwatch/slack', stage: undefined, field: 'webhook' },
      timeZone: 'Europe/Berlin',
    });
  });

  it('says what to write instead', () => {
    expect(problemsOf({ sources: [pulumi], alerts: { email: ['security'], slak: 'x' } })).toEqual([
      'alerts.email.0: write an e-mail address, such as security@example.com',
      'alerts.slak: is no setting: write slack, or remove it',
    ]);
    for (const timeZone of ['Berlin', '+01:00', 7])
      expect(problemsOf({ sources: [pulumi], alerts: { timeZone } })).toEqual([
        'alerts.timeZone: write a time zone by its IANA name, such as "Europe/Berlin"',
      ]);
  });
});

describe('how it lies in AWS', () => {
  it('takes what is written', () => {
    const aws = {
      stack: 'audit',
      account: '111122223333',
      region: 'eu-west-1',
      stateTable: 'tokenwatch-restored',
      dashboard: false,
      logDays: 90,
      archiveDays: 731,
      digestHour: 0,
      environment: { VAULT_ADDR: 'https://vault.example.com:8200' },
      secretKeys: ['arn:aws:kms:eu-west-1:111122223333:key/0123abcd'],
      tags: { team: 'platform' },
    };
    expect(settingsOf({ sources: [pulumi], aws }).aws).toEqual(aws);
  });

  it.each([
    [
      { stack: '1st' },
      'aws.stack: write a name of letters, digits and -, beginning with a letter, at most 32, such as tokenwatch',
    ],
    [{ account: '1234' }, 'aws.account: write the twelve digits of an AWS account, in quotes, such as "111122223333"'],
    [{ region: 'Frankfurt' }, 'aws.region: write an AWS region, such as eu-west-1'],
    [{ stateTable: 'a table' }, 'aws.stateTable: write the name of a DynamoDB table, such as tokenwatch-restored'],
    [{ dashboard: 'no' }, 'aws.dashboard: write true or false'],
    [{ digestHour: 24 }, 'aws.digestHour: write the hour (UTC) of the daily digest, from 0 to 23, such as 7'],
    [{ regoin: 'eu-west-1' }, 'aws.regoin: is no setting: write region, or remove it'],
    [
      { environment: { VAULT_TOKEN: 'x' } },
      'aws.environment.VAULT_TOKEN: holds what logs in by itself, which everybody who may look at the function would read: log in as an AWS role instead',
    ],
    [
      { environment: { VAULT_CACERT: '/etc/ca.pem' } },
      'aws.environment.VAULT_CACERT: names a file, and a function has none: put its text into VAULT_CACERT_BYTES',
    ],
    [{ environment: { VAULT_ADDR: 8200 } }, 'aws.environment.VAULT_ADDR: write the text of a variable, in quotes'],
  ])('says what to write instead of %p', (aws, problem) => {
    expect(problemsOf({ sources: [pulumi], aws })).toEqual([problem]);
  });

  it('has a table of its own and a dashboard where nobody says otherwise', () => {
    expect(settingsOf({ sources: [pulumi] }).aws).toMatchObject({ stateTable: undefined, dashboard: true });
  });

  it('keeps logs only as long as CloudWatch can', () => {
    const [problem] = problemsOf({ sources: [pulumi], aws: { logDays: 31 } });
    expect(problem).toMatch(
      /^aws\.logDays: write a number of days that CloudWatch Logs can keep: 1, 3, 5, 7, 14, 30, /,
    );
  });
});

describe('settings for AWS', () => {
  it('are the same settings, where all of them work there', () => {
    const written = { sources: [pulumi, scalr], alerts };
    expect(deployable(settingsOf(written), file)).toEqual(settingsOf(written));
  });

  it('are refused, all problems together, where a function could not reach a secret or nobody would be told', () => {
    const sources = [{ pulumi: { organization: 'acme' } }, { scalr: { account: 'acme', token: 'file:/run/token' } }];
    const unreachable =
      'is on your own machine, where a function in AWS cannot read it: keep it in a store, such as aws-sm:tokenwatch/pulumi#token';
    expect(problemsInAws({ sources })).toEqual([
      `sources.0.pulumi.token: ${unreachable}`,
      `sources.1.scalr.token: ${unreachable}`,
      'sources.1.scalr.eventSource: is missing: write the event source name that Scalr shows, such as aws.partner/scalr.com/acme/audit, or the logGroup that somebody else fills',
      'alerts: tell nobody: write { "email": ["security@example.com"] }, slack, or both',
    ]);
    expect(problemsInAws({ sources: [pulumi], alerts: { slack: 'env:SLACK_WEBHOOK' } })).toEqual([
      `alerts.slack: ${unreachable}`,
    ]);
  });

  it('are refused with what is wrong anywhere and what is wrong in AWS told together', () => {
    const written = {
      sources: [{ pulumi: { organization: 'acme' } }, { pulumi: { organisation: 'labs' } }],
      pollMinutes: 'x',
      alerts: { email: ['a@example.com', 'A@example.com'] },
      networks: { mmdb: ['/nope.mmdb'] },
    };
    const files = (mmdbPaths: readonly string[]) =>
      mmdbPaths.map((path, at) => ({ path: `networks.mmdb.${at}`, text: `${path} is missing` }));
    const problems = problemsFrom(() => parseDeployable(JSON.stringify(written), file, files));
    expect(problems).toEqual([
      expect.stringMatching(/^sources\.1\.pulumi\.organization: /),
      'sources.1.pulumi.organisation: is no setting: write organization, or remove it',
      expect.stringMatching(/^pollMinutes: is a text: write a whole number/),
      expect.stringMatching(/^sources\.0\.pulumi\.token: is on your own machine/),
      'alerts.email.1: is the same address as alerts.email.0: remove one',
      'networks.mmdb.0: /nope.mmdb is missing',
    ]);
  });

  it.each(['', '[]', 'null', '{"sources": '])('are refused as anywhere where the file holds %p', (text) => {
    expect(problemsFrom(() => parseDeployable(text, file))).toHaveLength(1);
  });

  it('name each e-mail address once, each event source and each group of the stack once', () => {
    expect(
      problemsInAws({ sources: [pulumi], alerts: { email: ['a@example.com', 'b@example.com', 'a@example.com'] } }),
    ).toEqual(['alerts.email.2: is the same address as alerts.email.0: remove one']);
    const logGroup = '/aws/events/tokenwatch/scalr';
    const two = ['acme', 'labs'].map((account) => ({ scalr: { ...scalr.scalr, account, logGroup } }));
    expect(problemsInAws({ sources: two, alerts })).toEqual([
      'sources.1.scalr.eventSource: is the same as that of sources.0: each account has its own',
      'sources.1.scalr.logGroup: is the same as that of sources.0: each account has its own',
    ]);
  });

  it('may name the group that the stack makes, under /aws/events/', () => {
    const named = (logGroup: string) => ({ sources: [{ scalr: { ...scalr.scalr, logGroup } }], alerts });
    expect(problemsInAws(named('/aws/events/tokenwatch/scalr-acme'))).toEqual([]);
    expect(problemsInAws(named('/elsewhere/scalr'))).toEqual([
      expect.stringMatching(/^sources\.0\.scalr\.logGroup: is what the stack calls the group that it makes/),
    ]);
  });

  it('say where Vault and Conjur are, and as whom to log in, if a secret is there', () => {
    const inVault = { pulumi: { organization: 'acme', token: 'vault:secret/tokenwatch#pulumi' } };
    const slack = { slack: 'conjur:tokenwatch/slack' };
    expect(problemsInAws({ sources: [inVault], alerts: slack })).toEqual([
      'aws.environment.VAULT_ADDR: is missing, and sources.0.pulumi.token needs it: write it, such as "https://vault.example.com:8200"',
      'aws.environment.VAULT_AWS_ROLE: is missing, and sources.0.pulumi.token needs it: write it, such as "tokenwatch"',
      'aws.environment.CONJUR_APPLIANCE_URL: is missing, and alerts.slack needs it: write it, such as "https://conjur.example.com"',
      'aws.environment.CONJUR_AUTHENTICATOR_ID: is missing, and alerts.slack needs it: write it, such as "authn-iam/tokenwatch"',
      'aws.environment.CONJUR_AUTHN_LOGIN: is missing, and alerts.slack needs it: write it, such as "host/data/tokenwatch"',
    ]);
    const environment = { VAULT_ADDR: 'https://vault.example.com:8200', VAULT_AWS_ROLE: 'tokenwatch' };
    expect(problemsInAws({ sources: [inVault], alerts, aws: { environment } })).toEqual([]);
  });

  it('have tags that AWS takes', () => {
    const tags = { team: 'platform', '': 'x', 'aws:x': 'y', 'cost centre': 'a;b' };
    expect(problemsInAws({ sources: [pulumi], alerts, aws: { tags } })).toEqual([
      'aws.tags: the tag at place 2 has a blank name: write one, such as team',
      'aws.tags: the tag at place 3 has a name that begins with aws:, which is for AWS: write another',
      'aws.tags: the tag at place 4 holds a character that AWS takes in no tag: write letters, digits, blanks and _ . : / = + - @',
    ]);
  });
});
