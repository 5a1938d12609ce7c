import type { Command } from 'commander';
import type { StateStore } from '../app/ports.ts';
import { nearest } from '../config/nearest.ts';
import { isNamed, type Principal } from '../core/principal.ts';
import { readBaseline, readOrganization } from '../core/stored.ts';
import { baselineJson, baselineLegend, baselineTable, baselineText, type Learned } from '../report/baseline-text.ts';
import { named } from '../report/safe-text.ts';
import { counted, listed } from '../report/words.ts';
import { wrapped } from '../report/wrap.ts';
import { openState } from '../wiring.ts';
import { type ExitCode, exitCodes, exitCodesHelp } from './exit-codes.ts';
import { CannotDoError, UsageError } from './failure.ts';
import { type Screen, screenOf } from './screen.ts';
import { chooseSettings } from './settings.ts';
import { existingState, stateFileHelp } from './state-file.ts';
import type { World } from './world.ts';

/** `baseline show`: what has been learned of a principal, or of all of them. */

type Flags = {
  readonly state?: string;
  readonly settings?: string;
  readonly organization?: string;
  readonly json?: true;
};

export const addBaseline = (program: Command, world: World, done: (code: ExitCode) => void): void => {
  const baseline = program
    .command('baseline')
    .summary('what has been learned of tokens and users')
    .description('What has been learned of tokens and users, which is what their next events are compared with.');
  baseline
    .command('show')
    .summary('show it, for one of them or for all')
    .description(
      'Shows what is normal for a token or user: hours, volume, networks, actions. Without a name: a table of all.',
    )
    .argument('[principal]', 'name or id of a token, user or service account, in upper or lower case')
    .option('--state <file>', `state file to look into (default: ${stateFileHelp})`)
    .option('--settings <file>', 'settings file that says where the state is and which sources to show')
    .option('--organization <name>', 'only what was learned about this Pulumi organization')
    .option('--json', 'print one principal per line as JSON')
    .addHelpText(
      'after',
      `
Examples:
  tokenwatch baseline show
  tokenwatch baseline show ci-deploy
  tokenwatch baseline show --json | jq 'select(.state == "learning") | .principal.name'
${exitCodesHelp}`,
    )
    .action(async (name: string | undefined, flags: Flags) => done(await showBaseline(name, flags, world)));
};

const showBaseline = async (name: string | undefined, flags: Flags, world: World): Promise<ExitCode> => {
  const screen = screenOf(world, { isJson: false });
  const chosen = chooseSettings(flags, world);
  const file = existingState(flags, world);
  const state = await openState(file);
  try {
    const sources = await sourcesIn(state, { file, wanted: chosen?.settings.sources.map((source) => source.name) });
    const learned = await learnedIn(state, sources, file);
    const shown = name === undefined ? learned : [theOne(name, learned)];
    for (const text of textsOf(shown, { isOne: name !== undefined, flags, screen, world })) await screen.result(text);
    return exitCodes.nothingFound;
  } finally {
    await state.close();
    await screen.settled();
  }
};

const sourcesIn = async (
  state: StateStore,
  { file, wanted }: { readonly file: string; readonly wanted: readonly string[] | undefined },
): Promise<readonly string[]> => {
  const known = await state.sources();
  const sources = wanted === undefined ? known : known.filter((source) => wanted.includes(source));
  if (sources.length > 0) return sources;
  const there = known.length === 0 ? 'nothing yet' : `only ${listed(known.map((source) => named(source)))}`;
  const what = wanted === undefined ? 'anything' : listed(wanted.map((source) => named(source)));
  throw new CannotDoError(
    `Nothing about ${what} was learned in ${file}: it holds ${there}. Check --organization and --state, or run "tokenwatch watch" first.`,
  );
};

const learnedIn = async (state: StateStore, sources: readonly string[], file: string): Promise<readonly Learned[]> => {
  const learned: Learned[] = [];
  for (const source of sources) {
    const { organization } = await state.load(source);
    const owners = organization === undefined ? new Map<string, string>() : readOrganization(organization).owners;
    const labelOf = (key: string): string => owners.get(key) ?? key;
    for await (const [, document] of state.everyPrincipal(source)) {
      learned.push({ source, baseline: readBaseline(document), labelOf });
    }
  }
  if (learned.length === 0) throw new CannotDoError(`No token or user was seen yet by what is kept in ${file}.`);
  return learned.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
};

const nameOf = ({ baseline: { principal } }: Learned): string => principal.name.toLowerCase();

/** By id or name, or by either after the kind: `token:deploy`. */
const isMeant = (principal: Principal, words: string): boolean =>
  isNamed(principal, words) ||
  (words.startsWith(`${principal.kind}:`) && isNamed(principal, words.slice(principal.kind.length + 1)));

const suggestionsMax = 10;

const theOne = (name: string, learned: readonly Learned[]): Learned => {
  const found = learned.filter(({ baseline }) => isMeant(baseline.principal, name));
  const exact = found.filter(({ baseline: { principal } }) => principal.id === name);
  const [only, ...more] = exact.length === 1 ? exact : found;
  if (only === undefined) {
    const names = learned.map(({ baseline }) => baseline.principal.name);
    const meant = nearest(name, names);
    const some = [...new Set(names)].slice(0, suggestionsMax).map((known) => named(known));
    throw new UsageError(
      `Nobody called ${named(name)} was seen. ${meant === undefined ? `There are: ${listed(some)}.` : `Did you mean ${named(meant)}?`}\nRun "tokenwatch baseline show" for all ${counted(learned.length, 'name')}.`,
    );
  }
  if (more.length === 0) return only;
  const candidates = [only, ...more].map(
    ({ source, baseline: { principal } }) => `  ${principal.kind}:${named(principal.id)} in ${named(source)}`,
  );
  throw new UsageError(
    `${named(name)} may mean any of these; write it as it stands here, and the --organization where they differ in that:\n${candidates.join('\n')}`,
  );
};

type Showing = { readonly isOne: boolean; readonly flags: Flags; readonly screen: Screen; readonly world: World };

const textsOf = (shown: readonly Learned[], { isOne, flags, screen, world }: Showing): readonly string[] => {
  if (flags.json === true) return shown.map((learned) => `${baselineJson(learned)}\n`);
  const { width, hasColour: colour } = screen;
  const { zone } = world;
  if (isOne) {
    const settings = { width, colour, zone, hasBlocks: hasBlocks(world) };
    return shown.map((learned) => `${baselineText(learned, settings).join('\n')}\n`);
  }
  const sources = [...new Set(shown.map(({ source }) => source))];
  return sources.map((source) => {
    const lines = baselineTable(
      shown.filter((learned) => learned.source === source),
      { width, colour },
    );
    return `${named(source)}\n\n${lines.join('\n')}\n\n${wrapped(baselineLegend, width).join('\n')}\n`;
  });
};

/** Whether the terminal's locale has them (POSIX: the first of these that is set decides). */
const hasBlocks = ({ environment, platform }: World): boolean => {
  const { LC_ALL, LC_CTYPE, LANG } = environment;
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== '');
  return locale === undefined ? platform === 'win32' || platform === 'darwin' : /utf-?8/i.test(locale);
};
