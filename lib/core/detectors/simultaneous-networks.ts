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

export type PairMemory = {
  readonly sessions: number;
  /** Those away from its own networks: only they could go back and forth. */
  readonly away: number;
  readonly paired: number;
  /** Those of them between two countries. */
  readonly pairedFar: number;
};
export type PairPeers = {
  /** Share of sessions away that go back and forth, for principals of this kind; between two countries, or at all. */
  share(isFar: boolean): number;
};

/** A telephone beside an office is in the same country. Where a country is not known, it may be another. */
export const isFarApart = (country: string | undefined, beside: Session): boolean =>
  country === undefined || country !== beside.country;

const judge = (
  { event, session, beside, network }: Seen,
  memory: PairMemory,
  peers: PairPeers,
): Score<SimultaneousNetworks> | undefined => {
  if (beside === undefined || session.isPaired || Math.round(memory.sessions) < sessionsMin) return undefined;
  const isFar = isFarApart(network.country, beside);
  const paired = isFar ? memory.pairedFar : memory.paired;
  const rate = (paired + shrinkage * peers.share(isFar)) / (memory.away + shrinkage);
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
      sessionsPaired: paired,
    },
  };
};

type Lesson = { readonly session: Session; readonly isAway: boolean };

const learn = ({ session, isAway }: Lesson, memory: PairMemory): PairMemory =>
  session.accepted === 0 || session.isFlagged
    ? memory
    : {
        sessions: Math.fround(memory.sessions * fading + 1),
        away: Math.fround(memory.away * fading + (isAway ? 1 : 0)),
        paired: Math.fround(memory.paired * fading + (session.isPaired ? 1 : 0)),
        pairedFar: Math.fround(memory.pairedFar * fading + (session.isPairedFar ? 1 : 0)),
      };

export const simultaneousNetworks: Detector<PairMemory, SimultaneousNetworks, Lesson, PairPeers> = {
  name: 'simultaneous-networks',
  empty: { sessions: 0, away: 0, paired: 0, pairedFar: 0 },
  judge,
  learn,
};
