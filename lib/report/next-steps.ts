import { allowancesOf } from '../core/acknowledgement.ts';
import type { SensitiveKind } from '../core/action.ts';
import type { Alert } from '../core/alert.ts';
import { isOfFlood } from '../core/incident.ts';
import { areStrangers } from '../core/principal.ts';
import { ackCommand, anywhere, type Place, type Step } from './commands.ts';
import { floodSteps } from './flood-sentences.ts';
import { organizationOf } from './organization.ts';
import { rotationSteps } from './rotation-sentences.ts';
import { named } from './safe-text.ts';
import { healthSteps, ownUseSteps, unloggedSteps } from './survey-sentences.ts';
import { instantText } from './times.ts';
import { addressText, deeds, listed, principalText } from './words.ts';

/**
 * What to do next, in order, from what was found: ask, cut off, repair, look further. Where to click is said only as far
 * as the vendors document it (Pulumi: access tokens page; Scalr: access tokens report), as a wrong link costs minutes in
 * an incident. Which kind of token it is, the log does not say, so each kind gets its place.
 */

/** More targets or addresses than this are looked up in the log, not read in an alert. */
const namesMax = 3;

export type NextStepsSettings = {
  /** Whence commands are to work; a replay has no state that remembers an answer. */
  readonly place?: Place | 'nowhere';
};

export const nextSteps = (alert: Alert, { place = anywhere }: NextStepsSettings = {}): readonly Step[] => {
  const rotation = alert.findings.flatMap(({ evidence }) => (evidence.detector === 'rotation' ? [evidence] : []))[0];
  if (rotation !== undefined) return rotationSteps(rotation, { source: alert.source, place });
  const surveyed = surveySteps(alert);
  if (surveyed !== undefined) return surveyed;
  if (alert.findings.some(({ evidence }) => isOfFlood(evidence))) return floodSteps(alert);
  const about = areStrangers(alert.principal) ? aboutStrangers(alert) : aboutPrincipal(alert);
  return place === 'nowhere' ? about : [...about, ...ifOurs(alert, place)];
};

/** What came of the vendor's API, or is our own token: nobody's work is to be judged. */
const surveySteps = ({ findings, principal }: Alert): readonly string[] | undefined => {
  for (const { evidence } of findings) {
    if (evidence.detector === 'health') return healthSteps(evidence);
    if (evidence.detector !== 'token-life') continue;
    if (evidence.fact === 'own-token-used') return ownUseSteps(evidence);
    if (evidence.fact === 'use-not-logged') return unloggedSteps(principal.name);
  }
  return undefined;
};

/** The command that answers the alert, to be copied; none for facts, which no answer makes usual. */
const ifOurs = (alert: Alert, place: Place): readonly Step[] => {
  const command = allowancesOf(alert) === undefined ? undefined : ackCommand(place, alert.id);
  return command === undefined
    ? []
    : [{ text: 'If it was yours, say so; what it showed is then not told again for 30 days:', command }];
};

/** Nobody got in, so there is nobody to ask and nothing to revoke. */
const aboutStrangers = ({ networks }: Alert): readonly string[] => {
  const from = networks.slice(0, namesMax).map(addressText);
  return [
    'Look in the log whether any log-in from the same addresses succeeded: that account is the one to worry about.',
    `If this goes on, close the door: allow known addresses only, or block ${from.length === 0 ? 'these' : listed(from)}.`,
  ];
};

const aboutPrincipal = (alert: Alert): readonly string[] => [
  ...repairLog(alert),
  ...askOrTrace(alert),
  ...cutOff(alert),
  ...repair(alert),
  ...lookFurther(alert),
];

const kindsOf = ({ findings }: Alert): readonly SensitiveKind[] => {
  const kinds = findings.flatMap(({ evidence }) => {
    if (evidence.detector === 'sensitive-action') return [evidence.kind];
    return evidence.detector === 'usage-day' && evidence.of !== 'events' && evidence.of !== 'targets'
      ? [evidence.of]
      : [];
  });
  return [...new Set(kinds)];
};

/** Before all else: while the log is off, nothing further will be seen. */
const repairLog = (alert: Alert): readonly string[] =>
  kindsOf(alert).includes('log-pipeline')
    ? ['Check that the audit log and its export still run, and restore them: until then nothing further is seen.']
    : [];

/** When the token was deleted or expired, where it was used after that. */
const endedAtMs = ({ findings }: Alert): number | undefined =>
  findings.flatMap(({ evidence }) =>
    evidence.detector === 'token-life' &&
    (evidence.fact === 'used-after-deletion' || evidence.fact === 'used-after-expiry')
      ? [evidence.sinceMs]
      : [],
  )[0];

const askOrTrace = (alert: Alert): readonly string[] => {
  const subject = principalText(alert);
  const addresses = unfamiliarAddresses(alert);
  const from = addresses.length === 0 ? '' : ` from ${listed(addresses)}`;
  if (endedAtMs(alert) !== undefined) {
    return [
      `Find what still holds the ${subject}: a CI secret, a script or a laptop that was missed when it ended. If none of yours was active${from} on ${instantText(alert.lastEventAtMs)}, it has leaked.`,
    ];
  }
  const whom = alert.principal.kind === 'user' ? subject : `whoever owns the ${subject}`;
  return [`Ask ${whom}${peopleBehind(alert)} whether this was theirs${from} on ${instantText(alert.openedAtMs)}.`];
};

/** The people whom the log names behind a token. */
const peopleBehind = ({ principal, sampleEvents }: Alert): string => {
  const users = new Set(
    sampleEvents.flatMap(({ user }) => (user === undefined || user === principal.name ? [] : [user])),
  );
  return principal.kind === 'token' && users.size > 0
    ? ` (${listed([...users].slice(0, namesMax).map((user) => named(user)))})`
    : '';
};

/** Organizations as the vendors allow them to be named; anything else is not put into a link. */
const plainOrganization = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;

const cutOff = (alert: Alert): readonly string[] => {
  const { principal, source } = alert;
  const organization = organizationOf(source) ?? '';
  const inOrganization = plainOrganization.test(organization) ? ` of ${organization}` : '';
  const ended = endedAtMs(alert);
  if (ended !== undefined) return [afterItsEnd(alert, ended)];
  if (principal.provider === 'pulumi') return [pulumiCutOff(alert, inOrganization)];
  if (principal.provider === 'scalr') return [scalrCutOff(alert, organization)];
  return [`${unclaimed(alert)}, ${revoke(alert)} where it was issued.`];
};

const afterItsEnd = ({ sampleEvents }: Alert, ended: number): string => {
  const worked = sampleEvents.find(({ outcome, atMs }) => outcome === 'success' && atMs > ended);
  return worked === undefined
    ? 'Check in the log that its attempts are refused. If any succeeded, tell the vendor: an ended token must not work.'
    : `An attempt succeeded on ${instantText(worked.atMs)}: tell the vendor, as an ended token must not work, and look in the log for others that did.`;
};

const unclaimed = ({ principal }: Alert): string =>
  principal.kind === 'user' ? 'If it was not theirs' : 'If nobody claims it';

const revoke = ({ principal }: Alert): string =>
  principal.kind === 'token'
    ? 'revoke the token'
    : principal.kind === 'user'
      ? 'suspend the user and revoke their tokens'
      : 'revoke its tokens';

const personalTokens = 'https://app.pulumi.com/account/tokens';

/** Administrators see the tokens of organization and teams, never another member's personal ones (Pulumi's API and docs). */
const pulumiCutOff = (alert: Alert, inOrganization: string): string =>
  alert.principal.kind === 'user'
    ? `${unclaimed(alert)}, they delete their personal tokens at ${personalTokens} and secure their login; if they cannot be reached, remove them from the organization.`
    : `${unclaimed(alert)}, delete the token in Pulumi Cloud; that revokes it at once. Organization token: Settings > Access Management > Access Tokens${inOrganization}. Team token: the team's page, Access Tokens. Personal token: only its owner can, at ${personalTokens}; if they cannot be reached, remove them from the organization.`;

const scalrCutOff = (alert: Alert, account: string): string => {
  const where = plainOrganization.test(account) && !account.includes('_') ? ` (https://${account}.scalr.io)` : '';
  const kinds = alert.principal.kind === 'token' ? ': it belongs to a user, a service account or an agent pool' : '';
  return `${unclaimed(alert)}, ${revoke(alert)} in Scalr${where}${kinds}.`;
};

/** What undoes each kind of deed, or what to fear after it. */
const repairs: Readonly<Record<Exclude<SensitiveKind, 'log-pipeline'>, string>> = {
  credentials: 'Revoke every credential that it created or changed and that nobody asked for.',
  secrets: 'Rotate the secrets that it opened',
  state: 'Rotate the secrets held in the state that it read',
  'members-and-roles': 'Undo the members and roles that it added or raised.',
  'login-controls': 'Undo its changes to single sign-on, multi-factor and address rules.',
  'code-execution': 'Look at what the code it started did, and rotate the cloud credentials that it could reach.',
  destruction: 'Compare what it deleted with the last known state, and restore it before the next deployment.',
};

const repair = (alert: Alert): readonly string[] => {
  const kinds = kindsOf(alert).filter((kind) => kind !== 'log-pipeline');
  if (kinds.length === 0) {
    return isSeenActing(alert)
      ? ['If it was a stranger, rotate the secrets that it can reach, cloud credentials first.']
      : [];
  }
  return kinds.map((kind) => {
    const words = repairs[kind];
    return words.endsWith('.') ? words : `${words}${targetsText(alert)}.`;
  });
};

/** Refused attempts alone opened nothing. */
const isSeenActing = ({ findings, sampleEvents }: Alert): boolean =>
  findings.some(({ evidence }) => evidence.detector !== 'authentication-failures') &&
  (sampleEvents.length === 0 || sampleEvents.some(({ outcome }) => outcome === 'success'));

const targetsText = ({ findings }: Alert): string => {
  const targets = new Set(
    findings.flatMap(({ evidence }) =>
      evidence.detector === 'sensitive-action' && evidence.target !== undefined ? [evidence.target] : [],
    ),
  );
  return targets.size === 0
    ? ''
    : `, first those of ${listed([...targets].slice(0, namesMax).map((target) => named(target)))}`;
};

const unfamiliarAddresses = ({ findings }: Alert): readonly string[] =>
  findings.flatMap(({ evidence }) =>
    evidence.detector === 'unfamiliar-network' ? [addressText(evidence.network)] : [],
  );

const lookFurther = (alert: Alert): readonly string[] => {
  const addresses = unfamiliarAddresses(alert);
  if (addresses.length > 0)
    return [`Check what else came from ${listed(addresses)}: other tokens may have leaked with this one.`];
  const kinds = kindsOf(alert);
  if (kinds.length > 0)
    return [
      `Read on in the log from ${instantText(alert.lastEventAtMs)}: what followed after it ${kinds.map((kind) => deeds[kind]).join(' and ')}.`,
    ];
  const day = alert.findings.flatMap(({ evidence }) => (evidence.detector === 'usage-day' ? [evidence] : []))[0];
  if (day !== undefined)
    return [
      `List in the log all that it touched from midnight UTC to ${instantText(day.atMs)}: that is what may be lost.`,
    ];
  return [];
};
