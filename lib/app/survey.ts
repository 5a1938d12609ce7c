/**
 * Surveys: about once an hour the vendor's API is asked for what its log does not say, and what it shows is compared with
 * what it showed before (core/inventory/last-survey.ts). It comes after the log was read and never in its place: what a
 * survey cannot do is left for the next one, and said of the account, not thrown.
 *
 *     monitor -> due? -> note the time -> ask -> compare -> commit     events for the next run's log, alerts for people
 *
 * The events that were noticed lie in the state for as long as a log is read again; every run reads them with the log
 * (`withLastSurvey`) and so judges, learns and archives them once, like any other.
 */

import { actionKinds } from '../core/action.ts';
import type { Alert } from '../core/alert.ts';
import type { Baseline } from '../core/baseline.ts';
import type { Coverage } from '../core/coverage.ts';
import {
  afterRefusal,
  afterSurvey,
  isOwnIn,
  isSurveyDue,
  type LastSurvey,
  replacedOwnIn,
  withOwn,
} from '../core/inventory/last-survey.ts';
import { lastLoggedOf } from '../core/inventory/unseen-use.ts';
import { readBaseline, writeLastSurvey } from '../core/stored.ts';
import { msPerMinute } from '../core/time.ts';
import { withNoticed } from './inventory.ts';
import {
  type Archive,
  type Clock,
  SecretError,
  SourceError,
  type SourceFailure,
  StateConflict,
  type StateStore,
  type SurveyedSource,
} from './ports.ts';
import { isStopped, type SettleParts } from './settle.ts';
import { tellingsFrom } from './tellings.ts';

export type SurveyParts = {
  readonly source: SurveyedSource;
  readonly state: StateStore;
  readonly archive?: Archive;
  readonly clock: Clock;
  /** Whether our requests leave from an address that stays, so that the account may demand one. */
  readonly hasFixedAddress: boolean;
  readonly signal?: AbortSignal;
  readonly stopAtMs?: number;
};

/** As the run of the monitor left it. */
export type Surveyable = {
  readonly revision: number;
  readonly coverage: Coverage;
  readonly survey: LastSurvey;
  readonly isBehind: boolean;
};

/** The parts of a run, with what earlier surveys noticed: events beside the log, and which token is our own. */
export const withLastSurvey = <Parts extends SettleParts>(parts: Parts, last: LastSurvey): Parts => ({
  ...parts,
  source: withNoticed(parts.source, last.seen?.events ?? []),
  isOwn: isOwnIn(last),
  ownReplacedAtMs: replacedOwnIn(last),
});

/** Asks what is due. Throws what the state throws, and faults of ours. */
export const surveyAfter = async (parts: SurveyParts, run: Surveyable): Promise<void> => {
  const isSilent = parts.source.ownToken === undefined && parts.source.survey === undefined;
  if (isSilent || run.isBehind || isStopped(parts)) return;
  const limited = { ...parts, signal: limitOf(parts) };
  try {
    const book = bookOf(parts, run);
    await noteOwn(limited, book);
    if (isSurveyDue(book.last(), parts.clock.nowMs())) await takeSurvey(limited, run, book);
  } catch (error) {
    // Another run committed in between, and asks instead.
    if (!(error instanceof StateConflict)) throw error;
  }
};

type Limited = SurveyParts & { readonly signal: AbortSignal };

type Book = {
  last(): LastSurvey;
  write(next: LastSurvey, alerts?: readonly Alert[]): Promise<void>;
};

/** What is remembered, and its commits, one after the other. */
const bookOf = ({ source, state, archive }: SurveyParts, run: Surveyable): Book => {
  let last = run.survey;
  let { revision } = run;
  return {
    last: () => last,
    write: async (next, alerts = []) => {
      const tellings = tellingsFrom(alerts.map((alert) => ({ alert, news: 'opened' })));
      if (tellings.length > 0) await archive?.keep({ source: source.name, revision, events: [], tellings });
      await state.commit(source.name, { expectedRevision: revision, survey: writeLastSurvey(next), alerts, tellings });
      revision += 1;
      last = next;
    },
  };
};

/** After a start, or after the token was replaced where it is kept. */
const noteOwn = async ({ source, state, clock, signal }: Limited, book: Book): Promise<void> => {
  if (source.ownToken === undefined) return;
  const answered = await answerTo(source.ownToken(signal), signal);
  const name = 'answer' in answered ? answered.answer : undefined;
  if (name === undefined || book.last().own[0]?.name === name) return;
  const met = book.last().own.find((own) => own.name === name);
  const own = met ?? { name, isShared: await isOthers(name, source.name, state) };
  await book.write(withOwn(book.last(), own, clock.nowMs()));
};

/** Whether the log shows anybody at work with it, before we began to read with it. */
const isOthers = async (name: string, source: string, state: StateStore): Promise<boolean> => {
  for await (const [, document] of state.everyPrincipal(source)) {
    const baseline = readBaseline(document);
    const { principal } = baseline;
    if (principal.kind === 'token' && (principal.id === name || principal.name === name)) return hasWorked(baseline);
  }
  return false;
};

/** More than reading, which a vendor may log of a monitor too: once learned, or in a session that still goes on. */
const hasWorked = ({ action, sessions }: Baseline): boolean =>
  actionKinds.some(
    (kind, place) =>
      kind !== 'read' &&
      kind !== 'refused' &&
      ((action.withKind[place] ?? 0) > 0 || sessions.some(({ kinds }) => (kinds & (1 << place)) !== 0)),
  );

const takeSurvey = async (parts: Limited, { coverage }: Surveyable, book: Book): Promise<void> => {
  const { source, state, clock, hasFixedAddress, signal } = parts;
  if (source.survey === undefined) return;
  const nowMs = clock.nowMs();
  // Before it is asked: a survey that ends the whole run must not be tried again with the next.
  await book.write({ ...book.last(), askedAtMs: nowMs });
  const answered = await answerTo(source.survey(signal), signal);
  if ('failure' in answered) {
    if (!isRefusal(answered.failure)) return;
    const { last, alerts } = afterRefusal(book.last(), answered.failure.message, { source: source.name, nowMs });
    return book.write(last, alerts);
  }
  const { answer: survey } = answered;
  if (survey === undefined) return book.write({ ...book.last(), isRefused: true, health: [] });
  const seen: { readonly id: string; readonly name: string; readonly lastAtMs: number }[] = [];
  for await (const [, document] of state.everyPrincipal(source.name)) {
    const { principal, lastAtMs } = readBaseline(document);
    if (principal.kind === 'token') seen.push({ id: principal.id, name: principal.name, lastAtMs });
  }
  const { last, alerts } = afterSurvey(book.last(), survey, {
    source: source.name,
    nowMs,
    hasFixedAddress,
    newestEventMs: coverage.newestEventMs === 0 ? undefined : coverage.newestEventMs,
    observed: { fromMs: coverage.backfillUntilMs, toMs: coverage.settledThroughMs },
    lastLogged: lastLoggedOf(seen),
  });
  await book.write(last, alerts);
};

/** Five hundred service accounts take two minutes at the pace that Scalr allows; more than these nobody waits for. */
const surveyMsMax = 2.5 * msPerMinute;

/** Ends with the run, or before: a survey is not what the run is for. */
const limitOf = ({ signal, stopAtMs, clock }: SurveyParts): AbortSignal => {
  const leftMs = stopAtMs === undefined ? surveyMsMax : Math.min(surveyMsMax, stopAtMs - clock.nowMs());
  const limit = AbortSignal.timeout(Math.max(0, Math.floor(leftMs)));
  return signal === undefined ? limit : AbortSignal.any([signal, limit]);
};

type Answer<Value> = { readonly answer: Value } | { readonly failure: unknown };

/** What the vendor answered, or how it failed to in its own time or ours; anything else is a fault of ours. */
const answerTo = async <Value>(asked: Promise<Value>, signal: AbortSignal): Promise<Answer<Value>> => {
  try {
    return { answer: await asked };
  } catch (error) {
    if (error instanceof SourceError || error instanceof SecretError || signal.aborted) return { failure: error };
    throw error;
  }
};

const refusals: ReadonlySet<SourceFailure> = new Set(['credentials', 'permission', 'plan', 'not-found']);

/** A person must act; any other failure passes, or is the log's too. */
const isRefusal = (failure: unknown): failure is SourceError =>
  failure instanceof SourceError && refusals.has(failure.failure);
