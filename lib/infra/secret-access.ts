import { ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import { type AwsSecretReference, policyArn, type SecretReference } from '../config/secret-reference.ts';
import type { MonitorFunction } from './monitor-function.ts';

/** What the secret stores need of the function that reads from them. */
export type SecretStores = {
  /** Where Vault or Conjur is, and as whom to log in. */
  readonly environment: Readonly<Record<string, string>>;
  /** ARNs of the keys under which secrets lie, where it is not AWS's own. */
  readonly secretKeys: readonly string[];
};

/**
 * Lets a function read one secret. Vault and Conjur decide for themselves whom they let in: they are told the function's
 * role, and need variables and no permission.
 */
export const letReadSecret = (user: MonitorFunction, reference: SecretReference, stores: SecretStores): void => {
  switch (reference.scheme) {
    case 'aws-sm':
      letReadAwsSecret(user, reference, stores.secretKeys);
      break;
    case 'vault':
    case 'conjur':
      setVariables(user, reference.scheme, stores.environment);
      break;
    case 'env':
    case 'file':
      throw new Error(`A function in AWS cannot read ${reference.scheme}: references.`);
  }
};

const letReadAwsSecret = (user: MonitorFunction, reference: AwsSecretReference, keys: readonly string[]): void => {
  const arn = secretArn(user, reference);
  user.allow(['secretsmanager:GetSecretValue'], arn);
  for (const key of keys) {
    const region = key.split(':')[3];
    user.allow(['kms:Decrypt'], key, {
      StringEquals: { 'kms:ViaService': `secretsmanager.${region}.${Aws.URL_SUFFIX}` },
      StringLike: { 'kms:EncryptionContext:SecretARN': arn },
    });
  }
};

/** AWS adds six random characters to the name of each secret. */
const secretArn = (user: MonitorFunction, { id }: AwsSecretReference): string =>
  id.startsWith('arn:')
    ? policyArn(id)
    : Stack.of(user).formatArn({
        service: 'secretsmanager',
        resource: 'secret',
        resourceName: `${id}-??????`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });

const prefixes = { vault: ['VAULT_', 'TOKENWATCH_VAULT_'], conjur: ['CONJUR_'] } as const;

const setVariables = (
  user: MonitorFunction,
  store: keyof typeof prefixes,
  environment: SecretStores['environment'],
): void => {
  for (const [name, value] of Object.entries(environment)) {
    if (!prefixes[store].some((prefix) => name.startsWith(prefix))) continue;
    user.function.addEnvironment(name, name === conjurLogin ? loginOf(user, value, environment) : value);
  }
};

const conjurLogin = 'CONJUR_AUTHN_LOGIN';

/**
 * Conjur lets an AWS role in only under a login that ends in its account and name, and every function has a role of its own:
 * what the settings say is where in Conjur's policy the hosts lie.
 */
const loginOf = ({ role }: MonitorFunction, place: string, environment: SecretStores['environment']): string =>
  environment.CONJUR_AUTHENTICATOR_ID === undefined
    ? place
    : `${place.replace(/\/+$/, '')}/${Aws.ACCOUNT_ID}/${role.roleName}`;
