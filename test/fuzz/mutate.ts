import type { Dice } from '../../lib/simulator/dice.ts';

/**
 * Damage, from a seed: bytes flipped, dropped, repeated, cut, spliced with another input, and words that parsers trip
 * over put in the middle. Structure survives often enough that the damage reaches the code behind the first check.
 */

export type Bytes = Buffer<ArrayBufferLike>;

/** Beyond it an input tells nothing that a shorter one does not, and slows all others. */
const bytesMax = 64 * 1024;

const words = [
  '',
  '"',
  '\\',
  '\\"',
  '\\u0000',
  '\\ud800',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\n',
  '\r\n',
  '\0',
  '\ufeff',
  '\u2028',
  '\u202e',
  'null',
  'true',
  '-0',
  '1e999',
  '-1',
  '9007199254740993',
  '0x10',
  'NaN',
  '""',
  '{}',
  '[]',
  '[[[[[[[[[[[[[[[[',
  '{"a":{"a":{"a":{"a":',
  '"__proto__":{"polluted":1},',
  '"constructor":{"prototype":{"polluted":1}},',
  '=cmd|x',
  '|',
  'CEF:0|',
  '<script>',
  '\x1b[2J',
  '\xff\xfe',
  '1970-01-01T00:00:00Z',
  '9999-12-31T23:59:60Z',
  '999.999.999.999',
  '::ffff:192.0.2.1%eth0',
].map((word) => Buffer.from(word, 'latin1'));

/** One to eight damages to `input`; `other` is what splices come from. */
export const mutated = (input: Bytes, other: Bytes, dice: Dice): Bytes => {
  let bytes = input;
  for (let left = dice.integer(1, 8); left > 0; left -= 1) bytes = damaged(bytes, other, dice);
  return bytes.subarray(0, bytesMax);
};

const damaged = (bytes: Bytes, other: Bytes, dice: Dice): Bytes => {
  const at = dice.integer(0, bytes.length);
  const [from, to] = span(bytes, dice);
  switch (dice.integer(0, 9)) {
    case 0:
      return replaced(bytes, at, at + 1, Buffer.from([dice.integer(0, 255)]));
    case 1:
    case 2:
      return replaced(bytes, at, at, wordOf(dice));
    case 3:
      return replaced(bytes, from, to, Buffer.alloc(0));
    case 4:
      return replaced(bytes, at, at, bytes.subarray(from, to));
    case 5:
      return bytes.subarray(0, at);
    case 6: {
      const [first, last] = span(other, dice);
      return replaced(bytes, from, to, other.subarray(first, last));
    }
    case 7:
      return replaced(bytes, from, to, wordOf(dice));
    case 8:
      // What a pattern that looks back again and again is slow on.
      return replaced(bytes, at, at, repeated(bytes.subarray(from, Math.min(to, from + 16)), dice.integer(2, 400)));
    default:
      return number(bytes, at, dice);
  }
};

const replaced = (bytes: Bytes, from: number, to: number, by: Bytes): Bytes =>
  Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(to)]);

const wordOf = (dice: Dice): Bytes => words[dice.integer(0, words.length - 1)] ?? Buffer.alloc(0);

const repeated = (bytes: Bytes, times: number): Bytes => Buffer.concat(Array.from({ length: times }, () => bytes));

/** Mostly short, now and then long. */
const span = (bytes: Bytes, dice: Dice): readonly [from: number, to: number] => {
  const from = dice.integer(0, bytes.length);
  return [from, Math.min(bytes.length, from + Math.round(dice.exponential(dice.chance(0.1) ? 400 : 12)))];
};

/** The next digit from here on becomes another number: of another length, sign or size. */
const number = (bytes: Bytes, at: number, dice: Dice): Bytes => {
  const from = bytes.subarray(at).findIndex((byte) => byte >= 48 && byte <= 57);
  if (from < 0) return bytes;
  const text = dice.pick([
    '0',
    '-1',
    '1e308',
    '1e-320',
    '4294967296',
    '253402300800',
    '00',
    '1.5',
    '99999999999999999',
  ]);
  return replaced(bytes, at + from, at + from + 1, Buffer.from(text));
};
