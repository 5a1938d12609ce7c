/** Posting to Slack: where the address may lead, what is waited for, and what each refusal says to do. */
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { AlertError } from '../../../lib/adapters/alerts/alert-error.ts';
import { slackAlerts, slackWebhook } from '../../../lib/adapters/alerts/slack.ts';
import { Secret } from '../../../lib/config/secret.ts';
import { slackMessage } from '../../../lib/report/slack/alert.ts';
import { slackManyAlerts } from '../../../lib/report/slack/many-alerts.ts';
import { theft } from '../../report/examples.ts';
import { closeStandIns, handClock, standIn } from '../secrets/stand-in.ts';
import { slackStandIn, text } from './slack-stand-in.ts';

afterEach(closeStandIns);

const message = slackMessage(theft());
const at = (url: string) => async (): Promise<Secret> => new Secret(url);

const posting = async () => {
  const slack = await slackStandIn();
  const clock = handClock();
  const startMs = clock.nowMs();
  const post = slackWebhook({ readUrl: at(slack.url + slack.path), clock });
  return { slack, post, clock, waitedMs: () => clock.nowMs() - startMs };
};

/** The failure, which holds nothing of the address. */
const failureOf = async (done: Promise<void>): Promise<Error> => {
  const error = await done.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AlertError);
  expect(inspect(error, { depth: 9 })).not.toMatch(/T000|B000|services\/\w/);
  return error as Error;
};

describe('a message', () => {
  it('is posted once, as JSON that Slack takes', async () => {
    const { slack, post } = await posting();
    await post(message);
    expect(slack.messages()).toEqual([message]);
    expect(slack.got).toHaveLength(1);
  });

  it('goes out for an alert when Slack is told of directly', async () => {
    const slack = await slackStandIn();
    const { sendAlert, sendMany } = slackAlerts({
      readUrl: at(slack.url + slack.path),
      clock: handClock(),
      words: { one: slackMessage, many: slackManyAlerts },
    });
    const telling = { key: 'a/opened', source: 'pulumi:acme', alert: theft() };
    await sendAlert(telling);
    expect(slack.messages()).toEqual([message]);
    expect(await sendMany(Array.from({ length: 60 }, () => telling))).toBe(50);
    expect(slack.messages()[1]).toEqual(slackManyAlerts(Array.from({ length: 50 }, () => theft())));
  });

  it.each([
    [text(429, 'rate_limited', { 'retry-after': '7' }), 7_000],
    [
      text(429, 'rate_limited', {
        date: 'Sat, 14 Mar 2026 02:10:00 GMT',
        'retry-after': 'Sat, 14 Mar 2026 02:10:09 GMT',
      }),
      9_000,
    ],
    [text(429, 'rate_limited'), 1_000],
    [text(503, 'busy'), 1_000],
    [text(500, 'rollup_error'), 1_000],
  ])('is posted again after %j', async (answer, waitMs) => {
    const { slack, post, waitedMs } = await posting();
    slack.next.push(answer);
    await post(message);
    expect(slack.messages()).toHaveLength(1);
    expect(waitedMs()).toBe(waitMs);
  });

  it('is given up when Slack stays away, each wait twice the last', async () => {
    const { slack, post, waitedMs } = await posting();
    slack.next.push(...Array.from({ length: 20 }, () => text(503, 'busy')));
    expect((await failureOf(post(message))).message).toBe(
      'Slack cannot answer just now (503). It will be tried again.',
    );
    expect(slack.got).toHaveLength(6);
    expect(waitedMs()).toBe(31_000);
  });

  it('is given up at once when Slack says to come back after the limit', async () => {
    const { slack, post, waitedMs } = await posting();
    slack.next.push(text(429, 'rate_limited', { 'retry-after': '3600' }));
    expect((await failureOf(post(message))).message).toMatch(/takes no more messages just now/);
    expect(waitedMs()).toBe(0);
  });

  it('is not sent on where an answer points elsewhere', async () => {
    const { slack, post } = await posting();
    const elsewhere = await standIn(() => ({ status: 200, body: 'ok' }));
    slack.next.push(text(307, '', { location: elsewhere.url }));
    expect((await failureOf(post(message))).message).toMatch(/points elsewhere/);
    expect(elsewhere.got).toEqual([]);
  });

  it('does not count as posted when something else answers in place of Slack', async () => {
    const { slack, post } = await posting();
    slack.next.push(text(200, '<html>Please log in to the hotel network</html>'));
    expect((await failureOf(post(message))).message).toMatch(/in place of Slack/);
  });

  it('fails within its time where nobody answers', async () => {
    const silent = await standIn(() => new Promise(() => {}));
    const post = slackWebhook({
      readUrl: at(`${silent.url}/services/T000/B000/example`),
      clock: handClock(),
      requestMsMax: 50,
      giveUpAfterMs: 0,
    });
    expect((await failureOf(post(message))).message).toMatch(/could not be reached: no whole answer within/);
  });
});

describe('a refusal', () => {
  it.each([
    [403, 'invalid_token', /wrong or revoked\. Make a new incoming webhook/],
    [404, 'no_service', /removed or disabled\. Make a new incoming webhook/],
    [404, 'channel_not_found', /channel does not exist any more/],
    [410, 'channel_is_archived', /channel is archived\. Restore it/],
    [403, 'action_prohibited', /administrator of the Slack workspace forbids/],
    [400, 'invalid_blocks', /fault of tokenwatch/],
    [400, 'something_new', /Slack answered 400 something_new, which tokenwatch does not know/],
    [403, '<html>Blocked by example proxy</html>', /Slack answered 403, which tokenwatch does not know/],
  ])('%s %s says what to do, and is not tried again', async (status, word, said) => {
    const { slack, post, waitedMs } = await posting();
    slack.next.push(text(status, word));
    expect((await failureOf(post(message))).message).toMatch(said);
    expect(slack.got).toHaveLength(1);
    expect(waitedMs()).toBe(0);
  });

  it('of an old address has the secret read again, once, and the new one used', async () => {
    const slack = await slackStandIn('/services/T000/B000/new');
    const asked: (boolean | undefined)[] = [];
    const post = slackWebhook({
      readUrl: async (options) => {
        asked.push(options?.fresh);
        return new Secret(`${slack.url}/services/T000/B000/${options?.fresh ? 'new' : 'old'}`);
      },
      clock: handClock(),
    });
    await post(message);
    expect(slack.messages()).toHaveLength(1);
    expect(asked).toEqual([undefined, true]);
  });
});

describe('an address', () => {
  it.each([
    'http://hooks.slack.com/services/T000/B000/example',
    'https://hooks.slack.com.evil.example/services/T000/B000/example',
    'https://hooks.slack.com:8443/services/T000/B000/example',
    'https://user:password@hooks.slack.com/services/T000/B000/example',
    'https://evil.example/services/T000/B000/example',
    'https://127.0.0.1.evil.example/services/T000/B000/example',
    'https://hooks.slack.com/workflows/T000/B000/example',
    'file:///services/T000/B000/example',
    'not-an-address-T000',
  ])('that does not lead to Slack is not followed: %s', async (url) => {
    const asked: unknown[] = [];
    const post = slackWebhook({
      readUrl: at(url),
      clock: handClock(),
      fetch: async (input) => {
        asked.push(input);
        return new Response('ok');
      },
    });
    expect((await failureOf(post(message))).message).toMatch(/^The secret for Slack .*https:\/\/api\.slack\.com\/apps/);
    expect(asked).toEqual([]);
  });

  it.each([
    'https://hooks.slack.com/services/T000/B000/example',
    'https://hooks.slack-gov.com/services/T000/B000/example',
  ])('of Slack is asked, without following: %s', async (url) => {
    const asked: string[] = [];
    const post = slackWebhook({
      readUrl: at(url),
      clock: handClock(),
      fetch: async (input, init) => {
        asked.push(`${init?.method} ${input} ${init?.redirect}`);
        return new Response('ok');
      },
    });
    await post(message);
    expect(asked).toEqual([`POST ${url} manual`]);
  });
});
