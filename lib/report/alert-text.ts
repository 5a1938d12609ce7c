import type { Alert } from '../core/alert.ts';
import type { Network } from '../core/network.ts';
import { dayOf } from '../core/time.ts';
import { acknowledgedLine } from './acknowledgement-text.ts';
import { type Paint, paintOf } from './colours.ts';
import { factColumns, item, labelled, type Section, sectionLines, stepLines } from './labelled.ts';
import { type NextStepsSettings, nextSteps } from './next-steps.ts';
import { named, shownText } from './safe-text.ts';
import { headlineOf, sentenceOf } from './sentences.ts';
import { type Column, table } from './table.ts';
import { clockText, spanText } from './times.ts';
import {
  addressText,
  counted,
  countryText,
  isFact,
  mainFinding,
  oddsText,
  ownerClassText,
  ownerName,
  principalText,
  severityWords,
} from './words.ts';
import { wrapped } from './wrap.ts';

/**
 * An alert as a person reads it, in a terminal or a plain-text e-mail: labels at the left, facts at the right, in the order
 * of the questions asked at night: what, when, why, where, what did they do, what do I do now. Commands are never broken.
 */

export type AlertTextSettings = {
  /** At most so many columns, but for commands; below 60 it is 60, as tables of addresses need them. */
  readonly width?: number;
  /** The reader's zone, as an IANA name; UTC is always said. */
  readonly zone?: string | undefined;
  readonly colour?: boolean;
} & NextStepsSettings;

export const alertText = (alert: Alert, { width, zone, colour = false, ...place }: AlertTextSettings = {}): string => {
  const columns = factColumns(width);
  const paint = paintOf(colour);
  const sections: readonly Section[] = [
    { label: 'When', lines: wrapped(whenText(alert, zone), columns) },
    { label: 'Who', lines: wrapped(whoText(alert), columns) },
    { label: 'How sure', lines: wrapped(howSure(alert), columns) },
    {
      label: 'Why',
      lines: alert.findings.flatMap((finding) => item('-', sentenceOf(finding, { ...alert, zone }), columns)),
    },
    {
      label: 'Said',
      lines: (alert.acknowledged ?? []).flatMap((said) => wrapped(acknowledgedLine(said), columns)),
    },
    { label: 'Where', lines: whereTable(alert.networks, { width: columns, paint }) },
    { label: 'Events', lines: eventTable(alert, { width: columns, paint }) },
    { label: 'Next', lines: stepLines(nextSteps(alert, place), columns) },
    { label: 'Alert', lines: wrapped(shownText(alert.id, cellColumnsMax), columns) },
  ];
  return [
    ...labelled({ label: alert.severity.toUpperCase(), lines: wrapped(headlineOf(alert), columns) }, (text) =>
      paint.severity(alert.severity, text),
    ),
    ...sectionLines(sections, paint.dim),
    '',
  ].join('\n');
};

export const whenText = ({ firstEventAtMs, lastEventAtMs, eventCount }: Alert, zone: string | undefined): string =>
  `${spanText({ fromMs: firstEventAtMs, toMs: lastEventAtMs }, zone)}, ${counted(eventCount, 'event')}`;

export const whoText = (alert: Alert): string => {
  const { id, name } = alert.principal;
  const idText = id === name || name.trim() === '' ? '' : ` (id ${named(id)})`;
  return `${principalText(alert)}${idText} in ${named(alert.source)}`;
};

export const howSure = (alert: Alert): string => {
  const main = mainFinding(alert);
  const odds =
    main !== undefined && isFact(main)
      ? 'A fact, which needs no statistics.'
      : `Surprise ${alert.surprise.toFixed(1)}: ordinary use looks at least this odd ${oddsText(alert.surprise)} times.`;
  return `${odds} ${severityWords[alert.severity]}`;
};

const networkColumns: readonly Column[] = [
  { title: 'Address', keep: true },
  { title: 'Owner' },
  { title: 'AS', align: 'right', spare: 1 },
  { title: 'Kind' },
  { title: 'Country', spare: 2 },
];

const unknownCell = '-';
/** Names of environments and stacks end near 100. */
const cellColumnsMax = 120;

const whereTable = (
  networks: readonly Network[],
  { width, paint }: { width: number; paint: Paint },
): readonly string[] =>
  table(
    networkColumns,
    networks.map((network) => [
      addressText(network),
      ownerName(network) ?? unknownCell,
      network.owner === undefined ? unknownCell : String(network.owner.asn),
      ownerClassText(network.class),
      countryText(network) ?? unknownCell,
    ]),
    { width, heading: paint.dim },
  );

const eventColumns: readonly Column[] = [
  { title: 'Time (UTC)', keep: true },
  { title: 'Action' },
  { title: 'Target' },
  { title: 'Address', keep: true },
  { title: 'Outcome', keep: true },
];

const eventTable = (
  { firstEventAtMs, lastEventAtMs, eventCount, sampleEvents }: Alert,
  { width, paint }: { width: number; paint: Paint },
): readonly string[] => {
  const withDay = dayOf(firstEventAtMs) !== dayOf(lastEventAtMs);
  const rows = sampleEvents.map(({ atMs, action, target, ip, outcome }) => [
    clockText(atMs, { withDay }),
    shownText(action, cellColumnsMax),
    shownText(target ?? unknownCell, cellColumnsMax),
    shownText(ip ?? unknownCell, cellColumnsMax),
    outcome,
  ]);
  const unseen = eventCount - sampleEvents.length;
  const rest = rows.length > 0 && unseen > 0 ? [`and ${counted(unseen, 'more', 'more')} in the log`] : [];
  return [...table(eventColumns, rows, { width, heading: paint.dim }), ...rest];
};
