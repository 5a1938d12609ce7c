import { availableParallelism } from 'node:os';
import type { Day } from './day.ts';
import type { Init } from './init.ts';
import { billOf, costOf, names, prices, pricesOf } from './prices.ts';
import type { Size } from './sizes.ts';
import { assumptions, daysPerMonth, type Holdings, usageOf } from './usage.ts';

/** The measurements as Markdown, aims beside them. */

export type Measured = {
  readonly bundles: readonly (Size & { readonly name: string })[];
  readonly layer: Size;
  readonly inits: { readonly bare: Init; readonly inits: readonly Init[] };
  readonly days: readonly Day[];
  readonly holdings: Holdings;
  readonly sources: number;
  /** How many processes wanted a processor, on average, while starts were timed. */
  readonly load: number;
};

const aims = { bundleKb: 500, initMs: 150, usd: 3 };

export const reportOf = (measured: Measured): string =>
  [
    '# In AWS: size, start and bill',
    '',
    'Made by `npm run bench:aws`. Sizes and the bill are the same on every machine; times are of one machine and one run, and',
    'only their differences mean much.',
    '',
    ...sizeLines(measured),
    ...initLines(measured),
    ...callLines(measured),
    ...billLines(measured),
    '',
  ].join('\n');

const sizeLines = ({ bundles, layer }: Measured): readonly string[] => [
  '## Bundles',
  '',
  `Aim: at most ${aims.bundleKb} KB for each function, AWS's SDK included.`,
  '',
  ...table(
    ['Function', 'KB', 'KB zipped', 'Aim'],
    [
      ...bundles.map(({ name, rawBytes, zippedBytes }) => [
        name,
        kb(rawBytes),
        kb(zippedBytes),
        metOrNot(rawBytes / 1000 <= aims.bundleKb),
      ]),
      ['layer: who owns which addresses', kb(layer.rawBytes), kb(layer.zippedBytes), ''],
    ],
  ),
  '',
];

const initLines = ({ inits: { bare, inits }, load }: Measured): readonly string[] => [
  '## Start',
  '',
  `Each function under AWS's runtime client on Node ${process.versions.node}, from the start of its process to its question for the`,
  `first event, in turn with a handler that does nothing. Aim: at most ${aims.initMs} ms beyond that one, of processor time, which`,
  `depends least on what else the machine does (here ${tenths(load)} processes wanted one of ${availableParallelism()} processors).`,
  '',
  ...table(
    [
      'Function',
      'First, ms',
      'Median of 10, ms',
      'beyond bare',
      'Processor, ms',
      'beyond bare',
      'Peak memory, MB',
      'Aim',
    ],
    [bare, ...inits].map(({ name, coldMs, warmMs, beyondBareMs, processorMs, processorBeyondBareMs, peakMemoryMb }) => [
      name,
      whole(coldMs),
      whole(warmMs),
      name === bare.name ? '' : whole(beyondBareMs),
      whole(processorMs),
      name === bare.name ? '' : whole(processorBeyondBareMs),
      whole(peakMemoryMb),
      name === bare.name ? '' : metOrNot(processorBeyondBareMs <= aims.initMs),
    ]),
  ),
  '',
];

const callLines = ({ days, sources }: Measured): readonly string[] => {
  const calls = [...new Set(days.flatMap((day) => [...day.calls.keys()]))].sort();
  return [
    '## Calls',
    '',
    `A day of polls every five minutes over ${sources} sources with half of the principals each, the daily sweep included: the`,
    "deployed poller's own use case and adapters in one process, its calls counted at a gateway before an emulated AWS.",
    "DynamoDB's units are computed from the sizes of the items. Per poll of one source:",
    '',
    ...table(
      ['', ...days.map(({ principals }) => `${principals} principals`)],
      [
        ['events', ...days.map(({ events, polls }) => tenths(events / polls))],
        ...calls.map((call) => [`\`${call}\``, ...days.map((day) => tenths((day.calls.get(call) ?? 0) / day.polls))]),
        ['write units', ...days.map(({ writes, polls }) => tenths(writes / polls))],
        ['read units', ...days.map(({ reads, polls }) => tenths(reads / polls))],
        ['bytes archived', ...days.map(({ archivedBytes, polls }) => whole(archivedBytes / polls))],
        ['ms, the emulator included', ...days.map(({ pollMs }) => whole(pollMs))],
      ],
    ),
    '',
  ];
};

const billLines = ({ days, holdings }: Measured): readonly string[] => {
  const usages = days.map((day) => usageOf(day, holdings));
  const totals = (isFree: boolean): readonly number[] => usages.map((usage) => billOf(usage, { isFree }));
  const [first = Number.NaN] = totals(true);
  const [firstAlone = Number.NaN] = totals(false);
  return [
    '## Bill',
    '',
    `US dollars a month of ${daysPerMonth} days, ${pricesOf.region}, list prices of ${pricesOf.date} (bench/aws/prices.ts), without the`,
    "secrets' own price (0.40 each). In brackets what is left after AWS's always-free allowances, if nothing else uses them.",
    '',
    ...table(
      ['', ...days.map(({ principals }) => `${principals} principals`)],
      [
        ...names.map((name) => [
          prices[name].name,
          ...usages.map(
            (usage) =>
              `${dollars(costOf(name, usage[name], { isFree: false }))} (${dollars(costOf(name, usage[name], { isFree: true }))})`,
          ),
        ]),
        [
          '**Together**',
          ...totals(false).map((total, at) => `**${dollars(total)} (${dollars(totals(true)[at] ?? Number.NaN)})**`),
        ],
      ],
    ),
    '',
    `Aim: at most ${dollars(aims.usd)} for 20 principals and two sources. With the allowances ${dollars(first)}: ${metOrNot(first <= aims.usd)}.`,
    `Without them ${dollars(firstAlone)}: ${metOrNot(firstAlone <= aims.usd)}.`,
    '',
    'Assumed, not measured: ' +
      `${assumptions.awsCallMs} ms more for each AWS call and ${assumptions.vendorRequestMs} ms for each of the vendor's answers; ` +
      `${assumptions.messagesPerMonth} messages a month; ${assumptions.bytesPerPartnerEvent} bytes an event of Scalr; logs kept at ` +
      `${assumptions.keptShare * 100} % of their size, the archive for ${assumptions.archiveDays} days and full. ` +
      "The hourly question to the vendor's own API for what its log does not say is not in the count.",
  ];
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] => [
  `| ${head.join(' | ')} |`,
  `| ${head.map((_, at) => (at === 0 ? '---' : '---:')).join(' | ')} |`,
  ...rows.map((row) => `| ${row.join(' | ')} |`),
];

const metOrNot = (isMet: boolean): string => (isMet ? 'met' : '**not met**');
const kb = (bytes: number): string => (bytes / 1000).toFixed(0);
const whole = (amount: number): string => amount.toFixed(0);
const tenths = (amount: number): string => amount.toFixed(1);
const dollars = (amount: number): string => amount.toFixed(2);
