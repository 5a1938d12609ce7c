import { msPerHour } from '../../lib/core/time.ts';
import { type Plan, plainest } from './plan.ts';

/**
 * Cuts a failing schedule down: what can be left out while it still fails does not matter. Faults go one by one, then the
 * vendor's liberties, then time. Greedy, and content with a small schedule rather than the smallest.
 */

/** A play takes about a second. */
const triesMax = 120;

export const shrink = async (plan: Plan, isFailing: (plan: Plan) => Promise<boolean>): Promise<Plan> => {
  let least = plan;
  let tries = 0;
  const attempt = async (candidate: Plan): Promise<boolean> => {
    tries += 1;
    if (!(await isFailing(candidate))) return false;
    least = candidate;
    return true;
  };
  for (let isSmaller = true; isSmaller && tries < triesMax; ) {
    isSmaller = false;
    for (const candidate of smallerThan(least)) {
      if (tries >= triesMax) break;
      if (await attempt(candidate)) {
        isSmaller = true;
        break;
      }
    }
  }
  return least;
};

const smallerThan = function* (plan: Plan): Generator<Plan> {
  for (const { number } of plan.faults) {
    yield { ...plan, faults: plan.faults.filter((fault) => fault.number !== number) };
  }
  for (const plain of plainest(plan)) yield plain;
  for (const hours of [3, 24, 72]) {
    if (plan.historyMs > hours * msPerHour) yield { ...plan, historyMs: hours * msPerHour };
  }
  const lastMs = Math.max(0, ...plan.faults.map((fault) => ('fromMs' in fault ? fault.fromMs : 0)));
  for (const hours of [1, 2, 4, 8, 26]) {
    const watchedMs = hours * msPerHour;
    if (watchedMs < plan.watchedMs && watchedMs > lastMs) yield { ...plan, watchedMs };
  }
};
