import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { msPerHour, msPerMinute } from '../../lib/core/time.ts';
import { createPulumiApi, type Fault } from '../../lib/simulator/pulumi-api.ts';
import { emptyFolder, type Ran, run } from '../cli/test-world.ts';
import { acme, incident, liveFromMs, organizationName, pressedAt, type Served, serveAcme } from './acme-demo.ts';

/** Whole runs of the command against the simulator over HTTP; virtual time in this process, real time in a child. */

const stolen = incident('leaked-token');
const environment = { PULUMI_ACCESS_TOKEN: acme.token };
let served: Served;
let fault: Fault | undefined;

beforeAll(async () => {
  served = await serveAcme({ fault: () => fault });
});
afterAll(() => served.close());

type Start = { readonly state: string; readonly fromMs: number; readonly toMs?: number; readonly token?: string };

const watchAcme = (options: readonly string[], { state, fromMs, toMs, token }: Start): Promise<Ran> => {
  const { clock, signal } = pressedAt(served.clockAt(fromMs), toMs ?? Number.POSITIVE_INFINITY);
  const args = ['watch', '--organization', organizationName, '--base-url', served.url, '--state', state];
  return run([...args, '--backfill-days', '28', ...options], {
    clock,
    interruption: () => signal,
    environment: token === undefined ? environment : { PULUMI_ACCESS_TOKEN: token },
  });
};

const asOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe('watching an organization', () => {
  const state = join(emptyFolder(), 'state.db');

  it('reads the history, sums it up, says where the state lies, and stops when asked', async () => {
    const { code, stdout, stderr } = await watchAcme([], { state, fromMs: liveFromMs, toMs: liveFromMs + msPerHour });
    const text = asOneLine(stdout);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(text).toContain('Watching pulumi:acme-demo every 5 minutes; Ctrl-C stops. Settings from the options.');
    expect(text).toContain(state);
    expect(text).toMatch(
      /Learned from [\d,]+ events of pulumi:acme-demo in the last 28 days\. They would have given you/,
    );
    expect(text).toContain('the next start goes on from there.');
  }, 30_000);

  it('resumes at a second start, says how far it is behind, and tells what happened meanwhile', async () => {
    const { code, stdout, stderr } = await watchAcme(['--json', '--once'], { state, fromMs: stolen.toMs });
    expect(code).toBe(1);
    expect(asOneLine(stderr)).toMatch(/Resuming pulumi:acme-demo at 0[01]:\d\d UTC, \d hours behind\./);
    const alerts = stdout.split('\n').filter((line) => line !== '');
    expect(alerts.map((line) => JSON.parse(line).principal.name)).toEqual(['ci-deploy']);
  });

  it('repeats no alert at a third start', async () => {
    const { code, stdout, stderr } = await watchAcme(['--json', '--once'], { state, fromMs: stolen.toMs + 60_000 });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('Polled once: no alert.');
  });

  it('says trouble once and calmly, and its end', async () => {
    const fromMs = stolen.toMs + msPerHour;
    const { clock, signal } = pressedAt(served.clockAt(fromMs), fromMs + 30 * msPerMinute);
    const failing = { kind: 'status', status: 503, message: 'Service Unavailable' } as const;
    const watching = run(['watch', '--organization', organizationName, '--base-url', served.url, '--state', state], {
      environment,
      interruption: () => signal,
      clock: {
        nowMs: clock.nowMs,
        sleep: async (ms, stop) => {
          await clock.sleep(ms, stop);
          const sinceMs = clock.nowMs() - fromMs;
          fault = sinceMs >= 4 * msPerMinute && sinceMs < 16 * msPerMinute ? failing : undefined;
        },
      },
    });
    const { code, stderr } = await watching;
    fault = undefined;
    expect(code).toBe(0);
    expect(stderr.match(/could not be read just now/g)).toHaveLength(1);
    expect(asOneLine(stderr)).toMatch(/can be read again, after \d+ minutes\./);
  });

  it('is looked into by doctor, which finds it well', async () => {
    const { code, stdout } = await run(
      ['doctor', '--organization', organizationName, '--base-url', served.url, '--state', state],
      { environment, clock: served.clockAt(stolen.toMs + 2 * msPerHour) },
    );
    expect(code).toBe(0);
    expect(stdout).toContain('ok      pulumi:acme-demo token: a personal token of priya.n, admin in acme-demo');
    expect(stdout).toContain('ok      pulumi:acme-demo audit log: It can be read');
    expect(stdout).toContain('ok      pulumi:acme-demo alerts: All were told.');
    expect(stdout).not.toContain(acme.token);
  });
});

describe('what a person must set right', () => {
  const state = join(emptyFolder(), 'state.db');

  it.each([
    ['a wrong token', [], 'wrong-token', 3, 'answered 401'],
    ['no token', [], '', 3, 'env:PULUMI_ACCESS_TOKEN is blank'],
    ['an organization that is not there', ['--organization', 'nobody'], undefined, 3, 'there is no such organization'],
    ['a time that is none', ['--every', '5m'], undefined, 2, '--every: '],
  ])('%s ends the watch at once, with what to do', async (_, options, token, code, text) => {
    const start = { state, fromMs: liveFromMs, ...(token !== undefined && { token }) };
    const ran = await watchAcme(options, start);
    expect(ran.code).toBe(code);
    expect(asOneLine(ran.stderr)).toContain(text);
    expect(ran.stderr).not.toMatch(/\n\s+at /);
  });

  it('doctor says the same, check by check, and ends with 3', async () => {
    const { code, stdout } = await run(
      ['doctor', '--organization', organizationName, '--base-url', served.url, '--json'],
      { environment: { PULUMI_ACCESS_TOKEN: 'wrong-token' }, clock: served.clockAt(liveFromMs) },
    );
    const checks = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(code).toBe(3);
    expect(checks.filter(({ outcome }) => outcome === 'failed')).toMatchObject([
      { check: 'pulumi:acme-demo token', fix: expect.stringContaining('new access token') },
    ]);
    expect(stdout).not.toContain('wrong-token');
  });
});

describe('the real process', () => {
  /** An organization without a past, on the real clock: a first reading is two requests. */
  const quietApi = () => {
    const nowMs = Date.now();
    return createPulumiApi({ organization: acme.organization, log: [], nowMs: () => nowMs, token: acme.token });
  };

  type Child = {
    readonly code: number | null;
    readonly signal: string | null;
    readonly stdout: string;
    readonly stderr: string;
  };

  /** Sends Ctrl-C when the text has appeared. */
  const start = (args: readonly string[], { interruptAt }: { readonly interruptAt?: string } = {}): Promise<Child> =>
    new Promise((resolve, reject) => {
      const folder = emptyFolder();
      const child = spawn(process.execPath, [join(process.cwd(), 'bin/tokenwatch.ts'), ...args], {
        cwd: folder,
        env: { PATH: process.env.PATH, XDG_STATE_HOME: folder, PULUMI_ACCESS_TOKEN: acme.token },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stdout = '';
      let stderr = '';
      let isInterrupted = false;
      child.stdout.on('data', (chunk) => {
        stdout += chunk;
        if (isInterrupted || interruptAt === undefined || !stdout.includes(interruptAt)) return;
        isInterrupted = true; // a second one would end it at once
        child.kill('SIGINT');
      });
      child.stderr.on('data', (chunk) => {
        stderr += chunk;
      });
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });

  it('ends cleanly at Ctrl-C, and says where it stopped', async () => {
    const api = await quietApi();
    const args = ['watch', '--organization', organizationName, '--base-url', api.url, '--backfill-days', '1'];
    const { code, signal, stdout } = await start(args, { interruptAt: 'Learned from 0 events' });
    await api.close();
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(asOneLine(stdout)).toContain('Stopped after no alert. State: ');
    expect(asOneLine(stdout)).toContain('the next start goes on from there.');
  }, 30_000);

  it('ends quietly when nobody reads on', async () => {
    const child = spawn(process.execPath, [join(process.cwd(), 'bin/tokenwatch.ts'), '--help'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code: code === 0 || code === 141, stderr: stderr.replace(/^.*Warning.*\n?/gm, '') }).toEqual({
      code: true,
      stderr: '',
    });
  }, 30_000);

  it('gives its exit code to the shell', async () => {
    expect(await start(['replay', '/no/such/log.json'])).toMatchObject({ code: 3, stdout: '' });
    expect(await start(['wach'])).toMatchObject({ code: 2 });
    expect(await start(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' });
  }, 30_000);
});
