import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pulumiCloud } from '../../../../lib/adapters/sources/pulumi/cloud.ts';
import { pulumiTransport } from '../../../../lib/adapters/sources/pulumi/transport.ts';
import type { Clock, SourceError } from '../../../../lib/app/ports.ts';
import { Secret } from '../../../../lib/config/secret.ts';

/** A real HTTP server on this machine that answers as a test says, and a clock that passes only by sleeping. */

export type Seen = {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** By the clock under test. */
  readonly atMs: number;
};

export type Reply = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes as they are; anything else as JSON. */
  readonly body?: unknown;
  /** Answers by hand instead. */
  readonly by?: (response: ServerResponse) => void;
};

export type Answering = (request: Seen, ordinal: number) => Reply;

/** The clock's first reading, and the server's in its `Date` header unless a test sets another. */
export const startMs = Date.parse('2026-03-14T02:10:00Z');
export const organizationToken = 'opaque-0123456789';

export const readToken = async () => new Secret(organizationToken);

export type TestClock = Clock & { readonly sleeps: readonly number[] };

export const virtualClock = (): TestClock => {
  const sleeps: number[] = [];
  let nowMs = startMs;
  return {
    sleeps,
    nowMs: () => nowMs,
    sleep: async (ms, signal) => {
      if (signal?.aborted) return;
      sleeps.push(ms);
      nowMs += ms;
    },
  };
};

const open = new Set<Server>();

/** For `afterEach`: no server outlives its test. */
export const closeServers = async (): Promise<void> => {
  for (const server of open) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  open.clear();
};

export const serve = async (answering: Answering, clock: Clock = virtualClock()) => {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const asked = { path: pathname, query: searchParams, headers: request.headers, atMs: clock.nowMs() };
    seen.push(asked);
    const { status = 200, headers = {}, body, by } = answering(asked, seen.length - 1);
    if (by !== undefined) return by(response);
    const date = new Date(clock.nowMs()).toUTCString();
    response.writeHead(status, { 'content-type': 'application/json', date, ...headers });
    response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body ?? {}));
  });
  open.add(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { baseUrl: `http://127.0.0.1:${port}`, seen };
};

/** The organization acme as its source sees it, behind a server that answers so. */
export const cloudOf = async (answering: Answering, { clock = virtualClock(), requestMsMax = 20_000 } = {}) => {
  const { baseUrl, seen } = await serve(answering, clock);
  return {
    cloud: pulumiCloud({ organization: 'acme', readToken, baseUrl, clock, requestMsMax }),
    seen,
    baseUrl,
    clock,
  };
};

/** A transport to a server that answers so; `ask` asks it for the same thing each time. */
export const transportTo = async (answering: Answering, { requestMsMax = 20_000 } = {}) => {
  const clock = virtualClock();
  const { baseUrl, seen } = await serve(answering, clock);
  const transport = pulumiTransport({ baseUrl, readToken, clock, fetch, requestMsMax });
  const ask = (signal?: AbortSignal) => transport({ path: '/api/user', what: 'the owner of the token', signal });
  return { ask, seen, clock, baseUrl };
};

/** The error that the answer leads to, when every request is answered so. */
export const errorOf = async (reply: Reply): Promise<SourceError> => {
  const { ask } = await transportTo(() => reply);
  return ask().then(
    () => {
      throw new Error('no error came');
    },
    (error: SourceError) => error,
  );
};

/** One record as the API writes it. */
export const record = (timestamp: number, description = 'Exported stack "acme/prod"') => ({
  timestamp,
  sourceIP: '192.0.2.7',
  event: 'stack-exported',
  description,
  user: { name: 'Alice', githubLogin: 'alice', avatarUrl: 'https://example.com/alice.png' },
  tokenID: '6f93fd86',
  tokenName: 'ci-deploy',
});

export const pageOf = (records: readonly unknown[], continuationToken?: string): Reply => ({
  body: { auditLogEvents: records, ...(continuationToken === undefined ? {} : { continuationToken }) },
});
