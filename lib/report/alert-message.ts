import type { Alert } from '../core/alert.ts';
import { alertJson, cutAlertJson } from './alert-json.ts';
import { alertText } from './alert-text.ts';
import type { Place } from './commands.ts';
import { alertSubject } from './subject.ts';
import { listed } from './words.ts';

/** An alert as it travels by a topic: a subject, a text for people, JSON for machines. */
export type TopicWords = { readonly subject: string; readonly text: string; readonly json: string };

/** What plain-text e-mail is read at without folding. */
const emailColumns = 78;

/** Who reads it, far from where it was written. */
export type Readers = {
  /** Theirs, said beside UTC. */
  readonly zone?: string | undefined;
  /** Whence commands are to work. */
  readonly place?: Place;
};

/**
 * `omitted`: what had to be left out or shortened, in the names of the JSON's keys;
 * whoever reads is told.
 */
export const alertMessage = (alert: Alert, omitted: readonly string[], readers: Readers = {}): TopicWords => ({
  subject: alertSubject(alert),
  text: `${alertText(alert, { width: emailColumns, ...readers })}${omittedText(omitted)}`,
  json: omitted.length === 0 ? alertJson(alert) : cutAlertJson(alert, omitted),
});

const omittedText = (omitted: readonly string[]): string =>
  omitted.length === 0
    ? ''
    : `\nThis alert is larger than a message may be: ${listed(omitted.map((key) => omissions.get(key) ?? key))}. The log has all of it.\n`;

const omissions: ReadonlyMap<string, string> = new Map([
  ['sampleEvents', 'its events were left out'],
  ['longTexts', 'long names were cut'],
]);
