/** The Numenta Anomaly Benchmark: a sanity check of the method against published detectors, not an aim. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Style, scoreRows } from './nab-detector.ts';
import { optimized, type Scored, type Series, scoreAt } from './nab-score.ts';
import { type Part, type Row, row } from './row.ts';
import { readCsv, timeOf } from './series.ts';

/** The product's own setting, in decades. */
const fixedDecades = 3.5;

const readSeries = (folder: string): readonly Series[] => {
  const windows: Record<string, [string, string][]> = JSON.parse(readFileSync(join(folder, 'windows.json'), 'utf8'));
  return Object.entries(windows)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, limits]) => ({
      name,
      rows: readCsv(join(folder, name)).map(([time = '', value = '']) => ({
        atMs: timeOf(time),
        value: Number(value),
      })),
      windows: limits.map(([from, to]) => [timeOf(from), timeOf(to)] as const),
    }));
};

const nabStyle: Style = { tails: 'both', clip: 6 };
const productStyle: Style = { tails: 'upper', clip: 6 };

const measure = (folder: string): readonly Row[] => {
  const all = readSeries(join(folder, 'nab'));
  const scored = (style: Style): readonly Scored[] =>
    all.map((series) => ({ series, scores: scoreRows(series, style) }));
  const both = scored(nabStyle);
  const upper = scored(productStyle);
  const dataSet = 'NAB, standard profile';
  return [
    row({ dataSet, measure: 'series', ours: all.length, unit: 'count', reference: '58 in all of NAB' }),
    row({
      dataSet,
      measure: `both tails, fixed ${fixedDecades}`,
      ours: scoreAt(both, fixedDecades),
      unit: 'points',
      reference: '51.6; all of NAB 48.9; ARTime 74.9, CAD OSE 69.9, Random Cut Forest 51.7, windowed Gaussian 39.7',
      target: { atLeast: 50 },
    }),
    row({
      dataSet,
      measure: 'both tails, threshold optimized',
      ours: optimized(both).score,
      unit: 'points',
      reference: '52.7; all of NAB 50.5',
      target: { atLeast: 55 },
    }),
    row({
      dataSet,
      measure: `upper tail as in the product, fixed ${fixedDecades}`,
      ours: scoreAt(upper, fixedDecades),
      unit: 'points',
      reference: '40.7; all of NAB 38.7',
    }),
    row({
      dataSet,
      measure: 'upper tail as in the product, threshold optimized',
      ours: optimized(upper).score,
      unit: 'points',
    }),
  ];
};

export const nab: Part = { name: 'NAB', reads: ['nab'], measure };
