import { type MemoryShelves, memoryArchive } from '../../../lib/adapters/archive/memory.ts';
import { describeArchive, words } from '../../contracts/archive.ts';

describeArchive('memory', () => {
  const shelves: MemoryShelves = new Map();
  return {
    open: () => memoryArchive(words, shelves),
    lines: () => [...shelves.values()].flatMap((shelf) => [...shelf.values()]),
  };
});
