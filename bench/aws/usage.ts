import type { Day } from './day.ts';
import type { Usage } from './prices.ts';

/** A month's use of what AWS bills, from a counted day, from the template, and from what is assumed and stated here. */

/** What the stack holds, whatever happens in it. */
export type Holdings = {
  readonly alarms: number;
  readonly metrics: number;
  readonly dashboards: number;
  readonly keys: number;
  readonly pollerMb: number;
};

export const daysPerMonth = 30.4;

export const assumptions = {
  /** Of a call of AWS within its region, beyond what the emulator takes. */
  awsCallMs: 10,
  /** Of a vendor's answer. */
  vendorRequestMs: 300,
  /** The budget's one false alert a week, some true ones, and a digest a day. */
  messagesPerMonth: 36,
  /** Of the log of Scalr, in EventBridge's envelope. */
  bytesPerPartnerEvent: 1_100,
  /** The default of the settings; after so long it grows no more. */
  archiveDays: 400,
  /** CloudWatch Logs keeps what it has in gzip, which makes a fifth of lines that are so alike. */
  keptShare: 0.2,
} as const;

const gb = 1e9;

export const usageOf = (day: Day, { alarms, metrics, dashboards, keys, pollerMb }: Holdings): Usage => {
  const { awsCallMs, vendorRequestMs, messagesPerMonth, bytesPerPartnerEvent, archiveDays, keptShare } = assumptions;
  const polls = day.polls * daysPerMonth;
  const callsPerPoll = [...day.calls.values()].reduce((sum, count) => sum + count, 0) / day.polls;
  const secondsPerPoll = (day.pollMs + callsPerPoll * awsCallMs + (day.requests / day.polls) * vendorRequestMs) / 1_000;
  const partnerEvents = day.partnerEvents * daysPerMonth;
  const searchedBytes = day.archivedBytes * daysPerMonth + partnerEvents * bytesPerPartnerEvent;
  const ownBytes = day.ownLogBytes * daysPerMonth;
  return {
    lambdaRequests: polls + 2 * messagesPerMonth,
    lambdaGbSeconds: polls * secondsPerPoll * (pollerMb / 1_024),
    schedulerStarts: polls + daysPerMonth,
    partnerEvents,
    dynamodbWrites: day.writes * daysPerMonth,
    dynamodbReads: day.reads * daysPerMonth,
    dynamodbGb: day.tableBytes / gb,
    dynamodbBackupGb: day.tableBytes / gb,
    logsGb: (searchedBytes + ownBytes) / gb,
    logsKeptGb: ((searchedBytes * (archiveDays / daysPerMonth) + ownBytes) * keptShare) / gb,
    metrics,
    alarms,
    dashboards,
    snsPublishes: messagesPerMonth,
    snsEmails: messagesPerMonth,
    kmsKeys: keys,
    // For each message one to write it and one for each reader.
    kmsRequests: 3 * messagesPerMonth,
    // Each poll asks for the token again: five minutes later a function no longer remembers it.
    secretReads: polls,
  };
};
