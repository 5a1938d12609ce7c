import { dirname, join } from 'node:path';
import { gather } from '../app/gather.ts';
import type { Log } from '../app/investigate.ts';
import { SourceError } from '../app/ports.ts';
import { isPulumi, type PulumiSource } from '../config/source-settings.ts';
import type { Register } from '../core/investigation/register.ts';
import type { LogCoverage } from '../core/investigation/verdict.ts';
import { msPerDay, msPerSecond } from '../core/time.ts';
import { named } from '../report/safe-text.ts';
import { instantText } from '../report/times.ts';
import { counted, listed } from '../report/words.ts';
import { folderOfStretches, openSource } from '../wiring.ts';
import { CannotDoError, UsageError } from './failure.ts';
import type { InvestigateFlags, Times } from './investigate-asked.ts';
import type { Screen } from './screen.ts';
import { chooseSettings } from './settings.ts';
import { stateFile } from './state-file.ts';
import type { World } from './world.ts';

/** The log as the vendor has it now: paged back through, kept as it comes, resumed where the last run ended. */

/** A log from wherever it comes, and what may be said of it once it is known what is in it. */
export type OpenLog = Log & {
  coverageOf(register: Register): LogCoverage;
  close(): void;
};

export type Opening = Times & { readonly world: World; readonly screen: Screen; readonly nowMs: number };

const historyDaysDefault = 90;
/** Ten years: longer than any such log. */
const historyDaysMax = 3_650;

export const gatherLive = async (flags: InvestigateFlags, opening: Opening): Promise<OpenLog> => {
  const { world, screen, leakedAtMs, nowMs } = opening;
  const historyDays = historyDaysOf(flags.historyDays);
  const settings = sourceSettings(flags, world);
  const source = openSource(settings, { environment: world.environment, clock: world.clock });
  const store = await folderOfStretches({
    folder: join(dirname(stateFile(world)), 'read'),
    source: `${source.name} ${settings.baseUrl}`,
    nowMs,
  });
  const toMs = (Math.floor(nowMs / msPerSecond) + 1) * msPerSecond;
  const fromMs = Math.floor(((leakedAtMs ?? nowMs) - historyDays * msPerDay) / msPerDay) * msPerDay;
  screen.warn(`Reading ${named(source.name)} back to ${instantText(fromMs)}. Ctrl-C keeps what was read.`);
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
    screen.status(undefined);
    if (log.isInterrupted) throw new CannotDoError(`Interrupted. ${goOn}`);
    return { batches: log.batches, coverageOf: () => log.coverage, close: () => undefined };
  } catch (error) {
    screen.status(undefined);
    if (error instanceof SourceError) screen.warn(goOn);
    throw error;
  }
};

const goOn = 'What was read until then is kept: run the same command again, and it goes on from there.';

const historyDaysOf = (text: string | undefined): number => {
  if (text === undefined) return historyDaysDefault;
  const days = /^\d{1,4}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (days >= 1 && days <= historyDaysMax) return days;
  throw new UsageError(`--history-days: write a whole number of days from 1 to ${historyDaysMax}.`);
};

/** One log answers for one token: with several in the settings, somebody has to say which. */
const sourceSettings = (flags: InvestigateFlags, world: World): PulumiSource => {
  const { organization, settings: file, baseUrl } = flags;
  const chosen = chooseSettings(
    {
      ...(file !== undefined && { settings: file }),
      ...(organization !== undefined && file === undefined && { organization }),
      ...(baseUrl !== undefined && { baseUrl }),
    },
    world,
  );
  if (chosen === undefined) {
    throw new UsageError(
      'Say which log to read: --from FILES for exported files, or --organization NAME for Pulumi Cloud.',
    );
  }
  const sources = chosen.settings.sources.filter(isPulumi);
  const meant = organization === undefined ? sources : sources.filter((source) => source.organization === organization);
  const [only, ...more] = meant;
  if (only !== undefined && more.length === 0) return only;
  const names = listed(sources.map((source) => named(source.organization)));
  throw new UsageError(`The settings from ${chosen.from} have ${names}: say which one with --organization.`);
};
