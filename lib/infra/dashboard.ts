import { Duration } from 'aws-cdk-lib';
import {
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { metricOf, type WatchedPoller } from './alarms.ts';

/**
 * One page: is it running, is it up to date, what does it see, what does it tell. Only what is a metric anyway is drawn as
 * one; the rest is asked of the pollers' own log lines, which costs nothing until somebody looks.
 */
export class Dashboard extends Construct {
  readonly page: CloudWatchDashboard;

  constructor(scope: Construct, id: string, pollers: readonly WatchedPoller[]) {
    super(scope, id);
    this.page = new CloudWatchDashboard(this, 'Page', {
      defaultInterval: Duration.days(1),
      widgets: [
        [running(pollers), failing(pollers), lasting(pollers)],
        [lagging(pollers), silent(pollers)],
        [...asked(pollers)],
        [kept(pollers)],
      ],
    });
  }
}

const third = { width: 8, height: 6 };
const half = { width: 12, height: 6 };

const running = (pollers: readonly WatchedPoller[]): IWidget =>
  new GraphWidget({
    ...third,
    title: 'Polls',
    left: pollers.map(({ source, reader, pollEvery }) =>
      reader.function.metricInvocations({ label: source, period: pollEvery }),
    ),
  });

const failing = (pollers: readonly WatchedPoller[]): IWidget =>
  new GraphWidget({
    ...third,
    title: 'Failed polls',
    left: pollers.map(({ source, reader, pollEvery }) =>
      reader.function.metricErrors({ label: source, period: pollEvery }),
    ),
  });

const lasting = (pollers: readonly WatchedPoller[]): IWidget =>
  new GraphWidget({
    ...third,
    title: 'How long a poll takes',
    left: pollers.map(({ source, reader, pollEvery }) =>
      reader.function.metricDuration({ label: source, period: pollEvery, statistic: Stats.MAXIMUM }),
    ),
  });

const lagging = (pollers: readonly WatchedPoller[]): IWidget =>
  new GraphWidget({
    ...half,
    title: 'Seconds behind',
    left: pollers.map((poller) => metricOf(poller, 'LagSeconds', Stats.MAXIMUM)),
  });

const silent = (pollers: readonly WatchedPoller[]): IWidget =>
  new GraphWidget({
    ...half,
    title: 'Silence, as a share of the longest usual one',
    left: pollers.map((poller) => metricOf(poller, 'SilentRatio', Stats.MAXIMUM)),
    leftAnnotations: [{ value: 1, label: 'alarm' }],
  });

const kept = (pollers: readonly WatchedPoller[]): IWidget =>
  new LogQueryWidget({
    width: 24,
    height: 6,
    title: 'The alert budget: alerts told, and how many were allowed',
    view: LogQueryVisualizationType.TABLE,
    logGroupNames: pollers.map(({ reader }) => reader.logs.logGroupName),
    queryLines: [
      'filter message = "polled"',
      'stats latest(budgetAlerts) as told, latest(budgetAllowed) as allowed, latest(budgetWeeks) as weeks by Source',
    ],
  });

/** Of the line of JSON that a poller writes at the end of each poll. */
const asked = (pollers: readonly WatchedPoller[]): readonly IWidget[] => [
  lines(pollers, { title: 'Events seen, and those that came late', fields: ['events', 'lateEvents'] }),
  lines(pollers, { title: 'Alerts told, and those that could not be', fields: ['told', 'undelivered'] }),
];

const lines = (
  pollers: readonly WatchedPoller[],
  { title, fields }: { readonly title: string; readonly fields: readonly string[] },
): IWidget =>
  new LogQueryWidget({
    ...half,
    title,
    view: LogQueryVisualizationType.LINE,
    logGroupNames: pollers.map(({ reader }) => reader.logs.logGroupName),
    queryLines: ['filter message = "polled"', `stats ${fields.map((field) => `sum(${field})`).join(', ')} by bin(1h)`],
  });
