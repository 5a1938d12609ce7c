/**
 * Episodes: what a person is alerted about. A labelled episode is a run of labelled hours; an alarm is a run of hours at
 * or above the threshold, closed after twelve hours below it. An episode is caught when one of its own hours alarms; an
 * alarm is false when none of its hours is labelled.
 */
export type ScoredHour = { readonly hour: number; readonly isLabelled: boolean; readonly score: number };

export type Tally = {
  readonly episodes: number;
  readonly caught: number;
  readonly falseAlarms: number;
  readonly weeks: number;
};

const closedAfterHours = 12;
const judgedAfterHours = 168;

type Run = { readonly first: number; readonly last: number };

/** Runs of hours that are chosen, none further apart than `gapHours`. */
const runsOf = (
  hours: readonly ScoredHour[],
  gapHours: number,
  isChosen: (hour: ScoredHour) => boolean,
): readonly Run[] => {
  const runs: Run[] = [];
  hours.forEach((hour, i) => {
    if (!isChosen(hour)) return;
    const open = runs.at(-1);
    const isNear = open !== undefined && hour.hour - (hours[open.last]?.hour ?? 0) <= gapHours;
    if (isNear) runs[runs.length - 1] = { first: open.first, last: i };
    else runs.push({ first: i, last: i });
  });
  return runs;
};

/** A labelled episode that reaches into the judged time counts with all its hours there. */
export const tally = (hours: readonly ScoredHour[], threshold: number): Tally => {
  const judged = hours.filter(({ hour }) => hour >= (hours[0]?.hour ?? 0) + judgedAfterHours);
  const isAlarm = ({ score }: ScoredHour): boolean => score >= threshold;
  const part = ({ first, last }: Run): readonly ScoredHour[] => judged.slice(first, last + 1);
  const labelled = runsOf(judged, 1, ({ isLabelled }) => isLabelled);
  const alarms = runsOf(judged, closedAfterHours, isAlarm);
  return {
    episodes: labelled.length,
    caught: labelled.filter((run) => part(run).some(isAlarm)).length,
    falseAlarms: alarms.filter((run) => !part(run).some((hour) => isAlarm(hour) && hour.isLabelled)).length,
    weeks: judged.length / 168,
  };
};

export const total = (tallies: readonly Tally[]): Tally =>
  tallies.reduce(
    (sum, one) => ({
      episodes: sum.episodes + one.episodes,
      caught: sum.caught + one.caught,
      falseAlarms: sum.falseAlarms + one.falseAlarms,
      weeks: sum.weeks + one.weeks,
    }),
    { episodes: 0, caught: 0, falseAlarms: 0, weeks: 0 },
  );
