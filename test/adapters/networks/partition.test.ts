import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Range } from '../../../lib/adapters/networks/csv-rows.ts';
import { partition } from '../../../lib/adapters/networks/partition.ts';

const range = (first: number, last: number, value: string): Range<string> => ({
  first: BigInt(first),
  last: BigInt(last),
  value,
});

describe('partition', () => {
  it('leaves a gap where no range says anything', () => {
    expect(partition([range(10, 19, 'a'), range(30, 39, 'b')])).toEqual([
      { start: 10n, value: 'a' },
      { start: 20n, value: undefined },
      { start: 30n, value: 'b' },
      { start: 40n, value: undefined },
    ]);
  });

  it('joins neighbours that say the same', () => {
    expect(partition([range(10, 19, 'a'), range(20, 29, 'a')])).toEqual([
      { start: 10n, value: 'a' },
      { start: 30n, value: undefined },
    ]);
  });

  it('returns to the block after a correction inside it', () => {
    expect(partition([range(10, 39, 'a'), range(20, 29, 'b')])).toEqual([
      { start: 10n, value: 'a' },
      { start: 20n, value: 'b' },
      { start: 30n, value: 'a' },
      { start: 40n, value: undefined },
    ]);
  });

  it('says of every address what the range says that begins last and is shortest, whatever their order', () => {
    const anyRange = fc
      .tuple(fc.nat(40), fc.nat(12), fc.constantFrom('a', 'b', 'c'))
      .map(([first, length, value]) => range(first, first + length, value));
    const byExtent = ({ first, last }: Range<string>) => `${first}-${last}`;
    fc.assert(
      fc.property(fc.uniqueArray(anyRange, { selector: byExtent, maxLength: 12 }), (ranges) => {
        const pieces = partition(ranges);
        for (let address = 0n; address < 60n; address++) {
          const [telling] = ranges
            .filter(({ first, last }) => first <= address && address <= last)
            .toSorted((a, b) => Number(b.first - a.first) || Number(a.last - b.last));
          expect(pieces.findLast(({ start }) => start <= address)?.value).toBe(telling?.value);
        }
        expect(pieces.every(({ value }, at) => at === 0 || value !== pieces[at - 1]?.value)).toBe(true);
      }),
      { seed: 20260314, numRuns: 300 },
    );
  });
});
