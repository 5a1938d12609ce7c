import { describe, expect, it } from '@jest/globals';
import { type ScoredHour, tally } from '../../bench/detection/episodes.ts';

/** Ten weeks in which these hours are labelled and these reach the score. */
const weeks = ({ labelled = [], alarmed = [] }: { labelled?: readonly number[]; alarmed?: readonly number[] }) =>
  Array.from(
    { length: 10 * 168 },
    (_, hour): ScoredHour => ({
      hour,
      isLabelled: labelled.includes(hour),
      score: alarmed.includes(hour) ? 3 : 0,
    }),
  );

describe('episodes', () => {
  it('are caught by an alarm in any of their hours', () => {
    expect(tally(weeks({ labelled: [300, 301, 302], alarmed: [302] }), 3)).toEqual({
      episodes: 1,
      caught: 1,
      falseAlarms: 0,
      weeks: 9,
    });
  });

  it('are missed by an alarm that ended before', () => {
    expect(tally(weeks({ labelled: [300], alarmed: [299] }), 3)).toMatchObject({
      episodes: 1,
      caught: 0,
      falseAlarms: 1,
    });
  });

  it('that a person was told of once are one false alarm until twelve hours are quiet', () => {
    expect(tally(weeks({ alarmed: [300, 310, 322] }), 3).falseAlarms).toBe(1);
    expect(tally(weeks({ alarmed: [300, 313] }), 3).falseAlarms).toBe(2);
  });

  it('excuse the whole alarm that they are part of', () => {
    expect(tally(weeks({ labelled: [310], alarmed: [300, 310] }), 3)).toMatchObject({ caught: 1, falseAlarms: 0 });
  });

  it('of the first week do not count, but the rest of one that reaches beyond it does', () => {
    expect(tally(weeks({ labelled: [100], alarmed: [120] }), 3)).toMatchObject({ episodes: 0, falseAlarms: 0 });
    expect(tally(weeks({ labelled: [167, 168], alarmed: [168] }), 3)).toMatchObject({ episodes: 1, caught: 1 });
  });
});
