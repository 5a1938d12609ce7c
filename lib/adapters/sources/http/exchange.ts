import { type Clock, SourceError } from '../../../app/ports.ts';
import type { Secret } from '../../../config/secret.ts';
import { msPerSecond } from '../../../core/time.ts';
import { httpDateMs } from '../../retry-after.ts';
import { fieldsOf, textOf } from '../fields.ts';
import { readBody } from './body.ts';
import { excerpt } from './excerpt.ts';
import { type Refusal, type RefusalWords, refusalOf } from './refusal.ts';

/**
 * One request and its answer, within a limit of time and of size. A redirect is an answer like any other: following it
 * would hand the token to whomever it names. Errors carry words alone; those of `fetch` hold the request.
 */

export type Answer = {
  /** Whatever JSON came. */
  readonly body: unknown;
  /** The server's clock less ours, where the answer tells the time. */
  readonly clockDifferenceMs: number | undefined;
};

export type ExchangeWords = RefusalWords & {
  /** Larger is no answer to what we ask. */
  readonly answerBytesMax: number;
  readonly tooLargeAdvice: string;
  /** `Check that the address is that of the API …` */
  readonly strangeAnswerAdvice: string;
  /** What to try besides waiting when nobody answers. */
  readonly unreachableAdvice?: string;
};

export type Attempt = {
  readonly url: string;
  /** As it reads in an error: `the audit log of acme`. */
  readonly what: string;
  readonly token: Secret;
  readonly headers: Readonly<Record<string, string>>;
  readonly words: ExchangeWords;
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch;
  readonly requestMsMax: number;
  readonly signal: AbortSignal | undefined;
};

/** Only 200 characters of an error are quoted. */
const errorBytesMax = 64 * 1024;

/** Rejects with the signal's reason alone. */
export const exchange = async (attempt: Attempt): Promise<{ readonly answer: Answer } | Refusal> => {
  const received = await receive(attempt);
  if ('error' in received) return received;
  const { status, headers, text, isWhole, atMs } = received;
  const { what, token, words } = attempt;
  if (!isFine(status)) return refusalOf({ what, status, headers, body: text, nowMs: atMs, token }, words);
  if (!isWhole) return tooLarge(attempt);
  return parsed(received, attempt);
};

type Received = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly isWhole: boolean;
  readonly atMs: number;
};

const isFine = (status: number): boolean => status >= 200 && status < 300;

const receive = async (attempt: Attempt): Promise<Received | Refusal> => {
  const { url, headers: sent, words, clock, fetch, requestMsMax, signal } = attempt;
  const limit = timeLimit(requestMsMax, signal);
  try {
    const response = await fetch(url, { headers: sent, redirect: 'manual', signal: limit.signal });
    const { status, headers } = response;
    const atMs = clock.nowMs();
    const body = await readBody(response, isFine(status) ? words.answerBytesMax : errorBytesMax);
    return { status, headers, atMs, ...body };
  } catch (thrown) {
    signal?.throwIfAborted();
    return unreachable(thrown, attempt, limit.signal.aborted);
  } finally {
    limit.clear();
  }
};

/** Covers the body too, so that an answer that only drips ends. Ours rather than `AbortSignal.any`, to free the timer. */
const timeLimit = (ms: number, outer: AbortSignal | undefined): { signal: AbortSignal; clear: () => void } => {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  const timer = setTimeout(stop, ms);
  outer?.addEventListener('abort', stop, { once: true });
  if (outer?.aborted) stop();
  const clear = (): void => {
    clearTimeout(timer);
    outer?.removeEventListener('abort', stop);
  };
  return { signal: controller.signal, clear };
};

/** The body decides and not its declared type, which proxies change; the type only helps to say what came instead. */
const parsed = (received: Received, { what, token, words }: Attempt): { readonly answer: Answer } | Refusal => {
  const { headers, text, atMs } = received;
  const serverMs = httpDateMs(headers.get('date'));
  const clockDifferenceMs = serverMs === undefined ? undefined : serverMs - atMs;
  try {
    return { answer: { body: JSON.parse(text), clockDifferenceMs } };
  } catch {
    const contentType = headers.get('content-type');
    const type = contentType === null ? 'text of no declared type' : excerpt(contentType, token);
    const message = `${words.vendor}'s answer for ${what} is not whole JSON but ${type} of ${text.length} characters. ${words.strangeAnswerAdvice}`;
    return { error: new SourceError('misunderstood', message), isPassing: true, toldMs: undefined };
  }
};

const tooLarge = ({ what, words }: Attempt): Refusal => ({
  error: new SourceError(
    'too-much',
    `${words.vendor}'s answer for ${what} exceeds ${words.answerBytesMax / 1024 / 1024} MiB. ${words.tooLargeAdvice}`,
  ),
  isPassing: false,
  toldMs: undefined,
});

const unreachable = (thrown: unknown, { url, what, token, words, requestMsMax }: Attempt, isLate: boolean): Refusal => {
  const reason = isLate ? `no whole answer within ${requestMsMax / msPerSecond} s` : reasonOf(thrown);
  const advice = /CERT|SIGNED|ISSUER/.test(reason) ? certificateAdvice : words.unreachableAdvice;
  const message = `${words.vendor} at ${new URL(url).origin} could not be asked for ${what}: ${excerpt(reason, token)}.${advice === undefined ? '' : ` ${advice}`}`;
  return { error: new SourceError('unavailable', message), isPassing: true, toldMs: undefined };
};

const certificateAdvice =
  'If the server, or a proxy on the way, has a certificate of your own authority, name that in NODE_EXTRA_CA_CERTS.';

/** `fetch failed` says nothing; its cause does (`ECONNREFUSED`, `terminated`). Only its words are kept, not the object. */
const reasonOf = (thrown: unknown): string => {
  const { message, cause } = fieldsOf(thrown);
  const { code, message: innerMessage } = fieldsOf(cause);
  const words = [textOf(code), textOf(innerMessage)].filter((part) => part !== '');
  return words.length > 0 ? words.join(': ') : textOf(message) || 'unknown reason';
};
