import * as z from 'zod';
import { numberAdvice, wrong } from './advice.ts';
import { variableProblems } from './store-variables.ts';

/** `aws`: how the monitor lies in an AWS account. All of it has a default; a laptop does not read it. */

export type AwsSettings = {
  /** Names everything that the stack makes, so that several may lie in one account. */
  readonly stack: string;
  /** Undefined: as the AWS credentials at hand say. */
  readonly account: string | undefined;
  readonly region: string | undefined;
  /** A table to go on with in place of the stack's own, such as one that was restored. */
  readonly stateTable: string | undefined;
  /** Whether there is a dashboard, which costs money from an account's fourth on. */
  readonly dashboard: boolean;
  /** How long the functions' own logs are kept. */
  readonly logDays: LogDays;
  /** How long normalized events and alerts are kept for searching. */
  readonly archiveDays: LogDays;
  /** Hour of the day, in UTC, at which the digest is sent. */
  readonly digestHour: number;
  /** What the functions' secret stores need to be found: `VAULT_ADDR`, `CONJUR_APPLIANCE_URL` and their like. Never secrets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Keys under which secrets of AWS Secrets Manager lie, where it is not AWS's own. */
  readonly secretKeys: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
};

/** What CloudWatch Logs can keep. */
const logDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;
export type LogDays = (typeof logDays)[number];

const days = (example: LogDays) => {
  const advice = `write a number of days that CloudWatch Logs can keep: ${logDays.join(', ')}`;
  return z.literal(logDays, { error: numberAdvice(advice) }).default(example);
};

const stackAdvice = 'write a name of letters, digits and -, beginning with a letter, at most 32, such as tokenwatch';
const accountAdvice = 'write the twelve digits of an AWS account, in quotes, such as "111122223333"';
const regionAdvice = 'write an AWS region, such as eu-west-1';
const tableAdvice = 'write the name of a DynamoDB table, such as tokenwatch-restored';
const hourAdvice = 'write the hour (UTC) of the daily digest, from 0 to 23, such as 7';
const environmentAdvice =
  'write variables of Vault or Conjur, such as { "VAULT_ADDR": "https://vault.example.com:8200" }';
const variableAdvice = 'write the text of a variable, in quotes';
const keyAdvice = 'write the ARN of a KMS key, such as arn:aws:kms:eu-west-1:111122223333:key/0123abcd';
const tagsAdvice = 'write tags, such as { "team": "platform" }';

export const awsSchema = z
  .strictObject(
    {
      stack: z
        .string({ error: wrong(stackAdvice) })
        .refine((name) => /^[A-Za-z][A-Za-z0-9-]{0,31}$/.test(name), { error: wrong(stackAdvice) })
        .default('tokenwatch'),
      account: z
        .string({ error: wrong(accountAdvice) })
        .refine((text) => /^\d{12}$/.test(text), { error: wrong(accountAdvice) })
        .optional(),
      region: z
        .string({ error: wrong(regionAdvice) })
        .refine((text) => /^[a-z]{2}(?:-[a-z]+){1,3}-\d$/.test(text), { error: wrong(regionAdvice) })
        .optional(),
      // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html (2026)
      stateTable: z
        .string({ error: wrong(tableAdvice) })
        .refine((text) => /^[A-Za-z0-9_.-]{3,255}$/.test(text), { error: wrong(tableAdvice) })
        .optional(),
      dashboard: z.boolean({ error: wrong('write true or false') }).default(true),
      logDays: days(30),
      archiveDays: days(400),
      digestHour: z
        .int({ error: numberAdvice(hourAdvice) })
        .min(0, { error: hourAdvice })
        .max(23, { error: hourAdvice })
        .default(7),
      environment: z
        .record(z.string(), z.string({ error: wrong(variableAdvice) }), { error: wrong(environmentAdvice) })
        .check((variables) => {
          for (const { name, problem } of variableProblems(variables.value)) {
            variables.issues.push({ code: 'custom', path: [name], message: problem, input: undefined });
          }
        })
        .default({}),
      secretKeys: z
        .array(
          z
            .string({ error: wrong(keyAdvice) })
            .refine((text) => /^arn:aws[a-z-]{0,20}:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]{1,80}$/.test(text), {
              error: wrong(keyAdvice),
            }),
          { error: wrong(`write a list: ${keyAdvice}`) },
        )
        .max(10, { error: 'write at most 10 keys' })
        .default([]),
      // AWS's own limits for a tag's name and value; 50 a resource, of which some are ours.
      tags: z
        .record(z.string().max(128, { error: tagsAdvice }), z.string({ error: wrong(tagsAdvice) }).max(256), {
          error: wrong(tagsAdvice),
        })
        .refine((tags) => Object.keys(tags).length <= 40, { error: 'write at most 40 tags' })
        .default({}),
    },
    { error: wrong('write { "stack": "tokenwatch", "region": "eu-west-1" }') },
  )
  .transform(({ account, region, stateTable, ...rest }): AwsSettings => ({ ...rest, account, region, stateTable }));

/** For those who misspell one. */
export const awsKeys = [
  'stack',
  'account',
  'region',
  'stateTable',
  'dashboard',
  'logDays',
  'archiveDays',
  'digestHour',
  'environment',
  'secretKeys',
  'tags',
] as const;
