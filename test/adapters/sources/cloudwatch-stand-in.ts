import { type Got, type Reply, type StandIn, standIn } from '../secrets/stand-in.ts';

/** CloudWatch Logs' `FilterLogEvents` over HTTP, as AWS's own client asks it (JSON 1.1), answering as a test says. */

type Question = {
  readonly logGroupName: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly nextToken?: string;
};
type Line = {
  readonly eventId: string;
  readonly message: string;
  readonly timestamp: number;
  readonly ingestionTime: number;
};
export type GroupAnswer =
  | { readonly events: readonly Line[]; readonly nextToken?: string }
  | { readonly error: string; readonly message?: string; readonly status?: number };

export const cloudwatchStandIn = (answering: (question: Question, nth: number) => GroupAnswer): Promise<StandIn> => {
  let asked = 0;
  return standIn((got: Got): Reply => {
    if (got.headers['x-amz-target'] !== 'Logs_20140328.FilterLogEvents') return refused('UnknownOperationException');
    asked += 1;
    const answer = answering(JSON.parse(got.body), asked - 1);
    return 'error' in answer ? refused(answer.error, answer.message, answer.status) : json(200, answer);
  });
};

const json = (status: number, body: unknown): Reply => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body,
});
const refused = (type: string, message = 'made up', status = 400): Reply => json(status, { __type: type, message });
