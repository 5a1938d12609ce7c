import { Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { AlertTopic } from './alert-topic.ts';
import type { MonitorFunction } from './monitor-function.ts';

/**
 * Who watches the watcher. An alarm is called `<stack> <what>: <heading>`, and under that heading `docs/runbook.md` says what
 * it means, what to check and what to do. All ring at the topic, and say there when it is over.
 */

/** The headings of the runbook. */
export const headings = {
  failing: 'Polls fail',
  stopped: 'Polling has stopped',
  late: 'The log is read late',
  unreadable: 'Records cannot be read',
  silent: 'The log has gone silent',
  refused: 'The token is refused',
  notStarted: 'A schedule could not start its function',
  scalrLost: 'Events from Scalr were not delivered',
  slackNotTold: 'Slack was not told',
  digestFailed: 'The digest was not sent',
} as const;

/** What the pollers count, each for its source: see `metricOf`. */
export type MetricName = 'LagSeconds' | 'DeadLetters' | 'RejectedCredentials' | 'SilentRatio';

/** One of the few figures that are metrics because an alarm needs them: CloudWatch asks 0.30 USD a month for each. */
export const metricOf = (poller: WatchedPoller, metricName: MetricName, statistic: string): IMetric =>
  new Metric({
    namespace: poller.metricsNamespace,
    metricName,
    dimensionsMap: { Source: poller.source },
    statistic,
    period: poller.pollEvery,
  });

export type WatchedPoller = {
  /** `pulumi:acme` */
  readonly source: string;
  readonly reader: MonitorFunction;
  readonly pollEvery: Duration;
  readonly metricsNamespace: string;
};

export const watchPoller = (scope: Construct, alerts: AlertTopic, poller: WatchedPoller): void => {
  const { source: about, reader, pollEvery } = poller;
  ring(scope, 'Failing', alerts, {
    about,
    heading: headings.failing,
    means: `Three polls of ${about} in a row failed: nothing of this log is seen now.`,
    metric: reader.function.metricErrors({ period: pollEvery }),
    isAtLeast: 1,
    // One failure is the vendor's hiccup, which the next poll makes good.
    polls: 3,
  });
  ring(scope, 'Stopped', alerts, {
    about,
    heading: headings.stopped,
    means: `Nothing has polled ${about} for three intervals: nothing of this log is seen now.`,
    metric: reader.function.metricInvocations({ period: pollEvery }),
    isBelow: 1,
    // One interval without a poll may be a minute's delay on either side of its ends.
    polls: 3,
    // What does not run says nothing.
    silenceIs: TreatMissingData.BREACHING,
  });
  ring(scope, 'Late', alerts, {
    about,
    heading: headings.late,
    means: `What happens in ${about} is seen late, and told late.`,
    metric: metricOf(poller, 'LagSeconds', Stats.MAXIMUM),
    isAtLeast: lagMaxSeconds(pollEvery),
    polls: 3,
  });
  ring(scope, 'Unreadable', alerts, {
    about,
    heading: headings.unreadable,
    means: `${about} holds records that could not be read whole. They are kept, but not judged.`,
    metric: metricOf(poller, 'DeadLetters', Stats.SUM),
    isAtLeast: 1,
    polls: 1,
  });
  ring(scope, 'Silent', alerts, {
    about,
    heading: headings.silent,
    means: `${about} has been without an event for longer than it ever is. Somebody may have cut the log off.`,
    metric: metricOf(poller, 'SilentRatio', Stats.MAXIMUM),
    isAbove: 1,
    polls: 1,
  });
  ring(scope, 'Refused', alerts, {
    about,
    heading: headings.refused,
    means: `The vendor refuses the token with which ${about} is read: nothing of this log is seen now.`,
    metric: metricOf(poller, 'RejectedCredentials', Stats.MAXIMUM),
    isAtLeast: 1,
    // A token that was changed this very minute is asked for again by the next poll.
    polls: 2,
  });
};

/** Three polls that came to nothing, and a quarter of an hour for a poll that has much to read. */
const lagMaxSeconds = (pollEvery: Duration): number => Duration.minutes(15).toSeconds() + 3 * pollEvery.toSeconds();

/** A queue that should be empty. */
export const watchQueue = (
  scope: Construct,
  id: string,
  alerts: AlertTopic,
  {
    queue,
    ...said
  }: { readonly queue: Queue; readonly about: string; readonly heading: string; readonly means: string },
): void =>
  ring(scope, id, alerts, {
    ...said,
    metric: queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5), statistic: Stats.MAXIMUM }),
    isAtLeast: 1,
    polls: 1,
  });

export const watchDigest = (scope: Construct, alerts: AlertTopic, writer: MonitorFunction): void =>
  ring(scope, 'Failed', alerts, {
    about: 'digest',
    heading: headings.digestFailed,
    means: 'The daily digest failed. Alerts are not concerned.',
    metric: writer.function.metricErrors({ period: Duration.hours(1) }),
    isAtLeast: 1,
    polls: 1,
  });

type Ring = {
  readonly about: string;
  readonly heading: string;
  readonly means: string;
  readonly metric: IMetric;
  /** In so many intervals in a row. */
  readonly polls: number;
  /** Of an interval without a figure; absent: all is well, for others say that nothing runs. */
  readonly silenceIs?: TreatMissingData;
} & ({ readonly isAtLeast: number } | { readonly isAbove: number } | { readonly isBelow: number });

const ring = (scope: Construct, id: string, alerts: AlertTopic, props: Ring): void => {
  const { about, heading, means, metric, polls, silenceIs = TreatMissingData.NOT_BREACHING } = props;
  const alarm = new Alarm(scope, `${id}Alarm`, {
    alarmName: `${Stack.of(scope).stackName} ${about}: ${heading}`,
    alarmDescription: means,
    metric,
    ...limitOf(props),
    evaluationPeriods: polls,
    treatMissingData: silenceIs,
  });
  alarm.addAlarmAction(new SnsAction(alerts.topic));
  alarm.addOkAction(new SnsAction(alerts.topic));
};

const limitOf = (props: Ring): { readonly threshold: number; readonly comparisonOperator: ComparisonOperator } => {
  if ('isAtLeast' in props)
    return {
      threshold: props.isAtLeast,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    };
  if ('isAbove' in props)
    return { threshold: props.isAbove, comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD };
  return { threshold: props.isBelow, comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD };
};
