/** What a Slack message says, and that it stays within what Slack takes. */
import { describe, expect, it } from '@jest/globals';
import { slackAlarm, slackNotice } from '../../../lib/report/slack/alarm.ts';
import { slackMessage } from '../../../lib/report/slack/alert.ts';
import { escapedMarkup, type SlackMessage } from '../../../lib/report/slack/message.ts';
import { problemWith } from '../../adapters/alerts/slack-rules.ts';
import { ciDeploy, everyEvidence, finding, nightMs, sensitiveAction, theft, unfamiliarNetwork } from '../examples.ts';

const shown = ({ blocks }: SlackMessage): readonly string[] =>
  blocks.flatMap((block) => (block.type === 'context' ? block.elements.map(({ text }) => text) : [block.text.text]));

describe('an alert in Slack', () => {
  it('answers what, why with numbers, where, and what to do next, in this order', () => {
    const message = slackMessage(
      theft({ findings: [finding(unfamiliarNetwork()), finding(sensitiveAction())], severity: 'critical' }),
    );
    const texts = shown(message);
    expect(texts[0]).toMatch(/^CRITICAL: Token ci-deploy was used from a network it has never used: Example Hosting/);
    expect(message.text).toBe(texts[0]);
    expect(texts.filter((text) => /^\*.*\*$/.test(text))).toEqual(['*Why*', '*Where*', '*Events*', '*Next*']);
    expect(texts[3]).toContain('In about 58 active days there was not once a new network owner.');
    expect(texts[3]).toContain('opened secrets: environment-opened on acme/prod');
    expect(texts[5]).toBe('• 203.0.113.9: Example Hosting (AS64500, hosting, NL)');
    expect(texts[7]).toContain('• 02:13:07 UTC stack-exported on acme/prod from 203.0.113.9');
    expect(texts[9]).toMatch(/^1\. Ask whoever owns the token ci-deploy/);
    expect(texts.slice(-3)).toEqual([
      '<https://app.pulumi.com/acme|acme in Pulumi Cloud>   <https://app.pulumi.com/account/tokens|Your own Pulumi tokens>',
      'Alert 7d1f0c2a',
      'Log pulumi:acme',
    ]);
  });

  it('links to Scalr, and nowhere for a log of another system', () => {
    const linksOf = (provider: string, source: string): readonly string[] =>
      shown(slackMessage(theft({ source, principal: { ...ciDeploy, provider } }))).filter((text) =>
        text.startsWith('<'),
      );
    expect(linksOf('scalr', 'scalr:acme')).toEqual(['<https://acme.scalr.io|acme in Scalr>']);
    expect(linksOf('scalr', 'scalr:evil.example/')).toEqual([]);
    expect(linksOf('ssh', 'ssh')).toEqual([]);
  });

  it('fits Slack with everything that can be found at once', () => {
    const findings = [...everyEvidence, ...everyEvidence, ...everyEvidence].map((evidence) => finding(evidence));
    const message = slackMessage(theft({ findings }));
    expect(problemWith(JSON.stringify(message))).toBeUndefined();
    expect(
      shown(message)
        .join('\n')
        .match(/• It was used from/g),
    ).toHaveLength(3);
  });
});

describe('an alarm in Slack', () => {
  const alarm = {
    name: 'tokenwatch pulumi:acme: Polling has stopped',
    state: 'alarm',
    description: 'Nothing was read from pulumi:acme for half an hour: whatever happens there is not seen.',
    reason: 'Threshold Crossed: no datapoints were received for 6 periods.',
    atMs: nightMs,
    account: '111122223333',
    region: 'EU (Ireland)',
    arn: 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:tokenwatch pulumi:acme: Polling has stopped',
  } as const;

  it('says what it means and which heading of the runbook to read', () => {
    expect(shown(slackAlarm(alarm))).toEqual([
      'Alarm: tokenwatch pulumi:acme: Polling has stopped',
      'on 14 Mar 2026 02:13 UTC, in EU (Ireland), account 111122223333',
      '*What it means*',
      alarm.description,
      '*Why*',
      alarm.reason,
      '*Next*',
      'Read “Polling has stopped” in docs/runbook.md: what to check, what to do.',
      alarm.arn,
    ]);
  });

  it('says that it is over, and that nothing is to be done', () => {
    const texts = shown(slackAlarm({ ...alarm, state: 'ok' }));
    expect(texts[0]).toBe('Over: tokenwatch pulumi:acme: Polling has stopped');
    expect(texts).toContain('Nothing is to be done.');
  });
});

describe('a message that nobody knows', () => {
  it('is shown as it came, line by line', () => {
    expect(shown(slackNotice({ subject: undefined, text: 'one\r\n<!channel> two' }))).toEqual([
      'A message by the alert topic',
      'one\n\\x3c!channel> two',
    ]);
  });
});

describe('text that is read as markup', () => {
  it.each([
    ['<!channel> & <@U1>', '&lt;!channel&gt; &amp; &lt;\\x40U1&gt;'],
    ['*bold* _it_ ~no~ `code`', '\\x2abold\\x2a \\x5fit\\x5f \\x7eno\\x7e \\x60code\\x60'],
    ['@here #general :skull:', '\\x40here \\x23general \\x3askull:'],
    ['ci_deploy_prod of anna@example.com, 2 * 3', 'ci_deploy_prod of anna@example.com, 2 \\x2a 3'],
  ])('has none in it: %s', (text, escaped) => {
    expect(escapedMarkup(text)).toBe(escaped);
  });
});
