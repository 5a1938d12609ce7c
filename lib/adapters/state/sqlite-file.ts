import { closeSync, lstatSync, mkdirSync, openSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StateError } from '../../app/ports.ts';
import { isBusy, stateErrorOf } from './sqlite-errors.ts';
import { inTransaction, requireOurs, steps, upgrade } from './sqlite-schema.ts';

/**
 * Opening the state file. It says what is normal for every principal, so whoever can write it can teach tokenwatch that a
 * thief is normal: it is made for this user alone, and one that others could have changed is refused.
 */

/** An open state file of the current version. A file that is not ours is refused before anything in it is changed. */
export const openStateFile = ({ file, waitMs }: { readonly file: string; readonly waitMs: number }): DatabaseSync => {
  makeFile(file);
  requireSafe(file);
  const database = new DatabaseSync(file, { open: false, timeout: waitMs });
  try {
    database.open();
    // One moment for all that is asked: another process may be making the same file just now.
    inTransaction(database, 'DEFERRED', () => requireOurs(database, { file, known: steps.length }));
    prepareForUse(database, file);
    upgrade(database, steps);
    return database;
  } catch (error) {
    if (database.isOpen) database.close();
    throw stateErrorOf(error, file);
  }
};

/**
 * Write-ahead log: readers and the writer do not wait for each other, and a commit is one append. It survives kill -9
 * whatever is chosen; `synchronous = FULL` makes each commit survive a power cut too, for one fsync. There is one commit
 * for each poll, not for each event, so that costs nothing that anyone would notice, and saves people from being told
 * the same alert again.
 */
const prepareForUse = (database: DatabaseSync, file: string): void => {
  if (writeAheadLog(database) !== 'wal')
    throw new StateError(`${file} is on a drive that cannot keep a write-ahead log. Choose a file on a local disk.`);
  database.exec('PRAGMA synchronous = FULL');
};

/** Two processes making the same file can stand in each other's way, and then SQLite answers at once instead of waiting. */
const writeAheadLog = (database: DatabaseSync, attemptsLeft = 5): unknown => {
  try {
    return database.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode;
  } catch (error) {
    if (!isBusy(error) || attemptsLeft === 1) throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    return writeAheadLog(database, attemptsLeft - 1);
  }
};

/** Several times what making a file takes. */
const pauseMs = 20;

/** SQLite gives its -wal and -shm files the permissions of the file itself. */
const makeFile = (file: string): void => {
  if (isThere(file)) return;
  try {
    mkdirSync(dirname(resolve(file)), { recursive: true, mode: 0o700 });
    closeSync(openSync(file, 'wx', 0o600));
  } catch (cause) {
    if (isThere(file)) return; // another process made it just now
    throw new StateError(
      `${file} cannot be made (${codeOf(cause)}). Let this user write to its folder, or choose another file.`,
      { cause },
    );
  }
};

/**
 * By asking about the file, not by reading it: closing a file drops all locks that this process holds on it, those of
 * another open state included (https://www.sqlite.org/howtocorrupt.html, section 2.2).
 */
const requireSafe = (file: string): void => {
  const found = lstatSync(file);
  if (found.isSymbolicLink())
    throw new StateError(`${file} is a link, and links can be turned elsewhere. Write ${targetOf(file)} instead.`);
  if (!found.isFile()) throw new StateError(`${file} is not a file. Choose another one for tokenwatch's state.`);
  // SQLite takes a file of one byte for an empty one and would write over it; others that are not its own it refuses.
  if (found.size === 1)
    throw new StateError(`${file} is not a tokenwatch state, and was left as it is. Choose another file.`);
  if (isWritableByOthers(found))
    throw new StateError(
      `${file} can be changed by other users, who could teach it that a thief is normal. ` +
        `If you trust what is in it, run: chmod 600 '${file}'`,
    );
  const folder = dirname(resolve(file));
  if (isReplaceableByAnyone(statSync(folder)))
    throw new StateError(
      `Any user can replace files in ${folder}. Choose another folder for tokenwatch's state, or run: chmod o-w '${folder}'`,
    );
};

/** Windows has no such bits: Node reports every file there as writable by all. */
const hasModes = process.platform !== 'win32';
const isWritableByOthers = ({ mode }: Stats): boolean => hasModes && (mode & 0o022) !== 0;
/** Group-writable folders are usual where each user has a group of their own; a sticky one such as /tmp is safe. */
const isReplaceableByAnyone = ({ mode }: Stats): boolean => hasModes && (mode & 0o002) !== 0 && (mode & 0o1000) === 0;

const targetOf = (link: string): string => {
  try {
    return realpathSync(link);
  } catch {
    return 'the name of the file itself'; // the link leads nowhere
  }
};

const isThere = (file: string): boolean => {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false; // no way to it: making it says why
  }
};

const codeOf = (cause: unknown): unknown =>
  typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : cause;
