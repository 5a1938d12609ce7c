import * as z from 'zod';
import { wrong } from './advice.ts';
import { baseUrlDefault, parseBaseUrl } from './base-url.ts';
import { parseSecretReference, type SecretReference } from './secret-reference.ts';

/** `sources`: the audit logs to watch, each with what its vendor's API needs. */

export type PulumiSource = {
  readonly kind: 'pulumi';
  /** `pulumi:acme` */
  readonly name: string;
  readonly organization: string;
  readonly token: SecretReference;
  /** Without a slash at its end. */
  readonly baseUrl: string;
};

/** Scalr's log leaves through EventBridge into a group of CloudWatch Logs; its REST API says what the log does not. */
export type ScalrSource = {
  readonly kind: 'scalr';
  /** `scalr:acme` */
  readonly name: string;
  readonly account: string;
  /** For the REST API. Undefined: only the log is read. */
  readonly token: SecretReference | undefined;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** The partner event source that Scalr made; the stack puts a bus behind it. Undefined: somebody else fills `logGroup`. */
  readonly eventSource: string | undefined;
  /** Undefined: the group that the stack makes for this account. */
  readonly logGroup: string | undefined;
};

export type Source = PulumiSource | ScalrSource;

export const isPulumi = (source: Source): source is PulumiSource => source.kind === 'pulumi';

const organizationAdvice =
  "write the organization's name as in its address https://app.pulumi.com/NAME: letters, digits, - and _, such as acme";
/** What Pulumi's CLI accepts as the owner of a stack; names of one or two letters exist from older times. */
const organizationName = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38}[A-Za-z0-9])?$/;

/** A reference to a secret, or its problem in words that never repeat it. */
export const secretReference = (example: string) =>
  z
    .string({ error: wrong(`write where the secret is, such as ${example}`) })
    .transform((text, context): SecretReference => {
      const reference = parseSecretReference(text);
      if (!('problem' in reference)) return reference;
      context.issues.push({ code: 'custom', message: reference.problem, input: undefined });
      return z.NEVER;
    });

const baseUrl = (example: string) =>
  z.string({ error: wrong(`write the address of the API, such as ${example}`) }).transform((text, context): string => {
    const url = parseBaseUrl(text, example);
    if (!('problem' in url)) return url.baseUrl;
    context.issues.push({ code: 'custom', message: url.problem, input: undefined });
    return z.NEVER;
  });

const pulumiSchema = z.strictObject(
  {
    organization: z
      .string({ error: wrong(organizationAdvice) })
      .refine((name) => organizationName.test(name), { error: wrong(organizationAdvice) }),
    token: secretReference('env:PULUMI_ACCESS_TOKEN').prefault('env:PULUMI_ACCESS_TOKEN'),
    baseUrl: baseUrl(baseUrlDefault).prefault(baseUrlDefault),
  },
  { error: wrong('write { "organization": "acme" }') },
);

const accountAdvice = "write the account's name as in its address https://NAME.scalr.io, such as acme";
/** One label of a host name (RFC 1035). */
const accountName = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

const eventSourceAdvice =
  'write the event source name that Scalr shows for its EventBridge integration, such as aws.partner/scalr.com/acme/audit';
/** What EventBridge accepts as a partner event source, of Scalr. */
const eventSourceName = /^aws\.partner\/scalr\.com(?:\/[.\-_A-Za-z0-9]{1,120}){1,4}$/;

const logGroupAdvice = 'write the name of a CloudWatch Logs group, such as /aws/events/tokenwatch/scalr-acme';
/** What CloudWatch Logs accepts. */
const logGroupName = /^[.\-_/#A-Za-z0-9]{1,512}$/;

const scalrSchema = z.strictObject(
  {
    account: z
      .string({ error: wrong(accountAdvice) })
      .refine((name) => accountName.test(name), { error: wrong(accountAdvice) }),
    token: secretReference('aws-sm:tokenwatch/scalr#token').optional(),
    baseUrl: baseUrl('https://acme.scalr.io').optional(),
    eventSource: z
      .string({ error: wrong(eventSourceAdvice) })
      .refine((name) => eventSourceName.test(name), { error: wrong(eventSourceAdvice) })
      .optional(),
    logGroup: z
      .string({ error: wrong(logGroupAdvice) })
      .refine((name) => logGroupName.test(name), { error: wrong(logGroupAdvice) })
      .optional(),
  },
  { error: wrong('write { "account": "acme", "eventSource": "aws.partner/scalr.com/acme/audit" }') },
);

const oneAdvice =
  'write { "pulumi": { "organization": "acme" } } or { "scalr": { "account": "acme", "eventSource": "aws.partner/scalr.com/acme/audit" } }';

export const sourceSchema = z
  .strictObject({ pulumi: pulumiSchema.optional(), scalr: scalrSchema.optional() }, { error: wrong(oneAdvice) })
  .transform(({ pulumi, scalr }, context): Source => {
    if (pulumi !== undefined && scalr === undefined)
      return { kind: 'pulumi', name: `pulumi:${pulumi.organization}`, ...pulumi };
    if (scalr !== undefined && pulumi === undefined) return scalrSource(scalr);
    const message = pulumi === undefined ? `names no log: ${oneAdvice}` : 'names two logs: write two entries';
    context.issues.push({ code: 'custom', message, input: undefined });
    return z.NEVER;
  });

const scalrSource = ({ account, token, baseUrl, eventSource, logGroup }: z.infer<typeof scalrSchema>): ScalrSource => ({
  kind: 'scalr',
  name: `scalr:${account}`,
  account,
  token,
  baseUrl: baseUrl ?? `https://${account}.scalr.io`,
  eventSource,
  logGroup,
});

/** For those who misspell one, by the name of the object that holds it. */
export const sourceKeys: ReadonlyMap<string, readonly string[]> = new Map([
  ['pulumi', Object.keys(pulumiSchema.shape)],
  ['scalr', Object.keys(scalrSchema.shape)],
  ['source', ['pulumi', 'scalr']],
]);
