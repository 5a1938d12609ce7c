import { describe, expect, it } from '@jest/globals';
import { allowancesOf } from '../../lib/core/acknowledgement.ts';
import { newcomers, type Principal, strangers } from '../../lib/core/principal.ts';
import { alertJson } from '../../lib/report/alert-json.ts';
import { howSure, whoText } from '../../lib/report/alert-text.ts';
import { nextSteps } from '../../lib/report/next-steps.ts';
import { headlineOf, sentenceOf } from '../../lib/report/sentences.ts';
import { authenticationFailures, finding, theft, usageSpike } from './examples.ts';

const flood = usageSpike({ of: 'newcomers', count: 48_762, expected: 0.04, rarelyAbove: 3 });
const floodOf = (principal: Principal) => theft({ principal, severity: 'high', findings: [finding(flood, 17.7)] });
const ofTokens = floodOf(newcomers('pulumi'));
const ofNames = floodOf(strangers('pulumi'));

describe('a flood of tokens and users', () => {
  it('is one line that says how many came, and from when on that is odd', () => {
    expect(headlineOf(ofTokens)).toBe(
      'About 49,000 tokens and users that were never seen before were used within one hour',
    );
    expect(sentenceOf(finding(flood), ofTokens)).toBe(
      'About 49,000 tokens and users that were never seen before were used within one hour, up to 14 Mar 2026 02:13 UTC. Usual: 0 to 3. The first 1,000 of each hour are watched singly; the others are told here together, until they come back in another hour. This is a fact, not a likelihood.',
    );
  });

  it('says what to do, and asks nobody whether it was theirs', () => {
    expect(nextSteps(ofTokens)).toEqual([
      'Find out who makes them: look in the log who created tokens or users just before, and stop that one. A rollout of your own would explain it.',
      'The log may be flooded to hide something in it: read what your own tokens and users did in that hour, log-ins, secrets and new tokens first.',
      'If it goes on, close the door: allow known addresses only, or block 203.0.113.9.',
    ]);
    expect(whoText(ofTokens)).toContain('tokens and users never seen before');
    expect(howSure(ofTokens)).toContain('A fact, which needs no statistics.');
  });

  it('is a fact, which no answer makes usual', () => {
    expect(allowancesOf(ofTokens)).toBeUndefined();
  });

  it('is a usage spike in JSON, which names what was counted in a key of its own', () => {
    const { reasons } = JSON.parse(alertJson(ofTokens));
    expect(Object.keys(reasons[0]).join(' ')).toBe('detector at windowHours count expected rarelyAbove of sentence');
    expect(reasons[0]).toMatchObject({ detector: 'usage-spike', count: 48_762, of: 'newcomers' });
  });
});

describe('a flood of names that are refused', () => {
  it('says that they were tried, and what else there was', () => {
    const alert = { ...ofNames, findings: [...ofNames.findings, finding(authenticationFailures())] };
    expect(headlineOf(alert)).toBe(
      'About 49,000 users that never logged in were tried within one hour; also after refused attempts',
    );
    expect(sentenceOf(finding(flood), ofNames)).toBe(
      'About 49,000 users that never logged in were tried within one hour, up to 14 Mar 2026 02:13 UTC. Usual: 0 to 3. This is a fact, not a likelihood.',
    );
    expect(nextSteps(alert)[0]).toBe(
      'Look in the log whether any log-in from the same addresses succeeded: that account is the one to worry about.',
    );
  });
});
