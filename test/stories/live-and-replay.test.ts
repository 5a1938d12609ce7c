import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFiles } from '../../lib/adapters/sources/files/read-files.ts';
import { memoryState } from '../../lib/adapters/state/memory.ts';
import type { StateStore } from '../../lib/app/ports.ts';
import { replay } from '../../lib/app/replay.ts';
import { type Notice, watch } from '../../lib/app/watch.ts';
import { settingsFor } from '../../lib/config/settings.ts';
import type { Alert } from '../../lib/core/alert.ts';
import { rememberNetworks } from '../../lib/core/network.ts';
import { msPerHour, msPerMinute, msPerSecond } from '../../lib/core/time.ts';
import { alertJson } from '../../lib/report/alert-json.ts';
import { openSource } from '../../lib/wiring.ts';
import { emptyFolder } from '../cli/test-world.ts';
import {
  acme,
  historyFromMs,
  incident,
  liveFromMs,
  organizationName,
  type Served,
  serveAcme,
  sourceName,
} from './acme-demo.ts';

/** Four weeks of history, then a day and a half watched twice over: stopped in the middle, started again. */

const stolen = incident('leaked-token');
const stoppedMs = stolen.toMs + 2 * msPerHour;
const restartedMs = stoppedMs + 12 * msPerMinute;
const endMs = liveFromMs + 30 * msPerHour;
const pollEveryMs = 5 * msPerMinute;

type Told = { readonly key: string; readonly alert: Alert; readonly atMs: number };

let served: Served;
let state: StateStore;
const told: Told[] = [];
const notices: Notice[] = [];

const watchFrom = async (fromMs: number, toMs: number): Promise<void> => {
  const clock = served.clockAt(fromMs);
  const { sources } = settingsFor({ organization: organizationName, baseUrl: served.url, token: 'env:TOKEN' });
  await watch({
    sources: sources.map((source) => openSource(source, { environment: { TOKEN: acme.token }, clock })),
    state,
    clock,
    networks: rememberNetworks(acme.owners),
    alertBudgetPerWeek: 1,
    backfillMs: liveFromMs - historyFromMs,
    pollEveryMs,
    endAtMs: toMs,
    sendAlert: async ({ key, alert }) => void told.push({ key, alert, atMs: clock.nowMs() }),
    notify: (notice) => void notices.push(notice),
  });
};

beforeAll(async () => {
  served = await serveAcme();
  state = memoryState();
  await watchFrom(liveFromMs, stoppedMs);
  await watchFrom(restartedMs, endMs);
}, 60_000);
afterAll(() => served.close());

describe('a watch over an organization whose CI token is stolen', () => {
  const ofThief = () => told.filter(({ alert }) => alert.principal.id === stolen.principal.id);

  it('tells it once, within one polling interval', () => {
    const opened = ofThief().filter(({ key }) => key.endsWith('/opened'));
    expect(opened).toHaveLength(1);
    const delayMs = (opened[0]?.atMs ?? 0) - stolen.fromMs;
    expect(delayMs).toBeGreaterThan(0);
    expect(delayMs).toBeLessThanOrEqual(pollEveryMs + msPerMinute);
  });

  it('names the thief’s network and what was taken', () => {
    const [first] = ofThief();
    expect(first?.alert.networks[0]).toMatchObject({ class: 'hosting', country: 'NL' });
    expect(['high', 'critical']).toContain(first?.alert.severity);
    expect(first?.alert.findings.map(({ evidence }) => evidence.detector)).toContain('unfamiliar-network');
  });

  it('resumes at a second start, and repeats no alert', () => {
    expect(notices).toContainEqual({
      notice: 'resuming',
      source: sourceName,
      seenThroughMs: expect.any(Number),
      nowMs: restartedMs,
    });
    const keys = told.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('gives the same alerts, byte for byte, when the exported log is replayed', async () => {
    const settledMs = (await coverageOf()).settledThroughMs;
    const file = join(emptyFolder(), 'export.json');
    const exported = acme.log.filter(({ timestamp }) => timestamp * msPerSecond < settledMs).toReversed();
    writeFileSync(file, JSON.stringify({ auditLogEvents: exported }));
    const log = await readFiles([file], { organization: organizationName });
    const replayed = await replay(log.batches(), { networks: rememberNetworks(acme.owners), alertBudgetPerWeek: 1 });
    log.close();
    expect(replayed.events).toBe(exported.length);
    expect(replayed.alerts.map(alertJson)).toEqual((await state.alerts(sourceName)).map(alertJson));
    expect(replayed.alerts.length).toBeGreaterThan(0);
  });

  const coverageOf = async () => {
    const polled = notices.findLast(({ notice }) => notice === 'polled');
    if (polled?.notice !== 'polled') throw new Error('nothing was polled');
    return polled.run.coverage;
  };
});
