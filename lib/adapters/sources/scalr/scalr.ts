import type { AuditSource, Clock, Reading, VendorApi } from '../../../app/ports.ts';
import { SourceError } from '../../../app/ports.ts';
import { type AuditEvent, inOrder } from '../../../core/event.ts';
import { reportedIn } from '../../../core/inventory/changes.ts';
import type { Listing } from '../../../core/inventory/listing.ts';
import { msPerMinute, type Stretch } from '../../../core/time.ts';
import { outcomeOf } from '../access-check.ts';
import type { FilterLogEvents, LogGroup } from '../cloudwatch-logs.ts';
import type { ReadToken } from '../http/transport.ts';
import { checkAccess, type ScalrCheck } from './access.ts';
import { readAuditLog } from './audit-log.ts';
import { listReport } from './inventory.ts';
import { ownListing, type SurveyParts, takeSurvey, withOwn } from './survey.ts';
import { scalrTranslator } from './translate.ts';
import { scalrTransport } from './transport.ts';

/**
 * One account of Scalr: its audit log, which lies in a log group of AWS because Scalr has no endpoint for it, and its REST
 * API, which says what the log does not. The log is what counts. Without a token for the API, or while the API does not
 * answer, it is read all the same.
 */

export type ScalrAccount = AuditSource &
  VendorApi & {
    /** The log and nothing else: for whoever says how far back it reaches. */
    readonly log: AuditSource;
    /** Whether all that watching needs can be read; each failed check says what to do. For `doctor`. */
    checkAccess(signal?: AbortSignal): Promise<readonly ScalrCheck[]>;
    /** The tokens that the API shows to this token; undefined without one. Throws `SourceError`. */
    listTokens(signal?: AbortSignal): Promise<Listing | undefined>;
  };

export type ScalrSettings = {
  readonly account: string;
  /** Undefined: only the log is read. */
  readonly readToken?: ReadToken | undefined;
  /** `https://acme.scalr.io` */
  readonly baseUrl: string;
  readonly eventSource?: string | undefined;
  readonly logGroup: string;
  readonly logs: FilterLogEvents;
  readonly clock: Clock;
  readonly fetch?: typeof globalThis.fetch;
  /** Of one request, body included. */
  readonly requestMsMax?: number | undefined;
};

/** Throws when the account or the address of the API cannot be meant. */
export const scalrSource = (settings: ScalrSettings): ScalrAccount => {
  const { clock, logs, logGroup } = settings;
  const name = `scalr:${settings.account}`;
  const translate = scalrTranslator(name);
  const group: LogGroup = { name: logGroup, filter: logs, nowMs: clock.nowMs };
  const api = apiOf(settings);
  const reported = api === undefined ? undefined : rememberReport(api, clock);
  const readLog = (stretch: Stretch, signal?: AbortSignal): Promise<Reading> =>
    readAuditLog({ source: name, stretch, translate, group, signal });
  return {
    name,
    log: { name, read: readLog },
    read: async (stretch, signal) => {
      const reading = await readLog(stretch, signal);
      const listing = await reported?.(signal);
      return listing === undefined ? reading : withReported(reading, reportedIn(listing, stretch, name));
    },
    checkAccess: (signal) => checkAccess({ api, group, clock, signal }),
    listTokens: async (signal) => (api === undefined ? undefined : ownListing({ ...api, signal })),
    ownToken: async (signal) => {
      const listing = await reported?.(signal);
      if (api === undefined || listing === undefined) return undefined;
      return (await withOwn(listing, api)).tokens.find(({ isOwn }) => isOwn === true)?.id;
    },
    survey: async (signal) => (api === undefined ? undefined : takeSurvey({ ...api, signal })),
  };
};

const apiOf = (settings: ScalrSettings): SurveyParts | undefined => {
  const { account, readToken, baseUrl, eventSource, clock, fetch = globalThis.fetch, requestMsMax } = settings;
  if (!/^[A-Za-z0-9-]{1,63}$/.test(account)) {
    throw new Error(
      `${JSON.stringify(account.slice(0, 60))} is not the name of a Scalr account: write it as in NAME.scalr.io.`,
    );
  }
  if (readToken === undefined) return undefined;
  const ask = scalrTransport({ baseUrl, readToken, clock, fetch, requestMsMax });
  return { ask, readToken, account, eventSource, clock };
};

/** A run reads several stretches: one report serves for all of them. */
const reportKeptMs = 4 * msPerMinute;

/**
 * The token report as of some minutes ago, or none while the API refuses or is away. Whoever polls asks for a survey
 * too, and that fails loudly; here the log must not wait for it. What is missed now, the daily sweep finds.
 */
const rememberReport = (
  api: SurveyParts,
  clock: Clock,
): ((signal: AbortSignal | undefined) => Promise<Listing | undefined>) => {
  let kept: { readonly listing: Listing | undefined; readonly atMs: number } | undefined;
  return async (signal) => {
    const nowMs = clock.nowMs();
    if (kept === undefined || Math.abs(nowMs - kept.atMs) > reportKeptMs) {
      kept = { listing: await unlessRefused(listReport({ ...api, signal })), atMs: nowMs };
    }
    return kept.listing;
  };
};

const unlessRefused = async <Value>(asked: Promise<Value>): Promise<Value | undefined> => {
  const outcome = await outcomeOf(asked);
  return outcome instanceof SourceError ? undefined : outcome;
};

const withReported = (reading: Reading, reported: readonly AuditEvent[]): Reading =>
  reported.length === 0 ? reading : { ...reading, events: [...reading.events, ...reported].sort(inOrder) };
