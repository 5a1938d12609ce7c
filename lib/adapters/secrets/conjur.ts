import * as z from 'zod/mini';
import { SecretError } from '../../app/ports.ts';
import type { Secret } from '../../config/secret.ts';
import { type SecretReference, secretReferenceText } from '../../config/secret-reference.ts';
import {
  type ConjurServer,
  type ConjurSession,
  type ConjurWorld,
  caVariables,
  conjurServer,
  conjurSession,
} from './conjur-login.ts';
import { type Answered, exchange, jsonIn } from './http.ts';
import { once } from './once.ts';
import type { SecretStore } from './secret-store.ts';
import { secretFrom, withoutLastBreak } from './secret-text.ts';

/**
 * Secrets from CyberArk Conjur, open source, Enterprise and Cloud, over its REST API. No client library: three
 * requests are all that is needed. A token that Conjur no longer takes is replaced once.
 */

export type ConjurReference = Extract<SecretReference, { readonly scheme: 'conjur' }>;

export const conjurSecrets = (world: ConjurWorld): SecretStore<ConjurReference> => {
  const open = once(() => openConjur(world));
  /** Asked with a token, and once more with a new one where that is refused. */
  const asked = async (path: string): Promise<Answered & Opened> => {
    const { server, session } = await open();
    const { token, isNew } = await session.token();
    const answer = await ask(server, path, token);
    if (answer.status !== 401 || isNew) return { ...answer, server, session };
    session.forget();
    return { ...(await ask(server, path, (await session.token()).token)), server, session };
  };

  return {
    read: async (reference) => {
      const { server } = await open();
      const account = encodeURIComponent(server.account);
      const answer = await asked(`secrets/${account}/variable/${encodeURIComponent(reference.variable)}`);
      if (answer.status !== 200) throw refusalOf(server, { reference, status: answer.status });
      const kept = {
        where: secretReferenceText(reference),
        advice: 'Write the token alone with "conjur variable set".',
      };
      return secretFrom(withoutLastBreak(answer.text), kept);
    },
    whoAmI: async () => {
      const { status, text, server } = await asked('whoami');
      const self = status === 200 ? Self.safeParse(jsonIn(text)).data : undefined;
      const name = self?.username ?? server.login;
      // A person's login is no path of a host; admin is the one that every Conjur begins with.
      const tooMuch =
        name === 'admin'
          ? 'It is the admin of Conjur: log in as a host that may execute this one variable.'
          : undefined;
      return { name, detail: `Account ${self?.account ?? server.account}, by ${server.method}.`, tooMuch };
    },
  };
};

type Opened = { readonly server: ConjurServer; readonly session: ConjurSession };

const openConjur = async (world: ConjurWorld): Promise<Opened> => {
  const server = await conjurServer(world);
  return { server, session: conjurSession(server, world) };
};

const Self = z.object({ account: z.string(), username: z.string() });

const ask = ({ who, address, ca }: ConjurServer, path: string, token: Secret): Promise<Answered> =>
  exchange({
    who,
    method: 'GET',
    url: `${address}/${path}`,
    headers: { authorization: `Token token="${token.reveal()}"` },
    ca,
    caVariables,
  });

type Refused = { readonly reference: ConjurReference; readonly status: number };

/** As Conjur's API reference lists them. */
const refusalOf = ({ who, login, account }: ConjurServer, { reference, status }: Refused): SecretError => {
  const where = secretReferenceText(reference);
  switch (status) {
    case 401:
      return new SecretError(
        'login',
        `${where}: ${who} no longer takes the token of ${login} (401). Check that the login still exists, that Conjur does not let it in from certain addresses only, and that the server's clock is right.`,
      );
    case 403:
      return new SecretError(
        'permission',
        `${where}: ${who} refuses it to ${login} (403). Permit it the privileges read and execute on the variable.`,
      );
    case 404:
      return new SecretError(
        'missing',
        `${where}: ${who} has no such variable in the account ${account}, or it has no value yet, or ${login} may not know of it (404). Check the id, set a value, and permit ${login} the privileges read and execute.`,
      );
    case 422:
      return new SecretError('missing', `${where}: ${who} does not take this id (422). Check how it is written.`);
  }
  if (status >= 300 && status < 400) {
    return new SecretError(
      'login',
      `${who} points elsewhere (${status}), where the token was not sent. Check CONJUR_APPLIANCE_URL.`,
    );
  }
  return new SecretError(
    'unavailable',
    `${where}: ${who} cannot answer just now (${status}). It is asked again later.`,
  );
};
