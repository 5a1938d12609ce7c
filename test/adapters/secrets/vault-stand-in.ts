import { isTimely, signatureScope } from './signature.ts';
import { type Got, type HandClock, handClock, type Reply, type StandIn, standIn } from './stand-in.ts';

/**
 * Vault's HTTP API as far as secrets are read through it, after HashiCorp's API documentation: key-value engines of both
 * versions, the three logins, renewal, and what sealed and standby servers answer.
 */

type VaultToken = {
  readonly policies: readonly string[];
  readonly displayName: string;
  readonly renewable: boolean;
  /** Undefined: never ends. */
  expiresAtMs: number | undefined;
  readonly maxAtMs: number;
};

export type VaultStandIn = StandIn & {
  readonly clock: HandClock;
  readonly tokens: Map<string, VaultToken>;
  /** By mount, with its slash. */
  readonly mounts: Map<string, { readonly type: string; readonly version?: '1' | '2' }>;
  /** By the path as a person writes it; undefined: the latest version was deleted. */
  readonly secrets: Map<string, Readonly<Record<string, unknown>> | undefined>;
  /** Whether what was deleted cannot be brought back. */
  isDestroyed: boolean;
  /** Tokens with this policy may read. */
  readPolicy: string;
  /** Whether tokens may ask which engine a path belongs to. */
  tellsMounts: boolean;
  /** Answered to everything instead. */
  instead: Reply | undefined;
  namespace: string | undefined;
  readonly appRole: { readonly roleId: string; secretId: string };
  readonly aws: { readonly role: string; serverId: string | undefined };
  leaseSeconds: number;
  maxLifeSeconds: number;
  renewable: boolean;
  logins: number;
};

export const vaultStandIn = async (options: { readonly isHttps?: boolean } = {}): Promise<VaultStandIn> => {
  const vault: VaultStandIn = {
    ...(await standIn((got) => answer(vault, got), options)),
    clock: handClock(),
    tokens: new Map([
      [
        'vault-token-of-alice',
        {
          policies: ['default', 'tokenwatch'],
          displayName: 'token-alice',
          renewable: false,
          expiresAtMs: undefined,
          maxAtMs: Number.POSITIVE_INFINITY,
        },
      ],
    ]),
    mounts: new Map([
      ['secret/', { type: 'kv', version: '2' }],
      ['old/', { type: 'kv', version: '1' }],
      ['team/kv/', { type: 'kv', version: '2' }],
      ['pki/', { type: 'pki' }],
    ]),
    secrets: new Map(),
    readPolicy: 'tokenwatch',
    tellsMounts: true,
    isDestroyed: false,
    instead: undefined,
    namespace: undefined,
    appRole: { roleId: 'role-id-made-up', secretId: 'secret-id-made-up' },
    aws: { role: 'tokenwatch-poller', serverId: undefined },
    leaseSeconds: 3_600,
    maxLifeSeconds: 86_400,
    renewable: true,
    logins: 0,
  };
  return vault;
};

const errors = (status: number, ...texts: readonly string[]): Reply => ({ status, body: { errors: texts } });
const denied = errors(403, 'permission denied');

const answer = (vault: VaultStandIn, { method, url, headers, body }: Got): Reply => {
  if (vault.instead !== undefined) return vault.instead;
  if (headers['x-vault-request'] !== 'true') return errors(412, "missing 'X-Vault-Request' header");
  if (headers['x-vault-namespace'] !== vault.namespace) return errors(403, 'permission denied');
  const path = url
    .replace(/^\/v1\//, '')
    .split('/')
    .map(decodeURIComponent)
    .join('/');
  if (method === 'POST' && path === 'auth/approle/login') return appRoleLogin(vault, JSON.parse(body));
  if (method === 'POST' && path === 'auth/aws/login') return awsLogin(vault, JSON.parse(body));
  const id = String(headers['x-vault-token'] ?? '');
  const token = vault.tokens.get(id);
  if (token === undefined || vault.clock.nowMs() >= (token.expiresAtMs ?? Number.POSITIVE_INFINITY)) return denied;
  if (method === 'POST' && path === 'auth/token/renew-self') return renewal(vault, id, token);
  if (method !== 'GET') return errors(405, 'unsupported operation');
  if (path === 'auth/token/lookup-self') return self(vault, token);
  return path.startsWith('sys/internal/ui/mounts/') ? mount(vault, path.slice(23)) : read(vault, path, token);
};

const appRoleLogin = (
  vault: VaultStandIn,
  given: { readonly role_id?: string; readonly secret_id?: string },
): Reply => {
  if (given.role_id !== vault.appRole.roleId) return errors(400, 'invalid role or secret ID');
  if (given.secret_id !== vault.appRole.secretId) return errors(400, 'invalid role or secret ID');
  return issue(vault, 'approle');
};

/** As Vault does it: the signed request is unpacked and sent on; here its signature is checked instead. */
const awsLogin = (vault: VaultStandIn, given: Readonly<Record<string, string>>): Reply => {
  const text = (name: string): string => Buffer.from(given[name] ?? '', 'base64').toString('utf8');
  if (given.role !== vault.aws.role) return errors(400, `entry for role ${given.role} not found`);
  if (given.iam_http_request_method !== 'POST') return errors(400, 'missing iam_http_request_method');
  const url = new URL(text('iam_request_url'));
  const headers: Readonly<Record<string, string>> = JSON.parse(text('iam_request_headers'));
  const scope = signatureScope({
    method: 'POST',
    path: url.pathname,
    query: '',
    headers,
    body: text('iam_request_body'),
  });
  const isStsRequest =
    text('iam_request_body') === 'Action=GetCallerIdentity&Version=2011-06-15' && scope?.service === 'sts';
  if (scope === undefined || !isTimely(scope, vault.clock.nowMs()) || !isStsRequest || headers.host !== url.host)
    return errors(400, 'error making upstream request');
  const { serverId } = vault.aws;
  const isSaid =
    headers['x-vault-aws-iam-server-id'] === serverId && scope.signedHeaders.includes('x-vault-aws-iam-server-id');
  if (serverId !== undefined && !isSaid) return errors(400, 'error validating X-Vault-AWS-IAM-Server-ID header');
  return issue(vault, 'aws-tokenwatch-poller');
};

const issue = (vault: VaultStandIn, displayName: string): Reply => {
  vault.logins += 1;
  const id = `vault-token-${vault.logins}`;
  const nowMs = vault.clock.nowMs();
  vault.tokens.set(id, {
    policies: ['default', 'tokenwatch'],
    displayName,
    renewable: vault.renewable,
    expiresAtMs: nowMs + vault.leaseSeconds * 1_000,
    maxAtMs: nowMs + vault.maxLifeSeconds * 1_000,
  });
  return auth(vault, id, vault.leaseSeconds);
};

const auth = (vault: VaultStandIn, id: string, seconds: number): Reply => ({
  status: 200,
  body: {
    request_id: 'r1',
    auth: {
      client_token: id,
      accessor: 'a1',
      policies: ['default', 'tokenwatch'],
      lease_duration: seconds,
      renewable: vault.renewable,
    },
  },
});

const renewal = (vault: VaultStandIn, id: string, token: VaultToken): Reply => {
  if (!token.renewable) return errors(400, 'lease is not renewable');
  const nowMs = vault.clock.nowMs();
  token.expiresAtMs = Math.min(nowMs + vault.leaseSeconds * 1_000, token.maxAtMs);
  return auth(vault, id, Math.floor((token.expiresAtMs - nowMs) / 1_000));
};

const self = (vault: VaultStandIn, { displayName, policies, renewable, expiresAtMs }: VaultToken): Reply => {
  const ttl = expiresAtMs === undefined ? 0 : Math.floor((expiresAtMs - vault.clock.nowMs()) / 1_000);
  return { status: 200, body: { data: { display_name: displayName, policies, ttl, renewable } } };
};

const mountOf = (vault: VaultStandIn, path: string) => [...vault.mounts].find(([mounted]) => path.startsWith(mounted));

const mount = (vault: VaultStandIn, path: string): Reply => {
  const found = vault.tellsMounts ? mountOf(vault, path) : undefined;
  if (found === undefined) {
    return errors(
      403,
      `preflight capability check returned 403, please ensure client's policies grant access to path "${path}/"`,
    );
  }
  const [mounted, { type, version }] = found;
  return { status: 200, body: { data: { path: mounted, type, options: version === undefined ? null : { version } } } };
};

const read = (vault: VaultStandIn, path: string, { policies }: VaultToken): Reply => {
  if (!policies.includes(vault.readPolicy) && !policies.includes('root')) return denied;
  const [mounted, { version } = {}] = mountOf(vault, path) ?? [''];
  const rest = path.slice(mounted.length);
  if (version === '2' && !rest.startsWith('data/')) {
    return { status: 404, body: { errors: [], warnings: ['Invalid path for a versioned K/V secrets engine.'] } };
  }
  const asWritten = version === '2' ? mounted + rest.slice('data/'.length) : path;
  if (!vault.secrets.has(asWritten)) return errors(404);
  const fields = vault.secrets.get(asWritten);
  if (version !== '2') return { status: 200, body: { lease_duration: 2_764_800, data: fields } };
  const isDeleted = fields === undefined && !vault.isDestroyed;
  const metadata = {
    version: 3,
    destroyed: fields === undefined && vault.isDestroyed,
    deletion_time: isDeleted ? '2026-03-13T00:00:00Z' : '',
  };
  return { status: fields === undefined ? 404 : 200, body: { data: { data: fields ?? null, metadata } } };
};
