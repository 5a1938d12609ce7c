import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  GetLogEventsCommand,
  type InputLogEvent,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Archive, Clock } from '../../app/ports.ts';
import { msPerDay, msPerHour, msPerSecond } from '../../core/time.ts';
import { type ArchiveLine, keyOfLine, type LineWords } from './lines.ts';
import { archiveOn, type Shelf } from './revisions.ts';

/**
 * The archive as a group of CloudWatch Logs, one log stream per revision. PutLogEvents cannot be repeated: an answer that
 * got lost may stand for lines that were written. So nothing is repeated blindly; after a failure the stream is read, and
 * what it lacks is written.
 *
 * CloudWatch keeps nothing older than two weeks or than the group's retention, nor from the future. A backfill brings such
 * events; they are kept under the nearest time that is allowed, and `at` in the line is the truth.
 */

export type CloudWatchLogsArchive = LineWords & {
  readonly group: string;
  /** As the group keeps its events. */
  readonly retentionDays: number;
  readonly clock: Clock;
  readonly client?: CloudWatchLogsClient;
};

export const cloudWatchLogsArchive = ({
  group,
  retentionDays,
  clock,
  networks,
  alertJson,
  // Our own tries look before they repeat.
  client = new CloudWatchLogsClient({ maxAttempts: 1 }),
}: CloudWatchLogsArchive): Archive => {
  const archive = archiveOn((source, revision) => shelfIn({ client, group, retentionDays, clock }, source, revision), {
    networks,
    alertJson,
  });
  return { keep: (kept) => patiently(() => archive.keep(kept), clock) };
};

/** Half a second, one and two: what throttles longer is left to the next run. */
const triesMax = 4;
const firstWaitMs = msPerSecond / 2;

const patiently = async (work: () => Promise<void>, clock: Clock): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === triesMax || !mayPass(error)) throw error;
    }
    await clock.sleep(firstWaitMs * 2 ** (tries - 1));
  }
};

/** What AWS answers with when it is asked too often, cannot answer, or is not reached at all. */
const mayPass = (error: unknown): boolean => {
  const { name = '', $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  return status === undefined ? isUnreached(error) : status >= 500 || status === 429 || /Thrott/.test(name);
};

const isUnreached = (error: unknown): boolean => {
  const { name = '', code = '' } = error as { name?: string; code?: string };
  return name === 'TimeoutError' || /^E[A-Z]{3,20}$/.test(code);
};

type Group = {
  readonly client: CloudWatchLogsClient;
  readonly group: string;
  readonly retentionDays: number;
  readonly clock: Clock;
};

const shelfIn = ({ client, group, retentionDays, clock }: Group, source: string, revision: number): Shelf => {
  // A stream's name may hold neither colon nor asterisk. Digits of one length sort as numbers do.
  const stream = `${source.replaceAll(/[:*]/g, '/')}/${String(revision).padStart(10, '0')}`;
  const place = { logGroupName: group, logStreamName: stream };
  return {
    make: async () => {
      try {
        await client.send(new CreateLogStreamCommand(place));
        return true;
      } catch (error) {
        if (nameOf(error) === 'ResourceAlreadyExistsException') return false;
        throw error;
      }
    },
    keys: () => keysIn(client, place),
    add: async (lines) => {
      for (const logEvents of batchesOf(lines, { nowMs: clock.nowMs(), retentionDays })) {
        const { rejectedLogEventsInfo: rejected } = await client.send(new PutLogEventsCommand({ ...place, logEvents }));
        if (rejected === undefined) continue;
        throw new Error(
          `CloudWatch Logs refused lines of the archive ${group} by their time (${JSON.stringify(rejected)}): ` +
            'the retention of the group is shorter than the settings say, or the clock is wrong.',
        );
      }
    },
  };
};

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

/** A revision holds some hundred lines, and a page of at least one line is 1 MB; beyond this, pages go round in a circle. */
const pagesMax = 1_000;

type Place = { readonly logGroupName: string; readonly logStreamName: string };

const keysIn = async (client: CloudWatchLogsClient, place: Place): Promise<ReadonlySet<string>> => {
  const keys = new Set<string>();
  let nextToken: string | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const question = new GetLogEventsCommand({ ...place, startFromHead: true, ...(nextToken && { nextToken }) });
    const { events = [], nextForwardToken } = await client.send(question).catch((error: unknown) => {
      if (nameOf(error) === 'ResourceNotFoundException') return { events: [], nextForwardToken: undefined };
      throw error;
    });
    for (const { message = '' } of events) {
      const key = keyOfLine(message);
      if (key !== undefined) keys.add(key);
    }
    // The end is where the token comes back as it was sent; a page before that may be empty.
    if (nextForwardToken === undefined || nextForwardToken === nextToken) return keys;
    nextToken = nextForwardToken;
  }
  throw new Error(`${place.logStreamName} of ${place.logGroupName} has no end: it was not read whole.`);
};

/** Limits of PutLogEvents, from its API reference. Lines are far below its 1 MB: the fields of an event are cut where they are read. */
const batchLinesMax = 10_000;
const batchBytesMax = 1_048_576;
const bytesPerLine = 26;
const batchSpanMsMax = msPerDay;
const daysBackMax = 14;
/** CloudWatch's clock may differ from ours, and time passes on the way; it takes up to two hours of the future. */
const clockMarginMs = msPerHour;

/** What fits one call, in order of time as it must be. */
export const batchesOf = (
  lines: readonly ArchiveLine[],
  { nowMs, retentionDays }: { readonly nowMs: number; readonly retentionDays: number },
): readonly InputLogEvent[][] => {
  const oldestMs = nowMs - Math.min(daysBackMax, retentionDays) * msPerDay + clockMarginMs;
  const newestMs = nowMs + clockMarginMs;
  const batches: InputLogEvent[][] = [];
  let batch: InputLogEvent[] = [];
  let bytes = 0;
  for (const { atMs, text } of lines) {
    const timestamp = Math.min(newestMs, Math.max(oldestMs, atMs));
    const lineBytes = Buffer.byteLength(text) + bytesPerLine;
    const firstMs = batch[0]?.timestamp ?? timestamp;
    const isFull =
      batch.length === batchLinesMax ||
      bytes + lineBytes > batchBytesMax ||
      timestamp - firstMs > batchSpanMsMax - msPerSecond;
    if (batch.length === 0 || isFull) {
      batch = [];
      bytes = 0;
      batches.push(batch);
    }
    batch.push({ timestamp, message: text });
    bytes += lineBytes;
  }
  return batches;
};
