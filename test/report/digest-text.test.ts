import { describe, expect, it } from '@jest/globals';
import { nothingMissed } from '../../lib/core/coverage-facts.ts';
import type { Digest, SourceDigest } from '../../lib/core/digest.ts';
import { msPerDay, msPerHour } from '../../lib/core/time.ts';
import { digestJson, digestSubject, digestText } from '../../lib/report/digest-text.ts';
import { slackDigest } from '../../lib/report/slack/digest.ts';
import { nightMs, theft } from './examples.ts';

const atMs = nightMs;

const read = (change: Partial<SourceDigest> = {}): SourceDigest => ({
  source: 'pulumi:acme',
  standing: 'current',
  seen: {
    fromMs: atMs - 30 * msPerDay,
    throughMs: atMs - 60_000,
    events: 12_345,
    lateEvents: 0,
    newestEventMs: atMs - msPerHour,
  },
  silent: undefined,
  missed: nothingMissed,
  principals: 20,
  activePrincipals: 7,
  alerts: 0,
  untold: undefined,
  badRecords: 0,
  kept: undefined,
  isBudgetExceeded: false,
  ...change,
});

const digest = (change: Partial<Digest> = {}): Digest => ({
  atMs,
  sources: [read()],
  alerts: [],
  moreAlerts: 0,
  care: [],
  moreCare: 0,
  ...change,
});

/** As a reader sees it who lets the mail program fold. */
const unfolded = (text: string): string => text.replace(/\n {4}/g, ' ');

describe('a quiet day', () => {
  it('is one line', () => {
    expect(digestText(digest({ sources: [read(), read({ source: 'scalr:acme', activePrincipals: 0 })] }))).toBe(
      'All quiet: 2 logs read up to 14 Mar 2026 02:12 UTC (pulumi:acme and scalr:acme), 7 principals active in the last day, no alerts, nothing to do.\n',
    );
    expect(digestSubject(digest())).toBe('Daily digest: all quiet');
    expect(slackDigest(digest()).blocks).toHaveLength(2);
  });

  it('does not hide records that nobody could read', () => {
    expect(digestText(digest({ sources: [read({ badRecords: 3 })] }))).toContain(
      '3 records of all time could not be read whole.',
    );
  });
});

describe('any other day', () => {
  const unread = read({
    source: 'scalr:acme',
    standing: 'late',
    seen: { fromMs: atMs - msPerDay, throughMs: atMs - 5 * msPerHour, events: 10, lateEvents: 2, newestEventMs: 0 },
  });
  const busy = digest({
    sources: [unread, read({ alerts: 1, untold: { count: 2, sinceMs: atMs - 2 * msPerHour } })],
    alerts: [theft()],
    care: [
      {
        source: 'pulumi:acme',
        care: 'rotation',
        old: 'ci-deploy',
        replacement: 'ci-deploy-2',
        startedAtMs: atMs - msPerDay,
        endsAtMs: atMs + msPerDay,
        callers: 4,
        moved: 2,
        stillOnOld: 1,
        late: 1,
        strangers: 0,
      },
      {
        source: undefined,
        care: 'allowance-ends',
        network: 'AS64500',
        note: 'office move',
        untilMs: atMs + 2 * msPerDay,
      },
    ],
  });

  it('begins with the log that is not read, and says what that means', () => {
    const text = unfolded(digestText(busy));
    expect(text.split('\n').slice(0, 2)).toEqual([
      'Needs care',
      '  - scalr:acme was last read up to 13 Mar 2026 21:13 UTC, 5 hours ago: nothing since then was judged. Look at the logs of its poller.',
    ]);
    expect(text).toContain('2 alerts of pulumi:acme could not be delivered, the first of 14 Mar 2026 00:13 UTC.');
    expect(text).toContain(
      'Rotation of ci-deploy to ci-deploy-2 in pulumi:acme since 13 Mar 2026 02:13 UTC, watched until 15 Mar 2026 02:13 UTC: 2 of 4 callers moved, 1 still on the old token and 1 late.',
    );
    expect(text).toContain('AS64500 is allowed until 16 Mar 2026 02:13 UTC (office move): remove it');
    expect(text).toContain('HIGH, 14 Mar 02:13 UTC: Token ci-deploy was used from a network it has never used');
    expect(text).toContain('12,345 events, the newest of 14 Mar 2026 01:13 UTC. 7 principals of 20 active');
  });

  it('says which log never spoke, and where to look', () => {
    const silence = { quietHours: 480, usualHours: 24, heard: 'nothing' } as const;
    const mute = digest({
      sources: [read({ source: 'scalr:acme', silent: { sinceMs: atMs - 20 * msPerDay, silence } })],
    });
    expect(unfolded(digestText(mute))).toContain(
      '  - scalr:acme is silent: not one event since it was first watched, on 22 Feb 2026 02:13 UTC, 20 days ago. Do something harmless there.',
    );
    expect(digestSubject(mute)).toBe('Daily digest: 1 log silent');
    expect(JSON.parse(digestJson(mute))).toMatchObject({
      isQuiet: false,
      sources: [{ silent: { since: '2026-02-22T02:13:00Z', heard: 'nothing' } }],
    });
  });

  it('keeps to the width of an e-mail', () => {
    expect(
      digestText(busy)
        .split('\n')
        .filter((line) => line.length > 78),
    ).toEqual([]);
  });

  it('is counted in the subject', () => {
    expect(digestSubject(busy)).toBe('Daily digest: 1 log not read, alerts not delivered, 1 alert, 2 to look at');
  });

  it('says so where no log is read at all', () => {
    expect(digestText(digest({ sources: [] }))).toMatch(/No log is read/);
    expect(digestSubject(digest({ sources: [] }))).toBe('Daily digest: no log is read');
  });

  it('is JSON for machines', () => {
    expect(JSON.parse(digestJson(busy))).toMatchObject({
      digest: '2026-03-14T02:13:00Z',
      isQuiet: false,
      sources: [
        { source: 'scalr:acme', standing: 'late', seen: { through: '2026-03-13T21:13:00Z', newestEventAt: null } },
        {},
      ],
      alerts: [{ id: '7d1f0c2a', severity: 'high', source: 'pulumi:acme' }],
    });
  });
});

describe('tokens that need care', () => {
  it('are named with what happens otherwise', () => {
    const source = 'scalr:acme';
    const text = unfolded(
      digestText(
        digest({
          care: [
            { source, care: 'health', health: { finding: 'own-token-ends', atMs: atMs + 3 * msPerDay } },
            { source, care: 'own-token-shared', name: 'ci-deploy' },
            { source, care: 'token-ends', name: 'nightly', endsMs: atMs + msPerDay },
          ],
        }),
      ),
    );
    expect(text).toContain(
      'scalr:acme: The token that tokenwatch itself asks with ends on 17 Mar 2026 02:13 UTC; from then on it sees less, or nothing.',
    );
    expect(text).toContain('scalr:acme: tokenwatch reads with ci-deploy, which others work with.');
    expect(text).toContain(
      'scalr:acme: token nightly is in use and ends on 15 Mar 2026 02:13 UTC: replace it before, or what uses it stops.',
    );
  });
});
