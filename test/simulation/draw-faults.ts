import { msPerDay, msPerHour, msPerMinute, msPerSecond } from '../../lib/core/time.ts';
import type { Dice } from '../../lib/simulator/dice.ts';
import { type Answering, type Fault, neverMs, type Window } from './faults.ts';

/**
 * What goes wrong in a schedule, drawn by dice: some faults anywhere, and some aimed at where they can do most, which are
 * the sweep, and the misuse of a token.
 */

export const faultsFrom = (dice: Dice, watchedMs: number): readonly Fault[] => {
  const count = 1 + dice.integer(0, 3) + dice.integer(0, 4);
  return Array.from({ length: count }, (_, number) => faultFrom(dice.fork(`${number}`), number, watchedMs));
};

/** From minutes to hours, within what is watched. */
const windowFrom = (dice: Dice, watchedMs: number): Window => {
  const lengthMs = Math.min(
    dice.pickWeighted([
      [dice.integer(1, 20) * msPerMinute, 5],
      [dice.integer(20, 120) * msPerMinute, 3],
      [dice.integer(2, 10) * msPerHour, 1],
    ]),
    watchedMs,
  );
  // One in five is there from the first moment on, when the history is read.
  const fromMs = dice.chance(0.2) ? 0 : Math.floor(dice.uniform() * (watchedMs - lengthMs));
  return { fromMs, toMs: fromMs + lengthMs };
};

const answerings: readonly [Answering, ...Answering[]] = [
  'refused',
  'reset',
  'truncated',
  'not-json',
  'odd-type',
  'unauthorized',
  'forbidden',
  'not-found',
  'limited',
  'limited-seconds',
  'limited-date',
  'failing',
  'maintenance',
  'empty-page',
  'loop',
  'drip',
  'stall',
];

const faultFrom = (dice: Dice, number: number, watchedMs: number): Fault => {
  const within = (): Window => windowFrom(dice, watchedMs);
  const share = dice.pick([0.05, 0.3, 0.7, 1]);
  const make = dice.pickWeighted<() => Fault>([
    [() => ({ number, kind: 'answers', answering: dice.pick(answerings), share, ...within() }), 26],
    [
      () => ({
        number,
        kind: 'page-size',
        fromMs: Math.floor(dice.uniform() * watchedMs),
        size: dice.pick([20, 60, 500]),
      }),
      5,
    ],
    [() => ({ number, kind: 'late', share: dice.pick([0.02, 0.1, 0.5]), ...latenessFrom(dice), ...within() }), 14],
    [() => ({ number, kind: 'held-back', ...within() }), 4],
    [() => ({ number, kind: 'forgets', afterMs: dice.pick([3, 8, 26, 80, 200]) * msPerHour }), 3],
    [() => ({ number, kind: 'skew', aheadMs: dice.pick([-10, -3, 2, 5, 9]) * msPerMinute, ...within() }), 6],
    [
      () => ({
        number,
        kind: 'store',
        failing: dice.pick(['throttled', 'conflict', 'after-commit']),
        share: share * 0.7,
        ...within(),
      }),
      12,
    ],
    [
      () => ({
        number,
        kind: 'receiver',
        failing: dice.pick(['refuses', 'after-delivery', 'hangs']),
        share,
        // Alerts are few: half of these faults last for as long as there may be one.
        ...(dice.chance(0.5) ? { fromMs: 0, toMs: watchedMs } : within()),
      }),
      8,
    ],
    [() => ({ number, kind: 'archive', failing: dice.pick(['refuses', 'after-keeping']), share, ...within() }), 6],
    [() => crashFrom(dice, number, watchedMs), 30],
    [
      () => ({
        number,
        kind: 'hang',
        fromMs: Math.floor(dice.uniform() * watchedMs),
        call: dice.integer(1, 40),
        forMs: dice.pick([3, 12, 40, 180]) * msPerMinute,
      }),
      10,
    ],
    [() => ({ number, kind: 'second-host', ...within() }), 8],
  ]);
  return make();
};

/** A misuse begins so long after the start of most windows. */
const misuseMs = 2 * msPerHour;

/** All of a misuse shows so late that only a sweep finds it, or an outage is long enough to be told, or a second is full. */
export const aimedAt = (dice: Dice, watchedMs: number): readonly Fault[] => [
  ...(dice.chance(0.1)
    ? [
        {
          number: 100,
          kind: 'held-back' as const,
          fromMs: dice.integer(60, 118) * msPerMinute,
          toMs: misuseMs + dice.integer(60, 600) * msPerMinute,
        },
      ]
    : []),
  ...(dice.chance(0.1) ? [outage(dice, { number: 101, fromMs: msPerHour, toMs: dice.integer(2, 4) * msPerHour })] : []),
  ...(dice.chance(0.1) ? [crowdFrom(dice, { number: 102, aroundMs: misuseMs, watchedMs })] : []),
];

/** When the first sweep is due. */
const sweepDueMs = msPerDay;

/**
 * The sweep is broken off, while events show that only a sweep can find: they happened up to three days before the watch.
 * In half of the schedules nobody could look for hours before it, so that it has more to read than the next will read
 * again. Receivers may be down all that time.
 */
export const aroundSweep = (dice: Dice, watchedMs: number): readonly Fault[] => {
  const lateFromMs = -dice.integer(4, 70) * msPerHour;
  const sweepAtMs = sweepDueMs + (dice.chance(0.5) ? dice.integer(3, 15) * msPerHour : 0);
  return [
    {
      number: 100,
      kind: 'late',
      share: dice.pick([0.1, 0.5]),
      byMs: dice.integer(1, 40) * msPerHour,
      toMostMs: 72 * msPerHour - msPerMinute,
      fromMs: lateFromMs,
      toMs: lateFromMs + dice.integer(10, 60) * msPerHour,
    },
    ...(sweepAtMs > sweepDueMs ? [outage(dice, { number: 101, fromMs: sweepDueMs - msPerHour, toMs: sweepAtMs })] : []),
    ...Array.from({ length: 1 + dice.integer(0, 2) }, (_, at) =>
      breakFrom(dice.fork(`break ${at}`), { number: 102 + at, sweepAtMs, watchedMs }),
    ),
    ...(dice.chance(0.3) ? [crowdFrom(dice, { number: 110, aroundMs: sweepAtMs, watchedMs })] : []),
    ...(dice.chance(0.3)
      ? [
          {
            number: 111,
            kind: 'receiver' as const,
            failing: dice.pick(['refuses', 'after-delivery'] as const),
            share: 1,
            fromMs: 0,
            toMs: msPerDay + dice.integer(0, 5) * msPerHour,
          },
        ]
      : []),
  ];
};

type Break = { readonly number: number; readonly sweepAtMs: number; readonly watchedMs: number };

/** In the middle of the sweep, as far as it can be met: the process dies, a call hangs, or nothing answers any more. */
const breakFrom = (dice: Dice, { number, sweepAtMs, watchedMs }: Break): Fault => {
  const fromMs = sweepAtMs + dice.pick([0, 1, 3, 8, 30, 600]) * msPerSecond;
  const toMs = Math.min(watchedMs, fromMs + dice.integer(1, 6) * msPerHour);
  const call = dice.integer(3, dice.pick([10, 30, 90]));
  const make = dice.pickWeighted<() => Fault>([
    [
      () => ({
        number,
        kind: 'crash',
        fromMs: sweepAtMs - msPerSecond,
        call,
        port: dice.pick(['vendor', 'store']),
        moment: dice.pick(['before', 'after']),
      }),
      6,
    ],
    [() => outage(dice, { number, fromMs, toMs: Math.min(watchedMs, fromMs + dice.integer(1, 26) * msPerHour) }), 6],
    [
      () => ({
        number,
        kind: 'answers',
        answering: dice.pick(['refused', 'failing', 'limited-seconds', 'truncated']),
        share: dice.pick([0.3, 0.7]),
        fromMs,
        toMs,
      }),
      3,
    ],
    [
      () => ({
        number,
        kind: 'store',
        failing: dice.pick(['throttled', 'conflict', 'after-commit']),
        share: dice.pick([0.2, 0.5]),
        fromMs,
        toMs,
      }),
      2,
    ],
    [
      () => ({
        number,
        kind: 'hang',
        fromMs: sweepAtMs - msPerSecond,
        call,
        forMs: dice.pick([40, 180, 900]) * msPerMinute,
      }),
      2,
    ],
  ]);
  return make();
};

/** Nothing answers. */
const outage = (dice: Dice, window: Window & { readonly number: number }): Fault => ({
  kind: 'answers',
  answering: dice.pick(['refused', 'failing', 'maintenance', 'unauthorized', 'not-json']),
  share: 1,
  ...window,
});

/** For a while, so that a sweep may close the gap, or for ever. */
const crowdFrom = (
  dice: Dice,
  { number, aroundMs, watchedMs }: { readonly number: number; readonly aroundMs: number; readonly watchedMs: number },
): Fault => {
  const fromMs = Math.max(0, aroundMs - dice.integer(0, 6) * msPerHour);
  return {
    number,
    kind: 'crowd',
    atMs: aroundMs - dice.integer(0, 300) * msPerMinute,
    seconds: dice.pick([1, 3, 40]),
    fromMs,
    toMs: dice.chance(0.5) ? neverMs : Math.min(watchedMs, fromMs + dice.integer(2, 20) * msPerHour),
  };
};

/** Within the lateness window, beyond it but well within the reach of a sweep, or out of all reach. */
const latenessFrom = (dice: Dice): { readonly byMs: number; readonly toMostMs: number } =>
  dice.pickWeighted([
    [{ byMs: 5_000, toMostMs: 10 * msPerMinute }, 8],
    [{ byMs: 5 * msPerMinute, toMostMs: 14 * msPerMinute }, 4],
    [{ byMs: 10 * msPerMinute, toMostMs: 18 * msPerHour }, 6],
    [{ byMs: 20 * msPerHour, toMostMs: 3 * msPerDay }, 1],
  ]);

/** Early, where a run reads the history and makes most of its calls; at any time; or where an alert or a commit is made. */
const crashFrom = (dice: Dice, number: number, watchedMs: number): Fault => {
  const moment = dice.pick(['before', 'after'] as const);
  if (dice.chance(0.3)) {
    const port = dice.pick(['receiver', 'store', 'archive'] as const);
    const fromMs = port === 'receiver' ? 0 : Math.floor(dice.uniform() * watchedMs);
    return { number, kind: 'crash', fromMs, call: dice.integer(1, port === 'receiver' ? 3 : 12), port, moment };
  }
  return {
    number,
    kind: 'crash',
    fromMs: dice.chance(0.4) ? dice.integer(0, 120) * msPerSecond : Math.floor(dice.uniform() * watchedMs),
    call: dice.integer(1, dice.pick([8, 40, 200])),
    moment,
  };
};
