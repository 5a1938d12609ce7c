import { DatabaseSync } from 'node:sqlite';
import { steps, upgrade } from '../../../lib/adapters/state/sqlite-schema.ts';

/**
 * Upgrades a state file and is killed, as by a power cut, in the middle: when the step of that number has done its work and
 * nothing is committed yet. Run as: node upgrading-process.ts FILE STEP
 */

const database = new DatabaseSync(process.argv[2] ?? '');
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
database.function('power_cut', () => {
  process.kill(process.pid, 'SIGKILL');
  // The signal comes while this waits.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
  return null;
});
upgrade(
  database,
  steps.map((step, at) => (at + 1 === Number(process.argv[3]) ? `${step}; SELECT power_cut();` : step)),
);
console.log('upgraded');
