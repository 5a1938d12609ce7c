import { columnsOf, cut, printable } from './safe-text.ts';

/**
 * Columns aligned by width as displayed. When the rows are wider than the screen, the widest column gives way first, and
 * columns that hold what must be read whole (addresses, times) give way last. Cells may come straight from a log.
 */

export type Column = {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Cut only when no other column has anything left to give. */
  readonly keep?: boolean;
};

const gap = '  ';
/** Below this a cell says nothing any more. */
const cellColumnsMin = 4;
/** More than any screen shows in one cell. */
const cellColumnsMax = 200;

/** The lines of a table, its titles first; none where there are no rows. */
export const table = (
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { width, heading = (text) => text }: { readonly width: number; readonly heading?: (text: string) => string },
): readonly string[] => {
  if (rows.length === 0) return [];
  const cells = rows.map((row) => columns.map((_, at) => printable(row[at] ?? '', cellColumnsMax)));
  const natural = columns.map(({ title }, at) =>
    Math.max(columnsOf(title), ...cells.map((row) => columnsOf(row[at] ?? ''))),
  );
  const widths = fitted(columns, natural, width - gap.length * (columns.length - 1));
  const lineOf = (row: readonly string[]): string =>
    columns
      .map(({ align }, at) => padded(cut(row[at] ?? '', widths[at] ?? 0), widths[at] ?? 0, align))
      .join(gap)
      .trimEnd();
  return [heading(lineOf(columns.map(({ title }) => title))), ...cells.map(lineOf)];
};

/** Takes single columns from the widest until all fit, sparing the kept ones as long as the others can give. */
const fitted = (columns: readonly Column[], natural: readonly number[], room: number): readonly number[] => {
  const widths = [...natural];
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
