import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { msPerDay, msPerHour, msPerMinute, msPerSecond } from '../../lib/core/time.ts';
import { backfillDays, type DeployedWorld, deployWorld, everyEvent, stackName } from './tools/deployed-world.ts';
import type { DeployedFunction } from './tools/deployment.ts';
import type { Call } from './tools/gateway.ts';
import { killedAt } from './tools/killing.ts';
import { type Heard, type Listener, listenTo } from './tools/listener.ts';
import { progress } from './tools/progress.ts';
import { putMetric } from './tools/put-metric.ts';
import { actingAs } from './tools/roles.ts';
import { ordinaryScalrLife, stolenScalrToken } from './tools/scalr-log.ts';

/**
 * The stack as `cdk deploy` makes it, in an emulated AWS that checks every permission, over one made-up morning: history is
 * learned, two tokens are stolen, pollers die, the stack is deployed again. Told in order; each part builds on the last.
 */

let world: DeployedWorld;
let everything: Listener;
let onlyDigests: Listener;

beforeAll(async () => {
  world = await deployWorld();
  const topic = world.pulumi.environment.ALERT_TOPIC ?? '';
  everything = await listenTo(world.clients, topic, { name: 'everything' });
  onlyDigests = await listenTo(world.clients, topic, {
    name: 'only-digests',
    bodyFilter: { digest: [{ exists: true }] },
  });
}, 180_000);

afterAll(() => world?.end());

describe('the deployed stack', () => {
  it('begins by itself: the schedule polls both logs, and their history is learned', async () => {
    progress('waiting for the schedule, which needs a minute');
    await until(async () => (await runsOf(world.pulumi)) > 0 && (await runsOf(world.scalr)) > 0, 110 * msPerSecond);
    await world.setSchedules('DISABLED');
    progress('learning from history');
    await caughtUp(world.pulumi);
    await caughtUp(world.scalr);
    const sources = new Set((await archivedEvents()).map(({ source }) => source));
    expect([...sources].sort()).toEqual(['pulumi:acme-demo', 'scalr:acme-demo']);
    expect(await told()).toEqual([]);
  }, 240_000);

  it('tells nobody of ordinary life', async () => {
    world.setTime(4, 5);
    await polled(world.pulumi);
    await polled(world.scalr);
    expect(await told()).toEqual([]);
    expect(saidInSlack()).toEqual([]);
  });

  it('lets a poller read its own secret and no other, and write nowhere but to its state, archive and topic', async () => {
    const poller = await actingAs(world.aws, world.pulumi);
    expect(await poller.mayReadSecret('tokenwatch/pulumi')).toBe(true);
    expect(await poller.mayReadSecret('tokenwatch/slack')).toBe(false);
    expect(await poller.mayReadSecret('somebody/else')).toBe(false);
    expect(await poller.mayDeleteTable(world.pulumi.environment.STATE_TABLE ?? '')).toBe(false);
    const scalr = await actingAs(world.aws, world.scalr);
    expect(await scalr.mayReadSecret('tokenwatch/pulumi')).toBe(false);
    const notifier = await actingAs(world.aws, world.notifier);
    expect(await notifier.mayReadSecret('tokenwatch/slack')).toBe(true);
    expect(await notifier.mayReadSecret('tokenwatch/pulumi')).toBe(false);
  });

  it('loses nothing when the poller that finds an attack is killed between archive and commit', async () => {
    progress('an attack on the Pulumi token; the poller is killed half-way');
    world.setTime(4, 14);
    const isKilled = await killedAt(gate(), world.pulumi, isCommitAfterArchive, () => world.poll(world.pulumi));
    expect(isKilled).toBe(true);
    expect(await told()).toEqual([]);
  });

  it('loses nothing when the poller is killed before it can tell what it committed', async () => {
    const isKilled = await killedAt(gate(), world.pulumi, isPublish, () => world.poll(world.pulumi));
    expect(isKilled).toBe(true);
    expect(await told()).toEqual([]);
  });

  it('tells of the attack once, to machines and in Slack, however often it is seen', async () => {
    for (const minute of [15, 19, 24, 29]) {
      world.setTime(4, minute);
      await polled(world.pulumi);
    }
    const heard = await told();
    expect(heard.map(({ attributes }) => attributes)).toEqual([
      expect.objectContaining({ kind: 'alert', provider: 'pulumi' }),
    ]);
    expect(principalIn(heard[0])).toBe('ci-deploy');
    expect(heard[0]?.subject).toMatch(/^[\x20-\x7e]{1,99}$/);
    await until(async () => saidInSlack().length > 0, 10 * msPerSecond);
    expect(saidInSlack()).toEqual([expect.stringContaining('ci-deploy')]);
  });

  it('tells of a stolen Scalr token, whose events come by the partner bus and its rule into the log group', async () => {
    progress('an attack on the Scalr token');
    await world.sendAsScalr(stolenScalrToken(scalrAttackMs()));
    for (const minute of [34, 39, 44]) {
      world.setTime(4, minute);
      await polled(world.scalr);
    }
    const heard = await told();
    expect(heard.map(({ attributes }) => attributes.provider)).toEqual(['scalr']);
    expect(principalIn(heard[0])).toContain('ci@acme-demo.scalr.io');
    await until(async () => saidInSlack().length > 1, 10 * msPerSecond);
    expect(saidInSlack()).toHaveLength(2);
  });

  it('doubles nothing when pollers are killed between archive and commit as the attacks settle', async () => {
    progress('both pollers are killed again as the attacks settle');
    world.setTime(4, 55);
    for (const poller of [world.pulumi, world.scalr]) {
      expect(await killedAt(gate(), poller, isCommitAfterArchive, () => world.poll(poller))).toBe(true);
      await polled(poller);
    }
    expect(await told()).toEqual([]);
    expect(saidInSlack()).toHaveLength(2);
  });

  it('keeps what it learned when it is deployed again', async () => {
    progress('cdk deploy again, with another setting');
    const requests = world.logRequests();
    await world.redeploy({ alertBudgetPerWeek: 2 });
    await world.setSchedules('DISABLED');
    world.setTime(5, 10);
    await polled(world.pulumi);
    await polled(world.scalr);
    expect(world.logRequests() - requests).toBeLessThan(5);
    expect(await told()).toEqual([]);
  }, 90_000);

  it('keeps every event in the archive once, and both alerts', async () => {
    const { log, timeline } = world.demo;
    const scalrLog = [...ordinaryScalrLife(timeline.liveFromMs), ...stolenScalrToken(scalrAttackMs())];
    const happened = {
      'pulumi:acme-demo': log.map(({ timestamp }) => timestamp * msPerSecond),
      'scalr:acme-demo': scalrLog.map(({ timestamp }) => Math.floor(timestamp / msPerSecond) * msPerSecond),
    };
    // At 05:10 everything is settled that is a quarter of an hour old; a poll takes some seconds.
    const throughMs = timeline.liveFromMs + 4 * msPerHour + 54 * msPerMinute;
    const archived = await archivedEvents();
    for (const [source, timesMs] of Object.entries(happened)) {
      const kept = archived.filter((event) => event.source === source && Date.parse(event.at) <= throughMs);
      const fromMs = Math.min(...kept.map(({ at }) => Date.parse(at)));
      expect(fromMs).toBeLessThan(timeline.liveFromMs - backfillDays * msPerDay + 2 * msPerHour);
      expect(kept).toHaveLength(timesMs.filter((atMs) => atMs >= fromMs && atMs <= throughMs).length);
      expect(new Set(kept.map(({ id }) => id)).size).toBe(kept.length);
    }
    const alerts = (await archivedAlerts()).map(({ id }) => id);
    expect(new Set(alerts).size).toBe(2);
    expect(alerts).toHaveLength(2);
  });

  it('sends a digest of the day, which a filter policy picks out by its body', async () => {
    const { error } = await world.poll(world.digest);
    expect(error).toBeUndefined();
    expect((await told()).map(({ attributes }) => attributes.kind)).toEqual(['digest']);
    expect(await onlyDigests()).toHaveLength(1);
    await until(async () => saidInSlack().length > 2, 10 * msPerSecond);
  });

  it('rings in Slack when reading is refused', async () => {
    const metric = { namespace: `tokenwatch/${stackName}`, name: 'RejectedCredentials', source: 'pulumi:acme-demo' };
    await putMetric(world.aws, metric, 1);
    const isSaid = async () => world.slack.posts().some(({ text }) => text.includes('Reading is refused'));
    await until(isSaid, 10 * msPerSecond);
  });
});

/** By our own functions. CloudWatch's alarms come without attributes, and pollers are killed here: some ring. */
const told = async (): Promise<readonly Heard[]> =>
  (await everything()).filter(({ attributes }) => attributes.kind !== undefined);

const saidInSlack = (): readonly string[] =>
  world.slack
    .posts()
    .map(({ text }) => text)
    .filter((text) => !text.includes(`${stackName} `));

const scalrAttackMs = (): number => world.demo.timeline.liveFromMs + 4 * msPerHour + 30 * msPerMinute;

const gate = () => ({ gateway: world.aws.gateway, folder: world.folder });

const isCommitAfterArchive = ({ action }: Call, before: readonly Call[]): boolean =>
  action === 'TransactWriteItems' && before.some((call) => call.action === 'PutLogEvents' && isOfFunction(call));

const isPublish = ({ action }: Call): boolean => action === 'Publish';

/** Roles of functions get temporary keys. */
const isOfFunction = ({ accessKey }: Call): boolean => accessKey.startsWith('ASIA');

const polled = async (poller: DeployedFunction): Promise<void> => {
  const { error } = await world.poll(poller);
  if (error !== undefined) throw new Error(`${poller.name} failed: ${error}\n${await logOf(poller)}`);
};

/** Polls until nothing of the history is left; a long one takes several runs. */
const caughtUp = async (poller: DeployedFunction): Promise<void> => {
  for (let requests = -1; requests !== world.logRequests(); ) {
    requests = world.logRequests();
    await polled(poller);
    if (world.logRequests() - requests <= 1) return;
  }
};

const runsOf = async ({ logGroup }: DeployedFunction): Promise<number> =>
  (await everyEvent(world.clients, logGroup)).filter(({ message = '' }) => message.startsWith('END ')).length;

const logOf = async ({ logGroup }: DeployedFunction): Promise<string> =>
  (await everyEvent(world.clients, logGroup))
    .slice(-20)
    .map(({ message }) => message)
    .join('\n');

type Archived = { readonly kind: string; readonly id: string; readonly at: string; readonly source: string };

const archivedLines = async (): Promise<readonly Archived[]> =>
  (await world.archived()).map(({ message = '' }) => JSON.parse(message) as Archived);

const archivedEvents = async (): Promise<readonly Archived[]> =>
  (await archivedLines()).filter(({ kind }) => kind === 'event');

const archivedAlerts = async (): Promise<readonly Archived[]> =>
  (await archivedLines()).filter(({ kind }) => kind === 'alert');

const principalIn = (heard: Heard | undefined): string =>
  (JSON.parse(heard?.message ?? '{}') as { readonly principal?: { readonly name: string } }).principal?.name ?? '';

const until = async (isSo: () => Promise<boolean>, withinMs: number): Promise<void> => {
  const endMs = Date.now() + withinMs;
  while (!(await isSo())) {
    if (Date.now() > endMs) throw new Error(`not within ${withinMs / msPerSecond} s`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
};
