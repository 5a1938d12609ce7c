/** What holds for every detector, whatever it looks at. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { kindIndexOf } from '../../../lib/core/action.ts';
import { type Baseline, detectorNames } from '../../../lib/core/baseline.ts';
import { authenticationFailures } from '../../../lib/core/detectors/authentication-failures.ts';
import type { Score, Seen } from '../../../lib/core/detectors/detector.ts';
import { oddHours } from '../../../lib/core/detectors/odd-hours.ts';
import { sensitiveAction } from '../../../lib/core/detectors/sensitive-action.ts';
import { simultaneousNetworks } from '../../../lib/core/detectors/simultaneous-networks.ts';
import { tokenLife } from '../../../lib/core/detectors/token-life.ts';
import { unfamiliarNetwork } from '../../../lib/core/detectors/unfamiliar-network.ts';
import { unfamiliarTarget } from '../../../lib/core/detectors/unfamiliar-target.ts';
import { usageDay } from '../../../lib/core/detectors/usage-day.ts';
import { usageSpike } from '../../../lib/core/detectors/usage-spike.ts';
import type { AuditEvent } from '../../../lib/core/event.ts';
import { networkOf } from '../../../lib/core/network.ts';
import { isAccepted, newSession, type Session } from '../../../lib/core/session.ts';
import { exampleOwners, having } from '../having.ts';
import { history } from '../history.ts';

/** An organization that says the same of everybody. */
const peers = {
  network: {
    kindShares: () => [1 / 3, 1 / 3, 1 / 3],
    share: () => 0.2,
    orgNewness: () => 0.1,
    classRatio: () => 0.5,
    othersOnPrefix: () => 0,
    labelOf: (owner: string) => owner,
  },
  share: { share: () => 0.1 },
  failures: { failuresPerSession: () => 0.1 },
  life: { deletedAtMs: undefined, isOwn: false, ownReplacedAtMs: undefined },
};

type Learned = Pick<
  Baseline,
  'network' | 'hours' | 'spike' | 'action' | 'failures' | 'life' | 'pair' | 'target' | 'dayUse'
>;

const nothingLearned: Learned = {
  network: unfamiliarNetwork.empty,
  hours: oddHours.empty,
  spike: usageSpike.empty,
  action: sensitiveAction.empty,
  failures: authenticationFailures.empty,
  life: tokenLife.empty,
  pair: simultaneousNetworks.empty,
  target: unfamiliarTarget.empty,
  dayUse: usageDay.empty,
};

/** As many refusals in a row as the session had. */
const burstOf = ({ event, session }: Seen) => ({
  count: session.failures,
  startMs: event.atMs,
  lastMs: event.atMs,
});

/** In the order of `detectorNames`. */
const judgeAll = (seen: Seen, memory: Learned): readonly (Score | undefined)[] => [
  unfamiliarNetwork.judge(seen, memory.network, peers.network),
  oddHours.judge(seen, memory.hours),
  usageSpike.judge(seen, memory.spike),
  sensitiveAction.judge(seen, memory.action, peers.share),
  authenticationFailures.judge(seen, { ...memory.failures, burst: burstOf(seen) }, peers.failures),
  tokenLife.judge(seen, memory.life, peers.life),
  simultaneousNetworks.judge(seen, memory.pair, peers.share),
  unfamiliarTarget.judge(seen, memory.target, peers.share),
  usageDay.judge(seen, memory.dayUse),
];

const learnAll = ({ event, session, kind }: Seen, memory: Learned): Learned => ({
  network: unfamiliarNetwork.learn(session, memory.network),
  hours: oddHours.learn(session.startMs, memory.hours),
  spike: usageSpike.learn(event, memory.spike),
  action: sensitiveAction.learn(session, memory.action),
  failures: authenticationFailures.learn(session, memory.failures),
  life: tokenLife.learn(session, memory.life),
  pair: simultaneousNetworks.learn({ session, isAway: true }, memory.pair),
  target: unfamiliarTarget.learn(session, memory.target),
  dayUse: usageDay.learn({ event, session, kind }, memory.dayUse),
});

const seenOf = (event: AuditEvent, failures: number): Seen => {
  const network = networkOf(event.ip ?? 'none', exampleOwners);
  const session: Session = {
    ...newSession(event.atMs, network, detectorNames.length),
    events: 1,
    accepted: isAccepted(event) ? 1 : 0,
    failures,
  };
  const beside = newSession(event.atMs - 60_000, networkOf('233.252.0.9', exampleOwners), detectorNames.length);
  return { event, network, session, beside, kind: kindIndexOf(event.principal.provider, event.action) };
};

/** A history and one more look at one of its events. */
const looks = fc.tuple(history, fc.nat(), fc.nat(40)).map(([events, at, failures]) => ({
  past: events.slice(0, -1),
  seen: seenOf(events[at % events.length] as AuditEvent, failures),
}));

const law = { seed: 20_260_314, numRuns: 40 };

describe('every detector', () => {
  it('says nothing from an empty memory, but for facts and for bursts of refusals, which speak for themselves', () => {
    fc.assert(
      fc.property(looks, ({ seen }) => {
        const spoken = judgeAll(seen, nothingLearned).flatMap((score, i) =>
          score === undefined || score.isFact || score.nats === 0 ? [] : [detectorNames[i]],
        );
        expect(spoken.filter((name) => name !== 'authentication-failures')).toEqual([]);
      }),
      law,
    );
  });

  it('changes no memory, neither by judging nor by learning', () => {
    fc.assert(
      fc.property(looks, ({ past, seen }) => {
        for (const memory of [nothingLearned, ...having(past).memory.baselines.values()]) {
          const before = structuredClone(memory);
          judgeAll(seen, memory);
          expect(memory).toEqual(before);
          learnAll(seen, memory);
          expect(memory).toEqual(before);
        }
      }),
      { ...law, numRuns: 20 },
    );
  });

  it('judges with numbers: never negative, never without end', () => {
    fc.assert(
      fc.property(looks, ({ past, seen }) => {
        for (const memory of having(past).memory.baselines.values()) {
          for (const score of judgeAll(seen, memory)) {
            expect(score?.nats ?? 0).toBeGreaterThanOrEqual(0);
            expect(score?.nats ?? 0).toBeLessThan(Number.POSITIVE_INFINITY);
          }
        }
      }),
      { ...law, numRuns: 20 },
    );
  });

  it('judges the same again after learning nothing', () => {
    fc.assert(
      fc.property(looks, ({ past, seen }) => {
        for (const memory of having(past).memory.baselines.values()) {
          expect(judgeAll(seen, memory)).toEqual(judgeAll(seen, memory));
        }
      }),
      { ...law, numRuns: 10 },
    );
  });
});
