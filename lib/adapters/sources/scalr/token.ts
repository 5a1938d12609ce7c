import type { Secret } from '../../../config/secret.ts';
import { isPlausible, msPerSecond } from '../../../core/time.ts';
import { fieldsOf } from '../fields.ts';

/**
 * What a Scalr token says of itself. It is a JWT, so its end can be read without asking anybody; its last six characters
 * are what the audit log and the token report show of it. Nothing else of it leaves this file.
 */

/** As many characters as Scalr shows. */
const shownChars = 6;

/** Undefined for what is too short to be a token: then its last characters would be most of it. */
export const lastCharactersOf = (token: Secret): string | undefined => {
  const value = token.reveal();
  return value.length >= 4 * shownChars ? value.slice(-shownChars) : undefined;
};

export type TokenEnd =
  /** No JWT, or one whose payload cannot be read. */
  'unknown' | 'never' | { readonly atMs: number };

/** When the token ends, as it says itself. */
export const endOf = (token: Secret): TokenEnd => {
  const payload = payloadOf(token);
  if (payload === undefined) return 'unknown';
  const { exp } = payload;
  if (exp === undefined || exp === null) return 'never';
  return typeof exp === 'number' && isPlausible(exp * msPerSecond) ? { atMs: exp * msPerSecond } : 'unknown';
};

/** Scalr's tokens are some hundred characters. */
const tokenCharsMax = 8_192;

const payloadOf = (token: Secret): ReturnType<typeof fieldsOf> | undefined => {
  const value = token.reveal();
  const parts = value.length <= tokenCharsMax ? value.split('.') : [];
  if (parts.length !== 3) return undefined;
  try {
    return fieldsOf(JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8')));
  } catch {
    return undefined;
  }
};

/** What may be wrong with a token that was refused. Not an error before: nobody promises the form. */
export const scalrTokenHint = (token: Secret): string | undefined =>
  payloadOf(token) === undefined
    ? 'Tokens of Scalr are three parts with dots between, and this one is not.'
    : undefined;
