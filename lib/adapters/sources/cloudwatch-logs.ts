import { SourceError } from '../../app/ports.ts';
import type { Stretch } from '../../core/time.ts';
import { logGroupRefusal } from './cloudwatch-refusal.ts';

/**
 * What lies in a group of CloudWatch Logs, page by page, oldest first. What is not trusted: an empty page (it may carry a
 * token, and then more follows), the token itself (it must never come twice), and a group that never ends.
 *
 * Nothing is filtered on the server: filter patterns read JSON in a way of their own, and what is wanted is decided by
 * whoever knows the records.
 */

/** One line of the group. */
export type LogLine = {
  /** CloudWatch's own; the same each time the line is read. */
  readonly id: string;
  readonly text: string;
  /** As whoever wrote it says, which for EventBridge is about when it was delivered. */
  readonly timestampMs: number;
  readonly ingestedMs: number;
};

/** `FilterLogEvents` as AWS's client asks and answers it. Throws what that client throws, or the signal's reason. */
export type FilterLogEvents = (
  question: {
    readonly logGroupName: string;
    readonly startTime: number;
    /** The last millisecond that counts. */
    readonly endTime: number;
    readonly nextToken?: string;
  },
  signal?: AbortSignal,
) => Promise<{
  readonly events?:
    | readonly {
        readonly eventId?: string | undefined;
        readonly message?: string | undefined;
        readonly timestamp?: number | undefined;
        readonly ingestionTime?: number | undefined;
      }[]
    | undefined;
  readonly nextToken?: string | undefined;
}>;

export type LogGroup = {
  readonly name: string;
  readonly filter: FilterLogEvents;
  /** For “try again at”. */
  readonly nowMs: () => number;
};

export type LogGroupAsking = { readonly onRequest?: () => void; readonly signal?: AbortSignal | undefined };

/**
 * Each page is at most 1 MB (AWS limit), so this is 4 GB: several times what an account can write in two days whose API
 * takes 500 requests a minute. It ends a reading that would never end.
 */
const pagesMax = 4_000;

/** Lines whose timestamp lies in the stretch. Throws `SourceError`, or the signal's reason. */
export async function* logPages(
  group: LogGroup,
  { fromMs, toMs }: Stretch,
  { onRequest, signal }: LogGroupAsking = {},
): AsyncGenerator<readonly LogLine[]> {
  const tokens = new Set<string>();
  let nextToken: string | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    signal?.throwIfAborted();
    onRequest?.();
    const answer = await ask(group, { fromMs, toMs, nextToken }, signal);
    yield (answer.events ?? []).map((line) => ({
      id: line.eventId ?? '',
      text: line.message ?? '',
      timestampMs: line.timestamp ?? fromMs,
      ingestedMs: line.ingestionTime ?? line.timestamp ?? fromMs,
    }));
    nextToken = answer.nextToken;
    if (nextToken === undefined || nextToken === '') return;
    if (tokens.has(nextToken)) {
      throw new SourceError(
        'misunderstood',
        `Reading the log group ${group.name} goes in circles: the same token came twice. Nothing of it was taken.`,
      );
    }
    tokens.add(nextToken);
  }
  throw new SourceError(
    'misunderstood',
    `The log group ${group.name} holds more than ${pagesMax} pages for one reading, which is more than an audit log writes: see what else is written to it.`,
  );
}

const ask = async (
  { name, filter, nowMs }: LogGroup,
  { fromMs, toMs, nextToken }: Stretch & { readonly nextToken: string | undefined },
  signal: AbortSignal | undefined,
): ReturnType<FilterLogEvents> => {
  const question = {
    logGroupName: name,
    startTime: fromMs,
    endTime: toMs - 1,
    ...(nextToken !== undefined && { nextToken }),
  };
  try {
    return await filter(question, signal);
  } catch (thrown) {
    signal?.throwIfAborted();
    if (thrown instanceof SourceError) throw thrown;
    throw logGroupRefusal(thrown, { name, nowMs: nowMs() });
  }
};
