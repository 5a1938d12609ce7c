import { type BadRecord, badRecordCharsMax } from '../../../app/ports.ts';
import { redact } from '../../../config/secret.ts';
import { type AuditEvent, inOrder } from '../../../core/event.ts';
import { isoSeconds, msPerSecond, type Stretch } from '../../../core/time.ts';
import { cut } from '../fields.ts';
import { asTwin, identityOf } from '../identity.ts';
import type { Translate } from '../translated.ts';
import { secondOf } from './pages.ts';

/**
 * Counts the records of overlapping pages without counting one twice. Pulumi's events have no id, and two alike in one
 * second (twins) are two events, whereas one on two pages is usually a repeat.
 *
 * The rule: an event counts as often as the page that shows it most often. No page repeats itself, so this never doubles;
 * and it is exact wherever one page holds the whole second, which the reader sees to. Only twins on either side of a cut
 * that no page bridges count too few, and a later, better reading then adds them under the next ordinal.
 */

/** What one page showed, for the reader to tell cuts and circles. */
export type Shown = {
  /** In the page's own order; records without a readable time have none. */
  readonly seconds: readonly number[];
  /** The same for pages with the same records in the same order. */
  readonly print: string;
};

export type Tally = {
  add(records: readonly unknown[]): Shown;
  /** What is held so far, for the reader's limits. */
  size(): { readonly records: number; readonly badRecords: number };
  badRecords(): readonly BadRecord[];
  events(): readonly AuditEvent[];
};

type Counted = { readonly event: AuditEvent; mostOnOnePage: number };

export const tallyOf = (source: string, stretch: Stretch, translate: Translate): Tally => {
  const counted = new Map<string, Counted>();
  const bad = new Map<string, BadRecord>();
  let recordCount = 0;

  const isWanted = (second: number | undefined): boolean =>
    second === undefined || (second * msPerSecond >= stretch.fromMs && second * msPerSecond < stretch.toMs);

  const keepBad = (record: unknown, reason: string, outcome: BadRecord['outcome']): string => {
    const found = badRecordOf({ source, record, reason, outcome });
    const key = identityOf([found.where, found.reason, found.text]);
    if (isWanted(secondOf(record))) bad.set(key, found);
    return key;
  };

  const add = (records: readonly unknown[]): Shown => {
    const onThisPage = new Map<string, number>();
    const seconds: number[] = [];
    const keys: string[] = [];
    recordCount += records.length;
    for (const record of records) {
      const second = secondOf(record);
      if (second !== undefined) seconds.push(second);
      const { event, flaw } = translate(record);
      const badKey = flaw === undefined ? undefined : keepBad(record, flaw, event === undefined ? 'rejected' : 'kept');
      keys.push(event?.id ?? badKey ?? '');
      if (event === undefined || !isWanted(second)) continue;
      const times = (onThisPage.get(event.id) ?? 0) + 1;
      onThisPage.set(event.id, times);
      const before = counted.get(event.id);
      if (before === undefined) counted.set(event.id, { event, mostOnOnePage: times });
      else before.mostOnOnePage = Math.max(before.mostOnOnePage, times);
    }
    return { seconds, print: identityOf(keys) };
  };

  return {
    add,
    size: () => ({ records: recordCount, badRecords: bad.size }),
    badRecords: () => [...bad.values()],
    events: () => [...counted.values()].flatMap(twinsOf).sort(inOrder),
  };
};

const twinsOf = ({ event, mostOnOnePage }: Counted): readonly AuditEvent[] =>
  Array.from({ length: mostOnOnePage }, (_, ordinal) => asTwin(event, ordinal));

type Flawed = { source: string; record: unknown; reason: string; outcome: BadRecord['outcome'] };

/** The same for the same record in every reading, so that whoever keeps it can tell that it is the same. */
const badRecordOf = ({ source, record, reason, outcome }: Flawed): BadRecord => {
  const second = secondOf(record);
  return {
    where: `${source} ${second === undefined ? 'at an unknown time' : isoSeconds(second * msPerSecond)}`,
    reason: redact(reason),
    outcome,
    text: cut(redact(jsonOf(record)), badRecordCharsMax),
  };
};

/** A record nested too deeply to be written is still a bad record. */
const jsonOf = (record: unknown): string => {
  try {
    return JSON.stringify(record);
  } catch {
    return '(nested too deeply to be shown)';
  }
};
