import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { Clock } from '../../lib/app/ports.ts';
import { originOfFiles } from '../../lib/cli/investigate-origin.ts';
import { place } from '../../lib/cli/report-file.ts';
import { parseIp } from '../../lib/core/ip.ts';
import { mmdbBytes } from '../adapters/networks/mmdb-writer.ts';
import { liveFromMs, organizationName, serveAcme } from '../stories/acme-demo.ts';
import { lines, logFile } from './recorded-log.ts';
import { emptyFolder, type Ran, run, worldWith } from './test-world.ts';

const asOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

const clockAt = (time: string): Clock => ({ nowMs: () => Date.parse(time), sleep: async () => undefined });
const clock = clockAt('2026-03-03T18:00:00Z');

const bitsOf = (prefix: string): string =>
  (parseIp(prefix)?.bytes ?? [])
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .slice(0, 24);

const owner = (prefix: string, asn: number, name: string, country: string) => ({
  prefixBits: bitsOf(prefix),
  record: { autonomous_system_number: asn, autonomous_system_organization: name, country: { iso_code: country } },
});

/** Who owns the addresses of the recorded log. */
const ownersFile = (): string => {
  const file = join(emptyFolder(), 'owners.mmdb');
  writeFileSync(
    file,
    mmdbBytes(4, [
      owner('192.0.2.0', 16509, 'Example Cloud', 'IE'),
      owner('203.0.113.0', 24940, 'Example Hosting', 'DE'),
    ]),
  );
  return file;
};

const stolen = logFile(...lines.ordinaryNights, ...lines.theft);
const ordinary = logFile(...lines.ordinaryNights);

const investigate = (...args: readonly string[]): Promise<Ran> =>
  run(['investigate', ...args, '--mmdb', ownersFile()], { clock });

describe('investigate', () => {
  it('says who used it, and ends with 1', async () => {
    const { code, stdout } = await investigate('nightly', '--leaked-at', '2026-03-03T12:00Z', '--from', stolen);
    expect(code).toBe(1);
    expect(asOneLine(stdout)).toContain(
      'USED BY SOMEBODY ELSE: token nightly, from Example Hosting (AS24940, hosting, DE)',
    );
  });

  it('ends with 0 where there is no sign', async () => {
    const { code, stdout } = await investigate(
      ...['nightly', '--leaked-at', '2026-02-25 12:00', '--until', '2026-03-02T12:00Z', '--from', ordinary],
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^NO SIGN OF USE BY SOMEBODY ELSE: token nightly/);
  });

  it('ends with 3 where it cannot be told', async () => {
    const { code, stdout } = await investigate('nightly', '--leaked-at', '2026-01-20', '--from', ordinary);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^CANNOT TELL WHETHER SOMEBODY ELSE USED IT: token nightly; the log begins only 12 days/);
  });

  it('prints one JSON document and nothing else on stdout', async () => {
    const { code, stdout, stderr } = await investigate(
      'nightly',
      '--from',
      stolen,
      '--leaked-at',
      '2026-03-03',
      '--json',
    );
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'used-by-others', leakedAt: '2026-03-03T00:00:00Z' });
    expect(asOneLine(stderr)).toContain('--leaked-at without a zone: taken as 3 Mar 2026 00:00 UTC.');
  });

  it('reads standard input', async () => {
    const stdin = Readable.from([readFileSync(stolen)]);
    const { code } = await run(['investigate', 'nightly', '--from', '-', '--mmdb', ownersFile()], { clock, stdin });
    expect(code).toBe(1);
  });
});

describe('investigate, called in a way that cannot be meant', () => {
  it.each([
    [[], 'Say whom to investigate'],
    [['nightly', '--user', 'ada', '--from', stolen], 'Give either a token or --user'],
    [['nightly'], 'Say which log to read: --from FILES'],
    [
      ['nightly', '--from', stolen, '--leaked-at', '2026-03-04T00:00Z'],
      'is in the future: it is now 3 Mar 2026 18:00 UTC',
    ],
    [['nightly', '--from', stolen, '--leaked-at', '2026-02-30'], '--leaked-at is no time that can be understood'],
    [['nightly', '--from', stolen, '--leaked-at', '3 hours ago'], 'Write it as 2026-10-05T04:10:00Z'],
    [['nightly', '--from', stolen, '--until', '2026-03-09'], '--until 9 Mar 2026 00:00 UTC is in the future'],
    [
      ['nightly', '--from', stolen, '--until', '2026-03-01', '--leaked-at', '2026-03-02'],
      '--until must be after --leaked-at',
    ],
    [['nightly', '--from', stolen, '--history-days', '9'], 'leave them out with --from'],
    [['nightly', '--from', stolen, '--force'], '--force belongs to --html'],
    [
      ['nightly', '--organization', 'acme', '--history-days', '0'],
      '--history-days: write a whole number of days from 1',
    ],
    [['nightli', '--from', stolen], 'Did you mean nightly?'],
    [['--user', 'nobody', '--from', stolen], 'No user nobody is in this log'],
  ])('%j is refused with 2, in clear words', async (args, text) => {
    const { code, stdout, stderr } = await run(['investigate', ...args], { clock });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(asOneLine(stderr)).toContain(text);
  });

  it('lists whom an ambiguous name may mean', async () => {
    const twin = lines.ordinaryNights.map((line) => line.replace('token:nightly', 'user:nightly'));
    const { code, stderr } = await run(
      ['investigate', 'nightly', '--from', logFile(...lines.ordinaryNights, ...twin)],
      { clock },
    );
    expect(code).toBe(2);
    expect(stderr).toContain('nightly may mean any of these');
    expect(stderr).toContain('nightly  (token in pulumi:acme, last used 2 Mar 2026 02:05 UTC)');
  });

  it('says so where the log has no event', async () => {
    const { code, stderr } = await run(['investigate', 'nightly', '--from', logFile('')], { clock });
    expect(code).toBe(3);
    expect(stderr).toContain('Nothing to read');
  });
});

describe('the HTML report', () => {
  const write = (...args: readonly string[]): Promise<Ran> =>
    investigate('nightly', '--from', stolen, '--leaked-at', '2026-03-03T12:00Z', ...args);

  it('is written for this user alone', async () => {
    const file = join(emptyFolder(), 'report.html');
    const { code, stderr } = await write('--html', file);
    expect(code).toBe(1);
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>[\s\S]*Used by somebody else[\s\S]*<\/html>\n$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(asOneLine(stderr)).toContain('readable by you alone');
  });

  it('replaces a file only with --force, and is refused before the log is read', async () => {
    const file = join(emptyFolder(), 'report.html');
    writeFileSync(file, 'somebody’s diary');
    const refused = await write('--html', file);
    expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 2, stdout: '' });
    expect(asOneLine(refused.stderr)).toContain('exists already and was left as it is');
    expect(readFileSync(file, 'utf8')).toBe('somebody’s diary');
    expect((await write('--html', file, '--force')).code).toBe(1);
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>/);
  });

  it.each(['no-such-folder/report.html', '.'])('is refused where it cannot be written: %s', async (name) => {
    const { code, stderr } = await write('--html', name);
    expect(code).toBe(2);
    expect(stderr).not.toBe('');
  });

  it('leaves nothing half-written where there is no room, and says so', async () => {
    const folder = emptyFolder();
    const module = new URL('../../lib/cli/report-file.ts', import.meta.url).href;
    const program = `const { writeReport } = await import('${module}');
      await writeReport({ path: '${folder}/report.html', shown: 'report.html', isForced: false }, 'x'.repeat(200_000));`;
    // No file may grow beyond four kilobytes in this shell: to the program, a disk that is full.
    const shell = spawnSync(
      'bash',
      ['-c', 'ulimit -f 4; exec "$0" --input-type=module -e "$1"', process.execPath, program],
      {
        encoding: 'utf8',
      },
    );
    expect(shell.stderr).toContain('The report was not written to report.html: there is no room left on the disk.');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('has been answered for already when the file cannot be written', async () => {
    // A folder that goes away while the log is read: what a disk that fills up in the meantime is to the program.
    const folder = join(emptyFolder(), 'gone');
    mkdirSync(folder);
    const stdin = Readable.from(
      (async function* () {
        yield readFileSync(stolen);
        rmSync(folder, { recursive: true });
      })(),
    );
    const { code, stdout, stderr } = await run(
      ['investigate', 'nightly', '--from', '-', '--mmdb', ownersFile(), '--html', join(folder, 'report.html')],
      { clock, stdin },
    );
    expect(stdout).toMatch(/^USED BY SOMEBODY ELSE: token nightly/);
    expect(stderr).toContain('The report was not written to');
    expect(code).toBe(3);
  });

  describe('where the file system has no links', () => {
    const noLinks = async (): Promise<void> => {
      throw Object.assign(new Error('not permitted'), { code: 'EPERM' });
    };

    it('is put in its place all the same', async () => {
      const folder = emptyFolder();
      writeFileSync(join(folder, 'part'), 'the report');
      await place(join(folder, 'part'), join(folder, 'report.html'), noLinks);
      expect(readFileSync(join(folder, 'report.html'), 'utf8')).toBe('the report');
      expect(readdirSync(folder)).toEqual(['report.html']);
    });

    it('takes nobody’s place', async () => {
      const folder = emptyFolder();
      writeFileSync(join(folder, 'part'), 'the report');
      writeFileSync(join(folder, 'report.html'), 'somebody’s diary');
      await expect(place(join(folder, 'part'), join(folder, 'report.html'), noLinks)).rejects.toThrow('EEXIST');
      expect(readFileSync(join(folder, 'report.html'), 'utf8')).toBe('somebody’s diary');
    });
  });
});

describe('the commands in the report', () => {
  it('ask the same log again, and send a token only where it was said to belong', async () => {
    const neutral = ['nightly', '--leaked-at', '2026-03-03T12:00Z', '--from', stolen];
    const { stdout } = await investigate(...neutral, '--base-url', 'https://pulumi.example.com/');
    expect(stdout).toContain('https://pulumi.example.com/api/orgs/acme/tokens/nightly');
    expect(stdout).toContain('   tokenwatch watch --organization acme --base-url https://pulumi.example.com');
    expect((await investigate(...neutral)).stdout).toContain('"$PULUMI_BACKEND_URL/api/orgs/acme/tokens/nightly"');
  });

  it('run as printed: started as this one was, with whole paths, on lines without a prompt', async () => {
    const cwd = dirname(stolen);
    const file = join('..', basename(cwd), basename(stolen));
    const made = await run(['investigate', 'nightly', '--leaked-at', '2026-03-03T12:00Z', '--from', stolen], {
      clock,
      environment: { npm_command: 'exec' },
    });
    expect(made.stdout).toContain('\n             npx tokenwatch watch --organization acme\n');
    expect(made.stdout).not.toMatch(/^\s*\$ /m);
    const files = originOfFiles([file, '/logs/my log.json'], { mmdb: ['owners.mmdb'] }, worldWith({ cwd }));
    expect(files.again).toEqual(['--from', stolen, '/logs/my log.json', '--mmdb', join(cwd, 'owners.mmdb')]);
  });

  it('have an address that can be one', async () => {
    const { code, stderr } = await investigate('nightly', '--from', stolen, '--base-url', 'http://pulumi.example.com');
    expect(code).toBe(2);
    expect(asOneLine(stderr)).toContain('--base-url: sends the token unencrypted');
  });
});

describe('investigate, reading Pulumi Cloud', () => {
  const leakedAt = new Date(liveFromMs).toISOString();
  const nowMs = liveFromMs + 86_400_000;

  it('pages back, finds the theft, and goes on from what was read the next time', async () => {
    const served = await serveAcme();
    try {
      const homeFolder = emptyFolder();
      const asked = ['investigate', 'ci-deploy', '--organization', organizationName, '--base-url', served.url];
      const world = { homeFolder, environment: { PULUMI_ACCESS_TOKEN: 'made-up-token' } };
      const first = await run([...asked, '--leaked-at', leakedAt, '--json'], {
        ...world,
        clock: served.clockAt(nowMs),
      });
      expect(first.stderr).not.toContain('fault of tokenwatch');
      const report = JSON.parse(first.stdout) as {
        verdict: string;
        coverage: { kind: string; from: string; historyEndedAfterEmptyDays: number };
      };
      // Without a table of owners what is far away cannot be told from what is near.
      expect(report.verdict).toBe('probably');
      expect(first.code).toBe(1);
      expect(report.coverage).toMatchObject({
        kind: 'read',
        from: '2026-02-23T00:00:00Z',
        historyEndedAfterEmptyDays: 28,
      });

      await served.close();
      const again = await run([...asked, '--leaked-at', leakedAt, '--json'], {
        ...world,
        clock: served.clockAt(nowMs),
      });
      expect(JSON.parse(again.stdout)).toEqual(report);
    } finally {
      await served.close().catch(() => undefined);
    }
  }, 60_000);

  it('keeps what was read when it is interrupted, and says so', async () => {
    const served = await serveAcme();
    try {
      const { code, stdout, stderr } = await run(
        ['investigate', 'ci-deploy', '--organization', organizationName, '--base-url', served.url],
        {
          environment: { PULUMI_ACCESS_TOKEN: 'made-up-token' },
          clock: served.clockAt(nowMs),
          interruption: () => AbortSignal.abort(),
        },
      );
      expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
      expect(asOneLine(stderr)).toContain('run the same command again, and it goes on from there');
    } finally {
      await served.close();
    }
  });
});
