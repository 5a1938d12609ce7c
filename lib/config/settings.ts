import * as z from 'zod';
import type { Allowance } from '../core/allowance.ts';
import { msPerDay, msPerMinute } from '../core/time.ts';
import { isBlank, numberAdvice, wrong } from './advice.ts';
import { type AlertSettings, alertKeys, alertSchema } from './alert-settings.ts';
import { allowKeys, allowSchema } from './allow.ts';
import { type AwsSettings, awsKeys, awsSchema } from './aws-settings.ts';
import { jsonTroubleIn } from './json-trouble.ts';
import { nearest } from './nearest.ts';
import { pastedSecretText } from './secret-reference.ts';
import { looksLikeSecret } from './secret-shapes.ts';
import { isPulumi, type PulumiSource, type Source, sourceKeys, sourceSchema } from './source-settings.ts';

/**
 * What the operator chose, in `tokenwatch.json` or as options: one schema, parsed once and whole. All problems are told
 * together, each with its place and what to write instead. What is absent has a default; what is blank is a mistake.
 * No problem repeats a value: somebody will paste a token where its reference belongs, and problems end up in logs.
 */

export type Settings = {
  readonly sources: readonly Source[];
  readonly pollEveryMs: number;
  /** How far back the first reading goes: what baselines are first learned from. */
  readonly backfillMs: number;
  /** False alerts per week and organization that are acceptable. */
  readonly alertBudgetPerWeek: number;
  /** Networks that somebody vouches for, each until a day. */
  readonly allow: readonly Allowance[];
  /** MMDB files that say who owns an address, asked in this order; none means whatever the door offers. */
  readonly mmdbPaths: readonly string[];
  /** Undefined: where the door keeps state by default. */
  readonly statePath: string | undefined;
  readonly alerts: AlertSettings;
  readonly aws: AwsSettings;
};

export type SettingsProblem = {
  /** `sources.0.pulumi.token`; a line and column for text that is not JSON; blank for the whole. */
  readonly path: string;
  /** What is wrong and what to write instead. */
  readonly text: string;
};

export class SettingsError extends Error {
  readonly problems: readonly SettingsProblem[];
  constructor(where: string, problems: readonly SettingsProblem[], options: { readonly cause?: unknown } = {}) {
    const lines = problems.map(({ path, text }) => `  ${path === '' ? '' : `${path}: `}${text}`);
    super([`${where} not valid:`, ...lines].join('\n'), options);
    this.name = 'SettingsError';
    this.problems = problems;
  }
}

/** Settings are typed by hand; anything larger is another file. */
const fileCharsMax = 1_000_000;
/** Beyond that a person fixes the first ones and looks again. */
const problemsMax = 30;
/** Each source is polled in turn, at Pulumi's two requests a second; more would not fit between two polls. */
const sourcesMax = 20;
/** Owner and country, perhaps also VPN exits; each file is held in memory. */
const mmdbFilesMax = 8;
/** Longest path that common systems open. */
const pathCharsMax = 4_096;

const wholeNumber = (from: number, to: number, unit: string, example: number) => {
  const advice = `write a whole number of ${unit} from ${from} to ${to}, such as ${example}`;
  return z
    .int({ error: numberAdvice(advice) })
    .min(from, { error: advice })
    .max(to, { error: advice });
};

const filledText = (advice: string) =>
  z
    .string({ error: wrong(advice) })
    .max(pathCharsMax, { error: advice })
    .refine((text) => !isBlank(text), { error: wrong(advice) })
    // A NUL ends a path early in the system's own calls.
    .refine((text) => !text.includes('\0'), { error: advice });

const sourcesAdvice = 'write a list of at least one source, such as [{ "pulumi": { "organization": "acme" } }]';
const budgetAdvice = 'write how many false alerts a week are acceptable, above 0 and up to 100, such as 1';
const mmdbAdvice = 'write a list of paths to MMDB files, such as ["/var/lib/tokenwatch/asn.mmdb"]';
const networksSchema = z.strictObject(
  {
    mmdb: z
      .array(filledText('write the path of an MMDB file'), { error: wrong(mmdbAdvice) })
      .max(mmdbFilesMax, { error: `write at most ${mmdbFilesMax} files` })
      .default([]),
  },
  { error: wrong('write { "mmdb": ["/path/asn.mmdb"] }') },
);

const settingsSchema = z.strictObject(
  {
    sources: z
      .array(sourceSchema, { error: wrong(sourcesAdvice) })
      .min(1, { error: sourcesAdvice })
      .max(sourcesMax, { error: `write at most ${sourcesMax} sources; run a second tokenwatch for more` }),
    pollMinutes: wholeNumber(1, 1440, 'minutes', 5).default(5),
    backfillDays: wholeNumber(1, 365, 'days', 30).default(30),
    alertBudgetPerWeek: z
      .number({ error: numberAdvice(budgetAdvice) })
      .positive({ error: budgetAdvice })
      .max(100, { error: budgetAdvice })
      .default(1),
    allow: allowSchema.default([]),
    networks: networksSchema.default({ mmdb: [] }),
    state: filledText('write the path of the state file, or leave it out').optional(),
    alerts: alertSchema.prefault({}),
    aws: awsSchema.prefault({}),
  },
  { error: wrong('write an object: { "sources": [...] }') },
);

/** Settings from a file's text. Throws `SettingsError`. */
export const parseSettings = (text: string, fileName: string): Settings => {
  const where = `${fileName} is`;
  if (text.length > fileCharsMax) {
    throw new SettingsError(where, [{ path: '', text: 'is too large for a settings file: name another' }]);
  }
  // Editors on Windows put a byte order mark first.
  const json = text.startsWith('\ufeff') ? text.slice(1) : text;
  if (isBlank(json)) {
    throw new SettingsError(where, [
      { path: '', text: 'is blank: write { "sources": [{ "pulumi": { "organization": "acme" } }] }' },
    ]);
  }
  const trouble = jsonTroubleIn(json);
  if (trouble !== undefined) {
    const path = `${fileName}:${trouble.line}:${trouble.column}`;
    throw new SettingsError(where, [{ path, text: trouble.problem }]);
  }
  const { settings, problems } = checked(JSON.parse(json));
  if (settings === undefined) throw new SettingsError(where, problems);
  return settings;
};

/** What of settings is right by itself, though the rest may not be. A source that is not is undefined in its place. */
export type RightParts = Partial<Pick<Settings, 'alerts' | 'aws' | 'mmdbPaths'>> & {
  readonly sources: readonly (Source | undefined)[];
};

/** For whoever has more to check and wants to tell all of it together; undefined where the text holds no settings at all. */
export const rightParts = (text: string): RightParts | undefined => {
  const json = text.startsWith('\ufeff') ? text.slice(1) : text;
  if (text.length > fileCharsMax || isBlank(json) || jsonTroubleIn(json) !== undefined) return undefined;
  const written: unknown = JSON.parse(json);
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return undefined;
  const { sources, networks, alerts, aws } = written as Readonly<Record<string, unknown>>;
  return {
    sources: (Array.isArray(sources) ? sources : [])
      .slice(0, sourcesMax)
      .map((source) => sourceSchema.safeParse(source).data),
    ...partOf('alerts', alertSchema.prefault({}).safeParse(alerts).data),
    ...partOf('aws', awsSchema.prefault({}).safeParse(aws).data),
    ...partOf('mmdbPaths', networksSchema.default({ mmdb: [] }).safeParse(networks).data?.mmdb),
  };
};

const partOf = <Name extends string, Part>(name: Name, part: Part | undefined) =>
  (part === undefined ? {} : { [name]: part }) as { readonly [Key in Name]?: Part };

/** What options on the command line can say without a settings file. */
export type SettingsOptions = {
  readonly organization: string;
  readonly token?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly pollMinutes?: number | undefined;
  readonly backfillDays?: number | undefined;
  readonly alertBudgetPerWeek?: number | undefined;
  readonly mmdb?: readonly string[] | undefined;
  readonly state?: string | undefined;
};

/** What options can name is Pulumi's. */
export type PulumiSettings = Omit<Settings, 'sources'> & { readonly sources: readonly PulumiSource[] };

/** Settings from options alone, under the same rules. Throws `SettingsError` with the options' names as paths. */
export const settingsFor = (options: SettingsOptions): PulumiSettings => {
  const { organization, token, baseUrl, mmdb, ...rest } = options;
  const { settings, problems } = checked({
    sources: [{ pulumi: { organization, token, baseUrl } }],
    networks: { mmdb },
    ...rest,
  });
  if (settings !== undefined) return { ...settings, sources: settings.sources.filter(isPulumi) };
  throw new SettingsError(
    'The options are',
    problems.map(({ path, text }) => ({ path: path.replace(/^sources\.0\.pulumi\.|^networks\./, ''), text })),
  );
};

type Checked =
  | { readonly settings: Settings; readonly problems: readonly [] }
  | { readonly settings: undefined; readonly problems: readonly SettingsProblem[] };

const checked = (value: unknown): Checked => {
  const parsed = settingsSchema.safeParse(value);
  const found = parsed.success ? duplicateProblems(parsed.data.sources) : parsed.error.issues.flatMap(problemsOf);
  const problems = oneEach([...pastedSecrets(value), ...found]);
  if (!parsed.success || problems.length > 0) return { settings: undefined, problems: cutShort(problems) };
  const { pollMinutes, backfillDays, networks, state, ...rest } = parsed.data;
  return {
    problems: [],
    settings: {
      ...rest,
      pollEveryMs: pollMinutes * msPerMinute,
      backfillMs: backfillDays * msPerDay,
      mmdbPaths: networks.mmdb,
      statePath: state,
    },
  };
};

const pathText = (path: readonly PropertyKey[]): string => path.map(String).join('.');

const problemsOf = (issue: z.core.$ZodIssue): readonly SettingsProblem[] => {
  if (issue.code !== 'unrecognized_keys') return [{ path: pathText(issue.path), text: issue.message }];
  const known = knownKeysAt(issue.path);
  return issue.keys.map((key) => ({
    path: pathText([...issue.path, shownKey(key)]),
    text: unknownKeyText(key, known),
  }));
};

const unknownKeyText = (key: string, known: readonly string[]): string => {
  const meant = nearest(key, known);
  return meant === undefined
    ? `is no setting: remove it; known here: ${known.join(', ')}`
    : `is no setting: write ${meant}, or remove it`;
};

/** A key may be anything, a pasted token too; one that does not look like a name is not repeated. */
const shownKey = (key: string): string =>
  /^[A-Za-z_][\w-]{0,39}$/.test(key) && !looksLikeSecret(key) ? key : '(a key)';

/** The objects that the schema knows, told apart by the last name on the way to them. */
const knownKeysAt = (path: readonly PropertyKey[]): readonly string[] => {
  const last = path.at(-1);
  switch (path[0]) {
    case 'sources':
      return sourceKeys.get(typeof last === 'string' ? last : 'source') ?? [];
    case 'networks':
      return Object.keys(networksSchema.shape);
    case 'allow':
      return allowKeys;
    case 'alerts':
      return alertKeys;
    case 'aws':
      return awsKeys;
    default:
      return Object.keys(settingsSchema.shape);
  }
};

/** The source's name is the key of its state: two of one name would learn into each other. */
const duplicateProblems = (sources: readonly Source[]): readonly SettingsProblem[] => {
  const firstAt = new Map<string, number>();
  return sources.flatMap((source, at) => {
    const name = source.name.toLowerCase();
    const first = firstAt.get(name);
    if (first === undefined) firstAt.set(name, at);
    const what = source.kind === 'pulumi' ? 'organization' : 'account';
    return first === undefined
      ? []
      : [{ path: `sources.${at}.${source.kind}.${what}`, text: `is the same ${what} as sources.${first}: remove one` }];
  });
};

/** A token anywhere in the settings. The walk is as deep as `jsonTroubleIn` lets a file be. */
const pastedSecrets = (value: unknown, path: readonly string[] = []): readonly SettingsProblem[] => {
  if (typeof value === 'string')
    return looksLikeSecret(value) ? [{ path: path.join('.'), text: pastedSecretText(value) }] : [];
  if (Array.isArray(value)) return value.flatMap((item, at) => pastedSecrets(item, [...path, String(at)]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => pastedSecrets(inner, [...path, shownKey(key)]));
};

/** The first problem of each place: what follows from it would only repeat it in other words. */
const oneEach = (problems: readonly SettingsProblem[]): readonly SettingsProblem[] => {
  const told = new Set<string>();
  return problems.filter(({ path }) => !told.has(path) && told.add(path));
};

const cutShort = (problems: readonly SettingsProblem[]): readonly SettingsProblem[] =>
  problems.length <= problemsMax
    ? problems
    : [...problems.slice(0, problemsMax), { path: '', text: `and ${problems.length - problemsMax} more problems` }];
