import type { Follower, Investigation } from '../../core/investigation/investigation.ts';
import type { Answer } from '../../core/investigation/verdict.ts';
import { type Paint, paintOf } from '../colours.ts';
import { factColumns, item, labelColumns, type Section, sectionLines } from '../labelled.ts';
import { type Column, table } from '../table.ts';
import { instantText } from '../times.ts';
import { counted, principalText } from '../words.ts';
import { wrapped } from '../wrap.ts';
import { blindSpots, coverageTexts } from './coverage-words.ts';
import type { Step } from './cut-off.ts';
import {
  callerColumns,
  callerRow,
  deedColumns,
  deedRow,
  deedSummary,
  deedsToShow,
  followerText,
  gravestFirst,
  reachColumns,
  reachRow,
} from './deed-rows.ts';
import { nextSteps } from './next.ts';
import { type Origin, unknownOrigin } from './origin.ts';
import { answerWords, headlineDetail, missingText, subjectDetail, whyTexts } from './verdict-words.ts';

/**
 * An investigation as a person reads it in a terminal at night: the verdict in the first line, then why, what was done,
 * what could be reached, what all that rests on, and what to do.
 */

export type InvestigationTextSettings = {
  readonly width?: number;
  /** The reader's zone, as an IANA name; UTC is always said. */
  readonly zone?: string | undefined;
  readonly colour?: boolean;
  readonly origin?: Origin;
};

/** What fits a screen; JSON and HTML have more. */
const deedsMax = 12;
const callersMax = 8;
const followersMax = 4;
const movesMax = 5;
const reachMax = 8;

export const investigationText = (
  investigation: Investigation,
  { width, zone, colour = false, origin = unknownOrigin }: InvestigationTextSettings = {},
): string => {
  const columns = factColumns(width);
  const paint = paintOf(colour);
  const { verdict, leakedAtMs } = investigation;
  const sections: readonly Section[] = [
    { label: 'Who', lines: investigation.subjects.flatMap((subject) => item('', subjectDetail(subject), columns)) },
    { label: 'Leaked', lines: wrapped(leakText(leakedAtMs, zone), columns) },
    { label: 'Why', lines: items('-', whyTexts(investigation, zone), columns) },
    {
      label: 'Missing',
      lines: verdict.answer === 'no-sign' ? [] : items('-', verdict.missing.map(missingText), columns),
    },
    { label: 'Done', lines: doneLines(investigation, columns, paint) },
    { label: 'After it', lines: followerLines(investigation, columns, paint) },
    { label: 'Networks', lines: callerLines(investigation, columns, paint) },
    { label: 'In reach', lines: reachLines(investigation, columns, paint) },
    { label: 'Coverage', lines: items('-', coverageTexts(investigation), columns) },
    { label: 'Not shown', lines: items('-', blindSpots(investigation), columns) },
    { label: 'Next', lines: nextLines(nextSteps(investigation, origin), columns) },
  ];
  const label = answerWords[verdict.answer].toUpperCase();
  const [first = '', ...rest] = wrapped(`${label}: ${headlineDetail(investigation)}`, columns + labelColumns);
  return [
    painted(verdict.answer, first.slice(0, label.length), paint) + first.slice(label.length),
    ...rest,
    ...sectionLines(sections, paint.dim),
    '',
  ].join('\n');
};

const painted = (answer: Answer, text: string, paint: Paint): string => {
  const severities = {
    'used-by-others': 'critical',
    probably: 'high',
    'cannot-tell': 'medium',
    'no-sign': 'low',
  } as const;
  return paint.severity(severities[answer], text);
};

const items = (markText: string, texts: readonly string[], columns: number): readonly string[] =>
  texts.flatMap((text) => item(markText, text, columns));

const leakText = (leakedAtMs: number | undefined, zone: string | undefined): string =>
  leakedAtMs === undefined
    ? 'when is not known: every session is compared with those before it'
    : `${instantText(leakedAtMs, zone)}, as you gave it`;

const doneLines = (investigation: Investigation, columns: number, paint: Paint): readonly string[] => {
  const { sensitive, others, unshown } = deedsToShow(investigation, deedsMax);
  const titles: readonly Column[] = deedColumns.map((title) => ({
    title,
    keep: title !== 'Action' && title !== 'Target',
  }));
  const isForeign = investigation.counts.foreign > 0;
  const rows = [...sensitive, ...others].map(deedRow);
  if (rows.length === 0) return [];
  const which = isForeign ? 'foreign' : 'unclear';
  const order = sensitive.length > 0 && others.length > 0 ? ', sensitive actions first' : '';
  return [
    ...items('-', deedSummary(investigation), columns),
    ...wrapped(`In ${counted(investigation.counts[which], `${which} session`)}${order}:`, columns),
    ...table(titles, rows, { width: columns, heading: paint.dim }),
    ...(unshown > 0 ? [`and ${counted(unshown, 'more', 'more')}: see --html or --json`] : []),
  ];
};

const followerLines = (investigation: Investigation, columns: number, paint: Paint): readonly string[] => {
  const { followers } = investigation;
  const titles: readonly Column[] = deedColumns.map((title) => ({ title, keep: title === 'Time (UTC)' }));
  return [
    ...followers
      .slice(0, followersMax)
      .flatMap((follower, at) => [
        ...(at === 0 ? [] : ['']),
        ...wrapped(`${principalText(follower)}: ${followerText(follower)}`, columns),
        ...moveLines(follower, (rows) => table(titles, rows, { width: columns, heading: paint.dim })),
      ]),
    ...(followers.length > followersMax ? [`and ${counted(followers.length - followersMax, 'other', 'others')}`] : []),
  ];
};

/** What worked and matters first: five attempts that were refused must not hide the one that was not. */
const moveLines = (
  follower: Follower,
  tabled: (rows: readonly (readonly string[])[]) => readonly string[],
): readonly string[] => {
  const moves = gravestFirst(follower.events);
  const unshown = moves.length - movesMax + follower.unlisted;
  return [
    ...tabled(moves.slice(0, movesMax).map(deedRow)),
    ...(unshown > 0 ? [`and ${counted(unshown, 'more', 'more')}: see --html or --json`] : []),
  ];
};

const callerLines = (investigation: Investigation, columns: number, paint: Paint): readonly string[] => {
  const { callers } = investigation;
  const titles: readonly Column[] = callerColumns.map((title) => ({
    title,
    ...(title === 'Events' || title === 'Days' ? { align: 'right' as const } : {}),
    keep: title !== 'Network',
  }));
  const unshown = callers.length - callersMax;
  return [
    ...table(titles, callers.slice(0, callersMax).map(callerRow), { width: columns, heading: paint.dim }),
    ...(unshown > 0 ? [`and ${counted(unshown, 'other', 'others')}`] : []),
  ];
};

const reachLines = (investigation: Investigation, columns: number, paint: Paint): readonly string[] => {
  const { reach, unlistedTargets } = investigation;
  const titles: readonly Column[] = reachColumns.map((title) => ({
    title,
    ...(title === 'Events' ? { align: 'right' as const } : {}),
    keep: title !== 'Target',
  }));
  const unshown = reach.length - reachMax + unlistedTargets;
  const rows = reach.slice(0, reachMax).map(reachRow);
  if (rows.length === 0) return [];
  return [
    ...wrapped('What it touched at any time; its permissions, which the log does not tell, may go further:', columns),
    ...table(titles, rows, { width: columns, heading: paint.dim }),
    ...(unshown > 0 ? [`and ${counted(unshown, 'other', 'others')}`] : []),
  ];
};

/** Commands and links stand on lines of their own and without a prompt, so that they can be copied whole. */
const nextLines = (steps: readonly Step[], columns: number): readonly string[] =>
  steps.flatMap(({ text, command, link }, at) => {
    const indent = ' '.repeat(`${at + 1}. `.length);
    return [
      ...item(`${at + 1}.`, text, columns),
      ...(link === undefined ? [] : [`${indent}${link}`]),
      ...(command === undefined ? [] : [`${indent}${command}`]),
    ];
  });
