import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The way to the emulated AWS: everything passes here, so that a test can count calls, and let one of them never come
 * back, as when a process dies in the middle.
 *
 * It also says that the caller came over TLS, which a terminator in front of AWS would: policies that refuse plain HTTP
 * are in force, and the emulator's own TLS would need certificates in every client.
 */

export type Call = {
  /** As signed for: `dynamodb`, `logs`, `sns`. */
  readonly service: string;
  /** `TransactWriteItems`, `Publish`; of services that speak REST the method and path. */
  readonly action: string;
  /** Of whoever signed; the emulator makes one for each role of a function. */
  readonly accessKey: string;
  readonly body: string;
  /** 0 until there is an answer. */
  readonly status: number;
  readonly answer: string;
};

export type Gateway = {
  readonly url: string;
  readonly port: number;
  /** Since the last `forget`, in order of arrival. */
  readonly calls: () => readonly Call[];
  readonly forget: () => void;
  /** Looks at each call before it is passed on; what it does not let pass gets no answer at all. */
  readonly watch: (passes: ((call: Call) => boolean) | undefined) => void;
  /** Breaks every connection off, as a network that is down does, and lets them through again. */
  readonly cut: (isCut: boolean) => void;
  readonly close: () => Promise<void>;
};

/** Bodies beyond it (assets on their way to S3) are passed on but not kept. */
const keptCharsMax = 2_000_000;

export const openGateway = async (targetPort: number): Promise<Gateway> => {
  let calls: Call[] = [];
  let passes: ((call: Call) => boolean) | undefined;
  let isCut = false;

  const server = createServer(async (incoming, response) => {
    try {
      const body = await bodyOf(incoming);
      const call = { ...callOf(incoming, body), status: 0, answer: '' };
      const at = calls.push(call) - 1;
      const kept = calls;
      if (isCut) {
        response.destroy();
        return;
      }
      if (passes?.(call) === false) return;
      const answered = await passOn(incoming, body, { response, targetPort });
      kept[at] = { ...call, ...answered };
    } catch (error) {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    calls: () => calls,
    forget: () => {
      calls = [];
    },
    watch: (watching) => {
      passes = watching;
    },
    cut: (cutting) => {
      isCut = cutting;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const bodyOf = async (incoming: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const callOf = (incoming: IncomingMessage, body: Buffer): Pick<Call, 'service' | 'action' | 'accessKey' | 'body'> => {
  const [, accessKey = '', service = ''] =
    /Credential=([^/,]+)\/[^/]+\/[^/]+\/([^/]+)/.exec(incoming.headers.authorization ?? '') ?? [];
  const text = body.length <= keptCharsMax ? body.toString('utf8') : '';
  const target = incoming.headers['x-amz-target'];
  const action =
    typeof target === 'string'
      ? (target.split('.').at(-1) ?? target)
      : (/(?:^|&)Action=(\w+)/.exec(text)?.[1] ?? `${incoming.method} ${incoming.url}`);
  return { service, action, accessKey, body: text };
};

const passOn = (
  incoming: IncomingMessage,
  body: Buffer,
  { response, targetPort }: { readonly response: ServerResponse; readonly targetPort: number },
): Promise<Pick<Call, 'status' | 'answer'>> =>
  new Promise((resolve, reject) => {
    const onward = request(
      {
        host: '127.0.0.1',
        port: targetPort,
        method: incoming.method,
        path: incoming.url,
        // The host as it was signed. The length is known now, whatever the encoding was.
        headers: { ...withoutLength(incoming.headers), 'content-length': body.length, 'x-forwarded-proto': 'https' },
      },
      async (answer) => {
        try {
          const text = await bodyOf(answer);
          response.writeHead(answer.statusCode ?? 502, withoutLength(answer.headers));
          response.end(text);
          const status = answer.statusCode ?? 502;
          resolve({ status, answer: text.length <= keptCharsMax ? text.toString('utf8') : '' });
        } catch (error) {
          reject(error);
        }
      },
    );
    onward.once('error', reject);
    onward.end(body);
  });

const withoutLength = <T extends Record<string, unknown>>(headers: T): T => {
  const { 'content-length': _, 'transfer-encoding': __, connection: ___, ...rest } = headers;
  return rest as T;
};
