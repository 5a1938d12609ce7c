import { StateError } from '../../app/ports.ts';

/**
 * What SQLite says, as what the operator can do. Every one of these leaves the last commit whole: SQLite rolls back what
 * it could not finish.
 */

/** The error for the operator where SQLite failed; anything else as it came. */
export const stateErrorOf = (error: unknown, file: string): unknown =>
  isSqliteError(error) ? new StateError(whatToDo(error, file), { cause: error }) : error;

/** https://www.sqlite.org/rescode.html, primary codes: the low byte of what SQLite reports. */
const whatToDo = (error: SqliteError, file: string): string => {
  switch (error.errcode & 0xff) {
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
      return (
        `${file} is in use by another program, which does not let go of it; nothing was written. ` +
        'If that is another tokenwatch, wait for it or stop it; otherwise close what has the file open.'
      );
    case 3: // SQLITE_PERM
    case 8: // SQLITE_READONLY
    case 14: // SQLITE_CANTOPEN
      return (
        `${file} cannot be written. Let this user write to the file and to its folder, ` +
        'where SQLite keeps two more files of the same name, or choose another file.'
      );
    case 13: // SQLITE_FULL
      return `There is no room left to write ${file}; everything committed before is kept. Free some space, then run again.`;
    case 10: // SQLITE_IOERR
      return (
        `Reading or writing ${file} failed (${error.message}); everything committed before is kept. ` +
        'Check the disk and its free space; a network drive will not do.'
      );
    case 11: // SQLITE_CORRUPT
      return (
        `${file} is damaged. Restore it from a backup, or move it away together with its -wal and -shm files and run ` +
        'again: the baselines are then learned anew from the log. `sqlite3 FILE .recover` may save some of the old one.'
      );
    case 26: // SQLITE_NOTADB
      return `${file} is not a tokenwatch state, and was left as it is. Choose another file, or restore it from a backup.`;
    default:
      return (
        `${file} cannot be used as tokenwatch's state (${error.message}). If something else changed its tables, ` +
        'restore it from a backup, or move it away and run again.'
      );
  }
};

export const isBusy = (error: unknown): boolean => isSqliteError(error) && (error.errcode & 0xff) === 5;

type SqliteError = { readonly code: 'ERR_SQLITE_ERROR'; readonly errcode: number; readonly message: string };

const isSqliteError = (error: unknown): error is SqliteError =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SQLITE_ERROR';
