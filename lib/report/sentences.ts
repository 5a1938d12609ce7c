import type { Alert, Evidence, Finding, NetworkLevel } from '../core/alert.ts';
import { isOfFlood } from '../core/incident.ts';
import { msPerDay, msPerHour } from '../core/time.ts';
import { floodHeadline, floodInPassing, floodNews, floodStory } from './flood-sentences.ts';
import { rotationInPassing, rotationNews, rotationStory } from './rotation-sentences.ts';
import { named, shownText } from './safe-text.ts';
import {
  healthHeadline,
  healthStory,
  ownUseNews,
  ownUseStory,
  unloggedNews,
  unloggedStory,
} from './survey-sentences.ts';
import { durationText, hoursText, instantText, spanText } from './times.ts';
import { expectedText, usageDayNews, usageDayStory, usageSpikeNews, usageSpikeStory } from './usage-sentences.ts';
import {
  addressText,
  counted,
  deeds,
  isFact,
  listed,
  mainFinding,
  networkText,
  ownerClassText,
  ownerColumnsMax,
  prefixText,
  principalNouns,
  principalText,
  surenessText,
} from './words.ts';

/**
 * Words from evidence, made once for every channel: what happened, what is usual, how sure. Detectors give numbers, and
 * every name in them may have been chosen by an attacker, so all pass through `named` or `shownText` on their way.
 */

export type SentenceContext = Pick<Alert, 'principal'> & {
  /** The reader's zone, as an IANA name; UTC is always said. */
  readonly zone?: string | undefined;
};

type Of<Detector extends Evidence['detector']> = Extract<Evidence, { detector: Detector }>;

/** `It was used from 203.0.113.9 (…), a network it has never used. … Very unusual for it (about 1 in 20,000).` */
export const sentenceOf = (finding: Finding, context: SentenceContext): string =>
  `${storyOf(finding.evidence, context)} ${isFact(finding) ? 'This is a fact, not a likelihood.' : surenessText(finding.surprise)}`;

const storyOf = (evidence: Evidence, context: SentenceContext): string => {
  switch (evidence.detector) {
    case 'unfamiliar-network':
      return unfamiliarNetwork(evidence);
    case 'odd-hours':
      return oddHours(evidence, context);
    case 'usage-spike':
      return isOfFlood(evidence)
        ? floodStory(evidence, context, context.zone)
        : usageSpikeStory(evidence, context.zone);
    case 'usage-day':
      return usageDayStory(evidence, context.zone);
    case 'sensitive-action':
      return sensitiveAction(evidence);
    case 'authentication-failures':
      return authenticationFailures(evidence, context);
    case 'token-life':
      return tokenLife(evidence, context);
    case 'simultaneous-networks':
      return simultaneousNetworks(evidence, context);
    case 'unfamiliar-target':
      return unfamiliarTarget(evidence);
    case 'rotation':
      return rotationStory(evidence, context.zone);
    case 'health':
      return healthStory(evidence, context.zone);
  }
};

/** What the principal had never used, at each level. */
const newness: Readonly<Record<NetworkLevel, string>> = {
  address: 'an address it has not used lately',
  prefix: 'an address range it has not used lately',
  owner: 'a network it has never used',
  class: 'a kind of network it has never used',
  country: 'a country it has never been used in',
};

/** How often such news comes, at each level. */
const newsWords: Readonly<Record<NetworkLevel, string>> = {
  address: 'a new address',
  prefix: 'a new address range',
  owner: 'a new network owner',
  class: 'a new kind of network',
  country: 'a new country',
};

/** Evidence names at most three; a longer list would be a mistake, and is not worth reading. */
const usualMax = 3;

/** The organization remembers the last four users of an address range, of whom the principal may be one. */
const othersKnown = 3;

const othersText = (others: number): string =>
  others >= othersKnown ? `${othersKnown} others or more` : counted(others, 'other', 'others');

const unfamiliarNetwork = ({
  network,
  newAt,
  daysActive,
  daysWithNew,
  usual,
  usualClass,
  othersOnPrefix,
}: Of<'unfamiliar-network'>): string => {
  const networks = usual.slice(0, usualMax).map((name) => shownText(name, ownerColumnsMax));
  const kind = usualClass === undefined || usualClass === 'unknown' ? '' : ` (${ownerClassText(usualClass)})`;
  const days = Math.round(daysActive);
  const daysNew = Math.min(days, Math.round(daysWithNew));
  return [
    `It was used from ${addressText(network)}, which belongs to ${networkText(network)}: ${newness[newAt]}.`,
    networks.length === 0 ? 'Nothing is known of where it is usually used.' : `Usual: ${listed(networks)}${kind}.`,
    days < 1
      ? ''
      : daysNew < 1
        ? `In about ${counted(days, 'active day')} there was not once ${newsWords[newAt]}.`
        : `There was ${newsWords[newAt]} on about ${daysNew} of ${counted(days, 'active day')}.`,
    othersOnPrefix === 0
      ? 'Nobody else in the organization was lately seen there.'
      : `${othersText(othersOnPrefix)} in the organization ${othersOnPrefix === 1 ? 'was' : 'were'} lately seen there too.`,
  ]
    .filter((part) => part !== '')
    .join(' ');
};

/** Where hours are looser than this, the check has little power (measured: it rises steeply from 0.6). */
const concentrationOfPower = 0.6;

/** In the principal's own time, which its rhythm tells and no zone could: `That is 4 hours before its day begins.` */
const ownTimeText = ({
  atMs,
  usualFromHour,
  usualToHour,
}: Pick<Of<'odd-hours'>, 'atMs' | 'usualFromHour' | 'usualToHour'>): string => {
  const hour = (atMs % msPerDay) / msPerHour;
  const dayHours = hoursAfter(usualFromHour, usualToHour);
  const sinceStart = hoursAfter(usualFromHour, hour);
  if (sinceStart <= dayHours) return '';
  const before = Math.round(24 - sinceStart);
  const after = Math.round(sinceStart - dayHours);
  if (Math.min(before, after) === 0) return '';
  return before <= after
    ? `That is ${counted(before, 'hour')} before its day begins.`
    : `That is ${counted(after, 'hour')} after its day ends.`;
};

/** From one hour of the day forward to the other, around midnight. */
const hoursAfter = (from: number, to: number): number => (to - from + 24) % 24;

const oddHours = (
  { atMs, density, sessions, usualFromHour, usualToHour, concentration, isOffSchedule }: Of<'odd-hours'>,
  { zone }: SentenceContext,
): string => {
  const unit = isOffSchedule === true ? 'minute' : 'hour';
  const quieter = Math.round(1 / Math.max(density, 0.001));
  const manner =
    quieter < 2
      ? `${unit === 'hour' ? 'an hour' : 'a minute'} no busier than others`
      : quieter >= 1_000
        ? `${unit === 'hour' ? 'an hour' : 'a minute'} at which it is practically never active`
        : `${unit === 'hour' ? 'an hour' : 'a minute'} ${counted(quieter, 'time')} quieter than its average ${unit}`;
  const hours =
    usualFromHour === usualToHour
      ? 'Its sessions start around the clock'
      : `Nine in ten of its sessions start from ${hoursText({ fromHour: usualFromHour, toHour: usualToHour, onMs: atMs }, zone)}`;
  return [
    `It was active on ${instantText(atMs, zone)}, ${manner}.`,
    `${hours}, as learned from about ${counted(Math.round(sessions), 'session')}.`,
    isOffSchedule === true
      ? 'It runs on a schedule, at the same minutes of the hour; this is none of them.'
      : concentration < concentrationOfPower
        ? 'It keeps loose hours, so this sign is weak by itself.'
        : ownTimeText({ atMs, usualFromHour, usualToHour }),
  ]
    .filter((part) => part !== '')
    .join(' ');
};

/** After so many sessions one of them counts for less than a half (`sensitive-action.ts`), and may have been the only one. */
const sessionsRemembered = 180;

const sensitiveAction = ({
  kind,
  action,
  target,
  sessions,
  sessionsWithKind,
  isTampering,
}: Of<'sensitive-action'>): string => {
  const where = target === undefined ? '' : ` on ${named(target)}`;
  const learned = Math.round(sessions);
  const before = Math.round(sessionsWithKind);
  const usual =
    learned < 1
      ? 'Nothing is known of what it usually does.'
      : before < 1
        ? learned === 1
          ? 'It did not do so in its one session before.'
          : `It did not once do so in about its last ${Math.min(learned, sessionsRemembered)} sessions.`
        : `It did so in about ${before} of ${counted(learned, 'session')} before.`;
  const told = isTampering ? ' It may blind whoever reads this log, so it is always told.' : '';
  return `It ${deeds[kind]}: ${named(action)}${where}. ${usual}${told}`;
};

const authenticationFailures = (
  { failures, expected, firstAtMs, lastAtMs, gotInAtMs }: Of<'authentication-failures'>,
  { zone }: SentenceContext,
): string => {
  const when =
    failures === 1
      ? `on ${instantText(lastAtMs, zone)}`
      : `within ${durationText(Math.max(0, lastAtMs - firstAtMs))}, ${spanText({ fromMs: firstAtMs, toMs: lastAtMs }, zone)}`;
  const after =
    gotInAtMs === undefined ? '' : ` Then a log-in from the same network got in, on ${instantText(gotInAtMs, zone)}.`;
  return `${counted(failures, 'attempt')} ${failures === 1 ? 'was' : 'were'} refused ${when}.${after} Usual: ${expectedText(expected)}.`;
};

const tokenLife = ({ fact, sinceMs, atMs }: Of<'token-life'>, { principal, zone }: SentenceContext): string => {
  const noun = principalNouns[principal.kind];
  const later = durationText(Math.max(0, atMs - sinceMs));
  switch (fact) {
    case 'used-after-deletion':
      return `The ${noun} was deleted on ${instantText(sinceMs, zone)} and used ${later} later, on ${instantText(atMs, zone)}: somebody still holds it.`;
    case 'used-after-expiry':
      return `The ${noun} expired on ${instantText(sinceMs, zone)} and was used ${later} later, on ${instantText(atMs, zone)}: somebody still holds it.`;
    case 'dormant-woke':
      return `The ${noun} had slept for ${later}, since ${instantText(sinceMs, zone)}, and was used again on ${instantText(atMs, zone)}.`;
    case 'own-token-used':
      return ownUseStory({ sinceMs, atMs }, zone);
    case 'use-not-logged':
      return unloggedStory({ sinceMs, atMs }, principal, zone);
  }
};

const simultaneousNetworks = (
  { atMs, network, besideOwner, besideCountry, apartMs, sessions, sessionsPaired }: Of<'simultaneous-networks'>,
  { zone }: SentenceContext,
): string => {
  const country = besideCountry === undefined ? '' : `, ${shownText(besideCountry, 2)}`;
  const before = Math.round(sessionsPaired);
  const usual = before < 1 ? `It did not once do so in about` : `It did so in about ${before} of`;
  return `It went back and forth between two networks: ${addressText(network)} (${networkText(network)}) on ${instantText(atMs, zone)}, and ${shownText(besideOwner, ownerColumnsMax)}${country} ${durationText(apartMs)} before. ${usual} ${counted(Math.round(sessions), 'session')}.`;
};

const unfamiliarTarget = ({
  target,
  action,
  targetsKnown,
  sessions,
  sessionsWithNew,
}: Of<'unfamiliar-target'>): string => {
  const before = Math.round(sessionsWithNew);
  const usual =
    before < 1
      ? `Nothing was new to it in about ${counted(Math.round(sessions), 'session')}`
      : `Something was new to it in about ${before} of ${counted(Math.round(sessions), 'session')}`;
  return `It touched ${named(target)}, which it did not touch lately: ${named(action)}. ${usual}; it works on ${counted(targetsKnown, 'target')}.`;
};

/** One line that says what it is about: `Token ci-deploy was used from a network it has never used: Example Hosting (…)`. */
export const headlineOf = (alert: Alert): string => {
  const subject = sentenceCase(principalText(alert));
  const main = mainFinding(alert);
  if (main === undefined) return `${subject} behaved unlike itself`;
  if (main.evidence.detector === 'health') return healthHeadline(main.evidence);
  const others = alert.findings.filter((finding) => finding !== main).map(({ evidence }) => inPassing(evidence));
  const news = isOfFlood(main.evidence) ? floodHeadline(main.evidence, alert) : `${subject} ${newsOf(main.evidence)}`;
  return `${news}${others.length === 0 ? '' : `; also ${listed(others)}`}`;
};

const newsOf = (evidence: Evidence): string => {
  switch (evidence.detector) {
    case 'unfamiliar-network': {
      const { network, newAt } = evidence;
      const owned = network.owner !== undefined;
      const where =
        newAt === 'address'
          ? `${addressText(network)}, `
          : newAt === 'prefix' && owned
            ? `${prefixText(network)}, `
            : '';
      return `was used from ${newness[newAt]}: ${where}${networkText(network)}`;
    }
    case 'odd-hours':
      return `was active at an odd hour: ${instantText(evidence.atMs)}`;
    case 'usage-spike':
      return isOfFlood(evidence) ? floodNews(evidence) : usageSpikeNews(evidence);
    case 'usage-day':
      return usageDayNews(evidence);
    case 'sensitive-action': {
      const { sessions, sessionsWithKind, target } = evidence;
      const usual = sessions < 1 ? '' : `, which it ${sessionsWithKind < 0.5 ? 'did not do lately' : 'seldom does'}`;
      return `${deeds[evidence.kind]}${usual}: ${named(evidence.action)}${target === undefined ? '' : ` on ${named(target)}`}`;
    }
    case 'authentication-failures':
      return `had ${counted(evidence.failures, 'attempt')} refused${evidence.gotInAtMs === undefined ? '' : ', then got in'}`;
    case 'token-life':
      return tokenNews(evidence);
    case 'simultaneous-networks':
      return `was used from two networks at once: ${networkText(evidence.network)} and ${shownText(evidence.besideOwner, ownerColumnsMax)}`;
    case 'unfamiliar-target':
      return `touched ${named(evidence.target)}, which it did not touch lately: ${named(evidence.action)}`;
    case 'rotation':
      return rotationNews(evidence);
    case 'health':
      return healthHeadline(evidence);
  }
};

const tokenNews = ({ fact, sinceMs, atMs }: Of<'token-life'>): string => {
  const later = durationText(Math.max(0, atMs - sinceMs));
  switch (fact) {
    case 'used-after-deletion':
      return `was used ${later} after it was deleted`;
    case 'used-after-expiry':
      return `was used ${later} after it expired`;
    case 'dormant-woke':
      return `was used again after ${later} of sleep`;
    case 'own-token-used':
      return ownUseNews;
    case 'use-not-logged':
      return unloggedNews({ sinceMs, atMs });
  }
};

const tokenInPassing: Readonly<Record<Of<'token-life'>['fact'], string>> = {
  'used-after-deletion': 'after its end',
  'used-after-expiry': 'after its end',
  'dormant-woke': 'after a long sleep',
  'own-token-used': "being tokenwatch's own",
  'use-not-logged': 'without a line in the log',
};

/** The same news as one among others. */
const inPassing = (evidence: Evidence): string => {
  switch (evidence.detector) {
    case 'unfamiliar-network':
      return 'from an unfamiliar network';
    case 'odd-hours':
      return 'at an odd hour';
    case 'usage-spike':
      return isOfFlood(evidence) ? floodInPassing : 'far more than usual';
    case 'usage-day':
      return 'far more in a day than usual';
    case 'sensitive-action':
      return `having ${deeds[evidence.kind]}`;
    case 'authentication-failures':
      return evidence.gotInAtMs === undefined ? 'after refused attempts' : 'getting in after refused attempts';
    case 'token-life':
      return tokenInPassing[evidence.fact];
    case 'simultaneous-networks':
      return 'from two networks at once';
    case 'unfamiliar-target':
      return 'on something it did not touch lately';
    case 'rotation':
      return rotationInPassing;
    case 'health':
      return 'while the monitor sees less than it should';
  }
};

const sentenceCase = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
