import type { DayCount, Evidence } from '../core/alert.ts';
import { instantText } from './times.ts';
import { counted, deeds, numberText } from './words.ts';

/** The words of how much was done: in an hour or a few, and in a day. */

type Of<Detector extends Evidence['detector']> = Extract<Evidence, { detector: Detector }>;

export const usageSpikeStory = (
  { atMs, windowHours, count, expected, rarelyAbove }: Of<'usage-spike'>,
  zone: string | undefined,
): string => {
  const window = windowHours === 1 ? 'the hour' : `the ${numberText(windowHours)} hours`;
  return `It caused ${counted(count, 'event')} in ${window} up to ${instantText(atMs, zone)}. Usual: ${expectedText(expected)}; only 1 such window in 1,000 exceeds ${numberText(Math.round(rarelyAbove))}.`;
};

export const usageSpikeNews = ({ count, windowHours, expected }: Of<'usage-spike'>): string =>
  `did far more than usual: ${counted(count, 'event')} in ${counted(windowHours, 'hour')}, usually ${expectedText(expected)}`;

export const usageDayStory = (
  { of, atMs, count, expected, rarelyAbove, days }: Of<'usage-day'>,
  zone: string | undefined,
): string =>
  `It ${amountText(of, count)} from midnight UTC to ${instantText(atMs, zone)}. ${usualText(of, { expected, rarelyAbove, days })}`;

/** A day is compared with the days that had any, and of a kind of action there may have been none. */
const usualText = (
  of: DayCount,
  { expected, rarelyAbove, days }: Pick<Of<'usage-day'>, 'expected' | 'rarelyAbove' | 'days'>,
): string => {
  const learned = Math.round(days);
  if (learned < 1) return 'No day is remembered on which it did so before.';
  const having = of === 'events' ? '' : ' that had any';
  return `Usual: ${expectedText(expected)}, as learned from about ${counted(learned, 'day')}${having}; only 1 such day in 1,000 exceeds ${numberText(Math.round(rarelyAbove))}.`;
};

export const usageDayNews = ({ of, count, expected, days }: Of<'usage-day'>): string =>
  `${amountText(of, count)} in a day${days < 0.5 ? '' : `, usually ${expectedText(expected)}`}`;

/** What was counted, as the end of “it …”. */
const amountText = (of: DayCount, count: number): string => {
  switch (of) {
    case 'events':
      return `caused ${counted(count, 'event')}`;
    case 'targets':
      return `touched about ${counted(count, 'target')}`;
    case 'secrets':
    case 'state':
    case 'credentials':
      return `${deeds[of]} ${counted(count, 'time')}`;
  }
};

export const expectedText = (expected: number): string =>
  expected < 0.95 ? 'less than one' : `about ${numberText(expected >= 10 ? expected : Number(expected.toFixed(1)))}`;
