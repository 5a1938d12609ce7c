import { answerTarget } from './answers.ts';
import type { Target } from './fuzz.ts';
import { recordTarget, tableTarget, topicTarget } from './kept.ts';
import { logTargets, neighbourTarget } from './logs.ts';
import { logGroupTarget, scalrTarget } from './scalr.ts';
import { secretTargets } from './secrets.ts';
import { storedTargets } from './stored.ts';
import { addressTarget, referenceTarget, settingsTarget } from './texts.ts';

/** Everything that reads what others wrote. */
export const targets: readonly Target[] = [
  ...logTargets,
  neighbourTarget,
  answerTarget,
  scalrTarget,
  logGroupTarget,
  ...secretTargets,
  topicTarget,
  recordTarget,
  tableTarget,
  settingsTarget,
  referenceTarget,
  addressTarget,
  ...storedTargets,
];
