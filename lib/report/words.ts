import type { SensitiveKind } from '../core/action.ts';
import type { Alert, Finding, Severity } from '../core/alert.ts';
import { isFactual } from '../core/incident.ts';
import type { Network, OwnerClass } from '../core/network.ts';
import type { PrincipalKind } from '../core/principal.ts';
import { isCrowd } from '../core/principal.ts';
import { named, shownText } from './safe-text.ts';

/** The small words that sentences share: numbers, odds, networks, kinds of principal. */

export const principalNouns: Readonly<Record<PrincipalKind, string>> = {
  token: 'token',
  user: 'user',
  'service-account': 'service account',
};

/** What a severity asks of the reader. */
export const severityWords: Readonly<Record<Severity, string>> = {
  low: 'Low: worth a look when there is time.',
  medium: 'Medium: worth a look today.',
  high: 'High: ask the owner now.',
  critical: 'Critical: act now.',
};

/** What was done, as the end of “it …”. */
export const deeds: Readonly<Record<SensitiveKind, string>> = {
  credentials: 'created or changed credentials',
  secrets: 'opened secrets',
  state: 'read stack state',
  'members-and-roles': 'changed members or roles',
  'login-controls': 'changed how people log in',
  'log-pipeline': 'changed the audit log or its export',
  'code-execution': 'made code run',
  destruction: 'deleted or destroyed something',
};

const ownerClassWords: Readonly<Record<OwnerClass, string | undefined>> = {
  residential: 'residential',
  business: 'business',
  cloud: 'cloud',
  hosting: 'hosting',
  ci: 'CI',
  vpn: 'VPN or Tor',
  private: 'private',
  unknown: undefined,
};

export const ownerClassText = (ownerClass: OwnerClass): string => ownerClassWords[ownerClass] ?? 'unknown kind';

/** Registered names are mostly below 40 columns; the longest only repeat a postal address. */
export const ownerColumnsMax = 60;

/** The longest text of an IPv6 address. */
const addressColumnsMax = 45;

export const addressText = ({ address }: Network): string => shownText(address, addressColumnsMax);

export const prefixText = ({ prefix }: Network): string => shownText(prefix, addressColumnsMax);

/** `Example Hosting`, or undefined where no table told. Registered by its owner, so no more trusted than a log. */
export const ownerName = ({ owner }: Network): string | undefined =>
  owner === undefined ? undefined : shownText(owner.name, ownerColumnsMax);

/** `Example Hosting (AS64500, hosting, NL)`; `198.51.100.0/24 (owner unknown)`; `10.0.0.0/24 (private)`. */
export const networkText = (network: Network): string => {
  const { owner, class: ownerClass } = network;
  const about = [
    owner === undefined ? (ownerClass === 'private' ? undefined : 'owner unknown') : `AS${owner.asn}`,
    ownerClassWords[ownerClass],
    countryText(network),
  ].filter((part) => part !== undefined);
  const name = ownerName(network) ?? prefixText(network);
  return about.length === 0 ? name : `${name} (${about.join(', ')})`;
};

export const countryText = ({ country }: Network): string | undefined =>
  country === undefined ? undefined : shownText(country, 2);

/** `1 event`, `1,200 events`. */
export const counted = (count: number, singular: string, plural = `${singular}s`): string =>
  `${numberText(count)} ${count === 1 ? singular : plural}`;

/** Whole numbers with thousands parted; others with the two digits that an estimate can bear. */
export const numberText = (value: number): string => {
  const rounded = Number.isInteger(value) || value >= 10 ? Math.round(value) : Number(value.toPrecision(2));
  return rounded.toLocaleString('en', { maximumFractionDigits: 4 });
};

/** `a`, `a and b`, `a, b and c`. */
export const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;

/** No record of anybody's behaviour is long enough to tell rarer things apart. */
const surpriseShownMax = 6.5;

/** Surprise 4.3 is `about 1 in 20,000`: ten to the power of it, with the two digits that an estimate can bear. */
export const oddsText = (surprise: number): string => {
  if (surprise > surpriseShownMax) return 'less than 1 in 3 million';
  const oneIn = Number((10 ** Math.max(0, surprise)).toPrecision(2));
  return `about 1 in ${Math.round(oneIn).toLocaleString('en')}`;
};

/** How sure, in words first. The steps are those of a reader: once in 30, once in a thousand, once in 30,000 sessions. */
export const surenessText = (surprise: number): string => {
  if (surprise < 0.5) return 'Not unusual for it by itself.';
  const word =
    surprise < 1.5
      ? 'Slightly unusual'
      : surprise < 3
        ? 'Unusual'
        : surprise < 4.5
          ? 'Very unusual'
          : 'Extremely unusual';
  return `${word} for it (${oddsText(surprise)}).`;
};

/** Use that cannot happen by ordinary means: to be told as it is, without odds. */
export const isFact = ({ evidence }: Finding): boolean => isFactual(evidence);

/** The finding that an alert is about: a fact before any likelihood, else the strongest. */
export const mainFinding = ({ findings }: Alert): Finding | undefined => findings.find(isFact) ?? findings[0];

/** `token ci-deploy` */
export const principalText = ({ principal }: Pick<Alert, 'principal'>): string => {
  const { kind, name, id } = principal;
  return isCrowd(principal) ? name : `${principalNouns[kind]} ${named(name.trim() === '' ? id : name)}`;
};
