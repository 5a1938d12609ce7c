/**
 * An investigation of a log of any size: it is gone through three times, a batch at a time. Where the log comes from,
 * files or the vendor, only decides what may be said of its coverage.
 */
import type { AuditEvent } from '../core/event.ts';
import { concludeFrom, type Investigation } from '../core/investigation/investigation.ts';
import {
  emptyRegister,
  type Register,
  registerEvents,
  silenceLimitMs,
  suspectSilences,
} from '../core/investigation/register.ts';
import { beginSurvey, endSurvey, type Question, surveyEvents } from '../core/investigation/survey.ts';
import { beginTraces, traceEvents } from '../core/investigation/traces.ts';
import type { LogCoverage } from '../core/investigation/verdict.ts';

/** A log in core's order, which can be gone through again. */
export type Log = { batches(): AsyncIterable<readonly AuditEvent[]> };

/** Events gone through so far, of all readings together. */
export type OnEvents = (events: number) => void;

export const registerOf = async (log: Log, onEvents?: OnEvents): Promise<Register> => {
  const register = emptyRegister();
  for await (const batch of log.batches()) {
    registerEvents(batch, register);
    onEvents?.(register.events);
  }
  return register;
};

/** For each event the register, the survey and the traces. */
export const readings = 3;

export const investigateLog = async (
  log: Log,
  question: Question & { readonly coverage: LogCoverage },
  onEvents?: OnEvents,
): Promise<Investigation> => {
  let events = question.coverage.events;
  const survey = beginSurvey(question);
  for await (const batch of log.batches()) {
    surveyEvents(batch, survey);
    events += batch.length;
    onEvents?.(events);
  }
  endSurvey(survey);
  const traces = beginTraces(survey);
  for await (const batch of log.batches()) {
    traceEvents(batch, traces);
    events += batch.length;
    onEvents?.(events);
  }
  return concludeFrom(traces, question.coverage);
};

/** What files can vouch for: from their first event to their last, as far as whoever made them left nothing out. */
export const coverageOfFiles = (
  register: Register,
  { unreadRecords }: { readonly unreadRecords: number },
): LogCoverage => ({
  fromMs: register.firstEventMs ?? 0,
  toMs: register.lastEventMs ?? 0,
  kind: 'recorded',
  events: register.events,
  toleranceMs: silenceLimitMs(register),
  silences: suspectSilences(register),
  tooFull: [],
  unreadRecords,
  historyEnd: undefined,
});
