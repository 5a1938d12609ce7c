import { describe, expect, it } from '@jest/globals';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { partitionOf, sourcesPartition } from '../../lib/adapters/state/dynamodb-items.ts';
import { appWith, deployed, type Statement, settingsWith, statementsOf, textOf } from './deployed.ts';

const stack = deployed();

const allowed = (path: string, action: string): readonly Statement[] =>
  stack.statements(path).filter(({ actions }) => actions.includes(action));

const secretsOf = (path: string): readonly string[] =>
  allowed(path, 'secretsmanager:GetSecretValue').flatMap(({ resources }) => resources);

const secretNamed = (name: string): string =>
  `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${name}-??????`;

describe('a poller', () => {
  it('may read its own secret and no other', () => {
    expect(secretsOf('Poll-pulumi-acme')).toEqual([secretNamed('tokenwatch/pulumi')]);
    expect(secretsOf('Poll-scalr-acme')).toEqual([secretNamed('tokenwatch/scalr')]);
  });

  it('may read no secret of AWS where its token is in Vault, and is told where Vault is', () => {
    expect(secretsOf('Poll-pulumi-acme-labs')).toEqual([]);
    expect(stack.one('Poll-pulumi-acme-labs', 'AWS::Lambda::Function').Properties.Environment).toMatchObject({
      Variables: { VAULT_ADDR: 'https://vault.example.com:8200', VAULT_AWS_ROLE: 'tokenwatch' },
    });
  });

  it('is told nothing of Vault where its token is elsewhere', () => {
    expect(stack.one('Poll-pulumi-acme', 'AWS::Lambda::Function').Properties.Environment).not.toMatchObject({
      Variables: { VAULT_ADDR: expect.anything() },
    });
  });

  it('may decrypt with the key of the secrets only what Secrets Manager asks for, and only of its own secret', () => {
    const [decrypting, ...more] = allowed('Poll-pulumi-acme', 'kms:Decrypt').filter(({ resources }) =>
      resources.includes('arn:aws:kms:eu-west-1:111122223333:key/0123abcd-0000-4000-8000-0123456789ab'),
    );
    expect(more).toEqual([]);
    expect(JSON.stringify(decrypting?.conditions)).toContain('secretsmanager.eu-west-1.');
    expect(JSON.stringify(decrypting?.conditions)).toContain('secret:tokenwatch/pulumi-??????');
  });

  it('may touch only the part of the table that is its source, and the list of sources', () => {
    const [table, ...more] = allowed('Poll-pulumi-acme', 'dynamodb:PutItem');
    expect(more).toEqual([]);
    expect(table?.conditions).toEqual({
      'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [partitionOf('pulumi:acme'), sourcesPartition] },
    });
  });

  it('may read the log of its own account of Scalr and of none else', () => {
    const log = stack.one('Bus-scalr-acme', 'AWS::Logs::LogGroup');
    expect(allowed('Poll-scalr-acme', 'logs:FilterLogEvents').flatMap(({ resources }) => resources)).toEqual([
      `\${${log.id}.Arn}`,
    ]);
    expect(allowed('Poll-pulumi-acme', 'logs:FilterLogEvents')).toEqual([]);
  });

  it('has a role that no other function has', () => {
    const roles = stack.all('AWS::Lambda::Function').map(({ Properties }) => JSON.stringify(Properties.Role));
    expect(new Set(roles).size).toBe(roles.length);
  });
});

describe('functions whose secrets are in Conjur', () => {
  const inConjur = deployed({
    sources: [
      { pulumi: { organization: 'acme', token: 'conjur:data/tokenwatch/acme' } },
      { pulumi: { organization: 'labs', token: 'conjur:data/tokenwatch/labs' } },
    ],
    alerts: { slack: 'conjur:data/tokenwatch/slack' },
    aws: {
      stack: 'tokenwatch',
      environment: {
        CONJUR_APPLIANCE_URL: 'https://conjur.example.com',
        CONJUR_ACCOUNT: 'acme',
        CONJUR_AUTHENTICATOR_ID: 'authn-iam/prod',
        CONJUR_AUTHN_LOGIN: 'host/data/tokenwatch/',
      },
    },
  });
  const loginOf = (path: string): unknown => {
    const { Variables } = inConjur.one(path, 'AWS::Lambda::Function').Properties.Environment as {
      readonly Variables: Readonly<Record<string, unknown>>;
    };
    return textOf(Variables.CONJUR_AUTHN_LOGIN);
  };

  it('log in each as its own role, which Conjur demands of an AWS role', () => {
    for (const path of ['Poll-pulumi-acme', 'Poll-pulumi-labs', 'Slack']) {
      const [role] = inConjur.under(`${path}/${path === 'Slack' ? 'Notifier' : 'Reader'}`, 'AWS::IAM::Role');
      expect(loginOf(path)).toBe(`host/data/tokenwatch/\${AWS::AccountId}/\${${role?.id}}`);
    }
  });

  it('say their role in an output, so that Conjur or Vault can be told', () => {
    const [stack] = appWith([settingsWith()]).stacks;
    const outputs = Object.keys(Template.fromStack(stack as Stack).findOutputs('*'));
    expect(outputs).toEqual(expect.arrayContaining(['PollpulumiacmeRole', 'SlackRole']));
  });
});

describe('a secret by its ARN without the characters of AWS', () => {
  it('may be read all the same', () => {
    const arn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:tokenwatch/pulumi';
    const partial = deployed({ sources: [{ pulumi: { organization: 'acme', token: `aws-sm:${arn}#token` } }] });
    const resources = partial
      .statements('Poll-pulumi-acme')
      .filter(({ actions }) => actions.includes('secretsmanager:GetSecretValue'))
      .flatMap((statement) => statement.resources);
    expect(resources).toEqual([`${arn}-??????`]);
  });
});

describe('the digest', () => {
  it('may read the table and change nothing', () => {
    const actions = stack.statements('Digest/Writer').flatMap((statement) => statement.actions);
    expect(actions.filter((action) => action.startsWith('dynamodb:'))).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:Query',
    ]);
  });

  it('may read no secret', () => {
    expect(secretsOf('Digest')).toEqual([]);
  });
});

describe('the Slack notifier', () => {
  it('may read the secret of the webhook and no other, and neither state nor archive', () => {
    expect(secretsOf('Slack')).toEqual([secretNamed('tokenwatch/slack')]);
    const actions = stack.statements('Slack').flatMap((statement) => statement.actions);
    expect(actions.filter((action) => /^dynamodb:|^sns:|GetLogEvents/.test(action))).toEqual([]);
  });
});

describe('a schedule', () => {
  it('may start its own function, and nothing else but lay a message into the queue', () => {
    const reader = stack.one('Poll-pulumi-acme', 'AWS::Lambda::Function');
    const queue = stack.one('Schedules', 'AWS::SQS::Queue');
    expect(stack.statements('Poll-pulumi-acme/ScheduleRole')).toEqual([
      { actions: ['lambda:InvokeFunction'], resources: [`\${${reader.id}.Arn}`], conditions: undefined },
      { actions: ['sqs:SendMessage'], resources: [`\${${queue.id}.Arn}`], conditions: undefined },
    ]);
  });

  it('has a role that only the schedules of this stack may take', () => {
    const [role] = stack.under('Poll-pulumi-acme/ScheduleRole', 'AWS::IAM::Role');
    const group = stack.one('Schedules', 'AWS::Scheduler::ScheduleGroup');
    expect(role?.Properties.AssumeRolePolicyDocument).toMatchObject({
      Statement: [{ Condition: { StringEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [group.id, 'Arn'] } } } }],
    });
  });
});

describe('any role', () => {
  it('has no wildcard but the six characters that AWS adds to the name of a secret', () => {
    const wild = stack
      .all('AWS::IAM::Policy')
      .flatMap(statementsOf)
      .flatMap(({ actions, resources }) => [...actions, ...resources])
      .filter((text) => /[*?]/.test(text.replace(/-\?{6}$/, '')));
    expect(wild).toEqual([]);
  });

  it('has no managed policy, whose text is not ours', () => {
    const managed = stack.all('AWS::IAM::Role').filter(({ Properties }) => Properties.ManagedPolicyArns !== undefined);
    expect(managed).toEqual([]);
  });
});
