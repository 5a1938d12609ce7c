import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type PulumiSettings,
  parseSettings,
  type Settings,
  SettingsError,
  type SettingsOptions,
  settingsFor,
} from '../config/settings.ts';
import { UsageError } from './failure.ts';
import type { World } from './world.ts';

/** Settings from a file or from options alone; options that change a number of the file win over it. */

/** As commander hands them over: texts, absent where not given. */
export type SettingsFlags = {
  readonly settings?: string;
  readonly organization?: string;
  readonly baseUrl?: string;
  readonly every?: string;
  readonly backfillDays?: string;
  readonly budget?: string;
  readonly mmdb?: readonly string[];
  readonly state?: string;
};

export type Chosen = {
  readonly settings: Settings;
  /** Where they come from, as it reads after “from”: `./tokenwatch.json`, `the options`. */
  readonly from: string;
  /** Its whole path; undefined for options. */
  readonly file: string | undefined;
};

export const settingsFileDefault = 'tokenwatch.json';

/**
 * Undefined where nothing says what to watch. Options alone leave the state where the settings in this folder have it, so
 * that all commands that are run here agree on it. Throws `UsageError` or `SettingsError`.
 */
export const chooseSettings = (flags: SettingsFlags, world: World): Chosen | undefined => {
  const { settings: named, organization } = flags;
  if (named !== undefined && organization !== undefined) {
    throw new UsageError('Give either --settings or --organization: a settings file names its own organizations.');
  }
  if (organization !== undefined) {
    const settings = withFlags(flags, { organization, baseUrl: flags.baseUrl });
    const statePath = settings.statePath ?? chooseSettings({}, world)?.settings.statePath;
    return { settings: { ...settings, statePath }, from: 'the options', file: undefined };
  }
  if (flags.baseUrl !== undefined) {
    throw new UsageError('--base-url needs --organization: in a settings file each source has its own baseUrl.');
  }
  const file = resolve(world.cwd, named ?? settingsFileDefault);
  if (named === undefined && !existsSync(file)) return undefined;
  const shown = named ?? `./${settingsFileDefault}`;
  return { settings: overridden(parseSettings(textOf(file, shown), shown), flags), from: shown, file };
};

const textOf = (file: string, shown: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a folder'
          : `it cannot be read (${code})`;
    throw new UsageError(`The settings file ${shown} cannot be used: ${why}. Check the path after --settings.`, {
      cause,
    });
  }
};

/** The schema checks options too, whichever organization they are for. */
const overridden = (settings: Settings, flags: SettingsFlags): Settings => {
  const checked = withFlags(flags, { organization: 'any' });
  return {
    ...settings,
    ...(flags.every !== undefined && { pollEveryMs: checked.pollEveryMs }),
    ...(flags.backfillDays !== undefined && { backfillMs: checked.backfillMs }),
    ...(flags.budget !== undefined && { alertBudgetPerWeek: checked.alertBudgetPerWeek }),
    ...(flags.mmdb !== undefined && { mmdbPaths: checked.mmdbPaths }),
    ...(flags.state !== undefined && { statePath: checked.statePath }),
  };
};

/** Throws `UsageError` with the flags as a person wrote them. */
const withFlags = (
  { every, backfillDays, budget, mmdb, state }: SettingsFlags,
  of: Pick<SettingsOptions, 'organization' | 'baseUrl'>,
): PulumiSettings => {
  try {
    return settingsFor({
      ...of,
      pollMinutes: numberOf(every),
      backfillDays: numberOf(backfillDays),
      alertBudgetPerWeek: numberOf(budget),
      mmdb,
      state,
    });
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const lines = error.problems.map(({ path, text }) => `${flagOf(path)} ${text}`);
    throw new UsageError(lines.join('\n'), { cause: error });
  }
};

const flagNames: ReadonlyMap<string, string> = new Map([
  ['pollMinutes', '--every'],
  ['backfillDays', '--backfill-days'],
  ['alertBudgetPerWeek', '--budget'],
  ['organization', '--organization'],
  ['baseUrl', '--base-url'],
  ['mmdb', '--mmdb'],
  ['state', '--state'],
]);

const flagOf = (path: string): string => `${flagNames.get(path.split('.')[0] ?? '') ?? path}:`;

/** NaN for what is no plain number, which the schema then refuses with its advice. */
const numberOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : /^\d{1,9}(\.\d{1,9})?$/.test(text.trim()) ? Number(text) : Number.NaN;

/**
 * How recorded logs are judged: by a named file, and by options that win over it. A file that merely lies in this folder
 * says nothing of a log that comes from elsewhere.
 */
export const replaySettings = (
  { settings, budget, mmdb }: Pick<SettingsFlags, 'settings' | 'budget' | 'mmdb'>,
  world: World,
): Pick<Settings, 'alertBudgetPerWeek' | 'allow' | 'mmdbPaths'> => {
  const flags = { ...(budget !== undefined && { budget }), ...(mmdb !== undefined && { mmdb }) };
  const chosen = settings === undefined ? undefined : chooseSettings({ ...flags, settings }, world);
  return chosen?.settings ?? withFlags(flags, { organization: 'any' });
};

/** The organization as it may be named; undefined stays so. */
export const organizationOf = (organization: string | undefined): string | undefined =>
  organization === undefined ? undefined : withFlags({}, { organization }).sources[0]?.organization;
