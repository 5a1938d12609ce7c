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

type Figures = ReturnType<typeof figuresOf>;

const figuresOf = (results: readonly Result[]) => {
  const sum = (of: (result: Result) => number): number => results.reduce((total, result) => total + of(result), 0);
  const twice = results.filter(({ noted }) => noted.archivedTwice > 0);
  return {
    schedules: results.length,
    failing: results.filter(({ broken }) => broken.length > 0).length,
    exact: results.filter(({ noted }) => noted.isByteForByte).length,
    faults: sum(({ faults }) => faults.length),
    deaths: sum(({ noted }) => noted.deaths),
    requests: sum(({ noted }) => noted.requests),
    commits: sum(({ noted }) => noted.commits),
    events: sum(({ noted }) => noted.events),
    late: sum(({ noted }) => noted.late),
    neverSeen: sum(({ noted }) => noted.neverSeen),
    pauses: sum(({ noted }) => noted.pauses),
    gaps: sum(({ noted }) => noted.gaps),
    deliveries: sum(({ noted }) => noted.deliveries),
    repeated: sum(({ noted }) => noted.repeatedDeliveries),
    toldEarlyOnly: sum(({ noted }) => noted.toldEarlyOnly),
    archivedTwice: sum(({ noted }) => noted.archivedTwice),
    schedulesArchivedTwice: twice.length,
    withoutOverlap: twice.filter(({ noted }) => !noted.isOverlapping).length,
    watched: sum(({ usual }) => usual.watched),
    lost: sum(({ usual }) => usual.lost),
    doubled: sum(({ usual }) => usual.doubled),
  };
};

export const summaryOf = (results: readonly Result[], { seconds, cpuSeconds, workers, fromSeed }: Took): string => {
  const of = figuresOf(results);
  const isSound = of.failing === 0;
  return [
    `${number(of.schedules)} schedules from seed ${fromSeed}, ${isSound ? 'none failing' : `${number(of.failing)} FAILING`}: ${number(of.events)} events counted in ${number(seconds)} s by ${workers} processes (${number(cpuSeconds)} s of computing, ${number(eventUs(of, cpuSeconds))} µs an event, ${number(scheduleMs(of, cpuSeconds))} ms a schedule).`,
    `  tried:    ${number(of.faults)} faults (${kindsOf(results)}), of them ${number(of.deaths)} deaths of a process; ${number(of.requests)} requests, ${number(of.commits)} commits`,
    `  counted:  ${isSound ? 'every event once; ' : ''}${number(of.exact)} schedules byte for byte as without faults, in the others ${number(of.late)} late events found by sweeps`,
    `  unseen:   ${number(of.neverSeen)} events that the vendor forgot or showed too late to be found; ${number(of.pauses)} pauses and ${number(of.gaps)} gaps say what was not watched`,
    `  told:     ${number(of.deliveries)} deliveries, ${number(of.repeated)} of them repeated because the first was in doubt; ${number(of.toldEarlyOnly)} alerts told of young events that the settled log does not bear out`,
    `  archived: ${number(of.archivedTwice)} lines twice, in ${number(of.schedulesArchivedTwice)} schedules, ${number(of.withoutOverlap)} of them without overlapping runs${isSound ? '; none missing' : ''}`,
    `On the same logs, with no fault of its own, the usual cursor (the newest timestamp) would have lost ${number(of.lost)} of ${number(of.watched)} events (${lostPercent(of)} %), or counted ${number(of.doubled)} twice.`,
  ].join('\n');
};

/** The figures to be published. */
export const pageOf = (results: readonly Result[], { seconds, cpuSeconds, workers, fromSeed }: Took): string => {
  const of = figuresOf(results);
  const rows: readonly (readonly [string, string])[] = [
    ['Schedules played', number(of.schedules)],
    ['of them failing', number(of.failing)],
    ['Events counted', number(of.events)],
    ['Faults', number(of.faults)],
    ['Deaths of a process', number(of.deaths)],
    ['Requests to the vendor', number(of.requests)],
    ['Commits', number(of.commits)],
    ['Late events found by sweeps', number(of.late)],
    ['Events that the vendor forgot, or showed too late to be found', number(of.neverSeen)],
    ['Pauses and gaps in the coverage', number(of.pauses + of.gaps)],
    ['Deliveries of alerts', number(of.deliveries)],
    ['of them repeated because the first was in doubt', number(of.repeated)],
    ['Schedules whose state is that of a run without faults, byte for byte', number(of.exact)],
    ['Computing, seconds', number(cpuSeconds)],
    ['a schedule, milliseconds', number(scheduleMs(of, cpuSeconds))],
    ['an event, microseconds', number(eventUs(of, cpuSeconds))],
    [`Time, seconds, with ${workers} processes`, number(seconds)],
  ];
  return `# The whole monitor in virtual time

Made by \`npm run test:simulation -- --seeds ${of.schedules} --from ${fromSeed} --write\`. A schedule is a history, a vendor with the liberties
that its documentation leaves it, and what goes wrong when, all drawn from a seed; the same seed gives the same run
anywhere. Only the last four lines, of time, are of one machine.

| What | Count |
| --- | ---: |
${rows.map(([what, count]) => `| ${what} | ${count} |`).join('\n')}

Faults by kind: ${kindsOf(results)}.

## What the usual cursor would have lost

On the same logs, polled at the same times and with no fault of its own, a poller that asks for what is newer than the
newest event it has seen:

| Events watched | Lost, asking from the next second on | | Counted twice, asking from the newest second on |
| ---: | ---: | ---: | ---: |
| ${number(of.watched)} | ${number(of.lost)} | ${lostPercent(of)} % | ${number(of.doubled)} |
`;
};

const eventUs = ({ events }: Figures, cpuSeconds: number): number => (1e6 * cpuSeconds) / Math.max(1, events);
const scheduleMs = ({ schedules }: Figures, cpuSeconds: number): number => (1e3 * cpuSeconds) / Math.max(1, schedules);
const lostPercent = ({ lost, watched }: Figures): string => ((100 * lost) / Math.max(1, watched)).toFixed(2);

const kindsOf = (results: readonly Result[]): string => {
  const counts = new Map<string, number>();
  for (const { faults } of results) for (const kind of faults) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([kind, count]) => `${kind} ${number(count)}`)
    .join(', ');
};

const number = (value: number): string => Math.round(value).toLocaleString('en-US');
