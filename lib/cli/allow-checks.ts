import type { Allowance } from '../core/allowance.ts';
import { allowanceSentence, allowanceTroubles } from '../report/allowance-text.ts';
import type { Check } from '../report/doctor-text.ts';
import { ok, warning } from './check-outcome.ts';

/** `doctor` on the settings' `allow`: which of it counts, and what a person should look at again. */
export const checkAllowances = (
  allowances: readonly Allowance[],
  known: { readonly nowMs: number; readonly hasOwners: boolean },
): readonly Check[] => {
  const name = 'allowed networks';
  if (allowances.length === 0) return [];
  const troubles = allowanceTroubles(allowances, known);
  return troubles.length === 0
    ? [ok(name, allowanceSentence(allowances, known.nowMs))]
    : troubles.map(({ detail, fix }) => warning(name, detail, fix));
};
