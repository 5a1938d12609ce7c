import { type Clock, SourceError } from '../../../app/ports.ts';
import { endsSoonMs, type HealthFinding, healthOf } from '../../../core/inventory/health.ts';
import type { Survey } from '../../../core/inventory/survey.ts';
import { isoSeconds, msPerDay, msPerHour, msPerMinute } from '../../../core/time.ts';
import { type AccessCheck, clockChecks, type Fixes, failedCheck, outcomeOf } from '../access-check.ts';
import { type LogGroup, logPages } from '../cloudwatch-logs.ts';
import { nameCharsMax, optionalText } from '../fields.ts';
import { excerpt } from '../http/excerpt.ts';
import { listResources, type Resource } from './resources.ts';
import { accountRecord, type SurveyParts, takeSurvey } from './survey.ts';
import { endOf } from './token.ts';

/**
 * Can this account be watched? Asked by `doctor`: the log group first, since alerts come of it, then the REST API, whose
 * token, rights and end are looked at as far as Scalr lets one look. What a token may write cannot be tried out harmlessly,
 * so it is read from the roles of its owner where those can be seen.
 */

export type ScalrCheck = AccessCheck<
  'audit log' | 'token' | 'privileges' | 'expiry' | 'reports' | 'integration' | 'allow list' | 'clock'
>;

export type Access = {
  /** Undefined: the settings name no token. */
  readonly api: SurveyParts | undefined;
  readonly group: LogGroup;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
};

/** How to make the right token, as a person finds it in Scalr. */
export const rightToken =
  'In Scalr, make a service account with the read-only system role on the account and nothing else (Account settings,' +
  ' IAM), and a token of it with an end.';

/** Rejects only with the signal's reason; every failure of the source is a check that failed. */
export const checkAccess = async ({ api, group, clock, signal }: Access): Promise<readonly ScalrCheck[]> => {
  const newest = await outcomeOf(newestLine(group, clock, signal));
  const log = logCheck(newest, clock);
  if (api === undefined) return [log, noToken];
  const asking = { ...api, signal };
  const account = await outcomeOf(api.ask({ path: '/accounts', what: `the account ${api.account}`, signal }));
  if (account instanceof SourceError && account.failure !== 'permission')
    return [log, failedCheck('token', account, fixes)];
  const survey = await outcomeOf(takeSurvey(asking));
  if (survey instanceof SourceError) return [log, failedCheck('token', survey, fixes)];
  const newestEventMs = newest instanceof SourceError ? undefined : newest;
  const found = healthOf(survey, { nowMs: clock.nowMs(), hasFixedAddress: true, newestEventMs });
  return [
    withSilence(log, found),
    tokenCheck(survey),
    ...(await privileges(asking, survey)),
    await expiry(asking, clock),
    await reportsCheck(asking, survey),
    ...integrationCheck(survey),
    ...allowListCheck(survey),
    ...(account instanceof SourceError ? [] : clockChecks(account.clockDifferenceMs, "Scalr's")),
  ];
};

const fixes: Fixes = {
  'too-much': 'Check that the address is that of the account.',
  unavailable: 'Check the network, any proxy, and the address; then try again.',
  'rate-limited': 'Wait a minute, and see who else asks.',
  credentials: `See the message. ${rightToken}`,
  permission: 'See the message, which names what to allow.',
  plan: 'Audit logs belong to the Enterprise plan.',
  'not-found': 'See the message; docs/scalr.md has the order of set-up.',
  misunderstood: 'Check that the address is that of the account and that no proxy answers in its place.',
};

const noToken: ScalrCheck = {
  name: 'token',
  ok: true,
  detail: 'The settings name none: only the log is read.',
  advice: `With one, tokens are inventoried and the integration is watched. ${rightToken}`,
};

/** Each look further back only when the nearer one found nothing, so that a busy log is not read for its age. */
const looksBackMs = [msPerHour, msPerDay, 14 * msPerDay];

/** When the newest line of the log group was written; undefined for none in two weeks. */
const newestLine = async (
  group: LogGroup,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<number | undefined> => {
  const nowMs = clock.nowMs();
  for (const backMs of looksBackMs) {
    let newestMs: number | undefined;
    const stretch = { fromMs: Math.floor(nowMs - backMs), toMs: Math.ceil(nowMs + 5 * msPerMinute) };
    for await (const page of logPages(group, stretch, { signal })) {
      for (const { timestampMs } of page) newestMs = Math.max(newestMs ?? 0, timestampMs);
    }
    if (newestMs !== undefined) return newestMs;
  }
  return undefined;
};

/** Somebody works in most accounts on most days. */
const quietMs = 3 * msPerDay;
const setUpAdvice =
  'Check that Audit logs is on in Scalr (Account settings, Security) and points to the integration; docs/scalr.md has the order of set-up.';

const logCheck = (newest: number | undefined | SourceError, clock: Clock): ScalrCheck => {
  const name = 'audit log';
  if (newest instanceof SourceError) return failedCheck(name, newest, fixes);
  if (newest === undefined) {
    return { name, ok: true, detail: 'It can be read, and has nothing of the last two weeks.', advice: setUpAdvice };
  }
  const detail = `It can be read; its newest line is of ${isoSeconds(newest)}.`;
  return clock.nowMs() - newest > quietMs
    ? { name, ok: true, detail, advice: setUpAdvice }
    : { name, ok: true, detail };
};

/** A run that somebody started and that the log does not show means more than any age. */
const withSilence = (log: ScalrCheck, found: readonly HealthFinding[]): ScalrCheck => {
  const behind = found.find(({ finding }) => finding === 'log-behind');
  if (!log.ok || behind === undefined || behind.finding !== 'log-behind') return log;
  return {
    name: log.name,
    ok: false,
    detail: `${log.detail} A run was started at ${isoSeconds(behind.requestMs)}, and the log shows nothing from then on.`,
    fix: setUpAdvice,
  };
};

const ownIn = ({ listing }: Survey) => listing.tokens.find(({ isOwn }) => isOwn === true);

const tokenCheck = (survey: Survey): ScalrCheck => {
  const own = ownIn(survey);
  if (own === undefined) {
    const detail = 'It works. Whose it is cannot be told: no token that it may see ends like it.';
    return { name: 'token', ok: true, detail };
  }
  const kind = own.kind === 'service-account' ? 'a token of the service account' : 'a personal token of';
  const detail = `${excerpt(own.name)}, ${kind} ${excerpt(own.owner ?? 'nobody named')}.`;
  return own.kind === 'service-account'
    ? { name: 'token', ok: true, detail }
    : {
        name: 'token',
        ok: true,
        detail,
        advice: `It may do all that this person may, and ends with their leaving. ${rightToken}`,
      };
};

/** The roles of the token's owner, where they can be seen; nothing is said where they cannot. */
const privileges = async (parts: SurveyParts, survey: Survey): Promise<readonly ScalrCheck[]> => {
  const own = ownIn(survey);
  if (own?.kind !== 'service-account' || own.owner === undefined) return [];
  const roles = await outcomeOf(rolesOf(own.owner, parts));
  if (roles instanceof SourceError || roles.length === 0) return [];
  const detail = `Roles of its service account: ${roles.map((role) => excerpt(role)).join(', ')}.`;
  const isNarrow = roles.every((role) => /^read-?only$/i.test(role));
  return [
    {
      name: 'privileges',
      ok: true,
      detail,
      ...(!isNarrow && { advice: `Reading needs no more than read-only. ${rightToken}` }),
    },
  ];
};

const rolesOf = async (email: string, { ask, signal }: SurveyParts): Promise<readonly string[]> => {
  const accounts = await listResources(ask, {
    path: '/service-accounts',
    query: { 'filter[email]': email },
    what: 'its service account',
    signal,
  });
  const account = accounts.resources.find(({ attributes }) => attributes.email === email);
  if (account === undefined) return [];
  const { included } = await listResources(ask, {
    path: '/access-policies',
    query: { 'filter[service-account]': account.id, include: 'roles' },
    what: 'its access policies',
    signal,
  });
  const names = [...included].flatMap(([key, role]) => (key.startsWith('roles/') ? [nameOf(role)] : []));
  return [...new Set(names)];
};

const nameOf = ({ id, attributes }: Resource): string => optionalText(attributes.name, nameCharsMax) ?? id;

/** The token says itself when it ends; nobody needs to be asked. */
const expiry = async ({ readToken }: SurveyParts, clock: Clock): Promise<ScalrCheck> => {
  const name = 'expiry';
  const end = endOf(await readToken());
  if (end === 'unknown') return { name, ok: true, detail: 'When it ends cannot be read from it.' };
  if (end === 'never') {
    return { name, ok: true, detail: 'It never ends; one that does limits what a leak can do.' };
  }
  const detail = `It ends at ${isoSeconds(end.atMs)}.`;
  return end.atMs - clock.nowMs() > endsSoonMs
    ? { name, ok: true, detail }
    : {
        name,
        ok: true,
        detail,
        advice: 'Make its successor and put it where the settings point: a running watch takes it up by itself.',
      };
};

/** Too little shows as what could not be listed. */
const reportsCheck = async (
  parts: SurveyParts,
  { listing, allowedAddresses, logExport }: Survey,
): Promise<ScalrCheck> => {
  const account = await outcomeOf(accountRecord(parts));
  const hidden = [
    ...listing.missing,
    ...(logExport === undefined ? ['The EventBridge integrations could not be listed.'] : []),
    ...(account instanceof SourceError || allowedAddresses === undefined ? ['The allow list could not be read.'] : []),
  ];
  if (hidden.length === 0) {
    const detail = `Token report, service accounts, agent pools, integrations and allow list can be read: ${listing.tokens.length} tokens.`;
    return { name: 'reports', ok: true, detail };
  }
  const detail = hidden.map((words) => excerpt(words.charAt(0).toUpperCase() + words.slice(1))).join(' ');
  return { name: 'reports', ok: true, detail, advice: `What it may not see, Scalr calls not found. ${rightToken}` };
};

const integrationCheck = ({ logExport }: Survey): readonly ScalrCheck[] => {
  const name = 'integration';
  if (logExport === undefined) return [];
  const { state, status, problem } = logExport;
  if (state === 'active') return [{ name, ok: true, detail: 'The EventBridge integration is active.' }];
  const words = problem === undefined ? '' : ` Scalr says: ${excerpt(problem)}`;
  return [
    {
      name,
      ok: false,
      detail: `The EventBridge integration is not active: ${excerpt(status)}.${words}`,
      fix: 'Nothing new reaches the log. Accept the event source in AWS (a bus of the same name), and mend or make the integration in Scalr; docs/scalr.md has the order.',
    },
  ];
};

const allowListCheck = ({ allowedAddresses = [] }: Survey): readonly ScalrCheck[] =>
  allowedAddresses.length === 0
    ? []
    : [
        {
          name: 'allow list',
          ok: true,
          detail: `The account may be used from ${allowedAddresses.length} addresses or ranges only; ours is among them.`,
          advice: 'A monitor in Lambda has another address each time: give it a NAT gateway, or leave out the token.',
        },
      ];
