import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { msPerSecond } from '../../lib/core/time.ts';
import { backfillDays, type DeployedWorld, deployWorld } from './tools/deployed-world.ts';
import { assetsOf, type DeployedFunction, logFormatOf } from './tools/deployment.ts';
import { progress } from './tools/progress.ts';
import { type LambdaProcess, startLambda } from './tools/runtime-client.ts';

/** The very files that `cdk synth` made, each under AWS's own runtime client, with the variables that the stack gave it. */

let world: DeployedWorld;
const processes: LambdaProcess[] = [];

beforeAll(async () => {
  world = await deployWorld();
  // Only what a test starts shall run.
  await world.setSchedules('DISABLED');
  progress('running the bundles under the runtime client');
}, 300_000);

afterEach(async () => {
  for (const each of processes.splice(0)) await each.end();
});
afterAll(() => world?.end());

const started = async (deployed: DeployedFunction): Promise<LambdaProcess> => {
  const process = await startLambda({
    ...assetsOf(world.assembly, deployed.logicalId),
    name: deployed.name,
    memoryMb: deployed.memoryMb,
    environment: {
      ...deployed.environment,
      ...world.aws.environment,
      // As Lambda says to the runtime what the function was configured with.
      AWS_LAMBDA_LOG_FORMAT: logFormatOf(world.assembly, deployed.logicalId),
      AWS_LAMBDA_LOG_LEVEL: 'INFO',
      TEST_CLOCK_FILE: world.aws.clockFile,
    },
    nowMs: world.nowMs,
  });
  processes.push(process);
  return process;
};

/** Long enough for all but a backfill. */
const plentyMs = 60 * msPerSecond;
/** Half of it is for reading: a day or two of the five, at the vendor's pace. */
const partOfHistoryMs = 16 * msPerSecond;

describe('the poller, as it is deployed', () => {
  it('stops cleanly before its deadline, and the next run goes on where it stopped', async () => {
    const poller = await started(world.pulumi);
    expect(await poller.invoke({}, partOfHistoryMs)).toEqual({ outcome: 'response', body: 'null' });
    const [first] = pollsIn(poller);
    expect(first).toMatchObject({ failure: 'none', isBehind: true });
    expect(first?.requests).toBeGreaterThan(0);

    expect(await poller.invoke({}, partOfHistoryMs)).toEqual({ outcome: 'response', body: 'null' });
    const second = pollsIn(poller)[1];
    expect(second).toMatchObject({ failure: 'none' });
    expect(Date.parse(second?.newestEventAt ?? '')).toBeGreaterThan(Date.parse(first?.newestEventAt ?? ''));
  });

  it('ends before its deadline while the vendor does not answer, and says so', async () => {
    const poller = await started(world.pulumi);
    const answers = world.holdApi();
    const outcome = await poller.invoke({}, 6 * msPerSecond);
    answers.release();
    expect(outcome).toEqual({ outcome: 'response', body: 'null' });
    expect(pollsIn(poller)).toMatchObject([{ failure: 'none', isBehind: true, events: 0 }]);
  });

  it('reads a log group to its end, in one run and in the next', async () => {
    const poller = await started(world.scalr);
    expect(await poller.invoke({}, plentyMs)).toEqual({ outcome: 'response', body: 'null' });
    expect(await poller.invoke({}, plentyMs)).toEqual({ outcome: 'response', body: 'null' });
    const polls = pollsIn(poller);
    expect(polls.map(({ failure, isBehind }) => [failure, isBehind])).toEqual([
      ['none', false],
      ['none', false],
    ]);
    expect(polls[0]?.events).toBe(eventsOfHistory);
    expect(polls[1]?.events).toBe(0);
  });

  it('is ended by Lambda where it cannot stop by itself, and the next process goes on as if nothing were', async () => {
    const poller = await started(world.scalr);
    world.aws.gateway.watch(({ service }) => service !== 'dynamodb');
    const outcome = await poller.invoke({}, 2 * msPerSecond);
    await poller.end();
    world.aws.gateway.watch(undefined);
    expect(outcome).toEqual({ outcome: 'timeout' });
    const next = await started(world.scalr);
    expect(await next.invoke({}, plentyMs)).toEqual({ outcome: 'response', body: 'null' });
    expect(pollsIn(next)).toMatchObject([{ failure: 'none', isBehind: false, events: 0 }]);
  });

  it('fails where its token is refused, measures it, and goes on once the token is right', async () => {
    const setToken = (token: string) =>
      world.clients.secrets.send(
        new PutSecretValueCommand({ SecretId: 'tokenwatch/pulumi', SecretString: JSON.stringify({ token }) }),
      );
    await setToken('made-up-wrong-token');
    const poller = await started(world.pulumi);
    const outcome = await poller.invoke({}, plentyMs);
    await setToken(world.demo.token);
    expect(outcome).toMatchObject({ outcome: 'error', body: expect.stringContaining('SourceError') });
    expect(pollsIn(poller)).toMatchObject([{ failure: 'credentials', RejectedCredentials: 1 }]);
    // The alarm's page has people look for this.
    expect(linesIn(poller)).toContainEqual(
      expect.objectContaining({
        level: 'ERROR',
        requestId: expect.any(String),
        message: expect.objectContaining({
          name: 'SourceError',
          errorMessage: expect.stringContaining('answered 401'),
        }),
      }),
    );
    expect(poller.printed()).not.toContain('made-up-wrong-token');

    expect(await poller.invoke({}, partOfHistoryMs)).toMatchObject({ outcome: 'response' });
  });

  it('does not start where its deployment is not whole, and says what is missing', async () => {
    const { STATE_TABLE: _, ...environment } = world.pulumi.environment;
    await expect(started({ ...world.pulumi, environment })).rejects.toThrow(/STATE_TABLE is not set/);
  });
});

describe('the Slack notifier, as it is deployed', () => {
  const said = (message: string) => ({
    Records: [{ Sns: { MessageId: `id of ${message}`, Subject: 'A notice', Message: message } }],
  });

  it('says what the topic tells, each message once', async () => {
    const notifier = await started(world.notifier);
    expect(await notifier.invoke(said('first'), plentyMs)).toMatchObject({ outcome: 'response' });
    expect(await notifier.invoke(said('second'), plentyMs)).toMatchObject({ outcome: 'response' });
    expect(await notifier.invoke(said('second'), plentyMs)).toMatchObject({ outcome: 'response' });
    expect(world.slack.posts()).toHaveLength(2);
  });

  it('fails where Slack refuses, so that Lambda tries again, and never shows the address', async () => {
    const notifier = await started(world.notifier);
    world.slack.refuseWith('no_service');
    const outcome = await notifier.invoke(said('third'), plentyMs);
    world.slack.refuseWith(undefined);
    expect(outcome).toMatchObject({ outcome: 'error', body: expect.stringContaining('AlertError') });
    expect(notifier.printed() + JSON.stringify(outcome)).not.toContain('/services/');
    expect(await notifier.invoke(said('fourth'), plentyMs)).toMatchObject({ outcome: 'response' });
  });
});

describe('the digest, as it is deployed', () => {
  it('is published, and fails where it cannot be', async () => {
    const digest = await started(world.digest);
    expect(await digest.invoke({}, plentyMs)).toMatchObject({ outcome: 'response' });
    const nowhere = { ...world.digest.environment, ALERT_TOPIC: 'arn:aws:sns:us-east-1:111122223333:nowhere' };
    const lost = await started({ ...world.digest, environment: nowhere });
    expect(await lost.invoke({}, plentyMs)).toMatchObject({
      outcome: 'error',
      body: expect.stringContaining('there is no such topic'),
    });
  });
});

/** Three an hour. */
const eventsOfHistory = backfillDays * 24 * 3;

type Poll = {
  readonly failure: string;
  readonly isBehind: boolean;
  readonly events: number;
  readonly requests: number;
  readonly newestEventAt: string | null;
};

/** All that it printed: each line is JSON, or CloudWatch would find no fields and no metrics in it. */
const linesIn = (poller: LambdaProcess): readonly Readonly<Record<string, unknown>>[] =>
  poller
    .printed()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);

/** The line of metrics of each poll so far. */
const pollsIn = (poller: LambdaProcess): readonly Poll[] =>
  linesIn(poller).filter(({ _aws }) => _aws !== undefined) as unknown as readonly Poll[];
