/** The digest as it is read from a state that a monitor has written. */
import { describe, expect, it } from '@jest/globals';
import { memoryState } from '../../lib/adapters/state/memory.ts';
import { digest } from '../../lib/app/digest.ts';
import { beginCoverage } from '../../lib/core/coverage.ts';
import type { Digest } from '../../lib/core/digest.ts';
import { noInstructions } from '../../lib/core/instructions.ts';
import { writeCoverage, writeInstructions } from '../../lib/core/stored.ts';
import { msPerDay, msPerHour } from '../../lib/core/time.ts';
import { handClock } from '../adapters/secrets/stand-in.ts';
import { theft } from '../report/examples.ts';

const nowMs = Date.UTC(2026, 2, 14, 7);

const digested = async (sources: readonly string[]): Promise<Digest> => {
  const state = memoryState();
  const alert = theft({ openedAtMs: nowMs - 5 * msPerHour, lastEventAtMs: nowMs - 5 * msPerHour });
  await state.commit('pulumi:acme', {
    expectedRevision: 0,
    cursor: writeCoverage({
      ...beginCoverage(nowMs - 10 * msPerDay, 30 * msPerDay),
      settledThroughMs: nowMs - 16 * 60_000,
      events: 70,
    }),
    instructions: writeInstructions(noInstructions),
    alerts: [alert],
    tellings: [{ key: `${alert.id}/opened`, source: 'pulumi:acme', alert }],
    badRecords: [{ where: 'pulumi:acme', reason: 'no time', outcome: 'rejected', text: '{}' }],
  });
  const published: Digest[] = [];
  await digest({
    state,
    clock: handClock(nowMs),
    sources,
    alertBudgetPerWeek: 1,
    allow: [],
    publish: async (each) => {
      published.push(each);
    },
  });
  expect(published).toHaveLength(1);
  return published[0] as Digest;
};

describe('the digest of a state', () => {
  it('has what was committed, and what waits to be told', async () => {
    expect(await digested(['pulumi:acme'])).toMatchObject({
      atMs: nowMs,
      sources: [
        {
          source: 'pulumi:acme',
          standing: 'current',
          seen: { events: 70 },
          alerts: 1,
          untold: { count: 1, sinceMs: nowMs - 5 * msPerHour },
          badRecords: 1,
          kept: { budgetPerWeek: 1, live: { alerts: 1 } },
        },
      ],
      alerts: [{ id: '7d1f0c2a' }],
    });
  });

  it('reads the alerts of four weeks and of no longer, however many are kept', async () => {
    const state = memoryState();
    const asked: (number | undefined)[] = [];
    const cursor = writeCoverage({
      ...beginCoverage(nowMs - 300 * msPerDay, 30 * msPerDay),
      settledThroughMs: nowMs - 15 * 60_000,
    });
    const alerts = [200, 27, 1].map((days) => theft({ id: `a${days}`, openedAtMs: nowMs - days * msPerDay }));
    await state.commit('pulumi:acme', { expectedRevision: 0, cursor, alerts });
    const { sources } = await digest({
      state: {
        ...state,
        alerts: (source, since) => {
          asked.push(since?.openedAtMs);
          return state.alerts(source, since);
        },
      },
      clock: handClock(nowMs),
      sources: ['pulumi:acme'],
      alertBudgetPerWeek: 1,
      allow: [],
      publish: async () => {},
    });
    expect(asked).toEqual([nowMs - 15 * 60_000 - 28 * msPerDay]);
    expect(sources[0]?.kept).toEqual({
      budgetPerWeek: 1,
      history: { weeks: 0, alerts: 0, facts: 0 },
      live: { weeks: expect.closeTo(4, 2), alerts: 2, facts: 0 },
    });
  });

  it('misses a source of the settings that never wrote anything', async () => {
    const { sources } = await digested(['pulumi:acme', 'scalr:acme']);
    expect(sources.map(({ source, standing }) => `${source} ${standing}`)).toEqual([
      'scalr:acme never-read',
      'pulumi:acme current',
    ]);
  });

  it('takes every source of the state where nobody names any', async () => {
    expect((await digested([])).sources.map(({ source }) => source)).toEqual(['pulumi:acme']);
  });
});
