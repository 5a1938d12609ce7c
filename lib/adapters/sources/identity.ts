import { hash } from 'node:crypto';
import type { AuditEvent } from '../../core/event.ts';

/**
 * Identity where the vendor gives none: a hash of everything that tells one record from another, and an ordinal among
 * records that are alike in all of it. The same record read twice, from the API or from a file, is one event; two alike
 * in one reading are two.
 */

/** 22 characters of base64url are 132 bits: nobody can forge a second record that would be dropped as already seen. */
const identityChars = 22;

/**
 * One id per list of parts: their lengths, then the parts, so that no two lists have the same text. Lone surrogates, which
 * plain UTF-8 would all turn into the same replacement character, are escaped as JSON does.
 */
export const identityOf = (parts: readonly (string | number | undefined)[]): string => {
  let lengths = '';
  let text = '';
  for (const part of parts) {
    const words = part === undefined ? '' : `${part}`;
    lengths += part === undefined ? '-,' : `${words.length},`;
    text += words;
  }
  const canonical = text.isWellFormed() ? lengths + text : JSON.stringify(parts);
  return hash('sha256', canonical, 'base64url').slice(0, identityChars);
};

/** The event as the nth (from 0) of those that share its hash; the first keeps the plain hash. */
export const asTwin = (event: AuditEvent, ordinal: number): AuditEvent =>
  ordinal === 0 ? event : { ...event, id: `${event.id}.${ordinal}` };
