import { open } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { looksLikeSecret } from '../../config/secret-shapes.ts';
import { withoutWaiting } from './file.ts';
import { type Environment, given } from './secret-store.ts';

/**
 * Tokens that somebody typed into a shell, which keeps every line in a file that nobody thinks of: `PULUMI_ACCESS_TOKEN=…
 * tokenwatch`. Lines are counted and never kept or shown.
 */

export type HistoryFound = {
  /** `~/.bash_history` */
  readonly file: string;
  readonly lines: number;
};

/** Where shells keep it unless told otherwise; below the home folder, where Windows has PowerShell's, too. */
const historyFiles = [
  '.bash_history',
  '.zsh_history',
  '.sh_history',
  '.history',
  '.local/share/fish/fish_history',
  '.local/share/powershell/PSReadLine/ConsoleHost_history.txt',
  'AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine/ConsoleHost_history.txt',
];
/** The end of a history is its newest part; shells keep far less unless told to keep all. */
const bytesMax = 8 * 1024 * 1024;
/** A line that was pasted; searched in its beginning alone. */
const lineCharsMax = 20_000;

export const tokensInShellHistory = async (
  homeFolder: string,
  environment: Environment = {},
): Promise<readonly HistoryFound[]> => {
  const told = given(environment, 'HISTFILE');
  const places = new Set([
    ...historyFiles.map((file) => join(homeFolder, file)),
    ...(told === undefined ? [] : [told]),
  ]);
  const found: HistoryFound[] = [];
  for (const place of places) {
    const text = await endOf(place);
    const lines = text.split('\n').filter((line) => looksLikeSecret(line.slice(0, lineCharsMax))).length;
    if (lines > 0) found.push({ file: shownPlace(place, homeFolder), lines });
  }
  return found;
};

const shownPlace = (place: string, homeFolder: string): string => {
  const below = relative(homeFolder, place);
  return below.startsWith('..') || below === place ? place : `~/${below.replaceAll('\\', '/')}`;
};

/** '' where there is no such file, or none that we may read. */
const endOf = async (path: string): Promise<string> => {
  const file = await open(path, withoutWaiting).catch(() => undefined);
  if (file === undefined) return '';
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return '';
    const length = Math.min(stat.size, bytesMax);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, stat.size - length);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
};
