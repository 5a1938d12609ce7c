import { dirname, join } from 'node:path';
import { type Gathered, gather } from '../app/gather.ts';
import { SourceError } from '../app/ports.ts';
import type { Source } from '../config/source-settings.ts';
import { msPerSecond } from '../core/time.ts';
import { tooFullText } from '../report/investigation/verdict-words.ts';
import { named } from '../report/safe-text.ts';
import { instantText } from '../report/times.ts';
import { counted, listed } from '../report/words.ts';
import { folderOfStretches, logOf, openVendor, type VendorSource } from '../wiring.ts';
import { CannotDoError, UsageError } from './failure.ts';
import type { Screen } from './screen.ts';
import { type Chosen, chooseSettings, type SettingsFlags } from './settings.ts';
import { stateFile } from './state-file.ts';
import type { World } from './world.ts';

/**
 * The log as the vendor has it now, for the commands that look at one: which source is meant, and its history paged back
 * through, kept as it comes, resumed where the last run ended.
 */

export const organizationHelp =
  'Pulumi Cloud organization; its token is read from PULUMI_ACCESS_TOKEN. Or which source of the settings: scalr:acme';

export type SourceFlags = Pick<SettingsFlags, 'settings' | 'organization' | 'baseUrl' | 'state'>;

/** One source at a time: with several in the settings, somebody has to say which. */
export const oneSource = (
  flags: SourceFlags,
  world: World,
  otherwise: string,
): { readonly source: Source; readonly statePath: string | undefined } => {
  const chosen = settingsMeant(flags, world);
  if (chosen === undefined) throw new UsageError(otherwise);
  const { organization } = flags;
  const { sources } = chosen.settings;
  const meant = organization === undefined ? sources : sources.filter((source) => isMeant(source, organization));
  const [only, ...more] = meant;
  if (only !== undefined && more.length === 0) return { source: only, statePath: chosen.settings.statePath };
  const names = listed(sources.map(({ name }) => named(name)));
  throw new UsageError(`The settings from ${chosen.from} have ${names}: say which one with --organization.`);
};

/**
 * A settings file, or options alone. A Scalr account is always of a file, because options do not say where its log is;
 * `--organization scalr:acme` then picks it out.
 */
const settingsMeant = (flags: SourceFlags, world: World): Chosen | undefined => {
  const { settings, organization, baseUrl, state } = flags;
  const isOfFile = settings !== undefined || organization?.startsWith('scalr:') === true;
  return chooseSettings(
    {
      ...(settings !== undefined && { settings }),
      ...(organization !== undefined && !isOfFile && { organization }),
      ...(baseUrl !== undefined && { baseUrl }),
      ...(state !== undefined && { state }),
    },
    world,
  );
};

/** By the whole name, or by the vendor's own, which two vendors may share. */
const isMeant = (source: Source, words: string): boolean =>
  source.name === words || (source.kind === 'pulumi' ? source.organization : source.account) === words;

export type Gathering = {
  readonly world: World;
  readonly screen: Screen;
  /** As far back as is asked for. */
  readonly fromMs: number;
  readonly nowMs: number;
};

export type GatheredLive = { readonly vendor: VendorSource; readonly log: Gathered };

/** Throws `CannotDoError` when interrupted, and what the source throws; what was read until then is kept. */
export const gatherLive = async (
  settings: Source,
  { world, screen, fromMs, nowMs }: Gathering,
): Promise<GatheredLive> => {
  const { environment, clock } = world;
  const vendor = openVendor(settings, { environment, clock });
  const store = await folderOfStretches({
    folder: join(dirname(stateFile(world)), 'read'),
    source: `${vendor.name} ${settings.kind === 'scalr' ? settings.logGroup : settings.baseUrl}`,
    nowMs,
  });
  const toMs = (Math.floor(nowMs / msPerSecond) + 1) * msPerSecond;
  try {
    const log = await gather({
      source: logOf(vendor),
      store,
      clock,
      stretch: { fromMs, toMs },
      signal: world.interruption(),
      onProgress: ({ readFromMs, events, requests }) =>
        screen.status(
          `Reading ${vendor.name}: back to ${instantText(readFromMs)}, ${counted(events, 'event')}, ${counted(requests, 'request')}`,
        ),
    });
    if (log.isInterrupted) throw new CannotDoError(`Interrupted. ${goOn}`);
    const { tooFull } = log.coverage;
    if (tooFull.length > 0) screen.warn(`${tooFullText(tooFull)}.`);
    return { vendor, log };
  } catch (error) {
    screen.status(undefined);
    if (error instanceof SourceError) screen.warn(goOn);
    throw error;
  } finally {
    screen.status(undefined);
  }
};

const goOn = 'What was read until then is kept: run the same command again, and it goes on from there.';
