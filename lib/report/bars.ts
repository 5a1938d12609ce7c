/** Values as upright bars of characters, for a terminal. */

const blocks = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/** For a terminal without block characters: full, half or nothing. */
const plain = [' ', '.', '#'];

/** Lines from the top down, a column for each value; the largest value fills all rows. */
export const bars = (
  values: readonly number[],
  { rows, hasBlocks }: { readonly rows: number; readonly hasBlocks: boolean },
): readonly string[] => {
  const steps = hasBlocks ? blocks : plain;
  const perRow = steps.length - 1;
  const largest = Math.max(...values, 0);
  const heights = values.map((value) => (largest === 0 ? 0 : Math.round((value / largest) * rows * perRow)));
  return Array.from({ length: rows }, (_, row) => {
    const below = (rows - 1 - row) * perRow;
    return heights
      .map((height) => steps[Math.min(perRow, Math.max(0, height - below))] ?? ' ')
      .join('')
      .trimEnd();
  });
};
