import type { Alert, Evidence } from '../core/alert.ts';
import { areStrangers } from '../core/principal.ts';
import { instantText } from './times.ts';
import { addressText, counted, listed, numberText } from './words.ts';

/** The words of a flood: more tokens and users that nobody knew than one hour can explain. */

type Flood = Pick<Extract<Evidence, { detector: 'usage-spike' }>, 'atMs' | 'count' | 'rarelyAbove'>;
type Whose = Pick<Alert, 'principal'>;

/** An estimate, 5 % off, is not to look better than it is. */
const aboutText = (count: number, singular: string): string =>
  `About ${counted(Number(count.toPrecision(2)), singular)}`;

/** `About 50,000 tokens and users that were never seen before were used within one hour` */
export const floodHeadline = ({ count }: Flood, { principal }: Whose): string =>
  areStrangers(principal)
    ? `${aboutText(count, 'user')} that never logged in were tried within one hour`
    : `${aboutText(count, 'token')} and users that were never seen before were used within one hour`;

export const floodStory = (flood: Flood, whose: Whose, zone: string | undefined): string =>
  `${floodHeadline(flood, whose)}, up to ${instantText(flood.atMs, zone)}. Usual: 0 to ${numberText(flood.rarelyAbove)}.${areStrangers(whose.principal) ? '' : fewKnown}`;

const fewKnown =
  ' The first 1,000 of each hour are watched singly; the others are told here together, until they come back in another hour.';

export const floodNews = ({ count }: Flood): string =>
  `were ${numberText(Number(count.toPrecision(2)))} within one hour`;

export const floodInPassing = 'in a flood of names never seen before';

const addressesMax = 3;

/** Nobody is to be asked: either somebody makes tokens, or the log is being filled to hide something in it. */
export const floodSteps = ({ networks, principal }: Pick<Alert, 'networks' | 'principal'>): readonly string[] => {
  const from = networks.slice(0, addressesMax).map(addressText);
  const addresses = from.length === 0 ? 'these addresses' : listed(from);
  return [
    areStrangers(principal)
      ? 'Look in the log whether any log-in from the same addresses succeeded: that account is the one to worry about.'
      : 'Find out who makes them: look in the log who created tokens or users just before, and stop that one. A rollout of your own would explain it.',
    'The log may be flooded to hide something in it: read what your own tokens and users did in that hour, log-ins, secrets and new tokens first.',
    `If it goes on, close the door: allow known addresses only, or block ${addresses}.`,
  ];
};
