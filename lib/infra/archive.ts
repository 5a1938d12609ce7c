import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnQueryDefinition, LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { MonitorFunction } from './monitor-function.ts';
import { stackBirthmark } from './stack-birthmark.ts';

/**
 * Every event and alert, in our own words, for people to search in the middle of an incident: with the three questions that
 * are asked then already saved. What is in it ends after the days of the settings; what is left when the stack goes, too.
 */
export class Archive extends Construct {
  readonly group: LogGroup;

  constructor(scope: Construct, id: string, { keepDays }: { readonly keepDays: RetentionDays }) {
    super(scope, id);
    const { stackName } = Stack.of(this);
    this.group = new LogGroup(this, 'Events', {
      logGroupName: `/tokenwatch/${stackName}/archive-${stackBirthmark()}`,
      retention: keepDays,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    for (const [name, lines] of queries) {
      new CfnQueryDefinition(this, name, {
        name: `${stackName}/${name}`,
        logGroupNames: [this.group.logGroupName],
        queryString: lines.join('\n'),
      });
    }
  }

  /** Reads back, too: a run that died between archive and commit is continued, not repeated. */
  writtenBy(user: MonitorFunction): void {
    user.allow(
      ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams', 'logs:GetLogEvents'],
      this.group.logGroupArn,
    );
    user.function.addEnvironment('ARCHIVE_GROUP', this.group.logGroupName);
  }
}

/** A line may be there twice, where an answer was lost; one id is one line. After `dedup` it takes only a limit. */
const newestOnce = ['| sort at desc', '| dedup id', '| limit 10000'];
const times =
  '# The time chosen is when a line was written: within minutes, but for history read at the first start. `at` is the truth.';
const who = 'coalesce(principal.name, alert.principal.name) as who';

const queries: readonly (readonly [name: string, lines: readonly string[]])[] = [
  [
    'Everything a principal did',
    [
      '# For NAME write the name or the id of the token, the user or the service account.',
      times,
      'fields at, source, principal.name, action, target, outcome, ip, network.owner, userAgent, id',
      '| filter kind = "event"',
      '| filter principal.name = "NAME" or principal.id = "NAME" or user = "NAME"',
      ...newestOnce,
    ],
  ],
  [
    'Everything from a network',
    [
      '# Write an address or a range; for the owner of networks: filter network.asn = 64500',
      times,
      'fields at, source, principal.name, action, target, outcome, ip, network.owner, userAgent, id',
      '| filter kind = "event"',
      '| filter isIpInSubnet(ip, "198.51.100.0/24")',
      ...newestOnce,
    ],
  ],
  [
    'Alerts, and what was seen around them',
    [
      '# For NAME write the principal of an alert, and choose the hours around it. Without NAME: all alerts.',
      times,
      `fields at, kind, source, ${who}, alert.severity, action, target, outcome, ip, network.owner, id`,
      '| filter kind = "alert" or principal.name = "NAME" or principal.id = "NAME"',
      ...newestOnce,
    ],
  ],
];
