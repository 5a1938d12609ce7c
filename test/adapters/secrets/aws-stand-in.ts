import { signatureScope } from './signature.ts';
import { type Got, type Reply, type StandIn, standIn } from './stand-in.ts';

/** AWS Secrets Manager's `GetSecretValue` and STS's `GetCallerIdentity`, as their API references describe them. */

export type AwsStandIn = StandIn & {
  /** By `NAME stage`. */
  readonly secrets: Map<string, { readonly SecretString?: string; readonly SecretBinary?: string }>;
  /** Answers every question for a secret so, by the name of an error and its text. */
  failure: { readonly type: string; readonly message?: string; readonly status?: number } | undefined;
  arn: string;
};

export const awsStandIn = async (): Promise<AwsStandIn> => {
  const aws: AwsStandIn = {
    ...(await standIn((got) => answer(aws, got))),
    secrets: new Map(),
    failure: undefined,
    arn: 'arn:aws:sts::123456789012:assumed-role/tokenwatch/poller',
  };
  return aws;
};

const answer = (aws: AwsStandIn, { method, url, headers, body }: Got): Reply => {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  const scope = signatureScope({ method, path: url, query: '', headers: texts, body });
  if (scope === undefined) return failed('InvalidSignatureException', 'The request signature does not match.');
  if (scope.service === 'sts') return identity(aws.arn);
  if (aws.failure !== undefined) {
    const { type, message = 'made up', status = 400 } = aws.failure;
    return failed(type, message, status);
  }
  if (headers['x-amz-target'] !== 'secretsmanager.GetSecretValue') return failed('UnknownOperationException', '');
  const { SecretId, VersionStage = 'AWSCURRENT' } = JSON.parse(body);
  const found = aws.secrets.get(`${SecretId} ${VersionStage}`);
  if (found === undefined)
    return failed('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  const named = { ARN: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:made-up-AbCdEf', Name: SecretId };
  return json(200, { ...named, VersionId: 'v1', VersionStages: [VersionStage], CreatedDate: 1_700_000_000, ...found });
};

const json = (status: number, body: unknown, headers = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1', ...headers },
  body,
});

const failed = (type: string, message: string, status = 400): Reply =>
  json(status, { __type: type, Message: message, message }, { 'x-amzn-errortype': type });

const identity = (arn: string): Reply => ({
  status: 200,
  headers: { 'content-type': 'text/xml' },
  body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${arn}</Arn><UserId>AROAEXAMPLE:poller</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
});
