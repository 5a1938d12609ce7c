import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type Deployed, deployed, type Resource } from './deployed.ts';

const stack = deployed();
const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');

const alarms = stack.all('AWS::CloudWatch::Alarm');
const nameOf = ({ Properties }: Resource): string => String(Properties.AlarmName);
const alarm = (name: string) => alarms.find((each) => nameOf(each) === name)?.Properties;
const headingOf = (each: Resource): string => nameOf(each).slice(nameOf(each).lastIndexOf(': ') + 2);

/** Synthesis takes a second: once for each interval. */
const stacks = new Map<number, Deployed>([[5, stack]]);
const polledEvery = (pollMinutes: number): Deployed => {
  const made = stacks.get(pollMinutes) ?? deployed({ pollMinutes });
  stacks.set(pollMinutes, made);
  return made;
};
const ofAcme = (pollMinutes: number): readonly Resource[] =>
  polledEvery(pollMinutes)
    .all('AWS::CloudWatch::Alarm')
    .filter((each) => nameOf(each).startsWith('tokenwatch pulumi:acme: '));

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
        'Reading is refused',
      ]),
    );
  });
});

describe('an alarm rings', () => {
  it('when polling stops: as long as three intervals without a poll, of which nothing is heard at all', () => {
    expect(alarm('tokenwatch pulumi:acme: Polling has stopped')).toMatchObject({
      Namespace: 'AWS/Lambda',
      MetricName: 'Invocations',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: stack.one('Poll-pulumi-acme', 'AWS::Lambda::Function').id } }],
      Statistic: 'Sum',
      Period: 300,
      EvaluationPeriods: 3,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });

  it('when three of six polls fail, in whatever order, and not when one does', () => {
    expect(alarm('tokenwatch pulumi:acme: Polls fail')).toMatchObject({
      MetricName: 'Errors',
      Statistic: 'Sum',
      Period: 6 * 300,
      EvaluationPeriods: 1,
      Threshold: 3,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      AlarmDescription: expect.stringMatching(/^3 polls of pulumi:acme failed within 30 minutes:/),
    });
  });

  it.each([
    ['The log is read late', 'LagSeconds', 'Minimum', 3, 900 + 3 * 300],
    ['Records cannot be read', 'DeadLetters', 'Sum', 2, 1],
    ['The log has gone silent', 'SilentRatio', 'Minimum', 2, 1],
    ['Reading is refused', 'RejectedCredentials', 'Sum', 3, 2],
  ])('%s: by what the poller of the source counts', (heading, metric, statistic, polls, threshold) => {
    expect(alarm(`tokenwatch scalr:acme: ${heading}`)).toMatchObject({
      Namespace: 'tokenwatch/tokenwatch',
      MetricName: metric,
      Dimensions: [{ Name: 'Source', Value: 'scalr:acme' }],
      Statistic: statistic,
      Period: polls * 300,
      EvaluationPeriods: 1,
      Threshold: threshold,
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

  it('when no digest came to its end for 26 hours, whether each try failed or nobody started one', () => {
    expect(alarm('tokenwatch digest: The digest was not sent')).toMatchObject({
      MetricName: 'Errors',
      // Of the tries of an hour, none of which went well.
      Statistic: 'Minimum',
      Period: 3_600,
      EvaluationPeriods: 26,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'breaching',
    });
  });
});

describe('an alarm of a poller', () => {
  it.each([1, 5, 45, 60, 240, 1_440])(
    'neither ends nor rings because a poll comes early or late: every %i minutes',
    (pollMinutes) => {
      for (const each of ofAcme(pollMinutes)) {
        const { Period: period, EvaluationPeriods: periods, TreatMissingData: missing } = each.Properties;
        const lookedAtMinutes = (Number(period) * Number(periods)) / 60;
        if (headingOf(each) === 'Polling has stopped') {
          expect(lookedAtMinutes).toBeGreaterThan(pollMinutes);
        } else {
          // Two polls in one window, or, where a window can be no longer, what was so stays so until the next poll.
          expect([periods, missing]).toEqual([1, 'ignore']);
          expect(lookedAtMinutes).toBeGreaterThanOrEqual(Math.min(2 * pollMinutes, 1_440));
        }
      }
    },
  );

  it.each([
    ['minute', 1, 7],
    ['five minutes', 5, 15],
    ['hour', 60, 180],
    ['day', 1_440, 26 * 60],
  ])(
    'that polling has stopped waits for as long as a poll every %s may take, and at most two hours more',
    (_, pollMinutes, waits) => {
      const [stopped] = ofAcme(pollMinutes).filter((each) => headingOf(each) === 'Polling has stopped');
      const { Period: period, EvaluationPeriods: periods } = stopped?.Properties ?? {};
      const minutes = (Number(period) * Number(periods)) / 60;
      expect(minutes).toBeGreaterThanOrEqual(waits);
      expect(minutes).toBeLessThan(waits + 5);
    },
  );

  it('is not set off by runs that last as long as they may while others are due', () => {
    const runMinutes = Number(stack.one('Poll-pulumi-acme', 'AWS::Lambda::Function').Properties.Timeout) / 60;
    for (const each of ofAcme(1)) {
      const { Period: period, EvaluationPeriods: periods } = each.Properties;
      expect((Number(period) * Number(periods)) / 60).toBeGreaterThan(runMinutes + 1);
    }
  });

  it.each([
    [60, 3, 6],
    [240, 3, 6],
    [480, 2, 3],
    [720, 1, 2],
    [1_440, 1, 1],
  ])(
    'that polls fail, with a poll every %i minutes, rings after %i of %i and within a day',
    (pollMinutes, failures, polls) => {
      const [failing] = ofAcme(pollMinutes).filter((each) => headingOf(each) === 'Polls fail');
      expect(failing?.Properties).toMatchObject({ Threshold: failures, Period: polls * pollMinutes * 60 });
    },
  );
});

describe('a new alarm', () => {
  it('of what is not heard of says nothing until it could have been heard of', () => {
    const waiting = alarms
      .filter(({ Properties }) => Properties.TreatMissingData === 'breaching')
      .map((each) => [nameOf(each), each.Properties.WarmUpConfiguration]);
    const silentFor = (minutes: number) => ({
      WarmUpPeriodDurationInMinutes: minutes,
      OnlyStartEvaluatingAfterWarmUpPeriodEnds: true,
    });
    expect(Object.fromEntries(waiting)).toEqual({
      'tokenwatch pulumi:acme: Polling has stopped': silentFor(15),
      'tokenwatch pulumi:acme-labs: Polling has stopped': silentFor(15),
      'tokenwatch scalr:acme: Polling has stopped': silentFor(15),
      'tokenwatch digest: The digest was not sent': silentFor(26 * 60),
    });
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

describe('any schedule', () => {
  it.each([1, 61, 1_440])(
    'of %i minutes has alarms that CloudWatch takes: periods of at most a day, a week in all',
    (pollMinutes) => {
      for (const { Properties } of polledEvery(pollMinutes).all('AWS::CloudWatch::Alarm')) {
        const { Period: period, EvaluationPeriods: periods } = Properties;
        expect(Number(period) % 60).toBe(0);
        expect(Number(period)).toBeLessThanOrEqual(86_400);
        expect(Number(period) * Number(periods)).toBeLessThanOrEqual(Number(period) < 3_600 ? 86_400 : 7 * 86_400);
      }
    },
  );
});
