/**
 * Writes a report whole or not at all: beside its place first, then moved there. A report tells where people live and
 * what was stolen, so it is made for this user alone, and it never takes the place of another file unasked.
 */
import { existsSync, statSync } from 'node:fs';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CannotDoError, UsageError } from './failure.ts';

export type ReportFile = {
  /** Absolute. */
  readonly path: string;
  /** As the person wrote it. */
  readonly shown: string;
  /** May take the place of a file that is there. */
  readonly isForced: boolean;
};

/** Before any long work: what cannot be written should be known now. Throws `UsageError`. */
export const requireWritable = ({ path, shown, isForced }: ReportFile): void => {
  const folder = statSync(dirname(path), { throwIfNoEntry: false });
  if (folder?.isDirectory() !== true) {
    throw new UsageError(
      `The report cannot be written to ${shown}: there is no such folder. Make it, or choose another.`,
    );
  }
  const there = statSync(path, { throwIfNoEntry: false });
  if (there?.isDirectory() === true) throw new UsageError(`${shown} is a folder: write a file's name after --html.`);
  if (there !== undefined && !isForced) throw existing(shown);
};

const existing = (shown: string): UsageError =>
  new UsageError(`${shown} exists already and was left as it is. Choose another name, or add --force to replace it.`);

/** Throws `CannotDoError`, or `UsageError` where a file has appeared in the meantime. */
export const writeReport = async ({ path, shown, isForced }: ReportFile, text: string): Promise<void> => {
  const unfinished = join(dirname(path), `.tokenwatch-report-${process.pid}.part`);
  try {
    const file = await open(unfinished, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    if (isForced) await rename(unfinished, path);
    // A link, unlike a move, does not replace what is there.
    else await link(unfinished, path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EEXIST' && existsSync(path)) throw existing(shown);
    const why =
      code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG'
        ? 'there is no room left on the disk. Make room, or choose another'
        : code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
          ? 'this user may not write there. Choose another folder'
          : `${code ?? String(cause)}. Choose another file`;
    throw new CannotDoError(`The report was not written to ${shown}: ${why}.`, { cause });
  } finally {
    // What went wrong before matters more than a file that cannot be removed.
    await rm(unfinished, { force: true }).catch(() => undefined);
  }
};
