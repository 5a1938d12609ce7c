import type { Noted } from './laws.ts';
import type { NewestCursor } from './newest-cursor.ts';

/** Many schedules in a few lines, for whoever asks what was tried and what came of it. */

export type Result = {
  readonly seed: number;
  readonly broken: readonly string[];
  readonly noted: Noted;
  readonly usual: NewestCursor;
  readonly faults: readonly string[];
};

export type Took = {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly workers: number;
  readonly fromSeed: number;
};

export const summaryOf = (results: readonly Result[], { seconds, cpuSeconds, workers, fromSeed }: Took): string => {
  const sum = (of: (result: Result) => number): number => results.reduce((total, result) => total + of(result), 0);
  const events = sum(({ noted }) => noted.events);
  const failing = results.filter(({ broken }) => broken.length > 0).length;
  const exact = results.filter(({ noted }) => noted.isByteForByte).length;
  const twice = results.filter(({ noted }) => noted.archivedTwice > 0);
  const watched = sum(({ usual }) => usual.watched);
  const lost = sum(({ usual }) => usual.lost);
  const doubled = sum(({ usual }) => usual.doubled);
  return [
    `${number(results.length)} schedules from seed ${fromSeed}, ${failing === 0 ? 'none failing' : `${number(failing)} FAILING`}: ${number(events)} events counted in ${number(seconds)} s by ${workers} processes (${number(cpuSeconds)} s of computing, ${number((1e6 * cpuSeconds) / Math.max(1, events))} µs an event).`,
    `  tried:    ${number(sum(({ faults }) => faults.length))} faults (${kindsOf(results)}), of them ${number(sum(({ noted }) => noted.deaths))} deaths of a process; ${number(sum(({ noted }) => noted.requests))} requests, ${number(sum(({ noted }) => noted.commits))} commits`,
    `  counted:  ${failing === 0 ? 'every event once; ' : ''}${number(exact)} schedules byte for byte as without faults, in the others ${number(sum(({ noted }) => noted.late))} late events found by sweeps`,
    `  unseen:   ${number(sum(({ noted }) => noted.neverSeen))} events that the vendor forgot or showed too late to be found`,
    `  told:     ${number(sum(({ noted }) => noted.deliveries))} deliveries, ${number(sum(({ noted }) => noted.repeatedDeliveries))} of them repeated because the first was in doubt; ${number(sum(({ noted }) => noted.toldEarlyOnly))} alerts told of young events that the settled log does not bear out`,
    `  archived: ${number(sum(({ noted }) => noted.archivedTwice))} lines twice, in ${number(twice.length)} schedules, ${number(twice.filter(({ noted }) => !noted.isOverlapping).length)} of them without overlapping runs${failing === 0 ? '; none missing' : ''}`,
    `On the same logs, with no fault of its own, the usual cursor (the newest timestamp) would have lost ${number(lost)} of ${number(watched)} events (${((100 * lost) / Math.max(1, watched)).toFixed(2)} %), or counted ${number(doubled)} twice.`,
  ].join('\n');
};

const kindsOf = (results: readonly Result[]): string => {
  const counts = new Map<string, number>();
  for (const { faults } of results) for (const kind of faults) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([kind, count]) => `${kind} ${number(count)}`)
    .join(', ');
};

const number = (value: number): string => Math.round(value).toLocaleString('en-US');
