import { type Reading, SourceError } from '../../../app/ports.ts';
import { isoSeconds, msPerSecond, type Stretch } from '../../../core/time.ts';
import type { Translate } from '../translated.ts';
import type { Bounds, Pages } from './pages.ts';
import { type Shown, type Tally, tallyOf } from './tally.ts';

/**
 * Reads one stretch whole, although the API may repeat or skip events where it cuts the log into pages: a continuation
 * token seems to name only a second, so that the rest of that second may come twice, or never.
 *
 * A second is in doubt when a page ended in it while another followed, or when it appeared on more than one page. Each
 * such second is read again by itself, which costs about one request per page, and until a page is found that holds it
 * whole. Nothing is in doubt when a stretch fits one page, which is the ordinary case.
 *
 * The limit of what can be known: a second with more events than fit a page. Where the server's token is exact, all of
 * it is read, except that twins (alike to the letter) on different pages count once. Where the token skips the rest of
 * its second, the rest is out of reach. Where it repeats it, the pages go in circles, which is an error.
 */

export type StretchRequest = {
  readonly source: string;
  readonly stretch: Stretch;
  readonly translate: Translate;
  readonly pages: Pages;
  readonly signal: AbortSignal | undefined;
};

/** 100 seconds at two requests a second: a part of a Lambda's time, and far more than an overlap of 15 minutes holds. */
const pagesMax = 200;
/** Some 25 MB once translated (measured), which leaves a small Lambda room for the page at hand and for the judging. */
const recordsMax = 50_000;
/** Each keeps up to 2,000 characters; so many mean that the format has changed, which the first thousands also tell. */
const badRecordsMax = 5_000;

export const readStretch = async (request: StretchRequest): Promise<Reading> => {
  const { source, stretch, translate } = request;
  if (!(stretch.fromMs < stretch.toMs)) return { events: [], badRecords: [], requests: 0 };
  const run: Run = { ...request, tally: tallyOf(source, stretch, translate), spent: { pages: 0, requests: 0 } };
  const firstSecond = Math.floor(stretch.fromMs / msPerSecond);
  const lastSecond = Math.ceil(stretch.toMs / msPerSecond) - 1;

  const { doubtful } = await readPages(run, { lowerSecond: firstSecond - 1, upperSecond: lastSecond + 1 });
  const toRepeat = [...doubtful].filter((second) => second >= firstSecond && second <= lastSecond);
  if (run.spent.pages + toRepeat.length > pagesMax) throw tooMuch(run);
  for (const second of toRepeat) await readSecond(run, second);
  return { events: run.tally.events(), badRecords: run.tally.badRecords(), requests: run.spent.requests };
};

type Run = StretchRequest & { readonly tally: Tally; readonly spent: { pages: number; requests: number } };

/** Seconds that came, and those of them that a cut between pages makes doubtful. */
type Certainty = { readonly seen: ReadonlySet<number>; readonly doubtful: ReadonlySet<number> };

/**
 * The widest bounds surely include the second. When its neighbours crowd it off the page, narrower ones may show it
 * alone, depending on which bounds the server counts in.
 */
const readSecond = async (run: Run, second: number): Promise<void> => {
  for (const [before, after] of [
    [1, 1],
    [0, 1],
    [1, 0],
    [0, 0],
  ] as const) {
    const bounds = { lowerSecond: second - before, upperSecond: second + after };
    const { seen, doubtful } = await readPages(run, bounds);
    if (seen.has(second) && !doubtful.has(second)) return;
  }
};

const readPages = async (run: Run, bounds: Bounds): Promise<Certainty> => {
  const { pages, tally, spent, signal } = run;
  const seen = new Set<number>();
  const doubtful = new Set<number>();
  const prints = new Set<string>();
  const onRequest = (): void => {
    spent.requests += 1;
  };
  for await (const { records, isLast } of pages(bounds, { onRequest, signal })) {
    const shown = tally.add(records);
    spent.pages += 1;
    if (isRepeat(shown, prints)) throw circles(run);
    if (isTooMuch(tally) || (!isLast && spent.pages >= pagesMax)) throw tooMuch(run);
    for (const second of new Set(shown.seconds)) {
      if (seen.has(second)) doubtful.add(second);
      seen.add(second);
    }
    if (!isLast) for (const second of edgesOf(shown)) doubtful.add(second);
  }
  return { seen, doubtful };
};

/**
 * A page like an earlier one means that paging does not advance. Pages of a single second are let through: whoever can
 * act often enough within a second can fill several with twins, and must not be able to stop the reading that way.
 */
const isRepeat = ({ seconds, print }: Shown, prints: Set<string>): boolean => {
  if (new Set(seconds).size < 2) return false;
  if (prints.has(print)) return true;
  prints.add(print);
  return false;
};

/** Where the page was cut off: in the second of its last record, and should it not be in order, in its oldest. */
const edgesOf = ({ seconds }: Shown): readonly number[] => {
  const last = seconds.at(-1);
  return last === undefined ? [] : [last, seconds.reduce((oldest, second) => Math.min(oldest, second), last)];
};

const isTooMuch = (tally: Tally): boolean => {
  const { records, badRecords } = tally.size();
  return records > recordsMax || badRecords > badRecordsMax;
};

const spanOf = ({ source, stretch }: Run): string =>
  `The log ${source} from ${isoSeconds(stretch.fromMs)} to ${isoSeconds(stretch.toMs)}`;

const tooMuch = (run: Run): SourceError =>
  new SourceError(
    'too-much',
    `${spanOf(run)} is more than one reading takes (${pagesMax} pages, ${recordsMax} records): ask for a shorter stretch.`,
  );

const circles = (run: Run): SourceError =>
  new SourceError('misunderstood', `${spanOf(run)} goes in circles: a page came twice. Nothing of it was taken.`);
