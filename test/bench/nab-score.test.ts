import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { tailDecades } from '../../bench/detection/nab-detector.ts';
import { optimized, probationOf, rawScore, type Series, scoreAt } from '../../bench/detection/nab-score.ts';
import { timeOf } from '../../bench/detection/series.ts';

/** A hundred rows a minute apart, with windows at these rows. */
const series = (...windows: readonly (readonly [number, number])[]): Series => ({
  name: 'made-up',
  rows: Array.from({ length: 100 }, (_, row) => ({ atMs: row * 60_000, value: 0 })),
  windows: windows.map(([first, last]) => [first * 60_000, last * 60_000] as const),
});

const scored = (of: Series, alarms: readonly number[]) => ({
  series: of,
  scores: of.rows.map((_, row) => (alarms.includes(row) ? 1 : 0)),
});

describe('the score of the Numenta Anomaly Benchmark', () => {
  it('is 0 for a detector that never alarms and 100 for one that alarms only at the start of every window', () => {
    const two = series([30, 39], [75, 95]);

    expect(scoreAt([scored(two, [])], 1)).toBe(0);
    expect(scoreAt([scored(two, [30, 75])], 1)).toBeCloseTo(100, 10);
  });

  it('gives an alarm in the middle of a window most of what one at its start is worth', () => {
    // Row 25 of 21 to 30: half a width before the end; (2 / (1 + e^-2.5) - 1) / (2 / (1 + e^-5) - 1).
    expect(rawScore(series([21, 30]), (row) => row === 26)).toBeCloseTo(0.84828 / 0.98661, 4);
  });

  it('counts only the best alarm of a window', () => {
    const one = series([30, 39]);

    expect(rawScore(one, (row) => row >= 30 && row <= 39)).toBe(rawScore(one, (row) => row === 30));
  });

  it('takes 0.11 for an alarm before any window, and less for one just behind', () => {
    // Row 45 is 6 rows behind a window that is 9 rows from end to end: 0.11 * (2 / (1 + e^(5 * 6 / 9)) - 1).
    expect(rawScore(series([30, 39]), (row) => row === 20)).toBeCloseTo(-1 - 0.11, 12);
    expect(rawScore(series([30, 39]), (row) => row === 45)).toBeCloseTo(-1 - 0.11 * 0.9311, 5);
  });

  it('ignores alarms on probation: 15 % of the rows, 750 at most', () => {
    expect(rawScore(series([30, 39]), (row) => row < 15)).toBe(-1);
    expect(probationOf(100)).toBe(15);
    expect(probationOf(22_695)).toBe(750);
  });

  it('finds the threshold that scores best', () => {
    const one = series([30, 39]);
    const scores = one.rows.map((_, row) => (row === 30 ? 5 : row === 60 ? 4 : 0));

    expect(optimized([{ series: one, scores }])).toEqual({ score: 100, threshold: 5 });
  });

  it('gives the windowed Gaussian detector what NAB published for it', () => {
    // results/windowedGaussian/windowedGaussian_standard_scores.csv of NAB: 5 true and 1 false alarm, 2.5026632611866138.
    const path = join(import.meta.dirname, '../fixtures/nab/exchange-3_cpc_results.csv');
    const rows = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
      .map(([time = '', value = '']) => ({ atMs: timeOf(time), value: Number(value) }));
    const windows = [
      ['2011-07-13 09:15:01.000000', '2011-07-15 11:15:01.000000'],
      ['2011-07-19 09:15:01.000000', '2011-07-21 11:15:01.000000'],
      ['2011-08-12 07:15:01.000000', '2011-08-14 13:15:01.000000'],
    ] as const;
    const file: Series = {
      name: 'exchange-3_cpc',
      rows,
      windows: windows.map(([from, to]) => [timeOf(from), timeOf(to)] as const),
    };
    const alarms = gaussianAlarms(rows.map(({ value }) => value));

    expect(alarms.slice(probationOf(rows.length)).filter(Boolean)).toHaveLength(6);
    expect(rawScore(file, (row) => alarms[row] === true)).toBeCloseTo(2.5026632611866138, 12);
  });
});

/** At its published threshold of 1 it alarms where 1 - p is 1 in floating point: 8.29 deviations above the mean so far. */
const gaussianAlarms = (values: readonly number[]): readonly boolean[] =>
  values.map((value, row) => {
    if (row === 0) return false;
    const past = values.slice(0, row);
    const mean = past.reduce((sum, each) => sum + each, 0) / row;
    const deviation = Math.sqrt(past.reduce((sum, each) => sum + (each - mean) ** 2, 0) / row) || 1e-6;
    return value - mean >= 8.29 * deviation;
  });

describe('the normal tail', () => {
  it('agrees with the table', () => {
    // Abramowitz and Stegun, table 26.1: P(Z > 1.64485) = 0.05, P(Z > 3.09023) = 0.001, P(Z > 8) = 6.2210e-16.
    expect(tailDecades(1.644854)).toBeCloseTo(1.30103, 4);
    expect(tailDecades(3.090232)).toBeCloseTo(3, 4);
    expect(tailDecades(8)).toBeCloseTo(15.20614, 4);
    expect(tailDecades(-1)).toBe(0);
  });
});
