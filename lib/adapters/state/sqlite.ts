import type { DatabaseSync } from 'node:sqlite';
import { type Document, StateConflict, type StateStore } from '../../app/ports.ts';
import {
  alertShape,
  badRecordShape,
  badRecordsMax,
  type CommitRecords,
  digestOf,
  recordsOf,
  storableText,
  tellingShape,
  textOf,
} from './records.ts';
import { stateErrorOf } from './sqlite-errors.ts';
import { openStateFile } from './sqlite-file.ts';
import { inTransaction } from './sqlite-schema.ts';

/**
 * State in one SQLite file, for a laptop or a single server; several processes may share it. SQLite runs inside this
 * process, so looking up a thousand keys one by one costs no more than one long query would
 * (https://www.sqlite.org/np1queryprob.html): there are no lists to cut into chunks.
 */

/** How long to wait for another process to finish its commit, which takes milliseconds. */
const waitMsDefault = 5_000;

/** Rows of one page of principals: some 2 MB. */
const pageRowsMax = 500;

/** Throws `StateError` where the file cannot be used. */
export const sqliteState = ({
  file,
  waitMs = waitMsDefault,
}: {
  readonly file: string;
  readonly waitMs?: number;
}): StateStore => {
  const database = openStateFile({ file, waitMs });
  try {
    return stateIn(database, file);
  } catch (error) {
    database.close();
    throw error;
  }
};

/** The store over a file that is open already. */
export const stateIn = (database: DatabaseSync, file: string): StateStore => {
  const attempt = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw stateErrorOf(error, file);
    }
  };
  const statements = attempt(() => prepared(database));

  /** Many small reads as of one moment. */
  const reading = <Result>(work: () => Result): Result => attempt(() => inTransaction(database, 'DEFERRED', work));

  /** No source has the number 0, so one that never committed has no rows. */
  const numberOf = (source: string): number =>
    (statements.sourceByName.get(storableText(source)) as SourceRow | undefined)?.source ?? 0;

  return {
    async load(source) {
      const row = attempt(() => statements.sourceByName.get(storableText(source))) as SourceRow | undefined;
      return {
        revision: row?.revision ?? 0,
        cursor: documentOf(row?.cursor_version, row?.cursor_body),
        organization: documentOf(row?.organization_version, row?.organization_body),
        instructions: documentOf(row?.instructions_version, row?.instructions_body),
        survey: documentOf(row?.survey_version, row?.survey_body),
      };
    },

    async principals(source, keys) {
      return reading(() => {
        const number = numberOf(source);
        const known = new Map<string, Document>();
        for (const key of keys) {
          const row = statements.principal.get(number, storableText(key)) as DocumentRow | undefined;
          if (row !== undefined) known.set(key, { version: row.version, body: textOf(row.body) });
        }
        return known;
      });
    },

    async *everyPrincipal(source) {
      let from = '';
      for (;;) {
        const rows = attempt(() =>
          statements.principalsFrom.all(numberOf(source), from, pageRowsMax),
        ) as PrincipalRow[];
        for (const { key, version, body } of rows) yield [textOf(key), { version, body: textOf(body) }];
        const last = rows.at(-1);
        if (last === undefined || rows.length < pageRowsMax) return;
        from = `${last.key}\0`; // the least text above it
      }
    },

    async sources() {
      const rows = attempt(() => statements.sources.all()) as { readonly name: string }[];
      return rows.map(({ name }) => textOf(name));
    },

    async seen(source, events) {
      return reading(() => {
        const number = numberOf(source);
        const ids = events.map(({ id }) => id);
        return new Set(ids.filter((id) => statements.isSeen.get(number, digestOf(id)) !== undefined));
      });
    },

    fits: () => true,

    async commit(source, commit) {
      const records = recordsOf(commit);
      attempt(() =>
        inTransaction(database, 'IMMEDIATE', () => {
          const row = statements.sourceByName.get(storableText(source)) as SourceRow | undefined;
          if ((row?.revision ?? 0) !== records.expectedRevision) throw new StateConflict(source);
          const number = row?.source ?? Number(statements.addSource.run(storableText(source)).lastInsertRowid);
          write(statements, number, records);
        }),
      );
    },

    async untold(source) {
      const rows = attempt(() => statements.untold.all(numberOf(source))) as DocumentRow[];
      return rows.map(tellingShape.read);
    },

    async markTold(source, key) {
      attempt(() => statements.markTold.run(numberOf(source), storableText(key)));
    },

    async alerts(source, since) {
      const fromMs = since?.openedAtMs ?? Number.NEGATIVE_INFINITY;
      const rows = attempt(() => statements.alertsFrom.all(numberOf(source), fromMs)) as DocumentRow[];
      return rows.map(alertShape.read);
    },

    async badRecords(source) {
      const rows = attempt(() => statements.badRecords.all(numberOf(source))) as DocumentRow[];
      return rows.map(badRecordShape.read);
    },

    async close() {
      if (database.isOpen) database.close();
    },
  };
};

type DocumentRow = { readonly version: number; readonly body: string };
type PrincipalRow = DocumentRow & { readonly key: string };
type SourceRow = {
  readonly source: number;
  readonly revision: number;
  readonly cursor_version: number | null;
  readonly cursor_body: string | null;
  readonly organization_version: number | null;
  readonly organization_body: string | null;
  readonly instructions_version: number | null;
  readonly instructions_body: string | null;
  readonly survey_version: number | null;
  readonly survey_body: string | null;
};

const documentOf = (version?: number | null, body?: string | null): Document | undefined =>
  typeof version === 'number' && typeof body === 'string' ? { version, body: textOf(body) } : undefined;

const write = (statements: Statements, source: number, records: CommitRecords): void => {
  const { cursor, organization, instructions, survey, forgetSeenBeforeMs } = records;
  statements.nextRevision.run(source);
  if (cursor !== undefined) statements.setCursor.run(cursor.version, storableText(cursor.body), source);
  if (organization !== undefined)
    statements.setOrganization.run(organization.version, storableText(organization.body), source);
  if (instructions !== undefined)
    statements.setInstructions.run(instructions.version, storableText(instructions.body), source);
  if (survey !== undefined) statements.setSurvey.run(survey.version, storableText(survey.body), source);
  for (const [key, { version, body }] of records.principals)
    statements.setPrincipal.run(source, storableText(key), version, storableText(body));
  for (const { id, atMs } of records.seen) statements.addSeen.run(source, digestOf(id), atMs);
  if (forgetSeenBeforeMs !== undefined) statements.forgetSeen.run(source, forgetSeenBeforeMs);
  for (const { id, openedAtMs, document } of records.alerts)
    statements.setAlert.run(source, storableText(id), openedAtMs, document.version, document.body);
  for (const { key, document } of records.tellings)
    statements.addTelling.run(source, storableText(key), document.version, document.body);
  for (const { digest, document } of records.badRecords)
    statements.addBadRecord.run(source, source, Buffer.from(digest, 'hex'), document.version, document.body);
  if (records.badRecords.length > 0) statements.dropBadRecords.run(source, source, badRecordsMax);
};

type Statements = ReturnType<typeof prepared>;

const prepared = (database: DatabaseSync) => ({
  sourceByName: database.prepare('SELECT * FROM sources WHERE name = ?'),
  sources: database.prepare('SELECT name FROM sources ORDER BY name'),
  addSource: database.prepare('INSERT INTO sources (name, revision) VALUES (?, 0)'),
  nextRevision: database.prepare('UPDATE sources SET revision = revision + 1 WHERE source = ?'),
  setCursor: database.prepare('UPDATE sources SET cursor_version = ?, cursor_body = ? WHERE source = ?'),
  setOrganization: database.prepare(
    'UPDATE sources SET organization_version = ?, organization_body = ? WHERE source = ?',
  ),
  setInstructions: database.prepare(
    'UPDATE sources SET instructions_version = ?, instructions_body = ? WHERE source = ?',
  ),
  setSurvey: database.prepare('UPDATE sources SET survey_version = ?, survey_body = ? WHERE source = ?'),

  principal: database.prepare('SELECT version, body FROM principals WHERE source = ? AND key = ?'),
  principalsFrom: database.prepare(
    'SELECT key, version, body FROM principals WHERE source = ? AND key >= ? ORDER BY key LIMIT ?',
  ),
  setPrincipal: database.prepare(
    `INSERT INTO principals (source, key, version, body) VALUES (?, ?, ?, ?)
     ON CONFLICT (source, key) DO UPDATE SET version = excluded.version, body = excluded.body`,
  ),

  isSeen: database.prepare('SELECT 1 FROM seen WHERE source = ? AND digest = ?'),
  addSeen: database.prepare(
    `INSERT INTO seen (source, digest, at_ms) VALUES (?, ?, ?)
     ON CONFLICT (source, digest) DO UPDATE SET at_ms = excluded.at_ms WHERE excluded.at_ms > at_ms`,
  ),
  forgetSeen: database.prepare('DELETE FROM seen WHERE source = ? AND at_ms < ?'),

  alertsFrom: database.prepare(
    'SELECT version, body FROM alerts WHERE source = ? AND opened_at_ms >= ? ORDER BY opened_at_ms, id',
  ),
  setAlert: database.prepare(
    `INSERT INTO alerts (source, id, opened_at_ms, version, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (source, id) DO UPDATE
     SET opened_at_ms = excluded.opened_at_ms, version = excluded.version, body = excluded.body`,
  ),

  untold: database.prepare('SELECT version, body FROM tellings WHERE source = ? AND body IS NOT NULL ORDER BY place'),
  addTelling: database.prepare(
    'INSERT INTO tellings (source, key, version, body) VALUES (?, ?, ?, ?) ON CONFLICT (source, key) DO NOTHING',
  ),
  markTold: database.prepare('UPDATE tellings SET body = NULL WHERE source = ? AND key = ? AND body IS NOT NULL'),

  badRecords: database.prepare('SELECT version, body FROM bad_records WHERE source = ? ORDER BY number'),
  addBadRecord: database.prepare(
    `INSERT INTO bad_records (source, number, digest, version, body)
     VALUES (?, 1 + (SELECT coalesce(max(number), 0) FROM bad_records WHERE source = ?), ?, ?, ?)
     ON CONFLICT (source, digest) DO NOTHING`,
  ),
  dropBadRecords: database.prepare(
    'DELETE FROM bad_records WHERE source = ? AND number <= (SELECT max(number) FROM bad_records WHERE source = ?) - ?',
  ),
});
