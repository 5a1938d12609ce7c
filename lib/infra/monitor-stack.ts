import { createHash } from 'node:crypto';
import { CfnOutput, Duration, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import { type ILogGroup, LogGroup, ResourcePolicy } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Settings } from '../config/settings.ts';
import type { Source } from '../config/source-settings.ts';
import { headings, type WatchedPoller, watchDigest, watchPoller, watchQueue } from './alarms.ts';
import { AlertTopic } from './alert-topic.ts';
import { Archive } from './archive.ts';
import { Dashboard } from './dashboard.ts';
import { Digest } from './digest.ts';
import { mmdbMiB, networksLayer } from './networks-layer.ts';
import { Poller } from './poller.ts';
import { ScalrBus } from './scalr-bus.ts';
import { Schedules } from './schedules.ts';
import { SlackNotifier } from './slack-notifier.ts';
import { StateTable } from './state-table.ts';

export type MonitorStackProps = StackProps & {
  readonly settings: Settings;
  /** The settings as `deployedText` writes them; the functions read them from it. */
  readonly settingsFile: string;
  /** The table of who owns which addresses. */
  readonly networksFile: string;
};

/** The whole monitor: what it reads, where it remembers, whom it tells, and who watches it. */
export class MonitorStack extends Stack {
  constructor(scope: Construct, id: string, props: MonitorStackProps) {
    super(scope, id, {
      description: 'tokenwatch: watches how access tokens of Pulumi Cloud and Scalr are used',
      ...props,
    });
    const { settings, settingsFile, networksFile } = props;
    const { aws, alerts: tell } = settings;

    const state = new StateTable(this, 'State', { existing: aws.stateTable });
    const alerts = new AlertTopic(this, 'Alerts', { emails: tell.email });
    const archive = new Archive(this, 'Archive', { keepDays: aws.archiveDays });
    const schedules = new Schedules(this, 'Schedules');
    const files = { tableFile: networksFile, mmdbFiles: settings.mmdbPaths };
    const networks = networksLayer(this, 'Networks', files);
    const shared = {
      aws,
      settingsFile,
      networks,
      mmdbMiB: mmdbMiB(settings.mmdbPaths),
      state,
      archive,
      alerts,
      schedules,
      pollEvery: Duration.millis(settings.pollEveryMs),
      metricsNamespace: `tokenwatch/${this.stackName}`,
    };

    const nameOf = outputNames(settings.sources);
    const buses: ScalrBus[] = [];
    const pollers: WatchedPoller[] = [];
    for (const source of settings.sources) {
      const bus = this.#busOf(source, settings);
      if (bus !== undefined) buses.push(bus);
      const poller = new Poller(this, idOf('Poll', source), {
        ...shared,
        source,
        log: bus?.log ?? this.#logOf(source),
      });
      const watched = { ...shared, source: source.name, reader: poller.reader };
      watchPoller(poller, alerts, watched);
      if (bus !== undefined) watchBus(bus, alerts, source.name);
      pollers.push(watched);
      const { reader } = poller;
      this.#tell(`Poll${nameOf(source)}`, {
        Function: reader.function.functionName,
        Logs: reader.logs.logGroupName,
        // Vault and Conjur are told whom to let in.
        Role: reader.role.roleArn,
      });
      if (bus !== undefined)
        this.#tell(`Bus${nameOf(source)}`, { Log: bus.log.logGroupName, Lost: bus.undelivered.queueUrl });
    }
    for (let at = 0; at < buses.length; at += busesPerPolicy) {
      const statements = buses.slice(at, at + busesPerPolicy).flatMap((bus) => bus.statements());
      new ResourcePolicy(this, `ScalrLogs${at / busesPerPolicy}`, { policyStatements: statements });
    }

    if (tell.slack !== undefined) {
      const slack = new SlackNotifier(this, 'Slack', { webhook: tell.slack, aws, settingsFile, alerts });
      state.namedTo(slack.notifier);
      watchQueue(slack, 'Untold', alerts, {
        queue: slack.undelivered,
        about: 'slack',
        heading: headings.slackNotTold,
        means: 'Slack did not take an alert, a digest or an alarm. E-mail is not concerned.',
      });
      const { notifier, undelivered } = slack;
      this.#tell('Slack', {
        Function: notifier.function.functionName,
        Logs: notifier.logs.logGroupName,
        Role: notifier.role.roleArn,
        Untold: undelivered.queueUrl,
      });
    }
    const digest = new Digest(this, 'Digest', { aws, settingsFile, state, alerts, schedules });
    watchDigest(digest, alerts, digest.writer);
    watchQueue(schedules, 'NotStarted', alerts, {
      queue: schedules.undelivered,
      about: 'schedules',
      heading: headings.notStarted,
      means:
        'AWS could not start a poll or the digest when it was due. A poll is made good by the next one that starts.',
    });
    if (aws.dashboard) {
      const dashboard = new Dashboard(this, 'Dashboard', pollers);
      this.#tell('Dashboard', { Name: dashboard.page.dashboardName });
    }

    for (const [name, value] of Object.entries(aws.tags)) Tags.of(this).add(name, value);
    this.#tell('', {
      StateTable: state.table.tableName,
      ArchiveGroup: archive.group.logGroupName,
      AlertTopic: alerts.topic.topicArn,
      NotStarted: schedules.undelivered.queueUrl,
      DigestFunction: digest.writer.function.functionName,
      DigestLogs: digest.writer.logs.logGroupName,
    });
  }

  /** Names that CloudFormation gave, for the commands of the runbook. */
  #tell(prefix: string, names: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(names)) new CfnOutput(this, `${prefix}${name}`, { value });
  }

  #busOf(source: Source, { aws }: Settings): ScalrBus | undefined {
    if (source.kind !== 'scalr' || source.eventSource === undefined) return undefined;
    const { account, eventSource, logGroup } = source;
    return new ScalrBus(this, idOf('Bus', source), { account, eventSource, logGroup, keepDays: aws.archiveDays });
  }

  /** One that somebody else fills. */
  #logOf(source: Source): ILogGroup | undefined {
    if (source.kind !== 'scalr' || source.logGroup === undefined) return undefined;
    return LogGroup.fromLogGroupName(this, idOf('Log', source), source.logGroup);
  }
}

/** A policy of CloudWatch Logs may have 5,120 characters, of which a bus takes some 800, and a region ten policies. */
const busesPerPolicy = 5;

const idOf = (what: string, { name }: Source): string => `${what}-${name.replace(':', '-')}`;

/**
 * The name of a source in those of its outputs, where CloudFormation takes letters and digits alone: `pulumiacme`. Of sources
 * that would then be called the same, each carries a part of the digest of its name: `pulumiacmedev1f0c3a`.
 */
const outputNames = (sources: readonly Source[]): ((source: Source) => string) => {
  const plain = ({ name }: Source): string => name.replace(/[^A-Za-z0-9]/g, '');
  const byPlain = Map.groupBy(sources, plain);
  return (source) => {
    const isAlone = byPlain.get(plain(source))?.length === 1;
    return isAlone ? plain(source) : `${plain(source)}${digestOf(source)}`;
  };
};

const digestOf = ({ name }: Source): string => createHash('sha256').update(name).digest('hex').slice(0, 6);

const watchBus = (bus: ScalrBus, alerts: AlertTopic, about: string): void =>
  watchQueue(bus, 'Lost', alerts, {
    queue: bus.undelivered,
    about,
    heading: headings.scalrLost,
    means: `Events of ${about} could not be written to their log: they are not seen unless somebody puts them back.`,
  });
