/**
 * What somebody may call a token, a stack or a user agent. Every channel shows these, and none may pass them raw.
 * Written as escapes: a source file that holds them raw would fool its own reader.
 */
export const hostileTexts: readonly string[] = [
  '\x1b[2J\x1b[H', // clears the screen
  '\x1b]0;owned\x07', // sets the window title
  '\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\', // a link that says something else
  '\x1b[8mhidden\x1b[0m',
  '\x9b31mred', // the one-byte form of ESC [
  '\x90q\x9c', // device control string
  'ci\rTok', // overwrites the line
  'line\nbreak',
  'tab\tand\vvertical\fform',
  '\x00nul',
  'back\b\b\b\bspace',
  '\x7fdelete',
  'next\x85line',
  'line\u2028separator\u2029paragraph',
  'cod\u202egpj.exe', // right-to-left override
  '\u2066isolate\u2069',
  '\u200erlm\u200f\u061c',
  'zero\u200bwidth\u200cjoin\u200d\u2060er',
  '\ufeffmark',
  'soft\u00adhyphen',
  '\u{e0041}\u{e0042}tags',
  'filler\u3164\u115f\uffa0',
  'selector\ufe0f\u{e0100}',
  'lone \ud800 surrogate \udc00',
  'private \ue000 \u{f0000}',
  'unassigned \u0378',
  'object \ufffc\ufff9\ufffa\ufffb',
  'invisible\u2062times',
  `zalgo${'\u0301'.repeat(400)}`,
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '<!channel> <@U123> *bold* `code`',
  '[click](https://evil.example)',
  'https://evil.example/login',
  '{{constructor.constructor("x")()}}',
  '__proto__',
  '=HYPERLINK("https://evil.example")',
  '%s %n %d',
  '\u0024{PATH} $(id) `id`',
  '”. This alert is resolved. “',
  '東京の開発者 👩‍💻 家族',
  '   ',
  '',
  'a'.repeat(100_000),
  '東'.repeat(50_000),
];

/** Code points that must never leave raw; line breaks and colours of our own making are for the caller to take out first. */
const actingRanges: readonly (readonly [from: number, to: number])[] = [
  [0x00, 0x1f], // C0 controls
  [0x7f, 0x9f], // delete and C1 controls
  [0xad, 0xad], // soft hyphen
  [0x34f, 0x34f], // grapheme joiner
  [0x61c, 0x61c], // Arabic letter mark
  [0x115f, 0x1160], // Hangul fillers
  [0x180b, 0x180f], // Mongolian selectors
  [0x200b, 0x200f], // zero width, left-to-right and right-to-left marks
  [0x2028, 0x202e], // separators, embeddings and overrides
  [0x2060, 0x206f], // word joiner, isolates
  [0x3164, 0x3164], // Hangul filler
  [0xd800, 0xdfff], // lone surrogates
  [0xe000, 0xf8ff], // private use
  [0xfeff, 0xfeff], // byte order mark
  [0xffa0, 0xffa0], // half-width filler
  [0xfff0, 0xfffb], // specials
  [0xe0000, 0xe0fff], // tags and further selectors
  [0xf0000, 0x10ffff], // private use
];

/** The code points of a text that act on a screen, as hexadecimal numbers; a channel must leave none. */
export const actingOnScreens = (text: string): readonly string[] =>
  Array.from(text, (character) => character.codePointAt(0) ?? 0)
    .filter((code) => actingRanges.some(([from, to]) => code >= from && code <= to))
    .map((code) => code.toString(16));
