import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqliteState } from '../../../lib/adapters/state/sqlite.ts';
import { stateStoreContract } from '../../contracts/state-store.ts';

stateStoreContract('in a SQLite file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tokenwatch-state-'));
  return {
    open: async () => sqliteState({ file: join(folder, 'state.db') }),
    drop: async () => rmSync(folder, { recursive: true }),
  };
});
