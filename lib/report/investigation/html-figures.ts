import type { Investigation } from '../../core/investigation/investigation.ts';
import { msPerHour } from '../../core/time.ts';
import { instantText } from '../times.ts';
import { counted, numberText } from '../words.ts';
import { hoursChart, timelineChart, weekChart, weekOf } from './charts.ts';
import type { Chart } from './drawing.ts';
import { escapeHtml } from './escape-html.ts';
import { type Row, table } from './html-table.ts';
import { busiestHours, spikesChart } from './spikes-chart.ts';

/** The drawings of the HTML report, each with a legend and its description in words. */

/** The drawings of when it was used; none where it never was. */
export const useFigures = (investigation: Investigation): readonly string[] => {
  if (investigation.use.length === 0) return [];
  const timeline = timelineChart(investigation);
  const hours = hoursChart(investigation);
  const spikes = spikesChart(investigation);
  return [
    timeline === undefined ? '' : figure(timeline, [barLegend]),
    figure(weekChart(investigation), [heatLegend, weekNumbers(investigation)]),
    spikes === undefined ? '' : figure(spikes, [spikesLegend, spikeNumbers(investigation)]),
    hours === undefined ? '' : figure(hours, [barLegend]),
  ];
};

const figure = ({ title, description, svg }: Chart, more: readonly string[] = []): string =>
  [
    '<figure>',
    `<h3>${escapeHtml(title)}</h3>`,
    `<div class="scroll" role="region" tabindex="0" aria-label="${escapeHtml(title)}">`,
    svg,
    '</div>',
    ...more,
    `<figcaption>${escapeHtml(description)}</figcaption>`,
    '</figure>',
  ].join('\n');

const swatch = (inner: string): string => `<svg viewBox="0 0 16 16" aria-hidden="true">${inner}</svg>`;

const barLegend = `<ul class="legend"><li>${swatch('<rect class="bar-usual" x="2" y="2" width="12" height="12"/>')}usual</li><li>${swatch('<rect class="bar-foreign" x="2" y="2" width="12" height="12"/>')}foreign</li><li>${swatch('<rect class="bar-unclear" x="2" y="2" width="12" height="12"/>')}unclear</li></ul>`;

const heatLegend = `<ul class="legend"><li>${swatch('<rect class="heat-0" width="16" height="16"/>')}no use</li><li>${swatch('<rect class="heat-1" width="16" height="16"/>')}little</li><li>${swatch('<rect class="heat-5" width="16" height="16"/>')}most</li><li>${swatch('<path class="mark-foreign" d="M8 1 L15 8 L8 15 L1 8 Z"/>')}foreign use</li><li>${swatch('<circle class="mark-unclear" cx="8" cy="8" r="6"/>')}unclear</li></ul>`;

const spikesLegend = `<ul class="legend"><li>${swatch('<rect class="bar-usual" x="5" y="2" width="6" height="12"/>')}usual</li><li>${swatch('<path class="mark-foreign" d="M8 1 L15 8 L8 15 L1 8 Z"/>')}foreign</li><li>${swatch('<circle class="mark-unclear" cx="8" cy="8" r="6"/>')}unclear</li><li>${swatch('<line class="limit" x1="0" y1="8" x2="16" y2="8"/>')}99 of 100 usual hours stay below</li></ul>`;

const busiestMax = 12;

/** The spikes for those who read numbers, or are read to. */
const spikeNumbers = ({ use }: Investigation): string => {
  const rows = busiestHours(use, busiestMax).map(
    ({ hour, usual, unclear, foreign, judged }): Row => ({
      isStrong: judged === 'foreign',
      cells: [
        { html: escapeHtml(instantText(hour * msPerHour)), kind: 'time' },
        { html: numberText(usual), kind: 'number' },
        { html: numberText(unclear), kind: 'number' },
        { html: numberText(foreign), kind: 'number' },
      ],
    }),
  );
  return `<details><summary>The busiest hours in numbers</summary>\n${table('Hours with the most events', ['From (UTC)', 'Usual', 'Unclear', 'Foreign'], rows)}\n</details>`;
};

const dayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

/** The heat map for those who read numbers, or are read to. */
const weekNumbers = (investigation: Investigation): string => {
  const rows = weekOf(investigation.use).map((day, weekday): Row => {
    const total = (of: 'usual' | 'unclear' | 'foreign'): number => day.reduce((sum, cell) => sum + cell[of], 0);
    const hours = day.flatMap(({ usual }, hour) => (usual > 0 ? [hour] : []));
    const span =
      hours.length === 0 ? 'none' : `${counted(hours.length, 'hour')}, ${hours[0]}:00 to ${(hours.at(-1) ?? 0) + 1}:00`;
    return {
      cells: [
        { html: dayNames[weekday] ?? '' },
        { html: numberText(total('usual')), kind: 'number' },
        { html: numberText(total('unclear')), kind: 'number' },
        { html: numberText(total('foreign')), kind: 'number' },
        { html: span },
      ],
    };
  });
  return `<details><summary>The numbers by weekday</summary>\n${table('Events by weekday (UTC)', ['Day', 'Usual', 'Unclear', 'Foreign', 'Hours with usual use'], rows)}\n</details>`;
};
