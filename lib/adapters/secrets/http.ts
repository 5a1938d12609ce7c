import { readFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, type IncomingMessage, request as requestPlainly } from 'node:http';
import { request as requestSafely } from 'node:https';
import { SecretError } from '../../app/ports.ts';
import { isLoopback } from '../../config/base-url.ts';
import { msPerSecond } from '../../core/time.ts';
import { type Environment, given } from './secret-store.ts';

/**
 * One HTTP request to a secret store. Node's own client rather than `fetch`, because a certificate authority of one's own
 * can be named for one request here and only for the whole process there. It follows no redirect: whoever is pointed
 * elsewhere must decide whether a token may go there. What fails is told in words alone, without the error itself, whose
 * fields hold the request.
 */

export type Asked = {
  /** As it begins a sentence: `Vault at https://vault.example.com`. */
  readonly who: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** In PEM; undefined: the authorities that Node trusts. */
  readonly ca?: string | undefined;
  /** Which variables say an authority, for the advice. */
  readonly caVariables?: AuthorityVariables;
  readonly msMax?: number;
};

export type Answered = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string };

/** A store on the way to being asked every few minutes; who waits longer waits for a person. */
const msMaxDefault = 10 * msPerSecond;
/** Vault's and Conjur's own limits for one secret are below it. */
const answerBytesMax = 1024 * 1024;

/** Throws `SecretError` where no whole answer comes. */
export const exchange = async (asked: Asked): Promise<Answered> => {
  const { msMax = msMaxDefault } = asked;
  const limit = AbortSignal.timeout(msMax);
  try {
    const response = await answerTo(asked, limit);
    const text = await textOf(response);
    return { status: response.statusCode ?? 0, headers: response.headers, text };
  } catch (error) {
    if (error instanceof SecretError) throw error;
    throw unreachable(asked, limit.aborted ? `no whole answer within ${msMax / msPerSecond} s` : reasonOf(error));
  }
};

const answerTo = ({ method, url, headers, body, ca }: Asked, signal: AbortSignal): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? requestSafely : requestPlainly;
    const length = { 'content-length': String(Buffer.byteLength(body ?? '')) };
    request(
      url,
      {
        method,
        headers: { accept: '*/*', ...(method === 'POST' && length), ...headers },
        signal,
        ...(ca !== undefined && { ca }),
      },
      resolve,
    )
      .on('error', reject)
      .end(body);
  });

const textOf = async (response: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.length;
    if (size > answerBytesMax) throw new RangeError('too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

/** `ECONNREFUSED` and the like. The text of an error may quote headers, its code cannot. */
export const codeOf = (error: unknown): string | undefined => {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : undefined;
};

const reasonOf = (error: unknown): string =>
  error instanceof RangeError
    ? `its answer exceeds ${answerBytesMax / 1024} KiB`
    : (codeOf(error) ?? 'the connection failed');

const unreachable = ({ who, caVariables }: Asked, reason: string): SecretError => {
  const isCertificate = /CERT|SIGNED|ISSUER/.test(reason) && caVariables !== undefined;
  const advice = isCertificate
    ? `If it has a certificate of your own authority, name the authority's file in ${caVariables.file}, or put its text into ${caVariables.text}.`
    : 'Check its address, the network and any firewall.';
  return new SecretError('unavailable', `${who} could not be asked: ${reason}. ${advice}`);
};

/** JSON or undefined. Never the error of the parser, which quotes what it read. */
export const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Without a slash at its end. Throws `SecretError` where a secret would go there unencrypted, or it is no address. */
export const serverAddress = (environment: Environment, variable: string, example: string): URL => {
  const text = given(environment, variable);
  const advice = `Set ${variable} to its address, such as ${example}.`;
  const fail = (what: string): SecretError => new SecretError('login', `${variable} ${what}. ${advice}`);
  if (text === undefined) throw fail('is not set: nothing says where the secret store is');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw fail('is no address of a server');
  if (url.username !== '' || url.password !== '') throw fail('holds a user or a password');
  if (url.search !== '' || url.hash !== '') throw fail('has a query or a fragment');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) throw fail('would send secrets unencrypted');
  url.pathname = url.pathname.replace(/\/+$/, '');
  return url;
};

/** The address as requests begin with it. */
export const addressText = ({ origin, pathname }: URL): string => origin + pathname.replace(/\/+$/, '');

export type AuthorityVariables = {
  /** Holds the certificates. */
  readonly text: string;
  /** Names a file that does. */
  readonly file: string;
};

/** Certificates in PEM, as a text before those in a file; undefined where neither is set. Throws `SecretError`. */
export const certificatesOf = async (
  environment: Environment,
  variables: AuthorityVariables,
): Promise<string | undefined> => {
  const inlined = given(environment, variables.text);
  if (inlined !== undefined) return certificatesIn(inlined, variables.text);
  const path = given(environment, variables.file);
  if (path === undefined) return undefined;
  const text = await readFile(path, 'utf8').catch(({ code }: NodeJS.ErrnoException) => {
    throw new SecretError('login', `${variables.file} names a file that cannot be read (${code}): ${path}`);
  });
  return certificatesIn(text, variables.file);
};

const certificatesIn = (text: string, variable: string): string => {
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new SecretError('login', `${variable} gives no certificate in PEM (-----BEGIN CERTIFICATE-----).`);
};
