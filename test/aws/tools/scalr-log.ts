import { msPerDay, msPerHour, msPerMinute, msPerSecond } from '../../../lib/core/time.ts';

/**
 * A made-up Scalr account's audit log as EventBridge lays it into a log group: two weeks of one service account that runs
 * every hour from the office, and a theft of its token. Both envelopes that are known come up in turn.
 */

export type ScalrLogEvent = { readonly timestamp: number; readonly message: string };

export const scalrAccount = 'acme-demo';
export const scalrEventSource = 'aws.partner/scalr.com/acme-demo/audit';

type Deed = { readonly atMs: number; readonly action: string; readonly ip: string };

const officeAddress = '192.0.2.10';
const thiefAddress = '203.0.113.66';
const historyDays = 14;

export const ordinaryScalrLife = (untilMs: number): readonly ScalrLogEvent[] =>
  hoursBefore(untilMs).flatMap((hourMs, ordinal) =>
    ['create-run', 'get-variables', 'get-current-state-version'].map((action, at) =>
      logEvent({ atMs: hourMs + (ordinal % 7) * msPerMinute + at * 9 * msPerSecond, action, ip: officeAddress }),
    ),
  );

const hoursBefore = (untilMs: number): readonly number[] => {
  const lastHour = Math.floor(untilMs / msPerHour) - 1;
  const hours = (historyDays * msPerDay) / msPerHour;
  return Array.from({ length: hours }, (_, at) => (lastHour - hours + 1 + at) * msPerHour);
};

/** Somebody with the token on a rented server: takes state and variables, then makes a token to come back with. */
export const stolenScalrToken = (startMs: number): readonly ScalrLogEvent[] => {
  const taken = Array.from({ length: 12 }, (_, at) => (at % 2 === 0 ? 'get-state-version-download' : 'get-variables'));
  return [...taken, 'create-access-token'].map((action, at) =>
    logEvent({ atMs: startMs + at * 11 * msPerSecond, action, ip: thiefAddress }),
  );
};

const logEvent = ({ atMs, action, ip }: Deed): ScalrLogEvent => {
  const at = new Date(atMs).toISOString();
  const id = `${atMs}-${action}`;
  const record = {
    actor: {
      id: 'sa-made-up',
      type: 'service-account',
      email: 'ci@acme-demo.scalr.io',
      'access-token': { type: 'service-account', token: '...mAdEuP' },
    },
    request: { 'ip-address': ip, action, id, source: 'api', 'user-agent': 'go-scalr' },
    hostname: 'acme-demo.scalr.io',
    service: 'audit-log',
    outcome: { result: 'SUCCESS', 'status-code': 200 },
    target: { 'display-name': 'network', context: { environment: { 'display-name': 'prod' } } },
    timestamp: at,
  };
  const isNested = Math.floor(atMs / msPerHour) % 2 === 0;
  const message = {
    version: '0',
    id,
    'detail-type': 'AuditLog',
    source: scalrEventSource,
    account: '111122223333',
    time: at,
    region: 'us-east-1',
    resources: [],
    detail: isNested ? { event: record } : record,
  };
  return { timestamp: atMs, message: JSON.stringify(message) };
};
