import { neededBy, type StoreScheme } from './needed-variables.ts';
import { isReachableFromLambda, type SecretReference } from './secret-reference.ts';
import {
  parseSettings,
  type RightParts,
  rightParts,
  type Settings,
  SettingsError,
  type SettingsProblem,
} from './settings.ts';
import type { ScalrSource, Source } from './source-settings.ts';

/**
 * Settings that work on a laptop may not work in AWS: a function has no shell whose variables it could read, and nobody
 * looks at its screen. Told at synth, together with all else that is wrong, before anything is deployed.
 */

/** What else is found, such as a file that is missing. */
export type FindProblems = (mmdbPaths: readonly string[]) => readonly SettingsProblem[];

const nothingElse: FindProblems = () => [];

/** Settings from a file's text. Throws `SettingsError` with all that is wrong with them, in AWS and anywhere. */
export const parseDeployable = (text: string, fileName: string, findProblems = nothingElse): Settings => {
  try {
    return deployable(parseSettings(text, fileName), fileName, findProblems);
  } catch (error) {
    const parts = error instanceof SettingsError ? rightParts(text) : undefined;
    if (!(error instanceof SettingsError) || parts === undefined) throw error;
    const told = new Set(error.problems.map(({ path }) => path));
    const inAws = [...problemsInAws(parts), ...findProblems(parts.mmdbPaths ?? [])];
    throw refused(fileName, [...error.problems, ...inAws.filter(({ path }) => !told.has(path))]);
  }
};

/** The settings themselves. Throws `SettingsError`. */
export const deployable = (settings: Settings, fileName: string, findProblems = nothingElse): Settings => {
  const problems = [...problemsInAws(settings), ...findProblems(settings.mmdbPaths)];
  if (problems.length > 0) throw refused(fileName, problems);
  return settings;
};

const refused = (fileName: string, problems: readonly SettingsProblem[]): SettingsError =>
  new SettingsError(`${fileName}, for AWS, is`, problems);

const problemsInAws = (parts: RightParts): readonly SettingsProblem[] => {
  const sources = parts.sources.flatMap((source, at) => (source === undefined ? [] : [{ source, at }]));
  return [
    ...sources.flatMap(sourceProblems),
    ...sharedLogProblems(sources),
    ...(parts.alerts === undefined ? [] : alertProblems(parts.alerts)),
    ...(parts.aws === undefined ? [] : [...storeProblems(parts, parts.aws), ...tagProblems(parts.aws)]),
  ];
};

const unreachable =
  'is on your own machine, where a function in AWS cannot read it: keep it in a store, such as aws-sm:tokenwatch/pulumi#token';

type Placed<S extends Source = Source> = { readonly source: S; readonly at: number };

const isScalr = (placed: Placed): placed is Placed<ScalrSource> => placed.source.kind === 'scalr';

const sourceProblems = (placed: Placed): readonly SettingsProblem[] => {
  const { source, at } = placed;
  const token: readonly SettingsProblem[] =
    source.token === undefined || isReachableFromLambda(source.token)
      ? []
      : [{ path: `sources.${at}.${source.kind}.token`, text: unreachable }];
  return [...token, ...(isScalr(placed) ? logProblems(placed) : [])];
};

/** AWS wants it of a group that EventBridge writes to. https://repost.aws/knowledge-center/cloudwatch-log-group-eventbridge (2026) */
const madeGroupPrefix = '/aws/events/';

const logProblems = ({ source: { eventSource, logGroup }, at }: Placed<ScalrSource>): readonly SettingsProblem[] => {
  const path = `sources.${at}.scalr`;
  if (eventSource === undefined && logGroup === undefined) {
    const text =
      'is missing: write the event source name that Scalr shows, such as aws.partner/scalr.com/acme/audit, or the logGroup that somebody else fills';
    return [{ path: `${path}.eventSource`, text }];
  }
  if (eventSource !== undefined && logGroup !== undefined && !logGroup.startsWith(madeGroupPrefix)) {
    const text =
      'is what the stack calls the group that it makes for eventSource: write a name such as /aws/events/tokenwatch/scalr-acme, or remove eventSource if somebody else fills this group';
    return [{ path: `${path}.logGroup`, text }];
  }
  return [];
};

/** Two accounts on one bus, or in one group that the stack makes, could not be told apart. */
const sharedLogProblems = (sources: readonly Placed[]): readonly SettingsProblem[] => {
  const made = sources.filter(isScalr).filter(({ source }) => source.eventSource !== undefined);
  return (['eventSource', 'logGroup'] as const).flatMap((key) =>
    repeats(made.map(({ source, at }) => ({ text: source[key], at }))).map(({ at, first }) => ({
      path: `sources.${at}.scalr.${key}`,
      text: `is the same as that of sources.${first}: each account has its own`,
    })),
  );
};

type Repeat = { readonly at: number; readonly first: number };

const repeats = (texts: readonly { readonly text: string | undefined; readonly at: number }[]): readonly Repeat[] => {
  const firstAt = new Map<string, number>();
  return texts.flatMap(({ text, at }) => {
    if (text === undefined) return [];
    const first = firstAt.get(text);
    if (first === undefined) firstAt.set(text, at);
    return first === undefined ? [] : [{ at, first }];
  });
};

const alertProblems = ({ email, slack }: Settings['alerts']): readonly SettingsProblem[] => {
  if (email.length === 0 && slack === undefined)
    return [{ path: 'alerts', text: 'tell nobody: write { "email": ["security@example.com"] }, slack, or both' }];
  // Mailboxes do not heed case, but SNS would write to each spelling.
  const twice = repeats(email.map((address, at) => ({ text: address.toLowerCase(), at }))).map(({ at, first }) => ({
    path: `alerts.email.${at}`,
    text: `is the same address as alerts.email.${first}: remove one`,
  }));
  const isReachable = slack === undefined || isReachableFromLambda(slack);
  return isReachable ? twice : [...twice, { path: 'alerts.slack', text: unreachable }];
};

/** A store without its address is only found to be missing by the first poll. */
const storeProblems = (
  { sources, alerts }: RightParts,
  { environment }: Settings['aws'],
): readonly SettingsProblem[] => {
  const references: readonly (readonly [path: string, reference: SecretReference | undefined])[] = [
    ...sources.flatMap((source, at) => (source ? [[`sources.${at}.${source.kind}.token`, source.token] as const] : [])),
    ['alerts.slack', alerts?.slack],
  ];
  return (['vault', 'conjur'] as const satisfies readonly StoreScheme[]).flatMap((scheme) => {
    const user = references.find(([, reference]) => reference?.scheme === scheme);
    if (user === undefined) return [];
    return neededBy(scheme, environment).map(({ name, example }) => ({
      path: `aws.environment.${name}`,
      text: `is missing, and ${user[0]} needs it: write it, such as ${JSON.stringify(example)}`,
    }));
  });
};

/** https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html (2026) */
const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+@-]*$/u;

const tagProblems = ({ tags }: Settings['aws']): readonly SettingsProblem[] =>
  Object.entries(tags).flatMap(([name, value], at) => {
    const text = tagProblem(name, value);
    // By its place: a name that is no name may be anything.
    return text === undefined ? [] : [{ path: 'aws.tags', text: `the tag at place ${at + 1} ${text}` }];
  });

const tagProblem = (name: string, value: string): string | undefined => {
  if (name.trim() === '') return 'has a blank name: write one, such as team';
  if (/^aws:/i.test(name)) return 'has a name that begins with aws:, which is for AWS: write another';
  if (!tagText.test(name) || !tagText.test(value))
    return 'holds a character that AWS takes in no tag: write letters, digits, blanks and _ . : / = + - @';
  return undefined;
};
