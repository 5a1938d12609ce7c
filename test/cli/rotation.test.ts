import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '../../lib/core/event.ts';
import { msPerDay } from '../../lib/core/time.ts';
import { ada, call } from '../core/having.ts';
import { flat } from '../stories/leaked-token.ts';
import {
  adminDoes,
  after,
  before,
  hourly,
  newToken,
  nightly,
  oldToken,
  onWeekdays,
  rotatedMs,
} from '../stories/rotated-token.ts';
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

/** A thief who had the token before anybody thought of replacing it. */
const theft = (at: string) => call(at, '198.51.100.66', { principal: oldToken, action: 'stack-exported' });
const stolen = fileOf([...before.filter(({ atMs }) => atMs < rotatedMs), theft('2026-03-29T01:00Z')]);

describe('tokenwatch rotation start', () => {
  const file = () => join(emptyFolder(), 'state.db');
  const begin = (place: string, log: string, ...args: readonly string[]) =>
    run(
      ['rotation', 'start', '--old', 'ci-deploy', '--from', log, '--organization', 'acme', '--state', place, ...args],
      at(rotatedMs),
    );
  const asked = (place: string, log: string, nowMs: number) =>
    run(
      ['rotation', 'status', '--before-revoking', '--from', log, '--organization', 'acme', '--state', place],
      at(nowMs),
    );

  it('says a moment later that silence proves nothing yet, with the time and the command to ask again', async () => {
    const place = file();
    await begin(place, history);
    const { code, stdout } = await run(['rotation', 'status', '--before-revoking', '--state', place], at(rotatedMs));
    expect(stdout).toMatch(/^NOT YET: nothing is known of ci-deploy since 30 Mar 2026 12:00 UTC\./);
    expect(flat(stdout)).toContain('Ask again after');
    expect(stdout).toContain(`\n   tokenwatch rotation status --before-revoking --state ${place}\n`);
    expect(code).toBe(1);
  });

  it('says that nobody uses it once every regular caller has let its time pass, though no replacement was named', async () => {
    const place = file();
    await begin(place, history);
    const quiet = fileOf([
      ...before,
      call('2026-04-09T12:00Z', '203.0.113.5', { principal: ada, action: 'user-login' }),
    ]);
    const { code, stdout } = await asked(place, quiet, rotatedMs + 10 * msPerDay);
    expect(stdout).toMatch(/^NOBODY USES ci-deploy ANY MORE\. Revoke it\.\n/);
    expect(code).toBe(0);
  });

  it('concludes nothing of the time after the last event of a recorded log', async () => {
    const place = file();
    const early = fileOf(before.filter(({ atMs }) => atMs < rotatedMs - 5 * msPerDay));
    const begun = await begin(place, early);
    const end = /The log that was read ends on 25 Mar 2026 \d\d:\d\d UTC, before the watch begins: nothing is known/;
    expect(flat(begun.stdout)).toMatch(end);
    const later = await asked(place, early, rotatedMs + 5 * msPerDay);
    expect(later.stdout).toMatch(/^NOT YET: nothing is known of ci-deploy since 30 Mar 2026 12:00 UTC\./);
    expect(flat(later.stdout)).toMatch(end);
    expect(flat(later.stdout)).toContain('with a log that goes as far:');
    expect(later.code).toBe(1);
    const further = await asked(place, since, rotatedMs + 30 * msPerDay);
    expect(flat(further.stdout)).toContain('where it ends: nothing is known of the time after.');
  });

  it('tells of strangers after the deletion, first of who got through', async () => {
    const place = file();
    const deleted = adminDoes('2026-03-30T18:00Z', 'organization-token-deleted', 'ci-deploy');
    const refused = call('2026-03-31T12:00Z', '2001:db8:b001::1', { principal: oldToken, outcome: 'failure' });
    const log = fileOf([...before, deleted, theft('2026-03-31T01:00Z'), refused]);
    await begin(place, log);
    const answer = await asked(place, log, rotatedMs + 2 * msPerDay);
    expect(answer.code).toBe(1);
    expect(flat(answer.stdout)).toMatch(
      /^ALREADY DELETED: ci-deploy, on 30 Mar 2026 18:00 UTC\. And yet 1 stranger used it since, and got through\./,
    );
    expect(flat(answer.stdout)).toMatch(
      /198\.51\.100\.0\/24.*1 of 1 event not refused.* - 2001:db8:b001.*1 event, all refused/,
    );
    const status = await run(
      ['rotation', 'status', '--from', log, '--organization', 'acme', '--state', place],
      at(rotatedMs + 2 * msPerDay),
    );
    expect(status.code).toBe(1);
    expect(flat(status.stdout)).toContain(
      '2 strangers after the deletion: unless they are yours, investigate the token.',
    );
  });

  it('asks to look at a caller that came lately, and takes it for a stranger when it is named', async () => {
    const place = file();
    const { stdout } = await begin(place, stolen);
    expect(flat(stdout)).toContain('Look at these first: - rare use from 198.51.100.0/24: first seen 29 Mar 01:00 UTC');
    const command = /^ +tokenwatch (rotation start .*--stranger.*)$/m.exec(stdout)?.[1] ?? '';
    expect(command).toBe(
      `rotation start --old ci-deploy --stranger 198.51.100.0/24 --from ${stolen} --organization acme --state ${place}`,
    );
    const named = await run(command.split(' '), at(rotatedMs));
    expect(named.stdout).toContain('Stranger on the old token: 198.51.100.0/24');
    const { stdout: answer } = await asked(place, stolen, rotatedMs);
    expect(answer).toMatch(/^REVOKE ci-deploy NOW, unless this was yours: 1 stranger used it\. 3 callers may break\./);
  });

  it('goes on where a watch on the same token began, so that a stranger met since is not learned for a caller', async () => {
    const place = file();
    await begin(place, history);
    const later = fileOf([...before, theft('2026-04-02T01:00Z')]);
    const again = await run(
      ['rotation', 'start', '--old', 'ci-deploy', '--from', later, '--organization', 'acme', '--state', place],
      at(rotatedMs + 5 * msPerDay),
    );
    expect(again.stdout).toContain('Rotation of ci-deploy since 30 Mar 2026 12:00 UTC');
    expect(again.stdout).not.toContain('198.51.100.0/24');
    expect((await asked(place, later, rotatedMs + 5 * msPerDay)).stdout).toMatch(/^REVOKE ci-deploy NOW/);
  });

  it('says of a new token that nobody has used whether it may be mistyped', async () => {
    const typo = await begin(file(), since, '--new', 'ci-deploy-22');
    expect(flat(typo.stderr)).toContain('ci-deploy-22 has not been seen in the log yet');
    expect(flat(typo.stderr)).toContain('Did you mean ci-deploy-2?');
    expect((await begin(file(), since, '--new', 'ci-deploy-2')).stderr).not.toContain('has not been seen');
    const placeholder = await begin(file(), since, '--new', 'NEW-TOKEN');
    expect(placeholder.stderr).toContain('--new: write the name or id of the new token');
  });
});

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
    expect(flat(stdout)).toContain('3 waiting. Nothing is known yet.');
  });

  it('shows progress from a log without a monitor, and says who still uses the old token', async () => {
    const { code, stdout } = await rotation('status', '--from', since, '--organization', 'acme');
    expect(code).toBe(1);
    expect(flat(stdout)).toContain('2 moved and 1 still on old. 1 caller to bring over.');
    const before_ = await rotation('status', '--before-revoking', '--from', since, '--organization', 'acme');
    expect(flat(before_.stdout)).toContain('Still using it, and broken by revoking it: - nightly job on acme/prod');
    expect(before_.stdout).toMatch(/^DO NOT REVOKE ci-deploy YET: 1 caller still uses it\.\n/);
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
    [['--old', 'ci-deploy', '--stranger', 'AS64999'], 'no caller of the old token comes from AS64999. They come from:'],
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
