import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '../../lib/core/event.ts';
import { msPerDay } from '../../lib/core/time.ts';
import { flat } from '../stories/leaked-token.ts';
import { after, before, hourly, newToken, nightly, oldToken, onWeekdays, rotatedMs } from '../stories/rotated-token.ts';
import { emptyFolder, run } from './test-world.ts';

const neutral = ({ atMs, principal, ip, action, outcome, target }: AuditEvent): string =>
  JSON.stringify({
    time: new Date(atMs).toISOString(),
    principal: `${principal.kind}:${principal.name}`,
    source: 'pulumi:acme',
    ip,
    action,
    outcome,
    target,
  });

const fileOf = (events: readonly AuditEvent[]): string => {
  const file = join(emptyFolder(), 'log.jsonl');
  writeFileSync(file, events.map(neutral).join('\n'));
  return file;
};

const history = fileOf(before);
const since = fileOf(
  [...before, ...nightly(oldToken, after), ...hourly(newToken, after), ...onWeekdays(newToken, after)].filter(
    ({ atMs }) => atMs < rotatedMs + 3 * msPerDay,
  ),
);

const at = (nowMs: number) => ({ clock: { nowMs: () => nowMs, sleep: async () => undefined } });
const state = join(emptyFolder(), 'state.db');
const rotation = (...args: readonly string[]) =>
  run(['rotation', ...args, '--state', state], at(rotatedMs + 3 * msPerDay));
const start = (...args: readonly string[]) =>
  rotation('start', '--from', history, '--organization', 'acme', '--since', '2026-03-30 12:00', ...args);

describe('tokenwatch rotation', () => {
  it('says that nothing is watched before anything is', async () => {
    const { code, stderr } = await rotation('status');
    expect(code).toBe(3);
    expect(stderr).toContain('There is no state at');
  });

  it('starts with the callers of the old token and when each is due', async () => {
    const { code, stdout } = await start('--old', 'ci-deploy', '--new', 'ci-deploy-2');
    expect(code).toBe(0);
    expect(flat(stdout)).toContain('Rotation of ci-deploy to ci-deploy-2 since 30 Mar 2026 12:00 UTC');
    expect(flat(stdout)).toMatch(/waiting 192\.0\.2\.0\/24 daily 02:01 31 Mar 02:01/);
    expect(flat(stdout)).toContain('3 waiting. Nobody is late.');
  });

  it('shows progress from a log without a monitor, and says who still uses the old token', async () => {
    const { code, stdout } = await rotation('status', '--from', since, '--organization', 'acme');
    expect(code).toBe(1);
    expect(flat(stdout)).toContain('2 moved and 1 still on old. 1 caller to bring over.');
    const before_ = await rotation('status', '--before-revoking', '--from', since, '--organization', 'acme');
    expect(flat(before_.stdout)).toContain(
      'DO NOT REVOKE ci-deploy YET: 1 caller still uses it. - nightly job on acme/prod',
    );
    expect(before_.code).toBe(1);
  });

  it('prints one rotation per line as JSON', async () => {
    const { stdout } = await rotation('status', '--json', '--from', since, '--organization', 'acme');
    expect(JSON.parse(stdout)).toMatchObject({
      source: 'pulumi:acme',
      old: { name: 'ci-deploy' },
      new: 'ci-deploy-2',
      callers: [
        { state: 'moved' },
        { state: 'still on old', name: expect.stringContaining('nightly job') },
        { state: 'moved' },
      ],
    });
  });

  it('is ended by stop, and then shows nothing', async () => {
    expect((await rotation('stop')).stdout).toContain('The rotation of ci-deploy is not watched any more.');
    const { code, stderr } = await rotation('status');
    expect(code).toBe(3);
    expect(stderr).toContain('No rotation is watched here. Begin one');
  });

  it.each([
    [['--old', 'ci-deplyo'], 'Did you mean ci-deploy?'],
    [['--old', 'ci-deploy', '--new', 'ci-deploy'], 'is the old token itself'],
    [['--old', 'ci-deploy', '--days', '0'], '--days: write a whole number of days'],
    [['--old', 'ci-deploy', '--days', '91'], '90 days at most'],
    [['--old', 'ci-deploy', '--overlap-days', '20'], '--overlap-days is longer than --days'],
    [['--old', 'ci-deploy', '--since', '2026-05-01'], '--since lies in the future'],
    [['--old', 'ci-deploy', '--since', '2026-01-01'], 'a rotation so old is over'],
    [[], "required option '--old <token>' not specified"],
  ])('refuses %j', async (args, words) => {
    const { code, stderr } = await start(...args);
    expect(flat(stderr)).toContain(words);
    expect(code).toBe(2);
  });
});
