import { describe, expect, it } from '@jest/globals';
import { memoryState } from '../../lib/adapters/state/memory.ts';
import type { Telling } from '../../lib/app/ports.ts';
import { tellAll, toAll } from '../../lib/app/tell.ts';
import { acme, alert, telling } from '../contracts/state-store-samples.ts';

const opened = telling('one/opened', alert('one', '2026-03-14T10:00:00Z'));
const another = telling('two/opened', alert('two', '2026-03-14T11:00:00Z'));

const outboxOf = async (...tellings: readonly Telling[]) => {
  const state = memoryState();
  await state.commit(acme, { expectedRevision: 0, tellings });
  return state;
};

describe('telling', () => {
  it('goes on after one that failed, which stays for the next time', async () => {
    const state = await outboxOf(opened, another);
    const told: string[] = [];
    const failing = async ({ key }: Telling) => {
      if (key === opened.key) throw new Error('too large');
      told.push(key);
    };
    expect(await tellAll(acme, state, failing)).toMatchObject({ told: 1, failures: [{ message: 'too large' }] });
    expect((await state.untold(acme)).map(({ key }) => key)).toEqual([opened.key]);
  });
});

describe('telling several kinds of receivers', () => {
  it('tells each of them', async () => {
    const said: string[] = [];
    const send = toAll([async ({ key }) => void said.push(`a ${key}`), async ({ key }) => void said.push(`b ${key}`)]);
    await send(opened);
    expect(said).toEqual(['a one/opened', 'b one/opened']);
  });

  it('does not repeat to one what another failed to take, until that takes it', async () => {
    const state = await outboxOf(opened, another);
    const said: string[] = [];
    let isDown = true;
    const send = toAll([
      async () => {
        if (isDown) throw new Error('down');
      },
      async ({ key }) => void said.push(key),
    ]);
    expect(await tellAll(acme, state, send)).toMatchObject({ told: 0, failures: [{}, {}] });
    expect(await tellAll(acme, state, send)).toMatchObject({ told: 0, failures: [{}, {}] });
    isDown = false;
    expect(await tellAll(acme, state, send)).toEqual({ told: 2, failures: [] });
    expect(said).toEqual([opened.key, another.key]);
  });
});
