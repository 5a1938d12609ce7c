import { escapeHtml } from './escape-html.ts';

/** Tables of the HTML report. Cells are HTML already; captions and titles are escaped here. */

export type Cell = { readonly html: string; readonly kind?: string };
export type Row = { readonly cells: readonly Cell[]; readonly isStrong?: boolean };

const numeric: ReadonlySet<string> = new Set(['Events', 'Days', 'Usual', 'Unclear', 'Foreign']);

/** Wide tables scroll in a box of their own, which the keyboard can reach. */
export const table = (caption: string, titles: readonly string[], rows: readonly Row[]): string =>
  [
    `<div class="scroll" role="region" tabindex="0" aria-label="${escapeHtml(caption)}">`,
    '<table>',
    `<caption>${escapeHtml(caption)}</caption>`,
    `<thead><tr>${titles.map((title) => `<th scope="col"${numeric.has(title) ? ' class="number"' : ''}>${escapeHtml(title)}</th>`).join('')}</tr></thead>`,
    '<tbody>',
    ...rows.map(
      ({ cells, isStrong }) =>
        `<tr${isStrong === true ? ' class="strong"' : ''}>${cells.map(({ html, kind }) => `<td${kind === undefined ? '' : ` class="${kind}"`}>${html}</td>`).join('')}</tr>`,
    ),
    '</tbody>',
    '</table>',
    '</div>',
  ].join('\n');
