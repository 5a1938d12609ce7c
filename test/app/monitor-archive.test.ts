import { describe, expect, it } from '@jest/globals';
import { fastForwardClock } from '../../lib/adapters/clock.ts';
import { memoryState } from '../../lib/adapters/state/memory.ts';
import { monitor } from '../../lib/app/monitor.ts';
import type { Archive, StateStore } from '../../lib/app/ports.ts';
import { msPerMinute } from '../../lib/core/time.ts';
import { acme, history, keepingArchive, knownIn, partsOf, polled, startMs, theft, toldIn } from './monitor-world.ts';

const log = [...history(['ci', 'deploy']), ...theft(startMs + 7 * msPerMinute, 'ci')];

describe('the archive', () => {
  it('is given settled events and tellings before the commit of the same revision, and nothing else', async () => {
    const steps: string[] = [];
    const inner = memoryState();
    const state: StateStore = {
      ...inner,
      commit: async (source, commit) => {
        const { seen = [], tellings = [], organization, expectedRevision } = commit;
        const isToArchive = organization !== undefined || seen.length + tellings.length > 0;
        steps.push(`${isToArchive ? 'commit' : 'other commit'} ${expectedRevision}`);
        await inner.commit(source, commit);
      },
    };
    const archive: Archive = {
      async keep({ source, revision, events, tellings }) {
        expect(source).toBe(acme);
        expect(events.length + tellings.length).toBeGreaterThan(0);
        steps.push(`archive ${revision}`);
      },
    };
    await polled(log, state, { archive });
    const commits = steps.filter((step) => step.startsWith('commit'));
    expect(commits.length).toBeGreaterThan(30);
    for (const step of commits) expect(steps[steps.indexOf(step) - 1]).toBe(step.replace('commit', 'archive'));
    expect(steps.filter((step) => step.startsWith('archive'))).toHaveLength(commits.length);
  });

  it('is not lost an event, nor is the state, when a run dies before or after any commit', async () => {
    const whole = memoryState();
    await polled(log, whole);
    for (const dieEvery of [2, 3, 7]) {
      const inner = memoryState();
      const { archive, events, keys } = keepingArchive();
      let commits = 0;
      const state: StateStore = {
        ...inner,
        commit: async (source, commit) => {
          commits += 1;
          if (commits % dieEvery === 0) throw new Error('killed between archive and commit');
          await inner.commit(source, commit);
          if (commits % dieEvery === 1 && dieEvery > 2) throw new Error('killed after the commit');
        },
      };
      await polled(log, state, { archive, isReborn: true });
      expect(await knownIn(inner, log)).toBe(await knownIn(whole, log));
      expect(toldIn(await inner.untold(acme))).toEqual(toldIn(await whole.untold(acme)));
      expect(events.toSorted()).toEqual(log.map(({ id }) => id).sort());
      expect(keys).toEqual(expect.arrayContaining((await inner.untold(acme)).map(({ key }) => key)));
    }
  });

  it('that cannot be written stops the run before the commit, so that nothing is counted unarchived', async () => {
    const state = memoryState();
    const archive: Archive = { keep: () => Promise.reject(new Error('The log group is gone.')) };
    const parts = partsOf(fastForwardClock(startMs), log, state);
    await expect(monitor({ ...parts, archive })).rejects.toThrow('The log group is gone.');
    expect(await state.seen(acme, log)).toEqual(new Set());
  });
});
