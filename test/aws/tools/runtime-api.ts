import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The Lambda service as a function's process sees it: the runtime API of 2018-06-01, for one process and one invocation
 * at a time. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */

export type Outcome =
  | { readonly outcome: 'response'; readonly body: string }
  | { readonly outcome: 'error'; readonly errorType: string; readonly body: string }
  /** The deadline passed. The service ends the process then; so does whoever asked here. */
  | { readonly outcome: 'timeout' };

export type RuntimeApi = {
  /** `127.0.0.1:49152`, as AWS_LAMBDA_RUNTIME_API has it. */
  readonly host: string;
  /** Resolves when the process asks for its first event, and so has loaded its handler; rejects when loading failed. */
  readonly initialized: Promise<void>;
  readonly invoke: (event: unknown, timeoutMs: number) => Promise<Outcome>;
  readonly close: () => Promise<void>;
};

type Invocation = {
  readonly id: string;
  readonly body: string;
  readonly deadlineMs: number;
  readonly settle: (outcome: Outcome) => void;
};

const invocationPath = /^\/2018-06-01\/runtime\/invocation\/([\w-]{1,64})\/(response|error)$/;

/** `nowMs`: the time in which the process lives, for its deadlines. */
export const openRuntimeApi = async (functionArn: string, nowMs: () => number): Promise<RuntimeApi> => {
  let ordinal = 0;
  let asking: ServerResponse | undefined;
  let waiting: Invocation | undefined;
  let running: Invocation | undefined;
  const initialized = Promise.withResolvers<void>();
  initialized.promise.catch(() => {});

  const handOver = (): void => {
    if (asking === undefined || waiting === undefined) return;
    const { id, body, deadlineMs } = waiting;
    asking.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': id,
      'lambda-runtime-deadline-ms': String(deadlineMs),
      'lambda-runtime-invoked-function-arn': functionArn,
    });
    asking.end(body);
    running = waiting;
    asking = undefined;
    waiting = undefined;
  };

  const server = createServer(async (incoming, response) => {
    const path = incoming.url ?? '';
    const body = await textOf(incoming);
    if (path === '/2018-06-01/runtime/invocation/next') {
      asking = response;
      initialized.resolve();
      handOver();
      return;
    }
    if (path === '/2018-06-01/runtime/init/error') {
      initialized.reject(new Error(`the handler could not be loaded: ${body}`));
      response.writeHead(202).end('{"status":"OK"}');
      return;
    }
    const [, id, kind] = invocationPath.exec(path) ?? [];
    if (running === undefined || id !== running.id) {
      response.writeHead(400).end('{"errorMessage":"no such invocation","errorType":"InvalidRequestID"}');
      return;
    }
    const { settle } = running;
    running = undefined;
    response.writeHead(202).end('{"status":"OK"}');
    const errorType = String(incoming.headers['lambda-runtime-function-error-type'] ?? '');
    settle(kind === 'response' ? { outcome: 'response', body } : { outcome: 'error', errorType, body });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });

  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    initialized: initialized.promise,
    invoke: (event, timeoutMs) => {
      if (waiting !== undefined || running !== undefined) throw new RangeError('one invocation at a time');
      ordinal += 1;
      const id = `00000000-0000-4000-8000-${String(ordinal).padStart(12, '0')}`;
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      const timer = setTimeout(() => {
        waiting = undefined;
        running = undefined;
        resolve({ outcome: 'timeout' });
      }, timeoutMs);
      const settle = (outcome: Outcome): void => {
        clearTimeout(timer);
        resolve(outcome);
      };
      waiting = { id, body: JSON.stringify(event), deadlineMs: nowMs() + timeoutMs, settle };
      handOver();
      return promise;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const textOf = async (incoming: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};
