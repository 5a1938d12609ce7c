import { scattered } from '../core/inventory/uses.ts';
import type { Network } from '../core/network.ts';
import { beforeRevoking, type Doubt, doubtOf, type UserOfOld } from '../core/watch/before-revoking.ts';
import { type CallerWatch, gotThrough, isFollowed, type Watch } from '../core/watch/watch.ts';
import { callerText } from './caller-words.ts';
import { type Place, type Step, startCommand, statusCommand, stepWith } from './commands.ts';
import { bullet, stepLines } from './labelled.ts';
import { attemptsText, endsWithLog, followedText, type RotationTextSettings } from './rotation-text.ts';
import { named } from './safe-text.ts';
import { instantText, minuteText } from './times.ts';
import { counted, networkText } from './words.ts';
import { wrapped } from './wrap.ts';

/** Whether the old token may be revoked now: a verdict, then what it rests on, then what to do. */

export type RevokingTextSettings = Pick<RotationTextSettings, 'width' | 'logEndsMs'> & { readonly place: Place };

export const beforeRevokingText = (
  watch: Watch,
  { width, place, logEndsMs }: RevokingTextSettings,
): readonly string[] => {
  const { strangers, strangersAfterDeletion, users, waiting, late } = beforeRevoking(watch);
  const words = (text: string): readonly string[] => wrapped(text, width);
  const part = (text: string, items: readonly string[]): readonly string[] =>
    items.length === 0 ? [] : ['', ...words(text), ...items.flatMap((each) => bullet(each, width))];
  const isGone = watch.deletedAtMs !== undefined;
  return [
    ...words(verdictText(watch, logEndsMs)),
    ...words(readText(watch, logEndsMs)),
    ...part(
      'Used or tried after its deletion, from where none of its callers comes from:',
      strangersAfterDeletion.map(
        ({ seen }) => `${networkText(seen.network)}, ${attemptsText(seen)}, last ${instantText(seen.lastAtMs)}`,
      ),
    ),
    ...part(
      'Used from where none of its callers comes from:',
      strangers.map(
        ({ seen }) =>
          `${networkText(seen.network)}, ${counted(seen.events, 'event')}, last ${instantText(seen.lastAtMs)}`,
      ),
    ),
    ...part(
      isGone ? 'Still trying it, and to be brought over:' : 'Still using it, and broken by revoking it:',
      users.map((user) => userText(user, watch)),
    ),
    ...part(
      isGone
        ? 'Not seen since, and not due yet:'
        : 'Not seen on it since, but not due yet, so that they may still use it:',
      waiting.map((each) => `${callerText(each.caller)}, ${dueText(each)}`),
    ),
    ...part(
      'Was due and came to neither token; look whether it still runs:',
      late.map((each) => callerText(each.caller)),
    ),
    ...nextPart(watch, { width, place, logEndsMs }),
  ];
};

const readText = (watch: Watch, logEndsMs: number | undefined): string => {
  const isBehind = logEndsMs !== undefined && logEndsMs < watch.seenThroughMs - 1;
  if (!isFollowed(watch) || isBehind) return followedText(watch, logEndsMs);
  const end = endsWithLog(watch, logEndsMs) ? ', where it ends: nothing is known of the time after' : '';
  return `As far as the log shows, read through ${instantText(watch.seenThroughMs)}${end}.`;
};

const verdictText = (watch: Watch, logEndsMs: number | undefined): string => {
  const { verdict, strangers, users, waiting } = beforeRevoking(watch);
  const name = named(watch.old.name);
  const until = endsWithLog(watch, logEndsMs) ? ` until ${instantText(watch.seenThroughMs)}` : '';
  switch (verdict) {
    case 'deleted':
      return `ALREADY DELETED: ${name}, on ${instantText(watch.deletedAtMs ?? watch.startedAtMs)}. ${sinceDeletionText(watch)}`;
    case 'foreign': {
      const breaks = users.length + waiting.length;
      const price =
        breaks === 0
          ? 'Nobody else is known to use it, so nothing breaks'
          : `${counted(breaks, 'caller')} ${users.length === 0 ? 'may' : 'will'} break`;
      return `REVOKE ${name} NOW, unless ${strangers.length === 1 ? 'this was' : 'these were'} yours: ${counted(strangers.length, 'stranger')} used it. ${price}.`;
    }
    case 'in-use':
      return `DO NOT REVOKE ${name} YET: ${counted(users.length, 'caller')} still ${users.length === 1 ? 'uses' : 'use'} it.`;
    case 'not-yet':
      if (!isFollowed(watch)) return `NOT YET: nothing is known of ${name} since ${instantText(watch.startedAtMs)}.`;
      return `NOT YET: nobody used ${name} since ${instantText(watch.startedAtMs)}${until}, but ${counted(waiting.length, 'caller')} ${waiting.length === 1 ? 'was' : 'were'} not due since then.`;
    case 'unused':
      return `NOBODY USES ${name} ANY MORE${until === '' ? '' : `, as far as the log goes:${until}`}. Revoke it.`;
  }
};

const sinceDeletionText = (watch: Watch): string => {
  const { strangersAfterDeletion: met } = beforeRevoking(watch);
  const through = met.filter(gotThrough).length;
  if (through > 0) return `And yet ${counted(through, 'stranger')} used it since, and got through.`;
  return `Nothing is left to revoke${met.length === 0 ? '' : `, but ${counted(met.length, 'stranger')} tried it since`}.`;
};

const userText = ({ each, lastAtMs }: UserOfOld, watch: Watch): string => {
  const doubt = doubtOf(each, watch);
  return `${callerText(each.caller)}, last ${instantText(lastAtMs)}${doubt === undefined ? '' : ` (is this yours? ${doubtText(each, doubt)})`}`;
};

/** Why somebody should look at a caller before it is taken for one of ours. */
const doubtText = ({ caller }: CallerWatch, doubt: Doubt): string => {
  switch (doubt) {
    case 'hosting':
    case 'vpn':
      return rentedText({ class: doubt });
    case 'newcomer':
      return `first seen ${minuteText(caller.firstAtMs ?? 0)} UTC`;
  }
};

export const rentedText = ({ class: ownerClass }: Pick<Network, 'class'>): string =>
  ownerClass === 'vpn' ? 'a VPN or Tor' : 'a hosting provider, where anybody can rent';

const dueText = ({ byMs, dueMs }: CallerWatch): string =>
  byMs === undefined || dueMs === undefined
    ? 'which keeps no rhythm'
    : `due ${minuteText(dueMs)} UTC, missed after ${minuteText(byMs)} UTC`;

const nextPart = (watch: Watch, { width, place, logEndsMs }: RevokingTextSettings): readonly string[] => {
  const { verdict, users, strangersAfterDeletion } = beforeRevoking(watch);
  // A log that was read is read again; else a monitor on the state does the reading.
  const isOfLog = place.logs?.has(watch.source) === true;
  const again = statusCommand(place, {
    isBeforeRevoking: true,
    ...(isOfLog && { source: watch.source }),
  });
  const doubtful = users.filter(({ each }) => doubtOf(each, watch) !== undefined);
  const steps: readonly Step[] = [
    ...(verdict === 'foreign'
      ? ['Ask whoever may have set up something there. If nobody did, do not wait for the others: a thief has it.']
      : []),
    ...(strangersAfterDeletion.some(gotThrough)
      ? ['Look whether it is gone from the vendor’s list of tokens, and delete it there if not: something got through.']
      : []),
    ...(strangersAfterDeletion.length > 0
      ? ['Who is not yours got it from somewhere: investigate the token, and look what else lay there.']
      : []),
    ...doubtful.slice(0, doubtfulMax).map(({ each }) => notOursStep(each, watch, place)),
    ...(verdict === 'not-yet'
      ? [{ text: againText(watch, { isOfLog, isRecorded: logEndsMs !== undefined }), command: again }]
      : []),
    ...(verdict === 'in-use' ? [{ text: 'Bring them over, and ask again:', command: again }] : []),
  ];
  return steps.length === 0 ? [] : ['', ...stepLines(steps, width)];
};
const doubtfulMax = 3;

const againText = (
  watch: Watch,
  { isOfLog, isRecorded }: { readonly isOfLog: boolean; readonly isRecorded: boolean },
): string => {
  const byMs = beforeRevoking(watch).waiting.flatMap((each) => each.byMs ?? []);
  const when = byMs.length === 0 ? 'later' : `after ${instantText(Math.max(...byMs))}`;
  if (isRecorded) return `Ask again ${when}, with a log that goes as far:`;
  return `Ask again ${when}${isOfLog ? '' : ', with “tokenwatch watch” on this state running until then'}:`;
};

/** Callers that are taken for ours, each with why somebody should look at it first. */
export const doubtfulText = (watch: Watch, { width, place }: RevokingTextSettings): readonly string[] => {
  const doubtful = watch.callers.flatMap((each) => {
    const doubt = doubtOf(each, watch);
    return doubt === undefined ? [] : [{ each, doubt }];
  });
  if (doubtful.length === 0) return [];
  return [
    '',
    ...wrapped(
      'Taken for yours, because they used the token before; a thief looks just so. Look at these first:',
      width,
    ),
    ...doubtful.flatMap(({ each, doubt }) =>
      bullet(`${callerText(each.caller)}: ${doubtText(each, doubt)}, ${counted(each.caller.uses, 'use')}`, width),
    ),
    '',
    ...stepLines(
      doubtful.slice(0, doubtfulMax).map(({ each }) => notOursStep(each, watch, place)),
      width,
    ),
  ];
};

/** How to say that a caller is none of ours. */
const notOursStep = ({ caller }: CallerWatch, { source, old, replacement }: Watch, place: Place): Step => {
  const who = callerText(caller);
  // A fleet's address ranges are no one place: a thief among them has to be looked for in the log.
  return stepWith(
    `If the ${who} is not yours, say so, and its next use is told:`,
    caller.ownerKey === scattered
      ? undefined
      : startCommand(place, { source, old: old.name, replacement, stranger: caller.ownerKey }),
    `If not all of the ${who} is yours, investigate the token.`,
  );
};
