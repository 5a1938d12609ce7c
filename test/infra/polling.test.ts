import { describe, expect, it } from '@jest/globals';
import { deployed } from './deployed.ts';

const stack = deployed();

describe('a poller', () => {
  it('is started at the interval of the settings, to the minute', () => {
    expect(stack.one('Poll-pulumi-acme', 'AWS::Scheduler::Schedule').Properties).toMatchObject({
      ScheduleExpression: 'rate(5 minutes)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
    });
    expect(
      deployed({ pollMinutes: 60 }).one('Poll-pulumi-acme', 'AWS::Scheduler::Schedule').Properties.ScheduleExpression,
    ).toBe('rate(1 hour)');
  });

  it('never runs twice at once, and is not started again for what failed: the next poll does it', () => {
    expect(stack.one('Poll-pulumi-acme', 'AWS::Lambda::Function').Properties.ReservedConcurrentExecutions).toBe(1);
    expect(stack.one('Poll-pulumi-acme', 'AWS::Lambda::EventInvokeConfig').Properties.MaximumRetryAttempts).toBe(0);
    expect(stack.one('Poll-pulumi-acme', 'AWS::Scheduler::Schedule').Properties.Target).toMatchObject({
      RetryPolicy: { MaximumRetryAttempts: 0 },
    });
  });

  it('is not left waiting for longer than until the next one', () => {
    const { Properties } = stack.one('Poll-pulumi-acme', 'AWS::Lambda::EventInvokeConfig');
    expect(Properties.MaximumEventAgeInSeconds).toBe(300);
  });

  it('that could not be started leaves a message that names its schedule', () => {
    expect(stack.one('Poll-pulumi-acme', 'AWS::Scheduler::Schedule').Properties.Target).toMatchObject({
      DeadLetterConfig: { Arn: { 'Fn::GetAtt': [stack.one('Schedules', 'AWS::SQS::Queue').id, 'Arn'] } },
    });
  });

  it('begins only when its schedule may start it', () => {
    const [policy] = stack.under('Poll-pulumi-acme/ScheduleRole', 'AWS::IAM::Policy');
    expect(stack.one('Poll-pulumi-acme', 'AWS::Scheduler::Schedule').DependsOn).toContain(policy?.id);
  });

  it('is of the runtime that is tested with, and knows who owns an address', () => {
    expect(stack.one('Poll-pulumi-acme', 'AWS::Lambda::Function').Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Layers: [{ Ref: stack.all('AWS::Lambda::LayerVersion')[0]?.id }],
    });
  });
});

describe('Scalr’s log', () => {
  const log = stack.one('Bus-scalr-acme', 'AWS::Logs::LogGroup');
  const rule = stack.one('Bus-scalr-acme', 'AWS::Events::Rule');

  it('comes from the bus of the partner event source that the settings name', () => {
    expect(stack.one('Bus-scalr-acme', 'AWS::Events::EventBus').Properties).toMatchObject({
      Name: 'aws.partner/scalr.com/acme/audit',
      EventSourceName: 'aws.partner/scalr.com/acme/audit',
    });
  });

  it('holds all that Scalr says, unfiltered', () => {
    expect(rule.Properties.EventPattern).toEqual({ source: [{ prefix: 'aws.partner/scalr.com' }] });
  });

  it('is written for a day before an event is given up, and then the event lies in a queue', () => {
    expect(rule.Properties.Targets).toEqual([
      expect.objectContaining({
        RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [stack.one('Bus-scalr-acme', 'AWS::SQS::Queue').id, 'Arn'] } },
      }),
    ]);
  });

  it('lets EventBridge write for this rule alone', () => {
    const [policy] = stack.all('AWS::Logs::ResourcePolicy');
    const text = JSON.stringify(policy?.Properties.PolicyDocument);
    expect(text).toContain('logs:PutLogEvents');
    expect(text).toContain('aws:SourceArn');
    expect(text).toContain(`["${rule.id}","Arn"]`);
    expect(text).toContain(`["${log.id}","Arn"]`);
  });

  it('is named to its poller', () => {
    expect(stack.one('Poll-scalr-acme', 'AWS::Lambda::Function').Properties.Environment).toMatchObject({
      Variables: { SCALR_LOG_GROUP: { Ref: log.id } },
    });
  });

  it('may be a group that somebody else fills: then there is no bus, and the poller may read that group', () => {
    const elsewhere = deployed({ sources: [{ scalr: { account: 'acme', logGroup: '/elsewhere/scalr' } }] });
    expect(elsewhere.all('AWS::Events::EventBus')).toEqual([]);
    expect(elsewhere.all('AWS::Logs::ResourcePolicy')).toEqual([]);
    const reading = elsewhere
      .statements('Poll-scalr-acme')
      .filter(({ actions }) => actions.includes('logs:FilterLogEvents'));
    expect(reading.flatMap(({ resources }) => resources)).toEqual([
      `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/elsewhere/scalr:*`,
    ]);
  });
});
