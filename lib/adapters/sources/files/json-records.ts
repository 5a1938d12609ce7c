import { isFields } from '../fields.ts';
import { excerptOf, type Found, isDamagedText, notUtf8, recordBytesMax, type Splitter, tooLong } from './found.ts';
import {
  backslash,
  blank,
  carriageReturn,
  closeBrace,
  closeBracket,
  colon,
  comma,
  depthMax,
  isDeep,
  newline,
  openBrace,
  openBracket,
  parsed,
  previous,
  quote,
  tab,
} from './json-bytes.ts';

/**
 * Finds the records in any JSON that a log is kept in: one a line, pretty-printed, one after the other, in a list, in
 * Pulumi's pages (`{"auditLogEvents": […]}`), alone or in a list or one a line.
 *
 * A line that is a whole JSON object is taken at once. Anything else is followed byte by byte, by quotes and brackets, so
 * that one line may be a list of a gigabyte. After damage it goes on at the next line, if that is what log lines look
 * like: where single lines have been whole records a broken line costs only itself; elsewhere a record ends as damaged
 * where a line as far left as its own is a whole record (`isRecord`).
 */
export const jsonRecords = (isRecord: (value: unknown) => boolean, bytesMax = recordBytesMax): Splitter => {
  let bytes: Buffer = Buffer.alloc(0);
  /** The next byte to look at, and the line it is in. */
  let at = 0;
  let line = 1;
  /** Only blanks so far in this line, and how many. */
  let isLineStart = true;
  let indentation = 0;
  let hasEnded = false;
  let hasWholeLines = false;
  /** The lists we are in, outermost first; `page` is the list of events inside an object. */
  const open: ('list' | 'page')[] = [];
  let following: Following | undefined;
  let found: Found[] = [];

  const follow = (what: Following['what']): void => {
    following = {
      what,
      start: at,
      line,
      indentation,
      depth: what === 'page-end' ? 1 : 0,
      isText: false,
      isEscaped: false,
    };
  };

  /** Gives up the record at hand where it stands. */
  const give = (reason: string): void => {
    if (following === undefined) return;
    const text = following.fault?.text ?? excerptOf(bytes, following.start, at);
    found.push({ line: following.line, reason: following.fault?.reason ?? reason, text });
    following = undefined;
  };

  /** The end of this line, or undefined when it is not here yet; -1 when it is too far away. */
  const lineEnd = (): number | undefined => {
    const end = bytes.indexOf(newline, at);
    if (end < 0 && !hasEnded) return bytes.length - at > bytesMax ? -1 : undefined;
    const to = end < 0 ? bytes.length : end;
    return to - at > bytesMax ? -1 : to;
  };

  /** Between records. False when more bytes are needed. */
  const seek = (): boolean => {
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === newline) {
        line += 1;
        isLineStart = true;
        indentation = 0;
      } else if (byte === blank || byte === tab || byte === carriageReturn) {
        if (isLineStart) indentation += 1;
      } else if (byte === openBrace) {
        if (open.length === 0 && isLineStart) return wholeLine();
        follow('record');
        return true;
      } else if (byte === openBracket && open.length < listsMax) {
        open.push('list');
        isLineStart = false;
      } else if (byte === closeBracket && open.length > 0) {
        isLineStart = false;
        if (open.pop() === 'list') continue;
        at += 1;
        follow('page-end');
        return true;
      } else if (byte === comma && open.length > 0) {
        isLineStart = false;
      } else {
        follow('rubbish');
        return true;
      }
    }
    return false;
  };

  const wholeLine = (): boolean => {
    const end = lineEnd();
    if (end === undefined) return false;
    isLineStart = false;
    const fault = end < 0 ? tooLong : takeLine(end);
    if (fault === undefined) {
      hasWholeLines = true;
      at = end;
      return true;
    }
    const isBareBrace = end > 0 && previous(bytes, end) === at;
    if (!hasWholeLines || end < 0 || isBareBrace) {
      follow('record');
      return true;
    }
    const isCut = fault === notJson && hasEnded && end === bytes.length;
    found.push({ line, reason: isCut ? cutOff : fault, text: excerptOf(bytes, at, end) });
    at = end;
    return true;
  };

  /** Takes the line as a record, or says why it is none. */
  const takeLine = (end: number): string | undefined => {
    // Tells most lines of pretty-printed JSON without parsing them.
    if (bytes[previous(bytes, end)] !== closeBrace) return notJson;
    if (isDeep(bytes, at, end)) return tooDeep;
    return takeBytes(at, end, line);
  };

  /** Through a record, or the end of a page. False when more bytes are needed. */
  const pursue = (record: Following): boolean => {
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === newline) {
        if (record.isText) {
          give(lineInText);
          return true;
        }
        line += 1;
        isLineStart = true;
        indentation = 0;
      } else if (record.isText) {
        if (record.isEscaped) record.isEscaped = false;
        else if (byte === backslash) record.isEscaped = true;
        else if (byte === quote) record.isText = false;
      } else if (byte === blank || byte === tab || byte === carriageReturn) {
        if (isLineStart) indentation += 1;
      } else {
        if (isLineStart && byte === openBrace && indentation === record.indentation && record.line < line) {
          const isNext = isWholeRecord();
          if (isNext === undefined) return false;
          if (isNext) {
            hasWholeLines ||= open.length === 0;
            give(notEnded);
            return true;
          }
        }
        isLineStart = false;
        if (byte === quote) record.isText = true;
        else if (byte === openBrace || byte === openBracket) {
          record.depth += 1;
          if (byte === openBracket && isEventList(record)) {
            at += 1;
            open.push('page');
            following = undefined;
            return true;
          }
          if (record.depth > depthMax) fault(record, tooDeep);
        } else if (byte === closeBrace || byte === closeBracket) {
          record.depth -= 1;
          if (record.depth === 0) {
            at += 1;
            complete(record);
            return true;
          }
        }
      }
    }
    if (at - record.start > bytesMax) fault(record, tooLong);
    return false;
  };

  /** From here on the record's bytes are not kept. */
  const fault = (record: Following, reason: string): void => {
    record.fault ??= { reason, text: excerptOf(bytes, record.start, at) };
  };

  const complete = (record: Following): void => {
    if (record.what === 'record') {
      if (at - record.start > bytesMax) fault(record, tooLong);
      const reason = record.fault?.reason ?? takeBytes(record.start, at, record.line);
      if (reason !== undefined) give(reason);
    }
    following = undefined;
  };

  /** Takes these bytes as a record, or says why they are none. */
  const takeBytes = (from: number, to: number, fromLine: number): string | undefined => {
    const text = bytes.toString('utf8', from, to);
    if (isDamagedText(text, bytes, from, to)) return notUtf8;
    const value = parsed(text);
    if (value === undefined) return notJson;
    const events = isFields(value) ? value.auditLogEvents : undefined;
    if (!Array.isArray(events)) found.push({ line: fromLine, value, text });
    else for (const event of events) found.push({ line: fromLine, value: event, text: undefined });
    return undefined;
  };

  /** Whether this line is a whole record by itself, apart from a comma after it; undefined while its end is not here. */
  const isWholeRecord = (): boolean | undefined => {
    const end = lineEnd();
    if (end === undefined || end < 0) return end === undefined ? undefined : false;
    let last = previous(bytes, end);
    if (open.length > 0 && bytes[last] === comma) last = previous(bytes, last);
    if (bytes[last] !== closeBrace || isDeep(bytes, at, end)) return false;
    return isRecord(parsed(bytes.toString('utf8', at, last + 1)));
  };

  /** Whether the bracket here opens a page's list of events: `"auditLogEvents":` stands before it, one level deep. */
  const isEventList = (record: Following): boolean => {
    if (record.depth !== 2 || record.what !== 'record' || record.fault !== undefined || open.length >= listsMax)
      return false;
    let before = previous(bytes, at);
    if (bytes[before] !== colon) return false;
    before = previous(bytes, before) + 1;
    const from = before - eventsKey.length;
    return from > record.start && bytes.compare(eventsKey, 0, eventsKey.length, from, before) === 0;
  };

  /** Through something that is no record: to the end of the line, or of the item of a list. */
  const skip = (): boolean => {
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte !== newline && (open.length === 0 || (byte !== comma && byte !== closeBracket))) continue;
      give(notJson);
      return true;
    }
    if (following !== undefined) fault(following, notJson);
    return false;
  };

  const step = (): boolean =>
    following === undefined ? seek() : following.what === 'rubbish' ? skip() : pursue(following);

  const run = (): readonly Found[] => {
    found = [];
    while (at < bytes.length && step());
    return found;
  };

  return {
    push: (chunk) => {
      const keptFrom = following !== undefined && following.fault === undefined ? following.start : at;
      bytes = keptFrom === bytes.length ? chunk : Buffer.concat([bytes.subarray(keptFrom), chunk]);
      at -= keptFrom;
      if (following !== undefined) following.start -= keptFrom;
      return run();
    },
    end: () => {
      hasEnded = true;
      run();
      if (following !== undefined) give(following.what === 'rubbish' ? notJson : cutOff);
      else if (open.length > 0) found.push({ line, reason: 'the file ends before its list does', text: '' });
      return found;
    },
  };
};

/** A stretch being followed to its end. Mutable, as it changes with every byte. */
type Following = {
  readonly what: 'record' | 'page-end' | 'rubbish';
  start: number;
  readonly line: number;
  readonly indentation: number;
  depth: number;
  isText: boolean;
  isEscaped: boolean;
  fault?: { readonly reason: string; readonly text: string };
};

/** A list of pages of events is three; more is a file made to confuse. */
const listsMax = 8;

const notJson = 'not JSON: expected one audit event as a JSON object';
const cutOff = 'the file ends in the middle of this record';
const lineInText = 'not JSON: the line ends inside a text';
const notEnded = 'not JSON: the next record begins before this one ends';
const tooDeep = `nested more than ${depthMax} levels deep`;
const eventsKey = Buffer.from('"auditLogEvents"');
