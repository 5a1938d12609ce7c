import { SourceError, type SourceFailure } from '../../../app/ports.ts';
import type { Secret } from '../../../config/secret.ts';
import { msPerHour, msPerMinute, msPerSecond } from '../../../core/time.ts';
import { fieldsOf, textOf } from '../fields.ts';
import { httpDateMs } from '../pulumi/refusal.ts';
import { withoutTokens } from './token.ts';

/**
 * What an answer of Scalr's other than 200 means: which decision the caller can take, and what a person should do. The
 * vendor's rule: 401 is a token that is missing or bad; a good token that may not see something gets 404, so that a 404
 * never means that something was deleted. Error bodies are JSON:API (`{errors: [{title, detail}]}`).
 */

export type Refused = {
  /** What was asked for, as it reads in a sentence: `the token report`. */
  readonly what: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly nowMs: number;
  readonly token: Secret;
};

export type Refusal = {
  readonly error: SourceError;
  /** Worth another try within this reading. */
  readonly isPassing: boolean;
  /** How long the server asks us to wait, where it says. */
  readonly toldMs: number | undefined;
};

/** Waits up to this are sat out; longer ones are the caller's to plan. */
export const satOutMsMax = 30 * msPerSecond;
/** The limit is counted over a minute. */
const rateWindowMs = msPerMinute;
/** A longer wait would blind the watch, and one request an hour burdens nobody. */
const toldMsMax = msPerHour;

export const refusalOf = (refused: Refused): Refusal => {
  const { what, status, headers, nowMs } = refused;
  const toldMs = retryAfterMs(headers, nowMs);
  const said = saidBy(refused);
  const refuse = (failure: SourceFailure, meaning: string, retryAtMs?: number): SourceError =>
    new SourceError(
      failure,
      `Scalr answered ${status} when asked for ${what}: ${meaning}${said === '' ? '' : ` It said: ${said}`}`,
      retryAtMs === undefined ? {} : { retryAtMs },
    );
  const lasting = (failure: SourceFailure, meaning: string): Refusal => ({
    error: refuse(failure, meaning),
    isPassing: false,
    toldMs: undefined,
  });

  if (status >= 300 && status < 400) {
    return lasting(
      'misunderstood',
      `it points elsewhere${targetOf(refused)}, where the token was not sent. ${checkUrl}`,
    );
  }
  if (status === 401) return lasting('credentials', tokenAdvice);
  if (status === 402) return lasting('plan', 'the plan of the account has none.');
  if (status === 403 || status === 404) return lasting('permission', permissionAdvice);
  if (status === 429) {
    const waitMs = toldMs !== undefined && toldMs > satOutMsMax ? toldMs : rateWindowMs;
    return { error: refuse('rate-limited', 'too many requests.', nowMs + waitMs), isPassing: true, toldMs };
  }
  if (status === 408 || status >= 500) {
    const retryAtMs = toldMs === undefined ? undefined : nowMs + toldMs;
    return { error: refuse('unavailable', 'it cannot answer just now.', retryAtMs), isPassing: true, toldMs };
  }
  return lasting('misunderstood', `tokenwatch does not know this answer. ${checkUrl}`);
};

const tokenAdvice =
  'the token is missing, wrong, deleted or expired, or the account’s allow list does not have our address. Make a new' +
  ' one and put it where the settings point.';
const permissionAdvice =
  'the token may not see it, or there is none; Scalr does not tell these apart. Give its service account a read-only' +
  ' role on the account.';
const checkUrl = 'Check the address of the account.';

/** The first error in the server's words, made safe to show; the answer is as untrusted as the network. */
const saidBy = ({ body, token }: Refused): string => {
  const { errors } = fieldsOf(parsed(body));
  const { title, detail } = fieldsOf(Array.isArray(errors) ? errors[0] : undefined);
  const words = [textOf(title), textOf(detail)].filter((part) => part !== '').join(': ');
  return excerpt(words === '' ? withoutTags(body) : words, token);
};

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

/** Cut first: the expression looks ahead from every `<`, which only a short text makes cheap. */
const withoutTags = (body: string): string => body.slice(0, 2_000).replace(/<[^<>]*>/g, ' ');

const excerptCharsMax = 200;

/** At most 200 characters, without secrets and without anything that could steer a terminal. */
export const excerpt = (text: string, ...secrets: readonly Secret[]): string =>
  withoutTokens(text, ...secrets)
    .slice(0, 10 * excerptCharsMax)
    .replace(/[\p{Cf}\p{Co}\p{Cn}]/gu, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, excerptCharsMax)
    .toWellFormed();

const targetOf = ({ headers, token }: Refused): string => {
  const location = headers.get('location') ?? '';
  return URL.canParse(location) ? `, to ${excerpt(new URL(location).origin, token)}` : '';
};

/** Seconds or a date; a date is measured against the server's own clock where it tells the time. */
const retryAfterMs = (headers: Headers, nowMs: number): number | undefined => {
  const told = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}$/.test(told)) return Math.min(Number(told) * msPerSecond, toldMsMax);
  const untilMs = httpDateMs(told);
  if (untilMs === undefined) return undefined;
  return Math.min(Math.max(untilMs - (httpDateMs(headers.get('date')) ?? nowMs), 0), toldMsMax);
};
