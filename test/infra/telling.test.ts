import { describe, expect, it } from '@jest/globals';
import { deployed } from './deployed.ts';

const stack = deployed();
const topic = stack.one('Alerts', 'AWS::SNS::Topic');
const key = stack.one('Alerts', 'AWS::KMS::Key');

type Statements = { readonly Statement: readonly Readonly<Record<string, unknown>>[] };

describe('the topic', () => {
  const { Statement: policy } = stack.one('Alerts', 'AWS::SNS::TopicPolicy').Properties.PolicyDocument as Statements;

  it('takes nothing without TLS, not even from those who may publish', () => {
    expect(policy).toContainEqual(
      expect.objectContaining({
        Effect: 'Deny',
        Action: 'sns:Publish',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
  });

  it('is encrypted, with a key that changes every year', () => {
    expect(topic.Properties.KmsMasterKeyId).toEqual({ 'Fn::GetAtt': [key.id, 'Arn'] });
    expect(key.Properties.EnableKeyRotation).toBe(true);
  });

  it('takes alarms of this account and of no other', () => {
    const ofAlarms = { Service: 'cloudwatch.amazonaws.com' };
    const inAccount = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };
    const allowed = (statements: Statements['Statement']) =>
      statements.filter(({ Principal }) => JSON.stringify(Principal) === JSON.stringify(ofAlarms));
    expect(allowed(policy)).toEqual([
      expect.objectContaining({ Effect: 'Allow', Action: 'sns:Publish', Condition: inAccount }),
    ]);
    expect(allowed((key.Properties.KeyPolicy as Statements).Statement)).toEqual([
      expect.objectContaining({ Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Condition: inAccount }),
    ]);
  });

  it('is subscribed to by everybody whom the settings name', () => {
    const subscribers = deployed({ alerts: { email: ['a@example.com', 'b@example.com'] } }).all(
      'AWS::SNS::Subscription',
    );
    expect(subscribers.map(({ Properties }) => [Properties.Protocol, Properties.Endpoint])).toEqual([
      ['email', 'a@example.com'],
      ['email', 'b@example.com'],
    ]);
  });
});

describe('Slack', () => {
  it('names the table in its commands, and may not touch it', () => {
    const { Environment } = stack.one('Slack', 'AWS::Lambda::Function').Properties;
    expect(Environment).toMatchObject({ Variables: { STATE_TABLE: { Ref: expect.stringMatching(/^State/) } } });
    expect(JSON.stringify(stack.under('Slack', 'AWS::IAM::Policy'))).not.toContain('dynamodb');
  });

  it('gets what the topic tells', () => {
    const notifier = stack.one('Slack', 'AWS::Lambda::Function');
    expect(stack.one('Slack/Notifier', 'AWS::SNS::Subscription').Properties).toMatchObject({
      Protocol: 'lambda',
      TopicArn: { Ref: topic.id },
      Endpoint: { 'Fn::GetAtt': [notifier.id, 'Arn'] },
    });
  });

  it('loses nothing: what the topic or the function could not deliver lies in a queue', () => {
    const arn = { 'Fn::GetAtt': [stack.one('Slack', 'AWS::SQS::Queue').id, 'Arn'] };
    expect(stack.one('Slack/Notifier', 'AWS::SNS::Subscription').Properties.RedrivePolicy).toEqual({
      deadLetterTargetArn: arn,
    });
    expect(stack.one('Slack', 'AWS::Lambda::EventInvokeConfig').Properties).toMatchObject({
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: arn } },
    });
  });

  it('has no function where nobody wants it', () => {
    const without = deployed({ alerts: { email: ['security@example.com'] } });
    expect(without.under('Slack', 'AWS::Lambda::Function')).toEqual([]);
  });
});

describe('the digest', () => {
  it('is sent every day at the hour of the settings', () => {
    const early = deployed({ aws: { digestHour: 5 } });
    expect(early.one('Digest', 'AWS::Scheduler::Schedule').Properties).toMatchObject({
      ScheduleExpression: 'cron(0 5 * * ? *)',
      ScheduleExpressionTimezone: 'Etc/UTC',
    });
  });
});

describe('a queue', () => {
  it('is encrypted, takes nothing without TLS, and keeps for as long as SQS can', () => {
    for (const { id, Properties } of stack.all('AWS::SQS::Queue')) {
      expect(Properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 1_209_600 });
      const policies = stack
        .all('AWS::SQS::QueuePolicy')
        .filter((policy) => JSON.stringify(policy.Properties.Queues).includes(`"${id}"`));
      expect(JSON.stringify(policies)).toContain('"aws:SecureTransport":"false"');
    }
  });
});
