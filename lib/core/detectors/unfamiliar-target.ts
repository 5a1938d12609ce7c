/**
 * Unfamiliar target: a stack, environment or workspace that this principal never touched.
 *
 * Asks in what share of its sessions the principal showed a new target, shrunk toward the organization's share: people
 * wander, a deploy token has its few stacks for years. Misses: a thief who stays with the victim's targets. Sets it off
 * falsely: a new project given to an old token. Pulumi names targets only in prose, so it rests on what could be read.
 */
import type { Evidence } from '../alert.ts';
import { hash32 } from '../packed.ts';
import type { Session } from '../session.ts';
import type { Detector, Score, Seen } from './detector.ts';

type UnfamiliarTarget = Extract<Evidence, { detector: 'unfamiliar-target' }>;

const sessionsMin = 5;
const shrinkage = 3;
const fading = Math.exp(-Math.LN2 / 180);
/** Targets remembered for each principal, most recent first; an evicted one counts as new again, and the rate learns that. */
export const targetsMax = 48;

export type TargetMemory = {
  /** Sessions that named a target, recent ones weighing more, and those of them that named a new one. */
  readonly sessions: number;
  readonly withNew: number;
  readonly targets: Uint32Array;
};
export type TargetPeers = {
  /** Share of the organization's sessions with a new target, for principals of this kind. */
  share(): number;
};

export const targetHash = (target: string): number => hash32(target, 4);

const judge = (
  { event, session }: Seen,
  memory: TargetMemory,
  peers: TargetPeers,
): Score<UnfamiliarTarget> | undefined => {
  if (event.target === undefined || event.target === session.lastTarget || Math.round(memory.sessions) < sessionsMin)
    return undefined;
  if (memory.targets.includes(targetHash(event.target))) return undefined;
  const rate = (memory.withNew + shrinkage * peers.share()) / (memory.sessions + shrinkage);
  return {
    nats: -Math.log(Math.min(1, rate)),
    evidence: {
      detector: 'unfamiliar-target',
      target: event.target,
      action: event.action,
      targetsKnown: memory.targets.length,
      sessions: memory.sessions,
      sessionsWithNew: memory.withNew,
    },
  };
};

const learn = (session: Session, memory: TargetMemory): TargetMemory => {
  if (session.targets.length === 0 || session.isFlagged) return memory;
  const fresh = session.targets.filter((target) => !memory.targets.includes(target));
  const known = [...memory.targets].filter((target) => !session.targets.includes(target));
  return {
    sessions: Math.fround(memory.sessions * fading + 1),
    withNew: Math.fround(memory.withNew * fading + (fresh.length > 0 ? 1 : 0)),
    targets: Uint32Array.from([...session.targets].reverse().concat(known).slice(0, targetsMax)),
  };
};

export const unfamiliarTarget: Detector<TargetMemory, UnfamiliarTarget, Session, TargetPeers> = {
  name: 'unfamiliar-target',
  empty: { sessions: 0, withNew: 0, targets: new Uint32Array(0) },
  judge,
  learn,
};
