/**
 * What would keep the monitor from seeing, noticed in the vendor's API before it is missed in the log. Facts with their
 * numbers; `report/survey-sentences.ts` words them.
 */
import { msPerDay, msPerHour } from '../time.ts';
import type { LogExport, Survey } from './survey.ts';

export type HealthFinding =
  | { readonly finding: 'log-export-stopped'; readonly logExport: LogExport }
  /** The account takes requests from these addresses alone, and ours may be another with every run. */
  | { readonly finding: 'allow-list-without-fixed-address'; readonly addresses: readonly string[] }
  | { readonly finding: 'own-token-ends'; readonly atMs: number }
  /** The API refuses our token, while the log can still be read. */
  | { readonly finding: 'api-refused'; readonly reason: string }
  /** Something was asked of the vendor that its log must show, and the log shows nothing as late. */
  | { readonly finding: 'log-behind'; readonly requestMs: number; readonly newestEventMs: number | undefined };

export type HealthCircumstances = {
  readonly nowMs: number;
  /** Whether requests leave from an address that stays, such as a NAT gateway's. */
  readonly hasFixedAddress: boolean;
  /** Of the log itself; undefined: it has none at all. */
  readonly newestEventMs: number | undefined;
};

/** Time enough to make a new token without hurry. */
export const endsSoonMs = 14 * msPerDay;
/** EventBridge delivers within seconds and tries for a day; an hour without is not ordinary. */
const behindMs = msPerHour;

export const healthOf = (survey: Survey, at: HealthCircumstances): readonly HealthFinding[] => {
  const { logExport, allowedAddresses = [], ownTokenEndsMs, lastRequestMs } = survey;
  const found: HealthFinding[] = [];
  if (logExport !== undefined && logExport.state !== 'active') found.push({ finding: 'log-export-stopped', logExport });
  if (allowedAddresses.length > 0 && !at.hasFixedAddress) {
    found.push({ finding: 'allow-list-without-fixed-address', addresses: allowedAddresses });
  }
  if (ownTokenEndsMs !== undefined && ownTokenEndsMs - at.nowMs < endsSoonMs) {
    found.push({ finding: 'own-token-ends', atMs: ownTokenEndsMs });
  }
  if (
    lastRequestMs !== undefined &&
    at.nowMs - lastRequestMs > behindMs &&
    lastRequestMs - (at.newestEventMs ?? 0) > behindMs
  ) {
    found.push({ finding: 'log-behind', requestMs: lastRequestMs, newestEventMs: at.newestEventMs });
  }
  return found;
};

/** Those that did not stand before. Another end of the token, or another list, is the same story. */
export const newHealth = (before: readonly HealthFinding[], now: readonly HealthFinding[]): readonly HealthFinding[] =>
  now.filter(({ finding }) => before.every((old) => old.finding !== finding));
