import { describe, expect, it } from '@jest/globals';
import type { Evidence } from '../../lib/core/alert.ts';
import { headlineOf, sentenceOf } from '../../lib/report/sentences.ts';
import { oddsText } from '../../lib/report/words.ts';
import {
  authenticationFailures,
  ciDeploy,
  exampleHosting,
  finding,
  nightMs,
  oddHours,
  sensitiveAction,
  theft,
  theftSaying,
  tokenLife,
  unfamiliarNetwork,
  usageDay,
  usageSpike,
} from './examples.ts';
import { actingOnScreens, hostileTexts } from './hostile.ts';

const sentence = (evidence: Evidence, surprise = 4.3): string =>
  sentenceOf(finding(evidence, surprise), { principal: ciDeploy });
const headline = (...evidence: readonly Evidence[]): string =>
  headlineOf(theft({ findings: evidence.map((each) => finding(each)) }));

describe('the sentence of an unfamiliar network', () => {
  it('says where, what is usual, and how sure', () => {
    expect(sentence(unfamiliarNetwork())).toBe(
      'It was used from 203.0.113.9, which belongs to Example Hosting (AS64500, hosting, NL): a network it has never used. Usual: Example Cloud and 198.51.100.0/24 (cloud). In about 58 active days there was not once a new network owner. Nobody else in the organization was lately seen there. Very unusual for it (about 1 in 20,000).',
    );
  });

  it('says how often such news comes to a principal that moves', () => {
    expect(
      sentence(unfamiliarNetwork({ newAt: 'address', daysActive: 20, daysWithNew: 7.6, othersOnPrefix: 3 }), 0.4),
    ).toBe(
      'It was used from 203.0.113.9, which belongs to Example Hosting (AS64500, hosting, NL): an address it has not used lately. Usual: Example Cloud and 198.51.100.0/24 (cloud). There was a new address on about 8 of 20 active days. 3 others or more in the organization were lately seen there too. Not unusual for it by itself.',
    );
  });

  it('is right in the singular', () => {
    expect(
      sentence(unfamiliarNetwork({ daysActive: 1, daysWithNew: 1, othersOnPrefix: 1, usual: ['Example Cloud'] })),
    ).toBe(
      'It was used from 203.0.113.9, which belongs to Example Hosting (AS64500, hosting, NL): a network it has never used. Usual: Example Cloud (cloud). There was a new network owner on about 1 of 1 active day. 1 other in the organization was lately seen there too. Very unusual for it (about 1 in 20,000).',
    );
  });

  it('does without what no table told', () => {
    const network = { ...exampleHosting, owner: undefined, class: 'unknown', country: undefined } as const;
    expect(
      sentence(unfamiliarNetwork({ network, newAt: 'prefix', daysActive: 0, usual: [], usualClass: undefined })),
    ).toBe(
      'It was used from 203.0.113.9, which belongs to 203.0.113.0/24 (owner unknown): an address range it has not used lately. Nothing is known of where it is usually used. Nobody else in the organization was lately seen there. Very unusual for it (about 1 in 20,000).',
    );
  });
});

describe('the sentence of odd hours', () => {
  it('says when, which hours are usual, and how sure', () => {
    expect(sentence(oddHours(), 2)).toBe(
      'It was active on 14 Mar 2026 02:13 UTC, an hour 50 times quieter than its average hour. Nine in ten of its sessions start from 07:00 to 17:30 UTC, as learned from about 120 sessions. That is 5 hours before its day begins. Unusual for it (about 1 in 100).',
    );
  });

  it('says how far that is from the day that the principal keeps, on either side of it and around midnight', () => {
    const at = (hour: number, usual: { readonly usualFromHour: number; readonly usualToHour: number }): string =>
      sentence(oddHours({ atMs: Date.UTC(2026, 2, 14, hour), ...usual }));
    const office = { usualFromHour: 7, usualToHour: 17.5 };
    const nights = { usualFromHour: 22, usualToHour: 5 };
    expect(at(19, office)).toContain('That is 2 hours after its day ends.');
    expect(at(6, office)).toContain('That is 1 hour before its day begins.');
    expect(at(7, nights)).toContain('That is 2 hours after its day ends.');
    expect(at(20, nights)).toContain('That is 2 hours before its day begins.');
    for (const within of [at(9, office), at(23, nights), at(2, nights)]) expect(within).not.toContain('That is');
  });

  it('says all times in the zone of the reader too, as that day has it', () => {
    const said = (atMs: number): string =>
      sentenceOf(finding(oddHours({ atMs })), { principal: ciDeploy, zone: 'Europe/Berlin' });
    expect(said(nightMs)).toContain('14 Mar 2026 02:13 UTC (03:13 Europe/Berlin)');
    expect(said(nightMs)).toContain('07:00 to 17:30 UTC (08:00 to 18:30 Europe/Berlin)');
    expect(said(Date.UTC(2026, 6, 14, 22, 30))).toContain('14 Jul 2026 22:30 UTC (15 Jul 00:30 Europe/Berlin)');
    expect(said(Date.UTC(2026, 6, 14, 22, 30))).toContain('07:00 to 17:30 UTC (09:00 to 19:30 Europe/Berlin)');
  });

  it('admits that loose hours prove little', () => {
    expect(sentence(oddHours({ concentration: 0.3 }))).toContain(
      'It keeps loose hours, so this sign is weak by itself.',
    );
  });

  it('does not count what is too rare or not rare', () => {
    expect(sentence(oddHours({ density: 0 }))).toContain('an hour at which it is practically never active.');
    expect(sentence(oddHours({ density: 0.9, sessions: 1 }))).toContain(
      'an hour no busier than others. Nine in ten of its sessions start from 07:00 to 17:30 UTC, as learned from about 1 session.',
    );
  });
});

describe('the sentence of a usage spike', () => {
  it('says how many, how many are usual, and how sure', () => {
    expect(sentence(usageSpike())).toBe(
      'It caused 1,412 events in the hour up to 14 Mar 2026 02:13 UTC. Usual: about 12; only 1 such window in 1,000 exceeds 40. Very unusual for it (about 1 in 20,000).',
    );
  });

  it('is right for a day and for less than one', () => {
    expect(sentence(usageSpike({ windowHours: 24, count: 1, expected: 0.02, rarelyAbove: 0.4 }), 3)).toBe(
      'It caused 1 event in the 24 hours up to 14 Mar 2026 02:13 UTC. Usual: less than one; only 1 such window in 1,000 exceeds 0. Very unusual for it (about 1 in 1,000).',
    );
  });
});

describe('the sentence of a usage day', () => {
  it('says what was counted, how much is usual, and how sure', () => {
    expect(sentence(usageDay())).toBe(
      'It opened secrets 64 times from midnight UTC to 14 Mar 2026 02:13 UTC. Usual: about 5.2, as learned from about 40 days that had any; only 1 such day in 1,000 exceeds 18. Very unusual for it (about 1 in 20,000).',
    );
    expect(sentence(usageDay({ of: 'targets', count: 120 }))).toContain('It touched about 120 targets from midnight');
    expect(sentence(usageDay({ of: 'events', count: 1412 }))).toContain(
      'It caused 1,412 events from midnight UTC to 14 Mar 2026 02:13 UTC. Usual: about 5.2, as learned from about 40 days; only',
    );
  });

  it('is right in the singular, and where it never did so before', () => {
    expect(sentence(usageDay({ of: 'state', days: 1 }))).toContain('as learned from about 1 day that had any;');
    expect(sentence(usageDay({ of: 'credentials', days: 0 }))).toBe(
      'It created or changed credentials 64 times from midnight UTC to 14 Mar 2026 02:13 UTC. No day is remembered on which it did so before. Very unusual for it (about 1 in 20,000).',
    );
  });

  it('leads or joins a headline', () => {
    expect(headline(usageDay())).toBe('Token ci-deploy opened secrets 64 times in a day, usually about 5.2');
    expect(headline(usageDay({ days: 0 }))).toBe('Token ci-deploy opened secrets 64 times in a day');
    expect(headline(oddHours(), usageDay())).toContain('; also far more in a day than usual');
  });
});

describe('the sentence of a sensitive action', () => {
  it('says what it did, how often it does, and how sure', () => {
    expect(sentence(sensitiveAction())).toBe(
      'It opened secrets: environment-opened on acme/prod. It did not once do so in about its last 90 sessions. Very unusual for it (about 1 in 20,000).',
    );
    expect(
      sentence(
        sensitiveAction({ kind: 'state', action: 'stack-exported', target: undefined, sessionsWithKind: 2.2 }),
        1.6,
      ),
    ).toBe(
      'It read stack state: stack-exported. It did so in about 2 of 90 sessions before. Unusual for it (about 1 in 40).',
    );
    expect(sentence(sensitiveAction({ sessions: 0 }))).toContain('Nothing is known of what it usually does.');
    expect(sentence(sensitiveAction({ sessions: 1 }))).toContain('It did not do so in its one session before.');
  });

  it.each([
    ['credentials', 'It created or changed credentials: '],
    ['members-and-roles', 'It changed members or roles: '],
    ['login-controls', 'It changed how people log in: '],
    ['log-pipeline', 'It changed the audit log or its export: '],
    ['code-execution', 'It made code run: '],
    ['destruction', 'It deleted or destroyed something: '],
  ] as const)('has words for %s', (kind, words) => {
    expect(sentence(sensitiveAction({ kind })).startsWith(words)).toBe(true);
  });
});

describe('the sentence of authentication failures', () => {
  it('says how many, within what time, and how sure', () => {
    expect(sentence(authenticationFailures())).toBe(
      '37 attempts were refused within 3 minutes, 14 Mar 2026 02:10 to 02:13 UTC. Usual: less than one. Very unusual for it (about 1 in 20,000).',
    );
  });

  it('is right in the singular', () => {
    expect(sentence(authenticationFailures({ failures: 1, expected: 1 }), 1)).toBe(
      '1 attempt was refused on 14 Mar 2026 02:13 UTC. Usual: about 1. Slightly unusual for it (about 1 in 10).',
    );
  });
});

describe('the sentence of a token at its end', () => {
  it('is a fact', () => {
    expect(sentence(tokenLife())).toBe(
      'The token was deleted on 11 Mar 2026 02:13 UTC and used 3 days later, on 14 Mar 2026 02:13 UTC: somebody still holds it. This is a fact, not a likelihood.',
    );
    expect(sentence(tokenLife({ fact: 'used-after-expiry', sinceMs: nightMs - 3_600_000 }))).toBe(
      'The token expired on 14 Mar 2026 01:13 UTC and was used 1 hour later, on 14 Mar 2026 02:13 UTC: somebody still holds it. This is a fact, not a likelihood.',
    );
  });

  it('or a likelihood, where it only slept', () => {
    expect(sentence(tokenLife({ fact: 'dormant-woke', sinceMs: nightMs - 200 * 86_400_000 }))).toBe(
      'The token had slept for 200 days, since 26 Aug 2025 02:13 UTC, and was used again on 14 Mar 2026 02:13 UTC. Very unusual for it (about 1 in 20,000).',
    );
  });
});

describe('odds', () => {
  it.each([
    [4.3, 'about 1 in 20,000'],
    [3, 'about 1 in 1,000'],
    [2.5, 'about 1 in 320'],
    [1, 'about 1 in 10'],
    [0, 'about 1 in 1'],
    [-1, 'about 1 in 1'],
    [6.5, 'about 1 in 3,200,000'],
    [6.51, 'less than 1 in 3 million'],
    [Number.POSITIVE_INFINITY, 'less than 1 in 3 million'],
  ])('of surprise %p are %s', (surprise, words) => {
    expect(oddsText(surprise)).toBe(words);
  });
});

describe('the headline', () => {
  it('names the principal, the news and the place', () => {
    expect(headline(unfamiliarNetwork())).toBe(
      'Token ci-deploy was used from a network it has never used: Example Hosting (AS64500, hosting, NL)',
    );
    expect(headline(unfamiliarNetwork({ newAt: 'address' }))).toBe(
      'Token ci-deploy was used from an address it has not used lately: 203.0.113.9, Example Hosting (AS64500, hosting, NL)',
    );
    expect(headline(unfamiliarNetwork({ newAt: 'prefix' }))).toBe(
      'Token ci-deploy was used from an address range it has not used lately: 203.0.113.0/24, Example Hosting (AS64500, hosting, NL)',
    );
    expect(headline(oddHours())).toBe('Token ci-deploy was active at an odd hour: 14 Mar 2026 02:13 UTC');
    expect(headline(usageSpike())).toBe(
      'Token ci-deploy did far more than usual: 1,412 events in 1 hour, usually about 12',
    );
    expect(headline(sensitiveAction({ sessionsWithKind: 3 }))).toBe(
      'Token ci-deploy opened secrets, which it seldom does: environment-opened on acme/prod',
    );
    expect(headline(authenticationFailures({ failures: 1 }))).toBe('Token ci-deploy had 1 attempt refused');
    expect(headline(tokenLife({ fact: 'dormant-woke' }))).toBe('Token ci-deploy was used again after 3 days of sleep');
  });

  it('tells one story of several signs, the strongest first', () => {
    expect(headline(unfamiliarNetwork(), sensitiveAction(), oddHours())).toBe(
      'Token ci-deploy was used from a network it has never used: Example Hosting (AS64500, hosting, NL); also having opened secrets and at an odd hour',
    );
  });

  it('puts a fact before any likelihood', () => {
    expect(headline(unfamiliarNetwork(), tokenLife())).toBe(
      'Token ci-deploy was used 3 days after it was deleted; also from an unfamiliar network',
    );
  });

  it('names users, service accounts and principals without a name', () => {
    const of = (change: Partial<typeof ciDeploy>): string =>
      headlineOf(theft({ principal: { ...ciDeploy, ...change }, findings: [] }));
    expect(of({ kind: 'user', name: 'alice@example.com' })).toBe('User alice@example.com behaved unlike itself');
    expect(of({ kind: 'service-account', name: 'ci bot' })).toBe('Service account “ci bot” behaved unlike itself');
    expect(of({ name: ' ' })).toBe('Token tok-1 behaved unlike itself');
  });
});

describe('hostile names', () => {
  it('never reach a sentence or a headline raw', () => {
    for (const text of hostileTexts) {
      const alert = theftSaying(text);
      for (const said of [headlineOf(alert), ...alert.findings.map((each) => sentenceOf(each, alert))]) {
        expect(actingOnScreens(said)).toEqual([]);
        expect(said).not.toContain('://evil');
        expect(said.length).toBeLessThan(2_000);
      }
    }
  });
});
