import { type Caller, isActive, nextUseOf } from '../core/inventory/callers.ts';
import { type Hygiene, lastUseOf } from '../core/inventory/hygiene.ts';
import type { Inventory, TokenRecord } from '../core/inventory/inventory.ts';
import type { Breaking, Revocation } from '../core/inventory/revocation.ts';
import { cadenceText, placeAndCountry, targetsText } from './caller-words.ts';
import { paintOf } from './colours.ts';
import { named, shownText } from './safe-text.ts';
import { type Column, table } from './table.ts';
import { dayText, durationText, instantText, minuteText } from './times.ts';
import { counted, listed, numberText, principalText } from './words.ts';
import { wrapped } from './wrap.ts';

/** Inventory for a terminal: all tokens as a table, who uses them, and what to mend; or what breaks if one is revoked. */

export type InventoryTextSettings = { readonly width: number; readonly colour: boolean };

const nothing = '-';
/** Pulumi allows 40 characters. */
const nameColumnsMax = 40;
const dayCell = (atMs: number | undefined): string => (atMs === undefined ? nothing : dayText(atMs));

export const inventoryText = (inventory: Inventory, settings: InventoryTextSettings): readonly string[] => {
  const { width, colour } = settings;
  const paint = paintOf(colour);
  const words = (text: string): readonly string[] => wrapped(text, width);
  const callers = table(callerColumns, callerRows(inventory), { width, heading: paint.dim });
  const mends = mendLines(inventory);
  return [
    ...words(headText(inventory)),
    '',
    ...table(
      tokenColumns,
      inventory.tokens.map((token) => tokenRow(token)),
      { width, heading: paint.dim },
    ),
    ...(callers.length === 0 ? [] : ['', ...words('Who uses them, and when each is due again (UTC):'), '', ...callers]),
    ...(mends.length === 0 ? [] : ['', ...words('To mend:'), ...mends.flatMap((text) => bullet(text, width))]),
    ...gapLines(inventory).flatMap((text) => ['', ...words(text)]),
  ];
};

const bullet = (text: string, width: number): readonly string[] =>
  wrapped(text, width - 4).map((line, at) => `${at === 0 ? '  - ' : '    '}${line}`);

const headText = ({ tokens, listing, observed }: Inventory): string => {
  const unlisted = tokens.filter((token) => token.listed === undefined).length;
  const sources =
    listing === undefined
      ? 'as the log shows them'
      : `${tokens.length - unlisted} listed by the vendor, ${unlisted} seen only in the log`;
  return `${counted(tokens.length, 'token')}: ${sources}. Log read from ${instantText(observed.fromMs)} to ${instantText(observed.toMs)}.`;
};

const tokenColumns: readonly Column[] = [
  { title: 'Token', least: 24 },
  { title: 'Kind', keep: true, spare: 5 },
  { title: 'Owner', spare: 2 },
  { title: 'Rights', spare: 3 },
  { title: 'Created', keep: true, spare: 1 },
  { title: 'Expires', keep: true },
  { title: 'Last used', keep: true },
  { title: 'Callers', align: 'right', keep: true, spare: 4 },
  { title: 'To mend', align: 'right', keep: true },
];

const tokenRow = (token: TokenRecord): readonly string[] => {
  const { principal, listed: known, use, callers, hygiene } = token;
  return [
    shownText(principal.name.trim() === '' ? principal.id : principal.name, nameColumnsMax),
    kindText(token),
    shownText((known === undefined ? use?.users[0] : known.owner) ?? nothing, nameColumnsMax),
    known === undefined ? nothing : known.isAdmin ? 'admin' : shownText(known.role ?? 'member', nameColumnsMax),
    dayCell(known?.createdAtMs),
    known !== undefined && known.expiresAtMs === undefined ? 'never' : dayCell(known?.expiresAtMs),
    dayCell(lastUseOf(token)),
    numberText(callers.length),
    hygiene.length === 0 ? nothing : numberText(hygiene.length),
  ];
};

/** In a column of our own words, where no token's name can pass for the mark. */
const kindText = ({ principal, listed: known }: TokenRecord): string => {
  if (known === undefined) return principal.kind === 'token' ? 'unlisted' : 'service account';
  return known.isOwn === true ? `${known.kind}, ours` : known.kind;
};

/** In the order in which they are worth mending. */
const findings: readonly Hygiene['finding'][] = [
  'owner-gone',
  'unused',
  'expired',
  'over-privileged',
  'shared',
  'never-expires',
  'old',
  'last-use-differs',
];

const callerColumns: readonly Column[] = [
  { title: 'Token', least: 16 },
  { title: 'From', least: 14 },
  { title: 'Rhythm' },
  { title: 'Uses', align: 'right', keep: true, spare: 2 },
  { title: 'Last', keep: true, spare: 3 },
  { title: 'Due', keep: true },
  { title: 'Touches', spare: 1 },
];

const callerRows = ({ tokens, nowMs }: Inventory): readonly (readonly string[])[] =>
  tokens.flatMap(({ principal, callers }) => {
    const regular = callers.filter(
      ({ cadence }, at) => cadence.kind !== 'unknown' || (at === 0 && callers.length === 1),
    );
    const rows = [
      ...regular.map((caller) => [
        ...callerCells(caller),
        minuteText(caller.lastAtMs),
        dueText(caller, nowMs),
        targetsText(caller, 3) || nothing,
      ]),
      ...seldomRow(callers.filter((caller) => !regular.includes(caller))),
    ];
    return rows.map((row, at) => [at === 0 ? shownText(principal.name, nameColumnsMax) : '', ...row]);
  });

/** Places where somebody was once or twice, in one line. */
const seldomRow = (callers: readonly Caller[]): readonly (readonly string[])[] => {
  if (callers.length === 0) return [];
  const uses = callers.reduce((sum, caller) => sum + caller.uses, 0);
  const lastMs = Math.max(...callers.map(({ lastAtMs }) => lastAtMs));
  return [
    [counted(callers.length, 'other place'), 'seen seldom', numberText(uses), minuteText(lastMs), 'any time', nothing],
  ];
};

const callerCells = (caller: Caller): readonly string[] => [
  placeAndCountry(caller.network),
  cadenceText(caller.cadence),
  numberText(caller.uses),
];

const dueText = (caller: Caller, nowMs: number): string => {
  if (!isActive(caller, nowMs)) return 'ended';
  const next = nextUseOf(caller, nowMs);
  return next === undefined || next.dueMs <= nowMs ? 'any time' : minuteText(next.dueMs);
};

/** One sentence for each kind of finding, with the tokens it is about. */
const mendLines = ({ tokens, limits }: Inventory): readonly string[] =>
  findings.flatMap((finding) => {
    const about = tokens.flatMap((token) =>
      token.hygiene.filter((each) => each.finding === finding).map((each) => ({ token, detail: detailOf(each) })),
    );
    if (about.length === 0) return [];
    const names = about.map(
      ({ token, detail }) => `${named(token.principal.name)}${detail === '' ? '' : ` (${detail})`}`,
    );
    return [`${headOf(finding, limits)}: ${listed(names)}.`];
  });

const headOf = (finding: Hygiene['finding'], { rotationMs, unusedMs }: Inventory['limits']): string => {
  switch (finding) {
    case 'never-expires':
      return 'Never expires; give it an end when it is next replaced';
    case 'expired':
      return 'Expired and still listed; delete it';
    case 'unused':
      return `Not used for more than ${durationText(unusedMs)}; ask its owner, then delete it`;
    case 'old':
      return `Older than ${durationText(rotationMs)}; replace it`;
    case 'over-privileged':
      return 'Has administrator rights and did nothing that needs them, as far as the log shows (reading the audit log leaves no line in it)';
    case 'owner-gone':
      return 'Made by somebody who is no longer a member; find a new owner';
    case 'shared':
      return 'Shared by several machines, which a leak would not let you tell apart; give each its own';
    case 'last-use-differs':
      return 'The vendor and the log disagree on the last use (plain reads and previews leave no line in the log)';
  }
};

const detailOf = (hygiene: Hygiene): string => {
  switch (hygiene.finding) {
    case 'never-expires':
    case 'over-privileged':
      return '';
    case 'expired':
      return dayText(hygiene.expiredAtMs);
    case 'unused':
      return hygiene.sinceMs === undefined ? 'never used' : `since ${dayText(hygiene.sinceMs)}`;
    case 'old':
      return durationText(hygiene.ageMs);
    case 'owner-gone':
      return named(hygiene.createdBy);
    case 'shared':
      return counted(hygiene.callers, 'caller');
    case 'last-use-differs':
      return `vendor: ${whenText(hygiene.listedMs)}; log: ${whenText(hygiene.loggedMs)}`;
  }
};

const whenText = (atMs: number | undefined): string => (atMs === undefined ? 'never' : minuteText(atMs));

const gapLines = ({ provider, listing, uncounted }: Inventory): readonly string[] => [
  ...ownLines(listing),
  ...(listing === undefined
    ? ['Only a log was read: tokens that were not used in it, ages, expiries and rights are unknown.']
    : provider === 'pulumi'
      ? ['Other members’ personal tokens are not listed by Pulumi’s API: those here were seen in the log.']
      : []),
  ...(listing?.missing ?? []).map((text) => shownText(text.charAt(0).toUpperCase() + text.slice(1), missingColumnsMax)),
  ...(uncounted === 0
    ? []
    : [`${counted(uncounted, 'event')} of further tokens were left out: there are too many names.`]),
];
const missingColumnsMax = 400;

/** The one that must not be revoked by mistake, and whose use from elsewhere means that somebody has it. */
const ownLines = (listing: Inventory['listing']): readonly string[] => {
  const own = listing?.tokens.find(({ isOwn }) => isOwn === true);
  return own === undefined ? [] : [`The token that tokenwatch itself asks with: ${named(own.name)}.`];
};

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
  { width, colour }: InventoryTextSettings,
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
    ...(gone.length === 0
      ? []
      : ['', ...wrapped(`Ended before, as far as their rhythm tells: ${listed(gone)}.`, width)]),
    '',
    ...nextLines(revocation).flatMap((text, at) =>
      wrapped(text, width - 3).map((line, nth) => `${nth === 0 ? `${at + 1}. ` : '   '}${line}`),
    ),
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

const nextLines = ({ verdict, token }: Revocation): readonly string[] => {
  const name = named(token.principal.name);
  if (verdict === 'safe') return ['Revoke it. A deleted token cannot be brought back; a new one can be made any time.'];
  return [
    `Make a new token, then: tokenwatch rotation start --old ${name} --new NEW-TOKEN`,
    verdict === 'breaks'
      ? 'Move these callers to it, one by one, and see who is left: tokenwatch rotation status --before-revoking'
      : 'Ask whoever made it. While you wait: tokenwatch rotation status --before-revoking shows who still uses it.',
    'Revoke the old one when nobody is left. If it has leaked, revoke it now: what breaks is listed here.',
  ];
};
