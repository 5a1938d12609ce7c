import { Duration, Validations } from 'aws-cdk-lib';
import type { PolicyStatementProps } from 'aws-cdk-lib/aws-iam';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/**
 * A queue for what AWS could not deliver: a person looks into it, nothing reads it by itself. Kept for as long as SQS can,
 * because what lies in it exists nowhere else.
 */
export const deadLetterQueue = (scope: Construct, id: string): Queue => {
  const queue = new Queue(scope, id, {
    retentionPeriod: Duration.days(14),
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
  });
  Validations.of(queue).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason:
      'This is a dead-letter queue: of a schedule, a rule or a subscription, where cdk-nag knows those of queues.',
  });
  return queue;
};

/** Lets a service of AWS lay messages into a queue, for one of our resources. */
export const letServiceSend = (queue: Queue, service: string, conditions: PolicyStatementProps['conditions']): void => {
  queue.addToResourcePolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal(service)],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: conditions ?? {},
    }),
  );
};
