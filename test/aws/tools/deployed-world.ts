import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateLogStreamCommand,
  FilterLogEventsCommand,
  type OutputLogEvent,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { msPerHour, msPerMinute } from '../../../lib/core/time.ts';
import { type DemoWorld, demoWorld } from '../../../lib/simulator/demo-world.ts';
import { createPulumiApi, type Fault, type SeenRequest } from '../../../lib/simulator/pulumi-api.ts';
import { ask, type Clients, clientsOf } from './clients.ts';
import {
  type Assembly,
  bootstrap,
  type DeployedFunction,
  deploy,
  type Invoked,
  invoke,
  synthesize,
} from './deployment.ts';
import { writeMadeUpOwners } from './made-up-owners.ts';
import { account, type EmulatedAws, region, startAws } from './ministack.ts';
import { progress } from './progress.ts';
import { ordinaryScalrLife, type ScalrLogEvent, scalrAccount, scalrEventSource } from './scalr-log.ts';
import { openSlackStandIn, type SlackStandIn } from './slack-stand-in.ts';

/**
 * The demo's organization and a Scalr account of the same name, in front of our stack, in an emulated AWS. Everybody in it
 * shares one clock, which the test sets: the world is the same on every day on which the test runs.
 */

export type DeployedWorld = {
  readonly folder: string;
  readonly aws: EmulatedAws;
  readonly clients: Clients;
  readonly demo: DemoWorld;
  /** How often Pulumi's audit log was asked for. */
  readonly logRequests: () => number;
  readonly slack: SlackStandIn;
  readonly assembly: Assembly;
  readonly pulumi: DeployedFunction;
  readonly scalr: DeployedFunction;
  readonly notifier: DeployedFunction;
  readonly digest: DeployedFunction;
  /** Sets the clock to a time of the first day of the watch. */
  readonly setTime: (hour: number, minute: number) => void;
  readonly nowMs: () => number;
  /** From now on Pulumi's API answers nothing, until it is let. */
  readonly holdApi: () => { readonly release: () => void };
  readonly poll: (source: DeployedFunction) => Promise<Invoked>;
  /** Lays events into Scalr's log group, as EventBridge does. */
  readonly addToScalrLog: (events: readonly ScalrLogEvent[]) => Promise<void>;
  /** Hands them to EventBridge as Scalr does: to the event source, whence bus and rule take them. */
  readonly sendAsScalr: (events: readonly ScalrLogEvent[]) => Promise<void>;
  readonly archived: () => Promise<readonly OutputLogEvent[]>;
  readonly redeploy: (change: Readonly<Record<string, unknown>>) => Promise<void>;
  readonly setSchedules: (state: 'ENABLED' | 'DISABLED') => Promise<void>;
  readonly end: () => Promise<void>;
};

const seed = 7;
const startMs = Date.UTC(2026, 1, 23);
export const stackName = 'tokenwatch';
/** Enough to know everybody by; the vendor's pace (two requests a second) makes more of it long. */
export const backfillDays = 5;

export const deployWorld = async (): Promise<DeployedWorld> => {
  const folder = mkdtempSync(join(tmpdir(), 'tokenwatch-aws-'));
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const end = async (): Promise<void> => {
    for (const each of ends.toReversed()) await each();
  };
  try {
    return { ...(await build(folder, ends)), end };
  } catch (error) {
    await end();
    throw error;
  }
};

const build = async (folder: string, ends: (() => unknown)[]): Promise<Omit<DeployedWorld, 'end'>> => {
  progress('starting MiniStack');
  const aws = await startAws(folder);
  ends.push(aws.end);
  const clients = clientsOf(aws);
  const demo = demoWorld(seed, startMs);
  let aheadMs = 0;
  const nowMs = (): number => Date.now() + aheadMs;
  const setTime = (hour: number, minute: number): void => {
    aheadMs = demo.timeline.liveFromMs + hour * msPerHour + minute * msPerMinute - Date.now();
    aws.shiftClock(aheadMs);
  };
  setTime(0, 0);
  let held: Promise<unknown> | undefined;
  let logRequests = 0;
  const fault = ({ path }: SeenRequest): Fault | undefined => {
    if (path.includes('/auditlogs')) logRequests += 1;
    return held && { kind: 'slow', until: held };
  };
  const api = await createPulumiApi({ ...demo, nowMs, behaviour: { fault } });
  ends.push(api.close);
  const slack = await openSlackStandIn();
  ends.push(slack.close);

  for (const [Name, SecretString] of [
    ['tokenwatch/pulumi', JSON.stringify({ token: demo.token })],
    ['tokenwatch/slack', JSON.stringify({ webhook: slack.webhook })],
    ['somebody/else', 'not ours'],
  ] as const) {
    await clients.secrets.send(new CreateSecretCommand({ Name, SecretString }));
  }

  const owners = join(folder, 'owners');
  mkdirSync(owners);
  const settings = {
    sources: [
      {
        pulumi: {
          organization: demo.organization.name,
          token: 'aws-sm:tokenwatch/pulumi#token',
          baseUrl: api.url,
        },
      },
      { scalr: { account: scalrAccount, eventSource: scalrEventSource } },
    ],
    pollMinutes: 1,
    backfillDays,
    alerts: { email: ['security@example.com'], slack: 'aws-sm:tokenwatch/slack#webhook' },
    networks: { mmdb: writeMadeUpOwners(owners) },
    aws: { stack: stackName, account, region },
  };
  const settingsFile = join(folder, 'tokenwatch.json');
  const write = (change: Readonly<Record<string, unknown>> = {}): void =>
    writeFileSync(settingsFile, JSON.stringify({ ...settings, ...change }));

  write();
  progress('cdk synth');
  const assembly = await synthesize(settingsFile, join(folder, 'cdk.out'));
  progress('cdk bootstrap');
  await bootstrap(aws, assembly, folder);
  progress('cdk deploy');
  const functions = await deploy(aws, assembly, folder);
  const reading = (source: string) => functionWith(functions, ({ environment }) => environment.SOURCE === source);
  const scalr = reading(`scalr:${scalrAccount}`);
  const scalrLog = scalr.environment.SCALR_LOG_GROUP ?? '';
  const stream = { logGroupName: scalrLog, logStreamName: 'made-up' };
  await clients.logs.send(new CreateLogStreamCommand(stream));
  const addToScalrLog = async (events: readonly ScalrLogEvent[]): Promise<void> => {
    await clients.logs.send(new PutLogEventsCommand({ ...stream, logEvents: [...events] }));
  };
  // Written as a whole, the future included: the poller asks for nothing beyond its own clock.
  await addToScalrLog(ordinaryScalrLife(demo.timeline.liveFromMs));

  return {
    folder,
    aws,
    clients,
    demo,
    logRequests: () => logRequests,
    slack,
    assembly,
    pulumi: reading(`pulumi:${demo.organization.name}`),
    scalr,
    notifier: functionWith(functions, ({ name }) => name.includes('Notifier')),
    digest: functionWith(functions, ({ name }) => name.includes('Writer')),
    setTime,
    nowMs,
    holdApi: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return {
        release: () => {
          held = undefined;
          resolve();
        },
      };
    },
    poll: (source) => invoke(aws, source),
    addToScalrLog,
    sendAsScalr: (events) => sendAsScalr(aws, events),
    archived: () => everyEvent(clients, scalr.environment.ARCHIVE_GROUP ?? ''),
    redeploy: async (change) => {
      write(change);
      await deploy(aws, await synthesize(settingsFile, join(folder, 'cdk.out')), folder);
    },
    setSchedules: (state) => setSchedules(aws, state),
  };
};

const functionWith = (
  functions: readonly DeployedFunction[],
  is: (each: DeployedFunction) => boolean,
): DeployedFunction => {
  const found = functions.find(is);
  if (found === undefined) throw new Error(`not deployed; there are ${functions.map(({ name }) => name).join(', ')}`);
  return found;
};

/** The emulator gives at most 10,000 at once and never a token for the next ones, so it is asked stretch by stretch. */
export const everyEvent = async ({ logs }: Clients, logGroupName: string): Promise<readonly OutputLogEvent[]> => {
  const found: OutputLogEvent[] = [];
  let startTime = 0;
  const seen = new Set<string>();
  for (;;) {
    const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName, startTime }));
    const fresh = events.filter(({ eventId = '' }) => !seen.has(eventId));
    for (const event of fresh) {
      seen.add(event.eventId ?? '');
      found.push(event);
    }
    if (fresh.length === 0) return found;
    startTime = events.at(-1)?.timestamp ?? startTime;
  }
};

/** What EventBridge takes at once. */
const entriesMax = 10;

const sendAsScalr = async (aws: EmulatedAws, events: readonly ScalrLogEvent[]): Promise<void> => {
  for (let at = 0; at < events.length; at += entriesMax) {
    const Entries = events.slice(at, at + entriesMax).map(({ message }) => {
      const { source, detail, ...envelope } = JSON.parse(message) as Readonly<Record<string, unknown>>;
      return { Source: source, DetailType: envelope['detail-type'], Detail: JSON.stringify(detail) };
    });
    const asked = { service: 'events', method: 'POST', path: '/', target: 'AWSEvents.PutPartnerEvents' };
    const { status, text } = await ask(aws, { ...asked, body: JSON.stringify({ Entries }) });
    if (status !== 200 || !text.includes('"FailedEntryCount": 0')) throw new Error(`the bus took no event: ${text}`);
  }
};

const setSchedules = async (aws: EmulatedAws, state: string): Promise<void> => {
  const listed = await ask(aws, { service: 'scheduler', method: 'GET', path: '/schedules' });
  const { Schedules: schedules } = JSON.parse(listed.text) as {
    readonly Schedules: readonly { readonly Name: string; readonly GroupName: string }[];
  };
  for (const { Name, GroupName } of schedules) {
    const path = `/schedules/${Name}`;
    const found = await ask(aws, { service: 'scheduler', method: 'GET', path: `${path}?groupName=${GroupName}` });
    const body = JSON.stringify({ ...(JSON.parse(found.text) as object), State: state });
    const changed = await ask(aws, { service: 'scheduler', method: 'PUT', path, body });
    if (changed.status !== 200) throw new Error(`the schedule ${Name} was not changed: ${changed.text}`);
  }
};
