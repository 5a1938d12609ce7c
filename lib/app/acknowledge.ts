/** Answers to alerts, kept in the state with who gave them and when. */
import {
  type Acknowledgement,
  type Allowance,
  type Answer,
  acknowledge,
  acknowledgementsMax,
  isInForce,
} from '../core/acknowledgement.ts';
import type { Alert } from '../core/alert.ts';
import { instruct, instructionsOf } from './instruct.ts';
import type { StateStore } from './ports.ts';

export type Found = { readonly alert: Alert } | { readonly ids: readonly string[] };

/** The alert of that id, or of the only id that begins so; else the ids of the latest. */
export const alertOf = async (state: StateStore, words: string): Promise<Found> => {
  const alerts: Alert[] = [];
  for (const source of await state.sources()) alerts.push(...(await state.alerts(source)));
  const meant = new Set(
    idsMeant(
      words,
      alerts.map(({ id }) => id),
    ),
  );
  const begun = alerts.filter(({ id }) => meant.has(id));
  const [only, ...more] = begun;
  if (only !== undefined && more.length === 0) return { alert: only };
  const some = more.length > 0 ? begun : alerts;
  return { ids: some.toSorted((a, b) => b.openedAtMs - a.openedAtMs).map(({ id }) => id) };
};

/** The id itself, else those that begin so. */
export const idsMeant = (words: string, ids: readonly string[]): readonly string[] =>
  ids.includes(words) ? [words] : ids.filter((id) => words.length >= prefixCharsMin && id.startsWith(words));

/** The day alone names no alert. */
const prefixCharsMin = 12;

/** Undefined: there are as many in force as may be. */
export const answer = async (
  state: StateStore,
  alert: Alert,
  { allowances, ...given }: Answer & { readonly allowances: readonly Allowance[] },
): Promise<Acknowledgement | undefined> => {
  const made = acknowledge(alert, allowances, given);
  const before = await instructionsOf(state, alert.source);
  const inForce = before.acknowledgements.filter((each) => isInForce(each, given.atMs));
  if (inForce.length >= acknowledgementsMax) return undefined;
  await instruct(state, alert.source, (instructions) => ({
    ...instructions,
    acknowledgements: kept([...instructions.acknowledgements, made], given.atMs),
  }));
  return made;
};

/** Those in force, and of the others the latest: they say who vouched for what. */
const kept = (acknowledgements: readonly Acknowledgement[], atMs: number): readonly Acknowledgement[] => {
  const room = acknowledgementsMax - acknowledgements.filter((each) => isInForce(each, atMs)).length;
  const ended = acknowledgements.filter((each) => !isInForce(each, atMs));
  const dropped = new Set(ended.slice(0, Math.max(0, ended.length - room)));
  return acknowledgements.filter((each) => !dropped.has(each));
};

export type Listed = { readonly source: string; readonly acknowledgement: Acknowledgement };

export const acknowledgementsIn = async (state: StateStore): Promise<readonly Listed[]> => {
  const listed: Listed[] = [];
  for (const source of await state.sources()) {
    const { acknowledgements } = await instructionsOf(state, source);
    listed.push(...acknowledgements.map((acknowledgement) => ({ source, acknowledgement })));
  }
  return listed;
};

/** From now on it speaks for nothing more; what it kept silent until now stays as it was. */
export const withdraw = async (
  state: StateStore,
  { source, alertId, atMs }: { readonly source: string; readonly alertId: string; readonly atMs: number },
): Promise<void> => {
  await instruct(state, source, (instructions) => ({
    ...instructions,
    acknowledgements: instructions.acknowledgements.map((each) =>
      each.alertId === alertId && isInForce(each, atMs) ? { ...each, withdrawnAtMs: atMs } : each,
    ),
  }));
};
