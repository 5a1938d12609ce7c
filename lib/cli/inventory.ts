import type { Command } from 'commander';
import { inventoryOf } from '../app/inventory.ts';
import { nearest } from '../config/nearest.ts';
import { providerOf } from '../core/event.ts';
import { type Inventory, type TokenRecord, tokensNamed } from '../core/inventory/inventory.ts';
import type { Listing } from '../core/inventory/listing.ts';
import { revocationOf } from '../core/inventory/revocation.ts';
import { rememberNetworks } from '../core/network.ts';
import { msPerDay } from '../core/time.ts';
import { inventoryJson, revocationJson } from '../report/inventory-json.ts';
import { revocationText } from '../report/inventory-revocation-text.ts';
import { inventoryText } from '../report/inventory-text.ts';
import { named } from '../report/safe-text.ts';
import { counted, listed } from '../report/words.ts';
import { openOwners } from '../wiring.ts';
import { type CallersLog, daysOf, historyDaysDefault, openFiles, openLive } from './callers-log.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { UsageError } from './failure.ts';
import { oneSource, organizationHelp } from './live-log.ts';
import { collected } from './options.ts';
import { placeReading } from './place.ts';
import { type Screen, screenOf } from './screen.ts';
import { stateMeant } from './state-file.ts';
import type { World } from './world.ts';

/** `inventory`: every token, who uses it and when each is due again; with `--revoke`, what breaks. */

type Flags = {
  readonly revoke?: string;
  readonly from?: readonly string[];
  readonly organization?: string;
  readonly settings?: string;
  readonly baseUrl?: string;
  readonly historyDays?: string;
  readonly rotationDays?: string;
  readonly unusedDays?: string;
  readonly json?: true;
  readonly mmdb?: readonly string[];
};

export const addInventory = (program: Command, world: World, done: (code: ExitCode) => void): void => {
  program
    .command('inventory')
    .summary('every token, who uses it, what to mend; and what breaks if one is revoked')
    .description(
      'Lists every token that the vendor shows and every one seen only in its log: kind, owner, age, rights, last use, ' +
        'and who uses it: from where, in what rhythm, on what, and when each is due again. Says what should be mended. ' +
        'With --revoke: what breaks if that token is revoked, and when each of its callers would notice.',
    )
    .option('--revoke <token>', 'name or id of a token: what breaks if it is revoked now')
    .option('--organization <name>', organizationHelp)
    .option('--settings <file>', 'settings file that says what to read')
    .option('--base-url <url>', 'address of a self-hosted Pulumi Cloud API (default: https://api.pulumi.com)')
    .option('--from <files...>', 'recorded logs instead of the vendor, or - for standard input; asked as of their end')
    .option('--history-days <n>', `days of the log to read (default: ${historyDaysDefault})`)
    .option(
      '--rotation-days <n>',
      `a token older than this should have been replaced (default: ${rotationDaysDefault})`,
    )
    .option('--unused-days <n>', `a token idle for longer is called unused (default: ${unusedDaysDefault})`)
    .option('--json', 'print it as one line of JSON on stdout')
    .option('--mmdb <file>', 'MMDB file that says who owns an address; may be given several times', collected)
    .addHelpText(
      'after',
      `
Examples:
  PULUMI_ACCESS_TOKEN=... tokenwatch inventory --organization acme
  tokenwatch inventory --from audit-log.json --revoke ci-deploy
  tokenwatch inventory --organization scalr:acme
  tokenwatch inventory --json | jq '.tokens[] | select(.hygiene | length > 0) | .name'

Exit codes:
  0  nothing to mend; safe to revoke        1  something to mend; revoking breaks something
  2  wrong use                              3  cannot tell, or could not do it`,
    )
    .action(async (flags: Flags) => done(await runInventory(flags, world)));
};

const rotationDaysDefault = 90;
const unusedDaysDefault = 30;

const runInventory = async (flags: Flags, world: World): Promise<ExitCode> => {
  const screen = screenOf(world, { isJson: flags.json === true });
  const limits = {
    rotationMs: daysOf('--rotation-days', flags.rotationDays, rotationDaysDefault) * msPerDay,
    unusedMs: daysOf('--unused-days', flags.unusedDays, unusedDaysDefault) * msPerDay,
  };
  const owners = await openOwners(flags.mmdb ?? [], world.tableFile);
  const opened = await openLog(flags, { world, screen });
  try {
    screen.status('Listing tokens');
    const listing = await opened.live?.listTokens();
    const inventory = await inventoryOf({
      source: opened.source,
      provider: providerOf(opened.source),
      log: opened.log,
      observed: opened.observed,
      listing,
      ownName: await ownNameIn(listing, opened.live),
      limits,
      nowMs: opened.live === undefined ? undefined : world.clock.nowMs(),
      networks: rememberNetworks(owners.lookup),
      onEvents: (events) => screen.status(`Looking for callers: ${counted(events, 'event')}`),
    });
    screen.status(undefined);
    if (owners.notice !== undefined) screen.warn(owners.notice);
    return flags.revoke === undefined
      ? await showAll(inventory, { flags, screen })
      : await showRevocation(theOne(flags.revoke, inventory), inventory, { flags, screen, world });
  } finally {
    screen.status(undefined);
    opened.close();
    await screen.settled();
  }
};

/** Asked for only where the list does not tell, as it may have to be listed for the answer. */
const ownNameIn = async (listing: Listing | undefined, live: CallersLog['live']): Promise<string | undefined> =>
  live === undefined || listing?.tokens.some(({ isOwn }) => isOwn === true) ? undefined : await live.ownToken();

const openLog = (flags: Flags, opening: { readonly world: World; readonly screen: Screen }): Promise<CallersLog> => {
  const { from, organization, settings, baseUrl, historyDays } = flags;
  if (from === undefined) {
    const otherwise =
      'Say which tokens: --organization NAME for Pulumi Cloud, --settings FILE, or --from FILES for what an exported log shows.';
    const { source } = oneSource(
      {
        ...(settings !== undefined && { settings }),
        ...(organization !== undefined && { organization }),
        ...(baseUrl !== undefined && { baseUrl }),
      },
      opening.world,
      otherwise,
    );
    return openLive(source, daysOf('--history-days', historyDays, historyDaysDefault), opening);
  }
  if (settings !== undefined || baseUrl !== undefined || historyDays !== undefined) {
    throw new UsageError(
      '--settings, --base-url and --history-days are for reading a vendor: leave them out with --from.',
    );
  }
  return openFiles(from, organization, opening);
};

type Showing = { readonly flags: Flags; readonly screen: Screen };

const showAll = async (inventory: Inventory, { flags, screen }: Showing): Promise<ExitCode> => {
  const { width, hasColour: colour } = screen;
  const text = flags.json === true ? inventoryJson(inventory) : inventoryText(inventory, { width, colour }).join('\n');
  await screen.result(`${text}\n`);
  const isClean = inventory.tokens.every(({ hygiene }) => hygiene.length === 0);
  return isClean ? exitCodes.nothingFound : exitCodes.somethingFound;
};

const showRevocation = async (
  token: TokenRecord,
  inventory: Inventory,
  { flags, screen, world }: Showing & { readonly world: World },
): Promise<ExitCode> => {
  const { width, hasColour: colour } = screen;
  const place = placeReading(stateMeant(flags, world), token.source, flags, world);
  const revocation = revocationOf(token, inventory);
  const text =
    flags.json === true
      ? revocationJson(revocation, inventory)
      : revocationText(revocation, inventory, { width, colour, place }).join('\n');
  await screen.result(`${text}\n`);
  switch (revocation.verdict) {
    case 'already-deleted':
      return revocation.trying.length === 0 ? exitCodes.nothingFound : exitCodes.somethingFound;
    case 'safe':
      return exitCodes.nothingFound;
    case 'breaks':
      return exitCodes.somethingFound;
    case 'cannot-tell':
      return exitCodes.couldNot;
  }
};

const suggestionsMax = 10;
/** The nearest name is looked for among so many; each costs a comparison letter by letter. */
const comparedMax = 5_000;

/** Throws `UsageError` that lists which might be meant. */
export const theOne = (words: string, inventory: Inventory): TokenRecord => {
  const [only, ...more] = tokensNamed(words.trim(), inventory);
  if (only === undefined) throw unknownToken(words, inventory);
  if (more.length === 0) return only;
  const candidates = [only, ...more]
    .slice(0, suggestionsMax)
    .map(({ principal, source }) => `  ${named(principal.id)}  (${named(principal.name)} in ${named(source)})`);
  throw new UsageError(`${named(words)} may mean any of these; give the id instead:\n${candidates.join('\n')}`);
};

const unknownToken = (words: string, { tokens, listing }: Inventory): UsageError => {
  const names = [...new Set(tokens.map(({ principal }) => principal.name))];
  const where = listing === undefined ? 'in this log' : 'listed or seen in the log';
  const meant = nearest(words, names.slice(0, comparedMax));
  if (names.length === 0) return new UsageError(`No token is ${where}: check that this is the log you mean.`);
  const some = names.slice(0, suggestionsMax).map((name) => named(name));
  const more = names.length > suggestionsMax ? [`${counted(names.length - suggestionsMax, 'more', 'more')}`] : [];
  const hint = meant === undefined ? `There are: ${listed([...some, ...more])}.` : `Did you mean ${named(meant)}?`;
  return new UsageError(`No token called ${named(words)} is ${where}. ${hint}`);
};
