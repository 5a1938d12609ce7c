import type { DatabaseSync } from 'node:sqlite';
import type { AuditEvent } from '../../../core/event.ts';
import { FileError } from './file-error.ts';
import { eventsPerBatch, type Shelf, type Shelved } from './shelf.ts';

/**
 * More events than memory should hold, in a database of their own. A database without a name is private: SQLite creates
 * its file with access for nobody else and removes the name at once, so that nothing is left even after a kill. It lies
 * in the folder named by SQLITE_TMPDIR or TMPDIR, else in /var/tmp.
 *
 * Ids are ASCII (hashes, or checked by the neutral translator), so that SQLite's order of bytes is JavaScript's order.
 */
export const spilledEvents = (first: Iterable<Shelved>): Shelf => {
  const database = privateDatabase();
  database.exec(`
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA cache_size = -${cacheKib};
    CREATE TABLE events (
      at_ms INTEGER NOT NULL,
      id TEXT NOT NULL,
      source TEXT NOT NULL,
      event TEXT NOT NULL,
      file INTEGER NOT NULL,
      twins INTEGER NOT NULL,
      UNIQUE (at_ms, id, source)
    );
    BEGIN;
  `);
  const insert = database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING');
  // Apart from the insert, which would take three times as long if it returned something.
  const countTwin = database.prepare(
    `UPDATE events SET twins = iif(file = ?1, twins + 1, 0), file = ?1 WHERE at_ms = ?2 AND id = ?3 AND source = ?4
     RETURNING twins`,
  );
  onDisk(() => {
    for (const { event, file, twins } of first) {
      insert.run(event.atMs, event.id, event.source, written(event), file, twins);
    }
  });
  return {
    put: (event, { hasOwnId, file }) =>
      onDisk(() => {
        const { atMs, id, source } = event;
        const { changes } = insert.run(atMs, id, source, written(event), file, 0);
        return changes > 0 || hasOwnId ? 0 : Number(countTwin.get(file, atMs, id, source)?.twins);
      }),
    count: () => Number(database.prepare('SELECT count(*) AS count FROM events').get()?.count ?? 0),
    batches: function* () {
      const rows = database.prepare('SELECT event FROM events ORDER BY at_ms, id, source').iterate();
      let batch: AuditEvent[] = [];
      for (const row of rows) {
        batch.push(read(String(row.event)));
        if (batch.length < eventsPerBatch) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
    },
    close: () => database.close(),
  };
};

const onDisk = <Answer>(write: () => Answer): Answer => {
  try {
    return write();
  } catch (cause) {
    const advice = 'Free some space, or set TMPDIR to a folder that has about twice the size of the logs.';
    throw new FileError(`The temporary database for sorting the events cannot be written. ${advice}`, { cause });
  }
};

/** Loaded only when needed: Node has the module since version 22.5, and warns of it as experimental. */
const privateDatabase = (): DatabaseSync => {
  const sqlite = process.getBuiltinModule('node:sqlite');
  if (sqlite !== undefined) return new sqlite.DatabaseSync('');
  throw new FileError(
    'Logs of this size need Node 22.5 or newer, for its SQLite. Update Node, or read fewer files at a time.',
  );
};

/** What SQLite may hold of it in memory. */
const cacheKib = 32 * 1024;

/** JSON keeps what SQLite's text would not: lone surrogates. As a list, so that absent fields come back as fields. */
const written = (event: AuditEvent): string => {
  const { id, atMs, source, ip, action, outcome, user, credential, target, userAgent, description } = event;
  const { provider, kind, id: principalId, name } = event.principal;
  return JSON.stringify([
    id,
    atMs,
    source,
    [provider, kind, principalId, name],
    ip,
    action,
    outcome,
    user,
    credential,
    target,
    userAgent,
    description,
  ]);
};

type Absent = null;
type Written = readonly [
  id: string,
  atMs: number,
  source: string,
  principal: readonly [provider: string, kind: AuditEvent['principal']['kind'], id: string, name: string],
  ip: string | Absent,
  action: string,
  outcome: AuditEvent['outcome'],
  user: string | Absent,
  credential: string | Absent,
  target: string | Absent,
  userAgent: string | Absent,
  description: string | Absent,
];

const read = (text: string): AuditEvent => {
  const [id, atMs, source, principal, ip, action, outcome, user, credential, target, userAgent, description] =
    JSON.parse(text) as Written;
  const [provider, kind, principalId, name] = principal;
  return {
    id,
    atMs,
    source,
    principal: { provider, kind, id: principalId, name },
    ip: ip ?? undefined,
    action,
    outcome,
    user: user ?? undefined,
    credential: credential ?? undefined,
    target: target ?? undefined,
    userAgent: userAgent ?? undefined,
    description: description ?? undefined,
  };
};
