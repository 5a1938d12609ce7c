import { msPerSecond } from '../core/time.ts';
import { scalrEventSource } from './scalr-account.ts';

/**
 * Scalr's audit log on its way through AWS: records in EventBridge's envelope, and the log group that a rule writes them
 * to, with the ways of `FilterLogEvents` that a reader has to know: pages partly filled or empty that carry a token,
 * deliveries that come late or twice, lines in order of their timestamp.
 */

export type ScalrDeed = {
  readonly atMs: number;
  readonly action: string;
  readonly ip: string;
  readonly email: string;
  /** Undefined for a session in the browser. */
  readonly lastCharacters?: string;
  /** One for each request; the envelope is named after it too. */
  readonly requestId: string;
  readonly target?: string;
  readonly isRefused?: boolean;
};

/** Where in the envelope the record lies: nobody has documented it, so all that are known are tried. */
export type Nesting = 'detail' | 'event' | 'attributes';

export const auditEnvelope = (deed: ScalrDeed, nesting: Nesting = 'detail'): string => {
  const { atMs, action, ip, email, lastCharacters, requestId, target, isRefused } = deed;
  const isService = email.endsWith('.scalr.io');
  const record = {
    actor: {
      id: `${isService ? 'sa' : 'user'}-${email.split('@', 1)[0]}`,
      type: isService ? 'service-account' : 'user',
      email,
      'access-token': {
        type: lastCharacters === undefined ? 'session' : 'personal',
        token: `...${lastCharacters ?? 'sEss10'}`,
      },
    },
    request: { 'ip-address': ip, action, id: requestId, source: 'api', 'user-agent': 'go-scalr' },
    hostname: 'acme.scalr.io',
    service: 'audit-log',
    outcome: isRefused === true ? { result: 'FAILURE', 'status-code': 404 } : { result: 'SUCCESS', 'status-code': 200 },
    target: {
      'display-name': target ?? 'network',
      context: { environment: { 'display-name': 'prod' }, workspace: { 'display-name': target ?? 'network' } },
    },
    timestamp: new Date(atMs).toISOString(),
  };
  const detail = nesting === 'detail' ? record : { [nesting]: record };
  return JSON.stringify(envelope(atMs, { id: `envelope-${requestId}`, type: 'AuditLog', detail }));
};

/** News of a finished run, which comes on the same bus. */
export const runEnvelope = (atMs: number, runId: string): string =>
  JSON.stringify(
    envelope(atMs, {
      id: `envelope-${runId}`,
      type: 'RunExecuted',
      detail: { event: { 'run-id': runId, environment: 'prod', workspace: 'network', result: 'applied' } },
    }),
  );

const envelope = (
  atMs: number,
  { id, type, detail }: { readonly id: string; readonly type: string; readonly detail: unknown },
) => ({
  version: '0',
  id,
  'detail-type': type,
  source: scalrEventSource,
  account: '111122223333',
  time: new Date(Math.floor(atMs / msPerSecond) * msPerSecond).toISOString(),
  region: 'eu-west-1',
  resources: [],
  detail,
});

/** One line of the group. */
export type GroupLine = {
  readonly eventId: string;
  readonly message: string;
  readonly timestamp: number;
  readonly ingestionTime: number;
};

/** Delivered when it happened, or later by so much. */
export const groupLine = (message: string, deliveredMs: number, nth: number): GroupLine => ({
  eventId: `${deliveredMs}`.padStart(16, '0') + `${nth}`.padStart(8, '0'),
  message,
  timestamp: deliveredMs,
  ingestionTime: deliveredMs + 300,
});

export type GroupQuirks = {
  readonly pageSize?: number;
  /** Before each page that has something comes an empty one. */
  readonly isHalting?: boolean;
};

type Question = { readonly startTime?: number; readonly endTime?: number; readonly nextToken?: string };
type Page = { readonly events: readonly GroupLine[]; readonly nextToken?: string };

/** What is in the group at this time, as `FilterLogEvents` answers. Tokens are as opaque as AWS's. */
export const filterGroup = (
  lines: readonly GroupLine[],
  { startTime = 0, endTime = Number.POSITIVE_INFINITY, nextToken }: Question,
  { nowMs, pageSize = 10_000, isHalting = false }: GroupQuirks & { readonly nowMs: number },
): Page => {
  const found = lines
    .filter(({ timestamp, ingestionTime }) => timestamp >= startTime && timestamp <= endTime && ingestionTime <= nowMs)
    .toSorted((a, b) => a.timestamp - b.timestamp || (a.eventId < b.eventId ? -1 : 1));
  const [, position = '0', isEmpty = 'empty'] = /^made-up-(\d+)-(\w+)$/.exec(nextToken ?? '') ?? [];
  const from = Number(position);
  if (isHalting && isEmpty === 'empty' && from < found.length) {
    return { events: [], nextToken: `made-up-${from}-filled` };
  }
  const to = from + pageSize;
  return {
    events: found.slice(from, to),
    ...(to < found.length && { nextToken: `made-up-${to}-empty` }),
  };
};
