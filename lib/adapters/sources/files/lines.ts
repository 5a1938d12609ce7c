import { excerptOf, isDamagedText, notUtf8, recordBytesMax, tooLong } from './found.ts';

/** Lines of a text, each with its number, for formats of one record a line. A line too long is skipped, not held. */
export type Line =
  | { readonly line: number; readonly text: string; readonly reason?: undefined }
  | { readonly line: number; readonly text: string; readonly reason: string };

export type LineSplitter = { push(chunk: Buffer): readonly Line[]; end(): readonly Line[] };

const newline = 10;
const carriageReturn = 13;

export const lineSplitter = (bytesMax = recordBytesMax): LineSplitter => {
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  /** The beginning of a line that is being skipped. */
  let skipped: string | undefined;

  const lineAt = (bytes: Buffer, from: number, to: number): Line => {
    if (skipped !== undefined) {
      const text = skipped;
      skipped = undefined;
      return { line, text, reason: tooLong };
    }
    if (to - from > bytesMax) return { line, text: excerptOf(bytes, from, to), reason: tooLong };
    const end = to > from && bytes[to - 1] === carriageReturn ? to - 1 : to;
    const text = bytes.toString('utf8', from, end);
    return isDamagedText(text, bytes, from, end) ? { line, text, reason: notUtf8 } : { line, text };
  };

  return {
    push: (chunk) => {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const lines: Line[] = [];
      let from = 0;
      for (let to = bytes.indexOf(newline, rest.length); to >= 0; to = bytes.indexOf(newline, from)) {
        lines.push(lineAt(bytes, from, to));
        from = to + 1;
        line += 1;
      }
      rest = bytes.subarray(from);
      if (rest.length > bytesMax) skipped ??= excerptOf(rest, 0, rest.length);
      if (skipped !== undefined) rest = Buffer.alloc(0);
      return lines;
    },
    end: () => (rest.length === 0 && skipped === undefined ? [] : [lineAt(rest, 0, rest.length)]),
  };
};
