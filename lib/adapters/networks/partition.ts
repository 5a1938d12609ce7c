import type { Range } from './csv-rows.ts';

/** From `start` up to the next piece's start, everything has `value`; undefined where no range says anything. */
export type Piece<Value> = { readonly start: bigint; readonly value: Value | undefined };

/**
 * Ranges as consecutive pieces, each unlike the one before it. The lists correct a block by a smaller range inside it,
 * so where ranges overlap the one that begins last, and of those the shorter, tells.
 */
export const partition = <Value>(ranges: readonly Range<Value>[]): readonly Piece<Value>[] => {
  const pieces: Piece<Value>[] = [];
  const begin = (start: bigint, value: Value | undefined) => {
    if (pieces.at(-1)?.start === start) pieces.pop();
    if (pieces.at(-1)?.value !== value) pieces.push({ start, value });
  };

  /** Ranges begun and not over, the telling one last. */
  const open: Range<Value>[] = [];
  const endBefore = (start: bigint | undefined) => {
    for (let telling = open.at(-1); telling !== undefined; telling = open.at(-1)) {
      if (start !== undefined && telling.last >= start) return;
      const end = telling.last + 1n;
      open.pop();
      while ((open.at(-1)?.last ?? end) < end) open.pop();
      begin(end, open.at(-1)?.value);
    }
  };

  for (const range of ranges.toSorted(byStartThenLongest)) {
    endBefore(range.first);
    begin(range.first, range.value);
    open.push(range);
  }
  endBefore(undefined);
  return pieces;
};

const byStartThenLongest = (a: Range<unknown>, b: Range<unknown>): number =>
  a.first < b.first ? -1 : a.first > b.first ? 1 : a.last > b.last ? -1 : a.last < b.last ? 1 : 0;
