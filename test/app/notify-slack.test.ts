/** From what SNS hands over to what Slack gets: each kind in its words, nothing dropped, failures thrown. */
import { describe, expect, it } from '@jest/globals';
import { sealedAlerts, sealedDigest, sealedTelling } from '../../lib/adapters/alerts/envelope.ts';
import { messagesIn } from '../../lib/adapters/alerts/sns-messages.ts';
import { type Post, slackNotifications } from '../../lib/app/notify-slack.ts';
import { slackAlarm, slackNotice } from '../../lib/report/slack/alarm.ts';
import { slackMessage } from '../../lib/report/slack/alert.ts';
import { slackDigest } from '../../lib/report/slack/digest.ts';
import { slackManyAlerts } from '../../lib/report/slack/many-alerts.ts';
import { digestSaying } from '../hostile/saying.ts';
import { theft } from '../report/examples.ts';

const words = {
  alert: slackMessage,
  alerts: slackManyAlerts,
  digest: slackDigest,
  alarm: slackAlarm,
  other: slackNotice,
};

const posting = (refuse: (post: Post, nth: number) => boolean = () => false) => {
  const posts: Post[] = [];
  let nth = 0;
  const notify = slackNotifications({
    words,
    post: async (post) => {
      nth += 1;
      if (refuse(post, nth)) throw new Error(`refused ${nth}`);
      posts.push(post);
    },
  });
  return { notify, posts };
};

const event = (...messages: readonly string[]) =>
  messagesIn({ Records: messages.map((Message, nth) => ({ Sns: { MessageId: `m-${nth}`, Subject: null, Message } })) });

const telling = sealedTelling({ key: 'a/opened', source: 'pulumi:acme', alert: theft() });
/** As CloudWatch publishes it, cut to what is read (CloudWatch User Guide). */
const alarm = (state: string): string =>
  JSON.stringify({
    AlarmName: 'Poller is not running',
    AlarmDescription: 'Nothing was read from pulumi:acme.',
    AWSAccountId: '111122223333',
    NewStateValue: state,
    NewStateReason: 'Threshold Crossed',
    StateChangeTime: '2026-03-14T02:13:00.000+0000',
    Region: 'EU (Ireland)',
    AlarmArn: 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:x',
    OldStateValue: 'OK',
    Trigger: { MetricName: 'LagSeconds' },
  });

describe('what comes by the topic', () => {
  it('is many alerts at once, as one post', async () => {
    const { notify, posts } = posting();
    const alerts = [theft(), theft({ id: 'another', severity: 'critical' })];
    await notify(event(sealedAlerts(alerts)));
    expect(posts).toEqual([slackManyAlerts(JSON.parse(JSON.stringify(alerts)))]);
  });

  it('is an alert, an alarm, its end, or the digest, each in its own words', async () => {
    const { notify, posts } = posting();
    await notify(event(telling, alarm('ALARM'), alarm('OK'), sealedDigest(digestSaying('ci-deploy'))));
    expect(posts[0]).toEqual(slackMessage(theft()));
    expect(posts.slice(1).map(({ text }) => text)).toEqual([
      'Alarm: Poller is not running',
      'Over: Poller is not running',
      'Daily digest: 1 log not read, 1 log silent, alerts not delivered, 6 alerts, 3 to look at, a part...',
    ]);
    expect(JSON.stringify(posts[1])).toContain('on 14 Mar 2026 02:13 UTC, in EU (Ireland), account 111122223333');
  });

  it.each([
    'plain words',
    '',
    '{"AlarmName":"x"}',
    '{"AlarmName":"x","NewStateValue":"EXPLODED"}',
    '{"tokenwatch":"alert","version":99,"body":"{}"}',
    '{"tokenwatch":"alert","version":1,"body":"{}"}',
    '{"tokenwatch":"alert","version":1,"body":"not JSON"}',
    '{"tokenwatch":"alert","version":1,"body":"{\\"alert\\":{\\"id\\":1}}"}',
    '{"tokenwatch":"digest","version":1,"body":"{\\"atMs\\":1}"}',
    '[1,2]',
    'null',
  ])('and is shown as it came where it is none of these: %s', async (message) => {
    const { notify, posts } = posting();
    await notify(event(message));
    expect(posts).toEqual([slackNotice({ subject: undefined, text: message })]);
  });
});

describe('a failure', () => {
  it('is thrown as it is, so that the message is tried again', async () => {
    const { notify } = posting(() => true);
    await expect(notify(event(telling))).rejects.toThrow('refused 1');
  });

  it('holds up no other message, and those that arrived are not posted again', async () => {
    const { notify, posts } = posting((_, nth) => nth === 2);
    const messages = event(telling, alarm('ALARM'), alarm('OK'));
    await expect(notify(messages)).rejects.toThrow('refused 2');
    expect(posts.map(({ text }) => text)).toEqual([slackMessage(theft()).text, 'Over: Poller is not running']);
    await notify(messages);
    expect(posts.slice(2).map(({ text }) => text)).toEqual(['Alarm: Poller is not running']);
  });

  it('of several is told together', async () => {
    const { notify } = posting(() => true);
    await expect(notify(event(telling, alarm('OK')))).rejects.toThrow(
      '2 messages could not be posted: refused 1 refused 2',
    );
  });
});
