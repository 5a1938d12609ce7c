import { SourceError, type SourceFailure } from '../../../app/ports.ts';
import { redact, type Secret } from '../../../config/secret.ts';
import { msPerHour, msPerMinute, msPerSecond } from '../../../core/time.ts';
import { fieldsOf, isFields, textOf } from '../fields.ts';

/**
 * What an answer other than 200 means: which decision the caller can take, and what a person should do. Statuses and
 * messages are those of Pulumi's OpenAPI document and clients; 401 and 429 are not in it but occur. Error bodies are
 * JSON (`{code, message, errors}`), or text and HTML from the firewall in front: both are quoted briefly and redacted.
 */

export type Refused = {
  /** What was asked for, as it reads in a sentence: `the audit log of acme`. */
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

/** Waits up to this are sat out within a reading, as Pulumi's own CLI does; longer ones are the caller's to plan. */
export const satOutMsMax = 30 * msPerSecond;
/** The firewall counts requests over five minutes (a maintainer in pulumi/pulumi 8826): asking sooner cannot help. */
const firewallWindowMs = 5 * msPerMinute;
/** A longer wait would blind the watch, and one request an hour burdens nobody. */
const toldMsMax = msPerHour;

export const refusalOf = (refused: Refused): Refusal => {
  const { what, status, headers, nowMs } = refused;
  const toldMs = retryAfterMs(headers, nowMs);
  const said = saidBy(refused);
  const refuse = (failure: SourceFailure, meaning: string, retryAtMs?: number): SourceError =>
    new SourceError(
      failure,
      `Pulumi Cloud answered ${status} when asked for ${what}${requestIdIn(refused)}: ${meaning}${said.text === '' ? '' : ` It said: ${said.text}`}`,
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
  if (status === 400 && planWords.test(said.text)) return lasting('plan', planAdvice);
  if (status === 401) return lasting('credentials', said.isSaml ? samlAdvice : tokenAdvice);
  if (status === 402) return lasting('plan', planAdvice);
  if (status === 403 && /token expiry/i.test(said.text)) return lasting('credentials', expiryAdvice);
  if (status === 403)
    return lasting('permission', said.isJson ? permissionAdvice : `${permissionAdvice} ${firewallHint}`);
  if (status === 404) return lasting('not-found', notFoundAdvice);
  if (status === 429) {
    const waitMs = toldMs !== undefined && toldMs > satOutMsMax ? toldMs : firewallWindowMs;
    return { error: refuse('rate-limited', rateAdvice, nowMs + waitMs), isPassing: true, toldMs };
  }
  if (status === 408 || status >= 500) {
    const retryAtMs = toldMs === undefined ? undefined : nowMs + toldMs;
    return { error: refuse('unavailable', 'it cannot answer just now.', retryAtMs), isPassing: true, toldMs };
  }
  return lasting('misunderstood', `tokenwatch does not know this answer. ${checkUrl}`);
};

const planWords = /\b(subscriptions?|plans?|editions?|upgrade)\b/i;
const planAdvice =
  "the organization's plan has no audit log. Pulumi sells it with the editions Essentials, Pro and Enterprise" +
  ' (before September 2026: Enterprise and Business Critical).';
const tokenAdvice =
  'the token is missing, wrong, revoked or expired. Make a new one and put it where the settings point.';
const samlAdvice =
  "the token's owner must sign in through the organization's SAML provider again; an organization token needs no such sign-in.";
const expiryAdvice = 'the token lives longer than the organization allows. Make one that expires sooner.';
const permissionAdvice =
  'the token may not read this. Use a token of an organization administrator, or an organization token whose role has' +
  ' the scope audit_logs:read.';
const firewallHint =
  'The answer is not in the form of the API: a firewall on the way may have refused this address instead.';
const notFoundAdvice =
  'there is no such organization, or it is hidden from this token: the API does not tell these apart. Check the' +
  " organization's spelling and that the token belongs to it.";
const rateAdvice = 'too many requests came from this address, whoever sent them.';
const checkUrl = 'Check the address of the API.';

type Said = { readonly text: string; readonly isJson: boolean; readonly isSaml: boolean };

/** The error in the server's words, made safe to show; the answer is as untrusted as the network. */
const saidBy = ({ body: whole, token }: Refused): Said => {
  const body = redact(whole, token);
  const json = parsed(body);
  const fields = fieldsOf(json);
  const errors = Array.isArray(fields.errors) ? fields.errors.slice(0, 10) : [];
  const message = textOf(fields.message);
  return {
    text: excerpt(message === '' ? withoutTags(body) : message, token),
    isJson: isFields(json),
    isSaml: errors.some((error) => textOf(fieldsOf(error).errorType).startsWith('saml_')),
  };
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
  redact(text, ...secrets)
    .slice(0, 10 * excerptCharsMax)
    .replace(/[\p{Cf}\p{Co}\p{Cn}]/gu, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, excerptCharsMax)
    .toWellFormed();

const requestIdIn = ({ headers, token }: Refused): string => {
  const id = headers.get('x-pulumi-request-id');
  return id === null ? '' : ` (request ${excerpt(id, token).slice(0, 80)})`;
};

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

/** `Sat, 14 Mar 2026 02:10:00 GMT` (RFC 9110, the one form that servers may still send). */
export const httpDateMs = (text: string | null): number | undefined => {
  if (text === null || !/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text)) return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : atMs;
};
