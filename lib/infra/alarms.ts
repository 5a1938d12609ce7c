import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  type CfnAlarm,
  ComparisonOperator,
  type IMetric,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { AlertTopic } from './alert-topic.ts';
import type { MonitorFunction } from './monitor-function.ts';
import { pollTimeout } from './poller.ts';

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
  refused: 'Reading is refused',
  notStarted: 'A schedule could not start its function',
  scalrLost: 'Events from Scalr were not delivered',
  slackNotTold: 'Slack was not told',
  digestFailed: 'The digest was not sent',
} as const;

/** What the pollers count, each for its source: see `metricOf`. */
export type MetricName = 'LagSeconds' | 'DeadLetters' | 'RejectedCredentials' | 'SilentRatio';

/** One of the few figures that are metrics because an alarm needs them: CloudWatch asks 0.30 USD a month for each. */
export const metricOf = (
  { metricsNamespace, source, pollEvery }: WatchedPoller,
  metricName: MetricName,
  statistic: string,
  period: Duration = pollEvery,
): IMetric =>
  new Metric({ namespace: metricsNamespace, metricName, dimensionsMap: { Source: source }, statistic, period });

export type WatchedPoller = {
  /** `pulumi:acme` */
  readonly source: string;
  readonly reader: MonitorFunction;
  readonly pollEvery: Duration;
  readonly metricsNamespace: string;
};

export const watchPoller = (scope: Construct, alerts: AlertTopic, poller: WatchedPoller): void => {
  const { source: about, reader, pollEvery } = poller;
  const quietMax = quietMaxOf(pollEvery);

  // One failure is the vendor's hiccup, which the next poll makes good.
  const failures = lastPolls(pollEvery, 6, { bad: 3 });
  ring(scope, 'Failing', alerts, {
    about,
    heading: headings.failing,
    means: `${failures.bad === 1 ? 'A poll' : `${failures.bad} polls`} of ${about} failed within ${failures.window.toHumanString()}: this log is seen late, or not at all.`,
    metric: reader.function.metricErrors({ period: failures.window, statistic: Stats.SUM }),
    isAtLeast: failures.bad,
    silenceIs: TreatMissingData.IGNORE,
  });
  ring(scope, 'Stopped', alerts, {
    about,
    heading: headings.stopped,
    means: `Nothing has polled ${about} for ${quietMax.toHumanString()} or longer: nothing of this log is seen now.`,
    ...heardOf((period) => reader.function.metricInvocations({ period, statistic: Stats.SUM }), quietMax),
    isBelow: 1,
  });

  // The smallest of several: all of them are late, or each found the log silent.
  ring(scope, 'Late', alerts, {
    about,
    heading: headings.late,
    means: `What happens in ${about} is seen late, and told late.`,
    metric: metricOf(poller, 'LagSeconds', Stats.MINIMUM, lastPolls(pollEvery, 3).window),
    isAtLeast: lagMaxSeconds(pollEvery),
    silenceIs: TreatMissingData.IGNORE,
  });
  ring(scope, 'Silent', alerts, {
    about,
    heading: headings.silent,
    means: `${about} has been without an event for longer than it ever is, or since it was first watched. Somebody may have cut the log off, or it was never led here.`,
    metric: metricOf(poller, 'SilentRatio', Stats.MINIMUM, lastPolls(pollEvery, 2).window),
    isAbove: 1,
    silenceIs: TreatMissingData.IGNORE,
  });

  ring(scope, 'Unreadable', alerts, {
    about,
    heading: headings.unreadable,
    means: `${about} holds records that could not be read whole. They are kept, but not judged.`,
    metric: metricOf(poller, 'DeadLetters', Stats.SUM, lastPolls(pollEvery, 2).window),
    isAtLeast: 1,
    silenceIs: TreatMissingData.IGNORE,
  });
  // A token that was changed this very minute is asked for again by the next poll. Whose refusal it was, its log says.
  const refusals = lastPolls(pollEvery, 3, { bad: 2 });
  ring(scope, 'Refused', alerts, {
    about,
    heading: headings.refused,
    means: `What ${about} is read with is refused, by the vendor, by the store of the token, or by AWS: nothing of this log is seen now.`,
    metric: metricOf(poller, 'RejectedCredentials', Stats.SUM, refusals.window),
    isAtLeast: refusals.bad,
    silenceIs: TreatMissingData.IGNORE,
  });
};

/**
 * One window over the last few polls, and how many bad ones in it ring. CloudWatch slides it over time, so that a poll is in
 * it or not, wherever a delay of some seconds has put it. Windows of one poll each would now hold two and now none, and an
 * alarm over them would end and ring again. Polls that last as long as they may are further apart than they should be.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation-window.html (2026)
 */
const lastPolls = (pollEvery: Duration, pollsMax: number, { bad: badMax } = { bad: 1 }) => {
  const apartMinutes = Math.max(pollEvery.toMinutes(), pollTimeout.toMinutes());
  const polls = Math.max(1, Math.min(pollsMax, Math.floor(windowMax.toMinutes() / apartMinutes)));
  // At its edges a window may be one poll short.
  const bad = Math.max(1, Math.min(badMax, polls - 1));
  return {
    window: Duration.minutes(Math.min(polls * apartMinutes, windowMax.toMinutes())),
    bad,
  };
};

/** The longest period of a metric in an alarm. */
const windowMax = Duration.days(1);

/** The next poll and two more that did not come, or two hours; never less than a run may hold the others up. */
const quietMaxOf = (pollEvery: Duration): Duration => {
  const every = pollEvery.toMinutes();
  return Duration.minutes(Math.max(every + Math.min(2 * every, 120), pollTimeout.toMinutes() + 2));
};

/** A poll reads up to now: later is what was quiet for too long, and has a quarter of an hour's work to catch up with. */
const lagMaxSeconds = (pollEvery: Duration): number =>
  Duration.minutes(15).toSeconds() + quietMaxOf(pollEvery).toSeconds();

/**
 * Rings when something was not heard of for so long; what does not run says nothing. CloudWatch lets an alarm look back over
 * more than a day only in periods of an hour or longer. A new alarm waits as long itself before it says anything.
 */
const heardOf = (
  metricOver: (period: Duration) => IMetric,
  quietMax: Duration,
): Pick<Ring, 'metric' | 'periods' | 'silenceIs' | 'warmUp'> => {
  const period = Duration.minutes(quietMax.toMinutes() < 24 * 60 ? 5 : 60);
  return {
    metric: metricOver(period),
    periods: Math.ceil(quietMax.toMinutes() / period.toMinutes()),
    silenceIs: TreatMissingData.BREACHING,
    warmUp: quietMax,
  };
};

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
    // A queue that stays empty falls silent.
    silenceIs: TreatMissingData.NOT_BREACHING,
  });

/** Of a day's schedule: a day, and two hours for a digest that is tried again. */
const digestQuietMax = Duration.hours(26);

/** No hour of so many had a digest that came to its end, whether it failed each time or nobody started it. */
export const watchDigest = (scope: Construct, alerts: AlertTopic, writer: MonitorFunction): void =>
  ring(scope, 'Failed', alerts, {
    about: 'digest',
    heading: headings.digestFailed,
    means: `The daily digest has not been sent for ${digestQuietMax.toHours()} hours. Alerts are not concerned.`,
    // Zero if one of the tries succeeded.
    ...heardOf((period) => writer.function.metricErrors({ period, statistic: Stats.MINIMUM }), digestQuietMax),
    isAtLeast: 1,
  });

type Ring = {
  readonly about: string;
  readonly heading: string;
  readonly means: string;
  readonly metric: IMetric;
  /** So many in a row have to be bad; absent: one. */
  readonly periods?: number;
  /** What it means if there is no figure at all. */
  readonly silenceIs: TreatMissingData;
  /** How long a new alarm says nothing. */
  readonly warmUp?: Duration;
} & ({ readonly isAtLeast: number } | { readonly isAbove: number } | { readonly isBelow: number });

const ring = (scope: Construct, id: string, alerts: AlertTopic, props: Ring): void => {
  const { about, heading, means, metric, periods = 1, silenceIs, warmUp } = props;
  const alarm = new Alarm(scope, `${id}Alarm`, {
    alarmName: `${Stack.of(scope).stackName} ${about}: ${heading}`,
    alarmDescription: means,
    metric,
    ...limitOf(props),
    evaluationPeriods: periods,
    treatMissingData: silenceIs,
  });
  alarm.addAlarmAction(new SnsAction(alerts.topic));
  alarm.addOkAction(new SnsAction(alerts.topic));
  // CDK's own alarm does not know it.
  if (warmUp !== undefined) {
    (alarm.node.defaultChild as CfnAlarm).warmUpConfiguration = {
      warmUpPeriodDurationInMinutes: warmUp.toMinutes(),
      onlyStartEvaluatingAfterWarmUpPeriodEnds: true,
    };
  }
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
