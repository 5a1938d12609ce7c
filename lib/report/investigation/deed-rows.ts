import { type ActionKind, actionKinds, isSensitive, kindOf, type SensitiveKind } from '../../core/action.ts';
import type { AuditEvent } from '../../core/event.ts';
import { inOrder } from '../../core/event.ts';
import type { Caller, Follower, Investigation } from '../../core/investigation/investigation.ts';
import { named, shownText } from '../safe-text.ts';
import { clockText, instantText } from '../times.ts';
import { addressText, counted, countryText, deeds, listed, ownerClassText, ownerName } from '../words.ts';
import { judgementWords } from './verdict-words.ts';

/** Rows of an investigation's tables, cell by cell, the same in a terminal and in HTML. Every cell is safe to print. */

const unknownCell = '-';
/** Names of environments and stacks end near 100. */
const cellColumnsMax = 120;

export const deedColumns = ['Time (UTC)', 'Action', 'Target', 'Address', 'Outcome'] as const;

export const deedRow = ({ atMs, action, target, ip, outcome }: AuditEvent): readonly string[] => [
  clockText(atMs, { withDay: true }),
  shownText(action, cellColumnsMax),
  shownText(target ?? unknownCell, cellColumnsMax),
  shownText(ip ?? unknownCell, cellColumnsMax),
  outcome,
];

/** Sensitive ones first, each group in time order. */
export const deedsToShow = (
  { deeds }: Investigation,
  max: number,
): { readonly sensitive: readonly AuditEvent[]; readonly others: readonly AuditEvent[]; readonly unshown: number } => {
  const sensitive = deeds.sensitive.toSorted(inOrder).slice(0, max);
  const others = deeds.others.toSorted(inOrder).slice(0, Math.max(0, max - sensitive.length));
  const all = deeds.sensitive.length + deeds.others.length;
  return { sensitive, others, unshown: all - sensitive.length - others.length + deeds.unlisted };
};

/** Sensitive ones that worked, other sensitive ones, then the rest; each group in time order. */
export const gravestFirst = (events: readonly AuditEvent[]): readonly AuditEvent[] =>
  events.toSorted((a, b) => rankOf(a) - rankOf(b) || inOrder(a, b));

const rankOf = ({ principal, action, outcome }: AuditEvent): number =>
  !isSensitive(kindOf(principal.provider, action)) ? 2 : outcome === 'success' ? 0 : 1;

const targetsMax = 6;

/** `Opened secrets: 26 times, on web/prod, api/prod and 4 more`, by kind, sensitive ones first. */
export const deedSummary = ({ deeds: { sensitive, others } }: Investigation): readonly string[] => {
  const byKind = Map.groupBy([...sensitive, ...others], ({ principal, action }) => kindOf(principal.provider, action));
  return actionKinds.flatMap((kind) => {
    const events = byKind.get(kind);
    if (events === undefined) return [];
    const targets = [...new Set(events.flatMap(({ target }) => target ?? []))];
    const shown = targets.slice(0, targetsMax).map((target) => named(target));
    const more = targets.length > targetsMax ? [`${targets.length - targetsMax} more`] : [];
    const on = targets.length === 0 ? '' : `, on ${listed([...shown, ...more])}`;
    const words = isSensitive(kind) ? deeds[kind] : plainDeeds[kind];
    return [`${words.charAt(0).toUpperCase()}${words.slice(1)}: ${counted(events.length, 'time')}${on}.`];
  });
};

const plainDeeds: Readonly<Record<Exclude<ActionKind, SensitiveKind>, string>> = {
  'log-in': 'logged in',
  refused: 'was refused',
  deploy: 'deployed',
  read: 'looked at things that hold no secret',
  administer: 'changed settings',
  other: 'did something else',
};

export const callerColumns = ['Judged', 'Network', 'Kind', 'Country', 'Events', 'Days', 'First', 'Last'] as const;

export const callerRow = ({ network, events, days, firstAtMs, lastAtMs, ...caller }: Caller): readonly string[] => [
  judgedText(caller),
  ownerName(network) ?? addressText(network),
  ownerClassText(network.class),
  countryText(network) ?? unknownCell,
  events.toLocaleString('en'),
  days.toLocaleString('en'),
  dayText(firstAtMs),
  dayText(lastAtMs),
];

/** `foreign`, or `unclear 1 of 12` where the other sessions from there were better. */
export const judgedText = ({
  judgement,
  sessions,
  sessionsSo,
}: Pick<Caller, 'judgement' | 'sessions' | 'sessionsSo'>): string => {
  const isWorse = judgement === 'foreign' || judgement === 'unclear';
  return isWorse && sessionsSo < sessions
    ? `${judgementWords[judgement]} ${sessionsSo} of ${sessions}`
    : judgementWords[judgement];
};

export const dayText = (atMs: number): string => instantText(atMs).replace(/ \d\d:\d\d UTC$/, '');

export const reachColumns = ['Target', 'Events', 'First', 'Last'] as const;

export const reachRow = ({
  target,
  events,
  firstAtMs,
  lastAtMs,
}: Investigation['reach'][number]): readonly string[] => [
  shownText(target, cellColumnsMax),
  events.toLocaleString('en'),
  dayText(firstAtMs),
  dayText(lastAtMs),
];

/** `made in a foreign session; 3 events, 1 refused`, and how they are ordered where that is not by time alone. */
export const followerText = ({ isMadeThere, events, unlisted }: Follower): string => {
  const where = isMadeThere ? 'made in a foreign session' : 'from a network of a foreign session';
  const refused = events.filter(({ outcome }) => outcome === 'failure').length;
  return `${where}; ${counted(events.length + unlisted, 'event')}${refused === 0 ? '' : `, ${refused} refused`}${orderText(events)}`;
};

const orderText = (events: readonly AuditEvent[]): string => {
  const byTime = events.toSorted(inOrder);
  return gravestFirst(events).every((event, at) => event === byTime[at]) ? '' : '; sensitive actions first';
};
