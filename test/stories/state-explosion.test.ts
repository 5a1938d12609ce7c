/**
 * Somebody floods the log: for an hour every event brings an address, a name, a token, an action or a target that nobody
 * ever saw. What is kept stays small, those who are known keep what was learned of them, the flood is told, and so are the
 * thefts that it was meant to hide.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  assessInto,
  type Flooded,
  floodedLog,
  floodFromMs,
  flooding,
  floods,
  floodToMs,
  type Kept,
  networks,
  nothingKept,
  ordinary,
  source,
  stolenAfterwards,
  stolenInFlood,
} from '../../bench/flood/flooded-log.ts';
import { memoryState } from '../../lib/adapters/state/memory.ts';
import { replay } from '../../lib/app/replay.ts';
import type { Alert } from '../../lib/core/alert.ts';
import { decodeBaseline, encodeBaseline } from '../../lib/core/baseline.ts';
import { type AuditEvent, inOrder } from '../../lib/core/event.ts';
import { networkOf, noOwners } from '../../lib/core/network.ts';
import { newcomersMax } from '../../lib/core/newcomers.ts';
import { decodeOrganization, encodeOrganization } from '../../lib/core/organization.ts';
import { principalKey } from '../../lib/core/principal.ts';
import { msPerMinute } from '../../lib/core/time.ts';
import { alertJson } from '../../lib/report/alert-json.ts';
import { headlineOf } from '../../lib/report/sentences.ts';
import { acme, history, polled, startMs, use } from '../app/monitor-world.ts';

const eventsOfFlood = 20_000;
const principals = 20;
const kilobyte = 1_024;

type Run = {
  readonly kept: Kept;
  readonly alerts: readonly Alert[];
  readonly baselineBytesMax: number;
  readonly organizationBytesMax: number;
};

const runOf = (batches: Iterable<readonly AuditEvent[]>, between: (kept: Kept) => void = () => undefined): Run => {
  const kept = nothingKept();
  const networksOf = networks();
  const alerts = new Map<string, Alert>();
  let baselineBytesMax = 0;
  let organizationBytesMax = 0;
  for (const batch of batches) {
    const assessment = assessInto(kept, batch, networksOf);
    for (const { alert } of assessment.alerts) alerts.set(alert.id, alert);
    for (const baseline of assessment.baselines.values())
      baselineBytesMax = Math.max(baselineBytesMax, Buffer.byteLength(encodeBaseline(baseline)));
    organizationBytesMax = Math.max(organizationBytesMax, Buffer.byteLength(encodeOrganization(kept.organization)));
    between(kept);
  }
  return { kept, alerts: [...alerts.values()], baselineBytesMax, organizationBytesMax };
};

/** What was learned of a principal: without how odd its sessions and its day looked, which others have a say in. */
const learnedOf = ({ kept }: Run, key: string): unknown => {
  const baseline = kept.baselines.get(key);
  if (baseline === undefined) throw new RangeError(`${key} has no baseline`);
  const {
    sessions: _,
    maxima: _maxima,
    highest: _highest,
    tops: _tops,
    ...learned
  } = JSON.parse(encodeBaseline(baseline));
  return learned;
};

const calm = runOf([ordinary]);
const keyOf = (principal: Parameters<typeof principalKey>[1]): string => principalKey(source, principal);
/** They did other things than without the flood, or were judged in the middle of it. */
const concerned = new Set([flooding, stolenInFlood, stolenAfterwards].map(keyOf));

/** Whose alert it is, and what its first line says. */
const told: Readonly<Record<Flooded, readonly [id: string, headline: RegExp]>> = {
  addresses: ['ci-4', /^Token ci-4 did far more than usual: 1\d,\d+ events in 1 hour, .*from an unfamiliar network/],
  'refused users': ['(unknown users)', /^About 2\d,000 users that never logged in were tried within one hour/],
  users: ['(newcomers)', /^About \d\d,000 tokens and users that were never seen before were used within one hour$/],
  tokens: ['(newcomers)', /^About \d\d,000 tokens and users that were never seen before were used within one hour$/],
  actions: ['ci-4', /^Token ci-4 did far more than usual: 1\d,\d+ events in 1 hour/],
  targets: [
    'ci-4',
    /^Token ci-4 did far more than usual: 1\d,\d+ events in 1 hour, .*something it did not touch lately/,
  ],
};

describe.each(floods)('a flood of %s', (kind) => {
  let flooded: Run;
  beforeAll(() => {
    flooded = runOf(floodedLog(kind, eventsOfFlood));
  }, 60_000);
  const ofFlood = () => flooded.alerts.filter(({ principal }) => principal.id === told[kind][0]);

  it('leaves what is kept small', () => {
    expect(flooded.baselineBytesMax).toBeLessThan(20 * kilobyte);
    expect(flooded.organizationBytesMax).toBeLessThan(16 * kilobyte);
    expect(flooded.kept.baselines.size).toBeLessThanOrEqual(principals + newcomersMax + 1);
  });

  it('leaves all that was learned of those who are known, byte for byte', () => {
    const keys = [...calm.kept.baselines.keys()].filter((key) => !concerned.has(key));
    expect(keys).toHaveLength(principals - concerned.size);
    expect(keys.map((key) => learnedOf(flooded, key))).toEqual(keys.map((key) => learnedOf(calm, key)));
  });

  it('teaches the flooding token no hours, no actions and no targets', () => {
    const { hours, action, pair, target } = learnedOf(flooded, keyOf(flooding)) as Record<string, unknown>;
    expect(learnedOf(calm, keyOf(flooding))).toMatchObject({ hours, action, pair, target });
  });

  it('is told, once, as high', () => {
    expect(ofFlood()).toHaveLength(1);
    const [alert] = ofFlood() as [Alert];
    expect(headlineOf(alert)).toMatch(told[kind][1]);
    expect(alert.severity).toBe('high');
    expect(alert.openedAtMs).toBeGreaterThanOrEqual(floodFromMs);
    expect(alert.openedAtMs).toBeLessThan(floodFromMs + (floodToMs - floodFromMs) / 5);
    expect(alert.eventCount).toBeGreaterThan(0.9 * eventsOfFlood);
  });

  it('hides no theft, in the middle of it or on the day after', () => {
    // What is told first; the lesser reasons may change their order, as new networks are no news on the day of the flood.
    const thefts = ({ alerts }: Run) =>
      alerts
        .filter(({ principal }) => [stolenInFlood.id, stolenAfterwards.id].includes(principal.id))
        .map((alert) => [alert.id, alert.severity, headlineOf(alert).split(';')[0]]);
    expect(thefts(calm)).toHaveLength(2);
    expect(thefts(flooded)).toEqual(thefts(calm));
  });
});

it('says the same however the log is cut, and stored in between', () => {
  const events = [...floodedLog('tokens', 2_500)].flat();
  const stored = (kept: Kept): void => {
    kept.organization = decodeOrganization(encodeOrganization(kept.organization));
    for (const [key, baseline] of kept.baselines) kept.baselines.set(key, decodeBaseline(encodeBaseline(baseline)));
  };
  const cut = (size: number): readonly (readonly AuditEvent[])[] =>
    Array.from({ length: Math.ceil(events.length / size) }, (_, n) => events.slice(n * size, (n + 1) * size));
  const bytesOf = ({ kept, alerts }: Run) => [
    encodeOrganization(kept.organization),
    [...kept.baselines].map(([key, baseline]) => [key, encodeBaseline(baseline)]).sort(),
    alerts.map(alertJson),
  ];
  const whole = bytesOf(runOf([events]));
  expect(bytesOf(runOf(cut(777), stored))).toEqual(whole);
  expect(bytesOf(runOf(cut(1_000)))).toEqual(whole);
}, 60_000);

describe('a watch over a log that is being flooded with tokens', () => {
  const flood = Array.from({ length: 3_000 }, (_, n) =>
    use(startMs + 30 * msPerMinute + n * 400, { token: `made-${n}`, ip: '198.51.100.9' }),
  );
  const log = [...history(['ci', 'deploy']), ...flood].sort(inOrder);
  const state = memoryState();

  it('tells it once while it is going on, and knows in the end what a replay of the log says, byte for byte', async () => {
    await polled(log, state, { hours: 3, everyMinutes: 5 });
    const told = await state.untold(acme);
    expect(told.map(({ key, alert }) => [key, alert.severity, alert.principal.id])).toEqual([
      [`${told[0]?.alert.id}/opened`, 'high', '(newcomers)'],
    ]);
    async function* batches(): AsyncGenerator<readonly AuditEvent[]> {
      yield log;
    }
    const replayed = await replay(batches(), {
      networks: (address) => networkOf(address, noOwners),
      alertBudgetPerWeek: 1,
    });
    expect((await state.alerts(acme)).map(alertJson)).toEqual(replayed.alerts.map(alertJson));
    expect(replayed.alerts.map(({ eventCount }) => eventCount)).toEqual([flood.length - newcomersMax]);
  }, 60_000);
});
