import { dayOf, hourOf, msPerDay, msPerHour, msPerMinute, msPerSecond, type Stretch } from '../core/time.ts';
import { ciAddress } from './addresses.ts';
import type { FixedMachine } from './cast.ts';
import type { Dice } from './dice.ts';
import { isWeekend } from './local-time.ts';
import type { Caller, PulumiEvent } from './pulumi-event.ts';
import * as routines from './routines.ts';

/** The lives of machine tokens, each regular in its own way: what a detector must tell apart without being told. */

/** Hosted CI: a job or two after each push, each from an address never seen before, and a bot on Monday mornings. */
export const runCi = (
  { pushesMs, caller }: { readonly pushesMs: readonly number[]; readonly caller: Caller },
  { fromMs, toMs }: Stretch,
  dice: Dice,
): readonly PulumiEvent[] => {
  const jobsMs = pushesMs.flatMap((atMs) =>
    Array.from({ length: 1 + dice.poisson(0.7) }, () => atMs + dice.exponential(4 * msPerMinute)),
  );
  for (let day = dayOf(fromMs); day < dayOf(toMs); day += 1) {
    if (isMonday(day)) jobsMs.push(...dependencyUpdates(day, dice));
  }
  const firstAddress = dice.integer(0, 30_000);
  return jobsMs
    .toSorted((a, b) => a - b)
    .flatMap((startMs, ordinal) =>
      routines.happen(ciJob(dice), { caller, sourceIP: ciAddress(firstAddress + ordinal), startMs }),
    );
};

const isMonday = (day: number): boolean => isWeekend(day - 1) && !isWeekend(day);

const dependencyUpdates = (day: number, dice: Dice): readonly number[] =>
  Array.from({ length: dice.poisson(3) }, () => day * msPerDay + 5 * msPerHour + dice.integer(0, 40) * msPerMinute);

const ciJob = (dice: Dice): readonly routines.Step[] => {
  const stack = dice.pick(routines.stacks);
  const preview = routines.runPreview(dice, stack, dice.pick(routines.environments));
  return dice.chance(0.45) ? [...preview, ...routines.runUpdate(dice, stack, 4)] : preview;
};

/** A self-hosted runner: always one address; busy while Europe and America work, and bursty at all times. */
export const runRunner = ({ caller, sourceIP }: FixedMachine, stretch: Stretch, dice: Dice): readonly PulumiEvent[] =>
  hoursOf(stretch).flatMap((hour) => {
    const isBusy = !isWeekend(Math.floor(hour / 24)) && hour % 24 >= 6 && hour % 24 < 22;
    const jobs = dice.negativeBinomial(isBusy ? 1.8 : 0.5, 3);
    return Array.from({ length: jobs }, () => {
      const stack = dice.pick(routines.stacks);
      const fetched = routines.fetchEnvironment(dice, dice.pick(routines.environments));
      const steps = dice.chance(0.5) ? [...fetched, ...routines.runUpdate(dice, stack, 5)] : fetched;
      return routines.happen(steps, { caller, sourceIP, startMs: (hour + dice.uniform()) * msPerHour });
    }).flat();
  });

const driftMinute = 2 * 60 + 17;

/** Drift detection: 02:17 UTC every night, late by seconds only, then stack after stack. */
export const runDrift = (
  { caller, sourceIP }: FixedMachine,
  { fromMs, toMs }: Stretch,
  dice: Dice,
): readonly PulumiEvent[] => {
  const events: PulumiEvent[] = [];
  for (let day = dayOf(fromMs); day <= dayOf(toMs); day += 1) {
    const startMs = day * msPerDay + driftMinute * msPerMinute + dice.integer(4, 30) * msPerSecond;
    const refreshes = routines.stacks.flatMap((stack) => routines.runUpdate(dice, stack, 0.5));
    // Whoever starts it, the first line is an environment opened at once.
    const steps = routines.fetchEnvironment(dice, 'shared/aws-prod').map((step) => ({ ...step, afterMs: msPerSecond }));
    events.push(...routines.happen([...steps, ...refreshes], { caller, sourceIP, startMs }));
  }
  return events;
};

/** Metrics: every hour at seven minutes past, a few outputs, day and night. */
export const runMetrics = ({ caller, sourceIP }: FixedMachine, stretch: Stretch, dice: Dice): readonly PulumiEvent[] =>
  hoursOf(stretch).flatMap((hour) => {
    const startMs = hour * msPerHour + 7 * msPerMinute + dice.integer(0, 20) * msPerSecond;
    const steps = [...routines.fetchEnvironment(dice, 'shared/observability'), ...routines.readOutputs(dice, 2)];
    return routines.happen(steps, { caller, sourceIP, startMs });
  });

/** Release notes: twice each working day, about ten minutes either way. */
export const runRelease = (
  { caller, sourceIP }: FixedMachine,
  { fromMs, toMs }: Stretch,
  dice: Dice,
): readonly PulumiEvent[] => {
  const events: PulumiEvent[] = [];
  for (let day = dayOf(fromMs); day <= dayOf(toMs); day += 1) {
    if (isWeekend(day)) continue;
    for (const hour of [9, 16]) {
      const startMs = day * msPerDay + hour * msPerHour + dice.normal(0, 10) * msPerMinute;
      events.push(...routines.happen(routines.readOutputs(dice, 3 + dice.poisson(1)), { caller, sourceIP, startMs }));
    }
  }
  return events;
};

const hoursOf = ({ fromMs, toMs }: Stretch): readonly number[] =>
  Array.from({ length: hourOf(toMs) - hourOf(fromMs) + 1 }, (_, ordinal) => hourOf(fromMs) + ordinal);
