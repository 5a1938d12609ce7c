import { baseUrlDefault, parseBaseUrl } from '../config/base-url.ts';
import type { Source } from '../config/source-settings.ts';
import type { Origin } from '../report/investigation/origin.ts';
import { UsageError } from './failure.ts';
import type { InvestigateFlags } from './investigate-asked.ts';

/** Where the log of an investigation came from, so that the commands in its report ask the same place again. */

export const originOfFiles = (files: readonly string[], { organization, baseUrl, mmdb }: InvestigateFlags): Origin => ({
  apiUrls: baseUrl === undefined ? new Map() : new Map([['pulumi', apiUrlGiven(baseUrl)]]),
  again: files.includes('-')
    ? undefined
    : [
        '--from',
        ...files,
        ...optionOf('--organization', organization),
        ...optionOf('--base-url', baseUrl),
        ...owners(mmdb),
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
): Origin => ({
  apiUrls: new Map([[source.kind, source.baseUrl]]),
  again: [
    ...optionOf('--settings', settings),
    ...optionOf('--organization', organization),
    ...optionOf('--base-url', baseUrl),
    ...owners(mmdb),
  ],
  // `watch` takes either a settings file, the one beside it unasked, or an organization.
  watch:
    settings !== undefined
      ? ['--settings', settings]
      : source.kind === 'scalr' || organization === undefined
        ? []
        : ['--organization', organization, ...optionOf('--base-url', baseUrl)],
});

const optionOf = (option: string, value: string | undefined): readonly string[] =>
  value === undefined ? [] : [option, value];

const owners = (mmdb: readonly string[] = []): readonly string[] => mmdb.flatMap((file) => ['--mmdb', file]);
