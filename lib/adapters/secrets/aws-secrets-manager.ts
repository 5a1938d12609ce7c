import type { GetSecretValueCommandOutput, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SecretError } from '../../app/ports.ts';
import type { Secret } from '../../config/secret.ts';
import { type AwsSecretReference, policyArn, secretReferenceText } from '../../config/secret-reference.ts';
import { msPerSecond } from '../../core/time.ts';
import { type AwsCaller, callerArn } from './aws-identity.ts';
import { codeOf, jsonIn } from './http.ts';
import { type Environment, given, type SecretStore } from './secret-store.ts';
import { fieldFrom, namesIn, secretFrom, withoutLastBreak } from './secret-text.ts';

/**
 * Secrets from AWS Secrets Manager: the whole text of a secret or one field of its JSON, in the version that a staging
 * label names. AWS's client is loaded with the first secret, since most starts need none. Its errors are told in our
 * words, by their names alone: their texts and their `$response` are AWS's.
 */

export type SecretsManagerCaller = AwsCaller & { readonly msMax?: number };

export const awsSecretsManager = (caller: SecretsManagerCaller): SecretStore<AwsSecretReference> => {
  const clients = new Map<string, Promise<SecretsManagerClient>>();
  /** A whole ARN says its region, which wins: no other region has that secret. */
  const clientFor = (id: string): Promise<SecretsManagerClient> => {
    const region = arnParts(id)?.region ?? regionIn(caller.environment);
    const known = clients.get(region ?? '');
    if (known !== undefined) return known;
    const client = newClient(caller, region);
    clients.set(region ?? '', client);
    return client;
  };

  return {
    read: async (reference) => {
      const { id, stage = 'AWSCURRENT' } = reference;
      const client = await clientFor(id);
      const { GetSecretValueCommand } = await import('./aws-packages.ts');
      try {
        return secretIn(await client.send(new GetSecretValueCommand({ SecretId: id, VersionStage: stage })), reference);
      } catch (error) {
        throw error instanceof SecretError ? error : await refusalOf(error, { reference, client });
      }
    },
    whoAmI: async () => {
      const name = await callerArn(caller);
      const tooMuch = name.endsWith(':root')
        ? 'It is the root user of the AWS account: use a role that may read this one secret.'
        : undefined;
      return { name, detail: undefined, tooMuch };
    },
  };
};

/** As long as any other store is waited for. The client tries three times. */
const msMaxDefault = 10 * msPerSecond;

const regionIn = (environment: Environment): string | undefined =>
  given(environment, 'AWS_REGION') ?? given(environment, 'AWS_DEFAULT_REGION');

const newClient = async (
  { environment, credentials, msMax = msMaxDefault }: SecretsManagerCaller,
  region: string | undefined,
): Promise<SecretsManagerClient> => {
  const { SecretsManagerClient } = await import('./aws-packages.ts');
  const endpoint = given(environment, 'AWS_ENDPOINT_URL_SECRETS_MANAGER') ?? given(environment, 'AWS_ENDPOINT_URL');
  return new SecretsManagerClient({
    credentials: async () => {
      const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
      return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
    },
    // Without one, the client looks into the shared configuration file.
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    // Without the last, AWS's client only warns that it waits too long, and waits on.
    requestHandler: { connectionTimeout: 5 * msPerSecond, requestTimeout: msMax, throwOnRequestTimeout: true },
  });
};

const secretIn = ({ SecretString: text }: GetSecretValueCommandOutput, reference: AwsSecretReference): Secret => {
  const where = secretReferenceText(reference);
  const advice = `Store the token alone, or as JSON with #field, with "aws secretsmanager put-secret-value".`;
  if (text === undefined) {
    throw new SecretError('unusable', `${where} is binary: tokens are text. ${advice}`);
  }
  const json = jsonIn(text);
  const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
  const { field } = reference;
  if (field === undefined) {
    if (!isObject) return secretFrom(withoutLastBreak(text), { where, advice });
    throw new SecretError(
      'missing',
      `${where} is JSON: write which field of it is the token after #. ${namesIn(json)}`,
    );
  }
  if (isObject) return fieldFrom(json, field, { where, advice });
  throw new SecretError(
    'missing',
    `${where}: the secret is there, but is no JSON object. Leave out #${field} to take it whole.`,
  );
};

type Refused = { readonly reference: AwsSecretReference; readonly client: SecretsManagerClient };

/** Names of errors as AWS documents them for `GetSecretValue`, and those common to all its services. */
const refusalOf = async (thrown: unknown, { reference, client }: Refused): Promise<SecretError> => {
  const where = secretReferenceText(reference);
  const { name, message } = thrown instanceof Error ? thrown : { name: 'unknown', message: '' };
  const region = await client.config.region().catch(() => undefined);
  const place = region === undefined ? '' : ` in ${region}`;
  if (region === undefined) {
    return new SecretError(
      'login',
      `${where}: nothing says in which AWS region it is. Set AWS_REGION, or write the whole ARN.`,
    );
  }
  switch (name) {
    case 'AccessDeniedException':
      return new SecretError(
        'permission',
        /KMS|kms:/.test(message) ? kmsText(where, region) : deniedText(reference, region),
      );
    case 'DecryptionFailure':
    case 'DecryptionFailureException':
      return new SecretError('permission', kmsText(where, region));
    case 'ResourceNotFoundException':
      return new SecretError(
        'missing',
        `${where}: AWS has no such secret${place}, or none of its versions has the stage ${reference.stage ?? 'AWSCURRENT'}. Check the name, the region and the account; a secret of another account needs its whole ARN.`,
      );
    case 'InvalidRequestException':
      return new SecretError(
        'missing',
        `${where} is marked for deletion${place}: restore it with "aws secretsmanager restore-secret".`,
      );
    case 'InvalidParameterException':
    case 'ValidationException':
      return new SecretError('missing', `${where}: AWS does not take this name or stage. Check how it is written.`);
    case 'UnrecognizedClientException':
    case 'InvalidClientTokenId':
    case 'InvalidSignatureException':
    case 'IncompleteSignatureException':
    case 'ExpiredTokenException':
    case 'ExpiredToken':
    case 'CredentialsProviderError':
      return new SecretError(
        'login',
        `${where}: AWS does not accept our credentials (${name}). Sign in again, or set this machine's clock.`,
      );
    default:
      return new SecretError(
        'unavailable',
        `${where}: AWS Secrets Manager${place} did not answer (${codeOf(thrown) ?? (/^\w{1,60}$/.test(name) ? name : 'unknown error')}). It may be slowing us down or out of reach: it is asked again later.`,
      );
  }
};

type ArnParts = {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly name: string;
};

const arnParts = (id: string): ArnParts | undefined => {
  const [, partition, , region, account, , name] = id.split(':');
  return partition && region && account && name ? { partition, region, account, name } : undefined;
};

/** AWS ends each ARN in a dash and six characters of its own, which a policy matches with ??????. */
const deniedText = (reference: AwsSecretReference, region: string): string => {
  const parts = arnParts(reference.id);
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  const arn =
    parts === undefined
      ? `arn:${partition}:secretsmanager:${region}:*:secret:${reference.id}-??????`
      : policyArn(reference.id);
  return `${secretReferenceText(reference)}: AWS refuses it. Allow our role the action secretsmanager:GetSecretValue on ${arn}`;
};

const kmsText = (where: string, region: string): string =>
  `${where}: AWS may not decrypt it for us. Allow our role the action kms:Decrypt on the key of the secret, in its key policy too, with the condition kms:ViaService secretsmanager.${region}.amazonaws.com`;
