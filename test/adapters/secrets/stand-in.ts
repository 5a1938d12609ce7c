import { readFileSync } from 'node:fs';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSafeServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../../lib/app/ports.ts';

/** What the stand-ins of the secret stores share: a server on this machine, and a clock that passes only when told. */

export type Got = {
  readonly method: string;
  /** As it was sent, encoding and query included. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

export type Reply = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is; anything else as JSON. */
  readonly body?: unknown;
};

export type HandClock = Clock & { pass(ms: number): void };

export const handClock = (startMs = Date.parse('2026-03-14T02:10:00Z')): HandClock => {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
    pass: (ms) => {
      nowMs += ms;
    },
  };
};

const open = new Set<Server>();

/** For `afterEach`: no server outlives its test. */
export const closeStandIns = async (): Promise<void> => {
  for (const server of open) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  open.clear();
};

export type StandIn = { readonly url: string; readonly got: readonly Got[] };

const fixture = (name: string): URL => new URL(`../../fixtures/secrets/${name}`, import.meta.url);
/** The certificate of the https stand-ins, which no machine trusts by itself. */
export const authorityFile = fixture('authority.pem').pathname;

type Options = { readonly isHttps?: boolean };

export const standIn = async (
  answer: (got: Got) => Reply | Promise<Reply>,
  { isHttps = false }: Options = {},
): Promise<StandIn> => {
  const all: Got[] = [];
  const onRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url = '', headers } = request;
    const got = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
    all.push(got);
    const { status, headers: sent = {}, body } = await answer(got);
    response.writeHead(status, sent);
    response.end(typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body));
  };
  const certificate = () => ({ cert: readFileSync(fixture('authority.pem')), key: readFileSync(fixture('key.pem')) });
  const server = isHttps ? createSafeServer(certificate(), onRequest) : createServer(onRequest);
  open.add(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `${isHttps ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`, got: all };
};
