/** Where the public data lies: `--data DIR`, else the folder `data` of TOKENWATCH_SHARED, else that of `../shared`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const dataFolder = (wanted: string | undefined): string =>
  wanted ?? join(process.env.TOKENWATCH_SHARED ?? join(import.meta.dirname, '../../../shared'), 'data');

/** What of these the folder lacks. */
export const lacking = (folder: string, paths: readonly string[]): readonly string[] =>
  paths.filter((path) => !existsSync(join(folder, path)));
