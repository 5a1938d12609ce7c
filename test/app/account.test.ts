import { describe, expect, it } from '@jest/globals';
import { fastForwardClock } from '../../lib/adapters/clock.ts';
import { memoryState } from '../../lib/adapters/state/memory.ts';
import { accountFor } from '../../lib/app/account.ts';
import { type Notice, watch } from '../../lib/app/watch.ts';
import { allowedBy } from '../../lib/core/allowance.ts';
import { beginCoverage } from '../../lib/core/coverage.ts';
import type { AuditEvent } from '../../lib/core/event.ts';
import { rememberNetworks } from '../../lib/core/network.ts';
import { msPerDay, msPerMinute } from '../../lib/core/time.ts';
import { call, daily, exampleOwners, msOf, source } from '../core/having.ts';

const startMs = msOf('2026-03-14T10:00Z');
const networks = rememberNetworks(exampleOwners);
const work = daily({ from: '2026-02-12T09:10Z', times: 30, ip: '192.0.2.7' });
const theft = call('2026-03-10T01:40Z', '198.51.100.9', { action: 'stack-exported' });

/** Watches an hour of this log, and says what there was to be said of its history. */
const watched = async (log: readonly AuditEvent[], isAllowed = allowedBy([])) => {
  const clock = fastForwardClock(startMs);
  const state = memoryState();
  const notices: Notice[] = [];
  const ordered = log.toSorted((a, b) => a.atMs - b.atMs);
  await watch({
    sources: [
      {
        name: source,
        read: async ({ fromMs, toMs }) => ({
          events: ordered.filter(({ atMs }) => atMs >= fromMs && atMs < toMs && atMs <= clock.nowMs()),
          badRecords: [],
          requests: 1,
        }),
      },
    ],
    state,
    clock,
    networks,
    alertBudgetPerWeek: 1,
    isAllowed,
    backfillMs: 31 * msPerDay,
    pollEveryMs: 5 * msPerMinute,
    endAtMs: startMs + 60 * msPerMinute,
    sendAlert: async () => undefined,
    notify: (notice) => void notices.push(notice),
  });
  const found = notices.find(({ notice }) => notice === 'backfilled');
  if (found?.notice !== 'backfilled') throw new RangeError('the history was not read');
  return { state, ...found };
};

describe('the account of a watch', () => {
  it('comes with the end of the backfill: what it would have told, and what it would catch', async () => {
    const { account } = await watched([...work, theft]);
    expect(account.kept).toMatchObject({ budgetPerWeek: 1, history: { alerts: 1 }, live: { alerts: 0 } });
    expect(account.kept.history.weeks).toBeCloseTo(31 / 7, 5);
    expect(account.sensitivity).toMatchObject({ judged: 1, learning: 0 });
    expect(account.sensitivity?.tried[0]).toEqual({
      origin: 'hosting-at-night',
      loot: 'looking',
      tries: 1,
      caught: 1,
    });
  });

  it('says the same again, and leaves the state as it is', async () => {
    const { state, account, coverage } = await watched([...work, theft]);
    const before = await state.load(source);
    const again = await accountFor({ state, source, coverage, networks, alertBudgetPerWeek: 1 });
    expect(again).toEqual(account);
    expect(await state.load(source)).toEqual(before);
  });

  it('tries nothing out where nothing was read', async () => {
    const coverage = beginCoverage(startMs, 31 * msPerDay);
    const parts = { state: memoryState(), source, coverage, networks, alertBudgetPerWeek: 1 };
    expect(await accountFor(parts)).toMatchObject({ sensitivity: undefined, kept: { history: { alerts: 0 } } });
  });
});

describe('a watch with allowances', () => {
  const hosting = {
    network: { kind: 'owner', asn: 64501 },
    untilMs: msOf('2026-12-31T00:00Z'),
    note: 'migration',
  } as const;
  const moved = call('2026-03-10T09:10Z', '198.51.100.9');

  it('tells nothing of a network while it is allowed, and would otherwise', async () => {
    expect((await watched([...work, moved])).alerts).toHaveLength(1);
    expect((await watched([...work, moved], allowedBy([hosting]))).alerts).toEqual([]);
  });
});
