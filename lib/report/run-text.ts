import type { Alert } from '../core/alert.ts';
import { type Paint, paintOf } from './colours.ts';
import { shownText } from './safe-text.ts';
import { headlineOf } from './sentences.ts';
import { type Column, table } from './table.ts';
import { durationText, instantText, minuteText } from './times.ts';
import { counted } from './words.ts';

/** What a run is summed up by: the alerts as a list, how much was read, how much could be judged, what could not be read. */

const listColumns: readonly Column[] = [
  // The alert's name begins with its day.
  { title: 'When (UTC)', keep: true, spare: 1 },
  { title: 'Severity', keep: true },
  { title: 'What', least: 20 },
  { title: 'Alert', keep: true },
];

/** Longer headlines are cut by the table anyway. */
const headlineColumnsMax = 200;

/** One line for each alert. */
export const alertList = (
  alerts: readonly Alert[],
  { width, colour }: { readonly width: number; readonly colour: boolean },
): readonly string[] => {
  const paint: Paint = paintOf(colour);
  const rows = alerts.map((alert) => [
    minuteText(alert.openedAtMs),
    alert.severity,
    shownText(headlineOf(alert), headlineColumnsMax),
    alert.id,
  ]);
  return table(listColumns, rows, { width, heading: paint.dim });
};

/** `The 30 days before would have given you 3 alerts:` */
export const backfillSentence = ({
  source,
  events,
  fromMs,
  toMs,
  alerts,
}: {
  readonly source: string;
  readonly events: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly alerts: number;
}): string => {
  const learned = `Learned from ${counted(events, 'event')} of ${source} in the last ${durationText(toMs - fromMs)}.`;
  if (events === 0) return `${learned} There is nothing to compare with yet: judging begins as events come.`;
  return alerts === 0
    ? `${learned} They would have given you no alert.`
    : `${learned} They would have given you ${counted(alerts, 'alert')}, which are listed here; only those of the last day are sent:`;
};

export type ReplaySummary = {
  readonly files: number;
  readonly events: number;
  readonly firstEventMs: number | undefined;
  readonly lastEventMs: number | undefined;
  readonly principals: number;
  readonly learning: number;
  readonly alerts: number;
  readonly repeated: number;
  readonly otherEvents: number;
};

/** Calm paragraphs, most important first. */
export const replaySummary = (summary: ReplaySummary): readonly string[] =>
  [judgedText(summary), readText(summary), besidesText(summary)].filter((text) => text !== '');

const judgedText = ({ events, principals, learning, alerts }: ReplaySummary): string => {
  const judged = principals - learning;
  if (events === 0) return 'No events: there was nothing to judge.';
  const told = alerts === 0 ? 'No alerts' : counted(alerts, 'alert');
  if (judged === 0) {
    const whose = principals === 1 ? 'the one principal has' : `each of the ${counted(principals, 'principal')} has`;
    return (
      `${told}, but hardly anything could be judged: ${whose} too little past to be compared with. ` +
      'What is quiet here may not be harmless. Give a longer log: it takes days to weeks to learn from.'
    );
  }
  const still = learning === 0 ? '' : `; ${counted(learning, 'other')} had too little past to be compared with`;
  return `${told}. ${counted(judged, 'principal')} judged${still}.`;
};

const readText = ({ files, events, firstEventMs, lastEventMs }: ReplaySummary): string => {
  if (firstEventMs === undefined || lastEventMs === undefined) return '';
  const days = `${instantText(firstEventMs)} to ${instantText(lastEventMs)}`;
  return `Read ${counted(events, 'event')} from ${counted(files, 'file')}: ${days}, ${durationText(lastEventMs - firstEventMs)}.`;
};

const besidesText = ({ repeated, otherEvents }: ReplaySummary): string =>
  [
    repeated === 0 ? '' : `${counted(repeated, 'record')} told again of an event already read, and counted once.`,
    otherEvents === 0
      ? ''
      : `${counted(otherEvents, 'record was', 'records were')} news of runs, which is no part of the audit log.`,
  ]
    .filter((text) => text !== '')
    .join(' ');

export type ReadTrouble = {
  readonly where: string;
  readonly reason: string;
  readonly outcome: 'rejected' | 'kept';
};

/** Kinds of trouble named in a sentence; the list has them all. */
const reasonsMax = 2;

/** `3 records could not be read (no time). 1 was kept without the part that is wrong (...).` Blank when all is well. */
export const badRecordsSentence = (badCount: number, records: readonly ReadTrouble[]): string => {
  if (badCount === 0) return '';
  const kept = records.filter(({ outcome }) => outcome === 'kept');
  const rejected = records.filter(({ outcome }) => outcome === 'rejected');
  const unlisted = badCount - records.length;
  return [
    rejected.length === 0 ? '' : `${counted(rejected.length, 'record')} could not be read${reasonsOf(rejected)}.`,
    kept.length === 0
      ? ''
      : `${counted(kept.length, 'record')} ${kept.length === 1 ? 'was' : 'were'} kept without a part that is wrong${reasonsOf(kept)}.`,
    unlisted > 0 ? `${counted(unlisted, 'more', 'more')} had something wrong too.` : '',
  ]
    .filter((text) => text !== '')
    .join(' ');
};

const reasonsOf = (records: readonly ReadTrouble[]): string => {
  const counts = new Map<string, number>();
  for (const { reason } of records) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const often = [...counts].sort(([, a], [, b]) => b - a);
  const named = often.slice(0, reasonsMax).map(([reason]) => shownText(reason, reasonColumnsMax));
  return ` (${named.join('; ')}${often.length > reasonsMax ? '; and others' : ''})`;
};

const reasonColumnsMax = 120;
const whereColumnsMax = 200;

/** `audit.jsonl:17: no time: … (kept without it)` */
export const badRecordLine = ({ where, reason, outcome }: ReadTrouble): string =>
  `${shownText(where, whereColumnsMax)}: ${shownText(reason, 300)}${outcome === 'kept' ? ' (kept without it)' : ''}`;
