/**
 * How organizations fare: whether the alert budget is kept where nobody attacks, what is caught within it, whether
 * patience pays a thief, and why false alerts occur. Quick mode is for tuning; only the full one has figures to quote.
 *
 *     node bench/detection/organizations.ts [--quick] [--json]
 */
import { parseArgs } from 'node:util';
import { causesOf } from './organizations-causes.ts';
import { measureOrganizations, quickly, thoroughly } from './organizations-rows.ts';
import { type Part, table } from './row.ts';

export const madeUpOrganizations: Part = {
  name: 'organizations',
  reads: [],
  measure: () => measureOrganizations(thoroughly).rows,
};

const options = { quick: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } } as const;

const run = (): void => {
  const { quick, json } = parseArgs({ options }).values;
  const { rows, falseAlerts } = measureOrganizations(quick ? quickly : thoroughly);
  process.stdout.write(
    json ? `${JSON.stringify(rows, undefined, 2)}\n` : `${table(rows)}\n\n${causesOf(falseAlerts)}\n`,
  );
};

if (import.meta.main) run();
