import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
  type InputLogEvent,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Archive, Clock } from '../../app/ports.ts';
import { msPerDay, msPerHour, msPerSecond } from '../../core/time.ts';
import { refusedAction } from '../refused-action.ts';
import { type ArchiveLine, keyOfLine, type LineWords } from './lines.ts';
import { archiveOn, type Shelf, type Shelves } from './revisions.ts';

/**
 * The archive as a group of CloudWatch Logs: a log stream for the events of each revision, and one for each piece of news.
 * PutLogEvents cannot be repeated: an answer that got lost may stand for lines that were written. So nothing is repeated
 * blindly; after a failure the stream is read, and what it lacks is written. AWS does not promise when a stream shows what
 * was written to it, only that it soon does: what shows later than we wait is kept twice, and the saved queries show it once.
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
  terminalSafe,
  client = newClient(),
}: CloudWatchLogsArchive): Archive => {
  const archive = archiveOn(shelvesIn({ client, group, retentionDays, clock }), { networks, alertJson, terminalSafe });
  return {
    keep: async (kept) => {
      try {
        await patiently(() => archive.keep(kept), clock);
      } catch (error) {
        throw isOfAws(error) ? refusalOf(error, group) : error;
      }
    },
  };
};

const isOfAws = (error: unknown): error is Error => error instanceof Error && '$metadata' in error;

/** Not in AWS's words: its error holds whatever was answered, and goes whole into the log where nobody catches it. */
const refusalOf = (error: Error, group: string): Error =>
  new Error(`CloudWatch Logs took nothing for the archive ${group} (${error.name}). ${adviceFor(error)}`, {
    cause: error,
  });

const adviceFor = ({ name, message }: Error): string => {
  switch (name) {
    case 'AccessDeniedException':
      return `This function’s role may not write to it (${refusedAction(message)}): deploy the stack again.`;
    case 'ResourceNotFoundException':
      return 'There is no such group: deploy the stack again.';
    default:
      return 'What was read is not counted yet, and the next run tries again.';
  }
};

const newClient = (): CloudWatchLogsClient =>
  new CloudWatchLogsClient({
    // Our own tries look before they repeat.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: 5 * msPerSecond,
      requestTimeout: 10 * msPerSecond,
      throwOnRequestTimeout: true,
    },
  });

/** Half a second, one and two: what throttles longer is left to the next run. */
const throttledMax = 3;
const throttledWaitMs = msPerSecond / 2;
/** What was lost twice is left to the next run, too: each costs a request's time limit and this wait. */
const lostMax = 1;
/** Until a stream has long since shown what was written to it. */
const lostWaitMs = 10 * msPerSecond;

const patiently = async (work: () => Promise<void>, clock: Clock): Promise<void> => {
  for (let throttled = 0, lost = 0; ; ) {
    try {
      return await work();
    } catch (error) {
      if (isThrottled(error) && throttled < throttledMax) {
        await clock.sleep(throttledWaitMs * 2 ** throttled);
        throttled += 1;
      } else if (isLost(error) && lost < lostMax) {
        await clock.sleep(lostWaitMs);
        lost += 1;
      } else throw error;
    }
  }
};

type Failure = {
  readonly name?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
};

/** Asked too often: nothing was written. */
const isThrottled = (error: unknown): boolean => {
  const { name = '', $metadata } = error as Failure;
  return $metadata?.httpStatusCode === 429 || /Thrott/.test(name);
};

/** AWS could not answer, or was not reached, or its answer was not: who knows what was written. */
const isLost = (error: unknown): boolean => {
  const { name = '', code = '', $metadata } = error as Failure;
  const status = $metadata?.httpStatusCode;
  return status === undefined ? name === 'TimeoutError' || /^E[A-Z]{3,20}$/.test(code) : status >= 500;
};

type Group = {
  readonly client: CloudWatchLogsClient;
  readonly group: string;
  readonly retentionDays: number;
  readonly clock: Clock;
};

const shelvesIn = (group: Group): Shelves => ({
  ofRevision: (source, revision) =>
    shelfIn(group, `${streamsOf(source)}${String(revision).padStart(revisionDigits, '0')}`),
  ofNews: (source, key) => shelfIn(group, `alerts/${streamsOf(source)}${streamName(key)}`),
  newest: async (source, count) => {
    const { logStreams = [] } = await group.client.send(
      new DescribeLogStreamsCommand({
        logGroupName: group.group,
        logStreamNamePrefix: streamsOf(source),
        orderBy: 'LogStreamName',
        descending: true,
        limit: count,
      }),
    );
    return logStreams.flatMap(({ logStreamName }) =>
      logStreamName === undefined ? [] : [shelfIn(group, logStreamName)],
    );
  },
});

/** A stream's name may hold neither colon nor asterisk. */
const streamName = (text: string): string => text.replaceAll(/[:*]/g, '/');

/** What the names of its revisions' streams begin with, and no other source's: a source has no slash in its name. */
const streamsOf = (source: string): string => `${streamName(source)}/`;

/** Digits of one length sort as numbers do. */
const revisionDigits = 10;

const shelfIn = ({ client, group, retentionDays, clock }: Group, stream: string): Shelf => {
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
