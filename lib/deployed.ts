import { readdirSync, readFileSync } from 'node:fs';
import { slackWebhook } from './adapters/alerts/slack.ts';
import { snsAlerts, snsDigests } from './adapters/alerts/sns.ts';
import { messagesIn, type SnsEvent } from './adapters/alerts/sns-messages.ts';
import { cloudWatchLogsArchive } from './adapters/archive/cloudwatch-logs.ts';
import { embeddedMetrics } from './adapters/measures/embedded-metrics.ts';
import { openNetworks } from './adapters/networks/open.ts';
import { awsCredentials } from './adapters/secrets/aws-identity.ts';
import { type Environment, given } from './adapters/secrets/secret-store.ts';
import { openSecrets } from './adapters/secrets/secrets.ts';
import { filterLogEvents } from './adapters/sources/cloudwatch-client.ts';
import { openVendor } from './adapters/sources/open.ts';
import { dynamodbState } from './adapters/state/dynamodb.ts';
import { digest } from './app/digest.ts';
import { slackNotifications } from './app/notify-slack.ts';
import { deadlineWithin, pollOnce } from './app/poll.ts';
import type { Clock, StateStore, SurveyedSource } from './app/ports.ts';
import { settingsIn } from './config/deployed-settings.ts';
import { logOptions } from './config/log-options.ts';
import type { Settings } from './config/settings.ts';
import { allowedBy } from './core/allowance.ts';
import { rememberNetworks } from './core/network.ts';
import { alertJson, terminalSafe } from './report/alert-json.ts';
import { alertMessage, type Readers } from './report/alert-message.ts';
import { digestMessage } from './report/digest-text.ts';
import { manyAlertsMessage } from './report/many-alerts.ts';
import { slackAlarm, slackNotice } from './report/slack/alarm.ts';
import { slackMessage } from './report/slack/alert.ts';
import { slackDigest } from './report/slack/digest.ts';
import { slackManyAlerts } from './report/slack/many-alerts.ts';

/**
 * Environment to working parts, for the doors in AWS: the sibling of `wiring.ts`, apart from it because a function carries
 * all that it names. What is named here and not used by a door does not come into its bundle.
 */

export { systemClock } from './adapters/clock.ts';
export type { SnsEvent };

type World = { readonly environment: Environment; readonly clock: Clock };

/** What Lambda says of the run at hand. */
export type Invocation = { getRemainingTimeInMillis(): number };

/** Throws where the deployment is not whole, so that the function fails at its start and not in the middle. */
export const poller = async (world: World): Promise<(invocation: Invocation) => Promise<void>> => {
  const { environment, clock } = world;
  const settings = deployedSettings();
  const readers = readersOf(settings, environment);
  const { lookup } = await openNetworks(networkFiles());
  const networks = rememberNetworks(lookup);
  const parts = {
    source: deployedSource(settings, world),
    state: deployedState(environment),
    archive: cloudWatchLogsArchive({
      group: required(environment, 'ARCHIVE_GROUP'),
      retentionDays: settings.aws.archiveDays,
      clock,
      networks,
      alertJson,
      terminalSafe,
    }),
    clock,
    networks,
    alertBudgetPerWeek: settings.alertBudgetPerWeek,
    isAllowed: allowedBy(settings.allow),
    backfillMs: settings.backfillMs,
    pollEveryMs: settings.pollEveryMs,
    ...snsAlerts({
      topicArn: required(environment, 'ALERT_TOPIC'),
      words: {
        one: (alert, omitted) => alertMessage(alert, omitted, readers),
        many: (alerts, omitted) => manyAlertsMessage(alerts, omitted, readers),
      },
    }),
    writeMeasures: embeddedMetrics({ namespace: required(environment, 'METRICS_NAMESPACE') }),
  };
  return async (invocation) => {
    const remainingMs = invocation.getRemainingTimeInMillis();
    const { stopAfterMs, endAfterMs, endTellingAfterMs, tellBrieflyMs } = deadlineWithin(remainingMs);
    await pollOnce(parts, {
      stopAtMs: clock.nowMs() + stopAfterMs,
      signal: AbortSignal.timeout(endAfterMs),
      tellingSignal: AbortSignal.timeout(endTellingAfterMs),
      briefly: () => AbortSignal.timeout(tellBrieflyMs),
    });
  };
};

/** Sums up what the state knows and publishes it. */
export const digester = ({ environment, clock }: World): (() => Promise<void>) => {
  const { sources, alertBudgetPerWeek, allow } = deployedSettings();
  const parts = {
    state: deployedState(environment),
    clock,
    sources: sources.map(({ name }) => name),
    alertBudgetPerWeek,
    allow,
    publish: snsDigests({
      topicArn: required(environment, 'ALERT_TOPIC'),
      words: digestMessage,
    }),
  };
  return async () => {
    await digest(parts);
  };
};

/** Says in Slack what came by the topic. */
export const slackNotifier = ({ environment, clock }: World): ((event: SnsEvent) => Promise<void>) => {
  const settings = deployedSettings();
  const { slack } = settings.alerts;
  if (slack === undefined) throw new Error('The settings name no Slack: alerts.slack is missing.');
  const readers = readersOf(settings, environment);
  const secrets = openSecrets({ environment, clock });
  const notify = slackNotifications({
    post: slackWebhook({ readUrl: (options) => secrets.read(slack, options), clock }),
    words: {
      alert: (alert) => slackMessage(alert, readers),
      alerts: (alerts) => slackManyAlerts(alerts, readers),
      digest: slackDigest,
      alarm: slackAlarm,
      other: slackNotice,
    },
  });
  return (event) => notify(messagesIn(event));
};

/** Laid beside the bundle by the stack, which has checked it. */
const deployedSettings = (): Settings => settingsIn(readFileSync(new URL('./settings.json', import.meta.url), 'utf8'));

/** Their commands work on the table, from wherever they sit. */
const readersOf = (settings: Settings, environment: Environment): Readers => ({
  zone: settings.alerts.timeZone,
  place: {
    program: 'tokenwatch',
    state: `dynamodb:${required(environment, 'STATE_TABLE')}`,
    logs: logOptions(settings),
  },
});

const deployedState = (environment: Environment): StateStore =>
  dynamodbState({ table: required(environment, 'STATE_TABLE') });

const deployedSource = (settings: Settings, world: World): SurveyedSource => {
  const name = required(world.environment, 'SOURCE');
  const source = settings.sources.find((each) => each.name === name);
  if (source === undefined) throw new Error(`The settings name no source ${name}: deploy the stack again.`);
  const { environment } = world;
  return openVendor(source, {
    ...world,
    logs: filterLogEvents({ environment, credentials: awsCredentials(environment) }),
  });
};

/** The layer: the operator's own files, numbered in their order, and the table that comes with tokenwatch. */
const networkFiles = (): { readonly tableFile: string; readonly mmdbFiles: readonly string[] } => ({
  tableFile: '/opt/networks.bin',
  mmdbFiles: namesIn('/opt/mmdb')
    .toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    .map((name) => `/opt/mmdb/${name}`),
});

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    // Somebody without files of their own has no such folder.
    return [];
  }
};

/** Set by the construct that allows its use. */
const required = (environment: Environment, name: string): string => {
  const value = given(environment, name);
  if (value === undefined) throw new Error(`The environment variable ${name} is not set: deploy the stack again.`);
  return value;
};
