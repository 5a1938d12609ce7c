/**
 * One line of the benchmark's table, and how a number of its kind is written. A part of the benchmark is a function from
 * the data folder to rows.
 */
export type Unit = 'share' | 'per series-week' | 'per week' | 'points' | 'count' | 'times';

export type Target = { readonly atLeast: number } | { readonly atMost: number };

export type Row = {
  readonly dataSet: string;
  readonly measure: string;
  /** Undefined where the data is absent. */
  readonly ours: number | undefined;
  readonly unit: Unit;
  /** What the prototypes or published detectors reached on the same data, in words. */
  readonly reference: string;
  readonly target: Target | undefined;
  readonly met: boolean | undefined;
};

export type Part = {
  readonly name: string;
  /** What the part reads, below the data folder; nothing where it makes up its own. */
  readonly reads: readonly string[];
  measure(folder: string): readonly Row[] | Promise<readonly Row[]>;
};

type Measured = {
  readonly dataSet: string;
  readonly measure: string;
  readonly ours: number;
  readonly unit: Unit;
  readonly reference?: string;
  readonly target?: Target;
};

export const row = ({ dataSet, measure, ours, unit, reference = '', target }: Measured): Row => ({
  dataSet,
  measure,
  ours,
  unit,
  reference,
  target,
  met: target === undefined ? undefined : isMet(ours, target),
});

export const absent = (dataSet: string): Row => ({
  dataSet,
  measure: 'not measured: the data is absent',
  ours: undefined,
  unit: 'count',
  reference: '',
  target: undefined,
  met: undefined,
});

const isMet = (ours: number, target: Target): boolean =>
  'atLeast' in target ? ours >= target.atLeast : ours <= target.atMost;

/** Digits that the data can carry: a share of 30 episodes has two, a false share of 14,000 sessions four. */
const digits: Record<Unit, number> = {
  share: 4,
  'per series-week': 3,
  'per week': 3,
  points: 1,
  count: 0,
  times: 2,
};

const written = (value: number, unit: Unit): string => {
  const text = value.toFixed(digits[unit]);
  return text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
};

const cells = ({ dataSet, measure, ours, unit, reference, target, met }: Row): readonly string[] => [
  dataSet,
  measure,
  ours === undefined ? '' : `${written(ours, unit)}${unit === 'share' || unit === 'count' ? '' : ` ${unit}`}`,
  reference,
  target === undefined
    ? ''
    : 'atLeast' in target
      ? `>= ${written(target.atLeast, unit)}`
      : `<= ${written(target.atMost, unit)}`,
  met === undefined ? '' : met ? 'yes' : 'no',
];

const head = ['data', 'measure', 'ours', 'reference', 'target', 'met'] as const;

/** A Markdown table with its columns in line, so that it reads the same in a terminal. */
export const table = (rows: readonly Row[]): string => {
  const lines = [head, ...rows.map(cells)];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const written = (line: readonly string[]) =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [written(head), rule, ...lines.slice(1).map(written)].join('\n');
};
