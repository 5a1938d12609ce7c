import { isUtf8 } from 'node:buffer';
import { isFields } from '../fields.ts';
import { NotALog } from './file-error.ts';
import { isCef } from './pulumi-cef.ts';
import { isCsvHeader } from './pulumi-csv.ts';

/** What a file is, from its first bytes and never from its name: exports get renamed, and S3 objects have no useful one. */
export type Layout = 'json' | 'pulumi-csv' | 'pulumi-cef' | 'empty';

/** Enough for a header and some lines after a damaged first one. */
export const headBytesMax = 64 * 1024;

export const isGzip = (head: Buffer): boolean => head[0] === 0x1f && head[1] === 0x8b;

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
/** The bytes without the mark that some editors put before UTF-8. */
export const withoutMark = (head: Buffer): Buffer =>
  head.subarray(0, 3).equals(byteOrderMark) ? head.subarray(3) : head;

export const knownFormats =
  'Known are Pulumi audit logs (JSON, CSV, CEF), Scalr audit records (JSON), and neutral JSON Lines with time, ' +
  'principal, ip, action and outcome; each also compressed with gzip.';

/** Throws `NotALog` for what cannot be a log. `head` is what `withoutMark` leaves of the first bytes. */
export const layoutOf = (file: string, head: Buffer): Layout => {
  refuseOtherEncodings(file, head);
  const text = head.toString('utf8');
  if (text.trim() === '') return 'empty';
  const lines = text.split('\n', linesLookedAt).map((line) => line.trim());
  const first = lines.find((line) => line !== '') ?? '';
  if (/^[[{]/.test(first)) return 'json';
  if (isCsvHeader(first)) return 'pulumi-csv';
  if (lines.some(isCef)) return 'pulumi-cef';
  if (lines.some(isJsonObject)) return 'json';
  throw new NotALog(`${file} is not in a known format. ${knownFormats}`);
};

const linesLookedAt = 50;

const isJsonObject = (line: string): boolean => {
  if (!line.startsWith('{')) return false;
  try {
    return isFields(JSON.parse(line));
  } catch {
    return false;
  }
};

const refuseOtherEncodings = (file: string, head: Buffer): void => {
  const zeros = [0, 0];
  for (let at = 0; at < head.length; at++) if (head[at] === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const isMarked = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  const isHalfZeros = Math.max(even, odd) > head.length / 4 && Math.min(even, odd) < head.length / 20;
  if (isMarked || (head.length > 3 && isHalfZeros)) {
    throw new NotALog(`${file} is UTF-16. Save it as UTF-8, for example: iconv -f UTF-16 -t UTF-8 ${file}`);
  }
  const looksLikeText = controlShare(head) <= (isUtf8(head) ? paddedTextMax : otherTextMax);
  if (!looksLikeText) {
    throw new NotALog(
      `${file} is a binary file, not a log. Unpack archives first; gzip is read as it is. ${knownFormats}`,
    );
  }
};

/** A crash can leave a stretch of zeros in a log. */
const paddedTextMax = 0.1;
/** Latin-1, or UTF-8 cut inside a character. A tenth of packed data are control characters. */
const otherTextMax = 0.01;

/** Of all bytes, those that are neither printable nor usual in text (tab, line ends, escape). */
const controlShare = (head: Buffer): number => {
  let controls = 0;
  for (const byte of head) if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 27) controls += 1;
  return controls / Math.max(head.length, 1);
};
