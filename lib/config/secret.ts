/**
 * A secret on its way from where it is kept to the line that sends it. Whatever prints, joins, copies or serializes it
 * gets `[secret]` or nothing; only `reveal()` gives the value, so that every use can be found by that word.
 */

const hidden = '[secret]';

export class Secret {
  readonly #value: string;

  /** Blanks and control characters are refused: they are a missing variable or a slip of copying, and servers only say 401. */
  constructor(value: string) {
    if (value === '') throw new Error('The secret is empty.');
    if (/[\s\p{Cc}]/u.test(value)) {
      throw new Error('The secret holds a blank, a line break or a control character: copy it again without.');
    }
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [Symbol.toPrimitive](): string {
    return hidden;
  }

  /** What `console.log`, `util.inspect` and uncaught errors show. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return hidden;
  }
}

/** The documented prefix of Pulumi's tokens; length and alphabet are not documented for every kind, hence the loose rest. */
const pulumiToken = /pul-[A-Za-z0-9_-]+/g;
/** Scalr's tokens. A header of JSON begins so in base64url; the rest of a JWT may be cut off. */
const jwt = /eyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*){0,2}/g;

/** The text without the given secrets and without anything that looks like a token of either vendor, ours or not. */
export const redact = (text: string, ...secrets: readonly Secret[]): string =>
  secrets
    .reduce((rest, secret) => rest.replaceAll(secret.reveal(), hidden), text)
    .replace(pulumiToken, hidden)
    .replace(jwt, hidden);
