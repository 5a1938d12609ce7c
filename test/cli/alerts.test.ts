import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { sqliteState } from '../../lib/adapters/state/sqlite.ts';
import { acme, alert } from '../contracts/state-store-samples.ts';
import { emptyFolder, run } from './test-world.ts';

let state: string;
const first = alert('2026-03-14-0123456789ab', '2026-03-14T02:10:00Z');
const second = alert('2026-03-20-ba9876543210', '2026-03-20T11:00:00Z');

beforeAll(async () => {
  state = join(emptyFolder(), 'state.db');
  const store = sqliteState({ file: state });
  await store.commit(acme, { expectedRevision: 0, alerts: [second, first] });
  await store.close();
});

describe('tokenwatch alerts', () => {
  it('lists what was told, newest last, and says how to see one', async () => {
    const { stdout, code } = await run(['alerts', '--state', state]);
    expect(code).toBe(1);
    expect(stdout.indexOf(first.id)).toBeLessThan(stdout.indexOf(second.id));
    expect(stdout).toContain(
      `2 alerts. Each is shown whole by its id; the last of them:\n  tokenwatch alerts ${second.id} --state `,
    );
  });

  it('lists only those since a day', async () => {
    const { stdout } = await run(['alerts', '--state', state, '--since', '2026-03-15']);
    expect(stdout).not.toContain(first.id);
    expect(stdout).toContain(second.id);
    expect(await run(['alerts', '--state', state, '--since', '2026-04-01'])).toMatchObject({
      code: 0,
      stdout: 'No alerts.\n',
    });
  });

  it('shows one whole by the beginning of its id', async () => {
    const { stdout, code } = await run(['alerts', '2026-03-14-0123', '--state', state]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^When /m);
    expect(stdout).toContain(first.id);
  });

  it('prints lines of JSON and nothing else', async () => {
    const { stdout } = await run(['alerts', '--state', state, '--json']);
    const ids = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).id);
    expect(ids).toEqual([first.id, second.id]);
  });

  it('names those that there are where none is meant', async () => {
    const { stderr, code } = await run(['alerts', 'nonsense', '--state', state]);
    expect(code).toBe(2);
    expect(stderr).toContain(`The latest are: ${second.id} and ${first.id}.`);
  });

  it('says what to do where nothing was learned yet', async () => {
    const { stderr, code } = await run(['alerts']);
    expect(code).toBe(3);
    expect(stderr).toContain('Check the path, or run "tokenwatch watch" first.');
  });
});
