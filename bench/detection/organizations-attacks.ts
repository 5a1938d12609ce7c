/**
 * What is caught within the budget. Eight weeks of an organization's past, then four weeks with labelled harmless
 * surprises. Every attack is tried on a copy of the engine's state of the day it begins, so that many attacks can be
 * tried on one organization and none makes another easier or harder to see.
 */
import type { Alert } from '../../lib/core/alert.ts';
import type { AuditEvent } from '../../lib/core/event.ts';
import { dayOf } from '../../lib/core/time.ts';
import { createDice, type Dice } from '../../lib/simulator/dice.ts';
import { type Attack, type AttackKind, attackDays, attackKinds, planAttack } from './made-up/attacks.ts';
import { createOrganization, type Organization } from './made-up/cast.ts';
import { createDays } from './made-up/days.ts';
import { isConcerned, planSurprises, type Surprises } from './made-up/surprises.ts';
import { firstDay } from './organizations-budget.ts';
import { advance, forkRun, isCaught, type Running, startRun } from './organizations-run.ts';

const baselineDays = 56;
const testDays = 28;

export type AttackPlan = {
  readonly principals: number;
  readonly organizations: number;
  /** Of each kind, in each organization. */
  readonly attacksOfKind: number;
  readonly alertBudgetPerWeek: number;
  readonly seed: string;
};

export type Tried = { readonly kind: AttackKind; readonly caught: boolean };

export type Caught = {
  readonly plan: AttackPlan;
  readonly tried: readonly Tried[];
  /** False alerts a week, one figure for each organization: on people and machines in a labelled surprise, and others. */
  readonly falseOnSurprises: readonly number[];
  readonly falseOtherwise: readonly number[];
  readonly surpriseAlerts: readonly { readonly alert: Alert; readonly kind: string }[];
};

export const tryAttacks = (plan: AttackPlan): Caught => {
  const tried: Tried[] = [];
  const falseOnSurprises: number[] = [];
  const falseOtherwise: number[] = [];
  const surpriseAlerts: { alert: Alert; kind: string }[] = [];
  for (let i = 0; i < plan.organizations; i += 1) {
    const lived = live(plan, i);
    const { surprises, alerts, attacks } = lived;
    const onSurprises = alerts.filter((alert) => surpriseOf(alert, surprises) !== undefined);
    falseOnSurprises.push((onSurprises.length * 7) / testDays);
    falseOtherwise.push(((alerts.length - onSurprises.length) * 7) / testDays);
    for (const alert of onSurprises) surpriseAlerts.push({ alert, kind: surpriseOf(alert, surprises) ?? '' });
    for (const attack of attacks) {
      tried.push({ kind: attack.kind, caught: isCaughtLive(attack, lived) });
    }
  }
  return { plan, tried, falseOnSurprises, falseOtherwise, surpriseAlerts };
};

const surpriseOf = ({ principal, openedAtMs }: Alert, { labels }: Surprises): string | undefined =>
  labels.find((label) => isConcerned(label, principal.name, dayOf(openedAtMs)))?.kind;

type Lived = {
  readonly organization: Organization;
  readonly surprises: Surprises;
  readonly alerts: readonly Alert[];
  readonly attacks: readonly Attack[];
  /** By day of the test: its events, and the engine as it stood before them. */
  readonly days: readonly { readonly day: number; readonly events: readonly AuditEvent[]; readonly before: Running }[];
};

const live = (plan: AttackPlan, ordinal: number): Lived => {
  const seed = `${plan.seed}-${plan.principals}-${ordinal}`;
  const { principals } = plan;
  const lastDays = baselineDays + testDays;
  const organization = createOrganization({ seed, principals, firstDay, days: lastDays, hasSeasons: true });
  const dice = createDice(`${seed}/attacks`);
  const surprises = planSurprises(organization, firstDay + baselineDays, createDice(`${seed}/surprises`));
  const begins = attackBegins(plan, dice);
  const dayAt = createDays(organization, surprises.on);
  const running = startRun(plan.alertBudgetPerWeek);
  const days: Lived['days'][number][] = [];
  const alerts: Alert[] = [];
  const attacks: Attack[] = [];
  for (let day = firstDay; day < firstDay + lastDays; day += 1) {
    const events = dayAt(day);
    const isTest = day >= firstDay + baselineDays;
    if (isTest) days.push({ day, events, before: forkRun(running) });
    const told = advance(running, events);
    if (!isTest) continue;
    for (const { alert, news } of told) if (news === 'opened') alerts.push(alert);
    for (const { kind, day: from } of begins) {
      const attack = from === day ? planAttack(kind, { organization, day, dice }) : undefined;
      if (attack !== undefined) attacks.push(attack);
    }
  }
  return { organization, surprises, alerts, attacks, days };
};

/** Begins on any day of the test from which it can end within it; local days reach into the next. */
const attackBegins = ({ attacksOfKind }: AttackPlan, dice: Dice) =>
  attackKinds.flatMap((kind) =>
    Array.from({ length: attacksOfKind }, () => ({
      kind,
      day: firstDay + baselineDays + dice.integer(0, testDays - attackDays(kind) - 2),
    })),
  );

/** Lives the days of the attack again, with it. */
const isCaughtLive = (attack: Attack, { days }: Lived): boolean => {
  const first = dayOf(attack.events[0]?.atMs ?? 0);
  const last = dayOf(attack.events.at(-1)?.atMs ?? 0);
  const concerned = days.filter(({ day }) => day >= first && day <= last);
  const fork = concerned[0] && forkRun(concerned[0].before);
  if (fork === undefined) return false;
  let caught = false;
  for (const { events } of concerned) {
    if (isCaught(fork, attack, { events })) caught = true;
  }
  return caught;
};
