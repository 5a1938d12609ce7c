import { type Clock, SourceError } from '../../../app/ports.ts';
import type { Listing } from '../../../core/inventory/listing.ts';
import type { LogExport, Survey } from '../../../core/inventory/survey.ts';
import { isoSeconds, msPerDay, parseInstant } from '../../../core/time.ts';
import { nameCharsMax, optionalText, textOf } from '../fields.ts';
import type { Ask, ReadToken } from '../http/transport.ts';
import { listTokens } from './inventory.ts';
import { listResources, orMissing, type Resource } from './resources.ts';
import { endOf, lastCharactersOf } from './token.ts';

/**
 * What Scalr's REST API tells of the account beside its audit log: tokens, the list of allowed addresses, the state of the
 * EventBridge integration, and when somebody last started a run. The switch that turns the audit log on is in no API; a
 * run that the log does not show is the nearest thing to asking for it.
 */

export type SurveyParts = {
  readonly ask: Ask;
  readonly readToken: ReadToken;
  readonly account: string;
  /** The partner event source that the log is expected from; undefined: whichever is active. */
  readonly eventSource: string | undefined;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
};

/** Throws `SourceError` where nothing can be asked; what this token may not see is undefined, or said as missing. */
export const takeSurvey = async (parts: SurveyParts): Promise<Survey> => {
  const listing = await ownListing(parts);
  const unseen: string[] = [];
  const allowed = await orMissing(allowedAddresses(parts), 'the allow list', unseen);
  const logExport = await orMissing(logExportOf(parts), 'the integrations', unseen);
  const lastRequestMs = await orMissing(lastRun(parts), 'the runs', unseen);
  const end = endOf(await parts.readToken());
  return {
    listing,
    allowedAddresses: allowed,
    logExport,
    lastRequestMs,
    ownTokenEndsMs: typeof end === 'object' ? end.atMs : undefined,
  };
};

/** All tokens, and which of them is the one that asks: Scalr says so nowhere, but shows each one's last six characters. */
export const ownListing = async (parts: SurveyParts): Promise<Listing> => withOwn(await listTokens(parts), parts);

export const withOwn = async (listing: Listing, parts: Pick<SurveyParts, 'readToken'>): Promise<Listing> => {
  const six = lastCharactersOf(await parts.readToken());
  const own = six === undefined ? [] : listing.tokens.filter(({ id }) => id.endsWith(`/${six}`));
  const [only, ...more] = own;
  // Two that end alike are rare enough; neither is then called ours.
  if (only === undefined || more.length > 0) return listing;
  return { ...listing, tokens: listing.tokens.map((token) => (token === only ? { ...token, isOwn: true } : token)) };
};

/** The account's own record. A token belongs to one account, whatever its settings call it. */
export const accountRecord = async ({ ask, account, signal }: SurveyParts): Promise<Resource> => {
  const what = `the account ${account}`;
  const { resources } = await listResources(ask, { path: '/accounts', what, signal });
  const named = resources.find(({ attributes }) => textOf(attributes.name).toLowerCase() === account.toLowerCase());
  const found = named ?? (resources.length === 1 ? resources[0] : undefined);
  if (found === undefined) {
    throw new SourceError(
      'permission',
      `Scalr shows no ${what} to this token. Check the account's name in the settings.`,
    );
  }
  return found;
};

/** Enough for any office; a stored item must hold them. */
const addressesMax = 1_000;

export const allowedAddresses = async (parts: SurveyParts): Promise<readonly string[] | undefined> => {
  const { 'allowed-ips': addresses } = (await accountRecord(parts)).attributes;
  if (addresses === null) return [];
  if (!Array.isArray(addresses)) return undefined;
  return (
    addresses
      .slice(0, addressesMax)
      .flatMap((address) => optionalText(address, 64) ?? [])
      // Scalr may or may not write a single address as a range.
      .map((address) => address.replace(/(?<=\.\d{1,3})\/32$/, ''))
      .toSorted()
  );
};

const logExportOf = async ({ ask, eventSource, signal }: SurveyParts): Promise<LogExport> => {
  const what = 'the EventBridge integrations';
  const { resources } = await listResources(ask, { path: '/integrations/aws-event-bridge', what, signal });
  const meant =
    eventSource === undefined
      ? resources
      : resources.filter(({ attributes }) => attributes['event-source'] === eventSource);
  const best = meant.find(isActive) ?? meant[0];
  if (best === undefined) return { state: 'missing', status: 'there is none', problem: undefined };
  return {
    state: isActive(best) ? 'active' : 'inactive',
    status: optionalText(best.attributes.status, nameCharsMax) ?? 'of unknown status',
    problem: optionalText(best.attributes['err-message'], nameCharsMax),
  };
};

const isActive = ({ attributes }: Resource): boolean => attributes.status === 'active';

/** Sources of a run behind which a user or a token stands whose request is audited; schedules and pushes have none. */
const requested: ReadonlySet<unknown> = new Set(['api', 'cli', 'scalr-cli', 'ui', 'vscode']);
const runsSinceMs = 2 * msPerDay;
/** The order of runs is not documented; a few hundred of two days show whether any was started. */
const pagesEnough = 3;

const lastRun = async ({ ask, clock, signal }: SurveyParts): Promise<number | undefined> => {
  const nowMs = clock.nowMs();
  const query = { 'filter[created-at]': `between:${isoSeconds(nowMs - runsSinceMs)},${isoSeconds(nowMs)}` };
  const { resources } = await listResources(ask, {
    path: '/runs',
    query,
    what: 'the latest runs',
    signal,
    pagesEnough,
  });
  const times = resources
    .filter(({ attributes }) => requested.has(attributes.source))
    .flatMap(({ attributes }) => parseInstant(textOf(attributes['created-at'])) ?? []);
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b));
};
