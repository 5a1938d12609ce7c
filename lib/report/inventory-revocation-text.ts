import type { Inventory } from '../core/inventory/inventory.ts';
import { type Breaking, isRented, type Revocation } from '../core/inventory/revocation.ts';
import { callerText, placeAndCountry, targetsText } from './caller-words.ts';
import { paintOf } from './colours.ts';
import {
  calledPlainly,
  newTokenPlaceholder,
  type Place,
  type Step,
  startCommand,
  statusCommand,
  stepWith,
} from './commands.ts';
import { callerCells, fleetLines, type InventoryTextSettings } from './inventory-text.ts';
import { bullet, stepLines } from './labelled.ts';
import { rentedText } from './rotation-revoking-text.ts';
import { type Column, table } from './table.ts';
import { durationText, instantText, minuteText } from './times.ts';
import { counted, listed, numberText, principalText } from './words.ts';
import { wrapped } from './wrap.ts';

/** What breaks if a token is revoked: a verdict, what it rests on, and how to get to where nothing breaks. */

/** `place`: whence commands are to work. */
export type RevocationTextSettings = InventoryTextSettings & { readonly place: Place };

const nothing = '-';

const breakingColumns: readonly Column[] = [
  { title: 'From', least: 14 },
  { title: 'Rhythm' },
  { title: 'Uses', align: 'right', keep: true, spare: 2 },
  { title: 'Last', keep: true, spare: 3 },
  { title: 'Would notice', keep: true },
  { title: 'Touches', spare: 1 },
];

/** The verdict first, then what it rests on. */
export const revocationText = (
  revocation: Revocation,
  inventory: Inventory,
  { width, colour, place }: RevocationTextSettings,
): readonly string[] => {
  const paint = paintOf(colour);
  const rows = revocation.breaks.map(breakingRow);
  const gone = revocation.gone.map(
    (caller) => `${placeAndCountry(caller.network)}, last ${minuteText(caller.lastAtMs)}`,
  );
  return [
    ...wrapped(verdictText(revocation), width),
    '',
    ...wrapped(reasonText(revocation, inventory), width),
    ...(rows.length === 0 ? [] : ['', ...table(breakingColumns, rows, { width, heading: paint.dim })]),
    ...rentedLines(revocation, width),
    ...passingLines(revocation, width),
    ...(gone.length === 0
      ? []
      : [
          '',
          ...wrapped(
            `${revocation.verdict === 'already-deleted' ? 'Used it until then' : 'Ended before, as far as their rhythm tells'}: ${listed(gone)}.`,
            width,
          ),
        ]),
    ...tryingLines(revocation, width),
    ...fleetLines(revocation.token.callers).flatMap((text) => ['', ...wrapped(text, width)]),
    '',
    ...stepLines(nextSteps(revocation, place), width),
  ];
};

const breakingRow = ({ caller, notices }: Breaking): readonly string[] => [
  ...callerCells(caller),
  minuteText(caller.lastAtMs),
  notices === undefined ? 'cannot be told' : `${minuteText(notices.dueMs)} UTC`,
  targetsText(caller, 4) || nothing,
];

const verdictText = ({ verdict, token, breaks }: Revocation): string => {
  const subject = principalText(token);
  switch (verdict) {
    case 'already-deleted':
      return `ALREADY DELETED: ${subject}, on ${instantText(token.deletedAtMs ?? 0)}. Nothing is left to revoke.`;
    case 'safe':
      return `SAFE TO REVOKE NOW: ${subject}. Nobody is expected to notice.`;
    case 'breaks': {
      const first = breaks.find(({ notices }) => notices !== undefined)?.notices;
      const when = first === undefined ? '' : `; the first would notice about ${instantText(first.dueMs)}`;
      return `REVOKING BREAKS ${counted(breaks.length, 'CALLER', 'CALLERS')}: ${subject}${when}.`;
    }
    case 'cannot-tell':
      return `CANNOT TELL: ${subject}. No caller is known, and yet it cannot be called unused.`;
  }
};

const reasonText = ({ reason, lastUseMs }: Revocation, { observed, limits }: Inventory): string => {
  const span = `The log was read from ${instantText(observed.fromMs)} to ${instantText(observed.toMs)}.`;
  const last = lastUseMs === undefined ? '' : ` Last used: ${instantText(lastUseMs)}.`;
  switch (reason) {
    case 'deleted':
      return `The log says that it was deleted.${last} ${span}`;
    case 'never-used':
      return `It was never used, as the vendor says. ${span}`;
    case 'long-unused':
      return `It was not used for more than ${durationText(limits.unusedMs)}.${last} ${span}`;
    case 'callers':
      return `These used it and are expected to again.${last} ${span}`;
    case 'short-log':
      return `The log at hand is too short to show a weekly job.${last} ${span} Read more of it: --history-days.`;
    case 'used-unseen':
      return `The vendor counts uses that leave no line in the log, such as plain reads and previews.${last} ${span}`;
    case 'used-lately':
      return `It was used lately, but by nobody who is expected to come again.${last} ${span}`;
  }
};

/** Among those that break: a thief looks just so. */
const rentedLines = ({ breaks }: Revocation, width: number): readonly string[] => {
  const rented = breaks.map(({ caller }) => caller).filter(isRented);
  if (rented.length === 0) return [];
  return [
    '',
    ...wrapped('Look at these before you move them; a thief looks just so:', width),
    ...rented
      .slice(0, listedMax)
      .flatMap((caller) =>
        bullet(`${callerText(caller)}: ${rentedText(caller.network)}, ${counted(caller.uses, 'use')}`, width),
      ),
    ...moreLines(rented.length, width),
  ];
};

const passingLines = ({ passing }: Revocation, width: number): readonly string[] => {
  if (passing.length === 0) return [];
  return [
    '',
    ...wrapped(
      'Used it once, from where anybody can rent: if not yours, the token has leaked, and is to be revoked now, whatever breaks.',
      width,
    ),
    ...passing
      .slice(0, listedMax)
      .flatMap((caller) =>
        bullet(
          `${placeAndCountry(caller.network)}: ${rentedText(caller.network)}, ${counted(caller.events, 'event')}, ${minuteText(caller.lastAtMs)} UTC${caller.targets.length === 0 ? '' : `, on ${targetsText(caller, 2)}`}`,
          width,
        ),
      ),
    ...moreLines(passing.length, width),
  ];
};

const moreLines = (count: number, width: number): readonly string[] =>
  count > listedMax ? bullet(`and ${count - listedMax} more`, width) : [];
const listedMax = 8;

/** Refused each time, or after its end: nothing breaks for them, and somebody holds what they hold. */
const tryingLines = ({ trying, token }: Revocation, width: number): readonly string[] => {
  if (trying.length === 0) return [];
  const { deletedAtMs } = token;
  const head =
    deletedAtMs === undefined
      ? 'Refused every time, so that nothing breaks for them:'
      : 'Tries it all the same, after its deletion:';
  const lines = trying.slice(0, listedMax).map(({ network, events, refused, firstAtMs, lastAtMs }) => {
    const when = deletedAtMs !== undefined && firstAtMs > deletedAtMs ? ', never seen before that' : '';
    return `${placeAndCountry(network)}: ${refused === events ? 'all' : numberText(refused)} of ${counted(events, 'event')} refused, last ${minuteText(lastAtMs)} UTC${when}`;
  });
  const more = trying.length - listedMax;
  return [
    '',
    ...wrapped(head, width),
    ...[...lines, ...(more > 0 ? [`and ${more} more`] : [])].flatMap((text) => bullet(text, width)),
  ];
};

const nextSteps = ({ verdict, token, trying }: Revocation, place: Place): readonly Step[] => {
  if (verdict === 'safe') return ['Revoke it. A deleted token cannot be brought back; a new one can be made any time.'];
  if (verdict === 'already-deleted')
    return trying.length === 0
      ? ['Nothing is to be done: nobody tried it since.']
      : [
          'Find what still holds it and is yours, and give that another token.',
          'What is not yours got it from somewhere: investigate the token, and look what else lay there.',
        ];
  const old = calledPlainly(token.principal);
  const { source } = token;
  const status = statusCommand(place, { isBeforeRevoking: true, source });
  return [
    stepWith(
      `Make a new token, and watch who moves to it (its name in place of ${newTokenPlaceholder}):`,
      startCommand(place, { source, old, replacement: newTokenPlaceholder }),
      'Make a new token, and watch who moves to it: see tokenwatch rotation start --help.',
    ),
    {
      text:
        verdict === 'breaks'
          ? 'Move these callers to it, one by one, and see who is left:'
          : 'Ask whoever made it. While you wait, see who still uses it:',
      command: status,
    },
    'Revoke the old one when nobody is left. If it has leaked, revoke it now: what breaks is listed here.',
  ];
};
