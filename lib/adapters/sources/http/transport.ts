import { type Clock, SecretError, SourceError } from '../../../app/ports.ts';
import { parseBaseUrl } from '../../../config/base-url.ts';
import type { Secret } from '../../../config/secret.ts';
import { msPerSecond } from '../../../core/time.ts';
import { type Answer, type ExchangeWords, exchange } from './exchange.ts';
import { satOutMsMax } from './refusal.ts';

/**
 * One question to a vendor's REST API, asked politely: a pace, a time limit on each request, a few tries, and the server's
 * word on when to come back. The token goes to the configured host and nowhere else, encrypted unless that is this
 * machine. A token that is refused is read anew once, for it may have been rotated. Every error is a `SourceError` whose
 * text holds no secret.
 */

export type Question = {
  /** Below the vendor's root, from its first slash: `/api/user`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** As it reads in an error: `the audit log of acme`. */
  readonly what: string;
  /** Called once per request, tries included. */
  readonly onRequest?: (() => void) | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** Throws `SourceError`, or the signal's reason at once when that aborts. */
export type Ask = (question: Question) => Promise<Answer>;

/** The token, as it is kept just now; `fresh` after the vendor refused the last one. Throws `SecretError`. */
export type ReadToken = (options?: { readonly fresh?: boolean }) => Promise<Secret>;

export type Connection = {
  readonly baseUrl: string;
  readonly readToken: ReadToken;
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch;
  /** Of one request, body included. */
  readonly requestMsMax?: number | undefined;
};

export type Vendor = ExchangeWords & {
  /** An address that could be meant, for the advice. */
  readonly exampleUrl: string;
  /** Where all paths begin; blank or from its first slash. */
  readonly root: string;
  /** `The Pulumi token` */
  readonly tokenName: string;
  readonly msBetweenRequests: number;
  readonly headersWith: (token: Secret) => Readonly<Record<string, string>>;
};

/** The version is that of package.json, which a test sees to: a bundle does not carry that file. */
export const userAgent = 'tokenwatch/0.1.0';

/** What Pulumi's own Azure Sentinel connector keeps to, for want of a documented limit. */
const requestMsMaxDefault = 60 * msPerSecond;
/** As both vendors' own clients: four tries, a second first, then double. No dice: one client per source has no herd. */
const triesMax = 4;
const firstWaitMs = msPerSecond;

/** Throws when the address cannot be meant. */
export const httpTransport = (connection: Connection, vendor: Vendor): Ask => {
  const { clock, fetch, requestMsMax = requestMsMaxDefault } = connection;
  const base = addressOf(connection, vendor);
  const turn = pace(clock, vendor.msBetweenRequests);

  return async ({ path, query = {}, what, onRequest, signal }) => {
    const url = urlOf(base, path, query);
    let token = await tokenFrom(connection, vendor);
    let isFresh = false;
    for (let tries = 1; ; tries += 1) {
      await turn(signal);
      signal?.throwIfAborted();
      onRequest?.();
      const headers = { ...vendor.headersWith(token), 'accept-encoding': 'gzip', 'user-agent': userAgent };
      const outcome = await exchange({ url, what, token, headers, words: vendor, clock, fetch, requestMsMax, signal });
      if ('answer' in outcome) return outcome.answer;
      const { error, isPassing, toldMs = 0 } = outcome;
      if (error.failure === 'credentials' && !isFresh) {
        isFresh = true;
        const newer = await tokenFrom(connection, vendor, { fresh: true });
        if (newer.reveal() === token.reveal()) throw error;
        token = newer;
        continue;
      }
      if (!isPassing || tries === triesMax || toldMs > satOutMsMax) throw error;
      await clock.sleep(Math.max(toldMs, firstWaitMs * 2 ** (tries - 1)), signal);
    }
  };
};

/** Settings are checked by the same rule; here it guards whoever wires the source otherwise. */
const addressOf = ({ baseUrl }: Connection, { vendor, exampleUrl, root }: Vendor): string => {
  const parsed = parseBaseUrl(baseUrl, exampleUrl);
  if ('problem' in parsed) throw new Error(`${vendor}'s baseUrl: ${parsed.problem}.`);
  return parsed.baseUrl + root;
};

/** Without its slash, a path would lengthen the name of the host, and the token would go there. */
const urlOf = (base: string, path: string, query: Readonly<Record<string, string>>): string => {
  if (!path.startsWith('/')) throw new RangeError('a path begins with a slash');
  const parameters = new URLSearchParams(query).toString();
  return `${base}${path}${parameters === '' ? '' : `?${parameters}`}`;
};

/** Read anew for each question, from a memory of minutes: a rotated token is taken up without a restart. */
const tokenFrom = async (
  { readToken }: Connection,
  { tokenName }: Vendor,
  options?: { readonly fresh: true },
): Promise<Secret> => {
  const token = await readToken(options).catch((error: unknown) => {
    throw error instanceof SecretError ? secretFailure(error) : error;
  });
  /** Anything else cannot stand in a header, and the refusal would print it. */
  if (/^[\x21-\x7e]+$/.test(token.reveal())) return token;
  throw new SourceError('credentials', `${tokenName} holds characters that no token has: copy it again.`);
};

/** Without the secret the source cannot be read; whether to wait or to act is decided alike. */
const secretFailure = (cause: SecretError): SourceError =>
  new SourceError(cause.failure === 'unavailable' ? 'unavailable' : 'credentials', cause.message, { cause });

/** One after another, also when several ask at once. Never longer than the pace, or a clock set back would stall us. */
const pace = (clock: Clock, msBetweenRequests: number): ((signal: AbortSignal | undefined) => Promise<void>) => {
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
