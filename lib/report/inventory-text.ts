import { type Caller, isActive, nextUseOf } from '../core/inventory/callers.ts';
import type { Hygiene } from '../core/inventory/hygiene.ts';
import type { Inventory, TokenRecord } from '../core/inventory/inventory.ts';
import { scattered } from '../core/inventory/uses.ts';
import { cadenceText, placeAndCountry, targetsText } from './caller-words.ts';
import { paintOf } from './colours.ts';
import { bullet } from './labelled.ts';
import { named, shownText } from './safe-text.ts';
import { type Column, table } from './table.ts';
import { dayText, durationText, instantText, minuteText } from './times.ts';
import { counted, listed, numberText } from './words.ts';
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
      columnsFor(inventory),
      inventory.tokens.map((token) => tokenRow(token, inventory)),
      { width, heading: paint.dim },
    ),
    ...(callers.length === 0 ? [] : ['', ...words('Who uses them, and when each is due again (UTC):'), '', ...callers]),
    ...(mends.length === 0 ? [] : ['', ...words('To mend:'), ...mends.flatMap((text) => bullet(text, width))]),
    ...gapLines(inventory).flatMap((text) => ['', ...words(text)]),
  ];
};

const headText = ({ tokens, listing, observed }: Inventory): string => {
  const vendors = tokens.filter((token) => token.listed !== undefined).length;
  const unlisted = tokens.filter((token) => token.listed === undefined && token.use !== undefined).length;
  const sources =
    listing === undefined
      ? 'as the log shows them'
      : `${vendors} listed by the vendor, ${unlisted} seen only in the log`;
  const deleted = tokens.filter(({ deletedAtMs }) => deletedAtMs !== undefined).length;
  const gone = deleted === 0 ? '' : `, ${deleted} of them deleted`;
  return `${counted(tokens.length, 'token')}: ${sources}${gone}. Log read from ${instantText(observed.fromMs)} to ${instantText(observed.toMs)}.`;
};

/** Two accounts of the last use: reads leave no line in the log, and a use of which only one knows is worth a question. */
const vendorSays = 'Used (API)';
const logShows = 'Used (log)';

const tokenColumns: readonly Column[] = [
  { title: 'Token', least: 24 },
  { title: 'Kind', keep: true, spare: 5 },
  { title: 'Owner', spare: 2 },
  { title: 'Rights', spare: 3 },
  { title: 'Created', keep: true, spare: 1 },
  { title: 'Expires', keep: true },
  { title: vendorSays, keep: true },
  { title: logShows, keep: true },
  { title: 'Callers', align: 'right', keep: true, spare: 4 },
  { title: 'To mend', align: 'right', keep: true },
];

/** Where only a log was read, nobody else says anything. */
const columnsFor = ({ listing }: Inventory): readonly Column[] =>
  tokenColumns.filter(({ title }) => listing !== undefined || title !== vendorSays);

const tokenRow = (token: TokenRecord, { listing }: Inventory): readonly string[] => {
  const { principal, listed: known, use, callers, hygiene } = token;
  return [
    shownText(principal.name.trim() === '' ? principal.id : principal.name, nameColumnsMax),
    kindText(token),
    shownText((known === undefined ? use?.users[0] : known.owner) ?? nothing, nameColumnsMax),
    known === undefined ? nothing : known.isAdmin ? 'admin' : shownText(known.role ?? 'member', nameColumnsMax),
    dayCell(known?.createdAtMs),
    known !== undefined && known.expiresAtMs === undefined ? 'never' : dayCell(known?.expiresAtMs),
    ...(listing === undefined ? [] : [usedCell(known)]),
    dayCell(use?.lastAtMs),
    numberText(callers.length),
    hygiene.length === 0 ? nothing : numberText(hygiene.length),
  ];
};

/** The vendor knows of a token whether it was ever used; of one that it does not list, nothing. */
const usedCell = (known: TokenRecord['listed']): string =>
  known === undefined ? nothing : known.lastUsedAtMs === undefined ? 'never' : dayText(known.lastUsedAtMs);

/** In a column of our own words, where no token's name can pass for the mark. */
const kindText = ({ principal, listed: known, isOwn, deletedAtMs }: TokenRecord): string => {
  if (deletedAtMs !== undefined) return 'deleted';
  const kind = known?.kind ?? (principal.kind === 'token' ? 'unlisted' : 'service account');
  return isOwn ? `${kind}, ours` : kind;
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
  tokens.flatMap(({ principal, callers, deletedAtMs }) => {
    const regular = callers.filter(
      ({ cadence }, at) => cadence.kind !== 'unknown' || (at === 0 && callers.length === 1),
    );
    const rows = [
      ...regular.map((caller) => [
        ...callerCells(caller),
        minuteText(caller.lastAtMs),
        deletedAtMs === undefined ? dueText(caller, nowMs) : nothing,
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

export const callerCells = (caller: Caller): readonly string[] => [
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

const gapLines = ({ provider, listing, tokens, uncounted }: Inventory): readonly string[] => [
  ...ownLines(tokens),
  ...fleetLines(tokens.flatMap(({ callers }) => callers)),
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

/** Callers that nothing tells apart are not to be taken for one that is known. */
export const fleetLines = (callers: readonly Caller[]): readonly string[] =>
  callers.some(({ ownerKey }) => ownerKey === scattered)
    ? [
        '“Many address ranges” have owners that no table tells, so they count as one caller: a stranger would be among them. “tokenwatch investigate” looks at each.',
      ]
    : [];

/** The one that must not be revoked by mistake, and whose use from elsewhere means that somebody has it. */
const ownLines = (tokens: Inventory['tokens']): readonly string[] => {
  const own = tokens.find(({ isOwn }) => isOwn);
  return own === undefined ? [] : [`The token that tokenwatch itself asks with: ${named(own.principal.name)}.`];
};
