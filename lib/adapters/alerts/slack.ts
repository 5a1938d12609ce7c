import type { Post, PostToSlack } from '../../app/notify-slack.ts';
import type { Clock, ReceiverOfMany } from '../../app/ports.ts';
import { isLoopback } from '../../config/base-url.ts';
import type { Secret } from '../../config/secret.ts';
import type { Alert } from '../../core/alert.ts';
import { msPerSecond } from '../../core/time.ts';
import { AlertError } from './alert-error.ts';
import { type Answer, isPassing, isPerhapsRotated, refusalText, textOf, toldWaitMs } from './slack-answers.ts';

/**
 * Messages to Slack by an incoming webhook, whose address is the secret: whoever has it may post. It goes to Slack's own
 * hosts alone, over TLS, follows no redirect, and is in no error. Slack asks for one message a second and says with 429
 * when to come back; that and what passes by itself is sat out within a limit, the rest is told in words of what to do.
 *
 * A webhook knows no idempotency: a message whose answer is lost on the way is posted again.
 */

export type SlackParts = {
  /** The address as it is kept just now; `fresh` after Slack refused the last one. Throws `SecretError`. */
  readonly readUrl: (options?: { readonly fresh?: boolean }) => Promise<Secret>;
  readonly clock: Clock;
  readonly fetch?: typeof globalThis.fetch;
  /** Waiting and trying again in all, for one message. */
  readonly giveUpAfterMs?: number;
  readonly requestMsMax?: number;
};

/** Slack answers within a second or two. */
const requestMsMaxDefault = 10 * msPerSecond;
/** Within the time limit of the function that posts; what fails then is tried again from outside. */
const giveUpAfterMsDefault = 40 * msPerSecond;
/** Slack's own limit is one message a second and webhook. */
const firstWaitMs = msPerSecond;
const triesMax = 6;

/** Throws `AlertError`, or `SecretError` where the address cannot be read. */
export const slackWebhook = (parts: SlackParts): PostToSlack => {
  const { readUrl, clock, giveUpAfterMs = giveUpAfterMsDefault } = parts;
  return async (message) => {
    const giveUpAtMs = clock.nowMs() + giveUpAfterMs;
    const body = JSON.stringify(message);
    let url = await readUrl();
    let isFresh = false;
    for (let tries = 1; ; tries += 1) {
      const answer = await postOnce(addressIn(url), body, parts);
      if (isFine(answer)) return;
      if (!isFresh && isPerhapsRotated(answer)) {
        isFresh = true;
        const newer = await readUrl({ fresh: true });
        if (newer.reveal() !== url.reveal()) {
          url = newer;
          continue;
        }
      }
      const waitMs = Math.max(toldWaitMs(answer, clock.nowMs()), firstWaitMs * 2 ** (tries - 1));
      if (!isPassing(answer) || tries === triesMax || clock.nowMs() + waitMs > giveUpAtMs) {
        throw new AlertError(refusalText(answer));
      }
      await clock.sleep(waitMs);
    }
  };
};

/** For a watch on a laptop: alerts go straight to Slack. */
export const slackAlerts = ({ words, ...parts }: SlackParts & { readonly words: AlertPosts }): ReceiverOfMany => {
  const post = slackWebhook(parts);
  return {
    sendAlert: ({ alert }) => post(words.one(alert)),
    sendMany: async (tellings) => {
      const together = tellings.slice(0, togetherMax);
      await post(words.many(together.map(({ alert }) => alert)));
      return together.length;
    },
  };
};

export type AlertPosts = {
  readonly one: (alert: Alert) => Post;
  readonly many: (alerts: readonly Alert[]) => Post;
};

/** Lines of a message that somebody still reads; Slack takes fifty blocks, and a block holds about ten. */
const togetherMax = 50;

const slackHosts = new Set(['hooks.slack.com', 'hooks.slack-gov.com']);
const copyAgain =
  "Copy the address of the incoming webhook from the app's page at https://api.slack.com/apps; it begins with https://hooks.slack.com/services/.";

/** What is wrong with the look of an address, for whoever only wants to know; undefined: nothing. */
export const webhookTrouble = (secret: Secret): string | undefined => {
  try {
    addressIn(secret);
    return undefined;
  } catch (error) {
    if (error instanceof AlertError) return error.message;
    throw error;
  }
};

/** Throws `AlertError` where a message would go elsewhere than to Slack. Loopback is for stand-ins. */
const addressIn = (secret: Secret): URL => {
  const fail = (what: string): AlertError => new AlertError(`The secret for Slack ${what}. ${copyAgain}`);
  const text = secret.reveal();
  if (!URL.canParse(text)) throw fail('is no address');
  const url = new URL(text);
  const { protocol, hostname, port, pathname, username, password } = url;
  if (username !== '' || password !== '') throw fail('holds a user or a password');
  if (isLoopback(hostname) && (protocol === 'http:' || protocol === 'https:')) return url;
  if (protocol !== 'https:') throw fail('does not begin with https://');
  if (!slackHosts.has(hostname) || port !== '') throw fail('points to a host that is not Slack');
  if (!pathname.startsWith('/services/')) throw fail('is of Slack, but of no incoming webhook');
  return url;
};

const isFine = (answer: Answer): boolean => 'status' in answer && answer.status === 200 && answer.text.trim() === 'ok';

const postOnce = async (url: URL, body: string, parts: SlackParts): Promise<Answer> => {
  const { fetch = globalThis.fetch, requestMsMax = requestMsMaxDefault } = parts;
  const limit = AbortSignal.timeout(requestMsMax);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body,
      redirect: 'manual',
      signal: limit,
    });
    return { status: response.status, headers: response.headers, text: await textOf(response) };
  } catch (error) {
    // Only the name of the failure: texts of errors may hold the address.
    return { failure: limit.aborted ? `no whole answer within ${requestMsMax / msPerSecond} s` : codeOf(error) };
  }
};

/** `ECONNREFUSED` and the like. */
const codeOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : 'the connection failed';
};
