import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { lines, logFile } from './recorded-log.ts';
import { emptyFolder, run } from './test-world.ts';

const settingsFile = (settings: object): string => {
  const file = join(emptyFolder(), 'tokenwatch.json');
  writeFileSync(file, JSON.stringify({ sources: [{ pulumi: { organization: 'acme' } }], ...settings }));
  return file;
};

const stolen = logFile(...lines.ordinaryNights, ...lines.theft);
const allow = (until: string) => [{ network: '203.0.113.0/24', until, note: 'office move' }];

const detectorsIn = (stdout: string): readonly string[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) =>
      (JSON.parse(line) as { reasons: { detector: string }[] }).reasons.map(({ detector }) => detector),
    );

describe('replay with a settings file', () => {
  it('allows the networks that live would have allowed, and judges all else', async () => {
    const without = await run(['replay', '--json', '--settings', settingsFile({}), stolen]);
    const during = await run(['replay', '--json', '--settings', settingsFile({ allow: allow('2026-12-31') }), stolen]);
    expect(detectorsIn(without.stdout)).toContain('unfamiliar-network');
    expect(detectorsIn(during.stdout)).not.toContain('unfamiliar-network');
    expect(detectorsIn(during.stdout)).toContain('sensitive-action');
  });

  it('goes by the time of events: what had ended by then is not allowed', async () => {
    const ended = await run(['replay', '--json', '--settings', settingsFile({ allow: allow('2026-03-02') }), stolen]);
    expect(detectorsIn(ended.stdout)).toContain('unfamiliar-network');
  });

  it('takes the budget and the MMDB files from it, unless options say otherwise', async () => {
    const settings = settingsFile({ networks: { mmdb: ['/no/such.mmdb'] }, alertBudgetPerWeek: 3 });
    const { code, stderr } = await run(['replay', '--settings', settings, stolen]);
    expect({ code, stderr }).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('/no/such.mmdb cannot be read'),
    });
    const other = await run(['replay', '--settings', settings, '--mmdb', '/no/other.mmdb', stolen]);
    expect(other.stderr).toContain('/no/other.mmdb cannot be read');
  });

  it('does not take a file that merely lies in the folder', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'tokenwatch.json'), 'not settings');
    expect((await run(['replay', stolen], { cwd: folder })).code).toBe(1);
  });

  it('says what is wrong in it, with its place', async () => {
    const file = settingsFile({ allow: [{ network: '203.0.113.0/24', note: 'office move' }] });
    const { code, stderr } = await run(['replay', '--settings', file, stolen]);
    expect(code).toBe(2);
    expect(stderr).toContain('allow.0.until: is missing: write the last day (UTC)');
  });
});
