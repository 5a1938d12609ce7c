import { describe, expect, it } from '@jest/globals';
import { fastForwardClock } from '../../lib/adapters/clock.ts';
import { memoryState } from '../../lib/adapters/state/memory.ts';
import type { SendAlert, SendMany, Telling } from '../../lib/app/ports.ts';
import { tellAll, toAll } from '../../lib/app/tell.ts';
import { msPerHour } from '../../lib/core/time.ts';
import { acme, alert, telling } from '../contracts/state-store-samples.ts';
import { msOf } from '../core/having.ts';

const startMs = msOf('2026-03-14T10:00:00Z');
const opened = telling('one/opened', alert('one', '2026-03-14T10:00:00Z'));
const another = telling('two/opened', alert('two', '2026-03-14T11:00:00Z'));

const outboxOf = async (...tellings: readonly Telling[]) => {
  const state = memoryState();
  await state.commit(acme, { expectedRevision: 0, tellings });
  return state;
};

/** Oldest first, as the outbox has them. */
const several = (count: number): readonly Telling[] =>
  Array.from({ length: count }, (_, nth) => {
    const id = `alert-${String(nth).padStart(4, '0')}`;
    const at = new Date(startMs + nth * msPerHour).toISOString();
    return telling(`${id}/opened`, alert(id, at));
  });

const keysOf = (tellings: readonly Telling[]): readonly string[] => tellings.map(({ key }) => key);

/** Notes each message as the keys in it. */
const listening = (mostAtOnce = 50) => {
  const messages: (readonly string[])[] = [];
  const sendAlert: SendAlert = async ({ key }) => void messages.push([key]);
  const sendMany: SendMany = async (tellings) => {
    const together = tellings.slice(0, mostAtOnce);
    messages.push(keysOf(together));
    return together.length;
  };
  return { messages, sendAlert, sendMany };
};

describe('telling', () => {
  it('goes on after one that failed, which stays for the next time', async () => {
    const state = await outboxOf(opened, another);
    const told: string[] = [];
    const sendAlert = async ({ key }: Telling) => {
      if (key === opened.key) throw new Error('too large');
      told.push(key);
    };
    expect(await tellAll(acme, { state, sendAlert })).toMatchObject({
      told: 1,
      waiting: 1,
      failures: [{ message: 'too large' }],
    });
    expect(keysOf(await state.untold(acme))).toEqual([opened.key]);
  });

  it('gives up to ten pieces of news a message each', async () => {
    const state = await outboxOf(...several(10));
    const { messages, ...receiver } = listening();
    expect(await tellAll(acme, { state, ...receiver })).toEqual({ told: 10, waiting: 0, failures: [] });
    expect(messages).toHaveLength(10);
  });

  it('tells more than ten in one message, each of them once', async () => {
    const all = several(23);
    const state = await outboxOf(...all);
    const { messages, ...receiver } = listening();
    expect(await tellAll(acme, { state, ...receiver })).toEqual({ told: 23, waiting: 0, failures: [] });
    expect(messages).toEqual([keysOf(all)]);
    expect(await tellAll(acme, { state, ...receiver })).toEqual({ told: 0, waiting: 0, failures: [] });
  });

  it('marks what went as soon as it went, so that a message that fails repeats no other', async () => {
    const state = await outboxOf(...several(60));
    const receiver = listening(25);
    let isDown = false;
    const fail = (): Promise<never> => Promise.reject(new Error('down'));
    const sendMany: SendMany = async (tellings) => {
      if (isDown) return fail();
      isDown = true;
      return receiver.sendMany(tellings);
    };
    const failing = await tellAll(acme, { state, sendMany, sendAlert: fail });
    expect(failing).toMatchObject({ told: 25, waiting: 35 });
    await tellAll(acme, { state, ...receiver });
    expect(receiver.messages.flat()).toEqual(keysOf(several(60)));
  });

  it('tells the others one by one where one of them cannot be said', async () => {
    const all = several(12);
    const state = await outboxOf(...all);
    const { messages, sendAlert } = listening();
    const bad = all[0]?.key;
    const sendMany = () => Promise.reject(new Error('too large'));
    const picky: SendAlert = (one) => (one.key === bad ? Promise.reject(new Error('too large')) : sendAlert(one));
    expect(await tellAll(acme, { state, sendMany, sendAlert: picky })).toMatchObject({ told: 11, waiting: 1 });
    expect(messages.flat()).toEqual(keysOf(all).slice(1));
  });

  it('leaves half a second between two messages where it sets the pace', async () => {
    const state = await outboxOf(...several(4));
    const clock = fastForwardClock(startMs);
    const atMs: number[] = [];
    await tellAll(acme, { state, paced: clock, sendAlert: async () => void atMs.push(clock.nowMs() - startMs) });
    expect(atMs).toEqual([0, 500, 1_000, 1_500]);
  });

  it('sends a bounded number of messages, and the rest in the next run', async () => {
    const all = several(45);
    const state = await outboxOf(...all);
    const { messages, sendAlert } = listening();
    expect(await tellAll(acme, { state, sendAlert })).toEqual({ told: 20, waiting: 25, failures: [] });
    expect(await tellAll(acme, { state, sendAlert })).toEqual({ told: 20, waiting: 5, failures: [] });
    expect(await tellAll(acme, { state, sendAlert })).toEqual({ told: 5, waiting: 0, failures: [] });
    expect(messages.flat()).toEqual(keysOf(all));
  });

  it('begins no message after the signal, and hands it to the one under way', async () => {
    const state = await outboxOf(...several(5));
    const end = new AbortController();
    const signals: (AbortSignal | undefined)[] = [];
    const sendAlert: SendAlert = async (_, signal) => {
      signals.push(signal);
      if (signals.length === 2) end.abort();
    };
    const told = await tellAll(acme, { state, sendAlert, signal: end.signal, paced: fastForwardClock(startMs) });
    expect(told).toEqual({ told: 2, waiting: 3, failures: [] });
    expect(signals).toEqual([end.signal, end.signal]);
  });
});

describe('telling several kinds of receivers', () => {
  it('tells each of them', async () => {
    const said: string[] = [];
    const { sendAlert } = toAll([
      { sendAlert: async ({ key }) => void said.push(`a ${key}`) },
      { sendAlert: async ({ key }) => void said.push(`b ${key}`) },
    ]);
    await sendAlert(opened);
    expect(said).toEqual(['a one/opened', 'b one/opened']);
  });

  it('does not repeat to one what another failed to take, until that takes it', async () => {
    const state = await outboxOf(opened, another);
    const said: string[] = [];
    let isDown = true;
    const receiver = toAll([
      {
        sendAlert: async () => {
          if (isDown) throw new Error('down');
        },
      },
      { sendAlert: async ({ key }) => void said.push(key) },
    ]);
    expect(await tellAll(acme, { state, ...receiver })).toMatchObject({ told: 0, failures: [{}, {}] });
    expect(await tellAll(acme, { state, ...receiver })).toMatchObject({ told: 0, failures: [{}, {}] });
    isDown = false;
    expect(await tellAll(acme, { state, ...receiver })).toEqual({ told: 2, waiting: 0, failures: [] });
    expect(said).toEqual([opened.key, another.key]);
  });

  it('gives many to each in its own way: together, in parts, or one by one', async () => {
    const all = several(30);
    const state = await outboxOf(...all);
    const together = listening();
    const inParts = listening(20);
    const singly = listening();
    const receiver = toAll([together, inParts, { sendAlert: singly.sendAlert }]);
    expect(await tellAll(acme, { state, ...receiver })).toEqual({ told: 30, waiting: 0, failures: [] });
    expect(together.messages).toEqual([keysOf(all)]);
    expect(inParts.messages).toEqual([keysOf(all).slice(0, 20), keysOf(all).slice(20)]);
    expect(singly.messages).toEqual(keysOf(all).map((key) => [key]));
  });

  it('repeats none of many to one that took them while another does not', async () => {
    const all = several(12);
    const state = await outboxOf(...all);
    const well = listening();
    const fail = () => Promise.reject(new Error('down'));
    const receiver = toAll([well, { sendAlert: fail, sendMany: fail }]);
    expect(await tellAll(acme, { state, ...receiver })).toMatchObject({ told: 0, waiting: 12 });
    expect(await tellAll(acme, { state, ...receiver })).toMatchObject({ told: 0, waiting: 12 });
    expect(well.messages).toEqual([keysOf(all)]);
  });
});
