/**
 * What people are told of a rotation, read from the state of its watch: the same state always gives the same alerts
 * under the same ids, so a run that is repeated repeats no news.
 */
import { type Alert, type CallerSketch, isAbove, type Severity, sampleEventsMax } from '../alert.ts';
import { toSurprise } from '../chance.ts';
import { factNats } from '../detectors/detector.ts';
import type { AlertNews } from '../incident.ts';
import type { Principal } from '../principal.ts';
import {
  type CallerWatch,
  type Stranger,
  stableId,
  stateOf,
  type UseSeen,
  type Watch,
  type WatchedCaller,
} from './watch.ts';

export const alertsOf = (watch: Watch): readonly Alert[] => [
  ...watch.callers.flatMap((each) => ofCaller(watch, each)),
  ...watch.strangers.map((stranger) => ofStranger(watch, stranger)),
  ...(watch.endedAtMs === undefined ? [] : [ofEnd(watch, watch.endedAtMs)]),
];

/** What is new since the watch stood as it did before. */
export const newsSince = (before: Watch | undefined, watch: Watch): readonly AlertNews[] => {
  const known = new Map((before === undefined ? [] : alertsOf(before)).map((alert) => [alert.id, alert]));
  return alertsOf(watch).flatMap((alert): readonly AlertNews[] => {
    const told = known.get(alert.id);
    if (told === undefined) return [{ alert, news: 'opened' }];
    if (isAbove(alert.severity, told.severity)) return [{ alert, news: 'raised' }];
    return told.eventCount === alert.eventCount ? [] : [{ alert, news: 'grown' }];
  });
};

/** One alert for each caller: first that it is late, then, worse, that it keeps the old token. */
const ofCaller = (watch: Watch, each: CallerWatch): readonly Alert[] => {
  const { caller, held, moved, dueMs, byMs } = each;
  const isAwaited = watch.replacement !== undefined;
  const isLate =
    isAwaited && byMs !== undefined && watch.seenThroughMs >= byMs && (moved?.firstAtMs ?? Infinity) >= byMs;
  if (held === undefined && !isLate) return [];
  const tries = held ?? each.afterDeletion;
  const openedAtMs = Math.min(held?.firstAtMs ?? Infinity, isLate ? byMs : Infinity);
  return [
    alertFrom(watch, {
      key: `caller ${caller.key}`,
      principal: watch.old,
      openedAtMs,
      seen: tries,
      severity: held === undefined ? 'medium' : 'critical',
      evidence: {
        detector: 'rotation',
        fact: held === undefined ? 'caller-late' : 'old-token-used',
        old: watch.old.name,
        replacement: watch.replacement,
        startedAtMs: watch.startedAtMs,
        caller: sketchOf(caller),
        dueMs,
        uses: tries?.events ?? 0,
        refused: tries?.refused ?? 0,
        lastAtMs: tries?.lastAtMs,
      },
    }),
  ];
};

const ofStranger = (watch: Watch, { key, token, seen }: Stranger): Alert =>
  alertFrom(watch, {
    key: `stranger ${key}`,
    principal: token === 'old' ? watch.old : (seen.samples[0]?.principal ?? watch.old),
    openedAtMs: seen.firstAtMs,
    seen,
    severity: token === 'old' ? 'critical' : 'high',
    evidence: {
      detector: 'rotation',
      fact: 'stranger',
      token,
      old: watch.old.name,
      replacement: watch.replacement,
      startedAtMs: watch.startedAtMs,
      network: seen.network,
      uses: seen.events,
      refused: seen.refused,
    },
  });

const ofEnd = (watch: Watch, endedAtMs: number): Alert => {
  const open = openIn(watch);
  const strangers = new Set([...watch.strangers, ...(watch.strangersAfterDeletion ?? [])].map(({ key }) => key)).size;
  return alertFrom(watch, {
    key: 'end',
    principal: watch.old,
    openedAtMs: endedAtMs,
    seen: undefined,
    severity: open.length === 0 && strangers === 0 ? 'low' : 'medium',
    evidence: {
      detector: 'rotation',
      fact: 'over',
      old: watch.old.name,
      replacement: watch.replacement,
      startedAtMs: watch.startedAtMs,
      endedAtMs,
      callers: watch.callers.length,
      moved: watch.callers.filter((each) => stateOf(each, watch) === 'moved').length,
      open: open.map(({ caller }) => sketchOf(caller)),
      strangers: strangers + watch.moreStrangers,
    },
  });
};

const sketchOf = ({ network, cadence, targets, moreTargets }: WatchedCaller): CallerSketch => ({
  network,
  cadence,
  targets,
  moreTargets,
});

/** Callers that still have to be brought over; where nobody named a new token, all that have not fallen silent. */
const openIn = (watch: Watch): readonly CallerWatch[] =>
  watch.callers.filter((each) => {
    const state = stateOf(each, watch);
    if (state === 'late' || state === 'still on old') return true;
    return state === 'waiting' && (each.overlap !== undefined || watch.replacement === undefined);
  });

type Telling = {
  readonly key: string;
  readonly principal: Principal;
  readonly openedAtMs: number;
  readonly seen: UseSeen | undefined;
  readonly severity: Severity;
  readonly evidence: Alert['findings'][number]['evidence'];
};

const alertFrom = (watch: Watch, { key, principal, openedAtMs, seen, severity, evidence }: Telling): Alert => {
  const surprise = Math.round(toSurprise(factNats) * 100) / 100;
  return {
    id: stableId(openedAtMs, `${watch.id}|${key}`),
    source: watch.source,
    principal,
    openedAtMs,
    firstEventAtMs: seen?.firstAtMs ?? openedAtMs,
    lastEventAtMs: seen?.lastAtMs ?? openedAtMs,
    severity,
    surprise,
    findings: [{ surprise, evidence }],
    eventCount: seen?.events ?? 0,
    sampleEvents: (seen?.samples ?? []).slice(0, sampleEventsMax),
    networks: seen === undefined ? [] : [seen.network],
  };
};
