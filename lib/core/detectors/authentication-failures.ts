/**
 * Authentication failures: a burst of refused attempts, those included that the vendor does not flag as failures.
 *
 * Counts refusals in a session against a negative binomial around the principal's own rate per session, shrunk toward
 * the organization's. Three at the least: two are a typing error. Misses: one patient guess a day. Sets it off falsely:
 * a job whose credential expired and which tries all night; that is worth knowing too.
 */
import { actionKinds } from '../action.ts';
import type { Evidence } from '../alert.ts';
import { countSurprise } from '../chance.ts';
import type { Session } from '../session.ts';
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

export type FailureMemory = { readonly sessions: number; readonly failures: number };
export type FailurePeers = { /** Mean of the organization. */ failuresPerSession(): number };

/** A log-in that succeeds after such a burst may be a guess that was right; so much it adds. */
const gotInNats = Math.log(20);

const judge = (
  { event, session, kind }: Seen,
  memory: FailureMemory,
  peers: FailurePeers,
): Score<AuthenticationFailures> | undefined => {
  const isIn = event.outcome === 'success';
  if (session.failures < failuresMin || (isIn && actionKinds[kind] !== 'log-in')) return undefined;
  const floor = Math.round(memory.sessions) < sessionsMin ? strangerRate : rateMin;
  const mean = Math.max(
    floor,
    (memory.failures + shrinkage * peers.failuresPerSession()) / (memory.sessions + shrinkage),
  );
  const nats = countSurprise(session.failures, { mean, dispersion });
  return {
    nats: isIn ? nats + gotInNats : nats,
    evidence: {
      detector: 'authentication-failures',
      failures: session.failures,
      expected: mean,
      firstAtMs: session.firstFailureMs,
      lastAtMs: isIn ? session.lastFailureMs : event.atMs,
      gotInAtMs: isIn ? event.atMs : undefined,
    },
  };
};

const learn = (session: Session, memory: FailureMemory): FailureMemory => ({
  sessions: Math.fround(memory.sessions * fading + 1),
  failures: Math.fround(memory.failures * fading + Math.min(lessonMax, session.failures)),
});

export const authenticationFailures: Detector<FailureMemory, AuthenticationFailures, Session, FailurePeers> = {
  name: 'authentication-failures',
  empty: { sessions: 0, failures: 0 },
  judge,
  learn,
};
