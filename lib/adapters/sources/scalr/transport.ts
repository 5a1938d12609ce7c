import { type Clock, SecretError, SourceError } from '../../../app/ports.ts';
import type { Secret } from '../../../config/secret.ts';
import { msPerMinute, msPerSecond } from '../../../core/time.ts';
import { fieldsOf, textOf } from '../fields.ts';
import { readBody } from '../pulumi/body.ts';
import { httpDateMs } from '../pulumi/refusal.ts';
import { type ReadToken, userAgent } from '../pulumi/transport.ts';
import { excerpt, type Refusal, refusalOf, satOutMsMax } from './refusal.ts';

/**
 * One question to Scalr's REST API, asked politely: half of the 500 requests a minute that it takes, a time limit on each,
 * a few tries, and the server's word on when to come back. A redirect is an error, because following it would hand the
 * token to whomever the answer names. Every error is a `SourceError` whose text holds no secret.
 */

export type Question = {
  /** Below `/api/iacp/v3`, from its slash: `/runs`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** As it reads in an error: `the token report`. */
  readonly what: string;
  readonly onRequest?: (() => void) | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type Answer = {
  /** Whatever JSON came. */
  readonly body: unknown;
  /** The server's clock less ours, where the answer tells the time. */
  readonly clockDifferenceMs: number | undefined;
};

/** Throws `SourceError`, or the signal's reason at once when that aborts. */
export type Ask = (question: Question) => Promise<Answer>;

export type Connection = {
  /** As `parseBaseUrl` gives it: `https://acme.scalr.io`. */
  readonly baseUrl: string;
  readonly readToken: ReadToken;
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch;
  readonly requestMsMax?: number | undefined;
};

/** 500 a minute are said to be the limit, whose scope nobody states: the other half is left to everybody else. */
const msBetweenRequests = msPerMinute / 250;
const requestMsMaxDefault = 60 * msPerSecond;
/** As Scalr's own client: a few tries, a second first, then double. No dice: one client per account has no herd. */
const triesMax = 4;
const firstWaitMs = msPerSecond;
/** A page of a hundred resources is some hundred kilobytes. */
const answerBytesMax = 16 * 1024 * 1024;
/** Only 200 characters of an error are quoted. */
const errorBytesMax = 64 * 1024;

export const scalrTransport = (connection: Connection): Ask => {
  const { baseUrl, clock } = connection;
  const turn = pace(clock);

  return async ({ path, query = {}, what, onRequest, signal }) => {
    const parameters = new URLSearchParams(query).toString();
    const url = `${baseUrl}/api/iacp/v3${path}${parameters === '' ? '' : `?${parameters}`}`;
    let token = await tokenFrom(connection);
    let isFresh = false;
    for (let tries = 1; ; tries += 1) {
      await turn(signal);
      signal?.throwIfAborted();
      onRequest?.();
      const outcome = await tryOnce({ url, what, connection, token, signal });
      if ('answer' in outcome) return outcome.answer;
      const { error, isPassing, toldMs = 0 } = outcome;
      if (error.failure === 'credentials' && !isFresh) {
        isFresh = true;
        const newer = await tokenFrom(connection, { fresh: true });
        if (newer.reveal() === token.reveal()) throw error;
        token = newer;
        continue;
      }
      if (!isPassing || tries === triesMax || toldMs > satOutMsMax) throw error;
      await clock.sleep(Math.max(toldMs, firstWaitMs * 2 ** (tries - 1)), signal);
    }
  };
};

/** Read anew for each question, from a memory of minutes: a rotated token is taken up without a restart. */
const tokenFrom = async ({ readToken }: Connection, options?: { readonly fresh: true }): Promise<Secret> => {
  const token = await readToken(options).catch((error: unknown) => {
    throw error instanceof SecretError ? secretFailure(error) : error;
  });
  /** Anything else cannot stand in a header, and the refusal would print it. */
  if (/^[\x21-\x7e]+$/.test(token.reveal())) return token;
  throw new SourceError('credentials', 'The Scalr token holds characters that no token has: copy it again.');
};

/** Without the secret the account cannot be asked; whether to wait or to act is decided alike. */
const secretFailure = (cause: SecretError): SourceError =>
  new SourceError(cause.failure === 'unavailable' ? 'unavailable' : 'credentials', cause.message, { cause });

/** One after another, also when several ask at once. Never longer than the pace, or a clock set back would stall us. */
const pace = (clock: Clock): ((signal: AbortSignal | undefined) => Promise<void>) => {
  let before: Promise<void> = Promise.resolve();
  let lastAtMs = Number.NEGATIVE_INFINITY;
  return (signal) => {
    before = before.then(async () => {
      const waitMs = Math.min(lastAtMs + msBetweenRequests - clock.nowMs(), msBetweenRequests);
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      lastAtMs = clock.nowMs();
    });
    return before;
  };
};

type Attempt = {
  readonly url: string;
  readonly what: string;
  readonly connection: Connection;
  readonly token: Secret;
  readonly signal: AbortSignal | undefined;
};

const isFine = (status: number): boolean => status >= 200 && status < 300;

const tryOnce = async (attempt: Attempt): Promise<{ readonly answer: Answer } | Refusal> => {
  const received = await exchange(attempt);
  if ('error' in received) return received;
  const { status, headers, text, isWhole, atMs } = received;
  const { what, token } = attempt;
  if (!isFine(status)) return refusalOf({ what, status, headers, body: text, nowMs: atMs, token });
  if (!isWhole) return tooLarge(what);
  return parsed(received, attempt);
};

type Received = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly isWhole: boolean;
  readonly atMs: number;
};

const exchange = async (attempt: Attempt): Promise<Received | Refusal> => {
  const { url, connection, token, signal } = attempt;
  const { clock, requestMsMax = requestMsMaxDefault } = connection;
  const limit = timeLimit(requestMsMax, signal);
  try {
    const response = await connection.fetch(url, {
      headers: { ...sentHeaders, authorization: `Bearer ${token.reveal()}` },
      redirect: 'manual',
      signal: limit.signal,
    });
    const { status, headers } = response;
    const atMs = clock.nowMs();
    const body = await readBody(response, isFine(status) ? answerBytesMax : errorBytesMax);
    return { status, headers, atMs, ...body };
  } catch (thrown) {
    signal?.throwIfAborted();
    return unreachable(thrown, { ...attempt, isLate: limit.signal.aborted });
  } finally {
    limit.clear();
  }
};

const sentHeaders = {
  accept: 'application/vnd.api+json',
  'accept-encoding': 'gzip',
  'user-agent': userAgent,
} as const;

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

/** The body decides and not its declared type, which proxies change. */
const parsed = (received: Received, { what, token }: Attempt): { readonly answer: Answer } | Refusal => {
  const { headers, text, atMs } = received;
  const serverMs = httpDateMs(headers.get('date'));
  const clockDifferenceMs = serverMs === undefined ? undefined : serverMs - atMs;
  try {
    return { answer: { body: JSON.parse(text), clockDifferenceMs } };
  } catch {
    const contentType = headers.get('content-type');
    const type = contentType === null ? 'text of no declared type' : excerpt(contentType, token);
    const message = `Scalr's answer for ${what} is not whole JSON but ${type} of ${text.length} characters. Check that the address is that of the account and that no proxy answers in its place.`;
    return { error: new SourceError('misunderstood', message), isPassing: true, toldMs: undefined };
  }
};

const tooLarge = (what: string): Refusal => ({
  error: new SourceError('misunderstood', `Scalr's answer for ${what} exceeds ${answerBytesMax / 1024 / 1024} MiB.`),
  isPassing: false,
  toldMs: undefined,
});

const unreachable = (
  thrown: unknown,
  { url, what, connection, token, isLate }: Attempt & { isLate: boolean },
): Refusal => {
  const { requestMsMax = requestMsMaxDefault } = connection;
  const reason = isLate ? `no whole answer within ${requestMsMax / msPerSecond} s` : reasonOf(thrown);
  const advice = /CERT|SIGNED|ISSUER/.test(reason)
    ? ' If a proxy has a certificate of your own authority, name that in NODE_EXTRA_CA_CERTS.'
    : ' Check the account’s name in the settings.';
  const message = `Scalr at ${new URL(url).origin} could not be asked for ${what}: ${excerpt(reason, token)}.${advice}`;
  return { error: new SourceError('unavailable', message), isPassing: true, toldMs: undefined };
};

/** `fetch failed` says nothing; its cause does (`ECONNREFUSED`, `terminated`). Only its words are kept, not the object. */
const reasonOf = (thrown: unknown): string => {
  const { message, cause } = fieldsOf(thrown);
  const { code, message: innerMessage } = fieldsOf(cause);
  const words = [textOf(code), textOf(innerMessage)].filter((part) => part !== '');
  return words.length > 0 ? words.join(': ') : textOf(message) || 'unknown reason';
};
