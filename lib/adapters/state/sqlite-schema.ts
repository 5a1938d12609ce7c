import type { DatabaseSync } from 'node:sqlite';
import { StateError } from '../../app/ports.ts';

/**
 * The tables of the state file, as steps: step n leads from version n - 1 to version n, and a file is brought up to date
 * by the steps that it lacks, all of them or none. A published step is never edited; a change is one more step, and a
 * file written by each version is kept in test/fixtures/state.
 *
 * STRICT tables hold the types that they declare, so rows can be trusted when read. Times are REAL because that is what
 * a JavaScript number is; SQLite keeps whole ones as integers.
 */
export const steps: readonly string[] = [
  `
  CREATE TABLE sources (
    source INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    cursor_version INTEGER,
    cursor_body TEXT,
    organization_version INTEGER,
    organization_body TEXT
  ) STRICT;

  CREATE TABLE principals (
    source INTEGER NOT NULL,
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (source, key)
  ) STRICT;

  -- Small rows and very many of them: the one table where going without a row id pays.
  CREATE TABLE seen (
    source INTEGER NOT NULL,
    digest BLOB NOT NULL,
    at_ms REAL NOT NULL,
    PRIMARY KEY (source, digest)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX seen_by_time ON seen (source, at_ms);

  CREATE TABLE alerts (
    source INTEGER NOT NULL,
    id TEXT NOT NULL,
    opened_at_ms REAL NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (source, id)
  ) STRICT;
  CREATE INDEX alerts_by_time ON alerts (source, opened_at_ms, id);

  -- The body goes once it is told. The key stays for ever, so that no re-read log tells it again: some hundred bytes,
  -- next to the alert itself, which stays too and takes thousands. As rows are never deleted, place only grows.
  CREATE TABLE tellings (
    place INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT,
    UNIQUE (source, key)
  ) STRICT;
  CREATE INDEX tellings_untold ON tellings (source, place) WHERE body IS NOT NULL;

  -- Number counts up within a source and is not reused, so the highest says how many different ones there were.
  CREATE TABLE bad_records (
    source INTEGER NOT NULL,
    number INTEGER NOT NULL,
    digest BLOB NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (source, number),
    UNIQUE (source, digest)
  ) STRICT;
  `,
  `
  ALTER TABLE sources ADD COLUMN instructions_version INTEGER;
  ALTER TABLE sources ADD COLUMN instructions_body TEXT;
  `,
  `
  ALTER TABLE sources ADD COLUMN survey_version INTEGER;
  ALTER TABLE sources ADD COLUMN survey_body TEXT;
  `,
];

/** `tokw` in ASCII: says in the file's header whose it is. */
const applicationId = 0x746f6b77;

/** Throws unless the file is empty or a tokenwatch state of a version that these steps know. Writes nothing. */
export const requireOurs = (database: DatabaseSync, { file, known }: { file: string; known: number }): void => {
  const id = numberOf(database, 'PRAGMA application_id');
  const isEmpty = id === 0 && numberOf(database, 'SELECT count(*) FROM sqlite_schema') === 0;
  if (isEmpty) return;
  if (id !== applicationId)
    throw new StateError(
      `${file} is a database of another program, and was left as it is. Choose another file for tokenwatch's state.`,
    );
  const version = versionOf(database);
  if (version > known)
    throw new StateError(
      `${file} has version ${version} of the state; this tokenwatch knows version ${known} at most. ` +
        'A newer tokenwatch wrote it: install that one or a newer one, or choose another file.',
    );
};

/** Brings the file to the version of the last step; a crash or a failure on the way leaves it at the version it had. */
export const upgrade = (database: DatabaseSync, wanted: readonly string[]): void => {
  if (versionOf(database) === wanted.length) return;
  inTransaction(database, 'IMMEDIATE', () => {
    // Asked again under the lock: another process may have done it while we waited.
    for (const step of wanted.slice(versionOf(database))) database.exec(step);
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${wanted.length}`);
  });
};

/** All of the work or none of it. IMMEDIATE takes the write lock before the first read, so what is read still holds when written. */
export const inTransaction = <Result>(
  database: DatabaseSync,
  kind: 'IMMEDIATE' | 'DEFERRED',
  work: () => Result,
): Result => {
  database.exec(`BEGIN ${kind}`);
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk or an I/O error has rolled back already.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
};

const versionOf = (database: DatabaseSync): number => numberOf(database, 'PRAGMA user_version');

const numberOf = (database: DatabaseSync, query: string): number =>
  Number(Object.values(database.prepare(query).get() ?? {})[0] ?? 0);
