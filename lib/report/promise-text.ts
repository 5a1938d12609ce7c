import { isFarAbove, type Kept, type Spent } from '../core/promise.ts';
import type { Loot, Origin, Sensitivity } from '../core/sensitivity.ts';
import { paintOf } from './colours.ts';
import { type Column, table } from './table.ts';
import { counted, listed } from './words.ts';

/** What the operator can expect: whether the alert budget was kept, and what a theft would have met. */

/** `Promised: at most 1 false alert a week. In the history it would have told 2 alerts in 4.3 weeks (0.5 a week).` */
export const keptSentence = ({ budgetPerWeek, history, live }: Kept): string =>
  [
    `Promised: at most ${counted(budgetPerWeek, 'false alert')} a week.`,
    history.weeks < weeksMin ? '' : `In the history it would have told ${spentText(history)}.`,
    live.weeks < weeksMin ? '' : `Since then it told ${spentText(live)}.`,
  ]
    .filter((text) => text !== '')
    .join(' ');

/** A day. */
const weeksMin = 1 / 7;

/** `3 alerts in 2.1 weeks (1.4 a week, real ones included)`; facts spend nothing of the budget. */
const spentText = ({ weeks, alerts, facts }: Spent): string => {
  const shown = alerts === 0 ? 'no alert' : counted(alerts, 'alert');
  // A rate of some days would be read as one.
  const rate = alerts === 0 || weeks < 1 ? '' : ` (${oneDigit(alerts / weeks)} a week, real ones included)`;
  const besides = facts === 0 ? '' : `, and ${facts} that ${facts === 1 ? 'states a fact' : 'state facts'}`;
  return `${shown} in ${weeksText(weeks)}${rate}${besides}`;
};

const weeksText = (weeks: number): string =>
  weeks < 1 ? counted(Math.round(weeks * 7), 'day') : counted(oneDigit(weeks), 'week');

const oneDigit = (value: number): number => Math.round(value * 10) / 10;

/** What to do where far more is told than was promised; undefined where the promise is kept. */
export const keptAdvice = ({ budgetPerWeek, live }: Kept): string | undefined =>
  isFarAbove(live, budgetPerWeek)
    ? 'Look through these alerts. Real ones are no fault of the budget. If most come from one new office, VPN or cloud, ' +
      'write it under "allow" in the settings. If life itself has changed, thresholds follow within weeks; a new state ' +
      'file with a longer history (--backfill-days) learns it at once.'
    : undefined;

const originTexts: Readonly<Record<Origin, string>> = {
  'hosting-at-night': 'from a hosting provider at night',
  hosting: 'from a hosting provider in its usual hours',
  residential: 'from a strange home connection in its country',
  'same-owner': 'from another address of its usual network owner',
  colleague: 'from the network of a colleague',
};

/** `A stolen credential used from a hosting provider at night would have been caught in 97 of 100 tries (100 when …).` */
export const sensitivitySentence = (sensitivity: Sensitivity): string =>
  [caughtSentence(sensitivity), learningSentence(sensitivity)].filter((text) => text !== '').join(' ');

/** What to do where most of the plainest thefts would go unseen; undefined where they would not. */
export const sensitivityAdvice = (sensitivity: Sensitivity): string | undefined => {
  const [first] = rowsOf(sensitivity);
  return first === undefined || 2 * first.looking >= first.tries
    ? undefined
    : 'That is little. Either not much is known yet, which more history mends (--backfill-days with a new state file), or the ' +
        'owners of addresses are others than when this was learned: use the same ownership table or MMDB files as the watch.';
};

const caughtSentence = (sensitivity: Sensitivity): string => {
  const [first, ...others] = rowsOf(sensitivity);
  if (first === undefined) return 'No theft can be tried out yet: nobody who was active lately can be judged.';
  const secrets = `${first.opening} when it opens secrets`;
  const more = others.map(({ origin, tries, looking, opening }) => {
    const of = tries === first.tries ? '' : ` of ${tries}`;
    return `${originTexts[origin]} ${looking}${of} (${opening})`;
  });
  return [
    `A stolen credential used ${originTexts[first.origin]} would have been caught in ${first.looking} of ${counted(first.tries, 'try', 'tries')} (${secrets})`,
    more.length === 0 ? '.' : `; ${listed(more)}.`,
  ].join('');
};

const learningSentence = ({ learning }: Sensitivity): string =>
  learning === 0
    ? ''
    : `${counted(learning, 'principal')} could not be judged: still too little past to be compared with.`;

type Row = { readonly origin: Origin; readonly tries: number } & Readonly<Record<Loot, number>>;

/** Origins that could be tried on anybody. */
const rowsOf = ({ tried }: Sensitivity): readonly Row[] => {
  const caught = (origin: Origin, loot: Loot): number =>
    tried.find((each) => each.origin === origin && each.loot === loot)?.caught ?? 0;
  return tried
    .filter(({ loot, tries }) => loot === 'looking' && tries > 0)
    .map(({ origin, tries }) => ({
      origin,
      tries,
      looking: caught(origin, 'looking'),
      opening: caught(origin, 'opening'),
    }));
};

const columns: readonly Column[] = [
  { title: 'Used' },
  { title: 'Looking around', align: 'right', keep: true },
  { title: 'Opening secrets', align: 'right', keep: true },
];

/** The same as a table; no lines where nobody could be tried. */
export const sensitivityTable = (
  sensitivity: Sensitivity,
  { width, colour }: { readonly width: number; readonly colour: boolean },
): readonly string[] => {
  const rows = rowsOf(sensitivity).map(({ origin, tries, looking, opening }) => [
    originTexts[origin],
    `${looking} of ${tries}`,
    `${opening} of ${tries}`,
  ]);
  return table(columns, rows, { width, heading: paintOf(colour).dim });
};

/** What stands over the table, and the whole where there is none. */
export const sensitivityHeading = (sensitivity: Sensitivity): string => {
  const [first] = rowsOf(sensitivity);
  if (first === undefined) return sensitivitySentence(sensitivity);
  const tried = `How many of ${counted(first.tries, 'made-up theft')}, tried out on what was learned, would have been caught:`;
  return [learningSentence(sensitivity), tried].filter((text) => text !== '').join(' ');
};

/** The figures, for machines. */
export const keptJson = ({ budgetPerWeek, history, live }: Kept): Readonly<Record<string, unknown>> => ({
  budgetPerWeek,
  history: { weeks: oneDigit(history.weeks), alerts: history.alerts, facts: history.facts },
  live: { weeks: oneDigit(live.weeks), alerts: live.alerts, facts: live.facts },
});

export const sensitivityJson = (sensitivity: Sensitivity): Readonly<Record<string, unknown>> => ({
  judged: sensitivity.judged,
  learning: sensitivity.learning,
  tried: sensitivity.tried.map(({ origin, loot, tries, caught }) => ({ origin, loot, tries, caught })),
});
