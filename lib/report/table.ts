import { columnsOf, cut, printable } from './safe-text.ts';
import { wrapped } from './wrap.ts';

/**
 * Columns aligned by width as displayed. When the rows are wider than the screen, the columns that can be spared are left
 * out, which is said; then the widest gives way first, and those that hold what must be read whole (addresses, times) give
 * way last. Cells may come straight from a log.
 */

export type Column = {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Cut only when no other column has anything left to give. */
  readonly keep?: boolean;
  /** Left out where the others would have to be cut beyond use, 1 first. */
  readonly spare?: number;
  /** Columns of the screen below which a cell is of no use, where that is more than its title takes. */
  readonly least?: number;
};

const gap = '  ';
/** Below this a cell says nothing any more. */
const cellColumnsMin = 4;
/** More than any screen shows in one cell. */
const cellColumnsMax = 200;

/** The lines of a table, its titles first, and last what was left out; none where there are no rows. */
export const table = (
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { width, heading = (text) => text }: { readonly width: number; readonly heading?: (text: string) => string },
): readonly string[] => {
  if (rows.length === 0) return [];
  const all = columns.map((column, at): Filled => {
    const cells = rows.map((row) => printable(row[at] ?? '', cellColumnsMax));
    const natural = cells.reduce((widest, cell) => Math.max(widest, columnsOf(cell)), columnsOf(column.title));
    return { ...column, cells, natural };
  });
  const shown = thoseWithRoom(all, width);
  const widths = fitted(shown, width - gap.length * (shown.length - 1));
  const lineOf = (textOf: (column: Filled) => string): string =>
    shown
      .map((column, at) => padded(cut(textOf(column), widths[at] ?? 0), widths[at] ?? 0, column.align))
      .join(gap)
      .trimEnd();
  const missing = all.filter((column) => !shown.includes(column)).map(({ title }) => title.trim());
  return [
    heading(lineOf(({ title }) => title)),
    ...rows.map((_, nth) => lineOf(({ cells }) => cells[nth] ?? '')),
    ...(missing.length === 0 ? [] : wrapped(`(no room for: ${missing.join(', ')})`, width).map(heading)),
  ];
};

type Filled = Column & {
  readonly cells: readonly string[];
  /** Nothing would be cut. */
  readonly natural: number;
};

/** All columns, or fewer so that each gets what it needs to be of use; those that cannot be spared stay. */
const thoseWithRoom = (columns: readonly Filled[], width: number): readonly Filled[] => {
  const needed = columns.reduce((sum, column) => sum + leastOf(column), gap.length * (columns.length - 1));
  const spared = columns.reduce<Filled | undefined>(
    (first, column) =>
      (column.spare ?? Number.POSITIVE_INFINITY) < (first?.spare ?? Number.POSITIVE_INFINITY) ? column : first,
    undefined,
  );
  if (needed <= width || spared === undefined) return columns;
  return thoseWithRoom(
    columns.filter((column) => column !== spared),
    width,
  );
};

/** Below it a cell holds the beginning of a word. */
const cellColumnsUseful = 10;

const leastOf = ({ title, natural, keep, least = cellColumnsUseful }: Filled): number =>
  keep === true ? natural : Math.min(natural, Math.max(columnsOf(title), least));

/** Takes single columns from the widest until all fit, sparing the kept ones as long as the others can give. */
const fitted = (columns: readonly Filled[], room: number): readonly number[] => {
  const widths = columns.map(({ natural }) => natural);
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  for (const mayGive of [({ keep }: Column) => keep !== true, () => true]) {
    while (excess > 0) {
      const widest = columns.reduce(
        (best, column, at) =>
          mayGive(column) && (widths[at] ?? 0) > Math.max(cellColumnsMin, widths[best] ?? 0) ? at : best,
        -1,
      );
      if (widest < 0) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
      excess--;
    }
  }
  return widths;
};

const padded = (text: string, columns: number, align: 'left' | 'right' = 'left'): string => {
  const blanks = ' '.repeat(Math.max(0, columns - columnsOf(text)));
  return align === 'right' ? blanks + text : text + blanks;
};
