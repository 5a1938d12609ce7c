import { SourceError, type SourceFailure } from '../../../app/ports.ts';
import { redact, type Secret } from '../../../config/secret.ts';
import { msPerSecond } from '../../../core/time.ts';
import { retryAfterMs } from '../../retry-after.ts';
import { type Fields, fieldsOf, isFields } from '../fields.ts';
import { excerpt } from './excerpt.ts';

/**
 * What an answer other than 200 means: which decision the caller can take, and what a person should do. What HTTP says
 * (redirects, too many requests, not just now) is alike for all vendors; the rest is the vendor's to explain. Error bodies
 * are JSON, or text and HTML from whatever stands in front: all are quoted briefly and redacted.
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

/** What a vendor said, its secrets taken out. */
export type Said = {
  /** Briefly, safe to show. */
  readonly text: string;
  /** The body, where it is a JSON object; undefined when something else than the API answered. */
  readonly json: Fields | undefined;
};

export type Meaning = { readonly failure: SourceFailure; readonly meaning: string };

export type RefusalWords = {
  /** As it begins a sentence: `Pulumi Cloud`. */
  readonly vendor: string;
  /** Where to look when something else than the API answers: `Check the address of the API.` */
  readonly checkUrl: string;
  /** Why requests are refused as too many. */
  readonly tooMany: string;
  /** Over which the vendor counts requests: asking sooner cannot help. */
  readonly rateWindowMs: number;
  /** The header with the number under which the vendor's support finds the request. */
  readonly requestIdHeader?: string;
  /** The error in the vendor's words; blank where there is none. */
  readonly messageIn: (json: Fields) => string;
  /** What a status means that HTTP alone does not explain; undefined where the vendor does not either. */
  readonly meaningOf: (status: number, said: Said) => Meaning | undefined;
};

/** Waits up to this are sat out within a reading, as Pulumi's own CLI does; longer ones are the caller's to plan. */
export const satOutMsMax = 30 * msPerSecond;

export const refusalOf = (refused: Refused, words: RefusalWords): Refusal => {
  const { what, status, headers, nowMs } = refused;
  const { vendor, checkUrl, tooMany, rateWindowMs, meaningOf } = words;
  const toldMs = retryAfterMs(headers, nowMs);
  const said = saidBy(refused, words);
  const refuse = (failure: SourceFailure, meaning: string, retryAtMs?: number): SourceError =>
    new SourceError(
      failure,
      `${vendor} answered ${status} when asked for ${what}${requestIdIn(refused, words)}: ${meaning}${said.text === '' ? '' : ` It said: ${said.text}`}`,
      retryAtMs === undefined ? {} : { retryAtMs },
    );
  const lasting = ({ failure, meaning }: Meaning): Refusal => ({
    error: refuse(failure, meaning),
    isPassing: false,
    toldMs: undefined,
  });

  if (status >= 300 && status < 400) {
    const meaning = `it points elsewhere${targetOf(refused)}, where the token was not sent. ${checkUrl}`;
    return lasting({ failure: 'misunderstood', meaning });
  }
  if (status === 429) {
    const waitMs = toldMs !== undefined && toldMs > satOutMsMax ? toldMs : rateWindowMs;
    return { error: refuse('rate-limited', tooMany, nowMs + waitMs), isPassing: true, toldMs };
  }
  if (status === 408 || status >= 500) {
    const retryAtMs = toldMs === undefined ? undefined : nowMs + toldMs;
    return { error: refuse('unavailable', 'it cannot answer just now.', retryAtMs), isPassing: true, toldMs };
  }
  const unknown = { failure: 'misunderstood', meaning: `tokenwatch does not know this answer. ${checkUrl}` } as const;
  return lasting(meaningOf(status, said) ?? unknown);
};

const saidBy = ({ body: whole, token }: Refused, { messageIn }: RefusalWords): Said => {
  const body = redact(whole, token);
  const json = objectIn(body);
  const message = json === undefined ? '' : messageIn(json);
  return { text: excerpt(message === '' ? withoutTags(body) : message, token), json };
};

const objectIn = (body: string): Fields | undefined => {
  try {
    const json: unknown = JSON.parse(body);
    return isFields(json) ? json : undefined;
  } catch {
    return undefined;
  }
};

/** The list of errors that both vendors' errors have. */
export const errorsIn = (json: Fields | undefined): readonly Fields[] => {
  const { errors } = fieldsOf(json);
  return Array.isArray(errors) ? errors.slice(0, errorsMax).map(fieldsOf) : [];
};

/** One says why; a handful may follow. */
const errorsMax = 10;

/** Cut first: the expression looks ahead from every `<`, which only a short text makes cheap. */
const withoutTags = (body: string): string => body.slice(0, 2_000).replace(/<[^<>]*>/g, ' ');

const requestIdIn = ({ headers, token }: Refused, { requestIdHeader }: RefusalWords): string => {
  const id = requestIdHeader === undefined ? null : headers.get(requestIdHeader);
  return id === null ? '' : ` (request ${excerpt(id, token).slice(0, 80)})`;
};

const targetOf = ({ headers, token }: Refused): string => {
  const location = headers.get('location') ?? '';
  return URL.canParse(location) ? `, to ${excerpt(new URL(location).origin, token)}` : '';
};
