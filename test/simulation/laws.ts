import type { Document } from '../../lib/app/ports.ts';
import type { Alert } from '../../lib/core/alert.ts';
import { horizonOf, latenessMs, sweepEveryMs, sweepMs, tellFromMs } from '../../lib/core/coverage.ts';
import { principalKey } from '../../lib/core/principal.ts';
import { readBaseline } from '../../lib/core/stored.ts';
import { msPerDay, msPerHour } from '../../lib/core/time.ts';
import { coverageTells } from './coverage-laws.ts';
import { factsTold } from './facts.ts';
import { addOne, nameOf, receivers } from './record.ts';
import { type Duties, dutiesOf, type Reference } from './reference.ts';
import type { Played } from './run.ts';

/**
 * What must hold at the end of any schedule, once the monitor has had time to recover. Each law gives the sentences by
 * which it is broken; none for a run that keeps it.
 */

export type Judged = {
  readonly broken: readonly string[];
  /** Allowed, and worth counting. */
  readonly noted: Noted;
};

export type Noted = {
  readonly events: number;
  readonly late: number;
  readonly neverSeen: number;
  /** In the coverage at the end. */
  readonly pauses: number;
  readonly gaps: number;
  readonly repeatedDeliveries: number;
  readonly archivedTwice: number;
  /** Two processes were alive at once. */
  readonly isOverlapping: boolean;
  /** Told of young events, where the order of the settled log then made no alert of it. */
  readonly toldEarlyOnly: number;
  readonly isByteForByte: boolean;
  readonly deliveries: number;
  readonly deaths: number;
  readonly requests: number;
  readonly commits: number;
};

export const nothingNoted: Noted = {
  events: 0,
  late: 0,
  neverSeen: 0,
  pauses: 0,
  gaps: 0,
  repeatedDeliveries: 0,
  archivedTwice: 0,
  isOverlapping: false,
  toldEarlyOnly: 0,
  isByteForByte: false,
  deliveries: 0,
  deaths: 0,
  requests: 0,
  commits: 0,
};

export const judge = (played: Played, reference: (endMs: number) => Reference): Judged => {
  const duties = dutiesOf(played);
  const isExact = duties.isPunctual;
  const expected = isExact ? reference(played.watched.toMs) : undefined;
  const { extra, broken: ofAlerts } = alertsAgree(played, expected);
  return {
    broken: [
      ...new Set(played.record.broken),
      ...countedOnce(played, duties),
      ...archivedOnce(played, duties),
      ...sumsAgree(played),
      ...(expected === undefined ? [] : sameState(played, expected)),
      ...toldOnce(played),
      ...ofAlerts,
      ...factsTold(played, duties, reference(Number.POSITIVE_INFINITY)),
      ...coverageTells(played),
      ...recovered(played),
      ...bounded(played),
    ],
    noted: notedOf(played, { duties, extra, isExact }),
  };
};

const countedOnce = ({ world, record }: Played, { of }: Duties): readonly string[] => {
  const { counted } = record;
  let lost = 0;
  let doubled = 0;
  let known = 0;
  let firstLost: string | undefined;
  of.forEach((duty, at) => {
    const event = world.events[at];
    const times = event === undefined ? 0 : (counted.get(event.id) ?? 0);
    if (times > 0) known += 1;
    if (times > 1) doubled += 1;
    if (times === 0 && duty === 'must') {
      lost += 1;
      firstLost ??= new Date(event?.atMs ?? 0).toISOString();
    }
  });
  return [
    ...(lost > 0 ? [`${lost} events were not counted, the first of ${firstLost}`] : []),
    ...(doubled > 0 ? [`${doubled} events were counted more than once`] : []),
    ...(counted.size > known ? [`${counted.size - known} events were counted that never happened`] : []),
  ];
};

/** Whatever was counted is in the archive; an event that is there twice was archived for a commit that did not come. */
const archivedOnce = ({ world, record }: Played, { of }: Duties): readonly string[] => {
  let missing = 0;
  for (const id of record.counted.keys()) if (!record.archived.has(id)) missing += 1;
  // One that was archived for a commit that failed may since have become unreadable.
  const mayBeGone = new Set(world.events.filter((_, at) => of[at] === 'may').map(({ id }) => id));
  let uncounted = 0;
  for (const id of record.archived.keys()) if (!record.counted.has(id) && !mayBeGone.has(id)) uncounted += 1;
  return [
    ...(missing > 0 ? [`${missing} counted events are not in the archive`] : []),
    ...(uncounted > 0 ? [`${uncounted} events are in the archive that were never counted`] : []),
    ...(record.needlessArchiving > 0
      ? [`${record.needlessArchiving} events were archived twice although no commit had failed`]
      : []),
  ];
};

/** The cursor, the baselines and what was committed speak of the same events. */
const sumsAgree = ({ record, state }: Played): readonly string[] => {
  const committed = [...record.counted.values()].reduce((sum, times) => sum + times, 0);
  const inCoverage = record.coverage?.events ?? 0;
  let inBaselines = 0;
  for (const document of state.principals.values()) inBaselines += readBaseline(document).events;
  return [
    ...(inCoverage === committed ? [] : [`the coverage counts ${inCoverage} events of ${committed}`]),
    ...(inBaselines === committed ? [] : [`the baselines count ${inBaselines} events of ${committed}`]),
  ];
};

/** Byte for byte, but for the ids of open incidents: those may name the event by which people were told of it early. */
const sameState = ({ state }: Played, expected: Reference): readonly string[] => {
  const differing = [...expected.principals].filter(([key, document]) => {
    const found = state.principals.get(key);
    return found === undefined || (found.body !== document.body && withoutIds(found) !== withoutIds(document));
  });
  const extra = [...state.principals.keys()].filter((key) => !expected.principals.has(key));
  return [
    ...(differing.length > 0 ? [`${differing.length} baselines differ from those of a run without faults`] : []),
    ...(extra.length > 0 ? [`${extra.length} baselines are of nobody`] : []),
    ...(state.organization?.body === expected.organization.body
      ? []
      : ['the organization differs from that of a run without faults']),
  ];
};

/** Also without what stands before the JSON, which is a sum over it. */
const withoutIds = ({ body }: Document): string =>
  body.slice(body.indexOf('{')).replace(/"id":"\d{4}-\d\d-\d\d-[0-9a-f]{12}"/g, '"id":""');

const toldOnce = ({ plan, record, state }: Played): readonly string[] => {
  const delivered = new Map<string, number>();
  for (const { receiver, key } of record.deliveries) addOne(delivered, nameOf(receiver, key));
  const [first, ...others] = receivers;
  const listening = plan.host === 'watch' ? [first, ...others] : [first];
  const silent = [...record.tellings.keys()].filter((key) =>
    listening.some((receiver) => !delivered.has(nameOf(receiver, key))),
  );
  const unexcused = [...delivered].filter(([name, times]) => times > 1 + (record.excuses.get(name) ?? 0));
  return [
    ...(silent.length > 0 ? [`${silent.length} tellings never reached the receiver: ${silent[0]}`] : []),
    ...(unexcused.length > 0 ? [`${unexcused.length} tellings were repeated without need: ${unexcused[0]?.[0]}`] : []),
    ...(state.untold > 0 ? [`${state.untold} tellings still wait at the end`] : []),
  ];
};

type Agreement = { readonly broken: readonly string[]; readonly extra: number };

/** An alert's incident: the same principal, opened within the lateness window. */
const isSameIncident = (a: Alert, b: Alert): boolean =>
  Math.abs(a.openedAtMs - b.openedAtMs) <= latenessMs &&
  principalKey(a.source, a.principal) === principalKey(b.source, b.principal);

const isOfRotation = ({ findings }: Alert): boolean =>
  findings.some(({ evidence }) => evidence.detector === 'rotation');

const alertsAgree = ({ record }: Played, expected: Reference | undefined): Agreement => {
  const { coverage } = record;
  if (expected === undefined || coverage === undefined) return { broken: [], extra: 0 };
  const fromMs = tellFromMs(coverage);
  const opened = new Map(
    record.deliveries
      .map(({ telling }) => telling)
      .filter(({ key, alert }) => key.endsWith('/opened') && !isOfRotation(alert))
      .map(({ alert }) => [alert.id, alert]),
  );
  const wanted = expected.alerts.filter(({ openedAtMs }) => openedAtMs >= fromMs);
  const found = wanted.map((alert) => [...opened.values()].filter((told) => isSameIncident(told, alert)));
  const missed = wanted.filter((_, at) => found[at]?.length === 0);
  const twice = wanted.filter(
    (alert, at) => (found[at]?.length ?? 0) > wanted.filter((other) => isSameIncident(alert, other)).length,
  );
  const extra = [...opened.values()].filter((told) => !expected.alerts.some((alert) => isSameIncident(told, alert)));
  return {
    broken: [
      ...(missed.length > 0 ? [`${missed.length} incidents were not told: ${missed[0]?.id}`] : []),
      ...(twice.length > 0 ? [`${twice.length} incidents were told under two names: ${twice[0]?.id}`] : []),
    ],
    extra: extra.length,
  };
};

/** The last poll came at most this long before the end, by the schedule of the quiet time. */
const lastPollMs = 2 * msPerHour + msPerHour / 2;

const recovered = ({ record, endMs }: Played): readonly string[] => {
  const { coverage } = record;
  if (coverage === undefined) return ['nothing was ever committed'];
  const behindMs = horizonOf(endMs) - coverage.settledThroughMs;
  return [
    ...(behindMs > lastPollMs ? [`the monitor is still ${Math.round(behindMs / msPerHour)} h behind`] : []),
    ...(endMs - coverage.sweptAtMs > msPerDay + 2 * lastPollMs ? ['no sweep came to its end after the troubles'] : []),
  ];
};

/** The sweep's reach, a day because it is due only daily, two hours more, and what the last poll had yet to forget. */
const rememberedMs = sweepMs + sweepEveryMs + 2 * msPerHour + lastPollMs;

/** Of what is stored, each text and their number; far below what an item of a database may hold. */
const charsMax = { principal: 16_384, organization: 65_536, coverage: 8_192 } as const;

/** Beside the principals, crowds of those that nobody knew have a baseline each. */
const crowdsMax = 2;

const bounded = ({ world, record, state }: Played): readonly string[] => {
  const sinceMs = (record.coverage?.settledThroughMs ?? 0) - rememberedMs;
  const recent = world.events.filter(({ atMs }) => atMs >= sinceMs).length;
  const { charsMost } = record;
  const kinds = ['principal', 'organization', 'coverage'] as const;
  const principals = new Set(world.events.map(({ source, principal }) => principalKey(source, principal))).size;
  return [
    ...(record.seen.size > recent ? [`${record.seen.size} seen ids are held for ${recent} recent events`] : []),
    ...(state.principals.size > principals + crowdsMax
      ? [`${state.principals.size} baselines of ${principals} principals`]
      : []),
    ...kinds
      .filter((kind) => charsMost[kind] > charsMax[kind])
      .map((kind) => `a stored ${kind} grew to ${charsMost[kind]} characters`),
  ];
};

const notedOf = (
  { record, deaths, requests, isOverlapping }: Played,
  { duties, extra, isExact }: { readonly duties: Duties; readonly extra: number; readonly isExact: boolean },
): Noted => {
  const keys = new Set(record.deliveries.map(({ receiver, key }) => nameOf(receiver, key)));
  let archivedTwice = 0;
  for (const times of record.archived.values()) if (times > 1) archivedTwice += 1;
  return {
    events: record.counted.size,
    late: record.coverage?.lateEvents ?? 0,
    neverSeen: duties.of.length - record.counted.size,
    pauses: record.coverage?.watching.pauses.count ?? 0,
    gaps: record.coverage?.gaps.count ?? 0,
    repeatedDeliveries: record.deliveries.length - keys.size,
    archivedTwice,
    isOverlapping,
    toldEarlyOnly: extra,
    isByteForByte: isExact,
    deliveries: record.deliveries.length,
    deaths,
    requests,
    commits: record.commits,
  };
};
