import { type Acknowledgement, type Allowance, isInForce } from '../core/acknowledgement.ts';
import type { Alert } from '../core/alert.ts';
import { isoSeconds } from '../core/time.ts';
import { terminalSafe } from './alert-json.ts';
import { named, shownText } from './safe-text.ts';
import { type Column, table } from './table.ts';
import { clockText, dayText, instantText } from './times.ts';
import { counted, deeds, listed, numberText, ownerColumnsMax } from './words.ts';

/** What an acknowledgement allows, in words, so that whoever gives it sees how far it goes. */

export const allowanceText = (allowance: Allowance): string => {
  switch (allowance.allows) {
    case 'network':
      return `the network of ${shownText(allowance.label, ownerColumnsMax)}`;
    case 'hour': {
      const hour = Math.floor(allowance.minuteOfDay / 60);
      return `being active around ${String(hour).padStart(2, '0')}:${String(allowance.minuteOfDay % 60).padStart(2, '0')} UTC`;
    }
    case 'volume':
      return `up to ${numberText(Math.floor(allowance.count * 1.5))} events in ${counted(allowance.windowHours, 'hour')}`;
    case 'day':
      return `up to ${numberText(Math.floor(allowance.count * 1.5))} a day (${allowance.of})`;
    case 'failures':
      return `up to ${numberText(Math.floor(allowance.count * 1.5))} refused attempts`;
    case 'action':
      return `that it ${deeds[allowance.kind]}${allowance.target === undefined ? '' : ` on ${named(allowance.target)}`}`;
    case 'target':
      return `touching ${named(allowance.target)}`;
    case 'waking':
      return 'waking after a long sleep';
  }
};

/** Two findings of one alert may ask for the same. */
const allowanceTexts = (allowances: readonly Allowance[]): readonly string[] => [
  ...new Set(allowances.map(allowanceText)),
];

export const acknowledgedText = ({ principalName, allowances, by, untilMs }: Acknowledgement): string =>
  `Recorded for ${named(principalName)} until ${instantText(untilMs)}, by ${named(by)}: ${listed(allowanceTexts(allowances))}. Anything else is still told.`;

/** `Acknowledged by anna until 5 Apr 2026 00:00 UTC: moving house` */
export const acknowledgedLine = (said: NonNullable<Alert['acknowledged']>[number]): string =>
  `Partly acknowledged by ${named(said.by)} on ${instantText(said.atMs)} until ${instantText(said.untilMs)}${said.note === undefined ? '' : `: ${shownText(said.note, noteColumnsMax)}`}.`;

export const noteColumnsMax = 200;

const columns: readonly Column[] = [
  { title: 'Alert', keep: true },
  { title: 'For' },
  { title: 'By', spare: 2 },
  { title: 'Until', keep: true },
  { title: 'State', keep: true },
  { title: 'Allows', spare: 1 },
];

export const acknowledgementTable = (
  acknowledgements: readonly Acknowledgement[],
  { width, nowMs }: { readonly width: number; readonly nowMs: number },
): readonly string[] =>
  table(
    columns,
    acknowledgements.map((each) => [
      shownText(each.alertId, 40),
      shownText(each.principalName, 40),
      shownText(each.by, 40),
      `${dayText(each.untilMs)} ${clockText(each.untilMs, { withDay: false, toMinute: true })}`,
      each.withdrawnAtMs !== undefined ? 'withdrawn' : isInForce(each, nowMs) ? 'in force' : 'ended',
      allowanceTexts(each.allowances).join('; '),
    ]),
    { width },
  );

export const acknowledgementJson = (each: Acknowledgement): string =>
  terminalSafe(
    JSON.stringify({
      alert: each.alertId,
      principal: each.principalName,
      by: each.by,
      note: each.note ?? null,
      at: isoSeconds(each.atMs),
      until: isoSeconds(each.untilMs),
      withdrawnAt: each.withdrawnAtMs === undefined ? null : isoSeconds(each.withdrawnAtMs),
      allows: each.allowances,
    }),
  );
