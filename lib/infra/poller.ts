import { Duration } from 'aws-cdk-lib';
import type { ILayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { AwsSettings } from '../config/aws-settings.ts';
import type { Source } from '../config/source-settings.ts';
import type { AlertTopic } from './alert-topic.ts';
import type { Archive } from './archive.ts';
import { MonitorFunction } from './monitor-function.ts';
import type { Schedules } from './schedules.ts';
import { letReadSecret } from './secret-access.ts';
import type { StateTable } from './state-table.ts';

export type PollerProps = {
  readonly source: Source;
  readonly aws: AwsSettings;
  readonly settingsFile: string;
  readonly pollEvery: Duration;
  readonly networks: ILayerVersion;
  /** The size of the operator's own files in it. */
  readonly mmdbMiB: number;
  /** Where Scalr's log arrives; undefined for a vendor that is asked for it. */
  readonly log: ILogGroup | undefined;
  readonly state: StateTable;
  readonly archive: Archive;
  readonly alerts: AlertTopic;
  readonly schedules: Schedules;
  readonly metricsNamespace: string;
};

/** Reads one source every few minutes, under a role that may read that source's secret and nothing else's. */
export class Poller extends Construct {
  readonly reader: MonitorFunction;

  constructor(scope: Construct, id: string, props: PollerProps) {
    super(scope, id);
    const { source, aws } = props;
    this.reader = new MonitorFunction(this, 'Reader', {
      door: 'lambdas/poll.ts',
      description: `Reads the audit log of ${source.name}`,
      timeout: pollTimeout,
      memoryMiB: memoryMiB + Math.ceil(props.mmdbMiB),
      logDays: aws.logDays,
      settingsFile: props.settingsFile,
      layers: [props.networks],
      // A second one would only lose the race for the commit.
      atOnceMax: 1,
      environment: { SOURCE: source.name, METRICS_NAMESPACE: props.metricsNamespace },
    });
    // What fails is done again by the next poll; a start that waited longer than that has nothing left to do.
    this.reader.function.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: eventAge(props.pollEvery) });
    props.state.writtenBy(this.reader, source.name);
    props.archive.writtenBy(this.reader);
    props.alerts.publishedBy(this.reader);
    if (source.token !== undefined) letReadSecret(this.reader, source.token, aws);
    if (props.log !== undefined) this.#letReadLog(props.log);
    props.schedules.start(this, this.reader, {
      schedule: ScheduleExpression.rate(props.pollEvery),
      description: `Polls ${source.name}`,
    });
  }

  #letReadLog(log: ILogGroup): void {
    this.reader.allow(['logs:FilterLogEvents'], log.logGroupArn);
    this.reader.function.addEnvironment('SCALR_LOG_GROUP', log.logGroupName);
  }
}

/** A backfill stops cleanly before it and goes on with the next poll. */
export const pollTimeout = Duration.minutes(5);

/** A run needs some 150 MB; what is above buys processor time (AWS gives it by memory), and a run costs less than it saves. */
const memoryMiB = 512;

/** Lambda takes a minute at least and six hours at most. */
const eventAge = (pollEvery: Duration): Duration =>
  Duration.minutes(Math.min(6 * 60, Math.max(1, pollEvery.toMinutes())));
