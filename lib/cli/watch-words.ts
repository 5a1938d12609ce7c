import { SourceError } from '../app/ports.ts';
import { isForAPerson, type Notice } from '../app/watch.ts';
import { dayOf, isoSeconds } from '../core/time.ts';
import { keptSentence, sensitivityHeading, sensitivityTable } from '../report/promise-text.ts';
import { alertList, backfillSentence } from '../report/run-text.ts';
import { named } from '../report/safe-text.ts';
import { silenceAdvice, silenceSentence } from '../report/silence-text.ts';
import { healthStory } from '../report/survey-sentences.ts';
import { clockText, durationText, instantText, spanText } from '../report/times.ts';
import { counted } from '../report/words.ts';
import type { Screen } from './screen.ts';

/** What a watch says besides its alerts: calm, once, and with the time at which it goes on. */

/** Says notices on the screen as they come. `isOnce`: no poll follows, so nothing is promised of one. */
export const notifyOn = (screen: Screen, { isOnce = false } = {}): ((notice: Notice) => void) => {
  const withBadRecords = new Set<string>();
  return (notice) => {
    const source = named(notice.source);
    switch (notice.notice) {
      case 'backfilling':
        return screen.say(
          `Reading the last ${durationText(notice.toMs - notice.fromMs)} of ${source}, to learn what is normal.`,
        );
      case 'resuming':
        return screen.say(resumingText(notice, source));
      case 'missed':
        return screen.warn(
          `Nobody watched ${source} from ${spanText(notice)}, ${durationText(notice.toMs - notice.fromMs)}: what happened then is read now.`,
        );
      case 'gaps':
        screen.status(undefined);
        return screen.warn(gapsText(notice, source));
      case 'progress':
        return screen.status(progressText(notice, source));
      case 'backfilled':
        screen.status(undefined);
        return sayBackfilled(notice, source, screen);
      case 'polled':
        screen.status(polledText(notice, source));
        return tellOfBadRecords(notice, source, withBadRecords, screen);
      case 'trouble':
        screen.status(undefined);
        return screen.warn(isOnce ? troubleAtEndText(notice, source) : troubleText(notice, source));
      case 'recovered':
        return screen.warn(
          `${source} can be read again, after ${durationText(notice.atMs - notice.sinceMs)}. Nothing was missed: what happened meanwhile has been read now.`,
        );
      case 'silent':
        screen.status(undefined);
        return screen.warn(silentText(notice, source));
      case 'heard-again':
        return screen.warn(`${source} speaks again.`);
      case 'unwell':
        for (const finding of notice.health) screen.warn(`${source}: ${healthStory(finding, undefined)}`);
        return;
      case 'undelivered':
        return screen.warn(
          `${counted(notice.waiting, 'alert')} of ${source} could not be delivered, and will be tried again ${isOnce ? 'when watch is started next' : 'after the next poll'}.`,
        );
    }
  };
};

type Of<Kind extends Notice['notice']> = Extract<Notice, { readonly notice: Kind }>;

const resumingText = ({ seenThroughMs, nowMs }: Of<'resuming'>, source: string): string => {
  const behindMs = nowMs - seenThroughMs;
  const behind = behindMs >= 60_000 ? `${durationText(behindMs)} behind` : 'which is now';
  return `Resuming ${source} at ${timeText(seenThroughMs, nowMs)}, ${behind}.`;
};

/** The day only where it is another one. */
const timeText = (atMs: number, nowMs: number): string =>
  dayOf(atMs) === dayOf(nowMs) ? `${hourAndMinute(atMs)} UTC` : instantText(atMs);

const hourAndMinute = (atMs: number): string => clockText(atMs, { withDay: false, toMinute: true });

const progressText = ({ coverage, horizonMs }: Of<'progress'>, source: string): string => {
  const { fromMs, settledThroughMs, events } = coverage;
  const share = (settledThroughMs - fromMs) / Math.max(1, horizonMs - fromMs);
  return `${source}: ${Math.floor(100 * share)} % read, through ${instantText(settledThroughMs)}, ${counted(events, 'event')}`;
};

const sayBackfilled = ({ coverage, alerts, account }: Of<'backfilled'>, source: string, screen: Screen): void => {
  const { fromMs, backfillUntilMs: toMs, events } = coverage;
  screen.say(backfillSentence({ source, events, fromMs, toMs, alerts: alerts.length }));
  const look = { width: screen.width, colour: screen.hasColour };
  if (alerts.length > 0) screen.show(alertList(alerts, look));
  if (events === 0 || account.sensitivity === undefined) return;
  screen.say(keptSentence(account.kept));
  screen.say(sensitivityHeading(account.sensitivity));
  const thefts = sensitivityTable(account.sensitivity, look);
  if (thefts.length > 0) screen.show(thefts);
};

const polledText = ({ atMs, nextAtMs, run }: Of<'polled'>, source: string): string => {
  const next = run.isBehind ? 'catching up' : `next poll ${hourAndMinute(nextAtMs)}`;
  return `${source}: polled ${instantText(atMs)}, ${counted(run.coverage.events, 'event')} so far, ${next}`;
};

/** The overlap shows the same bad record to several polls; it is said when they begin. */
const tellOfBadRecords = ({ run }: Of<'polled'>, source: string, withBadRecords: Set<string>, screen: Screen): void => {
  if (run.badRecords === 0) {
    withBadRecords.delete(source);
    return;
  }
  if (withBadRecords.has(source)) return;
  withBadRecords.add(source);
  screen.warn(
    `${counted(run.badRecords, 'record')} of ${source} could not be read whole; "tokenwatch doctor" says which and why.`,
  );
};

const gapsText = ({ gaps }: Of<'gaps'>, source: string): string => {
  const first = gaps[0];
  return (
    `${counted(gaps.length, 'second')} of ${source} HELD MORE THAN CAN BE READ${first === undefined ? '' : `, the first at ${isoSeconds(first.fromMs)}`}: ` +
    'skipped after three tries, so that the watch goes on; nothing in them was judged. Look at the vendor who acted so often: ' +
    'somebody may be hiding behind it.'
  );
};

const silentText = ({ sinceMs, atMs, silence }: Of<'silent'>, source: string): string => {
  const what = silence.heard === 'nothing' ? 'HAS NEVER SPOKEN' : 'HAS GONE SILENT';
  return `${source} ${what}: ${silenceSentence(silence, sinceMs, atMs)} ${silenceAdvice(silence)}`;
};

const troubleText = ({ error, retryAtMs }: Of<'trouble'>, source: string): string => {
  const again = `Trying again at ${instantText(retryAtMs)}`;
  return isForAPerson(error)
    ? `NOT WATCHING ${source}, until somebody acts: ${error.message} ${again}, and until then nothing of it is seen.`
    : `${source} could not be read just now: ${error.message} ${again}.`;
};

const troubleAtEndText = ({ error, retryAtMs }: Of<'trouble'>, source: string): string => {
  const until =
    error instanceof SourceError && error.failure === 'rate-limited' ? `, after ${instantText(retryAtMs)}` : '';
  const end = 'Nothing more is tried with --once, which ends with exit code 3';
  return isForAPerson(error)
    ? `${source} CANNOT BE WATCHED, until somebody acts: ${error.message} ${end}.`
    : `${source} could not be read: ${error.message} ${end}; the next start goes on from where this one was${until}.`;
};
