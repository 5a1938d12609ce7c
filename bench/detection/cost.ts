/**
 * What one event costs each detector, in this process: as nanoseconds, and as a multiple of parsing the event's own text,
 * which any reader of a log must do. The multiple is what other machines can compare. The event is a costly one: another
 * network and target, a sensitive action, an attempt refused, at night and after hundreds of others, so that no detector has
 * an easy answer.
 */
import { kindIndexOf } from '../../lib/core/action.ts';
import { assess, newOrganization } from '../../lib/core/assess.ts';
import { type Baseline, detectorNames } from '../../lib/core/baseline.ts';
import { authenticationFailures } from '../../lib/core/detectors/authentication-failures.ts';
import type { Seen } from '../../lib/core/detectors/detector.ts';
import { oddHours } from '../../lib/core/detectors/odd-hours.ts';
import { sensitiveAction } from '../../lib/core/detectors/sensitive-action.ts';
import { simultaneousNetworks } from '../../lib/core/detectors/simultaneous-networks.ts';
import { tokenLife } from '../../lib/core/detectors/token-life.ts';
import { unfamiliarNetwork } from '../../lib/core/detectors/unfamiliar-network.ts';
import { unfamiliarTarget } from '../../lib/core/detectors/unfamiliar-target.ts';
import { usageDay } from '../../lib/core/detectors/usage-day.ts';
import { usageSpike } from '../../lib/core/detectors/usage-spike.ts';
import type { AuditEvent } from '../../lib/core/event.ts';
import { type NetworkLookup, networkOf, rememberNetworks } from '../../lib/core/network.ts';
import type { Organization } from '../../lib/core/organization.ts';
import { actionPeers, failurePeers, networkPeers, sharePeers } from '../../lib/core/organization-peers.ts';
import { newSession } from '../../lib/core/session.ts';
import { msPerDay, msPerHour, msPerMinute, msPerSecond } from '../../lib/core/time.ts';
import { type Part, type Row, row } from './row.ts';

const rounds = 200_000;
const warmUp = 50_000;
const startMs = Date.UTC(2026, 0, 5, 9);
const days = 60;
const eventsADay = 60;

const eventAt = (atMs: number, said: Partial<AuditEvent> = {}): AuditEvent => ({
  id: `e-${atMs}`,
  atMs,
  source: 'pulumi:acme',
  principal,
  ip: '192.0.2.7',
  action: 'stack-updated',
  outcome: 'success',
  user: 'ada@example.com',
  credential: undefined,
  target: 'acme/shop/prod',
  userAgent: 'pulumi-cli/3.140.0',
  description: 'Updated stack acme/shop/prod',
  ...said,
});

const principal = { provider: 'pulumi', kind: 'token', id: 'token-1', name: 'ci-deploy' } as const;
const lookup: NetworkLookup = ({ text }) => ({
  owner: { asn: text.startsWith('192') ? 64_500 : 64_501, name: 'Example', class: 'hosting' },
  country: 'NL',
});
const context = { networks: rememberNetworks(lookup), alertBudgetPerWeek: 1 };

/** A night on which it is used as never before. */
const burstMs = startMs + days * msPerDay - 6 * msPerHour;
const burst = (): readonly AuditEvent[] => Array.from({ length: 500 }, (_, n) => eventAt(burstMs + n * msPerSecond));

/** Two months of a busy token: sixty uses a working morning, on five stacks. */
const past = (): readonly AuditEvent[] =>
  Array.from({ length: days * eventsADay }, (_, n) =>
    eventAt(startMs + Math.floor(n / eventsADay) * msPerDay + (n % eventsADay) * 3 * msPerMinute, {
      target: `acme/shop/stack-${n % 5}`,
    }),
  );

/** Nanoseconds a round, after a warm-up. */
const nanosOf = (once: (round: number) => unknown): number => {
  let kept: unknown;
  for (let round = 0; round < warmUp; round += 1) kept = once(round);
  const from = process.hrtime.bigint();
  for (let round = warmUp; round < warmUp + rounds; round += 1) kept = once(round);
  const nanos = Number(process.hrtime.bigint() - from) / rounds;
  // Used, so that no compiler leaves the work out.
  return kept === process ? 0 : nanos;
};

const parseText = (): number => {
  const text = JSON.stringify(eventAt(startMs, { credential: 'none' }));
  return nanosOf(() => JSON.parse(text));
};

const judgements = (baseline: Baseline, organization: Organization): ReadonlyMap<string, () => unknown> => {
  const atMs = burstMs + 10 * msPerMinute;
  const event = eventAt(atMs, { ip: '198.51.100.9', action: 'stack-exported', target: 'acme/shop/new' });
  const network = networkOf('198.51.100.9', lookup);
  const home = { ...newSession(atMs, networkOf('192.0.2.7', lookup), detectorNames.length), accepted: 3, lastMs: atMs };
  const session = { ...newSession(atMs, network, detectorNames.length), events: 1, accepted: 1, failures: 5 };
  const seen: Seen = { event, network, session, kind: kindIndexOf('pulumi', event.action), beside: home };
  const refused: Seen = { ...seen, event: { ...event, outcome: 'failure' } };
  const refusals = { ...baseline.failures, burst: { count: 5, startMs: atMs, lastMs: atMs } };
  const { pair, target } = sharePeers(organization, baseline);
  const network1 = networkPeers(organization, baseline);
  const action = actionPeers(organization);
  const failures = failurePeers(organization);
  return new Map<string, () => unknown>([
    ['unfamiliar-network', () => unfamiliarNetwork.judge(seen, baseline.network, network1)],
    ['simultaneous-networks', () => simultaneousNetworks.judge(seen, baseline.pair, pair)],
    ['unfamiliar-target', () => unfamiliarTarget.judge(seen, baseline.target, target)],
    ['odd-hours', () => oddHours.judge(seen, baseline.hours)],
    ['usage-spike', () => usageSpike.judge(seen, baseline.spike)],
    ['usage-day', () => usageDay.judge(seen, baseline.dayUse)],
    ['sensitive-action', () => sensitiveAction.judge(seen, baseline.action, action)],
    ['authentication-failures', () => authenticationFailures.judge(refused, refusals, failures)],
    [
      'token-life',
      () => tokenLife.judge(seen, baseline.life, { deletedAtMs: undefined, isOwn: false, ownReplacedAtMs: undefined }),
    ],
  ]);
};

const measure = (): readonly Row[] => {
  const events = past();
  const learned = assess({ organization: newOrganization(), baselines: new Map() }, [...events, ...burst()], context);
  const [baseline] = learned.baselines.values();
  if (baseline === undefined) throw new RangeError('nobody was learned');
  const parsing = parseText();
  const line = (label: string, nanos: number): Row =>
    row({
      dataSet: 'cost',
      measure: `${label} (${Math.round(nanos)} ns here), of parsing the event's text`,
      ours: nanos / parsing,
      unit: 'times',
      reference: 'all detectors 1 us per event',
    });
  const costs = [...judgements(baseline, learned.organization)].map(([name, judge]) => [name, nanosOf(judge)] as const);
  const all = costs.reduce((sum, [, nanos]) => sum + nanos, 0);
  return [
    ...costs.map(([name, nanos]) => line(`${name}, per costly event`, nanos)),
    line('all nine, per costly event', all),
    line('the whole engine, per ordinary event', wholeEngine(events)),
  ];
};

/** Judging, learning and what surrounds both. */
const wholeEngine = (events: readonly AuditEvent[]): number => {
  const times = 5;
  const once = () => assess({ organization: newOrganization(), baselines: new Map() }, events, context);
  once();
  const from = process.hrtime.bigint();
  for (let nth = 0; nth < times; nth += 1) once();
  return Number(process.hrtime.bigint() - from) / (times * events.length);
};

export const cost: Part = { name: 'cost', reads: [], measure };
