/**
 * Steps from one version of a stored text to the next. They know only texts: a step goes on working when the shapes in
 * memory have long become others. What an older release did not note begins as if it had not happened yet.
 */
import { packFloats } from './packed.ts';

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('fields are missing');
  return value as Fields;
};

const listOf = (value: unknown): readonly Fields[] => {
  if (!Array.isArray(value)) throw new TypeError('a list is missing');
  return value.map(fieldsOf);
};

const step =
  (change: (stored: Fields) => Fields) =>
  (body: string): string =>
    JSON.stringify(change(fieldsOf(JSON.parse(body))));

const lowestExcess = -10;

/**
 * 2: what a place on probation was worth at first, how far a session went, pairs between countries, today's highest
 * scores. Sessions away were not told from others, so all count as such and fade.
 */
const baselineTo2 = step((stored) => {
  const network = fieldsOf(stored.network);
  const pair = fieldsOf(stored.pair);
  return {
    ...stored,
    network: {
      ...network,
      probations: listOf(network.probations).map((waiting) => ({
        ...waiting,
        nats: 0,
        excess: lowestExcess,
        isTold: waiting.days === 0,
      })),
    },
    pair: { sessions: pair.sessions, away: pair.sessions, paired: pair.paired, pairedFar: 0 },
    sessions: listOf(stored.sessions).map((session) => ({ ...session, isPairedFar: false, excess: lowestExcess })),
    tops: [],
  };
});

/** 3: refusals in a row are the principal's; they were each session's. Sessions that ended for want of room are counted. */
const baselineTo3 = step((stored) => ({
  ...stored,
  crowdedOut: 0,
  failures: { ...fieldsOf(stored.failures), burst: { count: 0, startMs: 0, lastMs: 0 } },
  sessions: listOf(stored.sessions).map(({ firstFailureMs: _, lastFailureMs: __, ...session }) => session),
}));

const noFloats = (length: number): string => packFloats(new Float32Array(length));

/** 2: kinds of principals, pairs between countries, and the tide of nine detectors. */
const organizationTo2 = step(({ ofKind, ...stored }) => ({
  ...stored,
  kinds: [noFloats(3), noFloats(3)],
  awayOfKind: ofKind,
  withFarPair: noFloats(2),
  tide: { atMs: 0, principals: 0, counts: noFloats(9 * 16) },
}));

/** 3: principals met for the first time. None is counted yet, and its first week began with its first day. */
const organizationTo3 = step((stored) => {
  const nobody = { sketch: '', count: 0, perHour: 0 };
  const sinceHour = typeof stored.firstDay === 'number' ? stored.firstDay * 24 : 0;
  return {
    ...stored,
    newcomers: { sinceHour, hour: sinceHour, begun: 0, newcomers: nobody, strangers: nobody },
  };
});

export const baselineUpgrades = [baselineTo2, baselineTo3];
export const organizationUpgrades = [organizationTo2, organizationTo3];
