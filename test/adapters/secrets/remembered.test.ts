import { describe, expect, it } from '@jest/globals';
import { rememberSecrets } from '../../../lib/adapters/secrets/remembered.ts';
import { SecretError } from '../../../lib/app/ports.ts';
import { Secret } from '../../../lib/config/secret.ts';
import { handClock } from './stand-in.ts';

const reference = { scheme: 'conjur', variable: 'data/tokenwatch/pulumi-token' } as const;
const hourMs = 3_600_000;

/** A store that gives another secret with each question, and counts them. */
const remembering = () => {
  const clock = handClock();
  let begin = (): void => undefined;
  const store = {
    questions: 0,
    isAway: false,
    /** What its answers wait for. */
    held: Promise.resolve(),
    /** The first question has come. */
    begun: new Promise<void>((resolve) => {
      begin = resolve;
    }),
  };
  const read = rememberSecrets(async () => {
    store.questions += 1;
    const place = store.questions;
    begin();
    await store.held;
    if (store.isAway) throw new SecretError('unavailable', 'made up');
    return new Secret(`made-up-${place}`);
  }, clock);
  return { clock, store, read: async (fresh = false) => (await read(reference, { fresh })).reveal() };
};

describe('what is remembered of a store', () => {
  it('is not kept for longer because the clock was set back', async () => {
    const { clock, read } = remembering();
    await read();
    clock.pass(-3 * hourMs);
    expect(await read()).toBe('made-up-2');
    clock.pass(3 * hourMs);
    expect(await read()).toBe('made-up-3');
  });

  it('is asked for once by all who ask for it fresh at once', async () => {
    const { store, read } = remembering();
    await read();
    expect(await Promise.all([read(true), read(true), read(true)])).toEqual(['made-up-2', 'made-up-2', 'made-up-2']);
    expect(store.questions).toBe(2);
    expect(await Promise.all([read(), read()])).toEqual(['made-up-2', 'made-up-2']);
  });

  it('is asked for again by whoever asks for it fresh while an earlier question is still on its way', async () => {
    const { store, read } = remembering();
    let answer = (): void => undefined;
    store.held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const earlier = read();
    await store.begun;
    const fresh = read(true);
    answer();
    expect(await Promise.all([earlier, fresh])).toEqual(['made-up-1', 'made-up-2']);
  });

  it('fails once for all who asked at once', async () => {
    const { store, read } = remembering();
    store.isAway = true;
    const outcomes = await Promise.allSettled([read(true), read(true), read()]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(store.questions).toBe(1);
    store.isAway = false;
    expect(await read()).toBe('made-up-2');
  });

  it('serves while the store is away, which is asked again every half minute', async () => {
    const { clock, store, read } = remembering();
    await read();
    store.isAway = true;
    clock.pass(5 * 60_000);
    expect([await read(), await read()]).toEqual(['made-up-1', 'made-up-1']);
    expect(store.questions).toBe(2);
    clock.pass(30_000);
    await read();
    expect(store.questions).toBe(3);
  });
});
