/** Inventory of the made-up organization over HTTP, four weeks in, and what breaks if one of its tokens is revoked. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emptyFolder, run } from '../cli/test-world.ts';
import { acme, liveFromMs, organizationName, type Served, serveAcme } from './acme-demo.ts';
import { flat } from './leaked-token.ts';

let served: Served;
beforeAll(async () => {
  served = await serveAcme();
});
afterAll(() => served.close());

const homeFolder = emptyFolder();

const inventory = (...args: readonly string[]) =>
  run(['inventory', '--organization', organizationName, '--base-url', served.url, ...args], {
    clock: served.clockAt(liveFromMs),
    environment: { PULUMI_ACCESS_TOKEN: acme.token },
    homeFolder,
  });

type Json = { readonly tokens: readonly Record<string, unknown>[]; readonly missing: readonly string[] };

describe('inventory of the made-up organization', () => {
  let listed: Json;
  const tokenNamed = (name: string) => listed.tokens.find((token) => token.name === name);
  const hygieneOf = (name: string) =>
    ((tokenNamed(name)?.hygiene ?? []) as readonly { finding: string }[]).map(({ finding }) => finding);

  beforeAll(async () => {
    const { stdout, code } = await inventory('--json');
    listed = JSON.parse(stdout) as Json;
    expect(code).toBe(1);
  }, 60_000);

  it('lists tokens of the organization, of a team and of the caller, expired ones too', () => {
    expect(tokenNamed('ci-deploy')).toMatchObject({ kind: 'organization', isListed: true, isAdmin: true });
    expect(tokenNamed('metrics-hourly')).toMatchObject({ kind: 'team', owner: 'platform' });
    expect(tokenNamed('priya-laptop')).toMatchObject({ kind: 'personal', owner: 'priya.n' });
    expect(hygieneOf('contractor-2025')).toContain('expired');
  });

  it('adds those that only the log shows', () => {
    expect(tokenNamed('lena-laptop')).toMatchObject({ isListed: false, users: ['lena.w'] });
  });

  it('tells each machine’s rhythm and when it is due again', () => {
    expect(tokenNamed('nightly-drift')?.callers).toMatchObject([
      { cadence: { kind: 'daily', atMinute: 137 }, nextAt: '2026-03-23T02:17:00Z' },
    ]);
    expect(tokenNamed('metrics-hourly')?.callers).toMatchObject([{ cadence: { kind: 'hourly', minute: 7 } }]);
    expect(tokenNamed('release-bot')?.callers).toMatchObject([{ cadence: { kind: 'weekdays' } }]);
  });

  it('finds what should be mended', () => {
    expect(hygieneOf('disaster-recovery')).toEqual(
      expect.arrayContaining(['never-expires', 'unused', 'over-privileged']),
    );
    expect(hygieneOf('ci-deploy')).toContain('over-privileged');
    expect(hygieneOf('lena-laptop')).toEqual([]);
  });

  it('says what could not be listed', () => {
    expect(listed.missing.join(' ')).toContain('the members of acme-demo could not be listed');
  });

  it('is a table for people, its ends and owners in words', async () => {
    const { stdout } = await inventory();
    // Two accounts of the last use beside each other: the vendor's and the log's.
    expect(flat(stdout)).toMatch(/ Used \(API\) Used \(log\) /);
    expect(flat(stdout)).toContain('Who uses them, and when each is due again (UTC):');
    expect(flat(stdout)).toMatch(/nightly-drift 198\.19\.\d+\.0\/24 daily 02:17 28 22 Mar .* 23 Mar 02:17/);
    expect(flat(stdout)).toContain('Expired and still listed; delete it: contractor-2025 (2026-02-03).');
  });
});

describe('what breaks if a token is revoked', () => {
  it('is told with the verdict first, and when each caller would notice', async () => {
    const { stdout, code } = await inventory('--revoke', 'nightly-drift');
    expect(stdout.split('\n')[0]).toContain('REVOKING BREAKS 1 CALLER: token nightly-drift');
    expect(flat(stdout)).toContain('the first would notice about 23 Mar 2026 02:17 UTC');
    expect(code).toBe(1);
  });

  it('is nothing where the vendor says that it was never used', async () => {
    const { stdout, code } = await inventory('--revoke', 'disaster-recovery');
    expect(stdout.split('\n')[0]).toBe('SAFE TO REVOKE NOW: token disaster-recovery. Nobody is expected to notice.');
    expect(code).toBe(0);
  });

  it('is refused for a name that nobody has, with the nearest', async () => {
    const { stderr, code } = await inventory('--revoke', 'ci-deplyo');
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean ci-deploy?');
  });
});

describe('inventory of an exported log', () => {
  const file = join(emptyFolder(), 'export.json');
  const exported = acme.log.filter(({ timestamp }) => timestamp * 1_000 < liveFromMs);
  beforeAll(() => writeFileSync(file, JSON.stringify({ auditLogEvents: exported.toReversed() })));

  it('shows callers as of the end of the log, and says what a log cannot show', async () => {
    const { stdout } = await run(['inventory', '--from', file]);
    expect(flat(stdout)).toContain('Only a log was read');
    expect(flat(stdout)).toMatch(/nightly-drift .* daily 02:17/);
  });

  it('knows a token that was deleted, and who tries it since, as nobody whom its deletion breaks', async () => {
    const whole = join(emptyFolder(), 'whole.json');
    writeFileSync(whole, JSON.stringify({ auditLogEvents: acme.log.toReversed() }));
    const { stdout, code } = await run(['inventory', '--from', whole, '--revoke', 'release-bot']);
    expect(stdout).toMatch(/^ALREADY DELETED: token release-bot, on \d+ Mar 2026 \d\d:\d\d UTC\. Nothing is left/);
    expect(flat(stdout)).toMatch(
      /Tries it all the same, after its deletion: - .* events refused, last .*never seen before/,
    );
    expect(code).toBe(1);
    expect(flat((await run(['inventory', '--from', whole])).stdout)).toMatch(/ release-bot deleted acme-demo /);
  });

  it('gives commands whole, each on a line of its own', async () => {
    const { stdout, world } = await run([
      'inventory',
      '--from',
      file,
      '--organization',
      'acme',
      '--revoke',
      'ci-deploy',
    ]);
    const state = `${world.homeFolder}/.local/state/tokenwatch/state.db`;
    const read = `--from ${file} --organization acme --state ${state}`;
    expect(stdout.split('\n').filter((line) => line.includes('tokenwatch rotation'))).toEqual([
      `   tokenwatch rotation start --old ci-deploy --new NEW-TOKEN ${read}`,
      `   tokenwatch rotation status --before-revoking ${read}`,
    ]);
    expect(flat(stdout)).toContain('many address ranges');
  });

  it('cannot tell of a token that was used lately by nobody regular', async () => {
    const { stdout, code } = await run(['inventory', '--from', file, '--revoke', 'old-laptop', '--unused-days', '60']);
    expect(stdout).toContain('CANNOT TELL: token old-laptop');
    expect(code).toBe(3);
  });

  it('refuses options that are for reading the vendor', async () => {
    const { code, stderr } = await run(['inventory', '--from', file, '--history-days', '7']);
    expect(code).toBe(2);
    expect(stderr).toContain('leave them out with --from');
  });
});
