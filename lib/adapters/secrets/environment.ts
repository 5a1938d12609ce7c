import { SecretError } from '../../app/ports.ts';
import type { Secret } from '../../config/secret.ts';
import { type SecretReference, secretReferenceText } from '../../config/secret-reference.ts';
import type { Environment, SecretStore } from './secret-store.ts';
import { secretFrom } from './secret-text.ts';

/** Secrets from environment variables of our own process. */

type EnvironmentReference = Extract<SecretReference, { readonly scheme: 'env' }>;

export const environmentSecrets = (environment: Environment): SecretStore<EnvironmentReference> => ({
  read: async (reference) => environmentSecret(reference, environment),
  whoAmI: async () => undefined,
});

/** `what`: as it reads in the advice. Throws `SecretError`. */
export const environmentSecret = (
  reference: EnvironmentReference,
  environment: Environment,
  what = 'the secret that the settings mean',
): Secret => {
  const { name } = reference;
  const where = secretReferenceText(reference);
  const advice = `Put ${what} into ${name}.`;
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  if (value === undefined) {
    throw new SecretError('missing', `${where} is not there: the environment variable ${name} is not set. ${advice}`);
  }
  return secretFrom(value, { where, advice });
};

/** What may be wrong with a token that was refused. Not an error before: other servers may have other tokens. */
export const pulumiTokenHint = (token: Secret): string | undefined => {
  const value = token.reveal();
  if (value.startsWith('pul-')) return undefined;
  if (/^[0-9a-f]{40}$/i.test(value)) return 'It looks like a Pulumi token that lost its first four characters, pul-.';
  return 'Tokens of Pulumi Cloud begin with pul-, and this one does not.';
};
