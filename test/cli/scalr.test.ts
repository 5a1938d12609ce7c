import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fastForwardClock } from '../../lib/adapters/clock.ts';
import { sqliteState } from '../../lib/adapters/state/sqlite.ts';
import { beginCoverage } from '../../lib/core/coverage.ts';
import { writeCoverage } from '../../lib/core/stored.ts';
import { type MadeUpAccount, madeUpAccount, scalrEventSource } from '../../lib/simulator/scalr-account.ts';
import { createScalrApi, type ScalrApi } from '../../lib/simulator/scalr-api.ts';
import {
  auditEnvelope,
  filterGroup,
  type GroupLine,
  groupLine,
  type ScalrDeed,
} from '../../lib/simulator/scalr-audit-log.ts';
import { closeStandIns, type StandIn } from '../adapters/secrets/stand-in.ts';
import { cloudwatchStandIn } from '../adapters/sources/cloudwatch-stand-in.ts';
import { emptyFolder, run } from './test-world.ts';

/** A Scalr account from the settings of a laptop: its log in a log group of AWS, its tokens from its REST API. */

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const nowMs = Date.parse('2026-03-30T12:00:00Z');
const part = (json: unknown): string => Buffer.from(JSON.stringify(json)).toString('base64url');
const token = `${part({ alg: 'none' })}.${part({ exp: nowMs / 1_000 + 60 * 86_400 })}.made-up-Mon170`;

/** A nightly run of the CI token from the same address, and on the last day somebody on a rented server. */
const nightly = (day: number): ScalrDeed => ({
  atMs: nowMs - day * dayMs - 9 * hourMs,
  action: 'create-run',
  ip: '192.0.2.7',
  email: 'ci@acme.scalr.io',
  lastCharacters: 'aB3_x9',
  requestId: `night-${day}`,
});
const theft = (nth: number): ScalrDeed => ({
  ...nightly(0),
  atMs: nowMs - 2 * hourMs + nth * 1_000,
  action: nth === 0 ? 'get-variables' : 'get-state-version-download',
  ip: '203.0.113.66',
  requestId: `theft-${nth}`,
});
const deeds = [...Array.from({ length: 40 }, (_, day) => nightly(day + 1)), theft(0), theft(1)];
const lines: readonly GroupLine[] = deeds.map((deed, nth) => groupLine(auditEnvelope(deed), deed.atMs + 900, nth));

let account = (): MadeUpAccount => madeUpAccount(nowMs);
let api: ScalrApi;
let aws: StandIn;
const groups = new Set<string>();

beforeAll(async () => {
  api = await createScalrApi({ account: () => account(), nowMs: () => nowMs, token });
  aws = await cloudwatchStandIn((question) => {
    groups.add(question.logGroupName);
    return filterGroup(lines, question, { nowMs, pageSize: 7, isHalting: true });
  });
});
afterAll(async () => {
  await api.close();
  await closeStandIns();
});

const tokenwatch = (args: readonly string[], { source = {}, environment = {} } = {}) => {
  const folder = emptyFolder();
  const scalr = {
    account: 'acme',
    token: 'env:SCALR_TOKEN',
    baseUrl: api.url,
    eventSource: scalrEventSource,
    logGroup: '/aws/events/tokenwatch/scalr-acme',
    ...source,
  };
  const pulumi = { organization: 'acme', baseUrl: 'http://127.0.0.1:9' };
  writeFileSync(join(folder, 'tokenwatch.json'), JSON.stringify({ sources: [{ scalr }, { pulumi }] }));
  return run(args, {
    cwd: folder,
    homeFolder: folder,
    clock: fastForwardClock(nowMs),
    environment: {
      SCALR_TOKEN: token,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'made-up-example-key',
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: aws.url,
      ...environment,
    },
  });
};

describe('inventory of a Scalr account', () => {
  it('joins the token report with the log by owner and last six characters', async () => {
    const { stdout, code, stderr } = await tokenwatch(['inventory', '--organization', 'scalr:acme', '--json']);
    expect({ code, stderr }).toMatchObject({ code: 1 });
    const { tokens } = JSON.parse(stdout) as { readonly tokens: readonly Record<string, unknown>[] };
    expect(tokens.map(({ id }) => id).toSorted()).toEqual([
      'at-v0agent',
      'bob@example.com/Zz0-k1',
      'ci@acme.scalr.io/aB3_x9',
      'tokenwatch@acme.scalr.io/Mon170',
    ]);
    const ci = tokens.find(({ id }) => id === 'ci@acme.scalr.io/aB3_x9');
    expect(ci).toMatchObject({ kind: 'service-account', isListed: true, createdBy: 'ana@example.com' });
    expect(ci?.callers).toMatchObject([{ cadence: { kind: 'daily' } }, {}]);
    const gone = tokens.find(({ id }) => id === 'bob@example.com/Zz0-k1');
    expect(gone?.hygiene).toEqual(
      expect.arrayContaining(
        ['owner-gone', 'never-expires', 'old', 'last-use-differs'].map((finding) =>
          expect.objectContaining({ finding }),
        ),
      ),
    );
    expect(groups).toEqual(new Set(['/aws/events/tokenwatch/scalr-acme']));
  });

  it('asks for the name of the log group where the settings lack it, as those of a stack do that names its own', async () => {
    const { stderr } = await tokenwatch(['inventory', '--organization', 'scalr:acme'], {
      source: { logGroup: undefined },
    });
    expect(stderr.replace(/\s+/g, ' ')).toContain(
      'write its name under logGroup, beside account. Of a stack it is the output Bus…Log.',
    );
  });

  it('says which token is its own, and shows no more of it than Scalr does', async () => {
    const { stdout, stderr } = await tokenwatch(['inventory', '--organization', 'scalr:acme']);
    expect(stdout).toContain('The token that tokenwatch itself asks with: “monitor …Mon170”.');
    expect(stdout).toMatch(/monitor …Mon170 +service-account, ours /);
    expect(stdout).not.toContain('Pulumi’s API');
    expect(stdout + stderr).not.toContain('made-up-Mon170');
  });

  it('says what breaks if a token is revoked', async () => {
    const { stdout, code } = await tokenwatch([
      'inventory',
      '--organization',
      'scalr:acme',
      '--revoke',
      'ci@acme.scalr.io/aB3_x9',
    ]);
    expect(stdout.split('\n')[0]).toContain('REVOKING BREAKS');
    expect(code).toBe(1);
  });

  it('asks which is meant where the settings have several, by their whole names', async () => {
    for (const args of [[], ['--settings', 'tokenwatch.json', '--organization', 'acme']]) {
      const { stderr, code } = await tokenwatch(['inventory', ...args]);
      expect(code).toBe(2);
      expect(stderr).toContain('say which');
    }
    const { stderr } = await tokenwatch(['inventory', '--organization', 'scalr:other']);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('scalr:acme and pulumi:acme');
  });

  it('can do without a token: then the log alone speaks', async () => {
    const { stdout } = await tokenwatch(['inventory', '--organization', 'scalr:acme'], {
      source: { token: undefined },
      environment: { SCALR_TOKEN: undefined },
    });
    expect(stdout).toContain('Only a log was read');
  });
});

describe('an investigation of a Scalr token', () => {
  it('reads the log group back and finds who else used it', async () => {
    const args = ['investigate', 'ci@acme.scalr.io/aB3_x9', '--organization', 'scalr:acme', '--json'];
    const { stdout, stderr, code } = await tokenwatch([...args, '--leaked-at', '2026-03-29T12:00Z']);
    expect(stderr).toContain('Reading scalr:acme back to');
    expect(code).toBe(1);
    const { verdict, coverage } = JSON.parse(stdout) as { verdict: string; coverage: { from: string } };
    expect(verdict).toBe('probably');
    // Where the group begins, not where a token of the report was made.
    expect(coverage.from).toBe('2026-02-18T00:00:00Z');
  });
});

describe('watching a Scalr account', () => {
  it('works from settings on a laptop', async () => {
    const folder = emptyFolder();
    const settings = join(folder, 'scalr.json');
    const logGroup = '/aws/events/tokenwatch/scalr-acme';
    const scalr = { account: 'acme', token: 'env:SCALR_TOKEN', baseUrl: api.url, logGroup };
    writeFileSync(settings, JSON.stringify({ sources: [{ scalr }] }));
    const { stdout, code } = await tokenwatch(['watch', '--once', '--json', '--settings', settings]);
    const alerts = stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as { principal: { id: string } });
    expect(alerts.map(({ principal }) => principal.id)).toContain('ci@acme.scalr.io/aB3_x9');
    expect(code).toBe(1);
  });
});

describe('doctor about a Scalr account', () => {
  const checksOf = async (options = {}) => {
    const { stdout } = await tokenwatch(['doctor', '--json'], options);
    const checks = stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as { check: string; outcome: string; detail: string; fix: string | null });
    return { stdout, checks: new Map(checks.map((each) => [each.check, each])) };
  };

  it('looks at secret, log, token, rights, end and integration', async () => {
    const { checks, stdout } = await checksOf();
    for (const name of ['secret', 'audit log', 'token', 'privileges', 'expiry', 'reports', 'integration', 'clock']) {
      expect([name, checks.get(`scalr:acme ${name}`)?.outcome]).toEqual([name, 'ok']);
    }
    expect(checks.get('scalr:acme audit log')?.detail).toContain('its newest line is of 2026-03-30T10:00:01.900Z');
    expect(stdout).not.toContain('made-up-Mon170');
  });

  it('says what an integration that stopped needs', async () => {
    account = () => ({
      ...madeUpAccount(nowMs),
      integrations: [{ eventSource: scalrEventSource, status: 'failed', problem: 'event source was deleted' }],
    });
    const { checks } = await checksOf();
    account = () => madeUpAccount(nowMs);
    expect(checks.get('scalr:acme integration')).toMatchObject({
      outcome: 'failed',
      detail: expect.stringContaining('event source was deleted'),
    });
  });

  it('warns of a log from which nothing has come since it was first watched', async () => {
    const file = join(emptyFolder(), 'state.db');
    const state = sqliteState({ file });
    const begun = beginCoverage(nowMs - 20 * dayMs, 30 * dayMs);
    await state.commit('scalr:acme', {
      expectedRevision: 0,
      cursor: writeCoverage({ ...begun, settledThroughMs: nowMs - hourMs }),
    });
    await state.close();
    const { stdout } = await tokenwatch(['doctor', '--json', '--state', file]);
    const events = stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as { check: string })
      .find(({ check }) => check === 'scalr:acme events');
    expect(events).toMatchObject({
      outcome: 'warning',
      detail: expect.stringContaining(
        'not one event since it was first watched, on 10 Mar 2026 12:00 UTC, 20 days ago',
      ),
      fix: expect.stringContaining('check that it is switched on at the vendor, and that it leads here'),
    });
  });

  it('recognizes what is no token of Scalr', async () => {
    const { checks } = await checksOf({ environment: { SCALR_TOKEN: 'pul-made-up' } });
    expect(checks.get('scalr:acme secret')).toMatchObject({ outcome: 'warning' });
    expect(checks.get('scalr:acme token')).toMatchObject({ outcome: 'failed' });
  });
});
