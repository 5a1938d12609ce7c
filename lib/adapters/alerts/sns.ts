import { type MessageAttributeValue, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { PublishDigest } from '../../app/digest.ts';
import type { ReceiverOfMany, SendAlert } from '../../app/ports.ts';
import type { Alert } from '../../core/alert.ts';
import type { Digest } from '../../core/digest.ts';
import { isFactual } from '../../core/incident.ts';
import { msPerSecond } from '../../core/time.ts';
import { AlertError } from './alert-error.ts';
import { sealedAlerts, sealedDigest, sealedTelling } from './envelope.ts';
import { shorterAlerts, shorterDigests, shorterMany } from './shorter.ts';

/**
 * Alerts and digests to an SNS topic, one message for all its subscribers: machines get JSON, e-mail a readable text, our
 * own functions the sealed form. Attributes are for filter policies: `kind`, and of an alert `severity`, `provider` and
 * `detector`; a message of many alerts has all of theirs, and so comes to whoever wants one of them. Throttling and passing
 * failures are tried again by AWS's own client; the rest is told in words of what to do.
 *
 * AWS's page on message attributes says that they go with plain messages only; filter policies see them all the same, and
 * nothing of ours that receives a message relies on them.
 */

export type TopicParts = {
  readonly topicArn: string;
  readonly client?: Pick<SNSClient, 'send'>;
};

/** As `report` words it. `subject`: less than 100 characters of printable ASCII. */
type Words = { readonly subject: string; readonly text: string; readonly json: string };

export const snsAlerts = ({
  topicArn,
  client = newClient(),
  words,
}: TopicParts & {
  /** `omitted` names what had to be left out or shortened to fit. */
  readonly words: {
    readonly one: (alert: Alert, omitted: readonly string[]) => Words;
    readonly many: (alerts: readonly Alert[], omitted: readonly string[]) => Words;
  };
}): ReceiverOfMany => {
  const publish = publisher(topicArn, client);
  const sendAlert: SendAlert = async (telling, signal) => {
    const publications = mapped(shorterAlerts(telling.alert), ({ alert, omitted }) => ({
      ...words.one(alert, omitted),
      // The source too, which the alert has in its short form.
      sealed: sealedTelling({ ...telling, source: alert.source, alert }),
      attributes: alertAttributes([alert]),
    }));
    await publish(fitting(publications), signal);
  };
  return {
    sendAlert,
    sendMany: async (tellings, signal) => {
      const alerts = tellings.map(({ alert }) => alert);
      const publications = mapped(shorterMany(alerts), (shorter) => ({
        ...words.many(shorter.alerts, shorter.omitted),
        // In Slack, too, each is a line.
        sealed: sealedAlerts(shorter.alerts.map((alert) => ({ ...alert, sampleEvents: [] }))),
        attributes: alertAttributes(shorter.alerts),
        count: shorter.alerts.length,
      }));
      const publication = firstFitting(publications);
      if (publication !== undefined) {
        await publish(publication, signal);
        return publication.count;
      }
      // Not even two of them go together.
      const alone = tellings.slice(0, 1);
      for (const telling of alone) await sendAlert(telling, signal);
      return alone.length;
    },
  };
};

export const snsDigests = ({
  topicArn,
  client = newClient(),
  words,
}: TopicParts & { readonly words: (digest: Digest) => Words }): PublishDigest => {
  const publish = publisher(topicArn, client);
  return (digest) =>
    publish(
      fitting(
        mapped(shorterDigests(digest), (shorter) => ({
          ...words(shorter),
          sealed: sealedDigest(shorter),
          attributes: { kind: ['digest'] },
        })),
      ),
    );
};

const newClient = (): SNSClient =>
  new SNSClient({
    maxAttempts: 5,
    requestHandler: {
      connectionTimeout: 5 * msPerSecond,
      requestTimeout: 10 * msPerSecond,
      throwOnRequestTimeout: true,
    },
  });

/** All values of each. */
type Attributes = Readonly<Record<string, readonly string[]>>;

type Publication = Words & {
  readonly sealed: string;
  readonly attributes: Attributes;
};

/** 256 KiB in all (SNS API reference, Publish), less what a subject and attributes may take. */
const messageBytesMax = 256 * 1024 - 4 * 1024;

const messageOf = ({ json, text, sealed }: Words & { readonly sealed: string }): string =>
  JSON.stringify({ default: json, email: text, lambda: sealed });

const mapped = function* <Form, Result>(forms: Iterable<Form>, map: (form: Form) => Result): Generator<Result> {
  for (const form of forms) yield map(form);
};

/** The first of ever shorter forms that fits. */
const firstFitting = <T extends Publication>(publications: Iterable<T>): T | undefined => {
  for (const publication of publications) {
    if (Buffer.byteLength(messageOf(publication)) <= messageBytesMax) return publication;
  }
  return undefined;
};

/** The last form fits whatever an attacker wrote. */
const fitting = (publications: Iterable<Publication>): Publication => {
  const publication = firstFitting(publications);
  if (publication !== undefined) return publication;
  throw new AlertError(
    'An alert is larger than SNS carries, even without its events. Read it with the command line; please report this.',
  );
};

const publisher =
  (topicArn: string, client: Pick<SNSClient, 'send'>) =>
  async (publication: Publication, signal?: AbortSignal): Promise<void> => {
    const { subject, attributes } = publication;
    try {
      await client.send(
        new PublishCommand({
          TopicArn: topicArn,
          Subject: subject,
          MessageStructure: 'json',
          Message: messageOf(publication),
          MessageAttributes: Object.fromEntries(
            Object.entries(attributes).map(([name, values]) => [name, attributeOf(values)]),
          ),
        }),
        { ...(signal && { abortSignal: signal }) },
      );
    } catch (error) {
      throw refusalOf(error, topicArn);
    }
  };

/** Of an array, a filter policy matches any element. */
const attributeOf = (values: readonly string[]): MessageAttributeValue => {
  const [first = 'none', ...more] = new Set(values);
  return more.length === 0
    ? { DataType: 'String', StringValue: first }
    : { DataType: 'String.Array', StringValue: JSON.stringify([first, ...more]) };
};

const alertAttributes = (alerts: readonly Alert[]): Attributes => ({
  kind: ['alert'],
  severity: alerts.map(({ severity }) => severity),
  provider: alerts.map(({ principal }) => attributeText(principal.provider)),
  detector: alerts.map(mainDetector),
});

/** That of the finding which the alert is about: a fact before any likelihood, else the strongest. */
const mainDetector = ({ findings }: Alert): string =>
  (findings.find(({ evidence }) => isFactual(evidence)) ?? findings[0])?.evidence.detector ?? 'none';

/** A neutral record may name any provider; SNS refuses empty values and control characters. */
const attributeText = (text: string): string => text.replace(/[^A-Za-z0-9_.-]/g, '_').slice(0, 64) || 'unknown';

/** Names of errors as the SNS API reference lists them for Publish, and those common to AWS's services. */
const refusalOf = (error: unknown, topicArn: string): AlertError => {
  const { name, message } = error instanceof Error ? error : { name: 'unknown', message: '' };
  const fail = (advice: string): AlertError =>
    new AlertError(`The topic ${topicArn} took no message (${name}): ${advice}`, { cause: error });
  switch (name) {
    case 'AuthorizationErrorException':
    case 'AuthorizationError':
    case 'AccessDenied':
    case 'AccessDeniedException':
      return fail("its policy or this function's role forbids sns:Publish. Deploy the stack again, or allow it.");
    case 'NotFoundException':
    case 'NotFound':
      return fail('there is no such topic. Deploy the stack again; whoever deleted it also deleted its subscriptions.');
    case 'KMSAccessDeniedException':
    case 'KMSAccessDenied':
      return fail("this function's role may not use the key of the topic: allow kms:GenerateDataKey and kms:Decrypt.");
    case 'KMSDisabledException':
    case 'KMSDisabled':
      return fail('the key of the topic is disabled. Enable it in AWS KMS.');
    case 'KMSInvalidStateException':
    case 'KMSInvalidState':
      return fail('the key of the topic is about to be deleted, or not ready. Cancel its deletion in AWS KMS.');
    case 'KMSNotFoundException':
    case 'KMSNotFound':
    case 'KMSOptInRequired':
      return fail('the key of the topic does not exist, or not for this account. Give the topic another key.');
    case 'KMSThrottlingException':
    case 'KMSThrottling':
    case 'ThrottledException':
    case 'Throttling':
    case 'ThrottlingException':
    case 'InternalErrorException':
    case 'InternalError':
    case 'ServiceUnavailable':
    case 'TimeoutError':
    case 'AbortError':
      return fail('it cannot be reached or take more just now. It is tried again at the next run.');
    case 'CredentialsProviderError':
    case 'ExpiredTokenException':
    case 'ExpiredToken':
    case 'InvalidClientTokenId':
    case 'UnrecognizedClientException':
      return fail('the AWS credentials are missing, wrong or expired. Log in to AWS again.');
    case 'InvalidParameterException':
    case 'InvalidParameter':
      return fail(`it found a fault in the message: ${message.slice(0, 200)}. Please report it.`);
    default:
      return fail(`${message.slice(0, 200)}. Check that the topic is in this region and can be reached from here.`);
  }
};
