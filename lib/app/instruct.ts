/** Changes what people told tokenwatch about a source, beside a monitor that may be running on the same state. */
import { type Instructions, noInstructions } from '../core/instructions.ts';
import { readInstructions, writeInstructions } from '../core/stored.ts';
import { StateConflict, type StateStore } from './ports.ts';

/** A monitor commits every few minutes and takes milliseconds for it; losing so often to it means something else is wrong. */
const attemptsMax = 5;

export const instructionsOf = async (state: StateStore, source: string): Promise<Instructions> => {
  const { instructions } = await state.load(source);
  return instructions === undefined ? noInstructions : readInstructions(instructions);
};

/** Loads, changes and commits; again from the start when somebody else committed in between. */
export const instruct = async (
  state: StateStore,
  source: string,
  change: (instructions: Instructions) => Instructions,
): Promise<Instructions> => {
  for (let attempt = 1; ; attempt += 1) {
    const { revision, instructions } = await state.load(source);
    const changed = change(instructions === undefined ? noInstructions : readInstructions(instructions));
    try {
      await state.commit(source, { expectedRevision: revision, instructions: writeInstructions(changed) });
      return changed;
    } catch (error) {
      if (!(error instanceof StateConflict) || attempt >= attemptsMax) throw error;
    }
  }
};
