import { describe, expect, it } from '@jest/globals';
import { absent, row, table } from '../../bench/detection/row.ts';

describe('a row of the benchmark', () => {
  const common = { dataSet: 'hourly counts', unit: 'share' } as const;

  it('says whether its target is met, from either side', () => {
    expect(row({ ...common, measure: 'recall', ours: 0.9, target: { atLeast: 0.9 } }).met).toBe(true);
    expect(row({ ...common, measure: 'false', ours: 0.2, target: { atMost: 0.15 } }).met).toBe(false);
    expect(row({ ...common, measure: 'seen', ours: 1 }).met).toBeUndefined();
  });

  it('is written as Markdown in line with the others', () => {
    const rows = [
      row({ ...common, measure: 'recall', ours: 0.96666, reference: '0.94', target: { atLeast: 0.9 } }),
      absent('NAB'),
    ];

    expect(table(rows).split('\n')).toEqual([
      '| data          | measure                          | ours   | reference | target | met |',
      '| ------------- | -------------------------------- | ------ | --------- | ------ | --- |',
      '| hourly counts | recall                           | 0.9667 | 0.94      | >= 0.9 | yes |',
      '| NAB           | not measured: the data is absent |        |           |        |     |',
    ]);
  });
});
