import { isTimely, signatureScope } from './signature.ts';
import { type Got, type HandClock, handClock, type Reply, type StandIn, standIn } from './stand-in.ts';

/** Conjur's REST API as far as variables are read through it, after CyberArk's API reference; tokens live eight minutes. */

export type ConjurStandIn = StandIn & {
  readonly clock: HandClock;
  readonly account: string;
  readonly login: string;
  apiKey: string;
  /** By id; a variable without a value is not there, as far as Conjur tells. */
  readonly variables: Map<string, string>;
  /** Whether the login may execute. */
  isPermitted: boolean;
  /** Answered to everything instead. */
  instead: Reply | undefined;
  /** Old servers answer the login in JSON, whatever was asked for. */
  isOld: boolean;
  /** Whose STS the server asks; '' stands for the global one, which belongs to us-east-1. */
  stsRegion: string;
  logins: number;
  /** Ends all tokens at once, as a restart with a new key does. */
  endTokens(): void;
};

const tokenLifeMs = 8 * 60 * 1_000;

/** `base` is where the API begins: '' for a server of one's own, `/api` in the cloud. */
export const conjurStandIn = async (
  base = '',
  options: { readonly isHttps?: boolean } = {},
): Promise<ConjurStandIn> => {
  const issued = new Map<string, number>();
  const conjur: ConjurStandIn = {
    ...(await standIn((got) => answer(conjur, issued, { ...got, url: got.url.slice(base.length) }), options)),
    clock: handClock(),
    account: 'acme',
    login: 'host/data/tokenwatch/123456789012/poller',
    apiKey: 'api-key-made-up',
    variables: new Map(),
    isPermitted: true,
    instead: undefined,
    isOld: false,
    stsRegion: '',
    logins: 0,
    endTokens: () => issued.clear(),
  };
  return conjur;
};

const answer = (conjur: ConjurStandIn, issued: Map<string, number>, { method, url, headers, body }: Got): Reply => {
  if (conjur.instead !== undefined) return conjur.instead;
  const account = encodeURIComponent(conjur.account);
  const login = encodeURIComponent(conjur.login);
  const authenticate = {
    apiKey: `/authn/${account}/${login}/authenticate`,
    iam: `/authn-iam/prod/${account}/${login}/authenticate`,
  };
  if (method === 'POST' && url === authenticate.apiKey) {
    return body === conjur.apiKey ? issue(conjur, issued, headers['accept-encoding']) : { status: 401 };
  }
  if (method === 'POST' && url === authenticate.iam) {
    return isOurRole(body, conjur) ? issue(conjur, issued, headers['accept-encoding']) : { status: 401 };
  }
  const token = /^Token token="([^"]+)"$/.exec(headers.authorization ?? '')?.[1] ?? '';
  const issuedAtMs = issued.get(token);
  if (issuedAtMs === undefined || conjur.clock.nowMs() >= issuedAtMs + tokenLifeMs) return { status: 401 };
  if (url === '/whoami')
    return { status: 200, body: { client_ip: '192.0.2.7', account: conjur.account, username: conjur.login } };
  const prefix = `/secrets/${account}/variable/`;
  // Slashes of an id must be encoded, or they would part the path.
  const id =
    url.startsWith(prefix) && !url.slice(prefix.length).includes('/')
      ? decodeURIComponent(url.slice(prefix.length))
      : '';
  const value = conjur.variables.get(id);
  if (value === undefined)
    return {
      status: 404,
      body: { error: { code: 'not_found', message: `CONJ00076E Variable ${id} is empty or not found.` } },
    };
  return conjur.isPermitted
    ? { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: value }
    : { status: 403 };
};

/** Conjur sends these headers to its STS; here their signature is checked instead. */
const isOurRole = (body: string, { clock, stsRegion }: ConjurStandIn): boolean => {
  const headers: Readonly<Record<string, string>> = JSON.parse(body);
  const query = 'Action=GetCallerIdentity&Version=2011-06-15';
  const scope = signatureScope({ method: 'GET', path: '/', query, headers, body: '' });
  if (scope === undefined || !isTimely(scope, clock.nowMs())) return false;
  const host = stsRegion === '' ? 'sts.amazonaws.com' : `sts.${stsRegion}.amazonaws.com`;
  return scope.service === 'sts' && scope.region === (stsRegion || 'us-east-1') && headers.host === host;
};

const issue = (conjur: ConjurStandIn, issued: Map<string, number>, encoding: unknown): Reply => {
  conjur.logins += 1;
  const json = JSON.stringify({ protected: 'e30=', payload: `cGF5bG9hZA${conjur.logins}=`, signature: 'c2ln' });
  const base64 = Buffer.from(json).toString('base64');
  issued.set(base64, conjur.clock.nowMs());
  return { status: 200, body: encoding === 'base64' && !conjur.isOld ? base64 : json };
};
