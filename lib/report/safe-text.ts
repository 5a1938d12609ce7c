import stringWidth from 'string-width';
import { withoutLookAlikes } from './look-alikes.ts';

/**
 * Text from a log, made safe for a terminal or a plain-text e-mail. Whoever uses a stolen token also chooses user agents,
 * token names and stack names: raw, they could move the cursor, recolour the alert, reverse what is read (bidi) or hide
 * (zero width), or pass for another name (`ci-d\u0435ploy`). Such characters are shown as escapes, `\x1b`, and not dropped,
 * so that the attempt itself is seen. A backslash stays one: the output is for eyes, and nobody turns it back.
 */

/**
 * What must not reach a screen: controls, bidi and other format characters, lone surrogates, private-use and unassigned
 * code points, line and paragraph separators, and all that renders as nothing (zero width, fillers, tags, selectors).
 */
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const mark = /\p{M}/u;
const pictograph = /\p{Extended_Pictographic}/u;
/** Turns ❤ into its coloured form; harmless there, invisible elsewhere. */
const emojiSelector = '\ufe0f';

/** Written languages stack up to about four; "zalgo" text stacks hundreds and paints over its neighbours. */
const marksInARowMax = 4;
/** The longest emoji sequence in use has 10 code points; text of nothing but those still fills the columns. */
const codePointsPerColumn = 16;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The text without anything that acts on a screen, on one line, in at most `columnsMax` columns. */
export const printable = (text: string, columnsMax: number): string =>
  cut(withoutLookAlikes(escaped(text, columnsMax * codePointsPerColumn), escapeOf), columnsMax);

/** Cut to a width as displayed, the cut marked by `…`. For text that is printable already. */
export const cut = (text: string, columnsMax: number): string => {
  if (text.length <= columnsMax && isAscii(text)) return text;
  let kept = '';
  let columns = 0;
  let fits = ''; // what still leaves room for the mark of the cut
  for (const { segment } of graphemes.segment(text)) {
    columns += columnsOf(segment);
    if (columns > columnsMax) return columnsMax > 0 ? `${fits}…` : '';
    kept += segment;
    if (columns <= columnsMax - 1) fits = kept;
  }
  return kept;
};

/** Columns that a printable text takes on a terminal: 2 for 東 and most emoji. */
export const columnsOf = (text: string): number => (isAscii(text) ? text.length : stringWidth(text));

/** The clusters of a printable text that must stay together when it is broken. */
export const graphemesOf = (text: string): readonly string[] =>
  Array.from(graphemes.segment(text), ({ segment }) => segment);

/**
 * A name inside a sentence. Plain names stand bare; any other is quoted, so that `ci, which is fine` cannot pass for our
 * words, and loses what mail programs turn into links.
 */
export const named = (text: string, columnsMax = nameColumnsMax): string => {
  const shown = shownText(text, columnsMax);
  if (shown.trim() === '') return '(blank)';
  return plainName.test(shown) ? shown : `“${shown.replaceAll('“', '\\u201c').replaceAll('”', '\\u201d')}”`;
};

/** Names of tokens end at 40 characters at Pulumi, e-mail addresses rarely pass 60. */
const nameColumnsMax = 60;
const plainName = /^[\p{L}\p{M}\p{N}…][\p{L}\p{M}\p{N}_.@/:+…-]*$/u;

/** Foreign text that has its own place (an owner, an address, a cell), where quotes would only be noise. */
export const shownText = (text: string, columnsMax: number): string => defanged(printable(text, columnsMax));

/** `https://evil.example` as `https[:]//evil.example`: readable, but no mail program makes a link of it. */
const defanged = (text: string): string => text.replaceAll('://', '[:]//');

const escaped = (text: string, codePointsMax: number): string => {
  let safe = '';
  let read = 0;
  let marksInARow = 0;
  let previous = '';
  for (const character of text) {
    if (read++ >= codePointsMax) return `${safe}…`;
    marksInARow = mark.test(character) ? marksInARow + 1 : 0;
    const isSafe =
      character === emojiSelector
        ? pictograph.test(previous)
        : marksInARow <= marksInARowMax && !unsafe.test(character);
    safe += isSafe ? character : escapeOf(character);
    previous = character;
  }
  return safe;
};

const escapeOf = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x1_0000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
};

const ascii = /^[\x20-\x7e]*$/;
const isAscii = (text: string): boolean => ascii.test(text);
