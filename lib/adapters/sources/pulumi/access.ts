import { type Clock, SourceError } from '../../../app/ports.ts';
import { isoSeconds, msPerHour, msPerSecond } from '../../../core/time.ts';
import { clockChecks, type Fixes, failedCheck, outcomeOf } from '../access-check.ts';
import { excerpt } from '../http/excerpt.ts';
import type { Answer } from '../http/exchange.ts';
import type { Ask } from '../http/transport.ts';
import { isSame, Metadata, type PulumiCheck, User } from './account.ts';
import { type Page, type Pages, secondOf } from './pages.ts';
import { rightToken, tokenRights } from './token-rights.ts';

/**
 * Can this token watch this organization? Asked by `doctor`, cheapest question first: whose the token is, what the
 * organization's plan holds, and whether the log of the last hour can in fact be read. The last decides, because a role
 * may allow the log and nothing else.
 */

export type Access = {
  readonly ask: Ask;
  readonly pages: Pages;
  readonly organization: string;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
};

/** Rejects only with the signal's reason; every failure of the source is a check that failed. */
export const checkAccess = async (access: Access): Promise<readonly PulumiCheck[]> => {
  const { ask, organization, signal } = access;
  const path = `/api/orgs/${encodeURIComponent(organization)}/metadata`;
  const user = await outcomeOf(ask({ path: '/api/user', what: 'the owner of the token', signal }));
  if (user instanceof SourceError) return [failedCheck('token', user, fixes)];
  const metadata = await outcomeOf(ask({ path, what: `the plan of ${organization}`, signal }));
  const page = await outcomeOf(lastHour(access));
  return [
    tokenCheck(user, organization),
    organizationCheck(metadata, page instanceof SourceError),
    logCheck(page),
    ...(await tokenRights({ ...access, user, metadata })),
    ...clockChecks(user.clockDifferenceMs, "Pulumi Cloud's"),
  ];
};

const fixes: Fixes = {
  'too-much': 'Check that the address is that of the API.',
  unavailable: 'Check the network, any proxy and the address of the API, then try again.',
  'rate-limited': 'Wait five minutes, and see who else asks Pulumi Cloud from this address.',
  credentials: 'Make a new access token and put it where the settings point.',
  permission: `The token lacks the scope audit_logs:read. ${rightToken} Or use an organization administrator’s.`,
  plan: 'Use an edition with audit logs: Essentials, Pro or Enterprise.',
  'not-found': 'Check the spelling of the organization, and that the token belongs to it.',
  misunderstood: 'Check that the address is that of the API and that no proxy answers in its place.',
};

const tokenCheck = ({ body }: Answer, organization: string): PulumiCheck => {
  const { success, data: user } = User.safeParse(body);
  if (!success)
    return failedCheck('token', new SourceError('misunderstood', 'The answer names no owner of the token.'), fixes);
  const { githubLogin, tokenInfo, organizations } = user;
  if (tokenInfo) {
    const owner = tokenInfo.organization ?? githubLogin;
    const kind = tokenInfo.team ? `token of the team ${excerpt(tokenInfo.team)} in` : 'token of the organization';
    const detail = `${excerpt(tokenInfo.name ?? 'unnamed')}, a ${kind} ${excerpt(owner)}`;
    return isSame(owner, organization) ? { name: 'token', ok: true, detail } : strange(detail, organization);
  }
  const membership = organizations?.find((each) => isSame(each.githubLogin, organization));
  const role = membership?.role ? `, ${excerpt(membership.role)} in ${organization}` : '';
  const detail = `a personal token of ${excerpt(githubLogin)}${role}`;
  return organizations && membership === undefined
    ? strange(detail, organization)
    : { name: 'token', ok: true, detail };
};

const strange = (owner: string, organization: string): PulumiCheck => ({
  name: 'token',
  ok: false,
  detail: `The token works but does not belong to ${organization}: it is ${owner}.`,
  fix: fixes['not-found'],
});

const organizationCheck = (metadata: Answer | SourceError, isLogClosed: boolean): PulumiCheck => {
  const name = 'organization';
  if (metadata instanceof SourceError) {
    if (isLogClosed) return failedCheck(name, metadata, fixes);
    return { name, ok: true, detail: 'The token may read the audit log and nothing about the plan, which is enough.' };
  }
  const { product, features } = Metadata.safeParse(metadata.body).data ?? {};
  const edition = product ? `edition ${excerpt(product)}` : 'an edition it does not name';
  if (features?.auditLogsEnabled === false) {
    return { name, ok: false, detail: `It has ${edition}, without audit logs.`, fix: fixes.plan };
  }
  const words = features?.auditLogsEnabled ? 'with audit logs' : 'and does not say whether that has audit logs';
  return { name, ok: true, detail: `It has ${edition}, ${words}.` };
};

type Log = { readonly page: Page; readonly fromMs: number };

/** The first page of the last hour is enough to know. */
const lastHour = async ({ pages, clock, signal }: Access): Promise<Log> => {
  const upperSecond = Math.ceil(clock.nowMs() / msPerSecond);
  const lowerSecond = upperSecond - msPerHour / msPerSecond;
  const fromMs = lowerSecond * msPerSecond;
  for await (const page of pages({ lowerSecond, upperSecond }, { signal })) return { page, fromMs };
  return { page: { records: [], isLast: true }, fromMs };
};

const logCheck = (log: Log | SourceError): PulumiCheck => {
  const name = 'audit log';
  if (log instanceof SourceError) return failedCheck(name, log, fixes);
  const times = log.page.records.map((record) => (secondOf(record) ?? 0) * msPerSecond);
  const count = times.filter((atMs) => atMs >= log.fromMs).length;
  const newestMs = times.reduce((newest, atMs) => Math.max(newest, atMs), 0);
  if (count === 0) return { name, ok: true, detail: 'It can be read; the last hour has no event.' };
  const more = log.page.isLast ? '' : ' or more';
  const detail = `It can be read; the last hour has ${count}${more} events, the newest at ${isoSeconds(newestMs)}.`;
  return { name, ok: true, detail };
};
