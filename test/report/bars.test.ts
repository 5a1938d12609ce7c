import { expect, it } from '@jest/globals';
import { bars } from '../../lib/report/bars.ts';

it('draws the largest value over all rows, and the others in proportion', () => {
  expect(bars([0, 1, 2, 4], { rows: 2, hasBlocks: true })).toEqual(['   █', ' ▄██']);
});

it('does with plain characters where there are no blocks', () => {
  expect(bars([0, 1, 2, 4], { rows: 2, hasBlocks: false })).toEqual(['   #', ' .##']);
});

it('is empty where all is zero', () => {
  expect(bars([0, 0], { rows: 2, hasBlocks: true })).toEqual(['', '']);
});
