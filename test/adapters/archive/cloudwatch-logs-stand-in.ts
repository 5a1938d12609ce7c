import type { Clock } from '../../../lib/app/ports.ts';
import { type Got, type Reply, type StandIn, standIn } from '../secrets/stand-in.ts';

/**
 * CloudWatch Logs as far as an archive asks it, with the limits of its API reference: events in order of time, a day, 1 MB
 * and 10,000 of them in one batch, none older than two weeks or than the group's retention, none from the future.
 */

export type LogsStandIn = StandIn & {
  /** By name of the stream. */
  readonly streams: Map<string, Line[]>;
  /** What becomes of the next questions of that name, one after the other; the rest are answered. */
  readonly mishaps: { readonly of: string; readonly what: 'throttled' | 'lost' | 'refused' | 'half' }[];
  /** How long after it was written a line shows. */
  showsAfterMs: number;
  retentionDays: number;
};

type Line = { readonly timestamp: number; readonly message: string; readonly writtenMs: number };

export const group = '/tokenwatch/archive';
const eventsPerPage = 3;
const dayMs = 24 * 60 * 60 * 1_000;

export const logsStandIn = async (clock: Clock): Promise<LogsStandIn> => {
  const logs: LogsStandIn = {
    ...(await standIn((got) => answer(logs, got, clock.nowMs()))),
    streams: new Map(),
    mishaps: [],
    showsAfterMs: 0,
    retentionDays: 400,
  };
  return logs;
};

type Question = {
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly logStreamNamePrefix?: string;
  readonly orderBy?: string;
  readonly descending?: boolean;
  readonly limit?: number;
  readonly logEvents?: { timestamp: number; message: string }[];
  readonly nextToken?: string;
  readonly startFromHead?: boolean;
};

const answer = (logs: LogsStandIn, { headers, body }: Got, nowMs: number): Reply => {
  const name = String(headers['x-amz-target']).replace('Logs_20140328.', '');
  const question = JSON.parse(body) as Question;
  const mishap = logs.mishaps[0]?.of === name ? logs.mishaps.shift()?.what : undefined;
  if (mishap === 'throttled') return failed('ThrottlingException', 'Rate exceeded');
  if (mishap === 'refused') return failed('AccessDeniedException', 'not authorized');
  if (question.logGroupName !== group) return failed('ResourceNotFoundException', 'no such group');
  if (mishap === 'half') question.logEvents?.splice(Math.ceil((question.logEvents.length ?? 0) / 2));
  const reply = answers[name]?.(logs, question, nowMs) ?? failed('UnknownOperationException', name);
  return mishap === 'lost' || mishap === 'half' ? failed('InternalServerException', 'lost', 500) : reply;
};

const answers: Readonly<Record<string, (logs: LogsStandIn, question: Question, nowMs: number) => Reply>> = {
  CreateLogStream: ({ streams }, { logStreamName }) => {
    if (!/^[^:*]{1,512}$/.test(logStreamName)) return failed('InvalidParameterException', 'name of the stream');
    if (streams.has(logStreamName)) return failed('ResourceAlreadyExistsException', 'exists');
    streams.set(logStreamName, []);
    return json(200, {});
  },
  PutLogEvents: ({ streams, retentionDays }, { logStreamName, logEvents = [] }, nowMs) => {
    const stream = streams.get(logStreamName);
    if (stream === undefined) return failed('ResourceNotFoundException', 'no such stream');
    const wrong = problemOf(logEvents);
    if (wrong !== undefined) return failed('InvalidParameterException', wrong);
    const oldestMs = nowMs - Math.min(14, retentionDays) * dayMs;
    const tooOld = logEvents.filter(({ timestamp }) => timestamp < oldestMs).length;
    const newFrom = logEvents.findIndex(({ timestamp }) => timestamp > nowMs + dayMs / 12);
    const taken = logEvents.slice(tooOld, newFrom < 0 ? undefined : newFrom);
    stream.push(...taken.map((event) => ({ ...event, writtenMs: nowMs })));
    if (tooOld === 0 && newFrom < 0) return json(200, { nextSequenceToken: '1' });
    return json(200, {
      rejectedLogEventsInfo: {
        ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
        ...(newFrom >= 0 && { tooNewLogEventStartIndex: newFrom }),
      },
    });
  },
  // By name is the only order in which a prefix may be given.
  DescribeLogStreams: ({ streams }, { logStreamNamePrefix = '', orderBy, descending = false, limit = 50 }) => {
    if (orderBy !== 'LogStreamName') return failed('InvalidParameterException', 'order of the streams');
    const names = [...streams.keys()].filter((name) => name.startsWith(logStreamNamePrefix)).toSorted();
    if (descending) names.reverse();
    return json(200, { logStreams: names.slice(0, limit).map((logStreamName) => ({ logStreamName })) });
  },
  // Pages are short, every second one is empty, and the last gives back the token that it was asked with.
  GetLogEvents: ({ streams, showsAfterMs }, { logStreamName, nextToken, startFromHead }, nowMs) => {
    const stream = streams.get(logStreamName)?.filter(({ writtenMs }) => nowMs >= writtenMs + showsAfterMs);
    if (stream === undefined) return failed('ResourceNotFoundException', 'no such stream');
    if (startFromHead !== true) return failed('InvalidParameterException', 'read from its head');
    const page = nextToken === undefined ? 0 : Number(nextToken.slice(2));
    const from = (page / 2) * eventsPerPage;
    const events = page % 2 === 1 ? [] : stream.slice(from, from + eventsPerPage);
    const isEnd = from >= stream.length && nextToken !== undefined;
    return json(200, { events, nextForwardToken: `f/${isEnd ? page : page + 1}`, nextBackwardToken: 'b/0' });
  },
};

const problemOf = (events: readonly { timestamp: number; message: string }[]): string | undefined => {
  const times = events.map(({ timestamp }) => timestamp);
  const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0);
  if (events.length === 0 || events.length > 10_000) return `${events.length} events`;
  if (bytes > 1_048_576) return `${bytes} bytes`;
  if (times.some((time, at) => time < (times[at - 1] ?? time))) return 'not in order of time';
  if ((times.at(-1) ?? 0) - (times[0] ?? 0) > dayMs) return 'more than a day';
  return undefined;
};

const json = (status: number, body: unknown, headers = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1', ...headers },
  body,
});

const failed = (type: string, message: string, status = 400): Reply =>
  json(status, { __type: type, message }, { 'x-amzn-errortype': type });
