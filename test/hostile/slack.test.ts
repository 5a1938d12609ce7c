/**
 * Slack: markup is our own words and nothing else; whatever a log can fill is plain text with emoji off, in which nothing
 * is left that could be markup if it were read as such; and Slack takes the message.
 */
import { describe, expect, it } from '@jest/globals';
import { slackAlarm, slackNotice } from '../../lib/report/slack/alarm.ts';
import { slackMessage } from '../../lib/report/slack/alert.ts';
import { slackDigest } from '../../lib/report/slack/digest.ts';
import { slackManyAlerts } from '../../lib/report/slack/many-alerts.ts';
import type { SlackMessage } from '../../lib/report/slack/message.ts';
import { problemWith } from '../adapters/alerts/slack-rules.ts';
import { actingOnScreens, cases } from './corpus.ts';
import { alertsSaying, digestSaying, harmlessText } from './saying.ts';

type TextObject = {
  readonly type: string;
  readonly text: string;
  readonly emoji?: boolean;
  readonly verbatim?: boolean;
};

/** Every text object, wherever it stands. */
const textsIn = (value: unknown): readonly TextObject[] => {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'type' in value && (value.type === 'mrkdwn' || value.type === 'plain_text') ? [value as TextObject] : [];
  return [...own, ...Object.values(value).flatMap(textsIn)];
};

/** The one link that a source's name is part of, and it only as far as vendors allow names. */
const ourLinks =
  /^<https:\/\/app\.pulumi\.com\/([A-Za-z0-9][A-Za-z0-9_-]{0,99})\|\1 in Pulumi Cloud> {3}<https:\/\/app\.pulumi\.com\/account\/tokens\|Your own Pulumi tokens>$/;

const markupIn = (message: SlackMessage): readonly string[] =>
  textsIn(message.blocks)
    .filter(({ type, text }) => type === 'mrkdwn' && !ourLinks.test(text))
    .map(({ text }) => text);

const lawful = (message: SlackMessage, harmless: SlackMessage): void => {
  expect(problemWith(JSON.stringify(message))).toBeUndefined();
  expect(markupIn(message)).toEqual(markupIn(harmless));
  const texts = textsIn(message.blocks);
  for (const { type, text, emoji, verbatim } of texts) {
    expect(type === 'plain_text' ? emoji === false : verbatim === true).toBe(true);
    expect(text.split('\n').flatMap(actingOnScreens)).toEqual([]);
    if (type === 'plain_text') expect(text).not.toMatch(/<|@(here|channel|everyone|group)\b/i);
  }
  // The text for notifications is always read as markup.
  expect(actingOnScreens(message.text)).toEqual([]);
  expect(message.text).not.toMatch(/[<>`]|&(?!(amp|lt|gt);)|@(here|channel|everyone)\b|:[\w+'-]{1,100}:/i);
  expect(message.text).not.toMatch(/(?<![\p{L}\p{N}])[*_~@#]|[*_~](?![\p{L}\p{N}])/u);
};

describe('in Slack', () => {
  const harmless = alertsSaying(harmlessText).map((alert) => slackMessage(alert));

  it.each(cases)('many alerts at once have no markup but ours: %s', (_, text) => {
    lawful(slackManyAlerts(alertsSaying(text)), slackManyAlerts(alertsSaying(harmlessText)));
  });

  it.each(cases)('an alert has no markup but ours: %s', (_, text) => {
    alertsSaying(text).forEach((alert, nth) => {
      const calm = harmless[nth];
      expect(calm).toBeDefined();
      if (calm !== undefined) lawful(slackMessage(alert), calm);
    });
  });

  it.each(cases)('neither has the digest: %s', (_, text) => {
    lawful(slackDigest(digestSaying(text)), slackDigest(digestSaying(harmlessText)));
  });

  it.each(cases)('nor an alarm, nor a message that nobody knows: %s', (_, text) => {
    const alarmSaying = (said: string) =>
      slackAlarm({
        name: said,
        state: 'alarm',
        description: said,
        reason: `Threshold crossed: ${said}`,
        atMs: undefined,
        account: said,
        region: said,
        arn: said,
      });
    lawful(alarmSaying(text), alarmSaying(harmlessText));
    lawful(slackNotice({ subject: text, text }), slackNotice({ subject: harmlessText, text: harmlessText }));
  });
});
