/**
 * What comes of a reading. Settled events are learned, once and in order, as many in one commit as the state can take;
 * younger ones are judged against a copy, and only alerts come of it. Where a batch ends makes no difference to what is
 * known in the end: a run may stop after any commit, and the next goes on at the next event.
 */
import { afterAnswers } from '../core/acknowledgement.ts';
import { type Alert, isAbove } from '../core/alert.ts';
import { lateBySweep } from '../core/arrivals.ts';
import { type AssessContext, type Assessment, assess, keysOf, type Memory } from '../core/assess.ts';
import type { Baseline } from '../core/baseline.ts';
import {
  type Coverage,
  type Gap,
  isSettled,
  latenessMs,
  settle,
  sweepMs,
  tellFromMs,
  unsweptFromMs,
} from '../core/coverage.ts';
import type { AuditEvent } from '../core/event.ts';
import type { AlertNews } from '../core/incident.ts';
import type { Instructions } from '../core/instructions.ts';
import type { LastSurvey } from '../core/inventory/last-survey.ts';
import type { Network } from '../core/network.ts';
import { principalKey } from '../core/principal.ts';
import { hear } from '../core/silence.ts';
import { readBaseline, writeBaseline, writeCoverage, writeInstructions, writeOrganization } from '../core/stored.ts';
import { isoSeconds, msPerHour } from '../core/time.ts';
import { type Sweep, settledOf, withLate } from '../core/watching.ts';
import { inBatches } from './batches.ts';
import { lookedAt, type Seen } from './looking.ts';
import type { Archive, AuditSource, BadRecord, Clock, Commit, Reading, StateStore, Telling } from './ports.ts';
import { beginRotations, followAll, rotationAt } from './rotation.ts';
import { tellingsFrom } from './tellings.ts';

export type SettleParts = {
  readonly source: AuditSource;
  readonly state: StateStore;
  readonly archive?: Archive;
  readonly clock: Clock;
  readonly networks: (address: string) => Network;
  readonly alertBudgetPerWeek: number;
  readonly isAllowed?: AssessContext['isAllowed'];
  readonly isOwn?: AssessContext['isOwn'];
  readonly ownReplacedAtMs?: AssessContext['ownReplacedAtMs'];
  /** When polls are due, by which it is known that some were missed. Without it, every five minutes. */
  readonly pollEveryMs?: number;
  readonly signal?: AbortSignal;
  /** Begin nothing further after this, so that a run ends before its host ends it. */
  readonly stopAtMs?: number;
};

/** What one run carries from commit to commit. */
export type Run = {
  readonly parts: SettleParts;
  readonly lastSurvey: LastSurvey;
  readonly startMs: number;
  revision: number;
  coverage: Coverage;
  memory: Memory;
  instructions: Instructions;
  /** Events that the last commits could take at once. */
  batchMax: number;
  events: number;
  lateEvents: number;
  duplicates: number;
  badRecords: number;
  requests: number;
  gaps: readonly Gap[];
  sweep: Sweep | undefined;
  /** How long a stretch the last reading was that did not come to its end. */
  unreadMs: number | undefined;
};

export const isStopped = ({ signal, stopAtMs, clock }: Pick<SettleParts, 'signal' | 'stopAtMs' | 'clock'>): boolean =>
  signal?.aborted === true || (stopAtMs !== undefined && clock.nowMs() >= stopAtMs);

/**
 * Settles what the reading holds before `throughMs`. False where the run was stopped before all of it was. `lookThroughMs`:
 * the reading reaches up to the present, and is a look once all of it is settled.
 */
export const settleReading = async (
  run: Run,
  reading: Reading,
  { throughMs, lookThroughMs }: { readonly throughMs: number; readonly lookThroughMs: number | undefined },
): Promise<boolean> => {
  await keepBadRecords(run, reading.badRecords);
  const nowMs = run.parts.clock.nowMs();
  const seenFromMs = unsweptFromMs(run.coverage, nowMs) - keptSeenMs;
  const fresh = reading.events.filter((event) => !isSettled(run.coverage, event));
  run.duplicates += reading.events.length - fresh.length;
  const events = fresh.filter(({ atMs }) => atMs < throughMs);
  const settleBatch = async (batch: readonly AuditEvent[], isLast: boolean): Promise<boolean> => {
    const last = batch.at(-1);
    const through = isLast || last === undefined ? { throughMs } : { throughMs: last.atMs, throughId: last.id };
    const assessment = await assessed(run, batch);
    const settled: Coverage = {
      ...settle(run.coverage, { ...through, events: batch.length, newestEventMs: last?.atMs ?? 0 }),
      rhythm: hear(run.coverage.rhythm, batch),
      watching: settledOf(run.coverage.watching, batch, nowMs),
    };
    const isLook = isLast && lookThroughMs !== undefined;
    return learn(run, assessment, {
      instructions: await rotated(run, batch),
      events: batch,
      coverage: isLook ? lookedAt(run, settled, { young: fresh, throughMs: lookThroughMs }) : settled,
      seen: batch.filter(({ atMs }) => atMs >= seenFromMs),
      forgetSeenBeforeMs: unsweptFromMs(settled, through.throughMs) - keptSeenMs,
    });
  };
  if (events.length === 0) return settleBatch(events, true);
  const { left, sizeMax } = await inBatches(events, {
    sizeMax: run.batchMax,
    isStopped: () => isStopped(run.parts),
    take: async (all, isLast) => {
      const batch = upToRotation(run, all);
      const isTaken = await settleBatch(batch, isLast && batch.length === all.length);
      if (!isTaken) return 0;
      run.events += batch.length;
      return batch.length;
    },
  });
  run.batchMax = sizeMax;
  return left === 0;
};

/** Longer than the deepest re-read. */
const keptSeenMs = sweepMs + 2 * msPerHour;

/** Settles events that were not there when their stretch was read. False where the run was stopped before all were. */
export const settleLate = async (run: Run, late: readonly AuditEvent[]): Promise<boolean> => {
  const { left, sizeMax } = await inBatches(late, {
    sizeMax: run.batchMax,
    isStopped: () => isStopped(run.parts),
    take: async (batch) => {
      const assessment = await assessed(run, batch);
      const { coverage, instructions } = run;
      const bounds = { before: coverage.watching.sweep, windowMs: latenessMs, nowMs: run.parts.clock.nowMs() };
      const isTaken = await learn(run, assessment, {
        instructions,
        events: batch,
        coverage: {
          ...coverage,
          rhythm: hear(coverage.rhythm, batch),
          events: coverage.events + batch.length,
          lateEvents: coverage.lateEvents + batch.length,
          watching: withLate(coverage.watching, {
            count: batch.length,
            late: batch.map((event) => lateBySweep(event, bounds)),
          }),
        },
        seen: batch,
      });
      if (!isTaken) return 0;
      run.lateEvents += batch.length;
      return batch.length;
    },
  });
  run.batchMax = sizeMax;
  return left === 0;
};

/** Judges what is too young to be learned: its alerts are told now, and found again, under the same id, when it settles. */
export const lookAhead = async (run: Run, events: readonly AuditEvent[]): Promise<void> => {
  if (events.length === 0) return;
  const { alerts } = await assessed(run, events);
  const { networks } = run.parts;
  const throughMs = run.coverage.settledThroughMs;
  const ofRotations = followAll(run.instructions, events, { networks, throughMs }).alerts;
  const isNews = ({ news }: Assessment['alerts'][number]): boolean => news !== 'grown';
  const fresh = [
    ...alerts.filter(isNews).map((each) => ({ alert: each.alert, tellings: tellingsOf(run, [each]) })),
    ...ofRotations.filter(isNews).map((each) => ({ alert: each.alert, tellings: tellingsFrom([each]) })),
  ];
  await commitInBatches(run, fresh, (batch) => ({
    alerts: batch.map(({ alert }) => alert),
    tellings: batch.flatMap(({ tellings }) => tellings),
  }));
};

/** A look whose reading settled nothing; its young events reach up to `throughMs`. */
export const noteLook = (run: Run, seen: Seen): Promise<void> => commitCoverage(run, lookedAt(run, run.coverage, seen));

/** What was found about the log itself, with no event in it. */
export const commitCoverage = async (run: Run, coverage: Coverage): Promise<void> => {
  await commit(run, { cursor: writeCoverage(coverage) });
  run.coverage = coverage;
};

/**
 * A stretch that cannot be read, kept like a record that cannot: people are told of those wherever the monitor runs. The
 * record first, so that no gap is ever without it.
 */
export const commitGap = async (run: Run, gap: Gap, coverage: Coverage): Promise<void> => {
  const where = `${run.parts.source.name} ${isoSeconds(gap.fromMs)}`;
  const reason =
    'more events in this second than one reading may hold: it was skipped, and nothing in it was judged. ' +
    'Look at the vendor who acted so often.';
  await keepBadRecords(run, [{ where, reason, outcome: 'rejected', text: '' }]);
  await commitCoverage(run, coverage);
  run.gaps = [...run.gaps, gap];
};

/** Enough to see what is wrong: a vendor who changes his format makes every record of a reading one of them. */
const keptOfReadingMax = 200;

/**
 * Those not kept already, since a stretch is read again and again. Before the events around them, in commits of their own:
 * however many there are, they keep no event from being counted.
 */
export const keepBadRecords = async (run: Run, badRecords: readonly BadRecord[]): Promise<void> => {
  if (badRecords.length === 0) return;
  const { state, source } = run.parts;
  const known = new Set((await state.badRecords(source.name)).map(textOfBad));
  const first = badRecords.slice(0, keptOfReadingMax);
  const fresh = first.filter((record) => !known.has(textOfBad(record)));
  if (fresh.length === 0) return;
  await commitInBatches(run, fresh, (batch) => ({ badRecords: batch }));
  run.badRecords += fresh.length + badRecords.length - first.length;
};

const textOfBad = ({ where, reason, outcome, text }: BadRecord): string =>
  JSON.stringify([where, reason, outcome, text]);

/** An event that shows a rotation, by itself; or what comes before the first such event. */
const upToRotation = (run: Run, events: readonly AuditEvent[]): readonly AuditEvent[] => {
  const news = events.filter((event) => mayBeginWatch(run, event));
  const at = rotationAt(run.instructions, news, run.memory.organization.deletedTokens);
  const rotation = news[at];
  return rotation === undefined ? events : events.slice(0, Math.max(1, events.indexOf(rotation)));
};

/** History has no rotations: whoever was late in it is no news. */
const mayBeginWatch = ({ coverage }: Run, { atMs }: AuditEvent): boolean =>
  atMs >= coverage.backfillUntilMs - latenessMs;

/** With the watches that these events begin. */
const rotated = (run: Run, events: readonly AuditEvent[]): Promise<Instructions> => {
  const { source, state, networks, signal } = run.parts;
  const { deletedTokens } = run.memory.organization;
  return beginRotations(
    run.instructions,
    events.filter((event) => mayBeginWatch(run, event)),
    { source, state, networks, deletedTokens, coverage: run.coverage, signal },
  );
};

/** Judges events against the memory at hand, loading the baselines it lacks. */
const assessed = async (run: Run, events: readonly AuditEvent[]): Promise<Assessment> => {
  const { state, source, networks, alertBudgetPerWeek, isAllowed, isOwn, ownReplacedAtMs } = run.parts;
  const missing = [...keysOf(events, run.memory.organization)].filter((key) => !run.memory.baselines.has(key));
  const stored = missing.length === 0 ? new Map() : await state.principals(source.name, missing);
  const baselines = new Map(run.memory.baselines);
  for (const [key, document] of stored) baselines.set(key, readBaseline(document));
  run.memory = { ...run.memory, baselines };
  const told = await toldOf(run, events);
  const toldId = (key: string, openedAtMs: number): string | undefined =>
    told.find(
      (alert) =>
        principalKey(alert.source, alert.principal) === key && Math.abs(alert.openedAtMs - openedAtMs) <= latenessMs,
    )?.id;
  const context = { networks, alertBudgetPerWeek, isAllowed, isOwn, ownReplacedAtMs, toldId };
  const { alerts, ...rest } = assess(run.memory, events, context);
  return afterAnswers({ ...rest, alerts: alerts.map(raisedAbove(told)) }, run.instructions.acknowledgements);
};

/** Alerts that were told while their events were still young. Before the first run nothing was. */
const toldOf = async ({ parts, coverage }: Run, events: readonly AuditEvent[]): Promise<readonly Alert[]> => {
  const first = events[0];
  const last = events.at(-1);
  if (first === undefined || last === undefined) return [];
  if (last.atMs < coverage.backfillUntilMs - 2 * latenessMs) return [];
  const recent = await parts.state.alerts(parts.source.name, { openedAtMs: first.atMs - latenessMs });
  // What a survey or a rotation's watch told of the same token is another story.
  return recent.filter(isOfEvents);
};

/** Judged afresh from its first event, an alert opens again at each poll: people have heard of it, but maybe not how bad it is. */
const raisedAbove =
  (told: readonly Alert[]) =>
  (news: AlertNews): AlertNews => {
    const before = told.find(({ id }) => id === news.alert.id);
    const isWorse = before !== undefined && isAbove(news.alert.severity, before.severity);
    return news.news === 'opened' && isWorse ? { ...news, news: 'raised' } : news;
  };

const isOfEvents = ({ eventCount, findings }: Alert): boolean =>
  eventCount > 0 && findings.every(({ evidence }) => evidence.detector !== 'rotation');

type Learned = Pick<Commit, 'seen' | 'forgetSeenBeforeMs'> & {
  readonly coverage: Coverage;
  readonly instructions: Instructions;
  readonly events: readonly AuditEvent[];
};

/** Commits what was learned and what is to be told of it. False, and nothing done, where that is too much at once. */
const learn = async (run: Run, { organization, baselines, alerts }: Assessment, change: Learned): Promise<boolean> => {
  const { coverage, events, instructions: begun, seen, ...rest } = change;
  const { networks } = run.parts;
  const throughMs = coverage.settledThroughMs;
  const { instructions, alerts: ofRotations } = followAll(begun, events, { networks, throughMs });
  const isChanged = instructions !== run.instructions;
  const whole: Change = {
    ...rest,
    seen: (seen ?? []).map(({ id, atMs }) => ({ id, atMs })),
    ...(isChanged && { instructions: writeInstructions(instructions) }),
    cursor: writeCoverage(coverage),
    // Without events it is as it was.
    ...(events.length > 0 && { organization: writeOrganization(organization) }),
    principals: new Map([...baselines].map(([key, baseline]) => [key, writeBaseline(baseline)])),
    alerts: [...alerts, ...ofRotations].map(({ alert }) => alert),
    // What a rotation's watch finds is told whenever it began: somebody asked for it, or is cleaning up after it.
    tellings: [...tellingsOf(run, alerts), ...tellingsFrom(ofRotations)],
  };
  // One event that does not fit is for the state to refuse, in its own words.
  if (events.length > 1 && !fits(run, whole)) return false;
  await commit(run, whole, events);
  run.instructions = instructions;
  run.coverage = coverage;
  run.memory = { organization, baselines: kept(run.memory.baselines, baselines) };
  return true;
};

/** Baselines held between stretches of one run; beyond it they are loaded again. */
const heldMax = 5_000;

const kept = (
  before: ReadonlyMap<string, Baseline>,
  now: ReadonlyMap<string, Baseline>,
): ReadonlyMap<string, Baseline> => (before.size + now.size > heldMax ? now : new Map([...before, ...now]));

type Change = Omit<Commit, 'expectedRevision'>;

/** A list whose parts need not be committed together. */
const commitInBatches = async <Item>(
  run: Run,
  items: readonly Item[],
  changeOf: (batch: readonly Item[]) => Change,
): Promise<void> => {
  await inBatches(items, {
    sizeMax: items.length,
    take: async (batch) => {
      const change = changeOf(batch);
      if (batch.length > 1 && !fits(run, change)) return 0;
      await commit(run, change);
      return batch.length;
    },
  });
};

const fits = ({ parts, revision }: Run, change: Change): boolean =>
  parts.state.fits({ ...change, expectedRevision: revision });

/** Archived first: what a crash in between archives twice, the archive keeps once; what it did not get would be lost to it. */
const commit = async (run: Run, change: Change, events: readonly AuditEvent[] = []): Promise<void> => {
  const { archive, source, state } = run.parts;
  const { revision } = run;
  const { tellings = [] } = change;
  if (events.length + tellings.length > 0) await archive?.keep({ source: source.name, revision, events, tellings });
  await state.commit(source.name, { ...change, expectedRevision: revision });
  run.revision += 1;
};

/** History read at the first start is summarized, not sent, but for its last day: nobody wants thirty days of mail at once. */
const tellingsOf = (run: Run, alerts: Assessment['alerts']): readonly Telling[] =>
  tellingsFrom(
    alerts.filter(({ alert, news }) => {
      // An incident of the history that gets worse after the start is news of today.
      const atMs = news === 'raised' ? alert.lastEventAtMs : alert.openedAtMs;
      return atMs >= tellFromMs(run.coverage);
    }),
  );
