import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { EventBus, Match, Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { deadLetterQueue, letServiceSend } from './dead-letters.ts';
import { stackBirthmark } from './stack-birthmark.ts';

export type ScalrBusProps = {
  /** `acme` */
  readonly account: string;
  /** `aws.partner/scalr.com/acme/audit` */
  readonly eventSource: string;
  /** What its log group is called; undefined: a name that no other stack's group ever had. */
  readonly logGroup: string | undefined;
  readonly keepDays: RetentionDays;
};

/**
 * Scalr's audit log, from Scalr's partner bus into a log group that can be read again. Scalr has no log to ask for what was
 * missed, so nothing is filtered on the way, deliveries are tried for a day, and the group outlives the stack.
 */
export class ScalrBus extends Construct {
  readonly log: LogGroup;
  readonly undelivered: Queue;
  readonly #rule: Rule;

  constructor(scope: Construct, id: string, { account, eventSource, logGroup, keepDays }: ScalrBusProps) {
    super(scope, id);
    const stack = Stack.of(this);
    this.log = new LogGroup(this, 'Log', {
      // AWS wants groups for EventBridge under /aws/events/.
      logGroupName: logGroup ?? `/aws/events/${stack.stackName}/scalr-${account}-${stackBirthmark()}`,
      retention: keepDays,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.undelivered = deadLetterQueue(this, 'Undelivered');
    this.#rule = new Rule(this, 'Everything', {
      description: `All that Scalr says of ${account}`,
      eventBus: new EventBus(this, 'Bus', { eventSourceName: eventSource }),
      eventPattern: { source: Match.prefix('aws.partner/scalr.com') },
    });
    const target = {
      // A group's own ARN ends in `:*`, which EventBridge refuses.
      arn: stack.formatArn({
        service: 'logs',
        resource: 'log-group',
        resourceName: this.log.logGroupName,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
      deadLetterConfig: { arn: this.undelivered.queueArn },
      retryPolicy: { maximumRetryAttempts: retriesMax, maximumEventAgeInSeconds: eventAgeMax.toSeconds() },
    };
    // CDK's own target would install a function that writes the policy below.
    this.#rule.addTarget({ bind: () => target });
    letServiceSend(this.undelivered, 'events.amazonaws.com', { ArnEquals: { 'aws:SourceArn': this.#rule.ruleArn } });
  }

  /** What the log group's side has to allow; several buses share a policy, of which AWS takes few. */
  statements(): readonly PolicyStatement[] {
    const who = {
      principals: [new ServicePrincipal('events.amazonaws.com'), new ServicePrincipal('delivery.logs.amazonaws.com')],
      resources: [this.log.logGroupArn],
    };
    return [
      // EventBridge does not say for which rule it makes a stream, but writes into it only for ours.
      new PolicyStatement({ ...who, actions: ['logs:CreateLogStream'] }),
      new PolicyStatement({
        ...who,
        actions: ['logs:PutLogEvents'],
        conditions: { ArnEquals: { 'aws:SourceArn': this.#rule.ruleArn } },
      }),
    ];
  }
}

/** As often and as long as EventBridge can. */
const retriesMax = 185;
const eventAgeMax = Duration.days(1);
