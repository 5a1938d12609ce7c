import { describe, expect, it } from '@jest/globals';
import type { Kept, Spent } from '../../lib/core/promise.ts';
import { origins, type Sensitivity } from '../../lib/core/sensitivity.ts';
import {
  keptAdvice,
  keptJson,
  keptSentence,
  sensitivityHeading,
  sensitivityJson,
  sensitivitySentence,
  sensitivityTable,
} from '../../lib/report/promise-text.ts';

const spent = (weeks: number, alerts: number, facts = 0): Spent => ({ weeks, alerts, facts });
const kept = (history: Spent, live: Spent, budgetPerWeek = 1): Kept => ({ budgetPerWeek, history, live });

describe('what became of the budget', () => {
  it('is said of the history and of the time since', () => {
    expect(keptSentence(kept(spent(4.286, 2), spent(2.143, 3)))).toBe(
      'Promised: at most 1 false alert a week. In the history it would have told 2 alerts in 4.3 weeks (0.5 a week, real ones included). Since then it told 3 alerts in 2.1 weeks (1.4 a week, real ones included).',
    );
  });

  it.each([
    [spent(1, 1), 'Since then it told 1 alert in 1 week (1 a week, real ones included).'],
    [spent(2, 0), 'Since then it told no alert in 2 weeks.'],
    [spent(0.43, 1), 'Since then it told 1 alert in 3 days.'],
    [spent(2, 0, 1), 'Since then it told no alert in 2 weeks, and 1 that states a fact.'],
    [spent(2, 0, 2), 'Since then it told no alert in 2 weeks, and 2 that state facts.'],
  ])('%#: is right in singular and plural', (live, sentence) => {
    expect(keptSentence(kept(spent(0, 0), live, 0.5))).toBe(`Promised: at most 0.5 false alerts a week. ${sentence}`);
  });

  it('says nothing of the first hours', () => {
    expect(keptSentence(kept(spent(4, 0), spent(0.05, 2)))).not.toContain('Since then');
  });

  it('comes with advice only where far more was told than promised', () => {
    expect(keptAdvice(kept(spent(4, 20), spent(4, 6)))).toBeUndefined();
    expect(keptAdvice(kept(spent(4, 0), spent(4, 20)))).toContain('write it under "allow"');
  });

  it('is there in figures', () => {
    expect(keptJson(kept(spent(4.286, 2), spent(2.143, 3, 1)))).toEqual({
      budgetPerWeek: 1,
      history: { weeks: 4.3, alerts: 2, facts: 0 },
      live: { weeks: 2.1, alerts: 3, facts: 1 },
    });
  });
});

const sensitivity = (counts: readonly (readonly [looking: number, opening: number, tries: number])[]): Sensitivity => ({
  judged: 100,
  learning: 8,
  tried: counts.flatMap(([looking, opening, tries], at) => {
    const origin = origins[at] ?? 'colleague';
    return [
      { origin, loot: 'looking', tries, caught: looking },
      { origin, loot: 'opening', tries, caught: opening },
    ];
  }),
});

describe('what thefts would have met', () => {
  const found = sensitivity([
    [97, 100, 100],
    [80, 91, 100],
    [12, 20, 100],
    [0, 0, 0],
    [3, 9, 40],
  ]);

  it('is a sentence', () => {
    expect(sensitivitySentence(found)).toBe(
      'A stolen credential used from a hosting provider at night would have been caught in 97 of 100 tries (100 when it opens secrets); from a hosting provider in its usual hours 80 (91), from a strange home connection in its country 12 (20) and from the network of a colleague 3 of 40 (9). 8 principals could not be judged: still too little past to be compared with.',
    );
  });

  it('is a table', () => {
    expect(sensitivityTable(found, { width: 80, colour: false })).toEqual([
      'Used                                           Looking around  Opening secrets',
      'from a hosting provider at night                    97 of 100       100 of 100',
      'from a hosting provider in its usual hours          80 of 100        91 of 100',
      'from a strange home connection in its country       12 of 100        20 of 100',
      'from the network of a colleague                       3 of 40          9 of 40',
    ]);
    expect(sensitivityHeading(found)).toContain('How many of 100 made-up thefts');
  });

  it('is right for one', () => {
    const one = { ...sensitivity([[1, 1, 1]]), learning: 1 };
    expect(sensitivitySentence(one)).toBe(
      'A stolen credential used from a hosting provider at night would have been caught in 1 of 1 try (1 when it opens secrets). 1 principal could not be judged: still too little past to be compared with.',
    );
  });

  it('is not made up where nobody can be judged', () => {
    const nobody = { ...sensitivity([[0, 0, 0]]), judged: 0 };
    expect(sensitivityHeading(nobody)).toBe(
      'No theft can be tried out yet: nobody who was active lately can be judged. 8 principals could not be judged: still too little past to be compared with.',
    );
    expect(sensitivityTable(nobody, { width: 80, colour: false })).toEqual([]);
  });

  it('is there in figures', () => {
    expect(sensitivityJson(sensitivity([[97, 100, 100]]))).toEqual({
      judged: 100,
      learning: 8,
      tried: [
        { origin: 'hosting-at-night', loot: 'looking', tries: 100, caught: 97 },
        { origin: 'hosting-at-night', loot: 'opening', tries: 100, caught: 100 },
      ],
    });
  });
});
