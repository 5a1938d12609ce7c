import { describe, expect, it } from '@jest/globals';
import { noArrivals, withArrivals } from '../../lib/core/arrivals.ts';
import { beginCoverage, type Coverage, endSweep, settle, skip } from '../../lib/core/coverage.ts';
import { coverageFacts, missedSince } from '../../lib/core/coverage-facts.ts';
import { msPerDay, msPerHour, msPerMinute, msPerSecond } from '../../lib/core/time.ts';
import { look, pauseCauses, stumble } from '../../lib/core/watching.ts';
import {
  arrivalsAdvice,
  arrivalsSentence,
  coverageJson,
  missedJson,
  missedText,
  pauseCauseText,
  pausesSentence,
  seenSentence,
  sweepSentence,
} from '../../lib/report/coverage-text.ts';

const startMs = Date.parse('2026-03-14T12:00:00Z');
const everyMs = 5 * msPerMinute;
const begun = beginCoverage(startMs, 30 * msPerDay);
const lookedAt = (coverage: Coverage, nowMs: number): Coverage => ({
  ...settle(coverage, { throughMs: nowMs - 15 * msPerMinute, events: 0, newestEventMs: 0 }),
  watching: look(coverage.watching, { nowMs, everyMs, young: [], throughMs: nowMs }),
});
const live = lookedAt(begun, startMs);
const factsAt = (coverage: Coverage, nowMs = coverage.watching.lookedAtMs) => coverageFacts(coverage, { nowMs });

describe('what was seen', () => {
  it('is said with its beginning, before which nothing was read', () => {
    expect(seenSentence(factsAt(live))).toBe(
      'Seen whole from 12 Feb 2026 12:00 UTC to 14 Mar 2026 11:45 UTC. Nothing before was read.',
    );
  });

  it('is said with its gaps, to the second', () => {
    const flooded = [0, 1, 5].reduce((coverage, second): Coverage => {
      const fromMs = live.settledThroughMs + second * msPerSecond;
      return skip(coverage, { fromMs, toMs: fromMs + msPerSecond, cause: 'too-much' });
    }, live);
    expect(seenSentence(factsAt(flooded))).toBe(
      'Seen from 12 Feb 2026 12:00 UTC to 14 Mar 2026 11:45 UTC, but for 2 gaps of 3 seconds in all, the last ' +
        '2026-03-14T11:45:05Z: more events than one reading may hold. Nothing before was read.',
    );
  });
});

describe('when nobody looked', () => {
  it('is nothing where polls came as they should', () => {
    expect(pausesSentence(factsAt(live))).toBe(
      'Somebody has looked at every poll that was due, or at the one after it.',
    );
  });

  it('is said with its cause', () => {
    const refused = stumble(live.watching, { nowMs: startMs + everyMs, everyMs, cause: 'credentials' });
    const again = lookedAt({ ...live, watching: refused }, startMs + 9 * msPerHour);
    expect(pausesSentence(factsAt(again))).toBe(
      'Nobody looked once, for 9 hours in all, 14 Mar 2026 12:00 to 21:00 UTC: the token was missing or refused. ' +
        'What the log showed afterwards was read then.',
    );
  });

  it('is said while it goes on', () => {
    expect(pausesSentence(factsAt(live, startMs + msPerDay))).toMatch(
      /^Nobody looks since 14 Mar 2026 12:00 UTC: no poll got as far as the log\. Before that: /,
    );
  });

  it('has words for every cause', () => {
    expect(new Set(pauseCauses.map(pauseCauseText)).size).toBe(pauseCauses.length);
  });
});

describe('how late events come', () => {
  const withLate = (events: number, late: readonly number[]): Coverage => ({
    ...live,
    watching: {
      ...live.watching,
      arrivals: withArrivals(noArrivals, {
        count: events,
        late: late.map((ms) => ({ atLeastMs: ms, atMostMs: ms + everyMs })),
      }),
    },
  });

  it('is not known before there were any', () => {
    expect(arrivalsSentence(factsAt(live))).toBe('Nothing is known yet of how late events come.');
    expect(arrivalsSentence(factsAt(withLate(700, [])))).toBe('Of 700 events none was seen to come late.');
  });

  it('is said by how many were at least how late', () => {
    const facts = factsAt(withLate(5_000, [3_000, 4_000, 6 * msPerMinute, 20 * msPerHour, 80 * msPerHour]));
    expect(arrivalsSentence(facts)).toBe(
      'Of 5,000 events, 5 came late: 2 below 1 minute, 1 below 15 minutes, 1 below 1 day and 1 later (at least so late). ' +
        '2 came after the 15 minutes for which they are waited.',
    );
    expect(arrivalsAdvice(facts)).toBeUndefined();
  });

  it('asks for action where more than one in a hundred comes after the window, and it is no single accident', () => {
    const hour = (count: number) => Array.from({ length: count }, () => msPerHour);
    expect(arrivalsAdvice(factsAt(withLate(399, hour(4))))).toContain('More than 1 % come later than 15 minutes');
    expect(arrivalsAdvice(factsAt(withLate(400, hour(4))))).toBeUndefined();
    expect(arrivalsAdvice(factsAt(withLate(20, hour(2))))).toBeUndefined();
  });
});

describe('the last sweep', () => {
  const swept = endSweep(
    { ...live, lateEvents: 2 },
    { atMs: startMs + msPerDay, fromMs: startMs - 2 * msPerDay, toMs: startMs },
  );

  it('is said with what it found', () => {
    expect(sweepSentence(factsAt(live))).toBe('None came to its end so far; the first is due a day after the start.');
    expect(sweepSentence(factsAt(swept))).toBe(
      'The last, of 15 Mar 2026 12:00 UTC, read 12 Mar 2026 12:00 to 14 Mar 2026 12:00 UTC again and found 2 events that polling had missed.',
    );
  });

  it('is news on its day, and gaps and pauses are on theirs', () => {
    const again = lookedAt(swept, startMs + msPerDay + msPerHour);
    const missed = missedSince(factsAt(again), startMs + msPerDay);
    expect(missedText(missed)).toBe(
      'Nobody looked for 1 day, last 14 Mar 2026 12:00 to 15 Mar 2026 13:00 UTC: no poll got as far as the log. ' +
        'The sweep found 2 events that polling had missed.',
    );
    expect(missedJson(missed)).toEqual({
      gaps: [],
      pauses: [{ from: '2026-03-14T12:00:00Z', to: '2026-03-15T13:00:00Z', cause: 'not-running' }],
      found: 2,
    });
    expect(missedText(missedSince(factsAt(again), startMs + 2 * msPerDay))).toBe('');
  });

  it('is told to machines, with all else, in ISO 8601', () => {
    expect(coverageJson(factsAt(swept))).toMatchObject({
      seen: { from: '2026-02-12T12:00:00Z', to: '2026-03-14T11:45:00Z' },
      gaps: { count: 0, totalMs: 0, newest: [] },
      pause: null,
      arrivals: { bucketsBelowSeconds: [60, 300, 900, 3_600, 21_600, 86_400, 259_200] },
      sweep: { at: '2026-03-15T12:00:00Z', found: 2 },
    });
  });
});
