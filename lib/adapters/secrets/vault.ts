import * as z from 'zod/mini';
import { SecretError } from '../../app/ports.ts';
import type { Secret } from '../../config/secret.ts';
import { secretReferenceText, type VaultReference } from '../../config/secret-reference.ts';
import { durationWords } from './duration-words.ts';
import { once } from './once.ts';
import type { Identity, SecretStore } from './secret-store.ts';
import { fieldFrom } from './secret-text.ts';
import { type VaultSession, type VaultWorld, vaultSession } from './vault-login.ts';
import { askVault, type VaultAnswer, type VaultServer, vaultServer } from './vault-server.ts';

/**
 * Secrets from Vault's key-value engines, version 1 and 2. Which of them a path belongs to is asked of Vault as its own
 * command line does; where a policy forbids that question, both ways of reading are tried. A refusal may mean that the
 * token ended early: then a new one is fetched and the question asked once more.
 */

export const vaultSecrets = (world: VaultWorld): SecretStore<VaultReference> => {
  const open = once(() => openVault(world));

  return {
    read: async (reference) => {
      const { server, session } = await open();
      const { token, isNew } = await session.token();
      const found = await find(server, token, reference);
      if (!('refusal' in found)) return found.secret;
      if (isNew || found.refusal.failure !== 'permission') throw found.refusal;
      session.forget();
      const again = await find(server, (await session.token()).token, reference);
      if ('refusal' in again) throw again.refusal;
      return again.secret;
    },
    whoAmI: async () => {
      const { server, session } = await open();
      const { token } = await session.token();
      return identityOf(token, { server, session });
    },
  };
};

type Opened = { readonly server: VaultServer; readonly session: VaultSession };

const openVault = async (world: VaultWorld): Promise<Opened> => {
  const server = await vaultServer(world.environment);
  return { server, session: vaultSession(server, world) };
};

type Found = { readonly secret: Secret } | { readonly refusal: SecretError };

/** Where a secret may be, and in which form. */
type Place = { readonly apiPath: string; readonly version: 1 | 2 };

const find = async (server: VaultServer, token: Secret, reference: VaultReference): Promise<Found> => {
  const places = await placesOf(server, token, reference);
  const answers: VaultAnswer[] = [];
  for (const { apiPath, version } of places) {
    const answer = await askVault(server, { method: 'GET', path: encoded(apiPath), token: token.reveal() });
    const fields = answer.status === 200 ? fieldsIn(answer.body, version) : undefined;
    if (fields !== undefined) return { secret: fieldFrom(fields, reference.field, keptIn(reference)) };
    answers.push(answer);
  }
  return { refusal: refusalOf(server, { reference, places, answers }) };
};

const keptIn = (reference: VaultReference) => ({
  where: secretReferenceText(reference),
  advice: 'Write the token alone with "vault kv patch".',
});

const encoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

const Mount = z.object({
  data: z.object({
    path: z.string().check(z.minLength(1)),
    type: z.string(),
    options: z.nullish(z.object({ version: z.nullish(z.string()) })),
  }),
});

const placesOf = async (server: VaultServer, token: Secret, reference: VaultReference): Promise<readonly Place[]> => {
  const { path } = reference;
  const question = { method: 'GET', path: `sys/internal/ui/mounts/${encoded(path)}` } as const;
  const { status, body } = await askVault(server, { ...question, token: token.reveal() });
  const mount = status === 200 ? Mount.safeParse(body).data?.data : undefined;
  const firstPart = `${path.slice(0, path.indexOf('/'))}/`;
  if (mount === undefined || !path.startsWith(mount.path))
    return [inVersion2(path, firstPart), { apiPath: path, version: 1 }];
  if (mount.type !== 'kv' && mount.type !== 'generic') {
    throw new SecretError(
      'missing',
      `${secretReferenceText(reference)}: ${mount.path} holds no key-value secrets. Write the path of one after vault:.`,
    );
  }
  return [mount.options?.version === '2' ? inVersion2(path, mount.path) : { apiPath: path, version: 1 }];
};

const inVersion2 = (path: string, mount: string): Place => ({
  apiPath: `${mount}data/${path.slice(mount.length)}`,
  version: 2,
});

const Versioned = z.object({ data: z.object({ data: z.record(z.string(), z.unknown()), metadata: z.unknown() }) });
const Plain = z.object({ data: z.record(z.string(), z.unknown()) });

const fieldsIn = (body: unknown, version: 1 | 2): object | undefined =>
  version === 2 ? Versioned.safeParse(body).data?.data.data : Plain.safeParse(body).data?.data;

/** A deleted version answers 404 with its metadata and no data. */
const Deleted = z.object({
  data: z.object({ metadata: z.object({ deletion_time: z.string(), destroyed: z.boolean() }) }),
});

type Refused = {
  readonly reference: VaultReference;
  readonly places: readonly Place[];
  readonly answers: readonly VaultAnswer[];
};

const refusalOf = ({ who, namespace }: VaultServer, { reference, places, answers }: Refused): SecretError => {
  const where = secretReferenceText(reference);
  const place = namespace === undefined ? '' : ` in the namespace ${namespace}`;
  if (answers.some(({ status }) => status === 403)) {
    const policies = places
      .map(({ apiPath }) => `path "${apiPath}" { capabilities = ["read"] }`)
      .join(' or, for the other version of the engine, ');
    return new SecretError(
      'permission',
      `${where}: ${who} refuses it${place}: the token has ended or may not read it. Give its policy ${policies}`,
    );
  }
  const deleted = answers.map(({ body }) => Deleted.safeParse(body).data).find((answer) => answer !== undefined);
  if (deleted?.data.metadata.destroyed) {
    return new SecretError(
      'missing',
      `${where}: its latest version was destroyed, which nothing brings back. Write a new one with "vault kv put".`,
    );
  }
  if (deleted !== undefined) {
    return new SecretError(
      'missing',
      `${where}: its latest version was deleted. Bring it back with "vault kv undelete", or write a new one.`,
    );
  }
  const refused = answers.find(({ status }) => status !== 404 && status !== 200)?.status;
  if (refused !== undefined) {
    return new SecretError(
      'missing',
      `${where}: ${who} does not take the question${place} (${refused}). Check the mount, the path and VAULT_NAMESPACE.`,
    );
  }
  const hint = /^[^/]+\/data\//.test(reference.path) ? ' Leave out data/: it belongs to the API, not to the path.' : '';
  return new SecretError(
    'missing',
    `${where}: ${who} has no such secret${place}. Check the mount and the path.${hint}`,
  );
};

const Self = z.object({
  data: z.object({
    display_name: z.string(),
    policies: z.nullish(z.array(z.string())),
    identity_policies: z.nullish(z.array(z.string())),
    ttl: z.nullish(z.number()),
  }),
});

const identityOf = async (token: Secret, { server, session }: Opened): Promise<Identity> => {
  const question = { method: 'GET', path: 'auth/token/lookup-self' } as const;
  const { status, body } = await askVault(server, { ...question, token: token.reveal() });
  const self = status === 200 ? Self.safeParse(body).data?.data : undefined;
  if (self === undefined)
    return { name: session.method, detail: 'It may not ask Vault who it is.', tooMuch: undefined };
  const policies = [...(self.policies ?? []), ...(self.identity_policies ?? [])];
  const life = self.ttl ? `it ends in ${durationWords(self.ttl)} unless renewed` : 'it never ends';
  return {
    name: `${self.display_name}, by ${session.method}`,
    detail: `Its policies: ${policies.join(', ') || 'none'}; ${life}.`,
    tooMuch: policies.includes('root')
      ? 'It is a root token, which may do everything: log in as an AppRole or an AWS role whose policy reads this one secret.'
      : undefined,
  };
};
