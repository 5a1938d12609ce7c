import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fastForwardClock } from '../../lib/adapters/clock.ts';
import { dynamodbState } from '../../lib/adapters/state/dynamodb.ts';
import { msPerHour } from '../../lib/core/time.ts';
import { acme, history, polled, startMs, theft } from '../app/monitor-world.ts';
import { run } from '../cli/test-world.ts';
import { type DynamodbLocal, startDynamodbLocal } from './tools/dynamodb-local.ts';

/** The command line over the state of a deployed monitor: the same commands, another place. */

let local: DynamodbLocal;
let place: string;

/** As a shell has them for whoever may read the table. */
const shell = (): Record<string, string> => ({
  AWS_ENDPOINT_URL_DYNAMODB: local.endpoint,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
});

const before = { ...process.env };

beforeAll(async () => {
  local = await startDynamodbLocal();
  const table = await local.newTable();
  place = `dynamodb:${table}`;
  const client = local.client();
  const log = [...history(['ci', 'ada', 'bot']), ...theft(startMs + msPerHour, 'ci')];
  await polled(log, dynamodbState({ table, client }));
  client.destroy();
  Object.assign(process.env, shell());
}, 300_000);
afterAll(async () => {
  process.env = before;
  await local?.end();
});

const tokenwatch = (...args: readonly string[]) =>
  run([...args, '--state', place], { clock: fastForwardClock(startMs + 3 * msPerHour) });

const alertIds = async (): Promise<readonly string[]> => {
  const { stdout } = await tokenwatch('alerts', '--json');
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).id as string);
};

describe('the command line over the state of a deployed monitor', () => {
  it('lists its alerts and shows one', async () => {
    const [id = ''] = await alertIds();
    const { stdout, code } = await tokenwatch('alerts', id);
    expect(code).toBe(1);
    expect(stdout).toContain('stack-exported');
  });

  it('answers one, for the deployed monitor to heed', async () => {
    const [id = ''] = await alertIds();
    const { code } = await tokenwatch('ack', id, '--until', '2026-04-01', '--by', 'anna');
    expect(code).toBe(0);
    const { stdout } = await tokenwatch('ack', 'list');
    expect(stdout).toContain('anna');
    const client = local.client();
    const { instructions } = await dynamodbState({ table: place.slice('dynamodb:'.length), client }).load(acme);
    client.destroy();
    expect(instructions?.body).toContain('anna');
  });

  it('shows what was learned', async () => {
    const { stdout, code } = await tokenwatch('baseline', 'show');
    expect(code).toBe(0);
    for (const name of ['ci', 'ada', 'bot']) expect(stdout).toContain(name);
  });

  it('checks it in doctor', async () => {
    const { stdout } = await tokenwatch('doctor');
    expect(stdout.replace(/\s+/g, ' ')).toContain(`${place} can be read and written. It knows 1 source.`);
  });

  it('says what to do where there is no such table', async () => {
    const { stderr, code } = await run(['alerts', '--state', 'dynamodb:no-such-table']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/no-such-table/);
  });
});
