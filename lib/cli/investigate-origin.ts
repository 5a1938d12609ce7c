import { resolve } from 'node:path';
import { baseUrlDefault, parseBaseUrl } from '../config/base-url.ts';
import type { Source } from '../config/source-settings.ts';
import type { Origin } from '../report/investigation/origin.ts';
import { UsageError } from './failure.ts';
import type { InvestigateFlags } from './investigate-asked.ts';
import { programOf } from './place.ts';
import { settingsFileDefault } from './settings.ts';
import type { World } from './world.ts';

/**
 * Where the log of an investigation came from, so that the commands in its report ask the same place again. They are
 * copied in another folder than this one, too, so paths are whole.
 */

export const originOfFiles = (
  files: readonly string[],
  { organization, baseUrl, mmdb }: InvestigateFlags,
  world: World,
): Origin => ({
  program: programOf(world),
  apiUrls: baseUrl === undefined ? new Map() : new Map([['pulumi', apiUrlGiven(baseUrl)]]),
  again: files.includes('-')
    ? undefined
    : [
        '--from',
        ...files.map((file) => resolve(world.cwd, file)),
        ...optionOf('--organization', organization),
        ...optionOf('--base-url', baseUrl),
        ...owners(mmdb, world),
      ],
  watch: undefined,
});

/** Throws `UsageError`. */
const apiUrlGiven = (text: string): string => {
  const url = parseBaseUrl(text, baseUrlDefault);
  if ('problem' in url) throw new UsageError(`--base-url: ${url.problem}`);
  return url.baseUrl;
};

export const originOfSource = (
  source: Source,
  { settings, organization, baseUrl, mmdb }: InvestigateFlags,
  world: World,
): Origin => {
  // Without an option, and for Scalr always, the file in this folder was read.
  const isOfFile = settings !== undefined || source.kind === 'scalr' || organization === undefined;
  const file = isOfFile ? ['--settings', resolve(world.cwd, settings ?? settingsFileDefault)] : [];
  const address = optionOf('--base-url', baseUrl);
  return {
    program: programOf(world),
    apiUrls: new Map([[source.kind, source.baseUrl]]),
    again: [...file, ...optionOf('--organization', organization), ...address, ...owners(mmdb, world)],
    // `watch` takes either a settings file or an organization.
    watch: isOfFile ? file : [...optionOf('--organization', organization), ...address],
  };
};

const optionOf = (option: string, value: string | undefined): readonly string[] =>
  value === undefined ? [] : [option, value];

const owners = (mmdb: readonly string[] = [], { cwd }: World): readonly string[] =>
  mmdb.flatMap((file) => ['--mmdb', resolve(cwd, file)]);
