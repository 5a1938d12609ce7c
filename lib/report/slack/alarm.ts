import type { Alarm } from '../../core/alarm.ts';
import { alarmHeadline, alarmMeaning, alarmNext, alarmTextColumnsMax, alarmWhen } from '../alarm-text.ts';
import { shownText } from '../safe-text.ts';
import { context, labelled, lines, type SlackMessage, slackMessageOf } from './message.ts';

/** An alarm about the monitor itself, and anything else that comes by the same topic, as Slack messages. */

export const slackAlarm = (alarm: Alarm): SlackMessage =>
  slackMessageOf(alarmHeadline(alarm), [
    lines([alarmWhen(alarm)].filter((text) => text !== '')),
    labelled('What it means', [alarmMeaning(alarm)]),
    labelled('Why', alarm.reason.trim() === '' ? [] : [shownText(alarm.reason, alarmTextColumnsMax)]),
    labelled('Next', [alarmNext(alarm)]),
    context(alarm.arn === undefined ? [] : [shownText(alarm.arn, alarmTextColumnsMax)]),
  ]);

export type Notice = {
  /** Undefined where none was sent. */
  readonly subject: string | undefined;
  readonly text: string;
};

const subjectColumnsMax = 120;
/** The rest is read where the message came from. */
const lineColumnsMax = 2_500;
const linesMax = 60;
/** Far more than is shown; what lies beyond is not even looked at. */
const charsMax = 200_000;

/** What we do not know, shown as it is: whoever sent it had a reason. */
export const slackNotice = ({ subject, text }: Notice): SlackMessage => {
  const all = text.slice(0, charsMax).split(/\r\n|\r|\n/);
  const shown = all.slice(0, linesMax).map((line) => shownText(line, lineColumnsMax));
  const headline = subject === undefined || subject.trim() === '' ? 'A message by the alert topic' : subject;
  return slackMessageOf(shownText(headline, subjectColumnsMax), [
    lines(all.length > linesMax ? [...shown, '… and more lines'] : shown),
  ]);
};
