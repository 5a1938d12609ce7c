import { beforeAll, describe, expect, it } from '@jest/globals';
import { stateLearnedFrom } from './learned-state.ts';
import { lines, logFile } from './recorded-log.ts';
import { run } from './test-world.ts';

const others = ['token:night-shift', 'user:shared', 'token:shared', 'user:alice'].map((principal) =>
  JSON.stringify({
    time: '2026-02-10T09:00:00Z',
    principal,
    ip: '192.0.2.9',
    action: 'stack-exported',
    outcome: 'success',
    source: 'pulumi:acme',
  }),
);

let state: string;
beforeAll(async () => {
  state = await stateLearnedFrom(logFile(...lines.ordinaryNights, ...others), 'pulumi:acme');
});

const show = (...args: readonly string[]) => run(['baseline', 'show', ...args, '--state', state]);

describe('baseline show', () => {
  it('lists everyone, and who is still being learned', async () => {
    const { code, stdout } = await show();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^pulumi:acme\n/);
    expect(stdout).toMatch(/^nightly +token +2026-02-01 +2026-03-02 +60 .* judged$/m);
    expect(stdout).toMatch(/^alice +user .* learning$/m);
  });

  it('shows one by its name, with its hours as a picture', async () => {
    const { code, stdout } = await show('NIGHT-shift');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^token night-shift in pulumi:acme\n/);
    expect(stdout).toContain('Not yet: there is too little past to compare with');
    expect(stdout).toContain('0     3     6     9     12    15    18    21   24 UTC');
  });

  it('draws with blocks only where the locale has them', async () => {
    const drawn = async (environment: Record<string, string>) =>
      (await run(['baseline', 'show', 'alice', '--state', state], { environment })).stdout;
    expect(await drawn({ LANG: 'en_US.UTF-8' })).toContain('█');
    expect(await drawn({ LANG: 'C' })).not.toMatch(/[▁-█]/);
    expect(await drawn({ LANG: 'C' })).toContain('#');
    expect(await drawn({ LC_ALL: 'C', LANG: 'en_US.UTF-8' })).not.toMatch(/[▁-█]/);
  });

  it('tells the candidates apart where a name may mean several', async () => {
    const { code, stderr } = await show('shared');
    expect(code).toBe(2);
    expect(stderr).toContain('token:shared in pulumi:acme');
    expect(stderr).toContain('user:shared in pulumi:acme');
    expect(await show('token:shared')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^token shared /) });
  });

  it('suggests the nearest name for one that it does not know', async () => {
    const { code, stderr } = await show('alise');
    expect(code).toBe(2);
    expect(stderr).toContain('Nobody called alise was seen. Did you mean alice?');
  });

  it('gives one line of JSON for each', async () => {
    const { stdout } = await show('--json');
    const records = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(records.map(({ principal }) => principal.name)).toEqual([
      'alice',
      'night-shift',
      'nightly',
      'shared',
      'shared',
    ]);
    expect(records[2]).toMatchObject({ state: 'judged', events: 60, networks: ['192.0.2.0/24'], openIncident: null });
    expect(records[0]).toMatchObject({ state: 'learning', usualFromHour: null });
  });

  it('says what the state holds where the organization asked for is not in it', async () => {
    const { code, stderr } = await show('--organization', 'other');
    expect(code).toBe(3);
    expect(stderr.replaceAll('\n', ' ')).toContain('it holds only pulumi:acme');
  });
});
