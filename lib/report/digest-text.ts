import type { Alert } from '../core/alert.ts';
import { type Care, type Digest, isQuiet, type SourceDigest } from '../core/digest.ts';
import { isoSeconds } from '../core/time.ts';
import { alertHead, terminalSafe } from './alert-json.ts';
import type { TopicWords } from './alert-message.ts';
import { missedJson, missedText } from './coverage-text.ts';
import { keptAdvice, keptJson, keptSentence } from './promise-text.ts';
import { named, shownText } from './safe-text.ts';
import { headlineOf } from './sentences.ts';
import { silenceAdvice, silenceSentence } from './silence-text.ts';
import { asSubject } from './subject.ts';
import { healthStory } from './survey-sentences.ts';
import { durationText, instantText, minuteText } from './times.ts';
import { counted, listed } from './words.ts';
import { wrapped } from './wrap.ts';

/** The daily digest in words, for an e-mail and for Slack: what cannot wait first, and one line on a quiet day. */

/** What plain-text e-mail is wrapped at. */
const columns = 78;

export const digestText = (digest: Digest): string =>
  isQuiet(digest)
    ? // One line: a mail program folds it to the reader's width.
      `${quietSentence(digest)}\n`
    : [
        ...titled('Needs care', careLines(digest)),
        ...titled('Alerts of the last day', alertLines(digest)),
        ...titled('Sources', digest.sources.flatMap(sourceLines)),
      ].join('\n');

const titled = (title: string, texts: readonly string[]): readonly string[] =>
  texts.length === 0
    ? []
    : [
        title,
        ...texts.flatMap((text) => wrapped(text, columns - 4).map((line, at) => (at === 0 ? '  - ' : '    ') + line)),
        '',
      ];

export const digestSubject = (digest: Digest): string => {
  if (isQuiet(digest)) return 'Daily digest: all quiet';
  const { sources, alerts, moreAlerts, care, moreCare } = digest;
  const unread = sources.filter(({ standing }) => standing === 'late' || standing === 'never-read').length;
  const silent = sources.filter((source) => source.silent !== undefined).length;
  const news = [
    unread === 0 ? '' : `${counted(unread, 'log')} not read`,
    silent === 0 ? '' : `${counted(silent, 'log')} silent`,
    sources.some(({ untold }) => untold !== undefined) ? 'alerts not delivered' : '',
    alerts.length === 0 ? '' : counted(alerts.length + moreAlerts, 'alert'),
    care.length === 0 ? '' : `${care.length + moreCare} to look at`,
    sources.length === 0 ? 'no log is read' : '',
    sources.some(({ missed }) => missed.gaps.length > 0) ? 'a part of a log could not be read' : '',
    sources.some(({ missed }) => missed.pauses.length > 0) ? 'nobody looked for a while' : '',
  ].filter((text) => text !== '');
  return asSubject(`Daily digest: ${news.length === 0 ? 'not everything is read yet' : news.join(', ')}`);
};

/** `All quiet: 2 logs read up to 14 Mar 2026 07:00 UTC (pulumi:acme and scalr:acme), no alerts, nothing to do.` */
export const quietSentence = ({ sources }: Digest): string => {
  const throughMs = Math.min(...sources.map(({ seen }) => seen?.throughMs ?? 0));
  const names = sources.slice(0, sourcesNamedMax).map(({ source }) => named(source));
  const more = sources.length - names.length;
  const bad = sources.reduce((sum, { badRecords }) => sum + badRecords, 0);
  const active = sources.reduce((sum, { activePrincipals }) => sum + activePrincipals, 0);
  return [
    `All quiet: ${counted(sources.length, 'log')} read up to ${instantText(throughMs)} (${listed(more > 0 ? [...names, `${more} more`] : names)}),`,
    `${counted(active, 'principal')} active in the last day, no alerts, nothing to do.`,
    bad === 0 ? '' : `${counted(bad, 'record')} of all time could not be read whole.`,
  ]
    .filter((text) => text !== '')
    .join(' ');
};

const sourcesNamedMax = 5;

/** What does not run comes before what will need a hand. */
export const careLines = ({ sources, care, moreCare, atMs }: Digest): readonly string[] => [
  ...(sources.length === 0 ? ['No log is read: the monitor has no sources, or never ran. Look at its logs.'] : []),
  ...sources
    .flatMap((source) => [
      unreadLine(source, atMs),
      silentLine(source, atMs),
      undeliveredLine(source),
      budgetLine(source),
    ])
    .filter((text) => text !== ''),
  ...care.map(careLine),
  ...(moreCare === 0 ? [] : [`${counted(moreCare, 'more', 'more')} of this kind`]),
];

const unreadLine = ({ source, standing, seen }: SourceDigest, atMs: number): string => {
  switch (standing) {
    case 'never-read':
      return `${named(source)} was never read. Look at the logs of its poller: a wrong token or name is the usual reason.`;
    case 'late':
      return `${named(source)} was last read up to ${instantText(seen?.throughMs ?? 0)}, ${durationText(atMs - (seen?.throughMs ?? 0))} ago: nothing since then was judged. Look at the logs of its poller.`;
    case 'catching-up':
      return `${named(source)} is still reading its history, as far as ${instantText(seen?.throughMs ?? 0)}.`;
    case 'current':
      return '';
  }
};

const silentLine = ({ source, silent }: SourceDigest, atMs: number): string =>
  silent === undefined
    ? ''
    : `${named(source)} is silent: ${silenceSentence(silent.silence, silent.sinceMs, atMs)} ${silenceAdvice(silent.silence)}`;

const undeliveredLine = ({ source, untold }: SourceDigest): string =>
  untold === undefined
    ? ''
    : `${counted(untold.count, 'alert')} of ${named(source)} could not be delivered, the first of ${instantText(untold.sinceMs)}. It is tried at every poll; look at the logs of the poller.`;

const budgetLine = ({ source, kept, isBudgetExceeded }: SourceDigest): string =>
  isBudgetExceeded && kept !== undefined
    ? `${named(source)} tells far more than was promised. ${keptAdvice(kept) ?? ''}`.trim()
    : '';

const careLine = (care: Care): string => {
  switch (care.care) {
    case 'rotation':
      return rotationLine(care);
    case 'health':
      return `${whereText(care)}${healthStory(care.health, undefined)}`;
    case 'token-ends':
      return `${whereText(care)}token ${named(care.name)} is in use and ends on ${instantText(care.endsMs)}: replace it before, or what uses it stops.`;
    case 'own-token-shared':
      return `${whereText(care)}tokenwatch reads with ${named(care.name)}, which others work with. Give it a token of its own: then each other use of that is told.`;
    case 'acknowledgement-ends':
      return `The acknowledgement of alert ${shownText(care.alertId, 60)} for ${named(care.principalName)}, by ${named(care.by)}, ends on ${instantText(care.untilMs)}: from then on the same is told again.`;
    case 'allowance-ends':
      return `${shownText(care.network, 60)} is allowed until ${instantText(care.untilMs)} (${shownText(care.note, 200)}): remove it from the settings, or give it another day.`;
  }
};

/** `scalr:acme: ` */
const whereText = ({ source }: Care): string => (source === undefined ? '' : `${named(source)}: `);

const rotationLine = (care: Extract<Care, { care: 'rotation' }>): string => {
  const { old, replacement, startedAtMs, endsAtMs, callers, moved, stillOnOld, late, strangers, source } = care;
  const to = replacement === undefined ? '' : ` to ${named(replacement)}`;
  const where = source === undefined ? '' : ` in ${named(source)}`;
  const open = [
    stillOnOld === 0 ? '' : `${stillOnOld} still on the old token`,
    late === 0 ? '' : `${late} late`,
    strangers === 0 ? '' : counted(strangers, 'stranger'),
  ].filter((text) => text !== '');
  return `Rotation of ${named(old)}${to}${where} since ${instantText(startedAtMs)}, watched until ${instantText(endsAtMs)}: ${moved} of ${counted(callers, 'caller')} moved${open.length === 0 ? '' : `, ${listed(open)}`}.`;
};

/** Most severe first. */
export const alertLines = ({ alerts, moreAlerts }: Digest): readonly string[] => [
  ...alerts.map(alertLine),
  ...(moreAlerts === 0 ? [] : [`${counted(moreAlerts, 'more', 'more')}, listed by "tokenwatch" or in the archive`]),
];

export const alertLine = (alert: Alert): string => {
  const by = [...new Set((alert.acknowledged ?? []).map((said) => named(said.by)))];
  const said = by.length === 0 ? '' : `, acknowledged by ${listed(by.slice(0, 3))}`;
  return `${alert.severity.toUpperCase()}, ${minuteText(alert.openedAtMs)} UTC: ${headlineOf(alert)} (${shownText(alert.id, 60)}${said})`;
};

export const sourceLines = (digest: SourceDigest): readonly string[] => {
  const { source, seen, principals, activePrincipals, alerts, badRecords, kept, missed } = digest;
  if (seen === undefined) return [`${named(source)}: never read`];
  const newest = seen.newestEventMs === 0 ? '' : `, the newest of ${instantText(seen.newestEventMs)}`;
  const late = seen.lateEvents === 0 ? '' : `, ${seen.lateEvents} of them late`;
  return [
    [
      `${named(source)}: read from ${instantText(seen.fromMs)} to ${instantText(seen.throughMs)},`,
      `${counted(seen.events, 'event')}${late}${newest}.`,
      `${counted(activePrincipals, 'principal')} of ${principals} active in the last day, ${counted(alerts, 'alert')}.`,
      badRecords === 0 ? '' : `${counted(badRecords, 'record')} could not be read whole.`,
      missedText(missed),
      kept === undefined ? '' : keptSentence(kept),
    ]
      .filter((text) => text !== '')
      .join(' '),
  ];
};

/** For machines, under the rules of the alert's JSON: keys are added, never renamed. */
export const digestJson = (digest: Digest): string =>
  terminalSafe(
    JSON.stringify({
      digest: isoSeconds(digest.atMs),
      isQuiet: isQuiet(digest),
      sources: digest.sources.map(({ seen, silent, untold, kept, missed, ...source }) => ({
        ...source,
        seen:
          seen === undefined
            ? null
            : {
                from: isoSeconds(seen.fromMs),
                through: isoSeconds(seen.throughMs),
                events: seen.events,
                lateEvents: seen.lateEvents,
                newestEventAt: seen.newestEventMs === 0 ? null : isoSeconds(seen.newestEventMs),
              },
        silent: silent === undefined ? null : { since: isoSeconds(silent.sinceMs), ...silent.silence },
        missed: missedJson(missed),
        untold: untold === undefined ? null : { count: untold.count, since: isoSeconds(untold.sinceMs) },
        kept: kept === undefined ? null : keptJson(kept),
      })),
      alerts: digest.alerts.map((alert) => ({
        ...alertHead(alert),
        headline: headlineOf(alert),
        source: alert.source,
      })),
      moreAlerts: digest.moreAlerts,
      care: careLines(digest),
      moreCare: digest.moreCare,
    }),
  );

/** A digest as it travels by a topic. */
export const digestMessage = (digest: Digest): TopicWords => ({
  subject: digestSubject(digest),
  text: digestText(digest),
  json: digestJson(digest),
});
