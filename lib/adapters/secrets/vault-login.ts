import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { type Clock, SecretError } from '../../app/ports.ts';
import { Secret } from '../../config/secret.ts';
import { msPerSecond } from '../../core/time.ts';
import { globalSts, type ReadAwsCredentials, regionalSts, signIdentityRequest } from './aws-identity.ts';
import { oneAtATime } from './once.ts';
import { type Environment, given } from './secret-store.ts';
import { secretFrom, withoutLastBreak } from './secret-text.ts';
import { askVault, type VaultAnswer, type VaultServer } from './vault-server.ts';

/**
 * A token of Vault's that works: from an AWS role, from an AppRole, or as somebody put it there. It is renewed, or a new
 * one fetched, when two thirds of its life are over, so that no question is asked with one that ends on the way.
 */

export type VaultSession = {
  /** How we log in, as it reads in a sentence: `the AppRole at auth/approle`. */
  readonly method: string;
  /** `isNew`: fetched for this question, so that another would be refused just the same. Throws `SecretError`. */
  token(): Promise<{ readonly token: Secret; readonly isNew: boolean }>;
  /** The token was refused: the next one is fetched anew. */
  forget(): void;
};

export type VaultWorld = {
  readonly environment: Environment;
  readonly clock: Clock;
  readonly credentials: ReadAwsCredentials;
};

type Held = {
  readonly token: Secret;
  readonly isRenewable: boolean;
  readonly renewAtMs: number;
  readonly expiresAtMs: number;
  /** As it was when it was fetched; a renewal that gives much less is near the token's last end. */
  readonly lifeMs: number;
};

/** Vault's own agent renews at two thirds, too. */
const renewShare = 2 / 3;

export const vaultSession = (server: VaultServer, world: VaultWorld): VaultSession => {
  const { clock } = world;
  const { method, logIn } = loginOf(server, world);
  const turn = oneAtATime();
  let held: Held | undefined;

  const next = async (nowMs: number): Promise<Held> => {
    const renewed = held?.isRenewable && nowMs < held.expiresAtMs ? await renew(server, held, nowMs) : undefined;
    return renewed ?? heldFrom(await logIn(), nowMs);
  };
  /** While Vault can neither renew nor log in, the old token serves to its end. */
  const current = async (): Promise<Held> => {
    const nowMs = clock.nowMs();
    if (held !== undefined && nowMs < held.renewAtMs) return held;
    try {
      return await next(nowMs);
    } catch (error) {
      const isAway = error instanceof SecretError && error.failure === 'unavailable';
      if (isAway && held !== undefined && nowMs < held.expiresAtMs) return held;
      throw error;
    }
  };

  return {
    method,
    token: () =>
      turn(async () => {
        const before = held;
        held = await current();
        return { token: held.token, isNew: held !== before };
      }),
    forget: () => {
      held = undefined;
    },
  };
};

type Lease = { readonly token: Secret; readonly isRenewable: boolean; readonly leaseMs: number | undefined };

/** A token without a lease, such as a root token, never ends. */
const heldFrom = ({ token, isRenewable, leaseMs = Number.POSITIVE_INFINITY }: Lease, nowMs: number): Held => ({
  token,
  isRenewable,
  lifeMs: leaseMs,
  renewAtMs: nowMs + leaseMs * renewShare,
  expiresAtMs: nowMs + leaseMs,
});

/** Undefined where a new login is better: Vault refuses, or gives so little more that the token nears its last end. */
const renew = async (server: VaultServer, held: Held, nowMs: number): Promise<Held | undefined> => {
  const question = { method: 'POST', path: 'auth/token/renew-self', body: {} } as const;
  const lease = leaseIn(await askVault(server, { ...question, token: held.token.reveal() }));
  const renewed = lease === undefined ? undefined : heldFrom(lease, nowMs);
  return renewed === undefined || renewed.lifeMs * 2 < held.lifeMs ? undefined : { ...renewed, lifeMs: held.lifeMs };
};

const Login = z.object({
  auth: z.object({
    client_token: z.string().check(z.minLength(1)),
    lease_duration: z.number(),
    renewable: z.boolean(),
  }),
});

const leaseIn = ({ status, body }: VaultAnswer): Lease | undefined => {
  const { data } = Login.safeParse(body);
  if (status !== 200 || data === undefined) return undefined;
  const { client_token: token, lease_duration: seconds, renewable } = data.auth;
  return { token: new Secret(token), isRenewable: renewable, leaseMs: seconds > 0 ? seconds * msPerSecond : undefined };
};

type LoginMethod = { readonly method: string; readonly logIn: () => Promise<Lease> };

/** An explicit login comes before a token, which a person's shell may hold for other work. Throws `SecretError`. */
const loginOf = (server: VaultServer, world: VaultWorld): LoginMethod => {
  const { environment } = world;
  const awsRole = given(environment, 'VAULT_AWS_ROLE');
  if (awsRole !== undefined) return awsLogin(server, world, awsRole);
  const roleId = given(environment, 'VAULT_ROLE_ID');
  if (roleId !== undefined) return appRoleLogin(server, environment, roleId);
  return givenToken(server, environment);
};

const mountIn = (environment: Environment, variable: string, usual: string): string => {
  const mount = (given(environment, variable) ?? usual).replace(/^\/+|\/+$/g, '').replace(/^auth\//, '');
  return mount.split('/').map(encodeURIComponent).join('/');
};

const appRoleLogin = (server: VaultServer, environment: Environment, roleId: string): LoginMethod => {
  const path = `auth/${mountIn(environment, 'VAULT_APPROLE_PATH', 'approle')}`;
  const method = `the AppRole at ${path}`;
  return {
    method,
    logIn: async () => {
      const secretId = await secretIdIn(environment);
      const body = { role_id: roleId, ...(secretId !== undefined && { secret_id: secretId.reveal() }) };
      return loggedIn(server, await askVault(server, { method: 'POST', path: `${path}/login`, body }), {
        method,
        advice:
          'Check VAULT_ROLE_ID and VAULT_SECRET_ID: a secret id may be used up, expired, or bound to other addresses.',
      });
    },
  };
};

/** Absent where the role asks for none. A file is read at each login, so that a new secret id is seen. */
const secretIdIn = async (environment: Environment): Promise<Secret | undefined> => {
  const path = given(environment, 'VAULT_SECRET_ID_FILE');
  const text = path === undefined ? given(environment, 'VAULT_SECRET_ID') : await textAt(path, 'VAULT_SECRET_ID_FILE');
  return text === undefined
    ? undefined
    : secretFrom(text, { where: 'The secret id of the AppRole', advice: 'Make a new one with "vault write -f".' });
};

const textAt = async (path: string, variable: string): Promise<string> =>
  withoutLastBreak(
    await readFile(path, 'utf8').catch(({ code }: NodeJS.ErrnoException) => {
      throw new SecretError('login', `${variable} names a file that cannot be read (${code}): ${path}`);
    }),
  );

const awsLogin = (server: VaultServer, world: VaultWorld, role: string): LoginMethod => {
  const { environment, credentials, clock } = world;
  const path = `auth/${mountIn(environment, 'VAULT_AWS_PATH', 'aws')}`;
  const method = `the AWS role that ${path} knows as ${role}`;
  const serverId = given(environment, 'VAULT_AWS_SERVER_ID');
  const region = given(environment, 'VAULT_AWS_STS_REGION');
  return {
    method,
    logIn: async () => {
      const signed = await signIdentityRequest({
        method: 'POST',
        ...(region === undefined ? globalSts : regionalSts(region)),
        headers: serverId === undefined ? {} : { 'x-vault-aws-iam-server-id': serverId },
        credentials: await credentials(),
        nowMs: clock.nowMs(),
      });
      const body = {
        role,
        iam_http_request_method: signed.method,
        iam_request_url: base64(signed.url),
        iam_request_body: base64(signed.body),
        iam_request_headers: base64(JSON.stringify(signed.headers)),
      };
      return loggedIn(server, await askVault(server, { method: 'POST', path: `${path}/login`, body }), {
        method,
        advice: `Check that "vault read ${path}/role/${role}" is bound to our role's ARN, that VAULT_AWS_SERVER_ID is the server's iam_server_id_header_value, and that VAULT_AWS_STS_REGION is the region of its sts_endpoint.`,
      });
    },
  };
};

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

const loggedIn = (
  { who, namespace }: VaultServer,
  answer: VaultAnswer,
  { method, advice }: { readonly method: string; readonly advice: string },
): Lease => {
  const lease = leaseIn(answer);
  if (lease !== undefined) return lease;
  const place = namespace === undefined ? '' : ` in the namespace ${namespace}`;
  throw new SecretError('login', `${who} refused the login of ${method}${place} (${answer.status}). ${advice}`);
};

const Lookup = z.object({ data: z.object({ ttl: z.number(), renewable: z.nullish(z.boolean()) }) });

/** From VAULT_TOKEN, else from where `vault login` or an agent puts it; read again whenever a new one is needed. */
const givenToken = (server: VaultServer, environment: Environment): LoginMethod => {
  const home = given(environment, 'HOME') ?? given(environment, 'USERPROFILE');
  const file = home === undefined ? undefined : join(home, '.vault-token');
  const method = given(environment, 'VAULT_TOKEN') === undefined ? 'the token in ~/.vault-token' : 'VAULT_TOKEN';
  return {
    method,
    logIn: async () => {
      const text = given(environment, 'VAULT_TOKEN') ?? (await tokenAt(file));
      const advice = 'Run "vault login" again, or let tokenwatch log in as an AppRole or an AWS role.';
      const token = secretFrom(text, { where: method, advice });
      const question = { method: 'GET', path: 'auth/token/lookup-self' } as const;
      const { status, body } = await askVault(server, { ...question, token: token.reveal() });
      // A policy may forbid even this question; then its end is unknown, and reading tells.
      const { ttl = 0, renewable = false } = (status === 200 ? Lookup.safeParse(body).data?.data : undefined) ?? {};
      return { token, isRenewable: renewable === true, leaseMs: ttl > 0 ? ttl * msPerSecond : undefined };
    },
  };
};

const tokenAt = async (file: string | undefined): Promise<string> => {
  const text = file === undefined ? '' : await readFile(file, 'utf8').catch(() => '');
  if (text.trim() !== '') return text.trim();
  throw new SecretError(
    'login',
    'Nothing says how to log in to Vault. Set VAULT_AWS_ROLE, or VAULT_ROLE_ID with VAULT_SECRET_ID, or VAULT_TOKEN, or run "vault login".',
  );
};
