import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { awsStandIn } from '../adapters/secrets/aws-stand-in.ts';
import { exampleKey } from '../adapters/secrets/signature.ts';
import { closeStandIns, standIn } from '../adapters/secrets/stand-in.ts';
import { vaultStandIn } from '../adapters/secrets/vault-stand-in.ts';
import { emptyFolder, run } from './test-world.ts';

afterEach(closeStandIns);

type Line = { readonly check: string; readonly outcome: string; readonly detail: string; readonly fix: string | null };

/** Of doctor for acme, whose token is there; nobody answers for Pulumi Cloud. */
const checksWith = async (token: string, environment: Readonly<Record<string, string>>) => {
  const folder = emptyFolder();
  const source = { pulumi: { organization: 'acme', token, baseUrl: 'http://127.0.0.1:9' } };
  writeFileSync(join(folder, 'tokenwatch.json'), JSON.stringify({ sources: [source] }));
  // Its four tries wait on the clock, which does not wait here.
  let nowMs = Date.parse('2026-03-14T02:10:00Z');
  const clock = {
    nowMs: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms;
    },
  };
  const ran = await run(['doctor', '--json'], { cwd: folder, homeFolder: folder, environment, clock });
  const lines: readonly Line[] = ran.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { ...ran, checks: lines.filter(({ check }) => check.startsWith('pulumi:acme secret')) };
};

describe('doctor about secrets', () => {
  it('says who the store takes us for', async () => {
    const aws = await awsStandIn();
    aws.secrets.set('tokenwatch/pulumi AWSCURRENT', { SecretString: '{"token":"pul-made-up"}' });
    const environment = { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: aws.url, ...exampleKey };
    const { checks, stdout } = await checksWith('aws-sm:tokenwatch/pulumi#token', environment);
    expect(checks).toMatchObject([
      { check: 'pulumi:acme secret', outcome: 'ok', detail: 'aws-sm:tokenwatch/pulumi#token holds one.' },
      {
        check: 'pulumi:acme secret store',
        outcome: 'ok',
        detail: 'Logged in as arn:aws:sts::123456789012:assumed-role/tokenwatch/poller.',
      },
    ]);
    expect(stdout).not.toContain('pul-made-up');
  });

  it('says what a secret lacks, and still who we are, so that a person knows whom to permit', async () => {
    const vault = await vaultStandIn();
    const environment = { VAULT_ADDR: vault.url, VAULT_TOKEN: 'vault-token-of-alice' };
    const { checks, code } = await checksWith('vault:secret/tokenwatch#pulumi', environment);
    expect(checks).toMatchObject([
      {
        outcome: 'failed',
        detail: expect.stringContaining('has no such secret'),
        fix: expect.stringContaining('docs/secrets.md'),
      },
      { outcome: 'ok', detail: expect.stringContaining('Logged in as token-alice, by VAULT_TOKEN.') },
    ]);
    expect(code).toBe(3);
  });

  it('warns of a file that others may read', async () => {
    const folder = emptyFolder();
    const path = join(folder, 'token');
    writeFileSync(path, 'pul-made-up\n', { mode: 0o644 });
    const { checks } = await checksWith(`file:${path}`, {});
    expect(checks).toMatchObject([
      { check: 'pulumi:acme secret', outcome: 'ok' },
      { check: 'pulumi:acme secret file', outcome: 'warning', fix: expect.stringContaining('chmod 400') },
    ]);
  });

  describe('of Slack', () => {
    const webhookChecks = async (address: string | undefined) => {
      const folder = emptyFolder();
      const sources = [{ pulumi: { organization: 'acme', baseUrl: 'http://127.0.0.1:9' } }];
      writeFileSync(
        join(folder, 'tokenwatch.json'),
        JSON.stringify({ sources, alerts: { slack: 'env:SLACK_WEBHOOK' } }),
      );
      const environment = { ...(address !== undefined && { SLACK_WEBHOOK: address }) };
      const { stdout } = await run(['doctor', '--json'], { cwd: folder, homeFolder: folder, environment });
      const lines: readonly Line[] = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      return { checks: lines.filter(({ check }) => check.startsWith('slack')), stdout };
    };

    it('says that the webhook is there and looks like one, and sends nothing', async () => {
      const sent: string[] = [];
      const slack = await standIn(({ url }) => {
        sent.push(url);
        return { status: 200, body: 'ok' };
      });
      const { checks, stdout } = await webhookChecks(`${slack.url}/services/marked-value`);
      expect(checks).toMatchObject([{ check: 'slack secret', outcome: 'ok' }]);
      expect(stdout).not.toContain('marked-value');
      expect(sent).toEqual([]);
    });

    it.each([
      [undefined, 'env:SLACK_WEBHOOK is not there'],
      ['https://example.com/marked-value', 'points to a host that is not Slack'],
      ['https://hooks.slack.com/marked-value', 'is of Slack, but of no incoming webhook'],
    ])('fails before an alert would: %s', async (address, detail) => {
      const { checks, stdout } = await webhookChecks(address);
      expect(checks).toMatchObject([
        { check: 'slack secret', outcome: 'failed', detail: expect.stringContaining(detail) },
      ]);
      expect(stdout).not.toContain('marked-value');
    });
  });

  it('warns of tokens in the history of a shell, without showing them', async () => {
    const homeFolder = emptyFolder();
    const token = `pul-${'0'.repeat(40)}`;
    mkdirSync(join(homeFolder, '.config'));
    writeFileSync(join(homeFolder, '.bash_history'), `export PULUMI_ACCESS_TOKEN=${token}\n`);
    const { stdout, code } = await run(['doctor'], { homeFolder });
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'warning shell history: Something that looks like an access token or a webhook stands in 1 line of ~/.bash_history.',
    );
    expect(stdout).not.toContain(token);
    expect(code).toBe(0);
  });
});
