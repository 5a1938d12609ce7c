import { brotliCompressSync } from 'node:zlib';
import { type AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { sealedAlerts, sealedDigest, sealedTelling } from '../../lib/adapters/alerts/envelope.ts';
import { messagesIn } from '../../lib/adapters/alerts/sns-messages.ts';
import { dynamodbState } from '../../lib/adapters/state/dynamodb.ts';
import { alertShape, badRecordShape, tellingShape } from '../../lib/adapters/state/records.ts';
import { StateConflict, StateError } from '../../lib/app/ports.ts';
import { slackAlarm, slackNotice } from '../../lib/report/slack/alarm.ts';
import { problemWith } from '../adapters/alerts/slack-rules.ts';
import { digestSaying, harmlessText, plainAlert } from '../hostile/saying.ts';
import { kindOf, law, type Target } from './fuzz.ts';

/** What went through a store or a topic and came back damaged: alerts, messages, items of a table. */

const refusalOf = (error: unknown): string => {
  if (!(error instanceof StateError || error instanceof StateConflict)) throw error;
  law(error.message.length < 2_000, 'a refusal is said in bounded words');
  return kindOf(error.message);
};

const telling = { key: 'a1/opened', source: 'pulumi:acme', alert: plainAlert };
const badRecord = { where: 'pulumi:acme', reason: 'no timestamp', outcome: 'rejected', text: '{}' } as const;

/** Law: a text that was kept is read as what it is written as again, or refused as damaged. */
export const recordTarget: Target = {
  name: 'kept-records',
  seeds: [alertShape.write(plainAlert), tellingShape.write(telling), badRecordShape.write(badRecord)].map(({ body }) =>
    Buffer.from(body),
  ),
  async run(input) {
    const body = input.toString('utf8');
    return [alertShape, tellingShape, badRecordShape]
      .map(({ read }) => {
        try {
          return typeof read({ version: 1, body });
        } catch (error) {
          return refusalOf(error);
        } finally {
          law(!('polluted' in {}), 'nothing that was kept reaches the prototype of all objects');
        }
      })
      .join();
  },
};

const alarm = JSON.stringify({
  AlarmName: 'tokenwatch Poll-pulumi-acme errors',
  AlarmDescription: 'The poller fails.',
  AWSAccountId: '111122223333',
  NewStateValue: 'ALARM',
  NewStateReason: 'Threshold Crossed: 1 datapoint [1.0 (14/03/26 02:10:00)] was greater than the threshold (0.0).',
  StateChangeTime: '2026-03-14T02:10:00.000+0000',
  Region: 'EU (Ireland)',
  AlarmArn: 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:tokenwatch',
  OldStateValue: 'OK',
});

/** Laws: every message is said, as what it is or as it came; an alarm or a notice becomes a message that Slack takes. */
export const topicTarget: Target = {
  name: 'topic-messages',
  seeds: [
    sealedTelling(telling),
    sealedAlerts([plainAlert, plainAlert]),
    sealedDigest(digestSaying(harmlessText)),
    alarm,
    'A message of somebody else.',
  ].map((text) => Buffer.from(text)),
  async run(input) {
    const Message = input.toString('utf8');
    const [{ said } = { said: undefined }, ...more] = messagesIn({
      Records: [{ Sns: { MessageId: 'm1', Subject: Message.slice(0, 100), Message } }],
    });
    law(said !== undefined && more.length === 0, 'one message is one message');
    switch (said?.kind) {
      case 'alarm':
        law(problemWith(JSON.stringify(slackAlarm(said.alarm))) === undefined, 'Slack takes an alarm');
        return `alarm ${said.alarm.state} ${said.alarm.atMs === undefined}`;
      case 'other':
        law(problemWith(JSON.stringify(slackNotice(said.notice))) === undefined, 'Slack takes a notice');
        return 'other';
      default:
        return `${said?.kind}`;
    }
  },
};

type Attributes = Readonly<Record<string, { readonly S?: string; readonly N?: string; readonly B?: string }>>;

const packed = (text: string | Buffer): { readonly B: string } => ({ B: brotliCompressSync(text).toString('base64') });
const item = (sk: string, attributes: Attributes): Attributes => ({
  pk: { S: 'source|pulumi:acme' },
  sk: { S: sk },
  version: { N: '1' },
  revision: { N: '3' },
  ...attributes,
});

const items: readonly Attributes[] = [
  item('head', {
    cursorVersion: { N: '3' },
    cursorText: { S: '{}' },
    organizationParts: { N: '1' },
    organizationRevision: { N: '3' },
    forgottenBeforeMs: { N: '1773453600000' },
    forgottenAtRevision: { N: '2' },
  }),
  item('organization|000', { part: packed('2\n{}') }),
  item('principal|pulumi:acme|token|t1', { packed: packed('{"events":12}'), name: { S: '\u0001"t1"' } }),
  item('seen|2026-03-14T02|000000000003|000', { digests: { B: Buffer.alloc(32).toString('base64') } }),
  item('outbox|a1', { place: { N: '301' }, text: { S: JSON.stringify(telling) } }),
  item('alert|2026-03-14T02:13:00.000Z|a1', { text: { S: JSON.stringify(plainAlert) } }),
  item('bad|000', { number: { N: '0' }, text: { S: JSON.stringify(badRecord) } }),
  // A hundred bytes that would unpack into more than whatever was packed.
  item('bomb', { packed: packed(Buffer.alloc(65 * 1024 * 1024)), version: { N: '1' } }),
];

/** Laws: whatever the table holds is read, or refused as what tokenwatch did not write. */
export const tableTarget: Target = {
  name: 'table-items',
  seeds: items.map((each) => Buffer.from(JSON.stringify(each))),
  async run(input) {
    const found = itemIn(input.toString('utf8'));
    if (found === undefined) return 'no item';
    const store = dynamodbState({ table: 'state', client: answering(found) });
    const asked: readonly (() => Promise<unknown>)[] = [
      () => store.load('pulumi:acme'),
      () => store.sources(),
      () => store.principals('pulumi:acme', ['pulumi:acme|token|t1']),
      async () => {
        for await (const [key] of store.everyPrincipal('pulumi:acme'))
          law(typeof key === 'string', 'a principal has a key');
      },
      () => store.seen('pulumi:acme', [{ id: 'e1', atMs: Date.parse('2026-03-14T02:12:00Z') }]),
      () => store.alerts('pulumi:acme'),
      () => store.untold('pulumi:acme'),
      () => store.badRecords('pulumi:acme'),
    ];
    const kinds: string[] = [];
    for (const ask of asked)
      kinds.push(
        await Promise.resolve()
          .then(ask)
          .then(() => 'read', refusalOf),
      );
    return kinds.join();
  },
};

/** As AWS's client gives it: bytes are bytes, and nothing but texts and bytes stands in an attribute. */
const itemIn = (text: string): Record<string, AttributeValue> | undefined => {
  try {
    const attributes = Object.entries(JSON.parse(text) as Record<string, Record<string, unknown>>);
    return Object.fromEntries(
      attributes.flatMap(([name, { S, N, B }]): [string, AttributeValue][] => {
        if (typeof S === 'string') return [[name, { S }]];
        if (typeof N === 'string') return [[name, { N }]];
        return typeof B === 'string' ? [[name, { B: Buffer.from(B, 'base64') }]] : [];
      }),
    );
  } catch {
    return undefined;
  }
};

/** A client that finds the item wherever it looks. */
const answering = (found: Record<string, AttributeValue>): DynamoDBClient => {
  const client = new DynamoDBClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });
  client.middlewareStack.add(
    () => async () => ({
      response: {},
      output: { $metadata: {}, Item: found, Items: [found], Responses: { state: [found] } },
    }),
    { step: 'initialize' },
  );
  return client;
};
