import { type Allowance, allowedMsMax } from '../core/allowance.ts';
import { shownText } from './safe-text.ts';
import { dayText } from './times.ts';
import { counted, listed } from './words.ts';

/** Which networks are allowed and until when, and which allowances deserve a second look. */

/** `2 networks are allowed; the first allowance ends after 2026-12-31.` Blank where there are none. */
export const allowanceSentence = (allowances: readonly Allowance[], nowMs: number): string => {
  const current = allowances.filter(({ untilMs }) => untilMs > nowMs);
  const expired = allowances.length - current.length;
  const firstMs = Math.min(...current.map(({ untilMs }) => untilMs));
  return [
    current.length === 0
      ? ''
      : `${counted(current.length, 'network is', 'networks are')} allowed; the ${current.length === 1 ? '' : 'first '}allowance ends after ${lastDayText(firstMs)}.`,
    expired === 0
      ? ''
      : `${counted(expired, 'allowance has', 'allowances have')} expired and ${expired === 1 ? 'counts' : 'count'} no longer.`,
  ]
    .filter((text) => text !== '')
    .join(' ');
};

export type AllowanceTrouble = { readonly detail: string; readonly fix: string };

/** What is written but does nothing, or does it for too long. */
export const allowanceTroubles = (
  allowances: readonly Allowance[],
  { nowMs, hasOwners }: { readonly nowMs: number; readonly hasOwners: boolean },
): readonly AllowanceTrouble[] => {
  const expired = allowances.filter(({ untilMs }) => untilMs <= nowMs);
  const distant = allowances.filter(({ untilMs }) => untilMs > nowMs + allowedMsMax);
  const ownerless = allowances.filter(({ network, untilMs }) => network.kind === 'owner' && untilMs > nowMs);
  return [
    ...trouble(expired, (names) => ({
      detail: `No longer allowed: ${names}.`,
      fix: 'Remove what is over; where a network is still in use, give it another day.',
    })),
    ...trouble(distant, (names) => ({
      detail: `Allowed for more than a year: ${names}.`,
      fix: 'Write a day within a year, so that somebody looks at it again.',
    })),
    ...trouble(hasOwners ? [] : ownerless, (names) => ({
      detail: `Cannot be recognized without an ownership table: ${names}.`,
      fix: 'Make the table with "npm run build" or name MMDB files; or allow address ranges.',
    })),
  ];
};

/** Shown of one kind of trouble; the settings have them all. */
const namesMax = 5;

const trouble = (
  allowances: readonly Allowance[],
  words: (names: string) => AllowanceTrouble,
): readonly AllowanceTrouble[] => {
  if (allowances.length === 0) return [];
  const shown = allowances.slice(0, namesMax).map(allowanceText);
  const unshown = allowances.length - shown.length;
  return [words(listed(unshown === 0 ? shown : [...shown, `${unshown} more`]))];
};

/** Notes are sentences, and an engineer's own; cut, they are still recognized. */
const noteColumnsMax = 60;

/** `198.51.100.0/24 (office move, through 2026-12-31)` */
const allowanceText = ({ network, untilMs, note }: Allowance): string => {
  const name = network.kind === 'owner' ? `AS${network.asn}` : network.text;
  return `${name} (${shownText(note, noteColumnsMax)}, through ${lastDayText(untilMs)})`;
};

/** As it is written in the settings. */
const lastDayText = (untilMs: number): string => dayText(untilMs - 1);
