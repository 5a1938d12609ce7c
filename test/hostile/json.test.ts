/** JSON: one line that acts on nothing, and gives back every text to the letter under the key it was put under. */
import { describe, expect, it } from '@jest/globals';
import { alertJson } from '../../lib/report/alert-json.ts';
import { digestJson } from '../../lib/report/digest-text.ts';
import { actingOnScreens, cases } from './corpus.ts';
import { alertsSaying, digestSaying, harmlessText } from './saying.ts';

/** The names of all keys, in order, whatever the values. */
const shapeOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]);
};

const shapes = alertsSaying(harmlessText).map((alert) => shapeOf(JSON.parse(alertJson(alert))));

describe('as JSON', () => {
  it.each(cases)('an alert is one line, of the same shape, and true to the letter: %s', (_, text) => {
    alertsSaying(text).forEach((alert, nth) => {
      const json = alertJson(alert);
      expect(actingOnScreens(json)).toEqual([]);
      const parsed = JSON.parse(json) as Record<string, never>;
      expect(shapeOf(parsed)).toEqual(shapes[nth]);
      expect(parsed).toMatchObject({ id: text, principal: { id: text }, sampleEvents: [{ userAgent: text }] });
    });
  });

  it.each(cases)('a digest is one line, of the same shape: %s', (_, text) => {
    const json = digestJson(digestSaying(text));
    expect(actingOnScreens(json)).toEqual([]);
    expect(shapeOf(JSON.parse(json))).toEqual(shapeOf(JSON.parse(digestJson(digestSaying(harmlessText)))));
  });

  it('leaves every object as it was made', () => {
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
