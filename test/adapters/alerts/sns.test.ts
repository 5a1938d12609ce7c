/** Publishing to SNS: one message with a form for each receiver, never too large to be told, failures in words. */
import { SNSClient } from '@aws-sdk/client-sns';
import { afterEach, describe, expect, it } from '@jest/globals';
import { AlertError } from '../../../lib/adapters/alerts/alert-error.ts';
import { snsAlerts, snsDigests } from '../../../lib/adapters/alerts/sns.ts';
import { messagesIn } from '../../../lib/adapters/alerts/sns-messages.ts';
import type { Telling } from '../../../lib/app/ports.ts';
import type { Alert } from '../../../lib/core/alert.ts';
import { alertJson } from '../../../lib/report/alert-json.ts';
import { alertMessage } from '../../../lib/report/alert-message.ts';
import { alertText } from '../../../lib/report/alert-text.ts';
import { digestMessage } from '../../../lib/report/digest-text.ts';
import { manyAlertsMessage, manyAlertsText } from '../../../lib/report/many-alerts.ts';
import { alertsSaying, digestSaying } from '../../hostile/saying.ts';
import { event, finding, theft, theftSaying, tokenLife, unfamiliarNetwork } from '../../report/examples.ts';
import { exampleKey } from '../secrets/signature.ts';
import { closeStandIns } from '../secrets/stand-in.ts';
import { snsStandIn } from './sns-stand-in.ts';

afterEach(closeStandIns);

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:tokenwatch-alerts';

const publishing = async () => {
  const sns = await snsStandIn();
  const client = new SNSClient({
    region: 'eu-west-1',
    endpoint: sns.url,
    credentials: { accessKeyId: exampleKey.AWS_ACCESS_KEY_ID, secretAccessKey: exampleKey.AWS_SECRET_ACCESS_KEY },
    maxAttempts: 2,
  });
  return {
    sns,
    ...snsAlerts({ topicArn, client, words: { one: alertMessage, many: manyAlertsMessage } }),
    publishDigest: snsDigests({ topicArn, client, words: digestMessage }),
  };
};

const tellingOf = (alert: Alert): Telling => ({ key: `${alert.id}/opened`, source: alert.source, alert });

const receivedBy = (lambda: string | undefined, subject?: string) =>
  messagesIn({ Records: [{ Sns: { MessageId: 'm-1', Subject: subject ?? null, Message: lambda ?? '' } }] })[0]?.said;

describe('an alert', () => {
  it('is one message: JSON for machines, a text for people, the whole of it for our own functions', async () => {
    const { sns, sendAlert } = await publishing();
    await sendAlert(tellingOf(theft()));
    expect(sns.published).toHaveLength(1);
    const [message] = sns.published;
    expect(message).toMatchObject({
      topicArn,
      subject: 'HIGH: Token ci-deploy was used from a network it has never used: Example Hosting (AS64500,...',
      bodies: { default: alertJson(theft()), email: alertText(theft(), { width: 78 }) },
      attributes: { kind: 'alert', severity: 'high', provider: 'pulumi', detector: 'unfamiliar-network' },
    });
    const said = receivedBy(message?.bodies.lambda);
    expect(said).toEqual({ kind: 'alert', alert: JSON.parse(JSON.stringify(theft())) });
  });

  it('is filed under the fact that it is about, not under what is merely likely', async () => {
    const { sns, sendAlert } = await publishing();
    await sendAlert(tellingOf(theft({ findings: [finding(unfamiliarNetwork(), 9), finding(tokenLife(), 1)] })));
    expect(sns.published[0]?.attributes.detector).toBe('token-life');
  });

  it('leaves out its events, and says so, where it would be too large with them', async () => {
    const { sns, sendAlert } = await publishing();
    const long = 'x'.repeat(100_000);
    const alert = theft({ sampleEvents: [event({ description: long }), event({ description: long })] });
    await sendAlert(tellingOf(alert));
    const bodies = sns.published[0]?.bodies;
    expect(JSON.parse(bodies?.default ?? '')).toMatchObject({
      id: alert.id,
      sampleEvents: [],
      omitted: ['sampleEvents'],
    });
    expect(bodies?.email).toContain('larger than a message may be: its events were left out. The log has all of it.');
    expect(receivedBy(bodies?.lambda)).toMatchObject({ kind: 'alert', alert: { id: alert.id, eventCount: 12 } });
  });

  it.each([
    ['controls, which grow with each wrapping', '\x00'.repeat(3_000)],
    ['quotes', '"'.repeat(6_000)],
    ['backslashes', '\\'.repeat(6_000)],
    ['halves of characters', '\ud83d'.repeat(3_000)],
    ['characters of many bytes', '東'.repeat(8_000)],
  ])('is told however long the names in it are: %s', async (_, text) => {
    const { sns, sendAlert } = await publishing();
    for (const alert of alertsSaying(text)) await sendAlert(tellingOf({ ...alert, id: '2026-03-14-0123456789ab' }));
    expect(sns.published).toHaveLength(4);
    for (const { bodies } of sns.published) {
      expect(JSON.parse(bodies.default ?? '')).toMatchObject({ omitted: ['sampleEvents', 'longTexts'] });
      expect(receivedBy(bodies.lambda)).toMatchObject({ kind: 'alert', alert: { id: '2026-03-14-0123456789ab' } });
    }
  });

  it('has attributes that SNS takes, whatever a log calls its system', async () => {
    const { sns, sendAlert } = await publishing();
    for (const provider of ['', 'x\r\ny', 'système', 'p'.repeat(500)]) {
      await sendAlert(tellingOf(theft({ principal: { ...theft().principal, provider } })));
    }
    expect(sns.published.map(({ attributes }) => attributes.provider)).toEqual([
      'unknown',
      'x__y',
      'syst_me',
      'p'.repeat(64),
    ]);
  });

  it('survives names that are not whole characters', async () => {
    const { sns, sendAlert } = await publishing();
    await sendAlert(tellingOf({ ...theftSaying('lone \ud800 surrogate'), id: 'a' }));
    expect(receivedBy(sns.published[0]?.bodies.lambda)).toMatchObject({
      alert: { principal: { name: 'lone \ud800 surrogate' } },
    });
  });
});

describe('alerts that come at once', () => {
  const several = (count: number, change: (nth: number) => Partial<Alert> = () => ({})): readonly Telling[] =>
    Array.from({ length: count }, (_, nth) => tellingOf(theft({ id: `2026-03-14-${nth}`, ...change(nth) })));
  const idsIn = (json: string | undefined): readonly string[] =>
    (JSON.parse(json ?? '') as { alerts: readonly { id: string }[] }).alerts.map(({ id }) => id);

  it('are one message: every alert whole for machines, a line of each for people', async () => {
    const { sns, sendMany } = await publishing();
    const tellings = several(23, (nth) => (nth === 7 ? { severity: 'critical' } : {}));
    expect(await sendMany(tellings)).toBe(23);
    const [message, ...more] = sns.published;
    expect(more).toEqual([]);
    expect(message?.subject).toBe('CRITICAL: 23 alerts at once in pulumi:acme');
    expect(message?.bodies.email).toBe(manyAlertsText(tellings.map(({ alert }) => alert)));
    expect(JSON.parse(message?.bodies.default ?? '')).toEqual({
      alerts: tellings.map(({ alert }) => JSON.parse(alertJson(alert))),
    });
    expect(receivedBy(message?.bodies.lambda)).toMatchObject({ kind: 'alerts', alerts: { length: 23 } });
  });

  it('come to whoever wants one of them', async () => {
    const { sns, sendMany } = await publishing();
    await sendMany(several(12, (nth) => ({ severity: nth < 3 ? 'critical' : 'high' })));
    expect(sns.published[0]?.attributes).toEqual({
      kind: 'alert',
      severity: '["critical","high"]',
      provider: 'pulumi',
      detector: 'unfamiliar-network',
    });
  });

  it('are fewer in a message than would be too large, and none is left out', async () => {
    const { sns, sendMany } = await publishing();
    const tellings = several(40, () => ({ principal: { ...theft().principal, name: 'n'.repeat(9_000) } }));
    let left = tellings;
    while (left.length > 0) left = left.slice(await sendMany(left));
    expect(sns.published.length).toBeGreaterThan(2);
    expect(sns.published.flatMap(({ bodies }) => idsIn(bodies.default))).toEqual(tellings.map(({ alert }) => alert.id));
  });

  it('leave out their events first, and say so', async () => {
    const { sns, sendMany } = await publishing();
    const long = event({ description: 'x'.repeat(20_000) });
    expect(await sendMany(several(20, () => ({ sampleEvents: [long] })))).toBe(20);
    const { alerts } = JSON.parse(sns.published[0]?.bodies.default ?? '') as { alerts: readonly object[] };
    expect(alerts[0]).toMatchObject({ sampleEvents: [], omitted: ['sampleEvents'] });
  });

  it('are told one by one where not even two go together', async () => {
    const { sns, sendMany } = await publishing();
    const [alert = theft()] = alertsSaying('\x00'.repeat(3_000));
    expect(await sendMany([tellingOf({ ...alert, id: 'a' }), tellingOf({ ...alert, id: 'b' })])).toBe(1);
    expect(receivedBy(sns.published[0]?.bodies.lambda)).toMatchObject({ kind: 'alert', alert: { id: 'a' } });
  });

  it('are not waited for when the time is over', async () => {
    const { sns, sendMany } = await publishing();
    const sending = sendMany(several(12), AbortSignal.abort());
    await expect(sending).rejects.toThrow('It is tried again at the next run');
    expect(sns.published).toEqual([]);
  });
});

describe('a digest', () => {
  it('comes out of the sealed form as it went in', async () => {
    const { sns, publishDigest } = await publishing();
    await publishDigest(digestSaying('ci-deploy'));
    expect(sns.published[0]).toMatchObject({ attributes: { kind: 'digest' } });
    expect(receivedBy(sns.published[0]?.bodies.lambda)).toEqual({
      kind: 'digest',
      digest: JSON.parse(JSON.stringify(digestSaying('ci-deploy'))),
    });
  });

  it('lists fewer alerts and counts more where it would be too large', async () => {
    const { sns, publishDigest } = await publishing();
    await publishDigest(digestSaying('"'.repeat(6_000)));
    expect(sns.published).toHaveLength(1);
    expect(receivedBy(sns.published[0]?.bodies.lambda)).toMatchObject({ kind: 'digest' });
  });
});

describe('a refusal', () => {
  it.each([
    ['AuthorizationError', 403, /forbids sns:Publish/],
    ['NotFound', 404, /there is no such topic\. Deploy the stack again/],
    ['KMSAccessDenied', 400, /allow kms:GenerateDataKey and kms:Decrypt/],
    ['KMSDisabled', 400, /Enable it in AWS KMS/],
    ['InvalidParameter', 400, /a fault in the message: made up\. Please report it/],
  ])('%s says what to do', async (code, status, said) => {
    const { sns, sendAlert } = await publishing();
    sns.failures.push({ code, status }, { code, status });
    const error = await sendAlert(tellingOf(theft())).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AlertError);
    expect((error as Error).message).toMatch(said);
    expect((error as Error).message).toContain(topicArn);
  });

  it('that passes is sat out', async () => {
    const { sns, sendAlert } = await publishing();
    sns.failures.push({ code: 'Throttling', status: 400 });
    await sendAlert(tellingOf(theft()));
    expect(sns.published).toHaveLength(1);
  });
});
