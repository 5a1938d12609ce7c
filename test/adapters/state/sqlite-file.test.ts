import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import { sqliteState, stateIn } from '../../../lib/adapters/state/sqlite.ts';
import { openStateFile } from '../../../lib/adapters/state/sqlite-file.ts';
import { type Commit, StateError } from '../../../lib/app/ports.ts';
import { inFolder } from './folder.ts';

const acme = 'pulumi:acme';

const numbered = (number: number, bodyChars = 0): Commit => ({
  expectedRevision: number - 1,
  cursor: { version: 1, body: `${number}` },
  principals: new Map([[`k${number}`, { version: 1, body: `${number}${' '.repeat(bodyChars)}` }]]),
});

/** A closed state file with one commit. */
const stateFile = async (folder: string): Promise<string> => {
  const file = join(folder, 'state.db');
  const store = sqliteState({ file });
  await store.commit(acme, numbered(1));
  await store.close();
  return file;
};

const change = (file: string, sql: string): void => {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
};

/** Opens and uses the state, so that it does not matter where it fails. */
const use = async (file: string): Promise<void> => {
  const store = sqliteState({ file, waitMs: 10 });
  try {
    for await (const _ of store.everyPrincipal(acme));
    await store.commit(acme, numbered(2));
  } finally {
    await store.close();
  }
};

const expectRefusal = async (refused: Promise<unknown>, ...words: readonly string[]): Promise<void> => {
  const error: unknown = await refused.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(StateError);
  for (const word of words) expect(error).toHaveProperty('message', expect.stringContaining(word));
};

describe('making a state file', () => {
  it('makes the folders and all files for this user alone', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'deep', 'er', 'state.db');
      const store = sqliteState({ file });
      await store.commit(acme, numbered(1));
      const modes = [dirname(dirname(file)), dirname(file), file, `${file}-wal`, `${file}-shm`].map((path) =>
        (statSync(path).mode & 0o777).toString(8),
      );
      expect(modes).toEqual(['700', '700', '600', '600', '600']);
      await store.close();
    }));

  it('leaves one single file when it is closed', () =>
    inFolder(async (folder) => {
      const file = await stateFile(folder);
      expect([file, `${file}-wal`, `${file}-shm`].map(existsSync)).toEqual([true, false, false]);
    }));

  it('uses an empty file', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'state.db');
      writeFileSync(file, '', { mode: 0o600 });
      const store = sqliteState({ file });
      expect((await store.load(acme)).revision).toBe(0);
      await store.close();
    }));

  it('says so where no folder can be made', () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'not-a-folder'), '');
      const file = join(folder, 'not-a-folder', 'state.db');
      await expectRefusal(use(file), file, 'cannot be made', 'Let this user write to its folder');
    }));

  it('keeps a write-ahead log and waits for the disk at each commit', () =>
    inFolder((folder) => {
      const database = openStateFile({ file: join(folder, 'state.db'), waitMs: 10 });
      expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
      expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 }); // FULL
      database.close();
    }));
});

describe('a state file that others could have changed', () => {
  it('is refused when it is a link, naming what to write instead', () =>
    inFolder(async (folder) => {
      const file = await stateFile(folder);
      const link = join(folder, 'link.db');
      symlinkSync(file, link);
      await expectRefusal(use(link), link, `Write ${file} instead`);
    }));

  it('is refused when it is a link that leads nowhere, and nothing is made there', () =>
    inFolder(async (folder) => {
      const link = join(folder, 'link.db');
      symlinkSync(join(folder, 'nowhere.db'), link);
      await expectRefusal(use(link), link, 'is a link');
      expect(existsSync(join(folder, 'nowhere.db'))).toBe(false);
    }));

  it.each(['620', '602', '666'])('is refused when its permissions are %s, naming the command that helps', (mode) =>
    inFolder(async (folder) => {
      const file = await stateFile(folder);
      chmodSync(file, Number.parseInt(mode, 8));
      await expectRefusal(use(file), file, `chmod 600 '${file}'`);
      chmodSync(file, 0o600);
      await use(file);
    }),
  );

  it('is refused in a folder where anybody may replace it, and taken where only its owner may', () =>
    inFolder(async (folder) => {
      const file = await stateFile(folder);
      chmodSync(folder, 0o777);
      await expectRefusal(use(file), `chmod o-w '${folder}'`);
      chmodSync(folder, 0o1777);
      await use(file);
    }));

  it('is refused when it is a folder', () =>
    inFolder(async (folder) => {
      mkdirSync(join(folder, 'state.db'), { mode: 0o700 });
      await expectRefusal(use(join(folder, 'state.db')), 'is not a file');
    }));
});

describe('a file that is not a state of ours', () => {
  it.each([
    ['text', 'Dear diary,\n'.repeat(500)],
    ['one letter', 'x'],
    ['a word', 'xy'],
  ])('is refused and left as it is: %s', (_, content) =>
    inFolder(async (folder) => {
      const file = join(folder, 'notes.txt');
      writeFileSync(file, content, { mode: 0o600 });
      await expectRefusal(use(file), file, 'is not a tokenwatch state');
      expect(readFileSync(file, 'utf8')).toBe(content);
    }),
  );

  it.each([
    ['with tables', 'CREATE TABLE cookies (name TEXT)'],
    ['with an application id', 'PRAGMA application_id = 252006675'],
  ])('is refused and left as it is: a database of another program, %s', (_, sql) =>
    inFolder(async (folder) => {
      const file = join(folder, 'cookies.db');
      change(file, sql);
      chmodSync(file, 0o600);
      const before = readFileSync(file);
      await expectRefusal(use(file), file, 'another program', 'Choose another file');
      expect(readFileSync(file).equals(before)).toBe(true);
    }),
  );

  it('is refused and left as it is when a newer tokenwatch wrote it', () =>
    inFolder(async (folder) => {
      const file = await stateFile(folder);
      change(file, 'PRAGMA user_version = 9');
      const before = readFileSync(file);
      await expectRefusal(use(file), file, 'version 9', 'knows version 3 at most', 'install that one');
      expect(readFileSync(file).equals(before)).toBe(true);
    }));
});

describe('a state file that fails', () => {
  it('is named damaged where its pages are', () =>
    inFolder(async (folder) => {
      const file = await stateFile(folder);
      const pageBytes = 4_096;
      const damage = Buffer.alloc(statSync(file).size - pageBytes, 0xa5);
      const opened = openSync(file, 'r+');
      writeSync(opened, damage, 0, damage.length, pageBytes);
      closeSync(opened);
      await expectRefusal(use(file), file, 'is damaged', 'Restore it from a backup');
    }));

  it('is named unusable where its tables were changed', () =>
    inFolder(async (folder) => {
      const file = await stateFile(folder);
      change(file, 'DROP TABLE principals');
      await expectRefusal(use(file), file, 'no such table: principals', 'restore it from a backup');
    }));

  it('names an alert that a newer tokenwatch wrote, and one that is damaged', () =>
    inFolder(async (folder) => {
      const file = await stateFile(folder);
      change(file, "INSERT INTO alerts VALUES (1, 'a1', 0.0, 9, '{}')");
      const newer = sqliteState({ file });
      await expectRefusal(newer.alerts(acme), 'alert of version 9', 'install that one');
      await newer.close();
      change(file, "UPDATE alerts SET version = 1, body = '{'");
      const damaged = sqliteState({ file });
      await expectRefusal(damaged.alerts(acme), 'alert that is damaged', 'Restore the state from a backup');
      await damaged.close();
    }));

  it('loses nothing when the disk is full, and goes on once there is room', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'state.db');
      const database = openStateFile({ file, waitMs: 10 });
      const store = stateIn(database, file);
      await store.commit(acme, numbered(1));

      const pages = Number(database.prepare('PRAGMA page_count').get()?.page_count);
      database.exec(`PRAGMA max_page_count = ${pages}`);
      await expectRefusal(store.commit(acme, numbered(2, 100_000)), file, 'no room left', 'Free some space');
      expect(await store.load(acme)).toMatchObject({ revision: 1, cursor: { body: '1' } });
      expect((await store.principals(acme, ['k1', 'k2'])).size).toBe(1);

      database.exec('PRAGMA max_page_count = 10000');
      await store.commit(acme, numbered(2, 100_000));
      expect((await store.principals(acme, ['k1', 'k2'])).size).toBe(2);
      await store.close();
    }));

  it('says so when it may be read and not written', () =>
    inFolder(async (folder) => {
      const file = await stateFile(folder);
      const store = stateIn(new DatabaseSync(file, { readOnly: true }), file);
      expect((await store.load(acme)).revision).toBe(1);
      await expectRefusal(store.commit(acme, numbered(2)), file, 'cannot be written', 'to its folder');
      expect((await store.load(acme)).revision).toBe(1);
      await store.close();
    }));

  it('says so when another program does not let go of it, and goes on once it does', () =>
    inFolder(async (folder) => {
      const file = await stateFile(folder);
      const other = new DatabaseSync(file);
      other.exec('BEGIN IMMEDIATE');
      await expectRefusal(use(file), file, 'in use by another program', 'wait for it or stop it');
      other.exec('COMMIT');
      await use(file);
      other.close();
    }));
});
