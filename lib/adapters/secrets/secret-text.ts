import { SecretError } from '../../app/ports.ts';
import { Secret } from '../../config/secret.ts';
import { looksLikeSecret } from '../../config/secret-shapes.ts';

/**
 * The text that a store gave, as a secret that can be sent. What goes wrong is nearly always a slip of copying, so each is
 * named; no message repeats any part of the text.
 */

/** Servers commonly take no longer header (nginx: 8 KiB). */
const secretCharsMax = 8_192;
/** Names of fields help to find the right one; more than this is not read by anybody. */
const namesMax = 20;
/** A longer name may be a value on the wrong side of a colon. */
const nameForm = /^[\w .@/-]{1,30}$/;

export type Kept = {
  /** Where the text comes from, as it begins a sentence: `env:PULUMI_ACCESS_TOKEN`. */
  readonly where: string;
  /** A sentence on how to set it right. */
  readonly advice: string;
};

/** Throws `SecretError`. */
export const secretFrom = (text: string, { where, advice }: Kept): Secret => {
  const fail = (what: string): SecretError => new SecretError('unusable', `${where} ${what}. ${advice}`);
  if (text.trim() === '') throw fail('is blank');
  if (text.length > secretCharsMax) throw fail(`has ${text.length} characters, more than any token`);
  if (/^(["']).*\1$/s.test(text)) throw fail('is in quotes, which are not part of it: leave them out');
  if (/^(token|bearer)\s/i.test(text)) throw fail('begins with a word of the request header: write the token alone');
  try {
    return new Secret(text);
  } catch {
    throw fail('holds a blank, a line break or a control character: copy it again without');
  }
};

/** Without the line break that editors and `echo` put at the end of a text. */
export const withoutLastBreak = (text: string): string => text.replace(/\r?\n$/, '');

/** The value of one field. Throws `SecretError` with the names of the fields that are there. */
export const fieldFrom = (fields: object, field: string, { where, advice }: Kept): Secret => {
  const value: unknown = Object.hasOwn(fields, field) ? Reflect.get(fields, field) : undefined;
  if (value === undefined) {
    throw new SecretError('missing', `${where}: the secret is there, but has no such field. ${namesIn(fields)}`);
  }
  if (typeof value !== 'string') {
    throw new SecretError('unusable', `${where} is no text: write the value in quotes. ${advice}`);
  }
  return secretFrom(withoutLastBreak(value), { where, advice });
};

/** Names, never values. One that may be a secret itself is not shown either. */
export const namesIn = (fields: object): string => {
  const names = Object.keys(fields);
  if (names.length === 0) return 'It has no fields at all.';
  const shown = names.slice(0, namesMax).map((name) => (isShown(name) ? name : '(a longer name)'));
  const more = names.length > namesMax ? ` and ${names.length - namesMax} more` : '';
  return `It has: ${shown.join(', ')}${more}.`;
};

const isShown = (name: string): boolean => nameForm.test(name) && !looksLikeSecret(name);
