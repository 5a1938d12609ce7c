import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Subscription, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { MonitorFunction } from './monitor-function.ts';

/**
 * Where everything is told: alerts, the daily digest, and alarms about the monitor itself. The key is our own because
 * CloudWatch cannot publish to a topic under AWS's: its alarms would fail without a word.
 */
export class AlertTopic extends Construct {
  readonly topic: Topic;
  readonly key: Key;

  constructor(scope: Construct, id: string, { emails }: { readonly emails: readonly string[] }) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: `Alerts of ${Aws.STACK_NAME}`,
      enableKeyRotation: true,
      // Nothing is kept under it: it need not outlive the stack, and a key costs a dollar a month.
      removalPolicy: RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(7),
    });
    this.topic = new Topic(this, 'Topic', { masterKey: this.key, enforceSSL: true });
    const ourAlarms = {
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    };
    this.topic.addToResourcePolicy(
      new PolicyStatement({ ...ourAlarms, actions: ['sns:Publish'], resources: [this.topic.topicArn] }),
    );
    // In a key's own policy, `*` is this key.
    this.key.addToResourcePolicy(
      new PolicyStatement({ ...ourAlarms, effect: Effect.ALLOW, actions: [...throughKey], resources: ['*'] }),
    );
    for (const email of emails) {
      new Subscription(this, email, { topic: this.topic, protocol: SubscriptionProtocol.EMAIL, endpoint: email });
    }
  }

  publishedBy(user: MonitorFunction): void {
    user.allow(['sns:Publish'], this.topic.topicArn);
    user.allow(throughKey, this.key.keyArn);
    user.function.addEnvironment('ALERT_TOPIC', this.topic.topicArn);
  }
}

const throughKey = ['kms:Decrypt', 'kms:GenerateDataKey'];
