import { createHash, createHmac } from 'node:crypto';

/**
 * Checks a signature as AWS does (Signature Version 4), written from its description and apart from the code that signs.
 * The keys are AWS's published examples.
 */

export const exampleKey = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'example-key-of-nobody',
  AWS_SESSION_TOKEN: 'example-session-token',
} as const;

export type Signed = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type Scope = {
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly atMs: number;
};

/** AWS takes a request for a quarter of an hour. */
export const isTimely = ({ atMs }: Scope, nowMs: number): boolean => Math.abs(nowMs - atMs) <= 15 * 60 * 1_000;

/** What the signature covers, or undefined where it is not right. */
export const signatureScope = ({ method, path, query, headers, body }: Signed): Scope | undefined => {
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
  const [, key, date = '', region = '', service = '', names = '', signature] =
    form.exec(lower.get('authorization') ?? '') ?? [];
  if (key !== exampleKey.AWS_ACCESS_KEY_ID) return undefined;
  const signedHeaders = names.split(';');
  const canonical = [
    method,
    path,
    query,
    ...signedHeaders.map((name) => `${name}:${(lower.get(name) ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    names,
    sha256(body),
  ].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', lower.get('x-amz-date'), scope, sha256(canonical)].join('\n');
  const signingKey = [date, region, service, 'aws4_request'].reduce<Buffer>(
    (secret, part) => hmac(secret, part),
    Buffer.from(`AWS4${exampleKey.AWS_SECRET_ACCESS_KEY}`),
  );
  return hmac(signingKey, text).toString('hex') === signature
    ? { region, service, signedHeaders, atMs: timeOf(lower.get('x-amz-date') ?? '') }
    : undefined;
};

/** `20260314T021000Z` */
const timeOf = (text: string): number =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5'));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
