/** Many alerts in one message: what each is in a line, the gravest first, all of each for machines. */
import { describe, expect, it } from '@jest/globals';
import { alertJson } from '../../lib/report/alert-json.ts';
import { manyAlertsHeadline, manyAlertsJson, manyAlertsMessage, manyAlertsText } from '../../lib/report/many-alerts.ts';
import { slackManyAlerts } from '../../lib/report/slack/many-alerts.ts';
import { problemWith } from '../adapters/alerts/slack-rules.ts';
import { actingOnScreens, cases } from '../hostile/corpus.ts';
import { alertsSaying } from '../hostile/saying.ts';
import { ciDeploy, nightMs, theft } from './examples.ts';

const alerts = [
  theft({ id: '2026-03-14-aaaaaaaaaaaa' }),
  theft({
    id: '2026-03-14-bbbbbbbbbbbb',
    severity: 'critical',
    openedAtMs: nightMs + 60_000,
    principal: { ...ciDeploy, name: 'release' },
  }),
];

describe('many alerts at once', () => {
  it('are a line each, the gravest first, and say how each is shown whole', () => {
    expect(manyAlertsText(alerts)).toBe(
      [
        'CRITICAL  2 alerts came at once, 1 critical and 1 high, and are told together:',
        '          the gravest first.',
        '',
        'In        pulumi:acme',
        '',
        'Alerts    - CRITICAL, 14 Mar 02:14 UTC: Token release was used from a network',
        '            it has never used: Example Hosting (AS64500, hosting, NL)',
        '            (2026-03-14-bbbbbbbbbbbb)',
        '          - HIGH, 14 Mar 02:13 UTC: Token ci-deploy was used from a network it',
        '            has never used: Example Hosting (AS64500, hosting, NL)',
        '            (2026-03-14-aaaaaaaaaaaa)',
        '',
        'Next      1. Look for what they have in common, such as one network, one',
        '             person or one rotation: that is the story.',
        '          2. Show each whole, with what to do about it, by its id. The',
        '             gravest:',
        '             tokenwatch alerts 2026-03-14-bbbbbbbbbbbb',
        '',
      ].join('\n'),
    );
  });

  it('are headed by the gravest severity, their number and where', () => {
    expect(manyAlertsHeadline(alerts)).toBe('CRITICAL: 2 alerts at once in pulumi:acme');
    const ofFour = ['a', 'b', 'c', 'd'].map((name) => theft({ source: `pulumi:${name}` }));
    expect(manyAlertsHeadline(ofFour)).toBe('HIGH: 4 alerts at once in pulumi:a, pulumi:b, pulumi:c and 1 more');
  });

  it('are a list of the alerts for machines, in the order in which they came', () => {
    expect(JSON.parse(manyAlertsJson(alerts, []))).toEqual({
      alerts: alerts.map((alert) => JSON.parse(alertJson(alert))),
    });
    expect(JSON.parse(manyAlertsJson(alerts, ['sampleEvents']))).toMatchObject({
      alerts: [{ omitted: ['sampleEvents'] }, { omitted: ['sampleEvents'] }],
    });
  });

  it.each(cases)('act on no terminal, in text, subject and JSON, whatever their names: %s', (_, text) => {
    const hostile = alertsSaying(text);
    const { subject, text: body, json } = manyAlertsMessage(hostile, []);
    expect(subject).toMatch(/^[\x21-\x7e][\x20-\x7e]{0,98}$/);
    expect(body.split('\n').flatMap(actingOnScreens)).toEqual([]);
    expect(actingOnScreens(json)).toEqual([]);
  });

  it('fit a message to Slack with what to do, fifty of them', () => {
    const message = slackManyAlerts(
      Array.from({ length: 50 }, () => theft({ principal: { ...ciDeploy, name: 'n'.repeat(5_000) } })),
    );
    expect(problemWith(JSON.stringify(message))).toBeUndefined();
    expect(JSON.stringify(message.blocks.at(-1))).toContain('\\ntokenwatch alerts 7d1f0c2a');
  });
});
