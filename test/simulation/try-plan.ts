import { judge, nothingNoted } from './laws.ts';
import { newestCursor } from './newest-cursor.ts';
import type { Plan } from './plan.ts';
import { references } from './reference.ts';
import { type Playing, play } from './run.ts';
import type { Result } from './summary.ts';
import { createWorld, type World } from './world.ts';

/** Plays schedules one after another; the history at hand, and what a perfect monitor makes of it, are kept for the next. */

export type TryPlan = (plan: Plan) => Promise<Result>;

export const trying = (playing?: Playing): TryPlan => {
  const reference = references();
  let held: { readonly number: number; readonly world: World } | undefined;

  const worldOf = (number: number): World => {
    if (held?.number !== number) held = { number, world: createWorld(number) };
    return held.world;
  };
  return async (plan) => {
    const said = { seed: plan.seed, faults: plan.faults.map(({ kind }) => kind) };
    try {
      const played = await play(worldOf(plan.world), plan, playing);
      const { broken, noted } = judge(played, (endMs) => reference(played.world, endMs));
      return { ...said, broken, noted, usual: newestCursor(played) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { ...said, broken: [reason], noted: nothingNoted, usual: { watched: 0, lost: 0, doubled: 0 } };
    }
  };
};

/** The law without its numbers: whether two schedules fail for the same reason. */
export const lawOf = (sentence: string): string => sentence.replace(/[0-9][0-9a-f.:TZ/-]*/g, '#');
