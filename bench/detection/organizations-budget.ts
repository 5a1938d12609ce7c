/**
 * Whether the alert budget is kept: sixty days of history read at once, then half a year live, nobody attacking. Every
 * incident that opens is a false alert.
 */
import type { Alert } from '../../lib/core/alert.ts';
import { dayOf } from '../../lib/core/time.ts';
import { createOrganization, type Organization } from './made-up/cast.ts';
import { createDays } from './made-up/days.ts';
import { advance, startRun } from './organizations-run.ts';

/** A Monday in September: half a year of it holds both changes of the clock and the year's quiet end. */
export const firstDay = dayOf(Date.UTC(2025, 8, 1));
export const backfillDays = 60;

export type BudgetPlan = {
  readonly principals: number;
  readonly organizations: number;
  readonly liveWeeks: number;
  readonly alertBudgetPerWeek: number;
  readonly hasSeasons: boolean;
  readonly seed: string;
};

export type FalseAlert = { readonly alert: Alert; readonly week: number; readonly organization: Organization };

export type BudgetKept = {
  readonly plan: BudgetPlan;
  /** False alerts a week, one figure for each organization. */
  readonly perWeek: readonly number[];
  /** The same in the first two weeks. */
  readonly atFirst: readonly number[];
  /** Share of weeks with more than two. */
  readonly weeksWithMore: number;
  readonly alerts: readonly FalseAlert[];
  readonly events: number;
};

export const keepBudget = (plan: BudgetPlan): BudgetKept => {
  const alerts: FalseAlert[] = [];
  const perWeek: number[] = [];
  const atFirst: number[] = [];
  let weeksWithMore = 0;
  let events = 0;
  for (let i = 0; i < plan.organizations; i += 1) {
    const days = backfillDays + 7 * plan.liveWeeks;
    const { principals, hasSeasons } = plan;
    const organization = createOrganization({
      seed: `${plan.seed}-${principals}-${i}`,
      principals,
      firstDay,
      days,
      hasSeasons,
    });
    const dayAt = createDays(organization);
    const running = startRun(plan.alertBudgetPerWeek);
    const weeks = Array.from({ length: plan.liveWeeks }, () => 0);
    for (let day = 0; day < days; day += 1) {
      const today = dayAt(firstDay + day);
      events += today.length;
      const told = advance(running, today);
      if (day < backfillDays) continue;
      const week = Math.floor((day - backfillDays) / 7);
      for (const { alert, news } of told) {
        if (news !== 'opened') continue;
        alerts.push({ alert, week, organization });
        weeks[week] = (weeks[week] ?? 0) + 1;
      }
    }
    perWeek.push(mean(weeks));
    atFirst.push(mean(weeks.slice(0, 2)));
    weeksWithMore += weeks.filter((count) => count > 2).length;
  }
  weeksWithMore /= plan.organizations * plan.liveWeeks;
  return { plan, perWeek, atFirst, weeksWithMore, alerts, events };
};

export const mean = (figures: readonly number[]): number =>
  figures.reduce((sum, figure) => sum + figure, 0) / Math.max(1, figures.length);

/** 97.5 % points of Student's t for 1 to 30 degrees of freedom (NIST/SEMATECH e-Handbook, 1.3.6.7.2). */
const studentT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
] as const;

/** Half the width of the 95 % interval of the mean. */
export const intervalOf = (figures: readonly number[]): number => {
  const n = figures.length;
  if (n < 2) return Number.POSITIVE_INFINITY;
  const middle = mean(figures);
  const variance = figures.reduce((sum, figure) => sum + (figure - middle) ** 2, 0) / (n - 1);
  return (studentT[Math.min(n - 1, studentT.length) - 1] ?? 1.96) * Math.sqrt(variance / n);
};
