/**
 * What the monitor owes and what it is worth, read from the state: whether the alert budget was kept, and how many made-up
 * thefts would have been caught. Changes nothing.
 */
import type { AssessContext } from '../core/assess.ts';
import type { Coverage } from '../core/coverage.ts';
import { type Kept, keptBy } from '../core/promise.ts';
import { emptyPool, offer, type Sensitivity, sensitivityOf } from '../core/sensitivity.ts';
import { readBaseline, readOrganization } from '../core/stored.ts';
import type { StateStore } from './ports.ts';

export type Account = {
  readonly kept: Kept;
  /** Undefined before the first event. */
  readonly sensitivity: Sensitivity | undefined;
};

export type AccountParts = Pick<AssessContext, 'networks' | 'alertBudgetPerWeek' | 'isAllowed'> & {
  readonly state: StateStore;
  readonly source: string;
  readonly coverage: Coverage;
};

export const accountFor = async (parts: AccountParts): Promise<Account> => {
  const { state, source, coverage, alertBudgetPerWeek } = parts;
  return {
    kept: keptBy(await state.alerts(source), coverage, alertBudgetPerWeek),
    sensitivity: await tryThefts(parts),
  };
};

const tryThefts = async (parts: AccountParts): Promise<Sensitivity | undefined> => {
  const { state, source, networks, alertBudgetPerWeek, isAllowed } = parts;
  const stored = (await state.load(source)).organization;
  if (stored === undefined) return undefined;
  const organization = readOrganization(stored);
  const pool = emptyPool();
  for await (const [, document] of state.everyPrincipal(source)) offer(readBaseline(document), pool, organization);
  return sensitivityOf(pool, organization, { source, networks, alertBudgetPerWeek, isAllowed });
};
