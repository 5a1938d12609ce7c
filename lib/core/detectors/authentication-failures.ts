/**
 * Authentication failures: a burst of refused attempts, those included that the vendor does not flag as failures.
 *
 * Counts a principal's refusals, from whatever networks, that follow one another as the events of a session do, against a
 * negative binomial around its own rate per session, shrunk toward the organization's. Three at the least: two are a
 * typing error. Misses: guesses more than two hours apart. Sets it off falsely: a job whose credential expired and which
 * tries all night; that is worth knowing too.
 */
import { actionKinds } from '../action.ts';
import type { Evidence } from '../alert.ts';
import { countSurprise } from '../chance.ts';
import { isOver, type Session } from '../session.ts';
import type { Detector, Score, Seen } from './detector.ts';

type AuthenticationFailures = Extract<Evidence, { detector: 'authentication-failures' }>;

const failuresMin = 3;
/**
 * Refusals come in bursts: a job with a stuck credential tries dozens of times. With the dispersion of 2 that
 * detection.md section 4 has, fifteen of them were already beyond every scale; with 40 a longer burst still counts for more
 * (measured on made-up organizations: 27 of 30 attacks told instead of 22).
 */
const dispersion = 40;
/** Sessions' worth that the organization's rate counts for. */
const shrinkage = 3;
/** Never quite none, or the first burst in a quiet organization would be infinitely surprising. */
const rateMin = 0.05;
/** A principal without a past is allowed more: it may be new and still being set up. */
const strangerRate = 0.5;
const sessionsMin = 5;
/** A flood teaches no more than this many refusals a session, or the next flood would look usual. */
const lessonMax = 10;
const fading = Math.exp(-Math.LN2 / 180);

/** Refusals that follow one another; an attacker has as many networks as he likes, so it is of the principal, not of a session. */
export type RefusalBurst = { readonly count: number; readonly startMs: number; readonly lastMs: number };

export type FailureMemory = { readonly sessions: number; readonly failures: number; readonly burst: RefusalBurst };
export type FailurePeers = { /** Mean of the organization. */ failuresPerSession(): number };

/** A log-in that succeeds after such a burst may be a guess that was right; so much it adds. */
const gotInNats = Math.log(20);

/** Notes a refusal at once: what a session teaches waits for its end. */
export const withRefusal = ({ burst, ...memory }: FailureMemory, atMs: number): FailureMemory => ({
  ...memory,
  burst:
    burst.count === 0 || isOver(burst, atMs)
      ? { count: 1, startMs: atMs, lastMs: atMs }
      : { count: burst.count + 1, startMs: burst.startMs, lastMs: Math.max(burst.lastMs, atMs) },
});

const judge = (
  { event, kind }: Seen,
  { burst, ...memory }: FailureMemory,
  peers: FailurePeers,
): Score<AuthenticationFailures> | undefined => {
  const isIn = event.outcome === 'success';
  if (burst.count < failuresMin || isOver(burst, event.atMs)) return undefined;
  if (isIn && actionKinds[kind] !== 'log-in') return undefined;
  const floor = Math.round(memory.sessions) < sessionsMin ? strangerRate : rateMin;
  const mean = Math.max(
    floor,
    (memory.failures + shrinkage * peers.failuresPerSession()) / (memory.sessions + shrinkage),
  );
  const nats = countSurprise(burst.count, { mean, dispersion });
  return {
    nats: isIn ? nats + gotInNats : nats,
    evidence: {
      detector: 'authentication-failures',
      failures: burst.count,
      expected: mean,
      firstAtMs: burst.startMs,
      lastAtMs: burst.lastMs,
      gotInAtMs: isIn ? event.atMs : undefined,
    },
  };
};

const learn = (session: Session, memory: FailureMemory): FailureMemory => ({
  ...memory,
  sessions: Math.fround(memory.sessions * fading + 1),
  failures: Math.fround(memory.failures * fading + Math.min(lessonMax, session.failures)),
});

export const authenticationFailures: Detector<FailureMemory, AuthenticationFailures, Session, FailurePeers> = {
  name: 'authentication-failures',
  empty: { sessions: 0, failures: 0, burst: { count: 0, startMs: 0, lastMs: 0 } },
  judge,
  learn,
};
