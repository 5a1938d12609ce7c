import { resolve } from 'node:path';
import { logOptions } from '../config/log-options.ts';
import type { Place } from '../report/commands.ts';
import type { Chosen } from './settings.ts';
import type { World } from './world.ts';

/** Whence the commands that we print are to work: started as we were, on the state that we use, reading what we read. */

/** Who came by npx or an npm script may have no other way: npm says so in the environment. */
export const programOf = ({ environment }: World): string =>
  environment.npm_command === undefined ? 'tokenwatch' : 'npx tokenwatch';

export const placeAt = (state: string, world: World): Place => ({ program: programOf(world), state });

/** As commander hands them over to a command that reads one log. */
export type LogFlags = {
  readonly from?: readonly string[];
  readonly organization?: string;
  readonly settings?: string;
  readonly baseUrl?: string;
};

/** Reading the log that these flags read. */
export const placeReading = (state: string, source: string, flags: LogFlags, world: World): Place => {
  const { from, organization, settings, baseUrl } = flags;
  const wholePath = (file: string): string => (file === '-' ? file : resolve(world.cwd, file));
  const words = [
    ...(settings === undefined ? [] : ['--settings', resolve(world.cwd, settings)]),
    ...(from === undefined ? [] : ['--from', ...from.map(wholePath)]),
    ...(organization === undefined
      ? from === undefined
        ? []
        : ['--organization', organizationPlaceholder]
      : ['--organization', organization]),
    ...(baseUrl === undefined ? [] : ['--base-url', baseUrl]),
  ];
  return { ...placeAt(state, world), ...(words.length > 0 && { logs: new Map([[source, words]]) }) };
};

/** Exported files do not say whose they are. */
const organizationPlaceholder = 'YOUR-ORG';

/** With the settings that were chosen, so that a command reads the same log. */
export const placeWith = (state: string, { settings, file }: Chosen, world: World): Place => ({
  ...placeAt(state, world),
  logs:
    file === undefined
      ? logOptions(settings)
      : new Map(settings.sources.map(({ name }) => [name, ['--settings', file, '--organization', name]])),
});
