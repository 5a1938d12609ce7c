import { badRecordCharsMax } from '../../../app/ports.ts';
import { msPerSecond, parseInstant } from '../../../core/time.ts';
import { partOf } from '../fields.ts';
import { type Found, recordBytesMax, type Splitter, tooLong } from './found.ts';
import { type Line, lineSplitter } from './lines.ts';

/**
 * Pulumi's CSV export, row by row, in the shape of its JSON. Columns go by name: exports differ in number and order.
 *
 * Rows are put together from lines and by RFC 4180 alone. A general CSV reader would, after one lost quotation mark, take
 * everything up to the next one for a single field; here a row that does not come out right costs its first line only.
 */
export const csvRecords = (): Splitter => {
  const lines = lineSplitter(recordBytesMax);
  let header: readonly string[] = [];
  /** Lines of which the last is inside quotes. */
  let pending: Line[] = [];

  const row = (text: string, line: number): Found | undefined => {
    const fields = fieldsIn(text);
    if (fields === undefined) return { line, text, reason: 'not CSV: a quotation mark is missing or misplaced' };
    if (isHeader(fields)) {
      header = fields;
      return undefined;
    }
    if (fields.length === header.length) return { line, text, value: eventIn(header, fields, text) };
    return { line, text, reason: `${fields.length} columns: expected ${header.length} as in the header` };
  };

  const settle = (isEnd: boolean, found: Found[]): void => {
    let from = 0;
    while (from < pending.length) {
      const first = pending[from] as Line;
      if (first.reason !== undefined) {
        found.push({ line: first.line, reason: first.reason, text: first.text });
        from += 1;
        continue;
      }
      if (first.text === '') {
        from += 1;
        continue;
      }
      const count = linesOfRow(pending, from);
      if (count === undefined && !isEnd) break;
      const text = count === undefined ? first.text : joined(pending, from, count);
      const result = count === 0 ? { line: first.line, text, reason: tooLong } : row(text, first.line);
      if (result !== undefined) found.push(short(result));
      // A row that came out wrong may have swallowed good ones: only its first line is lost.
      from += result?.reason === undefined && count !== undefined ? Math.max(count, 1) : 1;
    }
    pending = pending.slice(from);
  };

  const run = (more: readonly Line[], isEnd: boolean): readonly Found[] => {
    const found: Found[] = [];
    for (const line of more) {
      pending.push(line);
      settle(false, found);
    }
    if (isEnd) settle(true, found);
    return found;
  };

  return { push: (chunk) => run(lines.push(chunk), false), end: () => run(lines.end(), true) };
};

/** A description with more lines than this is damage. */
const linesPerRowMax = 50;

/** How many lines the row beginning here has; 0 when too many, undefined when its end is not here yet. */
const linesOfRow = (lines: readonly Line[], from: number): number | undefined => {
  let isInside = false;
  let chars = 0;
  for (let count = 1; count <= linesPerRowMax; count++) {
    const next = lines[from + count - 1];
    if (next === undefined) return undefined;
    if (next.reason !== undefined) return 0;
    chars += next.text.length;
    if (hasOddQuotes(next.text)) isInside = !isInside;
    if (!isInside) return count;
    if (chars > recordBytesMax) return 0;
  }
  return 0;
};

const joined = (lines: readonly Line[], from: number, count: number): string =>
  count <= 1
    ? (lines[from]?.text ?? '')
    : lines
        .slice(from, from + count)
        .map(({ text }) => text)
        .join('\n');

const hasOddQuotes = (text: string): boolean => {
  let isOdd = false;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) isOdd = !isOdd;
  return isOdd;
};

/** The fields of one row, or undefined where quotation marks stand wrong. */
const fieldsIn = (row: string): readonly string[] | undefined => {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    let end: number;
    if (row[at] === '"') {
      end = at + 1;
      while (row[end] !== '"' || row[end + 1] === '"') {
        end = row.indexOf('"', row[end] === '"' ? end + 2 : end);
        if (end < 0) return undefined;
      }
      fields.push(row.slice(at + 1, end).replaceAll('""', '"'));
      end += 1;
      if (end < row.length && row[end] !== ',') return undefined;
    } else {
      end = row.indexOf(',', at);
      if (end < 0) end = row.length;
      const field = row.slice(at, end);
      if (field.includes('"')) return undefined;
      fields.push(field);
    }
    if (end >= row.length) return fields;
    at = end + 1;
  }
};

/** Whether a line of CSV is the header of Pulumi's export. */
export const isCsvHeader = (line: string): boolean => isHeader(fieldsIn(line) ?? []);

const isHeader = (fields: readonly string[]): boolean =>
  fields.includes('Timestamp') &&
  fields.includes('Event') &&
  (fields.includes('Login') || fields.includes('TokenName'));

const eventIn = (header: readonly string[], fields: readonly string[], row: string): unknown => {
  const field = (name: string): string => partOf(row, fields[header.indexOf(name)] ?? '');
  return {
    timestamp: secondsOf(field('Timestamp')),
    sourceIP: field('SourceIP'),
    event: field('Event'),
    description: field('Description'),
    user: { githubLogin: field('Login') },
    tokenID: field('TokenID'),
    tokenName: field('TokenName'),
    actorName: field('ActorName'),
    actorUrn: field('ActorUrn'),
    reqOrgAdmin: field('RequireOrgAdmin') === 'true',
    reqStackAdmin: field('RequireStackAdmin') === 'true',
    authFailure: field('AuthenticationFailure') === 'true',
  };
};

/** Exports write RFC 3339; the documentation says unix seconds. What is neither stays as it is, to be named as wrong. */
const secondsOf = (text: string): number | string => {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  const atMs = parseInstant(text);
  return atMs === undefined ? text : Math.floor(atMs / msPerSecond);
};

const short = (found: Found): Found =>
  found.reason === undefined ? found : { ...found, text: found.text.slice(0, badRecordCharsMax) };
