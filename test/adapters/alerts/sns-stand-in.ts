import { signatureScope } from '../secrets/signature.ts';
import { type Got, type Reply, type StandIn, standIn } from '../secrets/stand-in.ts';

/** SNS's Publish, as its API reference describes it: it refuses what SNS refuses, and keeps what was published. */

export type Published = {
  readonly topicArn: string;
  readonly subject: string;
  readonly bodies: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
};

export type SnsStandIn = StandIn & {
  readonly published: Published[];
  /** Names of errors to answer with before anything is taken, and their statuses. */
  readonly failures: { readonly code: string; readonly status: number }[];
};

export const snsStandIn = async (): Promise<SnsStandIn> => {
  const published: Published[] = [];
  const failures: SnsStandIn['failures'] = [];
  return {
    ...(await standIn((got) => {
      const failure = failures.shift();
      if (failure !== undefined) return refused(failure.code, failure.status);
      const taken = publishedIn(got);
      if (typeof taken === 'string') return refused('InvalidParameter', 400, taken);
      published.push(taken);
      return xml(200, '<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>');
    })),
    published,
    failures,
  };
};

/** A parameter that SNS would not take, in words. */
const publishedIn = ({ method, url, headers, body }: Got): Published | string => {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  if (signatureScope({ method, path: url, query: '', headers: texts, body })?.service !== 'sns') return 'Signature';
  const form = new URLSearchParams(body);
  const subject = form.get('Subject') ?? '';
  const message = form.get('Message') ?? '';
  if (form.get('Action') !== 'Publish' || form.get('MessageStructure') !== 'json') return 'Action';
  if (!/^[\x21-\x7e][\x20-\x7e]{0,98}$/.test(subject)) return 'Subject';
  if (Buffer.byteLength(message) > 262_144) return 'Message too long';
  const bodies: unknown = JSON.parse(message);
  if (typeof bodies !== 'object' || bodies === null || !('default' in bodies)) return 'Message Structure';
  const attributes: Record<string, string> = {};
  for (let nth = 1; form.has(`MessageAttributes.entry.${nth}.Name`); nth += 1) {
    const entry = `MessageAttributes.entry.${nth}`;
    const value = form.get(`${entry}.Value.StringValue`) ?? '';
    const type = form.get(`${entry}.Value.DataType`) ?? '';
    if (value === '' || !['String', 'String.Array'].includes(type)) return 'MessageAttributes';
    if (type === 'String.Array' && !Array.isArray(JSON.parse(value))) return 'MessageAttributes';
    attributes[form.get(`${entry}.Name`) ?? ''] = value;
  }
  return {
    topicArn: form.get('TopicArn') ?? '',
    subject,
    bodies: bodies as Readonly<Record<string, string>>,
    attributes,
  };
};

const xml = (status: number, body: string): Reply => ({ status, headers: { 'content-type': 'text/xml' }, body });

const refused = (code: string, status: number, message = 'made up'): Reply =>
  xml(
    status,
    `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`,
  );
