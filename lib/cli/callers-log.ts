import { dirname, join } from 'node:path';
import { gather } from '../app/gather.ts';
import type { Log } from '../app/investigate.ts';
import { settingsFor } from '../config/settings.ts';
import { isPulumi, type PulumiSource } from '../config/source-settings.ts';
import { msPerDay, msPerSecond, type Stretch } from '../core/time.ts';
import { badRecordsSentence } from '../report/run-text.ts';
import { named, shownText } from '../report/safe-text.ts';
import { instantText } from '../report/times.ts';
import { counted, listed } from '../report/words.ts';
import { folderOfStretches, openSource, type PulumiCloud, readFiles } from '../wiring.ts';
import { CannotDoError, UsageError } from './failure.ts';
import type { Screen } from './screen.ts';
import { chooseSettings, organizationOf, type SettingsFlags } from './settings.ts';
import { stateFile } from './state-file.ts';
import type { World } from './world.ts';

/** The log that callers are read from: recorded files, or the last days of the vendor's own, kept as they come. */

export type CallersLog = {
  readonly source: string;
  readonly log: Log;
  /** Undefined: from its first event to its last. */
  readonly observed: Stretch | undefined;
  readonly live: PulumiCloud | undefined;
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

export const openLive = async (
  settings: PulumiSource,
  historyDays: number,
  { world, screen }: Opening,
): Promise<CallersLog> => {
  const source = openSource(settings, { environment: world.environment, clock: world.clock });
  const nowMs = world.clock.nowMs();
  const store = await folderOfStretches({
    folder: join(dirname(stateFile(world)), 'read'),
    source: `${source.name} ${settings.baseUrl}`,
    nowMs,
  });
  const toMs = (Math.floor(nowMs / msPerSecond) + 1) * msPerSecond;
  const fromMs = Math.floor((nowMs - historyDays * msPerDay) / msPerDay) * msPerDay;
  try {
    const log = await gather({
      source,
      store,
      clock: world.clock,
      stretch: { fromMs, toMs },
      signal: world.interruption(),
      onProgress: ({ readFromMs, events, requests }) =>
        screen.status(
          `Reading ${source.name}: back to ${instantText(readFromMs)}, ${counted(events, 'event')}, ${counted(requests, 'request')}`,
        ),
    });
    if (log.isInterrupted) {
      throw new CannotDoError(
        'Interrupted. What was read is kept: run the same command again, and it goes on from there.',
      );
    }
    const { coverage } = log;
    return {
      source: source.name,
      log,
      observed: { fromMs: coverage.fromMs, toMs: coverage.toMs },
      live: source,
      close: () => undefined,
    };
  } finally {
    screen.status(undefined);
  }
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

/** One organization at a time: with several in the settings, somebody has to say which. */
export const oneSource = (
  flags: Pick<SettingsFlags, 'settings' | 'organization' | 'baseUrl' | 'state'>,
  world: World,
  otherwise: string,
): { readonly source: PulumiSource; readonly statePath: string | undefined } => {
  const { organization, settings: file, ...rest } = flags;
  const chosen = chooseSettings(
    file === undefined ? { ...rest, ...(organization !== undefined && { organization }) } : { ...rest, settings: file },
    world,
  );
  if (chosen === undefined) throw new UsageError(otherwise);
  const sources = chosen.settings.sources.filter(isPulumi);
  const wanted = organization === undefined ? undefined : settingsFor({ organization }).sources[0]?.name;
  const meant = wanted === undefined ? sources : sources.filter(({ name }) => name === wanted);
  const [only, ...more] = meant;
  if (only !== undefined && more.length === 0) return { source: only, statePath: chosen.settings.statePath };
  const names = listed(sources.map((source) => named(source.organization)));
  throw new UsageError(`The settings from ${chosen.from} have ${names}: say which one with --organization.`);
};
