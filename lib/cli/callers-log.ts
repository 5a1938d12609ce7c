import type { Log } from '../app/investigate.ts';
import type { Source } from '../config/source-settings.ts';
import { msPerDay, type Stretch } from '../core/time.ts';
import { badRecordsSentence } from '../report/run-text.ts';
import { shownText } from '../report/safe-text.ts';
import { counted } from '../report/words.ts';
import { readFiles, type VendorSource } from '../wiring.ts';
import { UsageError } from './failure.ts';
import { gatherLive } from './live-log.ts';
import type { Screen } from './screen.ts';
import { organizationOf } from './settings.ts';
import type { World } from './world.ts';

/** The log that callers are read from: recorded files, or the last days of the vendor's own, kept as they come. */

export type CallersLog = {
  readonly source: string;
  readonly log: Log;
  /** Undefined: from its first event to its last. */
  readonly observed: Stretch | undefined;
  readonly live: VendorSource | undefined;
  readonly close: () => void;
};

type Opening = { readonly world: World; readonly screen: Screen };

export const openFiles = async (
  files: readonly string[],
  organization: string | undefined,
  { world, screen }: Opening,
): Promise<CallersLog> => {
  const checked = organizationOf(organization);
  const { batches, close, summary } = await readFiles(files, {
    ...(checked !== undefined && { organization: checked }),
    stdin: world.stdin,
    onProgress: ({ records }) => screen.status(`Reading: ${counted(records, 'record')}`),
  });
  screen.status(undefined);
  for (const note of summary.notes) screen.warn(shownText(note, noteColumnsMax));
  if (summary.badCount > 0) screen.warn(badRecordsSentence(summary.badCount, summary.badRecords));
  return { source: `pulumi:${checked ?? 'log'}`, log: { batches }, observed: undefined, live: undefined, close };
};

const noteColumnsMax = 400;

export const openLive = async (settings: Source, historyDays: number, opening: Opening): Promise<CallersLog> => {
  const nowMs = opening.world.clock.nowMs();
  const fromMs = Math.floor((nowMs - historyDays * msPerDay) / msPerDay) * msPerDay;
  const { vendor, log } = await gatherLive(settings, { ...opening, fromMs, nowMs });
  const { coverage } = log;
  return {
    source: vendor.name,
    log,
    observed: { fromMs: coverage.fromMs, toMs: coverage.toMs },
    live: vendor,
    close: () => undefined,
  };
};

export const historyDaysDefault = 30;
/** Ten years: longer than any such log. */
const daysMax = 3_650;

/** A whole number of days, or what to write instead. */
export const daysOf = (flag: string, text: string | undefined, otherwise: number): number => {
  if (text === undefined) return otherwise;
  const days = /^\d{1,4}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (days >= 1 && days <= daysMax) return days;
  throw new UsageError(`${flag}: write a whole number of days from 1 to ${daysMax}.`);
};
