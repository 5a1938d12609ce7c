import { describe, expect, it } from '@jest/globals';
import type { Acknowledgement } from '../../lib/core/acknowledgement.ts';
import { beginCoverage, type Coverage } from '../../lib/core/coverage.ts';
import { digestOf, isQuiet, type SourceState } from '../../lib/core/digest.ts';
import { neverSurveyed } from '../../lib/core/inventory/last-survey.ts';
import { msPerDay, msPerHour, msPerMinute } from '../../lib/core/time.ts';
import { beginWatch } from '../../lib/core/watch/watch.ts';
import { ciDeploy, theft } from '../report/examples.ts';

/** Sunday, 15 Mar 2026, 07:00 UTC. */
const nowMs = Date.UTC(2026, 2, 15, 7);
const settings = { nowMs, alertBudgetPerWeek: 1, allow: [] };

/** Read up to so long ago, after a backfill that ended a month before. */
const readUpTo = (agoMs: number): Coverage => ({
  ...beginCoverage(nowMs - 30 * msPerDay, 30 * msPerDay),
  settledThroughMs: nowMs - agoMs - 15 * msPerMinute,
  newestEventMs: nowMs - agoMs,
  events: 4_000,
});

const calm = (source: string, change: Partial<SourceState> = {}): SourceState => ({
  source,
  coverage: readUpTo(2 * msPerMinute),
  alerts: [],
  untoldSinceMs: [],
  badRecords: 0,
  lastActiveMs: [nowMs - msPerHour, nowMs - 2 * msPerDay],
  watches: [],
  acknowledgements: [],
  survey: neverSurveyed,
  ...change,
});

const answer = (change: Partial<Acknowledgement>): Acknowledgement => ({
  id: 'k1',
  alertId: 'a1',
  principalKey: 'pulumi:acme|token|tok-1',
  principalName: 'ci-deploy',
  by: 'anna',
  note: undefined,
  atMs: nowMs - msPerDay,
  untilMs: nowMs + 3 * msPerDay,
  withdrawnAtMs: undefined,
  allowances: [],
  ownerKeys: [],
  ...change,
});

describe('a digest', () => {
  it('is quiet when every log is read and nobody has to do anything', () => {
    const digest = digestOf([calm('pulumi:acme'), calm('scalr:acme', { badRecords: 2 })], settings);
    expect(isQuiet(digest)).toBe(true);
    expect(digest.sources[0]).toMatchObject({ standing: 'current', principals: 2, activePrincipals: 1, alerts: 0 });
  });

  it('is not quiet while a log is read that never had an event, from a day after its start on', () => {
    const empty = (sinceMs: number) =>
      calm('scalr:acme', {
        coverage: { ...readUpTo(0), backfillUntilMs: nowMs - sinceMs, newestEventMs: 0, events: 0 },
      });
    const digest = digestOf([calm('pulumi:acme'), empty(20 * msPerDay)], settings);
    expect(isQuiet(digest)).toBe(false);
    expect(digest.sources[1]).toMatchObject({
      standing: 'current',
      silent: { sinceMs: nowMs - 20 * msPerDay, silence: { usualHours: 24, heard: 'nothing' } },
    });
    expect(isQuiet(digestOf([empty(20 * msPerHour)], settings))).toBe(true);
  });

  it('is not quiet when there is nothing to read', () => {
    expect(isQuiet(digestOf([], settings))).toBe(false);
  });

  it('begins with what was never read, then with what was not read for longest', () => {
    const digest = digestOf(
      [
        calm('a'),
        calm('b', { coverage: readUpTo(3 * msPerHour) }),
        calm('c', { coverage: beginCoverage(nowMs, 30 * msPerDay) }),
        calm('d', { coverage: undefined }),
        calm('e', { coverage: readUpTo(40 * msPerHour) }),
      ],
      settings,
    );
    expect(digest.sources.map(({ source, standing }) => `${source} ${standing}`)).toEqual([
      'd never-read',
      'e late',
      'b late',
      'c catching-up',
      'a current',
    ]);
    expect(isQuiet(digest)).toBe(false);
  });

  it('lists alerts of the last day, the most severe first, without their events', () => {
    const openedAgo = (hours: number, id: string, severity: 'low' | 'critical') =>
      theft({ id, severity, openedAtMs: nowMs - hours * msPerHour });
    const alerts = [openedAgo(30, 'old', 'critical'), openedAgo(5, 'x', 'low'), openedAgo(9, 'y', 'critical')];
    const digest = digestOf([calm('pulumi:acme', { alerts })], settings);
    expect(digest.alerts.map(({ id }) => id)).toEqual(['y', 'x']);
    expect(digest.alerts.flatMap(({ sampleEvents }) => sampleEvents)).toEqual([]);
    expect(digest.sources[0]?.alerts).toBe(2);
  });

  it('leaves out what was read as history', () => {
    const coverage = beginCoverage(nowMs + 20 * msPerHour, 30 * msPerDay);
    const alerts = [theft({ openedAtMs: nowMs - 10 * msPerHour }), theft({ openedAtMs: nowMs - 2 * msPerHour })];
    expect(digestOf([calm('pulumi:acme', { alerts, coverage })], settings).alerts).toHaveLength(1);
  });

  it('counts what it does not list', () => {
    const alerts = Array.from({ length: 14 }, (_, nth) => theft({ id: `a${nth}`, openedAtMs: nowMs - msPerHour }));
    expect(digestOf([calm('pulumi:acme', { alerts })], settings)).toMatchObject({ moreAlerts: 4 });
  });

  it('tells of alerts that wait for more than an hour, and of no others', () => {
    const untoldSinceMs = [nowMs - msPerMinute, nowMs - 3 * msPerHour, nowMs - 2 * msPerHour];
    const digest = digestOf([calm('pulumi:acme', { untoldSinceMs })], settings);
    expect(digest.sources[0]?.untold).toEqual({ count: 2, sinceMs: nowMs - 3 * msPerHour });
    expect(isQuiet(digest)).toBe(false);
  });

  it('says when far more is told than was promised', () => {
    const alerts = Array.from({ length: 30 }, (_, nth) =>
      theft({ id: `a${nth}`, openedAtMs: nowMs - (nth + 2) * 20 * msPerHour }),
    );
    expect(digestOf([calm('pulumi:acme', { alerts })], settings).sources[0]?.isBudgetExceeded).toBe(true);
  });
});

describe('what needs care', () => {
  it('is a rotation for as long as it lasts', () => {
    const watch = beginWatch(
      {
        source: 'pulumi:acme',
        old: ciDeploy,
        replacement: 'ci-deploy-2',
        startedBy: 'person',
        startedAtMs: nowMs - msPerDay,
        overlapEndsMs: nowMs,
        endsAtMs: nowMs + msPerDay,
        deletedAtMs: undefined,
      },
      [],
    );
    const ended = { ...watch, endedAtMs: nowMs - msPerHour };
    const digest = digestOf([calm('pulumi:acme', { watches: [watch, ended] })], settings);
    expect(digest.care).toMatchObject([{ care: 'rotation', old: 'ci-deploy', callers: 0, late: 0, strangers: 0 }]);
  });

  it('is an acknowledgement that ends within a week', () => {
    const acknowledgements = [
      answer({ alertId: 'soon' }),
      answer({ alertId: 'later', untilMs: nowMs + 20 * msPerDay }),
      answer({ alertId: 'over', untilMs: nowMs - msPerHour }),
      answer({ alertId: 'withdrawn', withdrawnAtMs: nowMs - msPerHour }),
    ];
    const digest = digestOf([calm('pulumi:acme', { acknowledgements })], settings);
    expect(digest.care).toMatchObject([{ care: 'acknowledgement-ends', alertId: 'soon', by: 'anna' }]);
  });

  it('is what a survey of the vendor’s API found', () => {
    const survey = {
      ...neverSurveyed,
      health: [{ finding: 'own-token-ends', atMs: nowMs + 3 * msPerDay }] as const,
      own: [
        { name: 'ci-deploy', isShared: true },
        { name: 'older', isShared: true },
      ],
      ending: [
        { name: 'nightly', endsMs: nowMs + msPerDay },
        { name: 'ended', endsMs: nowMs - msPerHour },
      ],
    };
    const digest = digestOf([calm('pulumi:acme', { survey })], settings);
    expect(digest.care).toEqual([
      { source: 'pulumi:acme', care: 'health', health: survey.health[0] },
      { source: 'pulumi:acme', care: 'own-token-shared', name: 'ci-deploy' },
      { source: 'pulumi:acme', care: 'token-ends', name: 'nightly', endsMs: nowMs + msPerDay },
    ]);
    expect(isQuiet(digest)).toBe(false);
  });

  it('is a network whose allowance ends within a week', () => {
    const allowed = (asn: number, untilMs: number) => ({
      network: { kind: 'owner' as const, asn },
      untilMs,
      note: 'office move',
    });
    const allow = [
      allowed(64500, nowMs + 2 * msPerDay),
      allowed(64501, nowMs + 60 * msPerDay),
      allowed(64502, nowMs - msPerDay),
    ];
    const digest = digestOf([calm('pulumi:acme')], { ...settings, allow });
    expect(digest.care).toMatchObject([{ care: 'allowance-ends', network: 'AS64500' }]);
    expect(isQuiet(digest)).toBe(false);
  });
});
