import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { msPerSecond } from '../core/time.ts';
import type { Organization, TokenOwner } from './cast.ts';
import { type Listing, listEvents, type Quirks } from './pulumi-audit-log.ts';
import * as directory from './pulumi-directory.ts';
import { eventTypeCatalogue, type PulumiEvent } from './pulumi-event.ts';

/**
 * Pulumi Cloud's HTTP API in front of a made-up log, on this machine only and at a time of the caller's choosing:
 * an event shows once it has happened and been indexed, a token as it stood then. `behaviour` makes it misbehave in the
 * ways that the real one is known, or feared, to.
 */

export type SeenRequest = {
  /** 1 for the first request since the start. */
  readonly ordinal: number;
  readonly path: string;
  readonly query: URLSearchParams;
};

export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly message: string; readonly retryAfter?: string }
  /** As an edge in front of the API answers: no JSON. */
  | { readonly kind: 'plain-text'; readonly status: number; readonly text: string }
  /** The connection breaks in the middle of an honest answer. */
  | { readonly kind: 'truncated' }
  /** Audit log only: no events, and a token with which the next request goes on as if nothing had been. */
  | { readonly kind: 'empty-page' }
  /** An honest answer once the promise resolves. */
  | { readonly kind: 'slow'; readonly until: Promise<unknown> };

export type Behaviour = Partial<Quirks> & {
  /** What goes wrong with this request; undefined for nothing. */
  readonly fault?: (request: SeenRequest) => Fault | undefined;
  /** How long after it happened an event shows. */
  readonly latenessMs?: (event: PulumiEvent) => number;
};

export type PulumiApi = {
  /** `http://127.0.0.1:49152` */
  readonly url: string;
  /** How many requests were answered so far. */
  readonly requests: () => number;
  readonly close: () => Promise<void>;
};

type Setting = {
  readonly organization: Organization;
  /** Oldest first; may reach into the future. */
  readonly log: readonly PulumiEvent[];
  readonly nowMs: () => number;
  /** The only token that is let in. It is the first admin's own. */
  readonly token: string;
  readonly behaviour?: Behaviour;
};

type Answer =
  | { readonly status: number; readonly json: unknown; readonly retryAfter?: string }
  | { readonly status: number; readonly text: string };

/** Two to five seconds, as a log store that takes a moment; the same for the same second. */
const usualLatenessMs = ({ timestamp }: PulumiEvent): number => (2 + (timestamp % 4)) * msPerSecond;

export const createPulumiApi = async (setting: Setting): Promise<PulumiApi> => {
  const { behaviour = {} } = setting;
  let requests = 0;
  const server = createServer((incoming, response) => {
    requests += 1;
    response.setHeader('x-pulumi-request-id', `made-up-${requests}`);
    // The time of this world, so that a client that compares clocks finds them agreeing.
    response.setHeader('date', new Date(setting.nowMs()).toUTCString());
    answer(incoming, response, requests).catch((error: unknown) => response.destroy(toError(error)));
  });

  const answer = async (incoming: IncomingMessage, response: ServerResponse, ordinal: number): Promise<void> => {
    const { pathname: path, searchParams: query } = new URL(incoming.url ?? '/', 'http://127.0.0.1');
    const request = { ordinal, path, query };
    const fault = behaviour.fault?.(request);
    if (fault?.kind === 'status') {
      const { status, message, retryAfter } = fault;
      return send(incoming, response, { ...failure(status, message), ...(retryAfter !== undefined && { retryAfter }) });
    }
    if (fault?.kind === 'plain-text') return send(incoming, response, fault);
    if (fault?.kind === 'slow') await fault.until;
    const honest = route(setting, incoming, request, { isEmptyPage: fault?.kind === 'empty-page' });
    send(incoming, response, honest, { isTruncated: fault?.kind === 'truncated' });
  };

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

const route = (
  setting: Setting,
  incoming: IncomingMessage,
  { path, query }: SeenRequest,
  { isEmptyPage }: { readonly isEmptyPage: boolean },
): Answer => {
  if (incoming.method !== 'GET') return { status: 405, text: 'Method Not Allowed\n' };
  if (!path.startsWith('/api/')) return notFound;
  if (path === '/api/capabilities') return ok(directory.capabilities);
  if (incoming.headers.authorization !== `token ${setting.token}`) {
    return failure(401, 'Unauthorized: No credentials provided or are invalid.');
  }
  const { organization, log, nowMs } = setting;
  const at = { organization, log, nowMs: nowMs() };
  if (path === '/api/user') return ok(directory.caller(at));
  if (path === '/api/user/tokens') {
    return tokens(at, { kind: 'person', login: directory.callingPerson(organization).user.githubLogin }, query);
  }
  const [, name, below] = /^\/api\/orgs\/([^/]{1,100})\/(.{1,200})$/.exec(path) ?? [];
  if (name === undefined || below === undefined) return notFound;
  if (name !== organization.name) return failure(404, `Organization '${name}' not found`);
  switch (below) {
    case 'metadata':
      return ok(directory.metadata(at));
    case 'teams':
      return ok(directory.teams(at));
    case 'tokens':
      return tokens(at, { kind: 'organization' }, query);
    case 'auditlogs/event-types':
      return ok({ eventTypes: eventTypeCatalogue });
    case 'auditlogs':
      return auditLog(setting, at.nowMs, { version: 1, query, isEmptyPage });
    case 'auditlogs/v2':
      return auditLog(setting, at.nowMs, { version: 2, query, isEmptyPage });
  }
  const team = organization.teams.find((candidate) => below === `teams/${candidate.name}/tokens`);
  return team === undefined ? notFound : tokens(at, { kind: 'team', team: team.name }, query);
};

const auditLog = ({ organization, log, behaviour = {} }: Setting, nowMs: number, listing: Listing): Answer => {
  const latenessMs = behaviour.latenessMs ?? usualLatenessMs;
  const visible = log.filter((event) => event.timestamp * msPerSecond + latenessMs(event) <= nowMs);
  const logins = new Set(organization.people.map(({ user }) => user.githubLogin)).add(organization.name);
  const page = listEvents(visible, listing, { logins, quirks: behaviour });
  return 'refusal' in page ? failure(page.status, page.refusal) : ok(page);
};

const tokens = (at: directory.Moment, owner: TokenOwner, query: URLSearchParams): Answer => {
  const page = directory.tokens(at, owner, query);
  return 'refusal' in page ? failure(400, page.refusal) : ok(page);
};

const ok = (json: unknown): Answer => ({ status: 200, json });
const failure = (code: number, message: string) => ({ status: code, json: { code, message } });
/** The router's own, in front of the API. */
const notFound: Answer = { status: 404, text: '404 page not found\n' };

const send = (
  incoming: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  { isTruncated }: { readonly isTruncated: boolean } = { isTruncated: false },
): void => {
  const isText = 'text' in answer;
  const plain = Buffer.from(isText ? answer.text : JSON.stringify(answer.json));
  const isZipped = /\bgzip\b/.test(incoming.headers['accept-encoding'] ?? '');
  const body = isZipped ? gzipSync(plain) : plain;
  response.writeHead(answer.status, {
    'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json',
    'content-length': body.length,
    ...(isZipped && { 'content-encoding': 'gzip' }),
    ...(!isText && answer.retryAfter !== undefined && { 'retry-after': answer.retryAfter }),
  });
  if (!isTruncated) {
    response.end(body);
    return;
  }
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
};

const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
