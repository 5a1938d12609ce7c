import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { type App, type Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { appWith, deployed, deployedFrom, settingsWith } from './deployed.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What CDK and cdk-nag say of an app: synthesis throws what they object to. */
const checked = (app: App): void => {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
};

describe('the stack', () => {
  it('has nothing that CDK or cdk-nag objects to without an answer', () => {
    const { app } = appWith([settingsWith()], { isValidated: true });
    expect(() => checked(app)).not.toThrow();
  });

  it('would be objected to with a queue that takes messages without TLS', () => {
    const { app, stacks } = appWith([settingsWith()]);
    for (const stack of stacks) new Queue(stack, 'Open');
    expect(() => checked(app)).toThrow('AwsSolutions-SQS4');
  });

  it('needs no function of CDK’s own', () => {
    const stack = deployed();
    expect(stack.resources.filter(({ Type }) => Type.startsWith('Custom::'))).toEqual([]);
    expect(stack.all('AWS::Lambda::Function')).toHaveLength(5);
  });

  it('fits any account, region and partition', () => {
    const text = JSON.stringify(deployed({ aws: {} }).resources);
    expect(text).not.toMatch(/arn:aws[a-z-]*:|amazonaws\.com[^"]*\/|\b(?:eu|us)-[a-z]+-\d/);
  });

  it('calls the outputs of a source by its name, and never two alike', () => {
    const outputsOf = (...organizations: readonly string[]) => {
      const token = 'aws-sm:tokenwatch/pulumi#token';
      const sources = organizations.map((organization) => ({ pulumi: { organization, token } }));
      const [stack] = appWith([settingsWith({ sources })]).stacks;
      return Object.keys(Template.fromStack(stack as Stack).findOutputs('*')).filter((name) => name.startsWith('Poll'));
    };
    expect(outputsOf('acme-dev')).toEqual([
      'PollpulumiacmedevFunction',
      'PollpulumiacmedevLogs',
      'PollpulumiacmedevRole',
    ]);
    const both = outputsOf('acme-dev', 'acmedev', 'acme');
    expect(new Set(both).size).toBe(9);
    expect(both.filter((name) => /^Pollpulumiacmedev[0-9a-f]{6}Role$/.test(name))).toHaveLength(2);
    // Whatever else is watched, and in whatever order.
    expect(new Set(outputsOf('acmedev', 'acme-dev'))).toEqual(new Set(both.filter((name) => name.includes('dev'))));
    expect(both).toContain('PollpulumiacmeRole');
  });

  it('has a dashboard unless the settings want none', () => {
    expect(deployed().all('AWS::CloudWatch::Dashboard')).toHaveLength(1);
    expect(deployed({ aws: { dashboard: false } }).all('AWS::CloudWatch::Dashboard')).toEqual([]);
  });

  it('lies in the account and region that the settings name', () => {
    const [stack] = appWith([settingsWith({ aws: { account: '111122223333', region: 'eu-west-1' } })]).stacks;
    expect(stack).toMatchObject({ account: '111122223333', region: 'eu-west-1' });
  });

  it('can lie beside another in the same account: no name of one is a name of the other', () => {
    const named = (name: string): readonly string[] =>
      deployedFrom(settingsWith({ aws: { stack: name } })).resources.flatMap(({ Type, Properties }) =>
        Object.entries(Properties ?? {})
          .filter(([key, value]) => /Name$/.test(key) && key !== 'EventSourceName' && typeof value === 'string')
          .filter(([key]) => /^(?:AlarmName|LogGroupName|Name|GroupName|DashboardName|PolicyName)$/.test(key))
          // The bus has the name that Scalr gives it; a policy's name is its role's affair.
          .filter(() => !['AWS::Events::EventBus', 'AWS::IAM::Policy'].includes(Type))
          .map(([, value]) => `${Type} ${value}`),
      );
    const other = new Set(named('tokenwatch-test'));
    expect(named('tokenwatch').filter((name) => other.has(name))).toEqual([]);
    expect(other.size).toBeGreaterThan(20);
  });

  it('has room for as many sources as the settings may name', () => {
    const sources = Array.from({ length: 20 }, (_, at) => {
      const account = `acme-organization-with-a-rather-long-name-${at}`;
      return { scalr: { account, eventSource: `aws.partner/scalr.com/${account}/audit` } };
    });
    const stack = deployed({ sources });
    // Limits of CloudFormation and of CloudWatch Logs.
    expect(stack.resources.length).toBeLessThan(500);
    const policies = stack.all('AWS::Logs::ResourcePolicy').map(({ Properties }) => JSON.stringify(Properties));
    expect(policies.length).toBeLessThan(10);
    for (const policy of policies) expect(policy.length).toBeLessThan(5_120);
  });

  it('carries the operator’s tags', () => {
    const table = deployed({ aws: { tags: { team: 'platform' } } }).one('State', 'AWS::DynamoDB::Table');
    expect(table.Properties.Tags).toEqual([{ Key: 'team', Value: 'platform' }]);
  });
});

describe('the door', () => {
  it('tells all that is wrong with the settings together, without a stack trace', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tokenwatch-'));
    try {
      const file = join(folder, 'wrong.json');
      writeFileSync(file, '{"sources":[{"pulumi":{"organization":"acme"}},{"scalr":{"account":"acme"}}]}');
      const { status, stderr } = spawnSync(process.execPath, ['bin/app.ts'], {
        cwd: root,
        encoding: 'utf8',
        env: {
          ...process.env,
          NODE_OPTIONS: '',
          CDK_OUTDIR: folder,
          CDK_CONTEXT_JSON: JSON.stringify({ settings: file }),
        },
      });
      expect(status).toBe(1);
      expect(stderr).toContain('sources.0.pulumi.token: is on your own machine');
      expect(stderr).toContain('sources.1.scalr.eventSource: is missing');
      expect(stderr).toContain('alerts: tell nobody');
      expect(stderr).not.toMatch(/^\s+at /m);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
