import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { sqliteState } from '../../lib/adapters/state/sqlite.ts';
import type { Alert } from '../../lib/core/alert.ts';
import { assess } from '../../lib/core/assess.ts';
import { beginCoverage, settle } from '../../lib/core/coverage.ts';
import { rememberNetworks } from '../../lib/core/network.ts';
import { writeBaseline, writeCoverage, writeOrganization } from '../../lib/core/stored.ts';
import { msPerDay } from '../../lib/core/time.ts';
import { call, daily, exampleOwners, having, msOf, nothing, source } from '../core/having.ts';
import { emptyFolder, run } from './test-world.ts';

const begunMs = msOf('2026-03-06T00:00Z');

/** A state in which a history was read, and so many alerts were told in the four weeks after it. */
const stateWith = async (alertsSince: number): Promise<string> => {
  const file = join(emptyFolder(), 'state.db');
  const state = sqliteState({ file });
  const work = daily({ from: '2026-01-05T09:10Z', times: 60, ip: '192.0.2.7' });
  const context = { networks: rememberNetworks(exampleOwners), alertBudgetPerWeek: 1 };
  const { organization, baselines } = assess(nothing, work, context);
  const [told] = having(work).tells(call('2026-03-06T01:40Z', '198.51.100.9'));
  if (told === undefined) throw new RangeError('nothing was told');
  const alerts = Array.from({ length: alertsSince }, (_, nth): Alert => {
    const openedAtMs = begunMs + nth * msPerDay;
    return { ...told.alert, id: `2026-03-${nth}`, openedAtMs };
  });
  const throughMs = begunMs + 28 * msPerDay;
  await state.commit(source, {
    expectedRevision: 0,
    cursor: writeCoverage(
      settle(beginCoverage(begunMs, 60 * msPerDay), { throughMs, events: 60, newestEventMs: begunMs }),
    ),
    organization: writeOrganization(organization),
    principals: new Map([...baselines].map(([key, baseline]) => [key, writeBaseline(baseline)])),
    alerts,
  });
  await state.close();
  return file;
};

const asOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

type Line = {
  readonly check: string;
  readonly outcome: string;
  readonly fix: string | null;
  readonly figures?: unknown;
};
const lineOf = (stdout: string, check: string): Line | undefined =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
    .find((line) => line.check === check);

describe('doctor on the promise', () => {
  let calm: string;
  let loud: string;
  beforeAll(async () => {
    calm = await stateWith(2);
    loud = await stateWith(20);
  });

  it('says what was promised, what was told, and what a theft would have met', async () => {
    const { stdout } = await run(['doctor', '--state', calm]);
    const text = asOneLine(stdout);
    expect(text).toContain('ok pulumi:acme alert budget: Promised: at most 1 false alert a week.');
    expect(text).toContain('Since then it told 2 alerts in 4 weeks (0.5 a week, real ones included).');
    expect(text).toContain('ok pulumi:acme sensitivity: A stolen credential used from a hosting provider at night');
  });

  it('warns where far more was told than promised, and says what to do', async () => {
    const { code, stdout } = await run(['doctor', '--state', loud]);
    expect(code).toBe(0);
    expect(asOneLine(stdout)).toMatch(/warning pulumi:acme alert budget: .*-> Look through these alerts\./);
  });

  it('gives the figures to machines', async () => {
    const { stdout } = await run(['doctor', '--json', '--state', loud]);
    expect(lineOf(stdout, 'pulumi:acme alert budget')).toMatchObject({
      outcome: 'warning',
      figures: { budgetPerWeek: 1, live: { weeks: 4, alerts: 20, facts: 0 } },
    });
    expect(lineOf(stdout, 'pulumi:acme sensitivity')).toMatchObject({
      outcome: 'ok',
      figures: { judged: 1, tried: expect.arrayContaining([expect.objectContaining({ origin: 'hosting-at-night' })]) },
    });
  });

  it('keeps silent where there is no state, or nothing was read', async () => {
    const { stdout } = await run(['doctor', '--state', join(emptyFolder(), 'none.db')]);
    expect(stdout).not.toContain('alert budget');
  });
});

describe('doctor on allowed networks', () => {
  const settingsFile = (allow: readonly object[]): string => {
    const file = join(emptyFolder(), 'tokenwatch.json');
    writeFileSync(file, JSON.stringify({ sources: [{ pulumi: { organization: 'acme' } }], allow }));
    return file;
  };

  it('warns of those that are over, and of owners that no table can tell', async () => {
    const file = settingsFile([
      { network: '198.51.100.0/24', until: '2020-12-31', note: 'office move' },
      { asn: 64500, until: '2099-12-31', note: 'new VPN' },
    ]);
    const { stdout } = await run(['doctor', '--settings', file]);
    const text = asOneLine(stdout);
    expect(text).toContain(
      'warning allowed networks: No longer allowed: 198.51.100.0/24 (office move, through 2020-12-31).',
    );
    expect(text).toContain(
      'warning allowed networks: Allowed for more than a year: AS64500 (new VPN, through 2099-12-31).',
    );
    expect(text).toContain('warning allowed networks: Cannot be recognized without an ownership table: AS64500');
  });

  it('says nothing where none are written', async () => {
    expect((await run(['doctor', '--settings', settingsFile([])])).stdout).not.toContain('allowed networks');
  });
});
