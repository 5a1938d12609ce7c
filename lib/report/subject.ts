import type { Alert } from '../core/alert.ts';
import { headlineOf } from './sentences.ts';

/**
 * One line for the subject of an e-mail: the severity, then what happened. SNS takes less than 100 characters of printable
 * ASCII (API reference, Publish, Subject), and a line break in it would be a header of somebody else's making.
 */

const charsMax = 99;

export const alertSubject = (alert: Alert): string =>
  asSubject(`${alert.severity.toUpperCase()}: ${headlineOf({ ...alert, principal: inAscii(alert.principal) })}`);

/** Any text as a subject. */
export const asSubject = (text: string): string => {
  // What is far beyond the end is not worth looking at; a letter may be four code units and its marks.
  const plain = transliterated(text.slice(0, charsMax * 8))
    .replace(/ {2,}/g, ' ')
    .trim();
  if (plain === '') return 'tokenwatch';
  return plain.length <= charsMax ? plain : `${plain.slice(0, lastBlankIn(plain))}...`;
};

/** The end of the last word that leaves room for the dots, unless that would drop a whole long word. */
const lastBlankIn = (text: string): number => {
  const room = charsMax - '...'.length;
  const blank = text.lastIndexOf(' ', room);
  return blank > room - 25 ? blank : room;
};

/** A name of which ASCII would leave nothing is less than an id. */
const inAscii = (principal: Alert['principal']): Alert['principal'] =>
  /[A-Za-z0-9]/.test(transliterated(principal.name.slice(0, charsMax)).replaceAll('?', ''))
    ? principal
    : { ...principal, name: principal.id };

const punctuation: ReadonlyMap<string, string> = new Map([
  ['“', '"'],
  ['”', '"'],
  ['„', '"'],
  ['‘', "'"],
  ['’', "'"],
  ['–', '-'],
  ['—', '-'],
  ['…', '...'],
  ['\u00a0', ' '],
]);

/** Latin letters that are more than a letter with a mark. */
const letters: ReadonlyMap<string, string> = new Map([
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['Æ', 'AE'],
  ['œ', 'oe'],
  ['Œ', 'OE'],
  ['ø', 'o'],
  ['Ø', 'O'],
  ['ł', 'l'],
  ['Ł', 'L'],
  ['đ', 'd'],
  ['Đ', 'D'],
  ['ð', 'd'],
  ['Ð', 'D'],
  ['þ', 'th'],
  ['Þ', 'TH'],
  ['ı', 'i'],
  ['ħ', 'h'],
]);

/** `Zoë` as `Zoe`, `東` as `?`. The message itself has every name as it is. */
const transliterated = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/[^\x20-\x7e]/gu, (character) => punctuation.get(character) ?? letters.get(character) ?? '?')
    .replace(/\?{3,}/g, '??');
