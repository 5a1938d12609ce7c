import type { Check } from '../report/doctor-text.ts';
import { isForOperator } from '../wiring.ts';

/** Answers of `doctor`'s checks. */

export const ok = (name: string, detail: string): Check => ({ name, outcome: 'ok', detail });
export const warning = (name: string, detail: string, fix: string): Check => ({
  name,
  outcome: 'warning',
  detail,
  fix,
});
export const failed = (name: string, detail: string, fix: string): Check => ({ name, outcome: 'failed', detail, fix });

/** The work's checks, or one that failed where the work fails in a way that an operator can mend. */
export const orFailed = async (
  name: string,
  fix: string,
  work: () => Promise<readonly Check[]>,
): Promise<readonly Check[]> => {
  try {
    return await work();
  } catch (error) {
    if (isForOperator(error)) return [failed(name, error.message, fix)];
    throw error;
  }
};
