import type { Evidence } from '../alert.ts';
import type { AuditEvent } from '../event.ts';
import type { Network } from '../network.ts';
import type { Session } from '../session.ts';

/**
 * The shape that all detectors share: what an empty memory is, how to judge, how to learn. Judging never changes a
 * memory and learning never judges, so that an event cannot vouch for itself.
 */

/** What a detector is shown: the event, where it came from, and the session with this event already counted in. */
export type Seen = {
  readonly event: AuditEvent;
  readonly network: Network;
  readonly session: Session;
  /** Index of the action's kind in `actionKinds`. */
  readonly kind: number;
  /** The session on another network that the principal was in between this event and the one before it here. */
  readonly beside: Session | undefined;
};

export type Score<E extends Evidence = Evidence> = {
  /** Raw surprise in nats, by the detector's own model; calibrated on the organization's past before it counts. */
  readonly nats: number;
  /** Undefined while the score is too low to be worth telling. */
  readonly evidence: E | undefined;
  /** A fact rather than a chance: told without regard to the budget. */
  readonly isFact?: true;
};

/** What a fact counts as, in nats: beyond every calibrated score. */
export const factNats = 30;

export type Detector<Memory, E extends Evidence, Lesson, Peers = void> = {
  readonly name: E['detector'];
  readonly empty: Memory;
  /** Undefined: nothing to say, or nothing yet to compare with. */
  judge(seen: Seen, memory: Memory, peers: Peers): Score<E> | undefined;
  learn(lesson: Lesson, memory: Memory): Memory;
};
