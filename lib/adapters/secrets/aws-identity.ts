import { createHash, createHmac } from 'node:crypto';
import { type Clock, SecretError } from '../../app/ports.ts';
import { exchange } from './http.ts';
import { type Environment, given } from './secret-store.ts';

/**
 * Who we are in AWS, and how to prove it to others. Vault and Conjur let an AWS role log in without a stored secret: we
 * sign a request to STS, `GetCallerIdentity`, and they send it on and believe what AWS answers. The signature is made by
 * AWS's own code; both it and the credential chain are loaded only when needed.
 */

export type AwsCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
};

/** Throws `SecretError`. */
export type ReadAwsCredentials = () => Promise<AwsCredentials>;

const credentialsAdvice =
  'Give tokenwatch a role (Lambda, ECS, EC2, IAM Identity Center) or set AWS_PROFILE; "aws sts get-caller-identity" must work where it runs.';

/** AWS's own chain of places where credentials may be: profiles, sign-ins, the machine that we run on. */
type FindCredentials = () => Promise<AwsCredentials>;

const asEveryTool: FindCredentials = async () => {
  const { defaultProvider } = await import('./aws-packages.ts');
  return defaultProvider()();
};

/** From the environment that we were given, else as every AWS tool finds them. */
export const awsCredentials = (environment: Environment, find = asEveryTool): ReadAwsCredentials => {
  const accessKeyId = given(environment, 'AWS_ACCESS_KEY_ID');
  const secretAccessKey = given(environment, 'AWS_SECRET_ACCESS_KEY');
  const isProfile = given(environment, 'AWS_PROFILE') !== undefined;
  if (!isProfile && accessKeyId !== undefined && secretAccessKey !== undefined) {
    const sessionToken = given(environment, 'AWS_SESSION_TOKEN');
    return async () => ({ accessKeyId, secretAccessKey, sessionToken });
  }
  // Where nothing was ever found, nobody answers because nobody is there: so it is on every laptop.
  let isSomewhere = containerVariables.some((name) => given(environment, name) !== undefined);
  return async () => {
    try {
      const found = await find();
      isSomewhere = true;
      return found;
    } catch (error) {
      throw credentialsFailure(error, isSomewhere);
    }
  };
};

/** By which ECS and EKS say where credentials are to be asked for. */
const containerVariables = ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_CONTAINER_CREDENTIALS_FULL_URI'];

/** A session that has ended needs a person; silence where there was an answer before passes by itself. AWS's texts stay unsaid. */
const credentialsFailure = (error: unknown, isSomewhere: boolean): SecretError => {
  const text = error instanceof Error ? `${error.name} ${error.message}` : '';
  if (/expired|\bSSO session\b|re-authenticate/i.test(text)) {
    const advice = 'Sign in again, with "aws sso login" or "aws login" and the AWS_PROFILE of tokenwatch.';
    return new SecretError('login', `The AWS session has ended. ${advice}`);
  }
  return isSomewhere
    ? new SecretError('unavailable', 'What gives us AWS credentials did not answer. It is asked again later.')
    : new SecretError('login', `No AWS credentials were found. ${credentialsAdvice}`);
};

export type SignedRequest = {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type IdentityRequest = {
  readonly method: 'GET' | 'POST';
  /** `https://sts.amazonaws.com`, which belongs to us-east-1, or a regional one. */
  readonly endpoint: string;
  readonly region: string;
  /** Signed along, so that the request serves for one purpose only. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly credentials: AwsCredentials;
  readonly nowMs: number;
};

export const globalSts = { endpoint: 'https://sts.amazonaws.com', region: 'us-east-1' } as const;

export const regionalSts = (region: string): { readonly endpoint: string; readonly region: string } => ({
  endpoint: `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`,
  region,
});

const question = 'Action=GetCallerIdentity&Version=2011-06-15';

/** A request that says who we are and can do nothing else, for a quarter of an hour. */
export const signIdentityRequest = async (wanted: IdentityRequest): Promise<SignedRequest> => {
  const { SignatureV4 } = await import('./aws-packages.ts');
  const { method, endpoint, region, credentials, nowMs } = wanted;
  const url = new URL(endpoint);
  const body = method === 'POST' ? question : '';
  const signer = new SignatureV4({ service: 'sts', region, credentials: withoutAbsent(credentials), sha256: Sha256 });
  const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  const { headers } = await signer.sign(
    {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: '/',
      query: method === 'GET' ? Object.fromEntries(new URLSearchParams(question)) : {},
      headers: { host: url.host, ...(method === 'POST' && form), ...wanted.headers },
      body,
    },
    { signingDate: new Date(nowMs) },
  );
  return { method, url: `${endpoint}/${method === 'GET' ? `?${question}` : ''}`, headers, body };
};

const withoutAbsent = ({ accessKeyId, secretAccessKey, sessionToken }: AwsCredentials) => ({
  accessKeyId,
  secretAccessKey,
  ...(sessionToken !== undefined && { sessionToken }),
});

type Bytes = string | ArrayBuffer | ArrayBufferView;

/** SHA-256 in the form in which the signer asks for it; its own package for that would do the same in JavaScript. */
class Sha256 {
  #hash: ReturnType<typeof createHash | typeof createHmac>;
  readonly #key: Bytes | undefined;
  constructor(key?: Bytes) {
    this.#key = key;
    this.#hash = this.#begin();
  }
  #begin() {
    return this.#key === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(this.#key));
  }
  update(part: Bytes): void {
    this.#hash.update(bytesOf(part));
  }
  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }
  reset(): void {
    this.#hash = this.#begin();
  }
}

const bytesOf = (part: Bytes): Uint8Array => {
  if (typeof part === 'string') return Buffer.from(part, 'utf8');
  return ArrayBuffer.isView(part)
    ? new Uint8Array(part.buffer, part.byteOffset, part.byteLength)
    : new Uint8Array(part);
};

export type AwsCaller = {
  readonly environment: Environment;
  readonly credentials: ReadAwsCredentials;
  readonly clock: Clock;
};

/** The ARN by which AWS knows us; it needs no permission. Throws `SecretError`. */
export const callerArn = async ({ environment, credentials, clock }: AwsCaller): Promise<string> => {
  const region = given(environment, 'AWS_REGION') ?? given(environment, 'AWS_DEFAULT_REGION');
  const sts = region === undefined ? globalSts : regionalSts(region);
  const endpoint = given(environment, 'AWS_ENDPOINT_URL_STS') ?? given(environment, 'AWS_ENDPOINT_URL') ?? sts.endpoint;
  const request = await signIdentityRequest({
    method: 'POST',
    endpoint: endpoint.replace(/\/+$/, ''),
    region: sts.region,
    credentials: await credentials(),
    nowMs: clock.nowMs(),
  });
  const { status, text } = await exchange({ who: 'AWS STS', ...request });
  if (status === 403) {
    throw new SecretError(
      'login',
      `AWS does not accept the credentials (expired, deleted or mistyped). ${credentialsAdvice}`,
    );
  }
  const arn = /<Arn>(arn:[^<\s]{1,2048})<\/Arn>/.exec(text)?.[1];
  if (status !== 200 || arn === undefined) {
    throw new SecretError('unavailable', `AWS STS answered ${status} when asked who we are: try again later.`);
  }
  return arn;
};
