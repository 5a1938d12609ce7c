import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fieldsOf } from '../fields.ts';
import { FileError } from './file-error.ts';

/** A file to read; `-` is standard input. */
export type LogFile = {
  readonly name: string;
  /** As it lies on disk; undefined for standard input and pipes. */
  readonly sizeBytes: number | undefined;
  /** Found in a folder, not asked for by name: it may turn out to be something else. */
  readonly isFromFolder: boolean;
};

export const standardInput = '-';

/** More is a wrong folder rather than a log. */
const filesMax = 100_000;
const foldersDeepMax = 32;

/**
 * The files that the paths name, folders with all that is in them, in order of name. Hidden files and links inside
 * folders are left out: they are no logs, and links may lead in circles.
 */
export const listFiles = async (paths: readonly string[]): Promise<readonly LogFile[]> => {
  if (paths.length === 0) throw new FileError('No file named. Name files or folders, or - for standard input.');
  const files: LogFile[] = [];
  for (const path of new Set(paths)) {
    if (path === standardInput) {
      files.push({ name: path, sizeBytes: undefined, isFromFolder: false });
      continue;
    }
    const entry = await statOf(path);
    if (!entry.isDirectory()) {
      files.push({ name: path, sizeBytes: entry.isFile() ? entry.size : undefined, isFromFolder: false });
      continue;
    }
    const before = files.length;
    await addFolder(path, files, 0);
    if (files.length === before)
      throw new FileError(`The folder ${path} holds no files. Name a folder with logs in it.`);
  }
  return files;
};

const addFolder = async (folder: string, files: LogFile[], depth: number): Promise<void> => {
  if (depth > foldersDeepMax)
    throw new FileError(`${folder} lies more than ${foldersDeepMax} folders deep. Name it by itself.`);
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause) => {
    throw new FileError(`The folder ${folder} cannot be read: ${reasonOf(cause)}.`, { cause });
  });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await addFolder(path, files, depth + 1);
    if (!entry.isFile()) continue;
    if (files.length >= filesMax) throw new FileError(`More than ${filesMax} files. Name fewer folders at a time.`);
    files.push({ name: path, sizeBytes: (await statOf(path)).size, isFromFolder: true });
  }
};

const statOf = async (path: string): Promise<Stats> =>
  stat(path).catch((cause) => {
    throw new FileError(`${path} cannot be read: ${reasonOf(cause)}.`, { cause });
  });

/** What the operating system said, in words that say what to do. */
export const reasonOf = (cause: unknown): string => {
  const { code, message } = fieldsOf(cause);
  if (code === 'ENOENT') return 'there is no such file or folder; check the path';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied; check who may read it';
  return typeof message === 'string' ? message : String(cause);
};
