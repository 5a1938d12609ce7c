import { secretsToHide } from './secret-shapes.ts';

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

/**
 * The text without the given secrets, in any form that a server may repeat them in, and without anything that looks like one
 * of those we know, ours or not.
 */
export const redact = (text: string, ...secrets: readonly Secret[]): string =>
  secretsToHide.reduce(
    (rest, shape) => rest.replace(shape, hidden),
    secrets.flatMap(formsOf).reduce((rest, form) => rest.replaceAll(form, hidden), text),
  );

/** The longest first, so that none leaves a part of another. */
const formsOf = (secret: Secret): readonly string[] => {
  const value = secret.reveal();
  const encoded = [0, 1, 2].flatMap((offset) =>
    (['base64', 'base64url'] as const).map((encoding) => base64Within(value, offset, encoding)),
  );
  const forms = [value, encodeURIComponent(value.toWellFormed()), JSON.stringify(value).slice(1, -1)];
  return [...forms, ...encoded.filter((form) => form.length >= encodedCharsMin)].toSorted(
    (a, b) => b.length - a.length,
  );
};

/** Of a shorter secret, so little would be looked for that it stands in any text. */
const encodedCharsMin = 8;

/** As it stands in the base64 of a longer text, such as a whole header: the characters that only the secret decides. */
const base64Within = (value: string, offset: number, encoding: 'base64' | 'base64url'): string => {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]);
  return bytes.toString(encoding).slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6));
};
