/**
 * Sensitive action: the first time, or one of the few, that this principal does something of a kind.
 *
 * Asks in what share of its sessions the principal did anything of this kind, shrunk toward the organization's share.
 * Kinds without a sensitive meaning count for less; tampering with the log is told whoever does it. Misses: a thief who does only what the victim does. Sets it off
 * falsely: a colleague who takes over somebody's duty. Formula: detection.md section 4.
 */
import { type ActionKind, actionKinds, isSensitive, tampersWithLog } from '../action.ts';
import type { Evidence } from '../alert.ts';
import type { Session } from '../session.ts';
import { type Detector, factNats, type Score, type Seen } from './detector.ts';

type SensitiveAction = Extract<Evidence, { detector: 'sensitive-action' }>;

const sessionsMin = 5;
/** Sessions' worth that the organization's share counts for. */
const shrinkage = 3;
const ordinaryWeight = 0.6;
/** 180 sessions or so: duties change within months. */
const fading = Math.exp(-Math.LN2 / 180);

export type ActionMemory = {
  /** Sessions, recent ones weighing more, and those of them that held an action of each kind. */
  readonly sessions: number;
  readonly withKind: Float32Array;
};

export type ActionPeers = {
  /** Share of the organization's sessions that hold an action of this kind. */
  share(kind: number): number;
};

const judge = (
  { event, session, kind: index }: Seen,
  memory: ActionMemory,
  peers: ActionPeers,
): Score<SensitiveAction> | undefined => {
  const kind = actionKinds[index] as ActionKind;
  const isTampering = kind === 'log-pipeline' && tampersWithLog(event.principal.provider, event.action);
  const isRepeated = (session.kinds & (1 << index)) !== 0;
  if ((isRepeated || Math.round(memory.sessions) < sessionsMin) && !isTampering) return undefined;
  const done = memory.withKind[index] as number;
  const share = (done + shrinkage * peers.share(index)) / (memory.sessions + shrinkage);
  const nats = isTampering ? factNats : -Math.log(Math.min(1, share)) * (isSensitive(kind) ? 1 : ordinaryWeight);
  if (!isSensitive(kind)) return { nats, evidence: undefined };
  const evidence: SensitiveAction = {
    detector: 'sensitive-action',
    kind,
    action: event.action,
    target: event.target,
    sessions: memory.sessions,
    sessionsWithKind: done,
    isTampering,
  };
  return isTampering ? { nats, evidence, isFact: true } : { nats, evidence };
};

const learn = (session: Session, memory: ActionMemory): ActionMemory => {
  if (session.accepted === 0 || session.isFlagged) return memory;
  const withKind = memory.withKind.map((done, kind) => done * fading + ((session.kinds & (1 << kind)) === 0 ? 0 : 1));
  return { sessions: Math.fround(memory.sessions * fading + 1), withKind };
};

export const sensitiveAction: Detector<ActionMemory, SensitiveAction, Session, ActionPeers> = {
  name: 'sensitive-action',
  empty: { sessions: 0, withKind: new Float32Array(actionKinds.length) },
  judge,
  learn,
};
