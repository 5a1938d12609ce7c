import { describe, expect, it } from '@jest/globals';
import { alertJson } from '../../lib/report/alert-json.ts';
import { sentenceOf } from '../../lib/report/sentences.ts';
import { event, everyEvidence, finding, nightMs, oddHours, theft, theftSaying } from './examples.ts';
import { actingOnScreens, hostileTexts } from './hostile.ts';

describe('an alert as JSON', () => {
  it('is the contract, key by key, on one line', () => {
    const alert = theft({ sampleEvents: [event({ user: 'alice', userAgent: 'pulumi-cli/3.1' })] });
    expect(alertJson(alert)).toBe(
      [
        '{"id":"7d1f0c2a"',
        '"openedAt":"2026-03-14T02:13:07Z"',
        '"firstEventAt":"2026-03-14T02:13:00Z"',
        '"lastEventAt":"2026-03-14T02:19:00Z"',
        '"principal":{"provider":"pulumi","kind":"token","id":"tok-1","name":"ci-deploy"}',
        '"severity":"high"',
        '"surprise":4.3',
        '"reasons":[{"detector":"unfamiliar-network","network":{"address":"203.0.113.9","prefix":"203.0.113.0/24","owner":{"asn":64500,"name":"Example Hosting","class":"hosting"},"class":"hosting","country":"NL"},"newAt":"owner","daysActive":58.4,"daysWithNew":0.2,"usual":["Example Cloud","198.51.100.0/24"],"usualClass":"cloud","othersOnPrefix":0,"sentence":"It was used from 203.0.113.9, which belongs to Example Hosting (AS64500, hosting, NL): a network it has never used. Usual: Example Cloud and 198.51.100.0/24 (cloud). In about 58 active days there was not once a new network owner. Nobody else in the organization was lately seen there. Very unusual for it (about 1 in 20,000)."}]',
        '"eventCount":12',
        '"sampleEvents":[{"id":"e1","at":"2026-03-14T02:13:07Z","ip":"203.0.113.9","action":"stack-exported","outcome":"success","user":"alice","credential":null,"target":"acme/prod","userAgent":"pulumi-cli/3.1","description":null}]',
        '"source":"pulumi:acme"',
        '"acknowledged":[]}',
      ].join(','),
    );
  });

  it('holds each reason with its evidence by name and its sentence last', () => {
    const alert = theft({ findings: everyEvidence.map((evidence) => finding(evidence)) });
    const reasons: readonly object[] = JSON.parse(alertJson(alert)).reasons;
    expect(reasons.map((reason) => Object.keys(reason).join(' '))).toEqual([
      'detector network newAt daysActive daysWithNew usual usualClass othersOnPrefix sentence',
      'detector at density sessions usualFromHour usualToHour concentration sentence',
      'detector at windowHours count expected rarelyAbove sentence',
      'detector of at count expected rarelyAbove days sentence',
      'detector kind action target sessions sessionsWithKind isTampering sentence',
      'detector failures expected firstAt lastAt gotInAt sentence',
      'detector fact since at sentence',
    ]);
    expect(reasons[5]).toEqual({
      detector: 'authentication-failures',
      failures: 37,
      expected: 0.3,
      firstAt: '2026-03-14T02:10:00Z',
      lastAt: '2026-03-14T02:13:00Z',
      gotInAt: null,
      sentence: sentenceOf(finding(everyEvidence[5] ?? oddHours()), alert),
    });
  });

  it('gives equal bytes for alerts that differ by less than they can know', () => {
    const exactly = (surprise: number, density: number) =>
      alertJson(theft({ surprise, findings: [finding(oddHours({ density }))] }));
    expect(exactly(0.1 + 0.2 + 4, 0.3)).toBe(exactly(4.3, 0.1 + 0.2));
    expect(exactly(-0, 0)).toBe(exactly(0, 0));
  });

  it('stays a number where the surprise is infinite', () => {
    expect(JSON.parse(alertJson(theft({ surprise: Number.POSITIVE_INFINITY }))).surprise).toBe(300);
  });

  it('gives times as ISO 8601 in UTC, with milliseconds only where there are any', () => {
    const { openedAt } = JSON.parse(alertJson(theft({ openedAtMs: nightMs + 250 })));
    expect(openedAt).toBe('2026-03-14T02:13:00.250Z');
  });

  it('is safe to print, and loses nothing', () => {
    for (const text of hostileTexts) {
      const line = alertJson(theftSaying(text));
      expect(actingOnScreens(line)).toEqual([]);
      const { principal, sampleEvents } = JSON.parse(line);
      expect(principal.name).toBe(text);
      expect(sampleEvents[0].userAgent).toBe(text);
    }
  });
});
