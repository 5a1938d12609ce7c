import { isoSeconds } from '../core/time.ts';
import { beforeRevoking, strangersAfterDeletion, strangersOnOld } from '../core/watch/before-revoking.ts';
import {
  type CallerWatch,
  isFollowed,
  isOngoing,
  type Stranger,
  silentFromMs,
  stateOf,
  type Watch,
} from '../core/watch/watch.ts';
import { terminalSafe } from './alert-json.ts';
import { cadenceText, callerText, placeAndCountry, targetsText } from './caller-words.ts';
import { paintOf } from './colours.ts';
import { named } from './safe-text.ts';
import { type Column, table } from './table.ts';
import { instantText, minuteText } from './times.ts';
import { counted, listed, networkText, numberText } from './words.ts';
import { wrapped } from './wrap.ts';

/** A rotation as a table: who has moved, who is late, who still uses the old token. */

export type RotationTextSettings = {
  readonly width: number;
  readonly colour: boolean;
  /** The last event of the recorded log that was read; undefined where none was, or it is empty. */
  readonly logEndsMs?: number | undefined;
};

const columns: readonly Column[] = [
  { title: 'State', keep: true },
  { title: 'From', least: 14 },
  { title: 'Rhythm', keep: true, spare: 2 },
  { title: 'Due on new', keep: true, spare: 3 },
  { title: 'New token', keep: true },
  { title: 'Old token', keep: true },
  { title: 'Touches', spare: 1 },
];

/** Where nobody named a new token, callers are due on the old one: or rather silent. */
const columnsOfOld: readonly Column[] = columns.map((column) =>
  column.title === 'Due on new' ? { ...column, title: 'Due' } : column,
);

const nothing = '-';
const timeText = (atMs: number | undefined): string => (atMs === undefined ? nothing : minuteText(atMs));

export const rotationText = (watch: Watch, { width, colour, logEndsMs }: RotationTextSettings): readonly string[] => {
  const rows = watch.callers.map((each) => rowOf(each, watch));
  return [
    ...wrapped(headText(watch), width),
    ...wrapped(`${followedText(watch, logEndsMs)} Times are UTC.`, width),
    ...(rows.length === 0
      ? ['', ...wrapped('The old token had no callers in the time that was learned from.', width)]
      : [
          '',
          ...table(watch.replacement === undefined ? columnsOfOld : columns, rows, {
            width,
            heading: paintOf(colour).dim,
          }),
        ]),
    ...strangersOf(watch).flatMap((stranger) => ['', ...wrapped(strangerText(stranger), width)]),
    ...strangersAfterDeletion(watch).flatMap((stranger) => ['', ...wrapped(afterDeletionText(stranger), width)]),
    '',
    ...wrapped(summaryText(watch), width),
  ];
};

/** How far it is known, and no further: a recorded log ends where it ends, whatever the time is now. */
export const followedText = (watch: Watch, logEndsMs: number | undefined): string => {
  const { seenThroughMs, startedAtMs } = watch;
  const end = logEndsMs === undefined ? '' : `The log that was read ends on ${instantText(logEndsMs)}`;
  if (isFollowed(watch)) {
    const isBehind = logEndsMs !== undefined && logEndsMs < seenThroughMs - 1;
    if (isBehind) return `Followed through ${instantText(seenThroughMs)}. ${end}.`;
    return `Followed through ${instantText(seenThroughMs)}${endsWithLog(watch, logEndsMs) ? ', where the log ends' : ''}.`;
  }
  return logEndsMs !== undefined && logEndsMs < startedAtMs
    ? `${end}, before the watch begins: nothing is known of the time after.`
    : `Nothing since ${instantText(startedAtMs)} has been followed yet.`;
};

/** Not where the watch ended before the log did. */
export const endsWithLog = ({ seenThroughMs }: Watch, logEndsMs: number | undefined): boolean =>
  logEndsMs === seenThroughMs - 1;

const headText = (watch: Watch): string => {
  const { old, replacement, startedAtMs, endsAtMs, startedBy, deletedAtMs } = watch;
  const to = replacement === undefined ? '' : ` to ${named(replacement)}`;
  const how = startedBy === 'log' ? ', recognized in the log' : '';
  const deleted = deletedAtMs === undefined ? '' : ` The old token was deleted on ${instantText(deletedAtMs)}.`;
  const end = isOngoing(watch) ? `watched until ${instantText(endsAtMs)}` : `ended on ${instantText(endsAtMs)}`;
  return `Rotation of ${named(old.name)}${to} since ${instantText(startedAtMs)}${how}, ${end}.${deleted}`;
};

const rowOf = (each: CallerWatch, watch: Watch): readonly string[] => {
  const { caller, moved, dueMs } = each;
  const onOld = [each.overlap, each.held, each.afterDeletion].filter((seen) => seen !== undefined);
  const lastOnOldMs = onOld.length === 0 ? undefined : Math.max(...onOld.map(({ lastAtMs }) => lastAtMs));
  return [
    stateOf(each, watch),
    placeAndCountry(caller.network),
    cadenceText(caller.cadence),
    timeText(dueMs),
    timeText(moved?.firstAtMs),
    timeText(lastOnOldMs),
    targetsText(caller, 3) || nothing,
  ];
};

const strangersOf = (watch: Watch): readonly Stranger[] => [
  ...strangersOnOld(watch),
  ...watch.strangers.filter(({ token }) => token === 'new'),
];

const strangerText = ({ token, seen }: Stranger): string => {
  const refused = seen.refused === 0 ? '' : `, ${numberText(seen.refused)} refused`;
  return `Stranger on the ${token} token: ${networkText(seen.network)}, ${counted(seen.events, 'event')}${refused}, last ${instantText(seen.lastAtMs)}.`;
};

const afterDeletionText = ({ seen }: Stranger): string =>
  `Stranger on the old token after its deletion: ${networkText(seen.network)}, ${attemptsText(seen)}, last ${instantText(seen.lastAtMs)}.`;

/** Of uses that should all have been refused. */
export const attemptsText = ({ events, refused }: Stranger['seen']): string =>
  refused === events
    ? `${counted(events, 'event')}, all refused`
    : `${numberText(events - refused)} of ${counted(events, 'event')} not refused`;

const summaryText = (watch: Watch): string => {
  const states = watch.callers.map((each) => stateOf(each, watch));
  const strangers = strangersOf(watch).length + watch.moreStrangers;
  const count = (state: (typeof states)[number]): number => states.filter((each) => each === state).length;
  const parts = (['moved', 'silent', 'still on old', 'late', 'waiting', 'not expected'] as const).flatMap((state) =>
    count(state) === 0 ? [] : [`${count(state)} ${state}`],
  );
  const open = count('still on old') + count('late');
  const later = strangersAfterDeletion(watch).length;
  const verdict = [
    ...(strangers > 0
      ? [
          `${counted(strangers, 'stranger')}: unless ${strangers === 1 ? 'it is' : 'they are'} yours, delete the token that was used at once.`,
        ]
      : []),
    ...(later > 0
      ? [
          `${counted(later, 'stranger')} after the deletion: unless ${later === 1 ? 'it is' : 'they are'} yours, investigate the token.`,
        ]
      : []),
    ...(open > 0 ? [`${counted(open, 'caller')} to bring over.`] : []),
    ...(open === 0 && count('waiting') > 0 && isFollowed(watch) ? ['Nobody is late.'] : []),
  ];
  return [
    `${parts.length === 0 ? 'No callers' : listed(parts)}.`,
    ...(verdict.length === 0 ? [isFollowed(watch) ? 'Nothing is left to do.' : 'Nothing is known yet.'] : verdict),
  ].join(' ');
};

export const rotationJson = (watch: Watch): string =>
  terminalSafe(
    JSON.stringify({
      id: watch.id,
      source: watch.source,
      old: { id: watch.old.id, name: watch.old.name },
      new: watch.replacement ?? null,
      startedBy: watch.startedBy,
      startedAt: isoSeconds(watch.startedAtMs),
      silentFrom: isoSeconds(silentFromMs(watch)),
      endsAt: isoSeconds(watch.endsAtMs),
      deletedAt: watch.deletedAtMs === undefined ? null : isoSeconds(watch.deletedAtMs),
      followedThrough: isoSeconds(watch.seenThroughMs),
      isOngoing: isOngoing(watch),
      callers: watch.callers.map((each) => ({
        state: stateOf(each, watch),
        name: callerText(each.caller),
        cadence: each.caller.cadence,
        targets: each.caller.targets,
        dueAt: each.dueMs === undefined ? null : isoSeconds(each.dueMs),
        lateAfter: each.byMs === undefined ? null : isoSeconds(each.byMs),
        onNew: seenRecord(each.moved),
        onOld: seenRecord(each.held ?? each.afterDeletion ?? each.overlap),
      })),
      strangers: strangersOf(watch).map(({ token, seen }) => ({
        token,
        network: { prefix: seen.network.prefix, owner: seen.network.owner?.name ?? null },
        ...seenRecord(seen),
      })),
      strangersAfterDeletion: strangersAfterDeletion(watch).map(({ seen }) => ({
        network: { prefix: seen.network.prefix, owner: seen.network.owner?.name ?? null },
        ...seenRecord(seen),
      })),
      beforeRevoking: beforeRevoking(watch).verdict,
    }),
  );

const seenRecord = (seen: CallerWatch['moved']) =>
  seen === undefined
    ? null
    : {
        events: seen.events,
        refused: seen.refused,
        firstAt: isoSeconds(seen.firstAtMs),
        lastAt: isoSeconds(seen.lastAtMs),
      };
