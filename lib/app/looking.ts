/** What a run says about the watching: it looked, or why it did not. */
import { type Coverage, isSettled } from '../core/coverage.ts';
import type { AuditEvent } from '../core/event.ts';
import { type Looking, look, type PauseCause, pollEveryMsUsual } from '../core/watching.ts';
import { type Clock, SecretError, SourceError } from './ports.ts';

/** A run as far as it concerns the watching. */
type Runner = {
  readonly startMs: number;
  readonly parts: {
    readonly clock: Clock;
    readonly pollEveryMs?: number;
    readonly signal?: AbortSignal;
    readonly stopAtMs?: number;
  };
};

export const lookingOf = ({ startMs, parts }: Runner): Looking => ({
  nowMs: startMs,
  everyMs: parts.pollEveryMs ?? pollEveryMsUsual,
});

export type Seen = { readonly young: readonly AuditEvent[]; readonly throughMs: number };

/** With the look of this run: the young ones of these events were seen, and a pause that there was is over. */
export const lookedAt = (run: Runner, coverage: Coverage, { young, throughMs }: Seen): Coverage => {
  const unsettled = young.filter((event) => !isSettled(coverage, event));
  return { ...coverage, watching: look(coverage.watching, { ...lookingOf(run), young: unsettled, throughMs }) };
};

/** Undefined for what is no news of the source: the state's own trouble, a fault of ours, a person's Ctrl-C. */
export const causeOf = ({ parts }: Runner, error: unknown): PauseCause | undefined => {
  const { signal, stopAtMs = Number.POSITIVE_INFINITY, clock } = parts;
  if (signal?.aborted) return clock.nowMs() >= stopAtMs ? 'behind' : undefined;
  if (error instanceof SourceError) return error.failure;
  if (error instanceof SecretError) return error.failure === 'unavailable' ? 'unavailable' : 'credentials';
  return undefined;
};
