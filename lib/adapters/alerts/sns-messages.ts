import type { Message } from '../../app/notify-slack.ts';
import type { Alarm } from '../../core/alarm.ts';
import { parseInstant } from '../../core/time.ts';
import { fieldsOf, textOf } from '../sources/fields.ts';
import { opened } from './envelope.ts';

/** What SNS hands to a function, in our words: our own alerts and digests, CloudWatch's alarms, and whatever else came. */

/** As far as we read it (Lambda Developer Guide, Amazon SNS). */
export type SnsEvent = {
  readonly Records: readonly {
    readonly Sns: { readonly MessageId: string; readonly Subject?: string | null; readonly Message: string };
  }[];
};

export const messagesIn = ({ Records }: SnsEvent): readonly Message[] =>
  Records.map(({ Sns }) => ({ id: Sns.MessageId, said: saidIn(Sns.Subject ?? undefined, Sns.Message) }));

const saidIn = (subject: string | undefined, text: string): Message['said'] => {
  const fields = fieldsOf(parsed(text));
  const alarm = alarmIn(fields);
  return opened(fields) ?? (alarm ? { kind: 'alarm', alarm } : { kind: 'other', notice: { subject, text } });
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const states: ReadonlyMap<unknown, Alarm['state']> = new Map([
  ['ALARM', 'alarm'],
  ['OK', 'ok'],
  ['INSUFFICIENT_DATA', 'insufficient-data'],
]);

/** As CloudWatch publishes the change of an alarm's state (CloudWatch User Guide, Notifying users on alarm changes). */
const alarmIn = (fields: Readonly<Record<string, unknown>>): Alarm | undefined => {
  const state = states.get(fields.NewStateValue);
  const name = textOf(fields.AlarmName);
  if (state === undefined || name === '') return undefined;
  const given = (field: unknown): string | undefined => textOf(field) || undefined;
  return {
    name,
    state,
    description: textOf(fields.AlarmDescription),
    reason: textOf(fields.NewStateReason),
    atMs: parseInstant(textOf(fields.StateChangeTime)),
    account: given(fields.AWSAccountId),
    region: given(fields.Region),
    arn: given(fields.AlarmArn),
  };
};
