/** The daily digest: reads the state of every source, sums it up, has it published. Changes nothing. */
import type { Allowance } from '../core/allowance.ts';
import { alertsFromMs, type Digest, digestOf, type SourceState } from '../core/digest.ts';
import { noInstructions } from '../core/instructions.ts';
import { neverSurveyed } from '../core/inventory/last-survey.ts';
import { readBaseline, readCoverage, readInstructions, readLastSurvey } from '../core/stored.ts';
import type { Clock, StateStore } from './ports.ts';

/** Delivers a digest; may be called twice with the same one. */
export type PublishDigest = (digest: Digest) => Promise<void>;

export type DigestParts = {
  readonly state: Pick<StateStore, 'load' | 'sources' | 'alerts' | 'untold' | 'badRecords' | 'everyPrincipal'>;
  readonly clock: Clock;
  /** Of the settings: a source that never committed is in no state, and worries most. */
  readonly sources: readonly string[];
  readonly alertBudgetPerWeek: number;
  readonly allow: readonly Allowance[];
  readonly publish: PublishDigest;
};

export const digest = async (parts: DigestParts): Promise<Digest> => {
  const { state, clock, alertBudgetPerWeek, allow, publish } = parts;
  const nowMs = clock.nowMs();
  const states: SourceState[] = [];
  for (const source of await sourcesOf(parts)) states.push(await stateOf(source, state, nowMs));
  const summary = digestOf(states, { nowMs, alertBudgetPerWeek, allow });
  await publish(summary);
  return summary;
};

/** Those of the settings; what lies in the state beside them is of a source that nobody reads any more. */
const sourcesOf = async ({ sources, state }: DigestParts): Promise<readonly string[]> =>
  sources.length > 0 ? sources : await state.sources();

const stateOf = async (source: string, state: DigestParts['state'], nowMs: number): Promise<SourceState> => {
  const { cursor, instructions: kept, survey } = await state.load(source);
  const { watches, acknowledgements } = kept === undefined ? noInstructions : readInstructions(kept);
  const lastActiveMs: number[] = [];
  for await (const [, document] of state.everyPrincipal(source)) lastActiveMs.push(readBaseline(document).lastAtMs);
  const coverage = cursor === undefined ? undefined : readCoverage(cursor);
  return {
    source,
    coverage,
    alerts: await state.alerts(source, { openedAtMs: alertsFromMs(coverage, nowMs) }),
    untoldSinceMs: (await state.untold(source)).map(({ alert }) => alert.lastEventAtMs),
    badRecords: (await state.badRecords(source)).length,
    lastActiveMs,
    watches,
    acknowledgements,
    survey: survey === undefined ? neverSurveyed : readLastSurvey(survey),
  };
};
