/**
 * Names that pass for others: `ci-dерloy` with two Cyrillic letters is not `ci-deploy`, and no eye sees it. Letters that
 * only stand in for Latin ones are shown as escapes; whole words of another script are left as they are, so that people
 * who write in it can read their own names. After Unicode's report on security (UTS 39), whose rule for whole names
 * would escape the second half of `ci-деплой` too.
 *
 * Misses: accents (`ci-déploy`), which are seen, and pairs within Latin itself (`l` and `I`), which need a better font.
 */

const word = /[\p{L}\p{M}\p{N}]+/gu;
const latin = /\p{Script=Latin}/u;
/** Scripts whose letters are drawn like Latin ones. */
const alike =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Lisu}\p{Script=Coptic}]/u;
/** Cyrillic and Greek letters that look like Latin ones in common fonts. */
const twin = /^[асеорхуіјѕһԁԛԝьӏАВСЕНІЈКМОРЅТХУҮԌԚԜαικνορτυχγΑΒΕΖΗΙΚΜΝΟΡΤΥΧϲϳ\p{N}]+$/u;
/** Latin letters in disguise: mathematical alphabets, Roman numerals, the phonetic `ɑ` and `ɡ`. */
const disguised = /[\u{1d400}-\u{1d7ff}\u2160-\u217f\u0251\u0261]/gu;
const ascii = /^\p{ASCII}*$/u;

/** The text with letters that imitate Latin ones replaced by what `escapeOf` makes of them. */
export const withoutLookAlikes = (text: string, escapeOf: (character: string) => string): string => {
  if (ascii.test(text)) return text;
  const isLatin = latin.test(text);
  return text
    .replace(disguised, escapeOf)
    .replace(word, (run) =>
      isLatin && alike.test(run) && (latin.test(run) || twin.test(run)) ? escapedTwins(run, escapeOf) : run,
    );
};

const escapedTwins = (run: string, escapeOf: (character: string) => string): string =>
  Array.from(run, (character) => (alike.test(character) ? escapeOf(character) : character)).join('');
