/** What must hold of every investigation, whatever the log. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AuditEvent } from '../../../lib/core/event.ts';
import { investigate } from '../../../lib/core/investigation/investigation.ts';
import { emptyRegister, principalsNamed, registerEvents } from '../../../lib/core/investigation/register.ts';
import { beginSurvey, endSurvey, surveyEvents } from '../../../lib/core/investigation/survey.ts';
import type { LogCoverage } from '../../../lib/core/investigation/verdict.ts';
import { rememberNetworks } from '../../../lib/core/network.ts';
import { msPerDay, msPerHour, msPerMinute } from '../../../lib/core/time.ts';
import { ada, call, ciToken, daily, everySecond, exampleOwners, having, source } from '../having.ts';

const startMs = Date.UTC(2026, 2, 2);
const untilMs = startMs + 40 * msPerDay;
const networks = rememberNetworks(exampleOwners);

const whole: LogCoverage = {
  fromMs: startMs,
  toMs: untilMs,
  kind: 'read',
  events: 0,
  toleranceMs: 15 * msPerMinute,
  silences: [],
  tooFull: [],
  unreadRecords: 0,
  historyEnd: undefined,
};

const questionOf = (events: readonly AuditEvent[], leakedAtMs?: number) => {
  const register = emptyRegister();
  registerEvents(events, register);
  return { subjects: principalsNamed('ci-deploy', register), leakedAtMs, untilMs, networks };
};

const investigated = (events: readonly AuditEvent[], leakedAtMs?: number, coverage = whole) =>
  investigate(events, { ...questionOf(events, leakedAtMs), coverage });

const daysOfWork = daily({ from: '2026-03-02T09:00:00Z', times: 38, ip: '192.0.2.7' });
const leakedAtMs = startMs + 30 * msPerDay;

const at = fc.integer({ min: 0, max: 40 * 24 * 60 - 1 }).map((minute) => startMs + minute * msPerMinute);
const ip = fc.constantFrom(
  '192.0.2.7',
  '192.0.2.8',
  '198.51.100.9',
  '203.0.113.4',
  '2001:db8:a::1',
  '10.0.0.1',
  undefined,
);
const action = fc.constantFrom(
  'stack-update-started',
  'stack-exported',
  'environment-open',
  'auth-failure-environment',
);
const event: fc.Arbitrary<AuditEvent> = fc.tuple(at, ip, action, fc.boolean()).map(([atMs, address, name, isAda]) =>
  call(atMs, address, {
    action: name,
    outcome: name.startsWith('auth') ? 'failure' : 'success',
    target: 'web/prod',
    principal: isAda ? ada : ciToken,
  }),
);
const log = fc
  .array(event, { maxLength: 120 })
  .map((events) =>
    [...new Map([...daysOfWork, ...events].map((each) => [each.id, each])).values()].sort(
      (a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1),
    ),
  );

describe('every investigation', () => {
  it('accounts for each event of its subject exactly once', () => {
    fc.assert(
      fc.property(log, (events) => {
        const { use, callers } = investigated(events, leakedAtMs);
        const own = events.filter(({ principal, atMs }) => principal === ciToken && atMs < untilMs).length;
        expect(use.reduce((sum, hour) => sum + hour.usual + hour.unclear + hour.foreign, 0)).toBe(own);
        expect(callers.reduce((sum, caller) => sum + caller.events, 0)).toBe(own);
      }),
      { seed: 7, numRuns: 40 },
    );
  });

  it('says the same however the log is cut into batches', () => {
    fc.assert(
      fc.property(log, fc.integer({ min: 1, max: 60 }), (events, size) => {
        const question = questionOf(events, leakedAtMs);
        const atOnce = beginSurvey(question);
        surveyEvents(events, atOnce);
        endSurvey(atOnce);
        const inBatches = beginSurvey(question);
        for (let from = 0; from < events.length; from += size) surveyEvents(events.slice(from, from + size), inBatches);
        endSurvey(inBatches);
        expect(inBatches.sessions).toEqual(atOnce.sessions);
      }),
      { seed: 7, numRuns: 25 },
    );
  });

  it('sees the very sessions that the engine sees', () => {
    fc.assert(
      fc.property(log, (events) => {
        const survey = beginSurvey(questionOf(events));
        surveyEvents(events, survey);
        const open = [...survey.open.values()].flat();
        const engines = having(events).baselineOf(ciToken).sessions;
        expect(open.map(({ ownerKey, startMs: start, events: count }) => [ownerKey, start, count]).sort()).toEqual(
          engines.map(({ ownerKey, startMs: start, events: count }) => [ownerKey, start, count]).sort(),
        );
      }),
      { seed: 7, numRuns: 40 },
    );
  });

  it('never says that there is no sign while something is missing', () => {
    fc.assert(
      fc.property(log, fc.integer({ min: 0, max: 20 }), fc.boolean(), (events, lateDays, hasHole) => {
        const coverage: LogCoverage = {
          ...whole,
          toMs: untilMs - lateDays * msPerDay,
          silences: hasHole ? [{ fromMs: leakedAtMs, toMs: leakedAtMs + 3 * msPerDay }] : [],
        };
        const { verdict, counts } = investigated(events, leakedAtMs, coverage);
        if (verdict.answer === 'no-sign') {
          expect([lateDays, hasHole, counts.foreign, counts.unclear]).toEqual([0, false, 0, 0]);
        }
        if (verdict.answer === 'cannot-tell') expect(verdict.missing).not.toEqual([]);
      }),
      { seed: 7, numRuns: 40 },
    );
  });

  it('knows nothing of what happened after it ends', () => {
    const later = everySecond({
      from: '2026-06-01T00:00:00Z',
      times: 30,
      ip: '198.51.100.9',
      action: 'stack-exported',
    });
    expect(investigated([...daysOfWork, ...later], leakedAtMs).verdict.answer).toBe('no-sign');
  });
});

describe('the verdict', () => {
  const theft = everySecond({
    from: '2026-04-05T02:00:00Z',
    times: 20,
    ip: '198.51.100.9',
    action: 'stack-exported',
    target: 'web/prod',
  });

  it('is used-by-others for a new country, rented servers and state never read before', () => {
    const { verdict, sessions } = investigated(
      [...daysOfWork, ...theft].sort((a, b) => a.atMs - b.atMs),
      leakedAtMs,
    );
    expect(verdict.answer).toBe('used-by-others');
    expect(sessions[0]).toMatchObject({ judgement: 'foreign', isCertain: true });
    expect(sessions[0]?.signs).toEqual(expect.arrayContaining(['new-network', 'far-away', 'sensitive-action']));
  });

  it('takes a colleague’s days at the same place before as an explanation', () => {
    const colleague = daily({ from: '2026-03-10T10:00:00Z', times: 10, ip: '203.0.113.20', principal: ada });
    const visit = [call('2026-04-05T10:00:00Z', '203.0.113.4')];
    const { verdict } = investigated(
      [...daysOfWork, ...colleague, ...visit].sort((a, b) => a.atMs - b.atMs),
      leakedAtMs,
    );
    expect(verdict.answer).toBe('no-sign');
  });

  it('takes it as no more than a reason to ask where anybody can rent the same address', () => {
    const colleague = daily({ from: '2026-03-10T10:00:00Z', times: 10, ip: '198.51.100.20', principal: ada });
    const visit = [call('2026-04-05T10:00:00Z', '198.51.100.9')];
    const { verdict, sessions } = investigated(
      [...daysOfWork, ...colleague, ...visit].sort((a, b) => a.atMs - b.atMs),
      leakedAtMs,
    );
    expect(verdict.answer).toBe('cannot-tell');
    expect(sessions[0]).toMatchObject({ judgement: 'unclear', explanation: 'known-to-organization' });
  });

  it('takes nobody’s days at the place for an explanation that came after the leak', () => {
    const other = { ...ciToken, id: 'tok-2', name: 'other' };
    const earlier = daily({ from: '2026-04-01T10:00:00Z', times: 4, ip: '203.0.113.20', principal: other });
    const later = daily({ from: '2026-04-05T10:00:00Z', times: 3, ip: '203.0.113.20' });
    const { verdict, callers, followers } = investigated(
      [...daysOfWork, ...earlier, ...later].sort((a, b) => a.atMs - b.atMs),
      leakedAtMs,
    );
    expect(verdict.answer).toBe('probably');
    expect(callers[0]).toMatchObject({ judgement: 'foreign', explanation: undefined });
    expect(followers).toMatchObject([{ principal: { name: 'other' }, isMadeThere: false }]);
  });

  it('lists all that was opened, however many events hide it', () => {
    const flood = everySecond({
      from: '2026-04-05T02:00:00Z',
      times: 400,
      ip: '198.51.100.9',
      action: 'environment-open',
      target: 'web/dev',
    });
    const last = call('2026-04-05T02:10:00Z', '198.51.100.9', { action: 'environment-open', target: 'billing/prod' });
    const { opened, deeds } = investigated(
      [...daysOfWork, ...flood, last].sort((a, b) => a.atMs - b.atMs),
      leakedAtMs,
    );
    expect(deeds.sensitive.some(({ target }) => target === 'billing/prod')).toBe(false);
    expect(opened.map(({ target, events }) => [target, events])).toEqual([
      ['web/dev', 400],
      ['billing/prod', 1],
    ]);
  });

  it('does not let a thief’s other token vouch for this one', () => {
    const other = { ...ciToken, id: 'tok-2', name: 'other' };
    const earlier = everySecond({ from: '2026-04-04T02:00:00Z', times: 9, ip: '198.51.100.9', principal: other });
    const { verdict, followers } = investigated(
      [...daysOfWork, ...earlier, ...theft].sort((a, b) => a.atMs - b.atMs),
      leakedAtMs,
    );
    expect(verdict.answer).toBe('used-by-others');
    expect(followers).toMatchObject([{ principal: { name: 'other' }, isMadeThere: false }]);
  });

  it('needs no log after the token was deleted', () => {
    const deletion = call(startMs + 33 * msPerDay, '192.0.2.50', {
      principal: ada,
      action: 'organization-token-deleted',
      target: 'ci-deploy',
    });
    const before = daysOfWork.filter(({ atMs }) => atMs < deletion.atMs);
    const coverage = { ...whole, toMs: deletion.atMs + msPerHour };
    const { verdict, subjects } = investigated([...before, deletion], leakedAtMs, coverage);
    expect(subjects[0]).toMatchObject({ deletedAtMs: deletion.atMs });
    expect(verdict.answer).toBe('no-sign');
  });

  it('is never no-sign where a second of the time asked about was too full to be read', () => {
    const within = { fromMs: leakedAtMs + msPerDay, toMs: leakedAtMs + msPerDay + 1_000 };
    const before = { fromMs: leakedAtMs - msPerDay, toMs: leakedAtMs - msPerDay + 1_000 };
    expect(investigated(daysOfWork, leakedAtMs, { ...whole, tooFull: [before] }).verdict.answer).toBe('no-sign');
    expect(investigated(daysOfWork, leakedAtMs, { ...whole, tooFull: [before, within] }).verdict).toMatchObject({
      answer: 'cannot-tell',
      missing: [{ missing: 'too-full', seconds: [within] }],
    });
  });

  it('is never no-sign where records could not be read', () => {
    expect(investigated(daysOfWork, leakedAtMs, { ...whole, unreadRecords: 2 }).verdict).toMatchObject({
      answer: 'cannot-tell',
      missing: [{ missing: 'unread-records', count: 2 }],
    });
  });
});

describe('what was done', () => {
  it('shows the theft even when thousands of other events are in doubt', () => {
    const noise = Array.from({ length: 400 }, (_, nth) =>
      call(startMs + 31 * msPerDay + nth * 5 * msPerMinute, `203.0.113.${nth % 250}`, { action: 'environment-open' }),
    );
    const theft = [call('2026-04-05T02:00:00Z', '198.51.100.9', { action: 'stack-exported', target: 'billing/prod' })];
    const { deeds } = investigated(
      [...daysOfWork, ...noise, ...theft].sort((a, b) => a.atMs - b.atMs),
      leakedAtMs,
    );
    expect(deeds.sensitive.map(({ target }) => target)).toContain('billing/prod');
  });

  it('is kept apart by source', () => {
    const { subjects } = investigated(daysOfWork, leakedAtMs);
    expect(subjects.map((subject) => subject.source)).toEqual([source]);
  });
});
