import { describe, expect, it } from '@jest/globals';
import stringWidth from 'string-width';
import { severities } from '../../lib/core/alert.ts';
import { alertMessage } from '../../lib/report/alert-message.ts';
import { alertText } from '../../lib/report/alert-text.ts';
import { slackMessage } from '../../lib/report/slack/alert.ts';
import {
  authenticationFailures,
  event,
  everyEvidence,
  exampleHosting,
  finding,
  nightMs,
  oddHours,
  sensitiveAction,
  theft,
  theftSaying,
  tokenLife,
  unfamiliarNetwork,
} from './examples.ts';
import { actingOnScreens, hostileTexts } from './hostile.ts';

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => stringWidth(line)));

describe('an alert as text', () => {
  it('answers what, when, who, why, where, what they did and what next', () => {
    const alert = theft({
      findings: [finding(unfamiliarNetwork()), finding(sensitiveAction(), 3.1)],
      sampleEvents: [
        event(),
        event({ id: 'e2', atMs: nightMs + 60_000, action: 'environment-opened', outcome: 'failure' }),
      ],
      networks: [
        exampleHosting,
        { address: '192.0.2.7', prefix: '192.0.2.0/24', owner: undefined, class: 'unknown', country: undefined },
      ],
    });
    expect(alertText(alert, { zone: 'Europe/Berlin' })).toBe(`\
HIGH      Token ci-deploy was used from a network it has never used: Example Hosting (AS64500,
          hosting, NL); also having opened secrets

When      14 Mar 2026 02:13 to 02:19 UTC (03:13 to 03:19 Europe/Berlin), 12 events

Who       token ci-deploy (id tok-1) in pulumi:acme

How sure  Surprise 4.3: ordinary use looks at least this odd about 1 in 20,000 times. High: ask the
          owner now.

Why       - It was used from 203.0.113.9, which belongs to Example Hosting (AS64500, hosting, NL): a
            network it has never used. Usual: Example Cloud and 198.51.100.0/24 (cloud). In about 58
            active days there was not once a new network owner. Nobody else in the organization was
            lately seen there. Very unusual for it (about 1 in 20,000).
          - It opened secrets: environment-opened on acme/prod. It did not once do so in about its
            last 90 sessions. Very unusual for it (about 1 in 1,300).

Where     Address      Owner               AS  Kind          Country
          203.0.113.9  Example Hosting  64500  hosting       NL
          192.0.2.7    -                    -  unknown kind  -

Events    Time (UTC)  Action              Target     Address      Outcome
          02:13:07    stack-exported      acme/prod  203.0.113.9  success
          02:14:00    environment-opened  acme/prod  203.0.113.9  failure
          and 10 more in the log

Next      1. Ask whoever owns the token ci-deploy whether this was theirs from 203.0.113.9 on 14 Mar
             2026 02:13 UTC.
          2. If nobody claims it, delete the token in Pulumi Cloud; that revokes it at once.
             Organization token: Settings > Access Management > Access Tokens of acme. Team token:
             the team's page, Access Tokens. Personal token: only its owner can, at
             https://app.pulumi.com/account/tokens; if they cannot be reached, remove them from the
             organization.
          3. Rotate the secrets that it opened, first those of acme/prod.
          4. Check what else came from 203.0.113.9: other tokens may have leaked with this one.
          5. If it was yours, say so; what it showed is then not told again for 30 days:
             tokenwatch ack 7d1f0c2a --until 30d --by YOUR-NAME

Alert     7d1f0c2a
`);
  });

  it('says the days where it ran past midnight', () => {
    const text = alertText(theft({ firstEventAtMs: nightMs - 3 * 3_600_000, eventCount: 1, sampleEvents: [event()] }));
    expect(text).toContain('When      13 Mar 2026 23:13 to 14 Mar 2026 02:19 UTC, 1 event\n');
    expect(text).toContain('          14 Mar 02:13:07  stack-exported');
    expect(text).not.toContain('more in the log');
  });

  it('calls a fact a fact', () => {
    expect(alertText(theft({ severity: 'critical', findings: [finding(tokenLife())] }))).toContain(
      'How sure  A fact, which needs no statistics. Critical: act now.\n',
    );
  });

  it('leaves out what there is nothing of', () => {
    const text = alertText(theft({ findings: [finding(authenticationFailures())], sampleEvents: [], networks: [] }));
    expect(text).not.toContain('Where');
    expect(text).not.toContain('Events ');
  });

  it('never breaks a command, and names the state in it', () => {
    const place = { program: 'npx tokenwatch', state: '/home/anna/a long way down/to where/the state is/state.db' };
    const command =
      'npx tokenwatch ack 7d1f0c2a --until 30d --by YOUR-NAME --state "/home/anna/a long way down/to where/the state is/state.db"';
    expect(alertText(theft(), { width: 60, place }).split('\n')).toContain(`             ${command}`);
    expect(alertMessage(theft(), [], { place }).text.split('\n')).toContain(`             ${command}`);
    expect(JSON.stringify(slackMessage(theft(), { place }))).toContain(`\\n${JSON.stringify(command).slice(1, -1)}`);
  });

  it.each([[60], [80], [100], [140]])('keeps to %p columns', (width) => {
    const long = 'a-stack-with-a-name-that-nobody-should-have-given-it-and-yet-somebody-did';
    const alert = theft({
      findings: everyEvidence.map((evidence) => finding(evidence)),
      sampleEvents: [
        event({ target: long, ip: '2001:db8:1234:5678:9abc:def0:1234:5678' }),
        event({ target: '東京'.repeat(30) }),
      ],
    });
    expect(widest(alertText(alert, { width, zone: 'America/Argentina/Buenos_Aires' }))).toBeLessThanOrEqual(width);
  });

  it('is never narrower than its tables need, nor wider than asked for', () => {
    expect(alertText(theft(), { width: 10 })).toBe(alertText(theft(), { width: 60 }));
    expect(alertText(theft(), { width: 100.9 })).toBe(alertText(theft()));
  });

  it('has no colour unless asked for, and says nothing by colour alone', () => {
    const plain = alertText(theft());
    const coloured = alertText(theft(), { colour: true });
    expect(actingOnScreens(plain.replaceAll('\n', ''))).toEqual([]);
    expect(coloured).toContain('\x1b[31mHIGH\x1b[0m      Token ci-deploy');
    for (const code of ['\x1b[31m', '\x1b[2m', '\x1b[0m']) expect(coloured).toContain(code);
    expect(['\x1b[31m', '\x1b[2m', '\x1b[0m'].reduce((text, code) => text.replaceAll(code, ''), coloured)).toBe(plain);
  });

  it.each(severities.map((severity) => [severity]))('says the severity in words: %s', (severity) => {
    expect(alertText(theft({ severity, findings: [finding(oddHours())] })).startsWith(severity.toUpperCase())).toBe(
      true,
    );
  });

  it('passes no hostile name raw and stays within its width', () => {
    for (const text of hostileTexts) {
      const shown = alertText(theftSaying(text), { width: 72 });
      expect(actingOnScreens(shown.replaceAll('\n', ''))).toEqual([]);
      expect(shown).not.toContain('://evil');
      expect(widest(shown)).toBeLessThanOrEqual(72);
      expect(shown.split('\n').length).toBeLessThan(120);
    }
  });
});
