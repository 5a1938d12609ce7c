import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, type ScheduleExpression, ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { deadLetterQueue } from './dead-letters.ts';
import type { MonitorFunction } from './monitor-function.ts';

/**
 * What starts our functions, on time and once: each schedule under a role that can start its own function alone. What could
 * not be started lands in one queue for all of them, since each message names its schedule, and an alarm costs money.
 */
export class Schedules extends Construct {
  readonly group: ScheduleGroup;
  readonly undelivered: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.group = new ScheduleGroup(this, 'Group', { removalPolicy: RemovalPolicy.DESTROY });
    this.undelivered = deadLetterQueue(this, 'Undelivered');
  }

  start(scope: Construct, user: MonitorFunction, { schedule, description }: Beginning): void {
    const role = new Role(scope, 'ScheduleRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID, 'aws:SourceArn': this.group.scheduleGroupArn },
        },
      }),
    });
    const { functionArn } = user.function;
    role.addToPrincipalPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] }));
    role.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.undelivered.queueArn] }),
    );
    // CDK's own target would also let the role start every version of the function.
    const target = {
      arn: functionArn,
      role,
      deadLetterConfig: { arn: this.undelivered.queueArn },
      // The next start does the work of a missed one: a late one would only stand in its way.
      retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: eventAgeMin.toSeconds() },
    };
    const props = { schedule, description, scheduleGroup: this.group, target: { bind: () => target } };
    // What the role may do is a resource apart: without it the first start of a new stack would fail.
    new Schedule(scope, 'Schedule', props).node.addDependency(role);
  }
}

type Beginning = { readonly schedule: ScheduleExpression; readonly description: string };

/** The least that EventBridge Scheduler takes. */
const eventAgeMin = Duration.minutes(1);
