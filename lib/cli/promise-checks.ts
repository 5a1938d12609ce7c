import { type Account, accountFor } from '../app/account.ts';
import type { Settings } from '../config/settings.ts';
import { allowedBy } from '../core/allowance.ts';
import { rememberNetworks } from '../core/network.ts';
import { readCoverage } from '../core/stored.ts';
import type { Check } from '../report/doctor-text.ts';
import {
  keptAdvice,
  keptJson,
  keptSentence,
  sensitivityAdvice,
  sensitivityJson,
  sensitivitySentence,
} from '../report/promise-text.ts';
import { named } from '../report/safe-text.ts';
import { openOwners, openState } from '../wiring.ts';
import { ok, orFailed, warning } from './check-outcome.ts';
import { isStateThere } from './state-file.ts';
import type { World } from './world.ts';

/** `doctor` on the promise: whether each source's alert budget was kept, and how many thefts would have been caught. */

export type PromisesChecked = {
  readonly file: string;
  readonly settings: Settings | undefined;
  readonly mmdbPaths: readonly string[];
  readonly world: Pick<World, 'tableFile'>;
};

/** What `watch` takes where nothing else is said. */
const budgetDefault = 1;

export const checkPromises = async (asked: PromisesChecked): Promise<readonly Check[]> => {
  const { file, settings, mmdbPaths, world } = asked;
  if (!isStateThere(file)) return [];
  return orFailed('alert budget', 'See the message; --state names another file.', async () => {
    const { lookup } = await openOwners(mmdbPaths, world.tableFile);
    const networks = rememberNetworks(lookup);
    const isAllowed = allowedBy(settings?.allow ?? []);
    const state = await openState(file);
    try {
      const checks: Check[] = [];
      for (const source of settings?.sources.map(({ name }) => name) ?? (await state.sources())) {
        const { cursor } = await state.load(source);
        if (cursor === undefined) continue;
        const alertBudgetPerWeek = settings?.alertBudgetPerWeek ?? budgetDefault;
        const coverage = readCoverage(cursor);
        const account = await accountFor({ state, source, coverage, networks, alertBudgetPerWeek, isAllowed });
        checks.push(...checksOf(named(source), account));
      }
      return checks;
    } finally {
      await state.close();
    }
  });
};

const checksOf = (source: string, { kept, sensitivity }: Account): readonly Check[] => {
  const name = `${source} alert budget`;
  const advice = keptAdvice(kept);
  const check = advice === undefined ? ok(name, keptSentence(kept)) : warning(name, keptSentence(kept), advice);
  if (sensitivity === undefined) return [{ ...check, figures: keptJson(kept) }];
  const little = sensitivityAdvice(sensitivity);
  const sentence = sensitivitySentence(sensitivity);
  const worth =
    little === undefined ? ok(`${source} sensitivity`, sentence) : warning(`${source} sensitivity`, sentence, little);
  return [
    { ...check, figures: keptJson(kept) },
    { ...worth, figures: sensitivityJson(sensitivity) },
  ];
};
