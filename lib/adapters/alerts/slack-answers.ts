import { msPerMinute } from '../../core/time.ts';
import { retryAfterMs } from '../retry-after.ts';

/**
 * What Slack's answers to an incoming webhook mean. Statuses and words are those of Slack's pages on incoming webhooks
 * (docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, Handling errors) and of its change of 17 May 2016.
 */

export type Answer =
  | { readonly status: number; readonly headers: Headers; readonly text: string }
  /** None came. */
  | { readonly failure: string };

/** Slack's words are short; anything longer comes from a proxy. */
const textBytesMax = 2_048;

export const textOf = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk.subarray(0, textBytesMax - size));
    size += chunk.byteLength;
    if (size >= textBytesMax) break;
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
};

/** A rotated webhook's old address is refused; the store may know the new one. */
export const isPerhapsRotated = (answer: Answer): boolean =>
  'status' in answer &&
  (answer.status === 403 || answer.status === 404 || answer.status === 410 || rotated.has(wordIn(answer.text)));

const rotated = new Set(['no_service', 'no_service_id', 'invalid_token', 'no_active_hooks']);

export const isPassing = (answer: Answer): boolean =>
  'failure' in answer || answer.status === 408 || answer.status === 429 || answer.status >= 500;

/** A longer wait than Slack ever asks for. */
const toldMsMax = 10 * msPerMinute;

/** How long Slack asks us to wait, where it says. */
export const toldWaitMs = (answer: Answer, nowMs: number): number =>
  'failure' in answer ? 0 : Math.min(retryAfterMs(answer.headers, nowMs) ?? 0, toldMsMax);

const anew = 'Make a new incoming webhook at https://api.slack.com/apps and put its address where the settings point.';
const ours = 'That is a fault of tokenwatch: please report it.';

/** What to do, by Slack's word. */
const advice: ReadonlyMap<string, string> = new Map([
  ['invalid_token', `the webhook's address is wrong or revoked. ${anew}`],
  ['no_service', `the webhook was removed or disabled. ${anew}`],
  ['no_service_id', `the webhook's address is not whole. ${anew}`],
  ['no_active_hooks', `the webhook is disabled. ${anew}`],
  ['no_team', 'the Slack workspace does not exist any more.'],
  ['team_disabled', 'the Slack workspace is disabled.'],
  ['channel_not_found', `the webhook's channel does not exist any more. ${anew}`],
  ['channel_is_archived', `the webhook's channel is archived. Restore it, or: ${anew}`],
  ['user_not_found', `the person to whom the webhook posts does not exist. ${anew}`],
  ['action_prohibited', 'an administrator of the Slack workspace forbids this webhook to post there. Ask them.'],
  [
    'posting_to_general_channel_denied',
    'only some may post to that channel. Ask an administrator of the Slack workspace, or choose another channel.',
  ],
  ['invalid_payload', `Slack could not read the message. ${ours}`],
  ['invalid_blocks', `Slack could not read the message. ${ours}`],
  ['invalid_blocks_format', `Slack could not read the message. ${ours}`],
  ['no_text', `Slack found no text in the message. ${ours}`],
  ['too_many_attachments', `Slack found too much in the message. ${ours}`],
  ['rollup_error', 'something went wrong inside Slack. It will be tried again.'],
]);

/** What happened and what to do; nothing of the address. */
export const refusalText = (answer: Answer): string => {
  if ('failure' in answer) return `Slack could not be reached: ${answer.failure}. Check the network and any firewall.`;
  const { status, text } = answer;
  const word = wordIn(text);
  const known = advice.get(word);
  if (known !== undefined) return `Slack answered ${status} ${word}: ${known}`;
  if (status >= 300 && status < 400) {
    return 'Slack points elsewhere, where the message was not sent: the address is no incoming webhook, or a proxy answers in its place.';
  }
  if (status === 429)
    return 'Slack takes no more messages just now (429): too many were posted. It will be tried again.';
  if (status >= 500 || status === 408) return `Slack cannot answer just now (${status}). It will be tried again.`;
  if (status === 200)
    return 'Something answered in place of Slack: 200, but not with “ok”. Check for a proxy on the way.';
  return `Slack answered ${status}${word === '' ? '' : ` ${word}`}, which tokenwatch does not know. ${anew}`;
};

/** The word of an answer, blank where it is none of Slack's kind: pages of a proxy are not repeated. */
const wordIn = (text: string): string => /^\s*([a-z][a-z_]{1,60})\b/.exec(text)?.[1] ?? '';
