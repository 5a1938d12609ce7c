import { redact, type Secret } from '../../../config/secret.ts';

/** What a server said, as it may be quoted: an answer is as untrusted as the network it came by. */

const excerptCharsMax = 200;

/** At most 200 characters, without secrets and without anything that could steer a terminal. */
export const excerpt = (text: string, ...secrets: readonly Secret[]): string =>
  redact(text, ...secrets)
    .slice(0, 10 * excerptCharsMax)
    .replace(/[\p{Cf}\p{Co}\p{Cn}]/gu, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, excerptCharsMax)
    .toWellFormed();
