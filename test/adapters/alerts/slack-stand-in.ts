import { type Reply, type StandIn, standIn } from '../secrets/stand-in.ts';
import { problemWith } from './slack-rules.ts';

/** Slack's side of an incoming webhook: its address is its secret, and it answers in words of text/plain. */

export type SlackStandIn = StandIn & {
  /** Where messages are taken just now, without the host. */
  path: string;
  /** Answers to come before any other, in order. */
  readonly next: Reply[];
  readonly messages: () => readonly unknown[];
};

export const slackStandIn = async (path = '/services/T000/B000/example'): Promise<SlackStandIn> => {
  const posted: unknown[] = [];
  const next: Reply[] = [];
  const slack: SlackStandIn = {
    ...(await standIn(({ method, url, headers, body }) => {
      const waiting = next.shift();
      if (waiting !== undefined) return waiting;
      if (url !== slack.path) return text(404, 'no_service');
      if (method !== 'POST' || !String(headers['content-type']).startsWith('application/json'))
        return text(400, 'invalid_payload');
      const problem = problemWith(body);
      if (problem !== undefined) return text(400, problem);
      posted.push(JSON.parse(body));
      return text(200, 'ok');
    })),
    path,
    next,
    messages: () => posted,
  };
  return slack;
};

export const text = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers: { 'content-type': 'text/html', ...headers },
  body,
});
