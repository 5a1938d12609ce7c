import { badRecordCharsMax } from '../../../app/ports.ts';
import { msPerSecond } from '../../../core/time.ts';
import { partOf } from '../fields.ts';
import type { Found, Splitter } from './found.ts';
import { type Line, lineSplitter } from './lines.ts';

/**
 * Pulumi's CEF export (also what it writes to S3), line by line, in the shape of its JSON.
 * `… CEF:0|Pulumi|Pulumi Service|1.0|<event>|<description>|0|key=value key=value`: bars and backslashes in the header are
 * escaped by a backslash, equals signs in the extension too; values hold blanks, so a value ends where the next key begins.
 */
export const cefRecords = (): Splitter => {
  const lines = lineSplitter();
  const found = (line: Line): Found => {
    const value = line.reason === undefined ? eventIn(line.text) : undefined;
    if (value !== undefined) return { line: line.line, value, text: line.text };
    const reason = line.reason ?? 'not CEF: expected CEF:0|Pulumi|Pulumi Service|…, eight parts in all';
    return { line: line.line, reason, text: line.text.slice(0, badRecordCharsMax) };
  };
  const records = (more: readonly Line[]): readonly Found[] => more.filter(({ text }) => text.trim() !== '').map(found);
  return { push: (chunk) => records(lines.push(chunk)), end: () => records(lines.end()) };
};

const marker = /(?:^|\s)CEF:\d+\|/;

/** Whether a line is of Common Event Format, whatever stands before it. */
export const isCef = (line: string): boolean => marker.test(line.slice(0, headerSearchedChars));
/** A syslog prefix (time and host name) is far shorter. */
const headerSearchedChars = 1_000;

const eventIn = (line: string): unknown => {
  const start = line.slice(0, headerSearchedChars).search(marker);
  if (start < 0) return undefined;
  const { parts, rest } = headerIn(line, start);
  const [, , , , name, description] = parts;
  if (rest === undefined || name === undefined || description === undefined) return undefined;
  const extension = extensionIn(rest);
  const field = (key: string): string => partOf(line, extension.get(key) ?? '');
  return {
    timestamp: secondsOf(field('rt')),
    sourceIP: field('src'),
    event: partOf(line, name),
    description: partOf(line, description),
    user: { githubLogin: field('suser') },
    tokenID: field('tokenID'),
    tokenName: field('tokenName'),
    actorName: field('actorName'),
    actorUrn: field('actorUrn'),
    reqOrgAdmin: field('requireOrgAdmin') === 'true',
    reqStackAdmin: field('requireStackAdmin') === 'true',
    authFailure: field('authenticationFailure') === 'true',
  };
};

/** The seven parts before the extension, and the extension; undefined when there are fewer. */
const headerIn = (
  line: string,
  start: number,
): { readonly parts: readonly string[]; readonly rest: string | undefined } => {
  const parts: string[] = [];
  let from = start;
  for (let at = start; at < line.length; at++) {
    if (line[at] === '\\') at += 1;
    else if (line[at] === '|') {
      parts.push(unescaped(line.slice(from, at)));
      from = at + 1;
      if (parts.length === headerParts) return { parts, rest: line.slice(from) };
    }
  }
  return { parts, rest: undefined };
};
const headerParts = 7;

/**
 * Values by key. Where a key comes twice the first counts: Pulumi writes the address before the names that users choose,
 * so a token named `x src=192.0.2.1` cannot replace the address, should its equals sign not be escaped.
 */
const extensionIn = (text: string): ReadonlyMap<string, string> => {
  const values = new Map<string, string>();
  let key: string | undefined;
  let from = 0;
  let lastBlank = -1;
  const put = (to: number): void => {
    if (key !== undefined && !values.has(key)) values.set(key, unescaped(text.slice(from, to).trimEnd()));
  };
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === ' ') lastBlank = at;
    else if (text[at] === '=') {
      const keyStart = lastBlank + 1;
      const next = text.slice(keyStart, at);
      if (keyStart < from || !isKey(next)) continue;
      put(Math.max(from, keyStart - 1));
      key = next;
      from = at + 1;
    }
  }
  put(text.length);
  return values;
};

/** No key is longer. */
const keyCharsMax = 100;
const isKey = (text: string): boolean => text.length <= keyCharsMax && /^[A-Za-z0-9_.-]+$/.test(text);

const unescaped = (text: string): string =>
  text.includes('\\') ? text.replace(/\\([\s\S])/g, (_, char: string) => escapes.get(char) ?? char) : text;
const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
]);

/** Milliseconds here, whole seconds in the JSON of the same event. */
const secondsOf = (text: string): number | string =>
  /^\d{1,15}$/.test(text) ? Math.floor(Number(text) / msPerSecond) : text;
