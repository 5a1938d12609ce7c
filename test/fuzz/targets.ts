import { answerTarget } from './answers.ts';
import type { Target } from './fuzz.ts';
import { logTargets, neighbourTarget } from './logs.ts';
import { storedTargets } from './stored.ts';
import { addressTarget, referenceTarget, settingsTarget } from './texts.ts';

/** Everything that reads what others wrote. */
export const targets: readonly Target[] = [
  ...logTargets,
  neighbourTarget,
  answerTarget,
  settingsTarget,
  referenceTarget,
  addressTarget,
  ...storedTargets,
];
