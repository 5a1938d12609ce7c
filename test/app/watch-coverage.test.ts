import { describe, expect, it } from '@jest/globals';
import { fastForwardClock } from '../../lib/adapters/clock.ts';
import { memoryState } from '../../lib/adapters/state/memory.ts';
import { type AuditSource, SourceError } from '../../lib/app/ports.ts';
import { type Notice, watch } from '../../lib/app/watch.ts';
import { msPerHour, msPerMinute, msPerSecond } from '../../lib/core/time.ts';
import { acme, history, partsOf, startMs, use } from './monitor-world.ts';

const fullMs = startMs + 20 * msPerMinute;
const crowd = Array.from({ length: 50 }, (_, ordinal) => use(fullMs, { ordinal }));

describe('a watch on a machine that sleeps', () => {
  const clock = fastForwardClock(startMs);
  const state = memoryState();
  const notices: Notice[] = [];
  const watchFor = (ms: number, sourceOfWatch?: AuditSource): Promise<unknown> => {
    const { source, backfillMs, networks } = partsOf(clock, history(['ci']), state);
    return watch({
      sources: [sourceOfWatch ?? source],
      state,
      clock,
      networks,
      alertBudgetPerWeek: 1,
      backfillMs,
      pollEveryMs: 5 * msPerMinute,
      endAtMs: clock.nowMs() + ms,
      sendAlert: async () => undefined,
      notify: (notice) => void notices.push(notice),
    });
  };

  it('says at its start what was missed while it was off, and nothing where it was not', async () => {
    await watchFor(msPerHour);
    await clock.sleep(4 * msPerMinute);
    await watchFor(msPerHour);
    expect(notices.filter(({ notice }) => notice === 'missed')).toEqual([]);
    const lastMs = clock.nowMs();
    await clock.sleep(9 * msPerHour);
    await watchFor(0);
    const missed = notices.filter(({ notice }) => notice === 'missed');
    expect(missed).toEqual([{ notice: 'missed', source: acme, fromMs: lastMs, toMs: lastMs + 9 * msPerHour }]);
  });

  it('tells which second it had to leave out', async () => {
    const source: AuditSource = {
      name: acme,
      read: async (stretch) => {
        const from = partsOf(clock, crowd, state).source;
        const reading = await from.read({ ...stretch, fromMs: Math.max(stretch.fromMs, fullMs) });
        if (reading.events.length > 30) throw new SourceError('too-much', 'ask for less');
        return reading;
      },
    };
    const other = memoryState();
    const later: Notice[] = [];
    const { backfillMs, networks } = partsOf(clock, [], other);
    await watch({
      sources: [source],
      state: other,
      clock,
      networks,
      alertBudgetPerWeek: 1,
      backfillMs,
      pollEveryMs: 5 * msPerMinute,
      endAtMs: clock.nowMs() + 10 * msPerMinute,
      sendAlert: async () => undefined,
      notify: (notice) => void later.push(notice),
    });
    expect(later.flatMap(({ notice }) => (notice === 'trouble' || notice === 'gaps' ? [notice] : []))).toEqual([
      'trouble',
      'gaps',
    ]);
    expect(later.find(({ notice }) => notice === 'gaps')).toMatchObject({
      gaps: [{ fromMs: fullMs, toMs: fullMs + msPerSecond, cause: 'too-much' }],
    });
  });
});
