import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { lines, logFile } from './recorded-log.ts';
import { emptyFolder, outputOf, run } from './test-world.ts';

const stolen = logFile(...lines.ordinaryNights, ...lines.theft);

describe('replay', () => {
  it('prints the alerts, then how much was read and judged, and ends with 1', async () => {
    const { code, stdout, stderr } = await run(['replay', stolen]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^CRITICAL {2}Token nightly /);
    expect(stdout).toContain('It was used from 203.0.113.9');
    expect(stdout).toContain('It read stack state: stack-exported.');
    expect(stdout).toContain('1 alert. 1 principal judged.');
    expect(stdout).toContain('Read 72 events from 1 file: 1 Feb 2026 02:00 UTC to 3 Mar 2026 14:11 UTC, 30 days.');
  });

  it('ends with 0 where there is nothing to tell', async () => {
    const { code, stdout } = await run(['replay', logFile(...lines.ordinaryNights)]);
    expect(code).toBe(0);
    expect(stdout).toContain('No alerts. 1 principal judged.');
  });

  it('prints one alert per line as JSON and nothing else on stdout', async () => {
    const { code, stdout, stderr } = await run(['replay', '--json', stolen]);
    expect(code).toBe(1);
    const [line, ...rest] = stdout.split('\n');
    expect(rest).toEqual(['']);
    expect(JSON.parse(line ?? '')).toMatchObject({ principal: { name: 'nightly' }, sampleEvents: expect.anything() });
    expect(stderr).toContain('1 alert. 1 principal judged.');
  });

  it('says that silence means nothing while there is too little past', async () => {
    const { code, stdout } = await run(['replay', logFile(...lines.ordinaryNights.slice(0, 4))]);
    expect(code).toBe(0);
    expect(stdout.replaceAll('\n', ' ')).toContain(
      'No alerts, but hardly anything could be judged: the one principal has too little past to be compared with.',
    );
  });

  it('mentions bad records on stderr, with JSON too, and leaves the exit code alone', async () => {
    const file = logFile(...lines.ordinaryNights, '{"time":', '{"time":"2026-03-01T00:00:00Z","principal":"x"}');
    for (const args of [[file], ['--json', file]]) {
      const { code, stderr } = await run(['replay', ...args]);
      expect(code).toBe(0);
      expect(stderr).toContain('2 records could not be read');
      expect(stderr).toContain('--list-bad lists them.');
    }
  });

  it('lists bad records with file, line and reason when asked', async () => {
    const file = logFile(...lines.ordinaryNights, '{"time":"2026-03-01T00:00:00Z","principal":"x"}');
    const { stderr } = await run(['replay', '--list-bad', file]);
    expect(stderr.replaceAll('\n', ' ')).toContain(`${file}:61: `);
    expect(stderr).toContain('action');
  });

  it('reads standard input', async () => {
    const stdin = Readable.from([Buffer.from(`${lines.ordinaryNights.join('\n')}\n`)]);
    const { code, stdout } = await run(['replay', '-'], { stdin });
    expect(code).toBe(0);
    expect(stdout).toContain('Read 60 events');
  });

  it('shows how far it is where somebody looks on', async () => {
    const stderr = outputOf({ columns: 80 });
    await run(['replay', stolen], { stderr });
    expect(stderr.text()).toMatch(/Reading: \d+ % of/);
    expect(stderr.text().endsWith('\r\u001b[2K')).toBe(true);
  });

  it('says when addresses are judged without their owners', async () => {
    const { stdout } = await run(['replay', stolen]);
    expect(stdout).toContain('No ownership table');
  });

  it.each([
    [['--budget', 'many'], 2, '--budget: write how many false alerts a week are acceptable'],
    [['--budget', '0'], 2, '--budget: '],
    [['--organization', 'a/b'], 2, '--organization: '],
    [['--mmdb', '/no/such.mmdb'], 3, '/no/such.mmdb cannot be read'],
  ])('refuses %j', async (options, code, text) => {
    const ran = await run(['replay', ...options, stolen]);
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(text);
  });

  it('says so when a folder holds nothing', async () => {
    const folder = emptyFolder();
    expect(await run(['replay', folder])).toMatchObject({
      code: 3,
      stderr: `The folder ${folder} holds no files. Name a folder with logs in it.\n`,
    });
  });
});
