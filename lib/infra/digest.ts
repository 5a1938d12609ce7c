import { Duration } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { AwsSettings } from '../config/aws-settings.ts';
import type { AlertTopic } from './alert-topic.ts';
import { MonitorFunction } from './monitor-function.ts';
import type { Schedules } from './schedules.ts';
import type { StateTable } from './state-table.ts';

export type DigestProps = {
  readonly aws: AwsSettings;
  readonly settingsFile: string;
  readonly state: StateTable;
  readonly alerts: AlertTopic;
  readonly schedules: Schedules;
};

/** Once a day: what was seen, what was told, what needs care. Reads what the pollers remember, and changes nothing. */
export class Digest extends Construct {
  readonly writer: MonitorFunction;

  constructor(scope: Construct, id: string, { aws, settingsFile, state, alerts, schedules }: DigestProps) {
    super(scope, id);
    this.writer = new MonitorFunction(this, 'Writer', {
      door: 'lambdas/digest.ts',
      description: 'Tells once a day how the watch goes',
      timeout,
      memoryMiB,
      logDays: aws.logDays,
      settingsFile,
    });
    state.readBy(this.writer);
    alerts.publishedBy(this.writer);
    schedules.start(this, this.writer, {
      schedule: ScheduleExpression.cron({ hour: String(aws.digestHour), minute: '0' }),
      description: 'Sends the daily digest',
    });
  }
}

/** Reads every baseline there is, some seconds for thousands. */
const timeout = Duration.minutes(5);

const memoryMiB = 512;
