import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newestMax } from '../../lib/core/stretches.ts';
import { msPerMinute } from '../../lib/core/time.ts';
import { look, noWatching, pauseAt, stumble, triesOf, type Watching, withTry } from '../../lib/core/watching.ts';
import { msOf } from './having.ts';

const everyMs = 5 * msPerMinute;
const startMs = msOf('2026-03-14T12:00Z');
/** The time of a poll by its number. */
const due = (poll: number): number => startMs + poll * everyMs;
const looked = (watching: Watching, nowMs: number): Watching =>
  look(watching, { nowMs, everyMs, young: [], throughMs: nowMs });
const first = looked(noWatching, startMs);

describe('a pause', () => {
  it('is none where one poll is missed: one may fail or take long', () => {
    expect(looked(first, due(2)).pauses.count).toBe(0);
  });

  it('is from the last look to the next where two are missed', () => {
    expect(looked(first, due(3)).pauses).toEqual({
      count: 1,
      totalMs: 3 * everyMs,
      newest: [{ fromMs: startMs, toMs: due(3), cause: 'not-running' }],
    });
  });

  it('is none before the first look, however long history takes to read', () => {
    expect(pauseAt(noWatching, { nowMs: due(1_000), everyMs })).toBeUndefined();
  });

  it('is one already while it goes on', () => {
    expect(pauseAt(first, { nowMs: due(12), everyMs })).toEqual({
      fromMs: startMs,
      toMs: due(12),
      cause: 'not-running',
    });
  });

  it('has the cause for which looking ended, whatever came after it', () => {
    const refused = stumble(first, { nowMs: due(1), everyMs, cause: 'credentials' });
    const away = stumble(refused, { nowMs: due(2), everyMs, cause: 'unavailable' });
    expect(away).toBe(refused);
    const again = looked(away, due(9));
    expect(again.pauses.newest[0]?.cause).toBe('credentials');
    expect(again).not.toHaveProperty('stumbled');
  });

  it('began with nobody running where the first poll to fail came long after the last look', () => {
    const late = stumble(first, { nowMs: due(100), everyMs, cause: 'unavailable' });
    expect(looked(late, due(101)).pauses.newest[0]?.cause).toBe('not-running');
  });

  it('is not made by a clock that goes back', () => {
    const back = looked(looked(first, due(10)), due(4));
    expect(back).toMatchObject({ lookedAtMs: due(10), pauses: { count: 1 } });
  });

  it('is recorded exactly where two polls or more were missed in a row', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (polls) => {
        const ended = polls.reduce((watching, isLook, at) => {
          const nowMs = due(at + 1);
          return isLook ? looked(watching, nowMs) : stumble(watching, { nowMs, everyMs, cause: 'unavailable' });
        }, first);
        const runs =
          polls
            .map((isLook) => (isLook ? '1' : '0'))
            .join('')
            .match(/0+(?=1)/g) ?? [];
        const missed = runs.map(({ length }) => length).filter((length) => length >= 2);
        expect(ended.pauses.count).toBe(missed.length);
        expect(ended.pauses.totalMs).toBe(missed.reduce((sum, length) => sum + (length + 1) * everyMs, 0));
        expect(ended.pauses.newest.map(({ fromMs, toMs }) => (toMs - fromMs) / everyMs - 1)).toEqual(
          missed.slice(-newestMax),
        );
        expect(ended.pauses.newest.every(({ cause }) => cause === 'unavailable')).toBe(true);
      }),
      { seed: 20_260_314 },
    );
  });
});

describe('a second that is too full', () => {
  it('is counted by itself', () => {
    const twice = withTry(withTry(first, due(0)), due(0));
    expect([triesOf(twice, due(0)), triesOf(twice, due(1)), triesOf(withTry(twice, due(1)), due(1))]).toEqual([
      2, 0, 1,
    ]);
  });

  it('is forgotten with the next look', () => {
    expect(triesOf(looked(withTry(first, due(0)), due(1)), due(0))).toBe(0);
  });
});

describe('a watching', () => {
  it('is bounded, however long and badly somebody watches', () => {
    let watching = first;
    for (let poll = 3; poll < 3_000; poll += 3) {
      const young = Array.from({ length: 300 }, (_, at) => ({ id: `${poll}-${at}`, atMs: due(poll) - 1_000 }) as never);
      watching = look(watching, { nowMs: due(poll), everyMs, young, throughMs: due(poll) });
    }
    expect(watching.pauses.count).toBe(999);
    expect(JSON.stringify(watching).length).toBeLessThan(4_000);
  });
});
