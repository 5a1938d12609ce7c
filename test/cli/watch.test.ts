import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { stateLearnedFrom } from './learned-state.ts';
import { lines, logFile } from './recorded-log.ts';
import { emptyFolder, run } from './test-world.ts';

const asOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe('watch, called in a way that cannot be meant', () => {
  it.each([
    [['--once'], 'Nothing says what to watch with --once'],
    [['--every', '10', '--state', 'x.db'], 'Nothing says what to watch with --every and --state'],
    [['--demo', '--budget', '2'], '--demo has its own settings: leave out --budget.'],
    [['--organization', 'acme', '--settings', 'x.json'], 'Give either --settings or --organization'],
    [['--base-url', 'https://api.example.com'], '--base-url needs --organization'],
    [['--settings', 'none.json'], 'none.json cannot be used: there is no such file'],
    [['--organization', 'acme', '--backfill-days', '0'], '--backfill-days: write a whole number of days'],
    [['--organization', 'acme', '--every', ''], '--every: '],
    [['--organization', 'acme', '--base-url', 'http://api.example.com'], '--base-url: sends the token unencrypted'],
    [['--organization', ''], '--organization: is blank'],
  ])('%j is refused, and shows no made-up data instead', async (options, text) => {
    const { code, stdout, stderr } = await run(['watch', ...options]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(asOneLine(stderr)).toContain(text);
  });

  it('names every problem of a settings file, each with its place', async () => {
    const folder = emptyFolder();
    writeFileSync(
      join(folder, 'tokenwatch.json'),
      '{ "sources": [{ "pulumi": { "organisation": "acme" } }], "every": 5 }',
    );
    const { code, stderr } = await run(['watch'], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toContain('./tokenwatch.json is not valid:');
    expect(stderr).toContain('sources.0.pulumi.organisation: is no setting: write organization');
  });
});

describe('watch', () => {
  it('says which secret is missing before it makes any state', async () => {
    const { code, stderr, world } = await run(['watch', '--organization', 'acme']);
    expect(code).toBe(3);
    expect(asOneLine(stderr)).toContain('the environment variable PULUMI_ACCESS_TOKEN is not set');
    expect((await run(['baseline', 'show'], world)).code).toBe(3);
  });

  it('with --once promises no other try where nobody answers, and ends with 3', async () => {
    let nowMs = Date.parse('2026-03-14T02:10:00Z');
    const sleep = async (ms: number): Promise<void> => {
      nowMs += ms;
    };
    const clock = { nowMs: () => nowMs, sleep };
    const dead = createServer().listen(0, '127.0.0.1');
    await once(dead, 'listening');
    const { port } = dead.address() as AddressInfo;
    await new Promise((resolve) => dead.close(resolve));
    const { code, stderr } = await run(
      ['watch', '--once', '--organization', 'acme', '--base-url', `http://127.0.0.1:${port}`],
      { clock, environment: { PULUMI_ACCESS_TOKEN: 'made-up' } },
    );
    expect(code).toBe(3);
    expect(asOneLine(stderr)).toContain('Nothing more is tried with --once, which ends with exit code 3');
    expect(stderr).not.toContain('Trying again');
  });

  it('never removes for the demo what was learned about somebody real', async () => {
    const state = await stateLearnedFrom(logFile(...lines.ordinaryNights), 'pulumi:acme');
    const { code, stderr } = await run(['watch', '--demo', '--state', state]);
    expect(code).toBe(3);
    expect(stderr).toContain('holds what was learned about pulumi:acme, and the demo would remove it');
    expect((await run(['baseline', 'show', 'nightly', '--state', state])).code).toBe(0);
  });
});

describe('doctor without settings', () => {
  it('checks what it can, and says how to configure the rest', async () => {
    const { code, stdout } = await run(['doctor']);
    expect(code).toBe(0);
    expect(stdout).toContain('ok      node: Node 24.21.0 with SQLite 3.50.0.');
    expect(stdout).toContain('warning settings: Nothing says what to watch');
    expect(asOneLine(stdout)).toContain('the first watch makes it');
    expect(stdout).toContain('Nothing failed; 2 warnings.');
  });

  it('fails where the state is none, and leaves it as it is', async () => {
    const file = join(emptyFolder(), 'state.db');
    writeFileSync(file, 'not a database, but somebody’s diary', { mode: 0o600 });
    const { code, stdout } = await run(['doctor', '--state', file]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^FAILED {2}state: /m);
  });
});
