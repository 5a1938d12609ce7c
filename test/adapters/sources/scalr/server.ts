import type { FilterLogEvents } from '../../../../lib/adapters/sources/cloudwatch-logs.ts';
import { scalrSource } from '../../../../lib/adapters/sources/scalr/scalr.ts';
import { scalrTransport } from '../../../../lib/adapters/sources/scalr/transport.ts';
import { Secret } from '../../../../lib/config/secret.ts';
import type { MadeUpAccount } from '../../../../lib/simulator/scalr-account.ts';
import { madeUpAccount } from '../../../../lib/simulator/scalr-account.ts';
import { createScalrApi, type ScalrApi, type ScalrApiSetting } from '../../../../lib/simulator/scalr-api.ts';
import { type Answering, serve, startMs, virtualClock } from '../pulumi/server.ts';

/** The made-up account, behind its API on this machine or behind a server that answers as a test says. */

const part = (json: unknown): string => Buffer.from(JSON.stringify(json)).toString('base64url');

/** Ends as the monitor's own token of the made-up account does, in seventy days. */
export const monitorToken = `${part({ alg: 'none' })}.${part({ exp: startMs / 1_000 + 70 * 86_400 })}.made-up-Mon170`;

export const readToken = async () => new Secret(monitorToken);

/** A transport to a server that answers so; `ask` asks it for the same thing each time. */
export const transportTo = async (answering: Answering, { requestMsMax = 20_000 } = {}) => {
  const clock = virtualClock();
  const { baseUrl, seen } = await serve(answering, clock);
  const transport = scalrTransport({ baseUrl, readToken, clock, fetch, requestMsMax });
  const ask = (signal?: AbortSignal) => transport({ path: '/accounts', what: 'the account acme', signal });
  return { ask, transport, seen, clock, baseUrl };
};

const open: ScalrApi[] = [];

/** For `afterEach`. */
export const closeApis = async (): Promise<void> => {
  for (const api of open.splice(0)) await api.close();
};

const emptyGroup: FilterLogEvents = async () => ({ events: [] });

export type AcmeOptions = Partial<Pick<ScalrApiSetting, 'hidden' | 'fault' | 'pageSizeMax'>> & {
  readonly change?: (account: MadeUpAccount) => MadeUpAccount;
  readonly logs?: FilterLogEvents;
  readonly token?: string;
};

/** The account acme as its source sees it. */
export const acme = async ({
  change = (account) => account,
  logs = emptyGroup,
  token,
  ...behaviour
}: AcmeOptions = {}) => {
  const clock = virtualClock();
  const account = () => change(madeUpAccount(startMs));
  const api = await createScalrApi({ account, nowMs: clock.nowMs, token: monitorToken, ...behaviour });
  open.push(api);
  const source = scalrSource({
    account: 'acme',
    readToken: async () => new Secret(token ?? monitorToken),
    baseUrl: api.url,
    logGroup: '/tokenwatch/scalr/acme',
    logs,
    clock,
  });
  return { source, api, clock };
};
