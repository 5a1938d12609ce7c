import { SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import type { Clients } from './clients.ts';

/** A queue that listens to the alert topic, as somebody's own automation would. */

export type Heard = {
  readonly subject: string;
  readonly message: string;
  readonly attributes: Readonly<Record<string, string>>;
};

/** What has arrived since the last time, in order of arrival. */
export type Listener = () => Promise<readonly Heard[]>;

export const listenTo = async (
  { sns, sqs }: Clients,
  TopicArn: string,
  { name, bodyFilter }: { readonly name: string; readonly bodyFilter?: object },
): Promise<Listener> => {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const QueueArn = Attributes?.QueueArn ?? '';
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: policyOf(QueueArn, TopicArn) } }));
  await sns.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: 'sqs',
      Endpoint: QueueArn,
      ...(bodyFilter && {
        Attributes: { FilterPolicyScope: 'MessageBody', FilterPolicy: JSON.stringify(bodyFilter) },
      }),
    }),
  );
  return async () => {
    const heard: Heard[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      if (Messages.length === 0) return heard;
      heard.push(...Messages.map(({ Body = '' }) => heardFrom(Body)));
      const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  };
};

const policyOf = (Resource: string, topicArn: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource,
        Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
      },
    ],
  });

const heardFrom = (body: string): Heard => {
  const {
    Subject = '',
    Message,
    MessageAttributes = {},
  } = JSON.parse(body) as {
    readonly Subject?: string;
    readonly Message: string;
    readonly MessageAttributes?: Readonly<Record<string, { readonly Value: string }>>;
  };
  const attributes = Object.fromEntries(Object.entries(MessageAttributes).map(([name, { Value }]) => [name, Value]));
  return { subject: Subject, message: Message, attributes };
};
