/** The organization benchmark's plans and its lines in the table. References and targets: detection.md sections 4, 5, 8. */

import { attackKinds } from './made-up/attacks.ts';
import { type AttackPlan, type Caught, tryAttacks } from './organizations-attacks.ts';
import {
  type BudgetKept,
  type BudgetPlan,
  type FalseAlert,
  intervalOf,
  keepBudget,
  mean,
} from './organizations-budget.ts';
import { type PatiencePlan, tryPatience } from './organizations-patience.ts';
import { type Row, row, type Target } from './row.ts';

export type Plan = {
  readonly budgets: readonly BudgetPlan[];
  readonly attacks: readonly AttackPlan[];
  readonly patience: PatiencePlan;
};

const budgetOf = (principals: number, organizations: number, rest: Partial<BudgetPlan> = {}): BudgetPlan => ({
  principals,
  organizations,
  liveWeeks: 26,
  alertBudgetPerWeek: 1,
  hasSeasons: true,
  seed: 'budget',
  ...rest,
});
const attacksOn = (principals: number, organizations: number, attacksOfKind: number): AttackPlan => ({
  principals,
  organizations,
  attacksOfKind,
  alertBudgetPerWeek: 1,
  seed: 'attacks',
});

/** Below a minute: enough to see a difference of a tenth, no more. */
export const quickly: Plan = {
  budgets: [budgetOf(12, 6), budgetOf(12, 6, { hasSeasons: false }), budgetOf(60, 2)],
  attacks: [attacksOn(17, 8, 2), attacksOn(71, 2, 4)],
  patience: { organizations: 1, victims: 6, seed: 'patience' },
};

export const thoroughly: Plan = {
  budgets: [
    ...[true, false].flatMap((hasSeasons) => [
      budgetOf(12, 24, { hasSeasons }),
      budgetOf(60, 10, { hasSeasons }),
      budgetOf(400, 4, { hasSeasons }),
    ]),
    budgetOf(60, 10, { alertBudgetPerWeek: 0.25 }),
    budgetOf(60, 10, { alertBudgetPerWeek: 3 }),
  ],
  attacks: [attacksOn(17, 24, 4), attacksOn(71, 8, 6), attacksOn(425, 3, 8)],
  patience: { organizations: 6, victims: 14, seed: 'patience' },
};

export const measureOrganizations = (plan: Plan): { rows: readonly Row[]; falseAlerts: readonly FalseAlert[] } => {
  const kept = plan.budgets.map(keepBudget);
  const rows = [
    ...kept.flatMap(budgetRows),
    ...plan.attacks.flatMap((attacks) => attackRows(tryAttacks(attacks))),
    ...patienceRows(plan.patience),
  ];
  return { rows, falseAlerts: kept.flatMap(({ alerts }) => alerts) };
};

const budgetReferences: ReadonlyMap<number, string> = new Map([
  [12, '0.80 +-0.08'],
  [60, '0.89 +-0.10'],
  [400, '1.04 +-0.14'],
]);

const budgetRows = ({ plan, perWeek, atFirst }: BudgetKept): readonly Row[] => {
  const k = plan.alertBudgetPerWeek;
  const dataSet = `${plan.principals} principals, k = ${k}, ${plan.hasSeasons ? 'seasons' : 'every day alike'}`;
  const reference = k === 1 ? (budgetReferences.get(plan.principals) ?? '') : '';
  const line = (measure: string, ours: number, target?: Target, from = ''): Row =>
    row({ dataSet, measure, ours, unit: 'per week', reference: from, ...(target && { target }) });
  return [
    line('false alerts', mean(perWeek), { atMost: k }, reference),
    line('upper end of the 95 % interval', mean(perWeek) + intervalOf(perWeek), { atMost: 1.1 * k }),
    line('worst organization', Math.max(...perWeek)),
    line('first two weeks', mean(atFirst), { atMost: 1.1 * k }),
  ];
};

type Goal = { readonly recall: Target; readonly reference: string };
const goals: ReadonlyMap<number, Goal> = new Map([
  [17, { recall: { atLeast: 0.75 }, reference: '0.53' }],
  [71, { recall: { atLeast: 0.65 }, reference: '0.47' }],
  [425, { recall: { atLeast: 0.45 }, reference: '0.28' }],
]);
const kindGoals: ReadonlyMap<string, number> = new Map([
  ['revoked-used', 0.99],
  ['dormant-wakes', 0.95],
  ['auth-failure-burst', 0.95],
]);

const attackRows = ({ plan, tried, falseOnSurprises, falseOtherwise }: Caught): readonly Row[] => {
  const dataSet = `attacks on ${plan.principals} principals, k = ${plan.alertBudgetPerWeek}`;
  const goal = goals.get(plan.principals);
  const caughtOf = (all: Caught['tried']): number =>
    all.filter(({ caught }) => caught).length / Math.max(1, all.length);
  const kinds = attackKinds.map((kind): Row => {
    const atLeast = kindGoals.get(kind);
    const ours = caughtOf(tried.filter((one) => one.kind === kind));
    return row({ dataSet, measure: kind, ours, unit: 'share', ...(atLeast !== undefined && { target: { atLeast } }) });
  });
  const outside = mean(falseOtherwise);
  return [
    row({
      dataSet,
      measure: 'recall, all kinds',
      ours: caughtOf(tried),
      unit: 'share',
      ...(goal && { reference: `${goal.reference}, other attacks`, target: goal.recall }),
    }),
    row({ dataSet, measure: 'false outside surprises', ours: outside, unit: 'per week', target: { atMost: 1 } }),
    row({
      dataSet,
      measure: 'false in all',
      ours: outside + mean(falseOnSurprises),
      unit: 'per week',
      target: { atMost: 1.5 },
    }),
    ...kinds,
  ];
};

const patienceRows = (plan: PatiencePlan): readonly Row[] => {
  const { onProbation, learningAtOnce } = tryPatience(plan);
  const line = (measure: string, ours: number, reference: string, target?: Target): Row =>
    row({ dataSet: 'patience, 60 principals', measure, ours, unit: 'share', reference, ...(target && { target }) });
  return [
    line('theft on day 10 caught', onProbation.theft, '0.99', { atLeast: 0.95 }),
    line('caught on any day', onProbation.anyDay, '0.99'),
    line('learning at once: theft caught', learningAtOnce.theft, '0.24'),
    line('learning at once: caught on any day', learningAtOnce.anyDay, '0.54'),
  ];
};
