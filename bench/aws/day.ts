import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateTableCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { snsAlerts } from '../../lib/adapters/alerts/sns.ts';
import { cloudWatchLogsArchive } from '../../lib/adapters/archive/cloudwatch-logs.ts';
import { fieldsOf, metricsOf } from '../../lib/adapters/measures/embedded-metrics.ts';
import { dynamodbState } from '../../lib/adapters/state/dynamodb.ts';
import { memoryState } from '../../lib/adapters/state/memory.ts';
import { monitor } from '../../lib/app/monitor.ts';
import { type PollMeasures, pollOnce } from '../../lib/app/poll.ts';
import type { AuditSource, Document, StateStore } from '../../lib/app/ports.ts';
import { rememberNetworks } from '../../lib/core/network.ts';
import { msPerDay, msPerHour, msPerMinute } from '../../lib/core/time.ts';
import { alertJson, terminalSafe } from '../../lib/report/alert-json.ts';
import { alertMessage } from '../../lib/report/alert-message.ts';
import { manyAlertsMessage } from '../../lib/report/many-alerts.ts';
import { madeUpOwners } from '../../lib/simulator/addresses.ts';
import { type Clients, clientsOf } from '../../test/aws/tools/clients.ts';
import type { Call } from '../../test/aws/tools/gateway.ts';
import type { EmulatedAws } from '../../test/aws/tools/ministack.ts';
import { bytesOf, capacityOf } from './capacity.ts';
import { median } from './median.ts';
import { type Population, populationOf } from './population.ts';

/**
 * A day of polls, every five minutes, over sources whose history has been learned: each call of AWS that the poller makes is
 * counted where it passes, at the gateway to an emulated AWS. The poller is the deployed one's use case with its own adapters,
 * in this process, so that a day takes a minute.
 */

export type Day = {
  readonly principals: number;
  readonly polls: number;
  readonly events: number;
  /** Of those, what came through EventBridge. */
  readonly partnerEvents: number;
  readonly calls: ReadonlyMap<string, number>;
  readonly writes: number;
  readonly reads: number;
  readonly archivedBytes: number;
  readonly ownLogBytes: number;
  readonly requests: number;
  readonly publishes: number;
  /** In this process, the emulator's answers included. */
  readonly pollMs: number;
  readonly tableBytes: number;
};

const dayMs = Date.UTC(2026, 2, 24);
const pollEveryMs = 5 * msPerMinute;
/** A week to learn from, less where there is very much of it. */
const historyDaysOf = (principals: number): number => (principals > 1_000 ? 3 : 7);

/** What CloudWatch Logs counts for each line, besides its bytes. */
const bytesPerLine = 26;
/** START, END and REPORT of an invocation, and the frame of the metrics' line. */
const ownLogFrameBytes = 900;

export const dayOf = async (wanted: number, names: readonly string[], aws: EmulatedAws): Promise<Day> => {
  const historyMs = historyDaysOf(wanted) * msPerDay;
  const population = populationOf(wanted, names, { fromMs: dayMs - historyMs, toMs: dayMs + msPerDay });
  const clients = clientsOf(aws);
  const table = `state-${wanted}`;
  await clients.dynamodb.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: ['pk', 'sk'].map((AttributeName, at) => ({ AttributeName, KeyType: at === 0 ? 'HASH' : 'RANGE' })),
    }),
  );
  const group = `/archive-${wanted}`;
  await clients.logs.send(new CreateLogGroupCommand({ logGroupName: group }));
  const { TopicArn = '' } = await clients.sns.send(new CreateTopicCommand({ Name: `alerts-${wanted}` }));

  let nowMs = dayMs;
  const clock = { nowMs: () => nowMs, sleep: async () => {} };
  const networks = rememberNetworks(madeUpOwners);
  const state = dynamodbState({ table, client: clients.dynamodb, nowMs: clock.nowMs });
  for (const source of population.sources) {
    await learn(source, {
      state,
      population,
      parts: { clock, networks, alertBudgetPerWeek: 1, backfillMs: historyMs },
    });
  }

  const tally = newTally();
  let ownLogBytes = 0;
  const parts = population.sources.map((source) => ({
    source: upToNow(source, () => nowMs),
    state,
    clock,
    networks,
    alertBudgetPerWeek: 1,
    backfillMs: historyMs,
    archive: cloudWatchLogsArchive({
      group,
      retentionDays: 400,
      clock,
      networks,
      alertJson,
      terminalSafe,
      client: clients.logs,
    }),
    ...snsAlerts({ topicArn: TopicArn, words: { one: alertMessage, many: manyAlertsMessage }, client: clients.sns }),
    writeMeasures: (measures: PollMeasures): void => {
      const line = JSON.stringify({ ...fieldsOf(measures), ...metricsOf(measures) });
      ownLogBytes += line.length + ownLogFrameBytes;
    },
  }));
  let requests = 0;
  const pollsMs: number[] = [];
  for (nowMs = dayMs + pollEveryMs; nowMs <= dayMs + msPerDay; nowMs += pollEveryMs) {
    for (const each of parts) {
      aws.gateway.forget();
      const startedMs = performance.now();
      const { requests: asked } = await pollOnce(each, { stopAtMs: nowMs + msPerHour });
      pollsMs.push(performance.now() - startedMs);
      requests += asked;
      tally.add(aws.gateway.calls());
    }
  }
  const inDay = (source: string): number => population.eventsOf(source).filter(({ atMs }) => atMs >= dayMs).length;
  const { calls, ...sums } = tally.sums();
  return {
    principals: population.principals,
    polls: pollsMs.length,
    events: names.reduce((sum, name) => sum + inDay(name), 0),
    partnerEvents: names.filter((name) => name.startsWith('scalr')).reduce((sum, name) => sum + inDay(name), 0),
    calls,
    ...sums,
    ownLogBytes,
    requests,
    publishes: calls.get('sns Publish') ?? 0,
    pollMs: median(pollsMs),
    tableBytes: await tableBytes(clients, table),
  };
};

const upToNow = ({ name, read }: AuditSource, nowMs: () => number): AuditSource => ({
  name,
  read: ({ fromMs, toMs }, signal) => read({ fromMs, toMs: Math.min(toMs, nowMs()) }, signal),
});

type Learning = {
  readonly state: StateStore;
  readonly population: Population;
  readonly parts: Omit<Parameters<typeof monitor>[0], 'source' | 'state'>;
};

/** History is learned in memory, since the emulator takes its time, and laid into the table as it would lie there. */
const learn = async (source: AuditSource, { state, population, parts }: Learning): Promise<void> => {
  const memory = memoryState();
  await monitor({ ...parts, source: upToNow(source, parts.clock.nowMs), state: memory });
  const { cursor, organization } = await memory.load(source.name);
  const principals: (readonly [string, Document])[] = [];
  for await (const each of memory.everyPrincipal(source.name)) principals.push(each);
  const seen = population
    .eventsOf(source.name)
    .filter(({ atMs }) => atMs >= dayMs - 74 * msPerHour && atMs < dayMs)
    .map(({ id, atMs }) => ({ id, atMs }));
  let revision = 0;
  const commit = async (change: object): Promise<void> => {
    await state.commit(source.name, { expectedRevision: revision, ...change });
    revision += 1;
  };
  await commit({ ...(cursor && { cursor }), ...(organization && { organization }) });
  const chunk = 80;
  for (let at = 0; at < principals.length; at += chunk) {
    await commit({ principals: new Map(principals.slice(at, at + chunk)) });
  }
  // An hour's ids at a time, as they were counted.
  const byHour = Map.groupBy(seen, ({ atMs }) => Math.floor(atMs / msPerHour));
  for (const ids of byHour.values()) await commit({ seen: ids });
};

const newTally = () => {
  const calls = new Map<string, number>();
  const sums = { writes: 0, reads: 0, archivedBytes: 0 };
  return {
    add: (made: readonly Call[]): void => {
      for (const call of made) {
        const name = `${call.service} ${call.action}`;
        calls.set(name, (calls.get(name) ?? 0) + 1);
        const { writes, reads } = call.service === 'dynamodb' ? capacityOf(call) : { writes: 0, reads: 0 };
        sums.writes += writes;
        sums.reads += reads;
        if (call.action === 'PutLogEvents') sums.archivedBytes += bytesPut(call);
      }
    },
    sums: () => ({ calls, ...sums }),
  };
};

const bytesPut = ({ body }: Call): number => {
  const { logEvents } = JSON.parse(body) as { readonly logEvents: readonly { readonly message: string }[] };
  return logEvents.reduce((sum, { message }) => sum + Buffer.byteLength(message) + bytesPerLine, 0);
};

/** AWS adds 100 bytes to each item for its index. */
const tableBytes = async ({ dynamodb }: Clients, TableName: string): Promise<number> => {
  let bytes = 0;
  let ExclusiveStartKey: Record<string, never> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await dynamodb.send(
      new ScanCommand({ TableName, ...(ExclusiveStartKey && { ExclusiveStartKey }) }),
    );
    for (const item of Items) bytes += 100 + bytesOf(asText(item));
    ExclusiveStartKey = LastEvaluatedKey as Record<string, never> | undefined;
  } while (ExclusiveStartKey !== undefined);
  return bytes;
};

/** The client gives bytes where the wire has base64. */
const asText = (item: object): Parameters<typeof bytesOf>[0] =>
  JSON.parse(
    JSON.stringify(item, (_, value) =>
      value instanceof Uint8Array || (typeof value === 'object' && value?.type === 'Buffer')
        ? Buffer.from(value.data ?? value).toString('base64')
        : value,
    ),
  );
