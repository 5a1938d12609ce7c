/** JSON seen as bytes. All of its marks are ASCII, so UTF-8 needs no decoding to find them. */

export const tab = 9;
export const newline = 10;
export const carriageReturn = 13;
export const blank = 32;
export const quote = 34;
export const comma = 44;
export const colon = 58;
export const openBracket = 91;
export const backslash = 92;
export const closeBracket = 93;
export const openBrace = 123;
export const closeBrace = 125;

/** Far deeper than any log; keeps whoever walks through the value from running out of stack. */
export const depthMax = 1_000;

/** The value, or undefined where the text is no JSON. */
export const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Whether a line is nested too deep; a short one cannot be. */
export const isDeep = (bytes: Buffer, from: number, to: number): boolean => {
  if (to - from < depthMax) return false;
  let depth = 0;
  let isText = false;
  for (let at = from; at < to; at++) {
    const byte = bytes[at];
    if (byte === quote) isText = !isText;
    else if (isText) at += byte === backslash ? 1 : 0;
    else if (byte === openBrace || byte === openBracket) depth += 1;
    else if (byte === closeBrace || byte === closeBracket) depth -= 1;
    if (depth > depthMax) return true;
  }
  return false;
};

/** The nearest byte before that is no blank. */
export const previous = (bytes: Buffer, at: number): number => {
  let before = at - 1;
  while (
    before >= 0 &&
    (bytes[before] === blank || bytes[before] === newline || bytes[before] === carriageReturn || bytes[before] === tab)
  )
    before -= 1;
  return before;
};
