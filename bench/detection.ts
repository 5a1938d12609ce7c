/**
 * How well the detectors detect, on public data that nobody here wrote: one table of our figures, those of the prototypes
 * and of published detectors, and what we aim at. The same command gives the same numbers; only the cost differs from
 * machine to machine, so that it is shown and never written down.
 *
 *     npm run bench:detection [-- --data DIR] [--json] [--no-cost]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cost } from './detection/cost.ts';
import { dataFolder, lacking } from './detection/data-folder.ts';
import { hourlyCounts } from './detection/hourly-counts.ts';
import { nab } from './detection/nab.ts';
import { networkThefts } from './detection/networks.ts';
import { madeUpOrganizations } from './detection/organizations.ts';
import { absent, type Part, type Row, table } from './detection/row.ts';
import { machineSchedules } from './detection/schedules.ts';
import { workingHours } from './detection/working-hours.ts';

/** A part of its own joins here. */
const parts: readonly Part[] = [hourlyCounts, nab, workingHours, machineSchedules, networkThefts, madeUpOrganizations];

const options = {
  data: { type: 'string' },
  json: { type: 'boolean', default: false },
  'no-cost': { type: 'boolean', default: false },
} as const;

const rowsOf = async (part: Part, folder: string): Promise<readonly Row[]> => {
  const missing = lacking(folder, part.reads);
  if (missing.length === 0) return part.measure(folder);
  process.stderr.write(`${part.name}: not measured, ${folder} has no ${missing.join(', ')}\n`);
  return [absent(part.name)];
};

const page = (rows: readonly Row[]): string => `# Detection, measured

Written by \`npm run bench:detection\`. "Held" is other data of the same kinds that the prototypes were judged on; our own
figures are of the data at hand.

${table(rows)}
`;

const run = async (): Promise<void> => {
  const { values } = parseArgs({ options });
  const folder = dataFolder(values.data);
  const rows: Row[] = [];
  for (const part of parts) rows.push(...(await rowsOf(part, folder)));
  // Only the project's own data makes the project's record; figures of another folder are the caller's.
  if (values.data === undefined && rows.every(({ ours }) => ours !== undefined)) {
    const results = join(import.meta.dirname, 'results');
    mkdirSync(results, { recursive: true });
    writeFileSync(join(results, 'detection.md'), page(rows));
  }
  const shown = values['no-cost'] ? rows : [...rows, ...(await rowsOf(cost, folder))];
  process.stdout.write(values.json ? `${JSON.stringify(shown, undefined, 2)}\n` : `${table(shown)}\n`);
};

await run();
