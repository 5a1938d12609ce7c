import type { Cadence } from '../core/inventory/cadence.ts';
import type { Caller } from '../core/inventory/callers.ts';
import { scattered } from '../core/inventory/uses.ts';
import type { Network } from '../core/network.ts';
import { named } from './safe-text.ts';
import { durationText } from './times.ts';
import { countryText, listed, ownerName, prefixText } from './words.ts';

/** A caller has no name in the log, so it is called by its rhythm, by what it touches and by where it comes from. */

/** Tighter than this is a machine's schedule, which people call a job. */
const jobSpreadMinutes = 60;
/** From ten in the evening to six in the morning, UTC. */
const isNight = (minute: number): boolean => minute >= 22 * 60 || minute < 6 * 60;

type Described = Pick<Caller, 'cadence' | 'targets' | 'moreTargets' | 'network'>;

/** `nightly job on acme/prod from Example Cloud` */
export const callerText = (caller: Described): string => {
  const on = caller.targets.length === 0 ? '' : ` on ${targetsText(caller, 2)}`;
  return `${nounOf(caller.cadence)}${on} from ${placeText(caller.network)}`;
};

const nounOf = (cadence: Cadence): string => {
  switch (cadence.kind) {
    case 'hourly':
      return 'hourly job';
    case 'daily':
      if (cadence.spreadMinutes > jobSpreadMinutes) return 'daily use';
      return isNight(cadence.atMinute) ? 'nightly job' : 'daily job';
    case 'weekdays':
      return cadence.spreadMinutes > jobSpreadMinutes ? 'use on weekdays' : 'weekday job';
    case 'weekly':
      return 'weekly job';
    case 'irregular':
      return 'irregular use';
    case 'unknown':
      return 'rare use';
  }
};

/** `acme/prod, acme/dev and 3 more` */
export const targetsText = ({ targets, moreTargets }: Pick<Caller, 'targets' | 'moreTargets'>, max: number): string => {
  const shown = targets.slice(0, max).map((target) => named(target));
  const more = targets.length - shown.length + moreTargets;
  return listed(more === 0 ? shown : [...shown, `${more} more`]);
};

/** `Example Cloud`, else the address range. */
export const placeText = (network: Network): string => {
  if (network.address === 'none') return 'an unknown address';
  if (network.address === scattered) return 'many address ranges';
  return ownerName(network) ?? prefixText(network);
};

/** `Example Cloud, DE` */
export const placeAndCountry = (network: Network): string => {
  const country = countryText(network);
  return country === undefined ? placeText(network) : `${placeText(network)}, ${country}`;
};

/** Sunday first, as the core counts. */
const weekdays = ['Sundays', 'Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays'] as const;

/** `daily 02:17`, `hourly :07`, `every 3 days or so`. */
export const cadenceText = (cadence: Cadence): string => {
  switch (cadence.kind) {
    case 'hourly':
      return cadence.spreadMinutes > 20 ? 'every hour' : `hourly :${twoDigits(cadence.minute)}`;
    case 'daily':
      return `daily ${timeText(cadence)}`;
    case 'weekdays':
      return `weekdays ${timeText(cadence)}`;
    case 'weekly':
      return `${weekdays[cadence.weekday] ?? 'weekly'} ${timeText(cadence)}`;
    case 'irregular':
      return `every ${durationText(cadence.usualGapMs)} or so`;
    case 'unknown':
      return 'seen seldom';
  }
};

const timeText = ({ atMinute, spreadMinutes }: { atMinute: number; spreadMinutes: number }): string =>
  `${spreadMinutes > jobSpreadMinutes ? 'about ' : ''}${twoDigits(Math.floor(atMinute / 60))}:${twoDigits(atMinute % 60)}`;

const twoDigits = (value: number): string => String(value).padStart(2, '0');
