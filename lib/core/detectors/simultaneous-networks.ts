/**
 * Simultaneous networks: one credential goes back and forth between two network owners within minutes.
 *
 * A person who moves goes from one network to another; a thief works while the victim does, and the log shows the one,
 * the other, and the one again. The rate of such sessions is the principal's own, shrunk toward the organization's: pools
 * of runners and people with a flapping VPN do it daily and stay quiet. Misses: a thief who waits until the victim rests.
 * Sets it off falsely: a telephone that falls back to mobile data, until that is learned.
 */
import type { Evidence } from '../alert.ts';
import type { Session } from '../session.ts';
import { msPerMinute } from '../time.ts';
import type { Detector, Score, Seen } from './detector.ts';

type SimultaneousNetworks = Extract<Evidence, { detector: 'simultaneous-networks' }>;

/** There and back within it: nobody travels so, and few reconnect so. */
export const pairMs = 30 * msPerMinute;
const sessionsMin = 5;
/** Sessions' worth that the organization's share counts for. */
const shrinkage = 3;
const fading = Math.exp(-Math.LN2 / 180);

export type PairMemory = { readonly sessions: number; readonly paired: number };
export type PairPeers = {
  /** Share of sessions that go back and forth, for principals of this kind. */
  share(): number;
};

const judge = (
  { event, session, beside, network }: Seen,
  memory: PairMemory,
  peers: PairPeers,
): Score<SimultaneousNetworks> | undefined => {
  if (beside === undefined || session.isPaired || Math.round(memory.sessions) < sessionsMin) return undefined;
  const rate = (memory.paired + shrinkage * peers.share()) / (memory.sessions + shrinkage);
  return {
    nats: -Math.log(Math.min(1, rate)),
    evidence: {
      detector: 'simultaneous-networks',
      atMs: event.atMs,
      network,
      besideOwner: beside.ownerLabel,
      besideCountry: beside.country,
      apartMs: event.atMs - beside.lastMs,
      sessions: memory.sessions,
      sessionsPaired: memory.paired,
    },
  };
};

const learn = (session: Session, memory: PairMemory): PairMemory =>
  session.accepted === 0 || session.isFlagged
    ? memory
    : {
        sessions: Math.fround(memory.sessions * fading + 1),
        paired: Math.fround(memory.paired * fading + (session.isPaired ? 1 : 0)),
      };

export const simultaneousNetworks: Detector<PairMemory, SimultaneousNetworks, Session, PairPeers> = {
  name: 'simultaneous-networks',
  empty: { sessions: 0, paired: 0 },
  judge,
  learn,
};
