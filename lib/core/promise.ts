/**
 * The promise, counted: at most so many false alerts a week. Which alerts were false only people know, so all are counted
 * that rest on chance; facts (a deleted token used, the log tampered with) spend nothing of the budget.
 */
import type { Alert, Finding } from './alert.ts';
import { countSurprise } from './chance.ts';
import { type Coverage, latenessMs } from './coverage.ts';
import { isFactual } from './incident.ts';
import { msPerDay } from './time.ts';

export type Spent = {
  readonly weeks: number;
  /** Opened in these weeks, without those that state a fact. */
  readonly alerts: number;
  readonly facts: number;
};

export type Kept = {
  readonly budgetPerWeek: number;
  /** History, as it would have been told. Its first weeks are what was learned from. */
  readonly history: Spent;
  /** Since then, as it was told. */
  readonly live: Spent;
};

export const keptBy = (alerts: readonly Alert[], coverage: Coverage, budgetPerWeek: number): Kept => {
  const { fromMs, backfillUntilMs, settledThroughMs } = coverage;
  const isHistory = ({ openedAtMs }: Alert): boolean => openedAtMs < backfillUntilMs;
  const seenThroughMs = settledThroughMs + latenessMs;
  return {
    budgetPerWeek,
    history: spent(alerts.filter(isHistory), Math.min(backfillUntilMs, seenThroughMs) - fromMs),
    live: spent(
      alerts.filter((alert) => !isHistory(alert)),
      seenThroughMs - backfillUntilMs,
    ),
  };
};

const spent = (alerts: readonly Alert[], ms: number): Spent => {
  const facts = alerts.filter(({ findings }) => findings.some(isOfFact)).length;
  return { weeks: Math.max(0, ms) / (7 * msPerDay), alerts: alerts.length - facts, facts };
};

const isOfFact = ({ evidence }: Finding): boolean => isFactual(evidence);

/** An offsite or a migration makes several alerts at once: counts scatter more than single accidents would. */
const dispersion = 0.1;
/** By chance one monitor in a hundred spends so much while it keeps the promise. */
const farNats = Math.log(100);

/** Whether more was told than a kept promise explains. Less than a week says nothing. */
export const isFarAbove = ({ weeks, alerts }: Spent, budgetPerWeek: number): boolean =>
  weeks >= 1 && countSurprise(alerts, { mean: budgetPerWeek * weeks, dispersion }) >= farNats;
