import { type BadRecord, badRecordCharsMax, type Reading, SourceError } from '../../../app/ports.ts';
import { redact } from '../../../config/secret.ts';
import { latenessMs } from '../../../core/coverage.ts';
import { type AuditEvent, inOrder } from '../../../core/event.ts';
import { isoSeconds, msPerHour, msPerMinute, msPerSecond, type Stretch } from '../../../core/time.ts';
import { type LogGroup, type LogLine, logPages } from '../cloudwatch-logs.ts';
import { cut, fieldsOf, textOf } from '../fields.ts';
import { asTwin, identityOf } from '../identity.ts';
import type { Translate } from '../translated.ts';
import { isScalrRunEvent } from './translate.ts';

/**
 * One stretch of Scalr's audit log, whole, from the log group that EventBridge writes it to.
 *
 * A line lies in the group under the time at which it was delivered, and an event belongs to the stretch by its own time:
 * EventBridge tries for a day when the group cannot be written. So a day more than the stretch is looked through, up to
 * now, and what belongs elsewhere is let go page by page. Looking costs time and no money.
 *
 * EventBridge may deliver twice. Scalr's request id tells a second delivery from a second event; without one the
 * envelope's id does, and without that the line's own. News of runs comes on the same bus: it is let go.
 */

export type AuditLogRequest = {
  readonly source: string;
  readonly stretch: Stretch;
  readonly translate: Translate;
  readonly group: LogGroup;
  readonly signal: AbortSignal | undefined;
};

/** EventBridge's longest retry, which is its default. */
const deliveryMsMax = 24 * msPerHour;
/** Scalr's clock may be ahead of AWS's, so that an event seems to be delivered before it happened. */
const clockDifferenceMsMax = 5 * msPerMinute;
/** Some 25 MB once translated, as for Pulumi: a small Lambda has room for it. */
const eventsMax = 50_000;
/** Each keeps up to 2,000 characters; so many mean that the format has changed, which the first thousands also tell. */
const badRecordsMax = 5_000;

export const readAuditLog = async (request: AuditLogRequest): Promise<Reading> => {
  const { stretch, group, signal } = request;
  const found: Found = { deliveries: new Map(), events: 0, bad: new Map(), runs: new Set(), late: new Set() };
  let requests = 0;
  const onRequest = (): void => {
    requests += 1;
  };
  for await (const page of logPages(group, arrivalOf(stretch, group.nowMs()), { onRequest, signal })) {
    for (const line of page) take(line, found, request);
    if (isTooMuch(found)) throw tooMuch(request);
  }
  return {
    events: [...found.deliveries.values()].flatMap(twinsOf).sort(inOrder),
    badRecords: [...found.bad.values()],
    requests,
    deliveredLate: found.late.size,
  };
};

/** When lines of the stretch may have been written. The end is past now, so that the last second is not cut. */
const arrivalOf = ({ fromMs, toMs }: Stretch, nowMs: number): Stretch => ({
  fromMs: Math.max(0, Math.floor(fromMs - clockDifferenceMsMax)),
  toMs: Math.max(Math.ceil(Math.min(toMs + deliveryMsMax, nowMs + clockDifferenceMsMax)), Math.ceil(toMs)),
});

type Found = {
  /** By the event's id, then by what tells one delivery from another. */
  readonly deliveries: Map<string, Map<string, Delivered>>;
  /** All deliveries together, for the limit. */
  events: number;
  readonly bad: Map<string, BadRecord>;
  /** Ids of deliveries. */
  readonly runs: Set<string>;
  readonly late: Set<string>;
};
type Delivered = { readonly event: AuditEvent; readonly timestampMs: number };

const isWithin = (atMs: number, { fromMs, toMs }: Stretch): boolean => atMs >= fromMs && atMs < toMs;

const take = (line: LogLine, found: Found, { source, stretch, translate }: AuditLogRequest): void => {
  const raw = parsed(line.text);
  const delivery = textOf(fieldsOf(raw).id) || line.id;
  if (isScalrRunEvent(raw)) {
    if (isWithin(line.timestampMs, stretch)) found.runs.add(delivery);
    return;
  }
  const read = raw === undefined ? { event: undefined, flaw: 'not JSON: expected an event of Scalr' } : translate(raw);
  const { event, flaw } = read;
  if (!isWithin(event?.atMs ?? line.timestampMs, stretch)) return;
  if (flaw !== undefined) {
    const outcome = event === undefined ? 'rejected' : 'kept';
    const record = badRecordOf(line, { source, atMs: event?.atMs, reason: flaw, outcome });
    found.bad.set(identityOf([record.where, record.reason, record.text]), record);
  }
  if (event === undefined) return;
  if (line.ingestedMs - event.atMs > latenessMs) found.late.add(event.id);
  const deliveries = found.deliveries.get(event.id) ?? new Map<string, Delivered>();
  found.deliveries.set(event.id, deliveries);
  const key = 'hasOwnId' in read && read.hasOwnId ? '' : delivery;
  if (deliveries.has(key)) return;
  deliveries.set(key, { event, timestampMs: line.timestampMs });
  found.events += 1;
};

const isTooMuch = ({ events, bad, runs }: Found): boolean =>
  events > eventsMax || bad.size > badRecordsMax || runs.size > eventsMax;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Events alike in everything, of different deliveries: numbered as they came, so that a later one changes no number. */
const twinsOf = (deliveries: ReadonlyMap<string, Delivered>): readonly AuditEvent[] =>
  [...deliveries]
    .sort(([idA, a], [idB, b]) => a.timestampMs - b.timestampMs || (idA < idB ? -1 : 1))
    .map(([, { event }], ordinal) => asTwin(event, ordinal));

/** The same for the same line in every reading, so that whoever keeps it can tell that it is the same. */
const badRecordOf = (
  { text, timestampMs }: LogLine,
  of: { readonly source: string; readonly atMs: number | undefined } & Pick<BadRecord, 'reason' | 'outcome'>,
): BadRecord => {
  const second = Math.floor((of.atMs ?? timestampMs) / msPerSecond) * msPerSecond;
  return {
    where: `${of.source} ${isoSeconds(second)}`,
    reason: redact(of.reason),
    outcome: of.outcome,
    text: cut(redact(text), badRecordCharsMax),
  };
};

const tooMuch = ({ source, stretch }: AuditLogRequest): SourceError =>
  new SourceError(
    'too-much',
    `The log ${source} from ${isoSeconds(stretch.fromMs)} to ${isoSeconds(stretch.toMs)} is more than one reading takes (${eventsMax} events): ask for a shorter stretch.`,
  );
