import type { Silence } from '../core/silence.ts';
import { msPerHour } from '../core/time.ts';
import { durationText, instantText } from './times.ts';

/** A log that has been silent for too long, in words: how long, what would be usual, where to look. */

/** `sinceMs`: the last event, or the first start of a watch that never saw one. */
export const silenceSentence = (silence: Silence, sinceMs: number, nowMs: number): string => {
  const ago = durationText(nowMs - sinceMs);
  const usual = durationText(silence.usualHours * msPerHour);
  switch (silence.heard) {
    case 'nothing':
      return `not one event since it was first watched, on ${instantText(sinceMs)}, ${ago} ago.`;
    case 'little':
      return `its last event is of ${instantText(sinceMs)}, ${ago} ago. It never said much, but nothing at all in ${usual}.`;
    case 'rhythm':
      return `its last event is of ${instantText(sinceMs)}, ${ago} ago. By the last four weeks, up to ${usual} would be usual, days of rest not counted.`;
  }
};

export const silenceAdvice = ({ heard }: Silence): string =>
  heard === 'nothing'
    ? 'Do something harmless there. If that does not show either, the log does not arrive: check that it is switched on at the vendor, and that it leads here.'
    : 'Look whether its audit log still shows what you do there: somebody may have switched it off, or taken its export away.';
