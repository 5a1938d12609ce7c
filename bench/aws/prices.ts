/**
 * What AWS asks for, in US dollars, in US East (N. Virginia), without taxes and discounts: the one place where prices are.
 * `free` is what every account has of it each month for ever, shared with whatever else runs there; what is free for the
 * first year only is not counted.
 */

export const pricesOf = { date: '2026-11-22', region: 'US East (N. Virginia)' };

export type Price = {
  readonly name: string;
  readonly unit: string;
  readonly usd: number;
  /** What it is asked for. */
  readonly per: number;
  readonly free: number;
  readonly source: string;
};

const million = 1_000_000;

const lambda = 'https://aws.amazon.com/lambda/pricing/';
const dynamodb = 'https://aws.amazon.com/dynamodb/pricing/on-demand/';
const cloudwatch = 'https://aws.amazon.com/cloudwatch/pricing/';
const eventbridge = 'https://aws.amazon.com/eventbridge/pricing/';
const sns = 'https://aws.amazon.com/sns/pricing/';
const kms = 'https://aws.amazon.com/kms/pricing/';
const secrets = 'https://aws.amazon.com/secrets-manager/pricing/';

export const prices = {
  lambdaRequests: { name: 'Lambda requests', unit: 'requests', usd: 0.2, per: million, free: million, source: lambda },
  lambdaGbSeconds: {
    name: 'Lambda compute (arm64)',
    unit: 'GB-s',
    usd: 0.0000133334,
    per: 1,
    free: 400_000,
    source: lambda,
  },
  schedulerStarts: {
    name: 'EventBridge Scheduler',
    unit: 'starts',
    usd: 1,
    per: million,
    free: 14 * million,
    source: eventbridge,
  },
  partnerEvents: {
    name: 'EventBridge partner events',
    unit: 'events',
    usd: 1,
    per: million,
    free: 0,
    source: eventbridge,
  },
  dynamodbWrites: { name: 'DynamoDB writes', unit: 'units', usd: 0.625, per: million, free: 0, source: dynamodb },
  dynamodbReads: { name: 'DynamoDB reads', unit: 'units', usd: 0.125, per: million, free: 0, source: dynamodb },
  dynamodbGb: { name: 'DynamoDB storage', unit: 'GB-month', usd: 0.25, per: 1, free: 25, source: dynamodb },
  dynamodbBackupGb: {
    name: 'DynamoDB point-in-time recovery',
    unit: 'GB-month',
    usd: 0.2,
    per: 1,
    free: 0,
    source: dynamodb,
  },
  logsGb: { name: 'Logs taken in', unit: 'GB', usd: 0.5, per: 1, free: 5, source: cloudwatch },
  logsKeptGb: { name: 'Logs kept (compressed)', unit: 'GB-month', usd: 0.03, per: 1, free: 5, source: cloudwatch },
  metrics: { name: 'Metrics', unit: 'metrics', usd: 0.3, per: 1, free: 10, source: cloudwatch },
  alarms: { name: 'Alarms', unit: 'alarms', usd: 0.1, per: 1, free: 10, source: cloudwatch },
  dashboards: { name: 'Dashboards', unit: 'dashboards', usd: 3, per: 1, free: 3, source: cloudwatch },
  snsPublishes: { name: 'SNS publishes', unit: 'requests', usd: 0.5, per: million, free: million, source: sns },
  snsEmails: { name: 'SNS e-mails', unit: 'e-mails', usd: 2, per: 100_000, free: 1_000, source: sns },
  kmsKeys: { name: 'KMS keys', unit: 'keys', usd: 1, per: 1, free: 0, source: kms },
  kmsRequests: { name: 'KMS requests', unit: 'requests', usd: 0.03, per: 10_000, free: 20_000, source: kms },
  secretReads: { name: 'Secrets Manager requests', unit: 'requests', usd: 0.05, per: 10_000, free: 0, source: secrets },
} as const satisfies Readonly<Record<string, Price>>;

export type Priced = keyof typeof prices;

/** Of a month, by what is priced. */
export type Usage = Readonly<Record<Priced, number>>;

export const costOf = (name: Priced, amount: number, { isFree }: { readonly isFree: boolean }): number => {
  const { usd, per, free }: Price = prices[name];
  return (Math.max(0, amount - (isFree ? free : 0)) * usd) / per;
};

export const names = Object.keys(prices) as readonly Priced[];

export const billOf = (usage: Usage, how: { readonly isFree: boolean }): number =>
  names.reduce((sum, name) => sum + costOf(name, usage[name], how), 0);
