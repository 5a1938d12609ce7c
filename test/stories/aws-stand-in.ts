import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { echoesOf } from './guises.ts';

/**
 * All that the deployed functions ask, on one address of this machine: AWS (secrets, state, archive, topic, log group),
 * both vendors, Vault, Conjur and Slack. It believes everybody, keeps what it is given, and lets one of them refuse with
 * an answer that repeats the whole request: no real server is as careless with what it was sent.
 */

export type Service =
  | 'secrets-manager'
  | 'table'
  | 'archive'
  | 'topic'
  | 'log-group'
  | 'pulumi'
  | 'scalr'
  | 'vault'
  | 'conjur'
  | 'slack';

export type Cloud = {
  readonly url: string;
  /** Who answers with which status from now on; undefined: nobody. */
  refuse(refusing: { readonly service: Service; readonly status: number } | undefined): void;
  /** Bodies of all requests that are kept by somebody: the table's, the archive's, the topic's and Slack's. */
  readonly kept: readonly { readonly service: Service; readonly text: string }[];
  /** How often each was asked, refusals included. */
  readonly asked: ReadonlyMap<Service, number>;
  close(): Promise<void>;
};

/** What the services answer where all is well. */
export type Holdings = {
  /** By the id of the secret. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly vault: { readonly token: string; readonly secret: string };
  readonly conjur: { readonly token: string; readonly secret: (url: string) => string };
  readonly auditLogEvents: readonly object[];
  readonly logLines: readonly string[];
};

export const cloudStandIn = async (holdings: Holdings): Promise<Cloud> => {
  const kept: { readonly service: Service; readonly text: string }[] = [];
  const asked = new Map<Service, number>();
  const items = new Map<string, Item>();
  let refusing: { readonly service: Service; readonly status: number } | undefined;
  let refused = 0;
  let url = '';

  const answer = (request: IncomingMessage, body: string): Answer => {
    const service = serviceOf(request, body);
    asked.set(service, (asked.get(service) ?? 0) + 1);
    if (refusing?.service === service) {
      refused += 1;
      return refusal(request, body, { status: refusing.status, nth: refused });
    }
    if (keeping.has(service)) kept.push({ service, text: body });
    const path = request.url ?? '/';
    switch (service) {
      case 'secrets-manager':
        return json({ Name: 'kept', SecretString: holdings.secrets[JSON.parse(body).SecretId] });
      case 'table':
        return json(tableAnswer(items, operationOf(request), JSON.parse(body)));
      case 'log-group':
        return json({ events: linesOf(holdings.logLines) });
      case 'archive':
        return json({});
      case 'topic':
        return { status: 200, type: 'text/xml', body: published };
      case 'pulumi':
        return json(path.includes('/auditlogs') ? { auditLogEvents: holdings.auditLogEvents } : pulumiRest);
      case 'scalr':
        return json({ data: [], meta: { pagination: { 'next-page': null } } });
      case 'vault':
        return json(vaultAnswer(path, holdings.vault));
      case 'conjur':
        return {
          status: 200,
          type: 'text/plain',
          body: path.endsWith('/authenticate')
            ? Buffer.from(JSON.stringify({ payload: holdings.conjur.token })).toString('base64')
            : holdings.conjur.secret(url),
        };
      case 'slack':
        return { status: 200, type: 'text/html', body: 'ok' };
    }
  };

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { status, type, body } = answer(request, Buffer.concat(chunks).toString('utf8'));
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    refuse: (next) => {
      refusing = next;
    },
    kept,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

type Refusal = { readonly status: number; readonly nth: number };
type Answer = { readonly status: number; readonly type: string; readonly body: string };

const json = (value: unknown): Answer => ({ status: 200, type: 'application/json', body: JSON.stringify(value) });

const keeping: ReadonlySet<Service> = new Set<Service>(['table', 'archive', 'topic', 'slack']);

const operationOf = ({ headers }: IncomingMessage): string => String(headers['x-amz-target'] ?? '').split('.')[1] ?? '';

const serviceOf = (request: IncomingMessage, body: string): Service => {
  const target = String(request.headers['x-amz-target'] ?? '');
  const path = request.url ?? '/';
  if (target.startsWith('secretsmanager')) return 'secrets-manager';
  if (target.startsWith('DynamoDB')) return 'table';
  if (target.startsWith('Logs')) return target.endsWith('FilterLogEvents') ? 'log-group' : 'archive';
  if (body.startsWith('Action=Publish')) return 'topic';
  if (path.startsWith('/services/')) return 'slack';
  if (path.startsWith('/v1/')) return 'vault';
  if (path.startsWith('/api/iacp/')) return 'scalr';
  return path.startsWith('/api/') ? 'pulumi' : 'conjur';
};

/**
 * In the form of each service's errors, so that whatever reads messages out of them finds one. What may be secret comes first,
 * as only the beginning of a message is quoted, and in another encoding each time.
 */
const refusal = ({ url = '', headers }: IncomingMessage, body: string, { status, nth }: Refusal): Answer => {
  const isTelling = (name: string): boolean => /^(?:authorization|x-vault-token|x-amz-security-token)$/.test(name);
  const ofHeaders = Object.keys(headers)
    .toSorted((a, b) => Number(isTelling(b)) - Number(isTelling(a)))
    .map((name) => `${name}: ${headers[name]}`);
  const sent = body.startsWith('{') || body === '' ? [...ofHeaders, url, body] : [body, ...ofHeaders, url];
  const echoes = echoesOf(sent.map((each) => each.slice(0, 2_000)).join('\n'));
  const message = [...echoes.slice(nth % echoes.length), ...echoes].join('\n');
  return {
    status,
    type: 'application/json',
    body: JSON.stringify({
      __type: 'AccessDeniedException',
      code: status,
      message,
      Message: message,
      errors: [{ title: message, detail: message }],
      error: { code: 'refused', message },
    }),
  };
};

const pulumiRest = { githubLogin: 'tokenwatch', tokens: [], members: [], teams: [], organizations: [] };

const linesOf = (lines: readonly string[]): readonly object[] =>
  lines.map((message, nth) => ({
    eventId: `${nth}`,
    message,
    timestamp: Date.now() - 60_000,
    ingestionTime: Date.now() - 60_000,
  }));

const vaultAnswer = (path: string, { token, secret }: Holdings['vault']): object => {
  if (path.endsWith('/login')) return { auth: { client_token: token, lease_duration: 3_600, renewable: false } };
  if (path.includes('/mounts/')) return { data: { path: 'secret/', type: 'kv', options: { version: '2' } } };
  return { data: { data: { token: secret }, metadata: {} } };
};

const published =
  '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>';

type Item = Readonly<Record<string, { readonly S?: string }>>;
type Write = {
  readonly Put?: { readonly Item: Item };
  readonly Update?: {
    readonly Key: Item;
    readonly UpdateExpression: string;
    readonly ExpressionAttributeNames: Readonly<Record<string, string>>;
    readonly ExpressionAttributeValues: Item;
  };
  readonly Delete?: { readonly Key: Item };
};

const keyOf = ({ pk, sk }: Item): string => `${pk?.S}\n${sk?.S}`;

/** A table without conditions: one function at a time asks it. */
const tableAnswer = (items: Map<string, Item>, operation: string, asked: Record<string, never>): object => {
  switch (operation) {
    case 'GetItem':
      return { Item: items.get(keyOf(asked.Key ?? {})) };
    case 'BatchGetItem':
      return {
        Responses: Object.fromEntries(
          Object.entries((asked.RequestItems ?? {}) as Record<string, { readonly Keys: readonly Item[] }>).map(
            ([table, { Keys }]) => [table, Keys.flatMap((key) => items.get(keyOf(key)) ?? [])],
          ),
        ),
      };
    case 'Query': {
      const { ':pk': pk, ':from': from, ':to': to } = (asked.ExpressionAttributeValues ?? {}) as Item;
      const found = [...items.values()]
        .filter(
          (item) =>
            item.pk?.S === pk?.S && (item.sk?.S ?? '') >= (from?.S ?? '') && (item.sk?.S ?? '') <= (to?.S ?? ''),
        )
        .toSorted((a, b) => ((a.sk?.S ?? '') < (b.sk?.S ?? '') ? -1 : 1));
      return { Items: found };
    }
    case 'DeleteItem':
      items.delete(keyOf(asked.Key ?? {}));
      return {};
    default:
      for (const write of (asked.TransactItems ?? []) as readonly Write[]) written(items, write);
      return {};
  }
};

const written = (items: Map<string, Item>, { Put, Update, Delete }: Write): void => {
  if (Put !== undefined) items.set(keyOf(Put.Item), Put.Item);
  if (Delete !== undefined) items.delete(keyOf(Delete.Key));
  if (Update === undefined) return;
  const names = new Map(Object.entries(Update.ExpressionAttributeNames));
  const set = [...Update.UpdateExpression.matchAll(/(#\w+) = (:\w+)/g)].map(([, name = '', value = '']) => [
    names.get(name) ?? name,
    Update.ExpressionAttributeValues[value] ?? {},
  ]);
  const item = { ...Update.Key, ...items.get(keyOf(Update.Key)), ...Object.fromEntries(set) };
  items.set(keyOf(Update.Key), item);
};
