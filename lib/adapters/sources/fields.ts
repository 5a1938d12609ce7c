import { parseIp } from '../../core/ip.ts';
import { identityOf } from './identity.ts';

/**
 * Reading single fields of untrusted records: of bounded length, never trusted to be of the promised type, and without
 * holding on to the long text they were cut from. Control characters stay; whoever prints a text escapes it.
 */

/** Longer than any name, address of a person or version string we have seen; short enough for 50,000 events in memory. */
export const nameCharsMax = 256;
/** A vendor's sentence with two long names in it. */
export const descriptionCharsMax = 1_000;
/** Enough to recognize a value in a message of one line. */
const quotedCharsMax = 60;
/** Well above the distinct callers of a large organization; an attacker who sends more only makes us parse again. */
const rememberedMax = 10_000;

/** A JSON object as it arrives: any key may be absent or hold anything. */
export type Fields = { readonly [name: string]: unknown };
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const nothing: Fields = Object.freeze(Object.create(null));
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : nothing);

/** The text of a field, whole; a number counts as its digits, anything else as absent. Absent is ''. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';

/** At most `charsMax` characters, as a copy: a slice would keep the whole text in memory for as long as the event. */
export const cut = (text: string, charsMax: number): string =>
  text.length <= charsMax ? text : detached(text.slice(0, charsMax));

/** The same text in memory of its own. UTF-16, because UTF-8 would lose lone surrogates. */
export const detached = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le');

/** A part of a longer text, which it shall not keep in memory where that is much longer than itself. */
export const partOf = (whole: string, part: string): string => (whole.length > 4_096 ? detached(part) : part);

/** The text of an optional field, cut; absent and empty are undefined. */
export const optionalText = (value: unknown, charsMax: number): string | undefined => {
  const text = textOf(value);
  return text === '' ? undefined : cut(text, charsMax);
};

/** An id is never merely cut, or two long ones that begin alike would share one baseline: a hash takes the cut part's place. */
export const cutId = (text: string): string =>
  text.length <= nameCharsMax ? text : `${cut(text, nameCharsMax - 23)}~${identityOf([text])}`;

/** A value as it appears inside a sentence. */
export const quoted = (value: unknown): string => {
  if (value === undefined) return 'missing';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  const text = String(value);
  const shown = text.length <= quotedCharsMax ? text : `${text.slice(0, quotedCharsMax)}…`;
  return typeof value === 'string' ? JSON.stringify(shown) : shown;
};

/** `name is missing` or `name "value" is not …`. */
export const flawOf = (name: string, value: unknown, expected: string): string =>
  value === undefined || value === '' || value === null
    ? `${name} is missing: expected ${expected}`
    : `${name} ${quoted(value)} is not ${expected}`;

/** The same answer for the same text without computing it again, within bounds of number and of length. */
export const remembered = <Answer>(answer: (text: string) => Answer): ((text: string) => Answer) => {
  const known = new Map<string, Answer>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const found = answer(text);
    if (text.length > nameCharsMax) return found;
    if (known.size >= rememberedMax) known.clear();
    known.set(text, found);
    return found;
  };
};

/** Canonical addresses; '' where the text is none. */
export const addressReader = (): ((text: string) => string) => remembered((text) => parseIp(text)?.text ?? '');
