import { type Clock, type ReadSecret, SecretError } from '../../app/ports.ts';
import type { Secret } from '../../config/secret.ts';
import { type SecretReference, secretReferenceText } from '../../config/secret-reference.ts';
import { msPerHour, msPerMinute, msPerSecond } from '../../core/time.ts';

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

type Kept = { readonly secret: Secret; readonly readAtMs: number; readonly askAgainAtMs: number };

/** `read` asks the store. References come from the settings, which bound their number. */
export const rememberSecrets = (read: (reference: SecretReference) => Promise<Secret>, clock: Clock): ReadSecret => {
  const kept = new Map<string, Kept>();
  return async (reference, { fresh = false } = {}) => {
    const key = secretReferenceText(reference);
    const nowMs = clock.nowMs();
    const before = kept.get(key);
    if (!fresh && before !== undefined && nowMs < before.askAgainAtMs) return before.secret;
    try {
      const secret = await read(reference);
      kept.set(key, { secret, readAtMs: nowMs, askAgainAtMs: nowMs + keptMs });
      return secret;
    } catch (error) {
      const isAway = error instanceof SecretError && error.failure === 'unavailable';
      if (fresh || !isAway || before === undefined || nowMs >= before.readAtMs + servedWhileAwayMs) throw error;
      kept.set(key, { ...before, askAgainAtMs: nowMs + msBetweenAttempts });
      return before.secret;
    }
  };
};
