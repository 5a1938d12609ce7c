import type { Alert } from '../../core/alert.ts';
import { dayOf } from '../../core/time.ts';
import { acknowledgedLine } from '../acknowledgement-text.ts';
import type { Readers } from '../alert-message.ts';
import { howSure, whenText, whoText } from '../alert-text.ts';
import { stepText } from '../commands.ts';
import { nextSteps } from '../next-steps.ts';
import { shownText } from '../safe-text.ts';
import { headlineOf, sentenceOf } from '../sentences.ts';
import { clockText } from '../times.ts';
import { addressText, counted, networkText } from '../words.ts';
import { context, type Link, labelled, lines, links, type SlackMessage, slackMessageOf } from './message.ts';

/**
 * An alert as a Slack message, in the order of the questions asked at night: what, why, where, what do I do now. Commands
 * stand on lines of their own, so that one line is what is copied.
 */

export const slackMessage = (alert: Alert, { zone, ...place }: Readers = {}): SlackMessage =>
  slackMessageOf(`${alert.severity.toUpperCase()}: ${headlineOf(alert)}`, [
    lines([whenText(alert, zone), whoText(alert), howSure(alert)]),
    labelled(
      'Why',
      alert.findings.map((finding) => `• ${sentenceOf(finding, { ...alert, zone })}`),
    ),
    labelled('Said', (alert.acknowledged ?? []).map(acknowledgedLine)),
    labelled(
      'Where',
      alert.networks.map((network) => `• ${addressText(network)}: ${networkText(network)}`),
    ),
    labelled('Events', eventLines(alert)),
    labelled(
      'Next',
      nextSteps(alert, place).map((step, at) => `${at + 1}. ${stepText(step)}`),
    ),
    links(linksFor(alert)),
    context([`Alert ${shownText(alert.id, idColumnsMax)}`, `Log ${shownText(alert.source, idColumnsMax)}`]),
  ]);

const idColumnsMax = 120;
const cellColumnsMax = 120;

/** `02:13:07 UTC stack-exported on acme/prod from 203.0.113.9` */
const eventLines = ({ sampleEvents, eventCount, firstEventAtMs, lastEventAtMs }: Alert): readonly string[] => {
  if (sampleEvents.length === 0) return [];
  const withDay = dayOf(firstEventAtMs) !== dayOf(lastEventAtMs);
  const unseen = eventCount - sampleEvents.length;
  return [
    ...sampleEvents.map(({ atMs, action, target, ip, outcome }) =>
      [
        `• ${clockText(atMs, { withDay })} UTC ${shownText(action, cellColumnsMax)}`,
        target === undefined ? '' : ` on ${shownText(target, cellColumnsMax)}`,
        ip === undefined ? '' : ` from ${shownText(ip, cellColumnsMax)}`,
        outcome === 'success' ? '' : ', refused',
      ].join(''),
    ),
    ...(unseen > 0 ? [`and ${counted(unseen, 'more', 'more')} in the log`] : []),
  ];
};

/** Organizations as the vendors allow them to be named; anything else is not put into a link. */
const plainOrganization = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
const plainHost = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** Pages that the vendors document; the steps say where to click there. */
const linksFor = ({ principal, source }: Alert): readonly Link[] => {
  const organization = source.slice(source.indexOf(':') + 1);
  if (principal.provider === 'pulumi' && plainOrganization.test(organization))
    return [
      { label: `${organization} in Pulumi Cloud`, url: `https://app.pulumi.com/${organization}` },
      { label: 'Your own Pulumi tokens', url: 'https://app.pulumi.com/account/tokens' },
    ];
  if (principal.provider === 'scalr' && plainHost.test(organization))
    return [{ label: `${organization} in Scalr`, url: `https://${organization}.scalr.io` }];
  return [];
};
