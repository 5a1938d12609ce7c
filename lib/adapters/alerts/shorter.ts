import type { Alert } from '../../core/alert.ts';
import type { Digest } from '../../core/digest.ts';

/**
 * Alerts and digests in ever shorter forms, for a carrier with a limit. First go the events, which the log has too; then
 * long texts are cut. Whoever fills a log with long names cannot make an alert too large to be told.
 */

export type ShorterAlert = {
  readonly alert: Alert;
  /** Names what was left out or shortened. */
  readonly omitted: readonly string[];
};

/** Long enough to recognize a name; the second bounds everything: hundreds of texts at most are in an alert. */
const textCharsMax = [200, 50] as const;

export const shorterAlerts = function* (alert: Alert): Generator<ShorterAlert> {
  yield { alert, omitted: [] };
  const eventless = { ...alert, sampleEvents: [] };
  yield { alert: eventless, omitted: ['sampleEvents'] };
  for (const charsMax of textCharsMax)
    yield { alert: withShortTexts(eventless, charsMax), omitted: ['sampleEvents', 'longTexts'] };
};

export type ShorterAlerts = { readonly alerts: readonly Alert[]; readonly omitted: readonly string[] };

/** As many as somebody still reads in one message; fewer where that is too large even without events. */
const togetherMax = 50;

export const shorterMany = function* (all: readonly Alert[]): Generator<ShorterAlerts> {
  for (let count = Math.min(togetherMax, all.length); count > 1; count = Math.floor(count / 2)) {
    const alerts = all.slice(0, count);
    yield { alerts, omitted: [] };
    yield { alerts: alerts.map((alert) => ({ ...alert, sampleEvents: [] })), omitted: ['sampleEvents'] };
  }
};

/** Fewer alerts are listed, and more are counted. */
const alertsMax = [10, 3, 0] as const;

export const shorterDigests = function* (digest: Digest): Generator<Digest> {
  yield digest;
  for (const count of alertsMax) {
    const alerts = digest.alerts.slice(0, count);
    const moreAlerts = digest.moreAlerts + digest.alerts.length - alerts.length;
    yield withShortTexts({ ...digest, alerts, moreAlerts }, textCharsMax[1]);
  }
};

/** The same value with every text in it cut. Ids of our own are shorter than any limit here. */
const withShortTexts = <T>(value: T, charsMax: number): T =>
  JSON.parse(JSON.stringify(value), (_, inner: unknown) =>
    typeof inner === 'string' && inner.length > charsMax ? `${inner.slice(0, charsMax - 1).toWellFormed()}…` : inner,
  ) as T;
