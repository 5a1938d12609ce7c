/**
 * Delivers what waits in the outbox, after the commit that put it there. A crash in between repeats a delivery at worst.
 *
 * Many pieces of news at once are told in one message, and messages go at a pace: a hundred e-mails in a row are read by
 * nobody, and AWS ends the subscription of an address that gets more than ten a second, without a word. What one run does
 * not get to say waits for the next.
 */
import { msPerSecond } from '../core/time.ts';
import type { Clock, Receiver, ReceiverOfMany, StateStore, Telling } from './ports.ts';

export type Delivery = {
  readonly told: number;
  /** Not told, and kept for the next run. */
  readonly waiting: number;
  readonly failures: readonly unknown[];
};

export type TellParts = Receiver & {
  readonly state: StateStore;
  /** Absent where the receivers set the pace themselves. */
  readonly paced?: Clock;
  /** By the clock that paces: no message but the first is begun after this. */
  readonly untilMs?: number;
  /** Ends the telling. */
  readonly signal?: AbortSignal | undefined;
};

/** More than these are told together. */
const singlyMax = 10;
/** Of one run: ten seconds of telling, and a thousand alerts at fifty a message. */
const messagesMax = 20;
/** A fifth of what ends an e-mail subscription, since each source has a run of its own. */
const paceMs = msPerSecond / 2;

/** Tries everything once; what fails stays for the next run. */
export const tellAll = async (
  source: string,
  { state, sendAlert, sendMany, paced, untilMs = Number.POSITIVE_INFINITY, signal }: TellParts,
): Promise<Delivery> => {
  const untold = await state.untold(source);
  const failures: unknown[] = [];
  let told = 0;
  let isTogether = untold.length > singlyMax;
  let next = 0;
  for (let messages = 0; next < untold.length && messages < messagesMax; messages += 1) {
    if (messages > 0) await paced?.sleep(paceMs, signal);
    if (signal?.aborted || (messages > 0 && paced !== undefined && paced.nowMs() >= untilMs)) break;
    let count = 0;
    try {
      count = await send(untold.slice(next), { sendAlert, ...(isTogether && { sendMany }) }, signal);
    } catch (error) {
      failures.push(error);
      // One that cannot be said keeps no other from being told.
      if (isTogether) isTogether = false;
      else next += 1;
      continue;
    }
    for (const { key } of untold.slice(next, next + count)) await state.markTold(source, key);
    next += count;
    told += count;
  }
  return { told, waiting: untold.length - told, failures };
};

/** How many of them one message told. */
const send = async (
  tellings: readonly Telling[],
  { sendAlert, sendMany }: Receiver,
  signal: AbortSignal | undefined,
): Promise<number> => {
  const [first] = tellings;
  if (first === undefined) return 0;
  if (sendMany !== undefined && tellings.length > 1) return sendMany(tellings, signal);
  await sendAlert(first, signal);
  return 1;
};

/** Beyond it the oldest is forgotten, and said again should another receiver still not have taken it. */
const rememberedMax = 1_000;

/** Several kinds of receivers as one. While one of them does not take a telling, those that did are not told it again. */
export const toAll = (receivers: readonly Receiver[]): ReceiverOfMany => {
  const taken = receivers.map((receiver) => ({ receiver, keys: new Set<string>() }));
  const deliver = async (tellings: readonly Telling[], signal: AbortSignal | undefined): Promise<void> => {
    const failures: unknown[] = [];
    for (const { receiver, keys } of taken) {
      let left = tellings.filter(({ key }) => !keys.has(key));
      try {
        while (left.length > 0) {
          const count = await send(left, receiver, signal);
          for (const { key } of left.slice(0, count)) keys.add(key);
          left = left.slice(count);
        }
      } catch (error) {
        failures.push(error);
      }
      forgetOldest(keys);
    }
    if (failures.length > 0) throw failures[0];
  };
  return {
    sendAlert: (telling, signal) => deliver([telling], signal),
    sendMany: async (tellings, signal) => {
      await deliver(tellings, signal);
      return tellings.length;
    },
  };
};

const forgetOldest = (keys: Set<string>): void => {
  for (const key of keys) {
    if (keys.size <= rememberedMax) return;
    keys.delete(key);
  }
};
