/** Time series of the data folder: comma-separated, a heading first, a local or UTC time in the first column. */
import { readFileSync } from 'node:fs';

/** Cells without quotes; no cell of these files holds a comma. */
export const readCsv = (path: string): readonly (readonly string[])[] =>
  readFileSync(path, 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(',').map((cell) => cell.replaceAll('"', '').trim()));

/** `2018-07-03 14:00:00` and `2017-11-01T00:00:00Z` alike. The files that name no zone are read as UTC. */
export const timeOf = (text: string): number => {
  const atMs = Date.parse(`${text.replace(' ', 'T').replace('Z', '')}Z`);
  if (Number.isNaN(atMs)) throw new RangeError(`not a time: ${text}`);
  return atMs;
};
