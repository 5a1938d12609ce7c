/**
 * Working hours of real people and bots, from the times of their commits: how often an ordinary session is called odd, and
 * how often the same session moved by twelve hours is. All principals are merged in time and each session, moved ones
 * too, is judged by what was known at its moment; the first 300 only teach, and moved ones never do.
 */
import { join } from 'node:path';
import { calibrated, count, emptyHistogram } from '../../lib/core/calibration.ts';
import { concentration, type OddHoursMemory, oddHours, surpriseAt } from '../../lib/core/detectors/odd-hours.ts';
import { sessionGapMs } from '../../lib/core/session.ts';
import { msPerHour } from '../../lib/core/time.ts';
import { chanceOf, type Past, remember } from './rank.ts';
import { type Part, type Row, row } from './row.ts';
import { readCsv } from './series.ts';

const onlyTeaching = 300;
const shiftMs = 12 * msPerHour;
const keepsHours = 0.7;
const guarded = { points: 100, guard: 1 };
const plain = { points: 30, guard: 0 };

type Start = { readonly principal: string; readonly atMs: number };

/** Starts of sessions, in the order of time. */
export const sessionStarts = (path: string): readonly Start[] => {
  const commits = readCsv(path).map(([principal = '', seconds = '']) => ({ principal, atMs: Number(seconds) * 1_000 }));
  const lastMs = new Map<string, number>();
  return commits
    .sort((a, b) => a.atMs - b.atMs || (a.principal < b.principal ? -1 : 1))
    .filter(({ principal, atMs }) => {
      const before = lastMs.get(principal) ?? Number.NEGATIVE_INFINITY;
      lastMs.set(principal, atMs);
      return atMs - before > sessionGapMs;
    });
};

type Calibration = 'product' | 'guarded' | 'plain';
/** How likely an ordinary session is to be as odd, by each way of calibrating. */
type Judged = Readonly<Record<Calibration, number>> & { readonly isMoved: boolean; readonly concentration: number };

export type Scores = readonly number[];

/** The scores of all sessions, ascending, come along for those that need the people's yardstick. */
export const judgeAll = (starts: readonly Start[]): { readonly judged: readonly Judged[]; readonly scores: Scores } => {
  const moments = starts
    .flatMap((start) => [
      { ...start, isMoved: false },
      { ...start, atMs: start.atMs + shiftMs, isMoved: true },
    ])
    .sort((a, b) => a.atMs - b.atMs || Number(b.isMoved) - Number(a.isMoved));
  const memories = new Map<string, OddHoursMemory>();
  const histogram = emptyHistogram();
  const past: Past = [];
  const judged: Judged[] = [];
  for (const { principal, atMs, isMoved } of moments) {
    const memory = memories.get(principal) ?? oddHours.empty;
    const nats = surpriseAt(atMs, memory);
    if (nats !== undefined && past.length >= onlyTeaching)
      judged.push({
        isMoved,
        concentration: concentration(memory),
        product: Math.exp(-calibrated(nats, histogram)),
        guarded: chanceOf(nats, past, guarded),
        plain: chanceOf(nats, past, plain),
      });
    if (isMoved) continue;
    if (nats !== undefined) {
      remember(nats, past);
      count(nats, histogram);
    }
    memories.set(principal, oddHours.learn(atMs, memory));
  }
  return { judged, scores: past };
};

const shareOf = (judged: readonly Judged[], { by, nominal }: Level): number =>
  judged.filter((one) => one[by] <= nominal).length / judged.length;

const shares = (judged: readonly Judged[], level: Level) => {
  const moved = judged.filter(({ isMoved }) => isMoved);
  return {
    falsely: shareOf(
      judged.filter(({ isMoved }) => !isMoved),
      level,
    ),
    caught: shareOf(moved, level),
    caughtKeeping: shareOf(
      moved.filter((one) => one.concentration >= keepsHours),
      level,
    ),
  };
};

type Level = {
  readonly by: Calibration;
  readonly label: string;
  readonly nominal: number;
  /** False share, caught, caught where the principal keeps hours: as quoted, and as aimed at. */
  readonly references: readonly [string, string, string];
  readonly targets?: readonly [number, number, number];
};

const onePercent = { nominal: 0.01, targets: [0.01, 0.4, 0.82] } as const;
const oneInThousand = { nominal: 0.001, targets: [0.0012, 0.15, 0.55] } as const;

const levels: readonly Level[] = [
  {
    ...onePercent,
    by: 'product',
    label: 'product',
    references: ['0.0091 (held 0.0093)', '0.31 (0.40)', '0.79 (0.80)'],
  },
  {
    ...oneInThousand,
    by: 'product',
    label: 'product',
    references: ['0.0007 (held 0.0012)', '0.07 (0.15)', '0.41 (0.55)'],
  },
  {
    nominal: 0.01,
    by: 'guarded',
    label: 'exact rank, guarded',
    references: ['0.0091 (held 0.0093)', '0.31 (0.40)', '0.79 (0.80)'],
  },
  {
    nominal: 0.001,
    by: 'guarded',
    label: 'exact rank, guarded',
    references: ['0.0007 (held 0.0012)', '0.07 (0.15)', '0.41 (0.55)'],
  },
  {
    nominal: 0.01,
    by: 'plain',
    label: 'exact rank, plain',
    references: ['0.0105 (held 0.0112)', '0.33 (0.42)', '0.82 (0.81)'],
  },
  {
    nominal: 0.001,
    by: 'plain',
    label: 'exact rank, plain',
    references: ['0.0011 (held 0.0021)', '0.10 (0.21)', '0.49 (0.60)'],
  },
];

const rowsOf = (judged: readonly Judged[], level: Level): readonly Row[] => {
  const { label, nominal, references, targets } = level;
  const { falsely, caught, caughtKeeping } = shares(judged, level);
  const at = `at ${nominal * 100} % (${label})`;
  const dataSet = 'working hours';
  const common = { dataSet, unit: 'share' } as const;
  const aim = <T>(target: T | undefined) => (target === undefined ? {} : { target });
  return [
    row({
      ...common,
      measure: `called odd falsely ${at}`,
      ours: falsely,
      reference: references[0],
      ...aim(targets && { atMost: targets[0] }),
    }),
    row({
      ...common,
      measure: `12-hour shift caught ${at}`,
      ours: caught,
      reference: references[1],
      ...aim(targets && { atLeast: targets[1] }),
    }),
    row({
      ...common,
      measure: `12-hour shift caught where R >= ${keepsHours} ${at}`,
      ours: caughtKeeping,
      reference: references[2],
      ...aim(targets && { atLeast: targets[2] }),
    }),
  ];
};

const measure = (folder: string): readonly Row[] => {
  const { judged } = judgeAll(sessionStarts(join(folder, 'working-hours.csv')));
  return levels.flatMap((level) => rowsOf(judged, level));
};

export const workingHours: Part = { name: 'working hours', reads: ['working-hours.csv'], measure };
