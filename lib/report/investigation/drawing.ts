import { msPerDay } from '../../core/time.ts';
import { instantText } from '../times.ts';
import { escapeHtml } from './escape-html.ts';

/**
 * What charts are drawn with, as SVG text. Colours come from the page's style sheet by class, so that one drawing serves
 * light, dark and print. Each drawing has a title and a description.
 */

export type Chart = {
  readonly title: string;
  /** What the eye would take from it, for those who cannot see it. */
  readonly description: string;
  readonly svg: string;
};

export const width = 960;

type Size = { readonly id: string; readonly height: number };

export const svgOf = (
  { id, height }: Size,
  { title, description }: Omit<Chart, 'svg'>,
  parts: readonly string[],
): string =>
  [
    `<svg role="img" aria-labelledby="${id}-title ${id}-description" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<title id="${id}-title">${escapeHtml(title)}</title>`,
    `<desc id="${id}-description">${escapeHtml(description)}</desc>`,
    ...parts,
    '</svg>',
  ].join('\n');

export const rect = (shape: { x: number; y: number; w: number; h: number; kind: string; title?: string }): string => {
  const { x, y, w, h, kind, title } = shape;
  return `<rect class="${kind}" x="${tenth(x)}" y="${tenth(y)}" width="${tenth(w)}" height="${tenth(h)}">${tip(title)}</rect>`;
};

export const label = (at: {
  x: number;
  y: number;
  text: string;
  anchor?: 'start' | 'middle' | 'end';
  kind?: string;
}): string =>
  `<text class="${at.kind ?? 'tick'}" x="${tenth(at.x)}" y="${tenth(at.y)}" text-anchor="${at.anchor ?? 'start'}">${escapeHtml(at.text)}</text>`;

export const line = (from: { x: number; y: number }, to: { x: number; y: number }, kind: string): string =>
  `<line class="${kind}" x1="${tenth(from.x)}" y1="${tenth(from.y)}" x2="${tenth(to.x)}" y2="${tenth(to.y)}"/>`;

const tenth = (value: number): number => Math.round(value * 10) / 10;

const tip = (title: string | undefined): string => (title === undefined ? '' : `<title>${escapeHtml(title)}</title>`);

export const diamond = (x: number, y: number, kind: string, title?: string): string =>
  `<path class="${kind}" d="M${tenth(x)} ${tenth(y - 9)} L${tenth(x + 9)} ${tenth(y)} L${tenth(x)} ${tenth(y + 9)} L${tenth(x - 9)} ${tenth(y)} Z">${tip(title)}</path>`;

export const ring = (x: number, y: number, title?: string): string =>
  `<circle class="mark-unclear" cx="${tenth(x)}" cy="${tenth(y)}" r="6.5">${tip(title)}</circle>`;

const ticksMax = 8;

export const ticks = (at: {
  startMs: number;
  lengthMs: number;
  count: number;
  scale: number;
  left: number;
  y: number;
  tickEvery: number | undefined;
}): readonly string[] => {
  const { startMs, lengthMs, count, scale, left, y } = at;
  const every = at.tickEvery ?? Math.max(1, Math.ceil(count / ticksMax));
  return Array.from({ length: Math.ceil(count / every) }, (_, nth) => {
    const bucket = nth * every;
    const text = instantText(startMs + bucket * lengthMs);
    const [day = '', month = '', , time = ''] = text.split(' ');
    const shown = lengthMs < msPerDay ? (time === '00:00' ? `${day} ${month}` : time) : `${day} ${month}`;
    return label({ x: left + bucket * scale, y, text: shown });
  });
};

/** The time of the leak, as a line down to `y`; its words stay inside the drawing. */
export const leakMark = ({ x, y, atMs }: { x: number; y: number; atMs: number }): readonly string[] => {
  const isNearEnd = x > width - 220;
  return [
    line({ x, y: 6 }, { x, y }, 'leak'),
    label({
      x: isNearEnd ? x - 6 : x + 6,
      y: 15,
      text: `leak, ${instantText(atMs)}`,
      anchor: isNearEnd ? 'end' : 'start',
      kind: 'leak-label',
    }),
  ];
};
