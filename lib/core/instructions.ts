/**
 * What people told tokenwatch about one source, and what follows from it: watches over rotations, acknowledgements.
 * Stored as one small text beside what was learned by itself.
 */
import type { Acknowledgement } from './acknowledgement.ts';
import type { Watch } from './watch/watch.ts';

export type Instructions = {
  readonly watches: readonly Watch[];
  readonly acknowledgements: readonly Acknowledgement[];
  /** Tokens that the log said were created lately, by which a rotation is recognized; oldest first. */
  readonly creations: readonly Creation[];
};

export type Creation = { readonly name: string; readonly atMs: number };

export const noInstructions: Instructions = { watches: [], acknowledgements: [], creations: [] };

/** Version of the stored text below. A change of shape takes the next number and a step in `stored.ts`. */
export const instructionsVersion = 1;

/** Throws where the text is none that `JSON.stringify` made of instructions. What was undefined comes back absent, which reads the same. */
export const decodeInstructions = (text: string): Instructions => {
  const { watches, acknowledgements, creations } = JSON.parse(text) as Instructions;
  if (![watches, acknowledgements, creations].every(Array.isArray)) {
    throw new TypeError('instructions hold three lists');
  }
  return { watches, acknowledgements, creations };
};
