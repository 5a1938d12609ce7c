import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { looksLikeSecret } from '../../config/secret-reference.ts';

/**
 * Tokens that somebody typed into a shell, which keeps every line in a file that nobody thinks of: `PULUMI_ACCESS_TOKEN=…
 * tokenwatch`. Lines are counted and never kept or shown.
 */

export type HistoryFound = {
  /** `~/.bash_history` */
  readonly file: string;
  readonly lines: number;
};

const historyFiles = ['.bash_history', '.zsh_history', '.local/share/fish/fish_history', '.sh_history'];
/** The end of a history is its newest part; shells keep far less unless told to keep all. */
const bytesMax = 8 * 1024 * 1024;
/** A line that was pasted; searched in its beginning alone. */
const lineCharsMax = 20_000;

export const tokensInShellHistory = async (homeFolder: string): Promise<readonly HistoryFound[]> => {
  const found: HistoryFound[] = [];
  for (const file of historyFiles) {
    const text = await endOf(join(homeFolder, file));
    const lines = text.split('\n').filter((line) => looksLikeSecret(line.slice(0, lineCharsMax))).length;
    if (lines > 0) found.push({ file: `~/${file}`, lines });
  }
  return found;
};

/** '' where there is no such file, or none that we may read. */
const endOf = async (path: string): Promise<string> => {
  const file = await open(path, 'r').catch(() => undefined);
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
