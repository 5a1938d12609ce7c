/**
 * Every secret of a deployment, each of which could be found anywhere, and every output searched for it: what the functions
 * print, measure, keep, archive, publish and post, while each server that they ask, one after the other, refuses and
 * repeats what it was sent. The functions are the bundles that a deployment makes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseDeployable } from '../../lib/config/deployable.ts';
import { deployedText } from '../../lib/config/deployed-settings.ts';
import { auditEnvelope } from '../../lib/simulator/scalr-audit-log.ts';
import { type Cloud, cloudStandIn, type Service } from './aws-stand-in.ts';
import { bundleInto, type Door, type FunctionProcess, startFunction } from './function-process.ts';
import { echoesOf, guisesOf } from './guises.ts';

/** None looks like a token of anybody's, so that none is hidden for its look. */
const planted = {
  'the Pulumi token': 'marked-one-5e1f0c7a94d2b8',
  'the Scalr token': 'marked-two-b03d77e1c45a96',
  'the address of the webhook': 'T0MARKED1/B0MARKED2/three8c1e5d90f27ab4',
  'the Vault token': 'marked-four-1d9c6b2e80f7a3',
  'the secret id for Vault': 'marked-five-77a0e3c91b5d24',
  'the API key for Conjur': 'marked-six-e84b2f06d19ca7',
  'the token of Conjur': 'marked-seven-30fb95c8e7d216',
  'the key of AWS': 'marked/eight+c7e52a90b1f4d863',
  'the session token of AWS': 'marked-nine-a9157fe0c3b8d2',
} as const;

const ids = { pulumi: 'tokenwatch/pulumi', baseUrl: 'https://api.example.com' };

/** Of the last quarter of an hour, so that it is news; removing the log's export is told always. */
const tampering = {
  timestamp: Math.floor(Date.now() / 1_000) - 120,
  sourceIP: '192.0.2.7',
  event: 'audit-log-export-config-deleted',
  description: 'Deleted the export of the audit log',
  user: { name: 'ana', githubLogin: 'ana' },
  tokenID: 'af4e5de7-0259-41a7-879f-dacbc2469b44',
  tokenName: 'ci-deploy',
};

let cloud: Cloud;
let settings: string;
const folder = mkdtempSync(join(tmpdir(), 'tokenwatch-functions-'));
const functions: FunctionProcess[] = [];
const outcomes: (readonly [door: Door, service: Service | 'none', outcome: 'done' | 'failed'])[] = [];

const settingsFor = (url: string): string => {
  const text = {
    sources: [
      { pulumi: { organization: 'acme', token: `aws-sm:${ids.pulumi}#token`, baseUrl: ids.baseUrl } },
      { scalr: { account: 'acme', token: 'vault:secret/scalr#token', logGroup: '/aws/events/scalr' } },
    ],
    // Read in a moment at the pace that is kept towards a vendor.
    backfillDays: 1,
    alerts: { slack: 'conjur:data/tokenwatch/webhook' },
    aws: {
      environment: {
        VAULT_ADDR: 'https://vault.example.com',
        VAULT_AWS_ROLE: 'tokenwatch',
        CONJUR_APPLIANCE_URL: 'https://conjur.example.com',
        CONJUR_AUTHENTICATOR_ID: 'authn-iam/tokenwatch',
        CONJUR_AUTHN_LOGIN: 'host/data/tokenwatch',
        CONJUR_ACCOUNT: 'acme',
      },
    },
  };
  return deployedText(parseDeployable(JSON.stringify(text), 'tokenwatch.json')).replaceAll(
    /https:\/\/(?:api\.example\.com|acme\.scalr\.io)/g,
    url,
  );
};

/** What the stack would set, and logins that need no other company than this machine. */
const variables = (url: string): Readonly<Record<string, string>> => ({
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: planted['the key of AWS'],
  AWS_SESSION_TOKEN: planted['the session token of AWS'],
  AWS_ENDPOINT_URL: url,
  AWS_MAX_ATTEMPTS: '1',
  STATE_TABLE: 'state',
  ARCHIVE_GROUP: '/tokenwatch/archive',
  ALERT_TOPIC: 'arn:aws:sns:eu-west-1:111122223333:alerts',
  METRICS_NAMESPACE: 'tokenwatch/tokenwatch',
  VAULT_ADDR: url,
  VAULT_ROLE_ID: 'tokenwatch',
  VAULT_SECRET_ID: planted['the secret id for Vault'],
  CONJUR_APPLIANCE_URL: url,
  CONJUR_ACCOUNT: 'acme',
  CONJUR_AUTHN_LOGIN: 'host/data/tokenwatch',
  CONJUR_AUTHN_API_KEY: planted['the API key for Conjur'],
});

type Refusals = readonly (readonly [service: Service, ...statuses: readonly number[]])[];

/** Texts of AWS's own errors stay with them as causes, for whoever debugs; nobody prints those, Lambda neither. */
const toldInOurWords: ReadonlySet<Service> = new Set<Service>([
  'secrets-manager',
  'pulumi',
  'scalr',
  'vault',
  'conjur',
  'slack',
]);

/** Those that know a secret already are asked after those that are to give it. */
const invokeAll = async (door: Door, refusals: Refusals, { source = '', event = {} } = {}): Promise<void> => {
  const started = await startFunction(join(folder, door), {
    ...variables(cloud.url),
    ...(source !== '' && { SOURCE: source }),
  });
  functions.push(started);
  for (const [service, ...statuses] of refusals)
    for (const status of statuses) {
      cloud.refuse({ service, status });
      outcomes.push([door, service, await started.invoke(event, { isToldWhole: toldInOurWords.has(service) })]);
    }
  cloud.refuse(undefined);
  outcomes.push([door, 'none', await started.invoke(event)]);
};

const notice = {
  Records: [{ Sns: { MessageId: 'm1', Subject: 'A notice', Message: 'Something happened.' } }],
};

beforeAll(async () => {
  cloud = await cloudStandIn({
    secrets: { [ids.pulumi]: JSON.stringify({ token: planted['the Pulumi token'] }) },
    vault: { token: planted['the Vault token'], secret: planted['the Scalr token'] },
    conjur: {
      token: planted['the token of Conjur'],
      secret: (url) => `${url}/services/${planted['the address of the webhook']}`,
    },
    auditLogEvents: [tampering],
    logLines: [
      auditEnvelope({
        atMs: Date.now() - 90_000,
        action: 'create-run',
        ip: '192.0.2.7',
        email: 'ci@acme.scalr.io',
        lastCharacters: 'aB3_x9',
        requestId: 'r1',
      }),
      'no event at all',
    ],
  });
  settings = settingsFor(cloud.url);
  await bundleInto(folder, settings);
  await invokeAll(
    'poll',
    [
      ['secrets-manager', 400, 403],
      ['table', 400],
      ['archive', 400],
      ['topic', 403],
      ['pulumi', 400, 401, 403, 404, 418],
    ],
    { source: 'pulumi:acme' },
  );
  await invokeAll(
    'poll',
    [
      ['vault', 400, 403, 500],
      ['log-group', 400],
    ],
    { source: 'scalr:acme' },
  );
  // Its API is asked once in some minutes: each refusal needs a start of its own.
  for (const status of [400, 401, 403]) await invokeAll('poll', [['scalr', status]], { source: 'scalr:acme' });
  await invokeAll('digest', [
    ['table', 400],
    ['topic', 403],
  ]);
  await invokeAll(
    'notify-slack',
    [
      ['conjur', 401, 403, 500],
      ['slack', 400, 403, 404],
    ],
    { event: notice },
  );
}, 240_000);

afterAll(async () => {
  for (const each of functions) await each.end();
  await cloud?.close();
  rmSync(folder, { recursive: true, force: true });
});

const outputs = (): readonly (readonly [what: string, text: string])[] => [
  ['settings', settings],
  ...functions.map((each, nth) => [`log ${nth}`, each.printed()] as const),
  ...cloud.kept.map(({ service, text }) => [service, text] as const),
];

describe('a deployment', () => {
  it('asks everybody, works where all is well, and fails where it is refused what it needs', () => {
    expect(outcomes.filter(([, service, outcome]) => service === 'none' && outcome !== 'done')).toEqual([]);
    for (const service of ['secrets-manager', 'table', 'pulumi', 'log-group', 'conjur', 'slack'] as const) {
      expect([service, outcomes.filter((each) => each[1] === service && each[2] === 'failed').length]).not.toEqual([
        service,
        0,
      ]);
    }
    expect([...cloud.asked.keys()].toSorted()).toEqual([
      'archive',
      'conjur',
      'log-group',
      'pulumi',
      'scalr',
      'secrets-manager',
      'slack',
      'table',
      'topic',
      'vault',
    ]);
    // There is something to search: an alert in the topic and the archive, measures and failures in the logs.
    expect(cloud.kept.filter(({ service }) => service === 'topic').length).toBeGreaterThan(1);
    expect(cloud.kept.some(({ service, text }) => service === 'archive' && text.includes('ci-deploy'))).toBe(true);
    expect(cloud.kept.some(({ service }) => service === 'slack')).toBe(true);
    expect(functions.filter((each) => !/"_aws"|Error/.test(each.printed()))).toEqual([]);
  });

  it.each(Object.entries(planted))('shows in none of its outputs, in no guise, %s', (_, secret) => {
    const found = outputs().flatMap(([what, text]) =>
      guisesOf(secret).flatMap((guise) => {
        const at = text.indexOf(guise);
        return at < 0 ? [] : [`${what}: ${text.slice(Math.max(0, at - 200), at + 100)}`];
      }),
    );
    expect(found).toEqual([]);
  });

  it('would show it in every guise, were it printed', () => {
    for (const secret of Object.values(planted))
      for (const sent of [secret, `token ${secret}`, `{"a":"${secret}"}`, `token: ${secret};`]) {
        const shown = echoesOf(sent).join(' ');
        expect(guisesOf(secret).filter((guise) => shown.includes(guise)).length).toBeGreaterThanOrEqual(5);
      }
  });
});
