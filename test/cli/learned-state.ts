import { join } from 'node:path';
import { readFiles } from '../../lib/adapters/sources/files/read-files.ts';
import { sqliteState } from '../../lib/adapters/state/sqlite.ts';
import { assess, newOrganization } from '../../lib/core/assess.ts';
import { networkOf, noOwners } from '../../lib/core/network.ts';
import { writeBaseline, writeOrganization } from '../../lib/core/stored.ts';
import { emptyFolder } from './test-world.ts';

/** A state file that holds what a recorded log teaches. */
export const stateLearnedFrom = async (logFile: string, source: string): Promise<string> => {
  const file = join(emptyFolder(), 'state.db');
  const log = await readFiles([logFile]);
  const state = sqliteState({ file });
  for await (const events of log.batches()) {
    const { organization, baselines } = assess({ organization: newOrganization(), baselines: new Map() }, events, {
      networks: (address) => networkOf(address, noOwners),
      alertBudgetPerWeek: 1,
    });
    await state.commit(source, {
      expectedRevision: (await state.load(source)).revision,
      organization: writeOrganization(organization),
      principals: new Map([...baselines].map(([key, baseline]) => [key, writeBaseline(baseline)])),
    });
  }
  log.close();
  await state.close();
  return file;
};
