import { memoryState } from '../../../lib/adapters/state/memory.ts';
import { stateStoreContract } from '../../contracts/state-store.ts';

stateStoreContract('in memory', async () => {
  const store = memoryState();
  return { open: async () => store, drop: async () => {} };
});
