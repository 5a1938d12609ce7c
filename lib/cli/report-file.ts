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

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** As file systems say it that have no links: FAT on a stick, some shares. */
const linkless: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EMLINK']);

/**
 * Puts a finished file where nothing is yet. A link, unlike a move, does not replace what came there in the meantime;
 * where there are no links, an empty file of our own keeps the place for the move.
 */
export const place = async (finished: string, path: string, linkTo: typeof link = link): Promise<void> => {
  try {
    await linkTo(finished, path);
  } catch (error) {
    if (!linkless.has(codeOf(error))) throw error;
    await (await open(path, 'wx', 0o600)).close();
    try {
      await rename(finished, path);
    } catch (cause) {
      await rm(path, { force: true });
      throw cause;
    }
  }
};

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
    else await place(unfinished, path);
  } catch (cause) {
    const code = codeOf(cause);
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
