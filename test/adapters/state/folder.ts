import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs the work in a folder of its own, which is gone afterwards. */
export const inFolder = async (work: (folder: string) => void | Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'tokenwatch-state-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};
