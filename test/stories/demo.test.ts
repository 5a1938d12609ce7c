import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { emptyFolder, type Ran, run } from '../cli/test-world.ts';

/** What a newcomer sees who starts tokenwatch with nothing configured. */

const folder = emptyFolder();
const state = join(folder, 'demo.db');
const log = join(folder, 'log.json');
let demo: Ran;

beforeAll(async () => {
  demo = await run(['watch', '--demo', '--state', state, '--log', log]);
}, 120_000);

describe('the demo', () => {
  it('says first that all of it is made up, and where its state lies', () => {
    expect(demo.stdout).toMatch(/^MADE-UP DATA\. acme-demo is an invented organization/);
    expect(demo.stdout).toContain(state);
    expect(demo.stderr).toBe('');
  });

  it('ends by itself, without an error', () => {
    expect(demo.code).toBe(0);
  });

  it('tells of the stolen token within a poll, and of the deleted one', () => {
    expect(demo.stdout).toMatch(/^(HIGH {6}|CRITICAL {2})Token ci-deploy /m);
    expect(demo.stdout).toMatch(/(high|critical) after [1-6] min +23 Mar 04:10 +token ci-deploy stolen/);
    expect(demo.stdout).toMatch(/^(HIGH {6}|CRITICAL {2})Token release-bot was used 4 hours after it was deleted/m);
  });

  it('owns up to what it missed and to what was no incident', () => {
    expect(demo.stdout.replaceAll('\n', ' ')).toMatch(
      /[0-4] of 4 told\. Besides, (no other alert came|\d+ other alerts? came, on ordinary life)\./,
    );
  });

  it('ends with the commands to look further and to watch a real organization', () => {
    expect(demo.stdout).toContain(`npx tokenwatch baseline show ci-deploy --state ${state}`);
    expect(demo.stdout).toContain('PULUMI_ACCESS_TOKEN=... npx tokenwatch watch --organization YOUR-ORG');
  });

  it('leaves its log, on which the theft can be looked into as on an export of one’s own', async () => {
    const from = ['--from', log, '--organization', 'acme-demo'];
    expect(demo.stdout).toContain(`npx tokenwatch investigate ci-deploy ${from.join(' ')} --html report.html`);
    const { code, stdout } = await run(['investigate', 'ci-deploy', ...from]);
    expect(code).toBe(1);
    expect(stdout).toContain('203.0.113.238');
  });

  it('takes nobody’s file for its log, nor writes one beside a real watch', async () => {
    expect(await run(['watch', '--demo', '--log', log])).toMatchObject({ code: 2 });
    const real = await run(['watch', '--organization', 'acme', '--log', join(folder, 'other.json')]);
    expect(real).toMatchObject({ code: 2 });
    expect(real.stderr).toContain('--log is for the demo alone: add --demo.');
  });

  it('leaves behind what baseline show can show', async () => {
    const { code, stdout } = await run(['baseline', 'show', 'CI-Deploy', '--state', state]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^token ci-deploy \(id /);
    expect(stdout).toContain('Known: Example Hosted CI (made up) (AS65536).');
  });

  it('shows the alert that the README shows', () => {
    const readme = readFileSync('README.md', 'utf8');
    const sample = /```text\n((?:LOW|MEDIUM|HIGH|CRITICAL) [\s\S]*?)```/.exec(readme)?.[1] ?? 'no alert in README.md';
    expect(demo.stdout).toContain(sample.trimEnd());
  });

  it('is the same every time, and starts anew over what an earlier one left', async () => {
    const { code, stdout } = await run(['watch', '--demo', '--json', '--state', state]);
    expect(code).toBe(0);
    const ids = stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line).id);
    expect(ids).toEqual([...demo.stdout.matchAll(/^Alert {5}(\S+)$/gm)].map(([, id]) => id));
  }, 120_000);
});
