import { type Alert, severities } from '../core/alert.ts';
import { alertJson, cutAlertJson } from './alert-json.ts';
import type { Readers, TopicWords } from './alert-message.ts';
import { alertCommand, anywhere, type Step, stepWith } from './commands.ts';
import { alertLine } from './digest-text.ts';
import { item, labelled, sectionLines, stepLines } from './labelled.ts';
import { named } from './safe-text.ts';
import { asSubject } from './subject.ts';
import { counted, listed } from './words.ts';
import { wrapped } from './wrap.ts';

/**
 * Alerts that come at once, as when thirty leaked tokens are revoked that pipelines still use, in one message: what each is
 * in a line, with the id by which it is shown whole. Terminal, e-mail and Slack say the same; machines get all of each.
 */

/** `CRITICAL: 23 alerts at once in pulumi:acme` */
export const manyAlertsHeadline = (alerts: readonly Alert[]): string =>
  `${(gravestFirst(alerts)[0]?.severity ?? 'low').toUpperCase()}: ${counted(alerts.length, 'alert')} at once in ${sourcesIn(alerts)}`;

export const manyAlertsSentence = (alerts: readonly Alert[]): string =>
  `${counted(alerts.length, 'alert')} came at once, ${listed(countsOf(alerts))}, and are told together: the gravest first.`;

/** One for each alert. */
export const manyAlertsLines = (alerts: readonly Alert[]): readonly string[] => gravestFirst(alerts).map(alertLine);

export const manyAlertsSteps = (
  alerts: readonly Alert[],
  { place = anywhere }: Pick<Readers, 'place'> = {},
): readonly Step[] => [
  'Look for what they have in common, such as one network, one person or one rotation: that is the story.',
  stepWith(
    'Show each whole, with what to do about it, by its id. The gravest:',
    alertCommand(place, gravestFirst(alerts)[0]?.id ?? ''),
    'Show each whole, with what to do about it, by its id.',
  ),
];

/** What a plain-text e-mail, or a terminal, is read at without folding. */
const columns = 78;
const indent = 10;

export const manyAlertsText = (alerts: readonly Alert[], readers: Pick<Readers, 'place'> = {}): string => {
  const [severity = ''] = manyAlertsHeadline(alerts).split(':');
  const plain = (text: string): string => text;
  return [
    ...labelled({ label: severity, lines: wrapped(manyAlertsSentence(alerts), columns - indent) }, plain),
    ...sectionLines(
      [
        { label: 'In', lines: wrapped(sourcesIn(alerts), columns - indent) },
        { label: 'Alerts', lines: manyAlertsLines(alerts).flatMap((text) => item('-', text, columns - indent)) },
        { label: 'Next', lines: stepLines(manyAlertsSteps(alerts, readers), columns - indent) },
      ],
      plain,
    ),
    '',
  ].join('\n');
};

/** `{"alerts":[…]}`, each under the contract of one alert; `omitted` as it is of one. In the order in which they came. */
export const manyAlertsJson = (alerts: readonly Alert[], omitted: readonly string[]): string =>
  `{"alerts":[${alerts.map((alert) => (omitted.length === 0 ? alertJson(alert) : cutAlertJson(alert, omitted))).join(',')}]}`;

/** Many alerts as they travel by a topic. */
export const manyAlertsMessage = (
  alerts: readonly Alert[],
  omitted: readonly string[],
  readers: Readers = {},
): TopicWords => ({
  subject: asSubject(manyAlertsHeadline(alerts)),
  text: manyAlertsText(alerts, readers),
  json: manyAlertsJson(alerts, omitted),
});

const gravestFirst = (alerts: readonly Alert[]): readonly Alert[] =>
  [...alerts].sort(
    (a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity) || a.openedAtMs - b.openedAtMs,
  );

/** `3 critical`, `20 high` */
const countsOf = (alerts: readonly Alert[]): readonly string[] =>
  severities
    .toReversed()
    .map((severity) => ({ severity, count: alerts.filter((alert) => alert.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}`);

const sourcesMax = 3;

const sourcesIn = (alerts: readonly Alert[]): string => {
  const names = [...new Set(alerts.map(({ source }) => source))].map((source) => named(source));
  const more = names.length - sourcesMax;
  return listed(more > 0 ? [...names.slice(0, sourcesMax), `${more} more`] : names);
};
