import { instructionsOf } from '../app/instruct.ts';
import type { StateStore } from '../app/ports.ts';
import { learnedDays } from '../app/rotation.ts';
import type { AuditEvent } from '../core/event.ts';
import type { Network } from '../core/network.ts';
import { follow } from '../core/watch/follow.ts';
import type { Watch } from '../core/watch/watch.ts';
import { type CallersLog, historyDaysDefault, openFiles, openLive } from './callers-log.ts';
import { CannotDoError, UsageError } from './failure.ts';
import { oneSource } from './live-log.ts';
import type { Screen } from './screen.ts';
import type { World } from './world.ts';

/** What the commands of `rotation` share: their options, the log they read, the watches in a state. */

export type RotationFlags = {
  readonly old?: string;
  readonly new?: string;
  readonly days?: string;
  readonly overlapDays?: string;
  readonly since?: string;
  readonly stranger?: readonly string[];
  readonly from?: readonly string[];
  readonly organization?: string;
  readonly settings?: string;
  readonly baseUrl?: string;
  readonly state?: string;
  readonly beforeRevoking?: true;
  readonly json?: true;
  readonly mmdb?: readonly string[];
};

export const openLog = async (
  flags: RotationFlags,
  opening: { readonly world: World; readonly screen: Screen },
): Promise<CallersLog> => {
  const { from, organization, settings, baseUrl } = flags;
  if (from !== undefined) {
    if (organization === undefined) {
      throw new UsageError('Say with --organization whose log the files are: the watch is kept under that name.');
    }
    return openFiles(from, organization, opening);
  }
  const { source } = oneSource(
    {
      ...(settings !== undefined && { settings }),
      ...(organization !== undefined && { organization }),
      ...(baseUrl !== undefined && { baseUrl }),
    },
    opening.world,
    'Say where the token is used: --organization NAME for Pulumi Cloud, or --from FILES with --organization.',
  );
  return openLive(source, historyDaysDefault + learnedDays, opening);
};

/** Only what it has not seen yet. */
export const followLog = async (
  watch: Watch,
  { log }: Pick<CallersLog, 'log'>,
  { networks, throughMs }: { readonly networks: (address: string) => Network; readonly throughMs: number },
): Promise<Watch> => {
  if (throughMs <= watch.seenThroughMs) return watch;
  const isDue = ({ atMs }: AuditEvent): boolean => atMs >= watch.seenThroughMs && atMs < throughMs;
  let now = watch;
  for await (const batch of log.batches()) {
    const events = batch.filter(isDue);
    const lastMs = events.at(-1)?.atMs;
    if (lastMs !== undefined) now = follow(now, events, { networks, throughMs: lastMs });
  }
  return follow(now, [], { networks, throughMs });
};

export const watchesIn = async (state: StateStore, wanted: string | undefined): Promise<readonly Watch[]> => {
  const sources = await state.sources();
  const watches: Watch[] = [];
  for (const source of sources) {
    if (wanted === undefined || source === wanted) watches.push(...(await instructionsOf(state, source)).watches);
  }
  return watches;
};

export const noRotation = (): CannotDoError =>
  new CannotDoError('No rotation is watched here. Begin one: tokenwatch rotation start --old TOKEN --new TOKEN');
