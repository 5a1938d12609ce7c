import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { deployed, type Resource, settingsWith } from './deployed.ts';

const stack = deployed();
const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');

const alarms = stack.all('AWS::CloudWatch::Alarm');
const nameOf = ({ Properties }: Resource): string => String(Properties.AlarmName);
const alarm = (name: string) => alarms.find((each) => nameOf(each) === name)?.Properties;
const headingOf = (each: Resource): string => nameOf(each).slice(nameOf(each).lastIndexOf(': ') + 2);

describe('every alarm', () => {
  it('rings at the topic, and says there when it is over', () => {
    const topic = { Ref: stack.one('Alerts', 'AWS::SNS::Topic').id };
    for (const { Properties } of alarms) {
      expect(Properties).toMatchObject({ AlarmActions: [topic], OKActions: [topic] });
    }
  });

  it('is a heading of the runbook, and every heading there is an alarm', () => {
    const told = [...runbook.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(told.toSorted()).toEqual([...new Set(alarms.map(headingOf))].toSorted());
  });

  it('is called by the name of its stack, so that several stacks fit into one account', () => {
    expect(alarms.filter((each) => !nameOf(each).startsWith('tokenwatch '))).toEqual([]);
    expect(new Set(alarms.map(nameOf)).size).toBe(alarms.length);
  });

  it('says what it means', () => {
    expect(alarms.filter(({ Properties }) => String(Properties.AlarmDescription).length < 40)).toEqual([]);
  });
});

describe('a source', () => {
  it.each(['pulumi:acme', 'pulumi:acme-labs', 'scalr:acme'])('%s has an alarm for each way to lose sight', (source) => {
    const headings = alarms.filter((each) => nameOf(each).startsWith(`tokenwatch ${source}: `)).map(headingOf);
    expect(headings).toEqual(
      expect.arrayContaining([
        'Polls fail',
        'Polling has stopped',
        'The log is read late',
        'Records cannot be read',
        'The log has gone silent',
        'The token is refused',
      ]),
    );
  });
});

describe('an alarm rings', () => {
  it('when polling stops: three intervals without a poll, of which nothing is heard at all', () => {
    expect(alarm('tokenwatch pulumi:acme: Polling has stopped')).toMatchObject({
      Namespace: 'AWS/Lambda',
      MetricName: 'Invocations',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: stack.one('Poll-pulumi-acme', 'AWS::Lambda::Function').id } }],
      Period: 300,
      EvaluationPeriods: 3,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });

  it('when three polls in a row fail, and not when one does', () => {
    expect(alarm('tokenwatch pulumi:acme: Polls fail')).toMatchObject({
      MetricName: 'Errors',
      EvaluationPeriods: 3,
      Threshold: 1,
      TreatMissingData: 'notBreaching',
    });
  });

  it.each([
    ['The log is read late', 'LagSeconds', 900 + 3 * 300],
    ['Records cannot be read', 'DeadLetters', 1],
    ['The log has gone silent', 'SilentRatio', 1],
    ['The token is refused', 'RejectedCredentials', 1],
  ])('%s: by what the poller of the source counts', (heading, metric, threshold) => {
    expect(alarm(`tokenwatch scalr:acme: ${heading}`)).toMatchObject({
      Namespace: 'tokenwatch/tokenwatch',
      MetricName: metric,
      Dimensions: [{ Name: 'Source', Value: 'scalr:acme' }],
      Threshold: threshold,
      TreatMissingData: 'notBreaching',
    });
  });

  it('when anything lies in a queue of what was not delivered', () => {
    const watched = alarms
      .filter(({ Properties }) => Properties.MetricName === 'ApproximateNumberOfMessagesVisible')
      .map(({ Properties }) => JSON.stringify(Properties.Dimensions));
    const queues = stack.all('AWS::SQS::Queue');
    expect(queues).toHaveLength(3);
    for (const { id } of queues) expect(watched.filter((dimensions) => dimensions.includes(`"${id}"`))).toHaveLength(1);
  });

  it('when the digest fails', () => {
    expect(alarm('tokenwatch digest: The digest was not sent')).toMatchObject({ MetricName: 'Errors' });
  });
});

describe('what the pollers count', () => {
  it('is where the alarms look for it', () => {
    const [first] = stack.under('Poll-pulumi-acme', 'AWS::Lambda::Function');
    expect(first?.Properties.Environment).toMatchObject({
      Variables: { METRICS_NAMESPACE: 'tokenwatch/tokenwatch', SOURCE: 'pulumi:acme' },
    });
  });
});

describe('a slow schedule', () => {
  it('has alarms that CloudWatch takes: at most a week, in periods of at most a day', () => {
    const daily = deployed(JSON.parse(settingsWith({ pollMinutes: 1_440 })));
    for (const { Properties } of daily.all('AWS::CloudWatch::Alarm')) {
      const { Period: period, EvaluationPeriods: periods } = Properties;
      expect(Number(period)).toBeLessThanOrEqual(86_400);
      expect(Number(period) * Number(periods)).toBeLessThanOrEqual(Number(period) < 3_600 ? 86_400 : 7 * 86_400);
    }
  });
});
