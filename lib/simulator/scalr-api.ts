import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isoSeconds } from '../core/time.ts';
import type { MadeUpAccount, ScalrToken } from './scalr-account.ts';

/**
 * Scalr's REST API in front of a made-up account, on this machine only and at a time of the caller's choosing. JSON:API
 * with pages; 401 for a bad token, and 404 for whatever `hidden` says that the token may not see, as the real one does.
 */

export type ScalrSeen = { readonly ordinal: number; readonly path: string; readonly query: URLSearchParams };

export type ScalrFault = { readonly status: number; readonly retryAfter?: string };

export type ScalrApiSetting = {
  readonly account: () => MadeUpAccount;
  readonly nowMs: () => number;
  /** The only token that is let in. */
  readonly token: string;
  /** Paths below `/api/iacp/v3` that answer 404. */
  readonly hidden?: readonly string[];
  readonly fault?: (request: ScalrSeen) => ScalrFault | undefined;
  /** At most so many on a page, whatever is asked for. */
  readonly pageSizeMax?: number;
};

export type ScalrApi = {
  /** `http://127.0.0.1:49152` */
  readonly url: string;
  readonly requests: () => number;
  readonly close: () => Promise<void>;
};

type Record = {
  readonly type: string;
  readonly id: string;
  readonly attributes: object;
  readonly relationships?: object;
};
type Found = { readonly data: readonly Record[]; readonly included?: readonly Record[] };
type Answer = { readonly status: number; readonly json: unknown; readonly retryAfter?: string };

const base = '/api/iacp/v3';

export const createScalrApi = async (setting: ScalrApiSetting): Promise<ScalrApi> => {
  let requests = 0;
  const server = createServer((incoming, response) => {
    requests += 1;
    const { status, json, retryAfter } = answer(setting, incoming, requests);
    response.writeHead(status, {
      'content-type': 'application/vnd.api+json',
      date: new Date(setting.nowMs()).toUTCString(),
      ...(retryAfter !== undefined && { 'retry-after': retryAfter }),
    });
    response.end(JSON.stringify(json));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const answer = (setting: ScalrApiSetting, incoming: IncomingMessage, ordinal: number): Answer => {
  const { pathname, searchParams: query } = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  if (incoming.method !== 'GET' || !pathname.startsWith(`${base}/`)) return notFound;
  const path = pathname.slice(base.length);
  const fault = setting.fault?.({ ordinal, path, query });
  if (fault !== undefined) return { ...failure(fault.status, 'Made up'), ...fault };
  if (incoming.headers.authorization !== `Bearer ${setting.token}`) return failure(401, 'Unauthorized');
  const found = setting.hidden?.includes(path) === true ? undefined : route(setting, path, query);
  return found === undefined ? notFound : page(found, query, setting.pageSizeMax ?? 100);
};

const failure = (status: number, title: string): Answer => ({
  status,
  json: { errors: [{ status: String(status), title, detail: `${title}: made up` }] },
});
const notFound = failure(404, 'Not Found');

const route = ({ account: at, nowMs }: ScalrApiSetting, path: string, query: URLSearchParams): Found | undefined => {
  const account = at();
  const now = nowMs();
  const tokens = account.tokens.filter(
    ({ createdMs, deletedMs = Number.POSITIVE_INFINITY }) => createdMs <= now && now < deletedMs,
  );
  const pools = new Set(account.agentPools.map(({ id }) => id));
  switch (path) {
    case '/accounts':
      return { data: [{ type: 'accounts', id: account.id, attributes: accountAttributes(account) }] };
    case '/reports/access-tokens':
      return { data: tokens.filter(({ owner }) => !pools.has(owner)).map((token) => usage(token, account)) };
    case '/service-accounts':
      return { data: serviceAccounts(account, query.get('filter[email]')) };
    case '/agent-pools':
      return { data: account.agentPools.map(({ id, name }) => ({ type: 'agent-pools', id, attributes: { name } })) };
    case '/access-policies':
      return accessPolicies(account, query.get('filter[service-account]'));
    case '/integrations/aws-event-bridge':
      return { data: account.integrations.map(integration) };
    case '/runs':
      return { data: runs(account, query.get('filter[created-at]'), now) };
  }
  const [, kind, id] = /^\/(service-accounts|agent-pools)\/([^/]{1,100})\/access-tokens$/.exec(path) ?? [];
  if (kind === undefined || id === undefined) return undefined;
  const owner = kind === 'agent-pools' ? id : account.serviceAccounts.find((each) => each.id === id)?.email;
  const owned = tokens.filter((token) => token.owner === owner);
  return { data: owned.map((token) => accessToken(token, account)), included: creators(owned, account) };
};

const page = ({ data, included }: Found, query: URLSearchParams, sizeMax: number): Answer => {
  const size = Math.min(sizeMax, Number(query.get('page[size]') ?? 20));
  const number = Number(query.get('page[number]') ?? 1);
  const pages = Math.max(1, Math.ceil(data.length / size));
  const pagination = {
    'current-page': number,
    'page-size': size,
    'prev-page': number > 1 ? number - 1 : null,
    'next-page': number < pages ? number + 1 : null,
    'total-pages': pages,
    'total-count': data.length,
  };
  return {
    status: 200,
    json: {
      data: data.slice((number - 1) * size, number * size),
      ...(included !== undefined && { included }),
      meta: { pagination },
    },
  };
};

const iso = (atMs: number | undefined): string | null => (atMs === undefined ? null : isoSeconds(atMs));

const accountAttributes = ({ name, allowedAddresses }: MadeUpAccount) => ({ name, 'allowed-ips': allowedAddresses });

const dates = ({ createdMs, expiresMs, lastUsedMs }: ScalrToken) => ({
  'created-at': iso(createdMs),
  'expires-at': iso(expiresMs),
  'last-used-at': iso(lastUsedMs),
});

const usage = (token: ScalrToken, { people }: MadeUpAccount): Record => {
  const person = people.find(({ email }) => email === token.owner);
  const { name, description, owner, lastCharacters } = token;
  return {
    type: 'access-token-usages',
    id: `atu-${token.id}`,
    attributes: {
      name,
      description,
      ...dates(token),
      'last-characters': lastCharacters,
      'owner-email': owner,
      'owner-type': person === undefined ? 'service-account' : 'user',
      'owner-status': person?.status ?? 'Active',
    },
  };
};

const accessToken = (token: ScalrToken, { people }: MadeUpAccount): Record => {
  const { id, name, description, createdBy } = token;
  const creator = people.find(({ email }) => email === createdBy);
  return {
    type: 'access-tokens',
    id,
    attributes: { name, description, ...dates(token) },
    relationships: { 'created-by': { data: creator === undefined ? null : { type: 'users', id: creator.id } } },
  };
};

const creators = (tokens: readonly ScalrToken[], { people }: MadeUpAccount): readonly Record[] =>
  people
    .filter(({ email }) => tokens.some(({ createdBy }) => createdBy === email))
    .map(({ id, email, status }) => ({ type: 'users', id, attributes: { email, status } }));

const serviceAccounts = ({ serviceAccounts: all }: MadeUpAccount, wanted: string | null): readonly Record[] =>
  all
    .filter(({ email }) => wanted === null || email === wanted)
    .map(({ id, name, email }) => ({ type: 'service-accounts', id, attributes: { name, email, status: 'Active' } }));

const accessPolicies = ({ serviceAccounts: all }: MadeUpAccount, wanted: string | null): Found => {
  const roles = all.find(({ id }) => id === wanted)?.roles ?? [];
  const related = roles.map((name) => ({ type: 'roles', id: `role-${name}` }));
  return {
    data: [{ type: 'access-policies', id: 'ap-made-up', attributes: {}, relationships: { roles: { data: related } } }],
    included: roles.map((name) => ({ type: 'roles', id: `role-${name}`, attributes: { name } })),
  };
};

const integration = (
  { eventSource, status, problem }: MadeUpAccount['integrations'][number],
  position: number,
): Record => ({
  type: 'aws-event-bridge-integrations',
  id: `in-made-up-${position}`,
  attributes: { name: 'audit', 'event-source': eventSource, status, 'err-message': problem ?? null },
});

const runs = ({ runs: all }: MadeUpAccount, between: string | null, nowMs: number): readonly Record[] => {
  const [from = '', to = ''] = between?.replace(/^between:/, '').split(',') ?? [];
  const fromMs = from === '' ? 0 : Date.parse(from);
  const toMs = to === '' ? nowMs : Date.parse(to);
  return all
    .filter(({ createdMs }) => createdMs >= fromMs && createdMs <= toMs)
    .map(({ id, createdMs, source }) => ({ type: 'runs', id, attributes: { 'created-at': iso(createdMs), source } }));
};
