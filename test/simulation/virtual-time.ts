import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../../lib/app/ports.ts';

/**
 * Time that passes only when nothing is left to do: whoever sleeps is woken in the order of the times they named, ties in
 * the order of naming them. A day takes as long as its work, and the same schedule gives the same run on any machine.
 *
 * Between two wakings everything that became runnable runs to where it waits again. All of it runs in microtasks, which
 * one turn of the event loop empties; nothing here waits for a thread, a socket or a disk that answers later, but for what
 * says so by `outside`.
 */

export type VirtualTime = {
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Calls back once it is so late; the answer takes it back. */
  readonly at: (atMs: number, wake: () => void) => () => void;
  /** For work that a socket answers: no time passes until it is done, however long that takes. */
  readonly outside: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** Lets time pass until the work is done, and gives what came of it. */
  readonly until: <Result>(work: Promise<Result>) => Promise<Result>;
};

/** Some hundred times what a schedule takes: beyond it somebody goes in circles. */
const wakingsMax = 1_000_000;

type Waking = { readonly atMs: number; readonly ordinal: number; wake: (() => void) | undefined };

export const virtualTime = (startMs: number): VirtualTime => {
  const heap: Waking[] = [];
  const awaited = new Set<Promise<unknown>>();
  let nowMs = startMs;
  let ordinal = 0;

  const at = (atMs: number, wake: () => void): (() => void) => {
    ordinal += 1;
    const waking: Waking = { atMs: Math.max(atMs, nowMs), ordinal, wake };
    push(heap, waking);
    return () => {
      waking.wake = undefined;
    };
  };

  return {
    nowMs: () => nowMs,
    at,
    sleep: (ms) => new Promise((resolve) => at(nowMs + ms, resolve)),
    outside: async (begin) => {
      const work = inRealTime.run(true, begin);
      awaited.add(work);
      try {
        return await work;
      } finally {
        awaited.delete(work);
      }
    },
    until: async (work) => {
      let isDone = false;
      const done = (): void => {
        isDone = true;
      };
      work.then(done, done);
      for (let wakings = 0; ; wakings += 1) {
        await turn();
        while (awaited.size > 0) {
          await Promise.allSettled(awaited);
          await turn();
        }
        if (isDone) return work;
        if (wakings === wakingsMax) throw new Error('The monitor does not come to rest: it asks and asks.');
        const next = popLive(heap);
        if (next === undefined) throw new Error('Everybody waits and nobody is due: the simulation would never end.');
        nowMs = next.atMs;
        next.wake?.();
      }
    },
  };
};

/** Whether what runs is outside of virtual time, with time limits of its own. */
const inRealTime = new AsyncLocalStorage<true>();

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const isBefore = (a: Waking, b: Waking): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.ordinal < b.ordinal);

const push = (heap: Waking[], waking: Waking): void => {
  let place = heap.length;
  heap.push(waking);
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || isBefore(above, waking)) break;
    heap[place] = above;
    place = parent;
  }
  heap[place] = waking;
};

const popLive = (heap: Waking[]): Waking | undefined => {
  for (;;) {
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return undefined;
    if (first !== last) sink(heap, last);
    if (first.wake !== undefined) return first;
  }
};

const sink = (heap: Waking[], waking: Waking): void => {
  let place = 0;
  for (;;) {
    const left = heap[2 * place + 1];
    const right = heap[2 * place + 2];
    const isRight = left !== undefined && right !== undefined && isBefore(right, left);
    const child = isRight ? right : left;
    if (child === undefined || isBefore(waking, child)) break;
    heap[place] = child;
    place = 2 * place + (isRight ? 2 : 1);
  }
  heap[place] = waking;
};

/** The clock of a machine that runs `aheadMs` before the true time. */
export const clockOf = (time: VirtualTime, aheadMs: () => number = () => 0): Clock => ({
  nowMs: () => time.nowMs() + aheadMs(),
  sleep: async (ms, signal) => {
    if (signal?.aborted) return;
    await time.sleep(Math.max(0, ms));
  },
});

/**
 * Time limits set with `setTimeout` run in virtual time while the work lasts; without it, an answer that drips for an
 * hour would take one. Only those of the code under test: nothing else runs meanwhile.
 */
export const withVirtualTimers = async <Result>(time: VirtualTime, work: () => Promise<Result>): Promise<Result> => {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  const timers = new Map<object, () => void>();
  const virtualSet = (wake: () => void, ms = 0): object => {
    if (inRealTime.getStore()) return set(wake, ms);
    const timer = {};
    const call = (): void => {
      timers.delete(timer);
      wake();
    };
    timers.set(timer, time.at(time.nowMs() + ms, call));
    return timer;
  };
  const virtualClear = (timer: object): void => {
    const takeBack = timers.get(timer);
    if (takeBack === undefined) clear(timer as NodeJS.Timeout);
    else takeBack();
    timers.delete(timer);
  };
  Object.assign(globalThis, { setTimeout: virtualSet, clearTimeout: virtualClear });
  try {
    return await work();
  } finally {
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  }
};
