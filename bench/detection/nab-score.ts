/**
 * The Numenta Anomaly Benchmark's own score, standard profile. In each labelled window the best-placed alarm counts, up to
 * 1 for one at its start; a window without any costs 1; every alarm outside costs 0.11, less shortly after a window. The
 * first 15 % of a file are probation. Normalized: 0 is the detector that never alarms, 100 the perfect one.
 * The definition is that of https://github.com/numenta/NAB (Lavin and Ahmad, 2015); all detectors are alarms per row.
 */
const missCost = 1;
const falseAlarmCost = 0.11;
const probationShare = 0.15;
/** NAB lets no probation be longer than that of a file of 5,000 rows. */
const probationOfRowsMax = 5_000;
/** This many window widths behind a window, an alarm costs in full. */
const widthsBehindMax = 3;

export type Series = {
  readonly name: string;
  readonly rows: readonly { readonly atMs: number; readonly value: number }[];
  /** First and last time of each labelled window, ascending. */
  readonly windows: readonly (readonly [number, number])[];
};

/** What alarming at a row is worth, and in which window it lies. Rows on probation are left out. */
export type RowWorth = { readonly row: number; readonly worth: number; readonly window: number | undefined };

export const probationOf = (rows: number): number => Math.floor(probationShare * Math.min(rows, probationOfRowsMax));

/** From 1 for far before the window's end, through 0 at it, to -1 far behind; in window widths. */
const placeWorth = (widthsBehindEnd: number): number =>
  widthsBehindEnd >= widthsBehindMax ? -1 : 2 / (1 + Math.exp(5 * widthsBehindEnd)) - 1;

const best = placeWorth(-1);

type Span = { readonly first: number; readonly last: number };

const spanOf = (series: Series, [fromMs, toMs]: readonly [number, number]): Span => ({
  first: series.rows.findIndex(({ atMs }) => atMs >= fromMs),
  last: series.rows.findLastIndex(({ atMs }) => atMs <= toMs),
});

export const worths = (series: Series): readonly RowWorth[] => {
  const spans = series.windows.map((window) => spanOf(series, window));
  return series.rows
    .map((_, row) => {
      const window = spans.findIndex(({ first, last }) => row >= first && row <= last);
      const inside = spans[window];
      if (inside !== undefined) {
        const width = inside.last - inside.first + 1;
        return { row, worth: placeWorth(-(inside.last - row + 1) / width) / best, window };
      }
      const before = spans.findLast(({ last }) => last < row);
      const behind = before === undefined ? widthsBehindMax : (row - before.last) / (before.last - before.first);
      return { row, worth: falseAlarmCost * placeWorth(behind), window: undefined };
    })
    .slice(probationOf(series.rows.length));
};

/** A file's score before normalizing: NAB publishes these per detector. */
export const rawScore = (series: Series, isAlarm: (row: number) => boolean): number => {
  const inWindow = series.windows.map(() => -missCost);
  let outside = 0;
  for (const { row, worth, window } of worths(series)) {
    if (!isAlarm(row)) continue;
    if (window === undefined) outside += worth;
    else inWindow[window] = Math.max(inWindow[window] ?? -missCost, worth);
  }
  return inWindow.reduce((sum, worth) => sum + worth, outside);
};

export const normalized = (raw: number, windows: number): number => (100 * (raw + missCost * windows)) / (2 * windows);

export type Scored = { readonly series: Series; readonly scores: readonly number[] };

const windowsOf = (corpus: readonly Scored[]): number =>
  corpus.reduce((sum, { series }) => sum + series.windows.length, 0);

export const scoreAt = (corpus: readonly Scored[], threshold: number): number => {
  const raw = corpus.reduce(
    (sum, { series, scores }) => sum + rawScore(series, (row) => (scores[row] ?? 0) >= threshold),
    0,
  );
  return normalized(raw, windowsOf(corpus));
};

/** The best score that any one threshold gives on all files: rows join in the order of their scores. */
export const optimized = (corpus: readonly Scored[]): { readonly score: number; readonly threshold: number } => {
  const rows = corpus
    .flatMap(({ series, scores }, file) =>
      worths(series).map(({ row, worth, window }) => ({
        score: scores[row] ?? 0,
        worth,
        window: window === undefined ? undefined : `${file}|${window}`,
      })),
    )
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
  const windows = windowsOf(corpus);
  const inWindow = new Map<string, number>();
  let raw = -missCost * windows;
  let found = { score: normalized(raw, windows), threshold: Number.POSITIVE_INFINITY };
  rows.forEach(({ score, worth, window }, i) => {
    if (window === undefined) raw += worth;
    else {
      const before = inWindow.get(window) ?? -missCost;
      raw += Math.max(0, worth - before);
      inWindow.set(window, Math.max(before, worth));
    }
    const isLastOfScore = rows[i + 1]?.score !== score;
    if (isLastOfScore && normalized(raw, windows) > found.score)
      found = { score: normalized(raw, windows), threshold: score };
  });
  return found;
};
