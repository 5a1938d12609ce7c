/**
 * Machines with exact schedules, made up: a year of runs, of which the first sixty days only teach, against the scores
 * that are rare among the people of `working-hours.csv`. A machine must never be called odd when it keeps its schedule,
 * clock changes included, and a use of its token at any moment of the day should be.
 */
import { join } from 'node:path';
import { tzOffset } from '@date-fns/tz/tzOffset';
import { oddHours, surpriseAt } from '../../lib/core/detectors/odd-hours.ts';
import { msPerDay, msPerHour, msPerMinute, msPerSecond } from '../../lib/core/time.ts';
import { createDice, type Dice } from '../../lib/simulator/dice.ts';
import { type Part, type Row, row, type Target } from './row.ts';
import { judgeAll, type Scores, sessionStarts } from './working-hours.ts';

const fromMs = Date.UTC(2025, 0, 6);
const days = 365;
const teachingDays = 60;
/** Moments of the day at which each machine's token is tried, spread over the year. */
const attacksPerDay = 20;

type Schedule = {
  readonly label: string;
  /** Starts of the day that begins at this time, ascending. */
  readonly runs: (dayMs: number, dice: Dice) => readonly number[];
  readonly isExactDaily: boolean;
  readonly references: readonly [string, string];
};

const jitter = (dice: Dice): number => dice.normal(0, 90) * msPerSecond;
const daily = (hour: number, minute: number) => (dayMs: number) => dayMs + hour * msPerHour + minute * msPerMinute;
const berlin = (dayMs: number): number => tzOffset('Europe/Berlin', new Date(dayMs + msPerDay / 2)) * msPerMinute;
const every = (stepMs: number, firstMs: number) => (dayMs: number, dice: Dice) =>
  Array.from({ length: msPerDay / stepMs }, (_, i) => dayMs + firstMs + i * stepMs + dice.uniform() * 20 * msPerSecond);
/** Runs at random moments between two hours. */
const pushed = (fromHour: number, toHour: number, perDay: number) => (dayMs: number, dice: Dice) =>
  Array.from(
    { length: dice.poisson(perDay) },
    () => dayMs + (fromHour + dice.uniform() * (toHour - fromHour)) * msPerHour,
  ).sort((a, b) => a - b);
const isWeekday = (dayMs: number): boolean => ![0, 6].includes(new Date(dayMs).getUTCDay());

const schedules: readonly Schedule[] = [
  {
    label: 'daily 03:17 UTC, 90 s jitter',
    runs: (dayMs, dice) => [daily(3, 17)(dayMs) + jitter(dice)],
    isExactDaily: true,
    references: ['0.90, false 0', '0.75, false 0'],
  },
  {
    label: 'daily 09:00 local, both clock changes',
    runs: (dayMs, dice) => [daily(9, 0)(dayMs) - berlin(dayMs) + jitter(dice)],
    isExactDaily: true,
    references: ['0.87, false 0', '0.69, false 0'],
  },
  {
    label: 'daily 03:17 UTC to the second',
    runs: (dayMs) => [daily(3, 17)(dayMs)],
    isExactDaily: true,
    references: ['0.91, false 0', '0.76, false 0'],
  },
  {
    label: 'hourly at :17',
    runs: every(msPerHour, 17 * msPerMinute),
    isExactDaily: false,
    references: ['0.79, false 0', '0.76, false 0'],
  },
  {
    label: 'every 15 minutes',
    runs: every(15 * msPerMinute, 0),
    isExactDaily: false,
    references: ['0.34, false 0', '0.19, false 0'],
  },
  {
    label: 'pushed CI, 9 to 18 UTC on weekdays',
    runs: (dayMs, dice) => (isWeekday(dayMs) ? pushed(9, 18, 8)(dayMs, dice) : []),
    isExactDaily: false,
    references: ['0.43, false 0.004', '0.32, false 0.0014'],
  },
  {
    label: 'CI at any hour',
    runs: pushed(0, 24, 12),
    isExactDaily: false,
    references: ['0, false 0', '0, false 0'],
  },
];

/** Scores of the machine's own runs after the teaching days, and of attacks at any moment of those days. */
const live = ({ label, runs }: Schedule): { readonly own: readonly number[]; readonly attacks: readonly number[] } => {
  const dice = createDice(label);
  const own: number[] = [];
  const attacks: number[] = [];
  let memory = oddHours.empty;
  for (let day = 0; day < days; day += 1) {
    const dayMs = fromMs + day * msPerDay;
    if (day >= teachingDays)
      for (let attack = 0; attack < attacksPerDay; attack += 1)
        attacks.push(surpriseAt(dayMs + dice.uniform() * msPerDay, memory) ?? 0);
    for (const runMs of runs(dayMs, dice)) {
      if (day >= teachingDays) own.push(surpriseAt(runMs, memory) ?? 0);
      memory = oddHours.learn(runMs, memory);
    }
  }
  return { own, attacks };
};

/** The score that this share of ordinary sessions reaches. */
const rareScore = (scores: Scores, nominal: number): number => {
  const sorted = [...scores].sort((a, b) => b - a);
  return sorted[Math.floor(nominal * sorted.length)] ?? Number.POSITIVE_INFINITY;
};

const reaching = (scores: Scores, least: number): number =>
  scores.filter((score) => score > least).length / scores.length;

const rowsOf = (schedule: Schedule, people: Scores): readonly Row[] => {
  const { own, attacks } = live(schedule);
  return [0.01, 0.001].flatMap((nominal, i) => {
    const least = rareScore(people, nominal);
    const at = `${schedule.label}: at ${nominal * 100} %`;
    const aims = schedule.isExactDaily && i === 0;
    const aim = (target: Target) => (aims ? { target } : {});
    const common = { dataSet: 'schedules', unit: 'share' } as const;
    return [
      row({
        ...common,
        measure: `${at}, use at a random moment caught`,
        ours: reaching(attacks, least),
        reference: schedule.references[i] ?? '',
        ...aim({ atLeast: 0.9 }),
      }),
      row({ ...common, measure: `${at}, own runs called odd`, ours: reaching(own, least), ...aim({ atMost: 0 }) }),
    ];
  });
};

const measure = (folder: string): readonly Row[] => {
  const { scores } = judgeAll(sessionStarts(join(folder, 'working-hours.csv')));
  return schedules.flatMap((schedule) => rowsOf(schedule, scores));
};

export const machineSchedules: Part = { name: 'schedules', reads: ['working-hours.csv'], measure };
