import { type Clock, type ReadSecret, SecretError } from '../../app/ports.ts';
import type { Secret } from '../../config/secret.ts';
import { type SecretReference, secretReferenceText } from '../../config/secret-reference.ts';
import { msPerHour, msPerMinute, msPerSecond } from '../../core/time.ts';
import { oneAtATime } from './once.ts';

/**
 * A short memory before a store. A rotated secret is seen within minutes, or at once by whoever asks for a fresh one;
 * meanwhile a source that sends two requests a second does not ask the store as often. While the store is out of reach,
 * the last known secret serves for an hour: a sealed Vault must not blind the watch.
 */

/** As long as the usual time between two polls. */
const keptMs = 5 * msPerMinute;
const servedWhileAwayMs = msPerHour;
/** A store that does not answer costs a time limit at each attempt. */
const msBetweenAttempts = 30 * msPerSecond;

/** `triedAtMs`: when the store last failed to answer, since it was read. */
type Kept = { readonly secret: Secret; readonly readAtMs: number; readonly triedAtMs?: number };

/** Of one reference: its questions come one after the other, and one serves all who asked before it began. */
type Line = {
  readonly turn: ReturnType<typeof oneAtATime>;
  kept?: Kept;
  begun: number;
  question?: Promise<Secret>;
};

/** `read` asks the store. References come from the settings, which bound their number. */
export const rememberSecrets = (read: (reference: SecretReference) => Promise<Secret>, clock: Clock): ReadSecret => {
  const lines = new Map<string, Line>();
  const lineOf = (reference: SecretReference): Line => {
    const key = secretReferenceText(reference);
    const line = lines.get(key) ?? { turn: oneAtATime(), begun: 0 };
    lines.set(key, line);
    return line;
  };
  const ask = async (line: Line, reference: SecretReference): Promise<Secret> => {
    const readAtMs = clock.nowMs();
    line.begun += 1;
    const secret = await read(reference);
    line.kept = { secret, readAtMs };
    return secret;
  };
  const next = (line: Line, reference: SecretReference): Promise<Secret> => {
    const { begun } = line;
    return line.turn(() => {
      if (line.question === undefined || line.begun === begun) line.question = ask(line, reference);
      return line.question;
    });
  };
  return async (reference, { fresh = false } = {}) => {
    const line = lineOf(reference);
    const nowMs = clock.nowMs();
    const before = line.kept;
    if (!fresh && before !== undefined && !isDue(before, nowMs)) return before.secret;
    try {
      return await next(line, reference);
    } catch (error) {
      const isAway = error instanceof SecretError && error.failure === 'unavailable';
      if (fresh || !isAway || before === undefined || since(before.readAtMs, nowMs) >= servedWhileAwayMs) throw error;
      line.kept = { ...before, triedAtMs: nowMs };
      return before.secret;
    }
  };
};

/** A clock that was set back must not keep an answer for as long. */
const since = (atMs: number, nowMs: number): number => Math.abs(nowMs - atMs);

const isDue = ({ readAtMs, triedAtMs }: Kept, nowMs: number): boolean =>
  since(readAtMs, nowMs) >= keptMs && (triedAtMs === undefined || since(triedAtMs, nowMs) >= msBetweenAttempts);
