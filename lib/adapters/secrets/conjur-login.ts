import { type Clock, SecretError } from '../../app/ports.ts';
import { Secret } from '../../config/secret.ts';
import { msPerMinute } from '../../core/time.ts';
import { globalSts, type ReadAwsCredentials, regionalSts, signIdentityRequest } from './aws-identity.ts';
import { addressText, certificatesOf, exchange, serverAddress } from './http.ts';
import { oneAtATime } from './once.ts';
import { type Environment, given } from './secret-store.ts';
import { secretFrom } from './secret-text.ts';

/**
 * Where Conjur is, who we are there, and a token that works. Conjur's tokens live eight minutes and cannot be renewed, so
 * a new one is fetched after five, as Conjur's own clients do. The settings are the variables of those clients.
 */

export type ConjurWorld = {
  readonly environment: Environment;
  readonly clock: Clock;
  readonly credentials: ReadAwsCredentials;
};

export type ConjurServer = {
  /** `Conjur at https://conjur.example.com` */
  readonly who: string;
  readonly address: string;
  readonly account: string;
  readonly login: string;
  /** How we log in, as it reads in a sentence. */
  readonly method: string;
  readonly ca: string | undefined;
  /** The id of the authn-iam authenticator; undefined: by API key. */
  readonly iamService: string | undefined;
};

export type ConjurSession = {
  /** `isNew`: fetched for this question, so that another would be refused just the same. Throws `SecretError`. */
  token(): Promise<{ readonly token: Secret; readonly isNew: boolean }>;
  /** The token was refused: the next one is fetched anew. */
  forget(): void;
};

const urlVariable = 'CONJUR_APPLIANCE_URL';
export const caVariables = { text: 'CONJUR_SSL_CERTIFICATE', file: 'CONJUR_CERT_FILE' } as const;
/** Conjur Cloud, whatever the tenant. */
const cloudHost = /\.secretsmgr\.cyberark\.cloud$/;

/** Throws `SecretError`. */
export const conjurServer = async ({ environment }: ConjurWorld): Promise<ConjurServer> => {
  const url = serverAddress(environment, urlVariable, 'https://conjur.example.com');
  const isCloud = cloudHost.test(url.hostname);
  // The cloud's API lies below /api, which its console's address does not say.
  if (isCloud && url.pathname === '/') url.pathname = '/api';
  const address = addressText(url);
  const iamService = given(environment, 'CONJUR_AUTHENTICATOR_ID')?.replace(/^authn-iam\//, '');
  if (iamService?.includes('/')) {
    throw new SecretError(
      'login',
      'CONJUR_AUTHENTICATOR_ID names an authenticator that tokenwatch does not know: write authn-iam/ID, or leave it out to log in with CONJUR_AUTHN_API_KEY.',
    );
  }
  return {
    who: `Conjur at ${address}`,
    address,
    account: isCloud
      ? (given(environment, 'CONJUR_ACCOUNT') ?? 'conjur')
      : needed(environment, 'CONJUR_ACCOUNT', 'the organization account'),
    login: needed(environment, 'CONJUR_AUTHN_LOGIN', 'a login, such as host/data/tokenwatch'),
    method: iamService === undefined ? 'API key' : `authn-iam/${iamService}`,
    ca: await certificatesOf(environment, caVariables),
    iamService,
  };
};

const needed = (environment: Environment, variable: string, what: string): string => {
  const value = given(environment, variable);
  if (value !== undefined) return value;
  throw new SecretError('login', `${variable} is not set: Conjur needs it. Set it to ${what}.`);
};

/** Of the eight: three are left for slow answers and clocks that differ. */
const tokenLifeMs = 5 * msPerMinute;

export const conjurSession = (server: ConjurServer, world: ConjurWorld): ConjurSession => {
  const turn = oneAtATime();
  let held: { readonly token: Secret; readonly fetchedAtMs: number } | undefined;
  return {
    token: () =>
      turn(async () => {
        const nowMs = world.clock.nowMs();
        if (held !== undefined && Math.abs(nowMs - held.fetchedAtMs) < tokenLifeMs)
          return { token: held.token, isNew: false };
        // A clock that is set back must not keep a token longer than it lives.
        held = { token: await logIn(server, world), fetchedAtMs: nowMs };
        return { token: held.token, isNew: true };
      }),
    forget: () => {
      held = undefined;
    },
  };
};

const logIn = async (server: ConjurServer, world: ConjurWorld): Promise<Secret> => {
  const { who, address, account, login, iamService, ca } = server;
  const authenticator = iamService === undefined ? 'authn' : `authn-iam/${encodeURIComponent(iamService)}`;
  const { status, text } = await exchange({
    who,
    method: 'POST',
    url: `${address}/${authenticator}/${encodeURIComponent(account)}/${encodeURIComponent(login)}/authenticate`,
    // Asks for the token in base64, as it is then sent; older servers answer JSON all the same.
    headers: { 'accept-encoding': 'base64', 'content-type': 'text/plain' },
    body: iamService === undefined ? apiKeyIn(world.environment) : await proofOf(world),
    ca,
    caVariables,
  });
  if (status === 200) return tokenIn(server, text);
  if (status >= 500 || status === 429) {
    throw new SecretError('unavailable', `${who} cannot answer just now (${status}). It is asked again later.`);
  }
  throw new SecretError(
    'login',
    `${who} refused the login of ${login} by ${server.method} (${status}). ${adviceOf(server)}`,
  );
};

const adviceOf = ({ iamService, login }: ConjurServer): string =>
  iamService === undefined
    ? 'Check CONJUR_ACCOUNT, CONJUR_AUTHN_LOGIN (a host begins with host/) and CONJUR_AUTHN_API_KEY; "conjur host rotate-api-key" makes a new key.'
    : `Check that ${login} ends in /AWS-ACCOUNT/ROLE-NAME of the role that runs tokenwatch, that conjur/authn-iam/${iamService} is enabled, that the login may authenticate with it, and that CONJUR_AWS_STS_REGION is not set where Conjur asks the global STS.`;

const apiKeyIn = (environment: Environment): string =>
  secretFrom(
    needed(environment, 'CONJUR_AUTHN_API_KEY', 'the API key of the login, or CONJUR_AUTHENTICATOR_ID for an AWS role'),
    {
      where: 'CONJUR_AUTHN_API_KEY',
      advice: 'Write the API key alone.',
    },
  ).reveal();

/**
 * Conjur sends the request on itself, so only its signed headers are handed over. Older servers send it to the global STS
 * whatever they say; newer ones to the host that they name, which a server without a way to us-east-1 needs.
 */
const proofOf = async ({ environment, credentials, clock }: ConjurWorld): Promise<string> => {
  const region = given(environment, 'CONJUR_AWS_STS_REGION');
  const signed = await signIdentityRequest({
    method: 'GET',
    ...(region === undefined ? globalSts : regionalSts(region)),
    credentials: await credentials(),
    nowMs: clock.nowMs(),
  });
  return JSON.stringify(signed.headers);
};

const tokenIn = ({ who }: ConjurServer, text: string): Secret => {
  const token = text.trimStart().startsWith('{') ? Buffer.from(text.trim(), 'utf8').toString('base64') : text.trim();
  if (/^[A-Za-z0-9+/_-]{1,16384}={0,2}$/.test(token)) return new Secret(token);
  throw new SecretError('unavailable', `${who} gave no token that can be sent. Check CONJUR_APPLIANCE_URL.`);
};
