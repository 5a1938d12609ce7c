import { Duration } from 'aws-cdk-lib';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { AwsSettings } from '../config/aws-settings.ts';
import type { SecretReference } from '../config/secret-reference.ts';
import type { AlertTopic } from './alert-topic.ts';
import { deadLetterQueue } from './dead-letters.ts';
import { MonitorFunction } from './monitor-function.ts';
import { letReadSecret } from './secret-access.ts';

export type SlackNotifierProps = {
  readonly webhook: SecretReference;
  readonly aws: AwsSettings;
  readonly settingsFile: string;
  readonly alerts: AlertTopic;
};

/**
 * Says in Slack what the topic tells. What Slack does not take after all retries lies in a queue, whether the topic failed to
 * start the function or the function to reach Slack.
 */
export class SlackNotifier extends Construct {
  readonly notifier: MonitorFunction;
  readonly undelivered: Queue;

  constructor(scope: Construct, id: string, { webhook, aws, settingsFile, alerts }: SlackNotifierProps) {
    super(scope, id);
    this.notifier = new MonitorFunction(this, 'Notifier', {
      door: 'lambdas/notify-slack.ts',
      description: 'Says alerts in Slack',
      timeout,
      memoryMiB,
      logDays: aws.logDays,
      settingsFile,
    });
    letReadSecret(this.notifier, webhook, aws);
    this.undelivered = deadLetterQueue(this, 'Undelivered');
    this.notifier.allow(['sqs:SendMessage'], this.undelivered.queueArn);
    this.notifier.function.configureAsyncInvoke({
      retryAttempts: 2,
      onFailure: { bind: () => ({ destination: this.undelivered.queueArn }) },
    });
    alerts.topic.addSubscription(new LambdaSubscription(this.notifier.function, { deadLetterQueue: this.undelivered }));
  }
}

/** Slack may ask to wait half a minute. */
const timeout = Duration.minutes(1);

/** A message is small; below it the start takes longer than the work. */
const memoryMiB = 256;
