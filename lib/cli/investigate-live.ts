import type { Log } from '../app/investigate.ts';
import type { Register } from '../core/investigation/register.ts';
import type { LogCoverage } from '../core/investigation/verdict.ts';
import { msPerDay } from '../core/time.ts';
import type { Origin } from '../report/investigation/origin.ts';
import { named } from '../report/safe-text.ts';
import { instantText } from '../report/times.ts';
import { daysOf } from './callers-log.ts';
import type { InvestigateFlags, Times } from './investigate-asked.ts';
import { originOfSource } from './investigate-origin.ts';
import { gatherLive, oneSource } from './live-log.ts';
import type { Screen } from './screen.ts';
import type { World } from './world.ts';

/** The log as the vendor has it now, for an investigation: back to well before the leak. */

/** A log from wherever it comes, and what may be said of it once it is known what is in it. */
export type OpenLog = Log & {
  coverageOf(register: Register): LogCoverage;
  readonly origin: Origin;
  close(): void;
};

export type Opening = Times & { readonly world: World; readonly screen: Screen; readonly nowMs: number };

const historyDaysDefault = 90;

export const openLiveLog = async (flags: InvestigateFlags, opening: Opening): Promise<OpenLog> => {
  const { world, screen, leakedAtMs, nowMs } = opening;
  const historyDays = daysOf('--history-days', flags.historyDays, historyDaysDefault);
  const { source } = oneSource(
    flags,
    world,
    'Say which log to read: --from FILES for exported files, --organization NAME for Pulumi Cloud, or --settings FILE.',
  );
  const fromMs = Math.floor(((leakedAtMs ?? nowMs) - historyDays * msPerDay) / msPerDay) * msPerDay;
  screen.warn(`Reading ${named(source.name)} back to ${instantText(fromMs)}. Ctrl-C keeps what was read.`);
  const { log } = await gatherLive(source, { world, screen, fromMs, nowMs });
  return {
    batches: log.batches,
    coverageOf: () => log.coverage,
    close: () => undefined,
    origin: originOfSource(source, flags, world),
  };
};
