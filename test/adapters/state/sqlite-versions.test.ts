import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { sqliteState } from '../../../lib/adapters/state/sqlite.ts';
import { steps, upgrade } from '../../../lib/adapters/state/sqlite-schema.ts';
import { inFolder } from './folder.ts';

const fixture = (version: number): string =>
  readFileSync(new URL(`../../fixtures/state/v${version}.sql`, import.meta.url), 'utf8');

const versionOf = (database: DatabaseSync): unknown => database.prepare('PRAGMA user_version').get()?.user_version;

/** A state file as a release with this version of the tables left it. */
const fileOf = (folder: string, version: number): string => {
  const file = join(folder, 'state.db');
  const database = new DatabaseSync(file);
  database.exec(fixture(version));
  database.close();
  return file;
};

/** Everything that the fixture holds is read, and the state goes on from there. */
const expectWhole = async (file: string, version: number): Promise<void> => {
  const store = sqliteState({ file });
  const acme = 'pulumi:acme';
  expect(await store.sources()).toEqual([acme, 'scalr:acme']);
  expect(await store.load(acme)).toEqual({
    revision: 1,
    cursor: { version: 1, body: '{"wholeUntilMs":1773454380000}' },
    organization: { version: 3, body: '{"members":["maria@example.com"]}' },
    instructions: version < 2 ? undefined : { version: 1, body: '{"watches":[],"acknowledgements":[],"creations":[]}' },
    survey: version < 3 ? undefined : { version: 1, body: '{"askedAtMs":1773454200000}' },
  });
  expect(await store.principals(acme, ['pulumi:acme|token|tok-7', 'pulumi:acme|user|\ud800'])).toEqual(
    new Map([
      ['pulumi:acme|token|tok-7', { version: 2, body: '{"sessions":12}' }],
      ['pulumi:acme|user|\ud800', { version: 2, body: '{"sessions":1}' }],
    ]),
  );
  const asked = ['e1', 'e2', 'e3'].map((id) => ({ id, atMs: Date.parse('2026-03-14T02:12:00Z') }));
  expect(await store.seen(acme, asked)).toEqual(new Set(['e1', 'e2']));
  const [alert] = await store.alerts(acme);
  expect(alert).toMatchObject({
    id: 'a1',
    openedAtMs: Date.parse('2026-03-14T02:13:00Z'),
    severity: 'high',
    findings: [{ evidence: { detector: 'unfamiliar-network', newAt: 'owner', daysActive: 30.5 } }],
    sampleEvents: [{ id: 'e1', action: 'stack-exported', ip: '198.51.100.9' }],
  });
  expect(await store.untold(acme)).toEqual([{ key: 'a1/critical', source: acme, alert }]);
  expect(await store.badRecords(acme)).toMatchObject([{ reason: 'no timestamp', outcome: 'rejected' }]);

  // What was told stays told, and the revision goes on from where it was.
  if (alert !== undefined)
    await store.commit(acme, { expectedRevision: 1, tellings: [{ key: 'a1/opened', source: acme, alert }] });
  expect((await store.untold(acme)).map(({ key }) => key)).toEqual(['a1/critical']);
  await store.close();
};

describe('a state file of an earlier version', () => {
  it.each(steps.map((_, at) => at + 1))('is read whole: version %i', async (version) => {
    await inFolder(async (folder) => expectWhole(fileOf(folder, version), version));
  });

  const interrupted = steps.flatMap((_, from) =>
    steps.slice(from + 1).map((_step, at) => [from + 1, from + at + 2] as const),
  );
  it.each(interrupted)(
    'is read whole at the second try, where the first was killed in the middle: version %i, in step %i',
    async (version, step) => {
      await inFolder(async (folder) => {
        const file = fileOf(folder, version);
        const process = upgradingProcess(file, step);
        expect({ signal: process.signal, said: process.stdout }).toEqual({ signal: 'SIGKILL', said: '' });

        const left = new DatabaseSync(file);
        expect(versionOf(left)).toBe(version);
        left.close();
        await expectWhole(file, version);
        const done = new DatabaseSync(file);
        expect(versionOf(done)).toBe(steps.length);
        expect(done.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
        done.close();
      });
    },
  );

  it('has the same tables after its steps as a new one', () => {
    const tables = (database: DatabaseSync) =>
      database.prepare('SELECT type, name, tbl_name FROM sqlite_schema ORDER BY type, name').all();
    const fresh = new DatabaseSync(':memory:');
    upgrade(fresh, steps);
    const old = new DatabaseSync(':memory:');
    old.exec(fixture(1));
    upgrade(old, steps);
    expect(tables(old)).toEqual(tables(fresh));
    expect(versionOf(old)).toBe(steps.length);
    fresh.close();
    old.close();
  });
});

/** Ends by its own hand in the middle of the step. */
const upgradingProcess = (file: string, step: number) =>
  spawnSync(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      fileURLToPath(new URL('./upgrading-process.ts', import.meta.url)),
      file,
      `${step}`,
    ],
    { encoding: 'utf8' },
  );

describe('upgrading', () => {
  const three = [
    "CREATE TABLE a (x TEXT) STRICT; INSERT INTO a VALUES ('kept')",
    'ALTER TABLE a ADD COLUMN y TEXT',
    "UPDATE a SET y = x || ' and moved'",
  ];

  it('takes only the steps that are lacking, in order', () => {
    const database = new DatabaseSync(':memory:');
    upgrade(database, three.slice(0, 1));
    expect(versionOf(database)).toBe(1);
    upgrade(database, three);
    expect(versionOf(database)).toBe(3);
    expect(database.prepare('SELECT y FROM a').get()?.y).toBe('kept and moved');
    upgrade(database, three);
    expect(database.prepare('SELECT count(*) AS rows FROM a').get()?.rows).toBe(1);
    database.close();
  });

  it('leaves the file as it was when a step fails', () => {
    const database = new DatabaseSync(':memory:');
    upgrade(database, three.slice(0, 1));
    expect(() => upgrade(database, [...three.slice(0, 2), 'UPDATE nowhere SET x = 1'])).toThrow('no such table');
    expect(versionOf(database)).toBe(1);
    expect(database.prepare('SELECT * FROM a').get()).toEqual({ x: 'kept' });

    // And the release that mends the step takes it from there.
    upgrade(database, three);
    expect(versionOf(database)).toBe(3);
    expect(database.prepare('SELECT y FROM a').get()?.y).toBe('kept and moved');
    database.close();
  });
});
