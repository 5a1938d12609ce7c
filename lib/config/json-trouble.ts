/**
 * Where a JSON text is wrong. `JSON.parse` gives no position for some mistakes, repeats the text in its message (which may
 * be a pasted token), and silently keeps the last of two equal keys. This walks the grammar of RFC 8259 and gives the first
 * trouble with its line and column; the value itself still comes from `JSON.parse`.
 */

export type JsonTrouble = {
  readonly line: number;
  readonly column: number;
  readonly problem: string;
};

/** Settings nest four deep; a limit keeps a hostile file from exhausting the stack. */
const depthMax = 32;

export const jsonTroubleIn = (text: string): JsonTrouble | undefined => {
  const stop = valueAt(text, skipBlanks(text, 0), 0);
  const trouble =
    typeof stop === 'number'
      ? skipBlanks(text, stop) < text.length
        ? { offset: skipBlanks(text, stop), problem: 'expected nothing after the closing bracket' }
        : undefined
      : stop;
  return trouble === undefined ? undefined : { ...placeOf(text, trouble.offset), problem: trouble.problem };
};

type Trouble = { readonly offset: number; readonly problem: string };
/** Where a value ends, or what is wrong before that. */
type End = number | Trouble;

const literal = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;
const stringStart = '"';
/** A whole string; its escapes are complete. Each alternative begins differently, so that nothing is tried twice. */
const string = /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const blanks = /[ \t\n\r]*/y;

const endOf = (pattern: RegExp, text: string, offset: number): number | undefined => {
  pattern.lastIndex = offset;
  return pattern.test(text) ? pattern.lastIndex : undefined;
};

const skipBlanks = (text: string, offset: number): number => endOf(blanks, text, offset) ?? offset;

const valueAt = (text: string, offset: number, depth: number): End => {
  if (depth > depthMax) return { offset, problem: `nested more than ${depthMax} deep` };
  switch (text[offset]) {
    case undefined:
      return { offset, problem: 'the file ends too early: a value or a closing bracket is missing' };
    case '{':
      return objectAt(text, offset, depth);
    case '[':
      return arrayAt(text, offset, depth);
    case stringStart:
      return stringAt(text, offset);
    default:
      return endOf(literal, text, offset) ?? { offset, problem: 'expected a value; texts stand in double quotes' };
  }
};

const stringAt = (text: string, offset: number): End =>
  endOf(string, text, offset) ?? {
    offset,
    problem: 'this text has no closing quote on its line, or a wrong escape (write \\\\ for a backslash)',
  };

const arrayAt = (text: string, start: number, depth: number): End => {
  let offset = skipBlanks(text, start + 1);
  if (text[offset] === ']') return offset + 1;
  for (;;) {
    const end = valueAt(text, offset, depth + 1);
    if (typeof end !== 'number') return end;
    offset = skipBlanks(text, end);
    if (text[offset] === ']') return offset + 1;
    if (text[offset] !== ',') return { offset, problem: 'expected a comma or ]' };
    offset = skipBlanks(text, offset + 1);
    if (text[offset] === ']') return { offset, problem: 'remove the comma before this ]' };
  }
};

const objectAt = (text: string, start: number, depth: number): End => {
  const keys = new Set<string>();
  let offset = skipBlanks(text, start + 1);
  if (text[offset] === '}') return offset + 1;
  for (;;) {
    const keyStart = offset;
    if (text[offset] !== stringStart) return { offset, problem: 'expected a name in double quotes' };
    const keyEnd = stringAt(text, offset);
    if (typeof keyEnd !== 'number') return keyEnd;
    const key = String(JSON.parse(text.slice(keyStart, keyEnd)));
    if (keys.has(key)) return { offset: keyStart, problem: 'this name stands here a second time: keep one' };
    keys.add(key);
    offset = skipBlanks(text, keyEnd);
    if (text[offset] !== ':') return { offset, problem: 'expected a colon after the name' };
    const end = valueAt(text, skipBlanks(text, offset + 1), depth + 1);
    if (typeof end !== 'number') return end;
    offset = skipBlanks(text, end);
    if (text[offset] === '}') return offset + 1;
    if (text[offset] !== ',') return { offset, problem: 'expected a comma or }' };
    offset = skipBlanks(text, offset + 1);
    if (text[offset] === '}') return { offset, problem: 'remove the comma before this }' };
  }
};

const placeOf = (text: string, offset: number): { readonly line: number; readonly column: number } => {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
};
