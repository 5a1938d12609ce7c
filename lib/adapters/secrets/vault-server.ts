import { SecretError } from '../../app/ports.ts';
import { addressText, certificatesOf, exchange, jsonIn, serverAddress } from './http.ts';
import { type Environment, given } from './secret-store.ts';

/**
 * Questions to HashiCorp Vault, or OpenBao, over its HTTP API. No client library: none is kept by HashiCorp for Node, and
 * six plain requests are all that is needed. What every request may meet is handled here: namespaces, authorities of
 * one's own, sealed servers, standbys, and redirects, which are followed only to where the operator lets a token go.
 */

export type VaultServer = {
  /** `Vault at https://vault.example.com:8200` */
  readonly who: string;
  readonly address: string;
  readonly namespace: string | undefined;
  readonly ca: string | undefined;
  /** Where else tokens may go, besides the address. */
  readonly redirectOrigins: ReadonlySet<string>;
};

export type VaultQuestion = {
  readonly method: 'GET' | 'POST';
  /** After `/v1/`, each part encoded. */
  readonly path: string;
  readonly token?: string;
  readonly body?: unknown;
};

export type VaultAnswer = { readonly status: number; readonly body: unknown };

const addressVariable = 'VAULT_ADDR';
/** As Vault's own clients call them, of which the text comes first, too. */
const caVariables = { text: 'VAULT_CACERT_BYTES', file: 'VAULT_CACERT' } as const;
const redirectsVariable = 'TOKENWATCH_VAULT_REDIRECTS';

/** Throws `SecretError`. */
export const vaultServer = async (environment: Environment): Promise<VaultServer> => {
  const address = addressText(serverAddress(environment, addressVariable, 'https://vault.example.com:8200'));
  const redirects = given(environment, redirectsVariable)?.split(/[\s,]+/) ?? [];
  return {
    who: `Vault at ${address}`,
    address,
    namespace: given(environment, 'VAULT_NAMESPACE'),
    ca: await certificatesOf(environment, caVariables),
    redirectOrigins: new Set([new URL(address).origin, ...redirects.flatMap(originOf)]),
  };
};

const originOf = (text: string): readonly string[] => {
  if (!URL.canParse(text) || new URL(text).protocol !== 'https:') {
    throw new SecretError(
      'login',
      `${redirectsVariable} must list addresses such as https://vault-1.example.com:8200.`,
    );
  }
  return [new URL(text).origin];
};

/** A standby points to the active server, and a load balancer may do so before it; more is a circle. */
const redirectsMax = 2;

/** Answers 200 to 404 are the caller's to understand. Throws `SecretError` for the rest. */
export const askVault = async (server: VaultServer, question: VaultQuestion): Promise<VaultAnswer> => {
  let url = `${server.address}/v1/${question.path}`;
  for (let redirects = 0; ; redirects += 1) {
    const { status, headers, text } = await exchange({ ...requestOf(server, question), url });
    if (status < 300 || status >= 400) return understood(server, { status, body: jsonIn(text) });
    url = targetOf(server, { from: url, location: headers.location });
    if (redirects === redirectsMax) throw misled(server, 'keeps pointing elsewhere');
  }
};

const requestOf = ({ who, namespace, ca }: VaultServer, { method, token, body }: VaultQuestion) => ({
  who,
  method,
  ca,
  caVariables,
  headers: {
    // Vault Agent and proxies with their own guard against forged requests insist on it.
    'x-vault-request': 'true',
    ...(namespace !== undefined && { 'x-vault-namespace': namespace }),
    ...(token !== undefined && { 'x-vault-token': token }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  },
  ...(body !== undefined && { body: JSON.stringify(body) }),
});

type Pointer = { readonly from: string; readonly location: string | undefined };

/** A request carries a token or what earns one, so it goes only to origins that the operator named. */
const targetOf = (server: VaultServer, { from, location }: Pointer): string => {
  if (location === undefined || !URL.canParse(location, from)) throw misled(server, 'points nowhere');
  const { origin, href } = new URL(location, from);
  if (server.redirectOrigins.has(origin)) return href;
  throw new SecretError(
    'login',
    `${server.who} is a standby or a proxy and points to ${origin}, where the token was not sent. Set ${addressVariable} to the active server or a load balancer, or list that address in ${redirectsVariable}.`,
  );
};

const misled = ({ who }: VaultServer, what: string): SecretError =>
  new SecretError('unavailable', `${who} ${what}. Check ${addressVariable}.`);

const understood = (server: VaultServer, answer: VaultAnswer): VaultAnswer => {
  const { status, body } = answer;
  const fail = (what: string): SecretError => new SecretError('unavailable', `${server.who} ${what}`);
  if (status === 503 && saysSealed(body)) throw fail('is sealed: somebody must unseal it. It is asked again later.');
  if (status === 501) throw fail('is not initialized (501).');
  if (status === 472) throw fail('is a disaster-recovery standby (472), which gives no secrets: name the primary.');
  if (status === 473) throw fail('is a performance standby (473) that could not pass the request on.');
  if (status === 429) throw fail('is a standby or slows us down (429). It is asked again later.');
  if (status === 412) throw fail('has not caught up with its primary yet (412). It is asked again later.');
  if (status >= 500) throw fail(`cannot answer just now (${status}). It is asked again later.`);
  if (status > 404) throw fail(`gave an answer that tokenwatch does not know (${status}). Check ${addressVariable}.`);
  return answer;
};

const saysSealed = (body: unknown): boolean => /\bsealed\b/i.test(JSON.stringify(body ?? ''));
