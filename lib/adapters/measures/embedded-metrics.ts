import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { PollMeasures, WriteMeasures } from '../../app/poll.ts';
import { isoSeconds, msPerSecond } from '../../core/time.ts';

/**
 * The figures of a poll as one line of JSON in CloudWatch's embedded metric format. CloudWatch bills each metric by the
 * month, so that only what an alarm listens to is one; the rest are fields of the same line, for Logs Insights.
 */

export type EmbeddedMetrics = {
  /** `tokenwatch/STACK` */
  readonly namespace: string;
};

export const embeddedMetrics = ({ namespace }: EmbeddedMetrics): WriteMeasures => {
  const metrics = new Metrics({ namespace });
  return (measures) => {
    // Powertools adds a dimension of its own, which would make another metric.
    metrics.clearDefaultDimensions();
    metrics.addDimension('Source', measures.source);
    for (const [name, value] of Object.entries(metricsOf(measures))) {
      metrics.addMetric(name, units.get(name) ?? MetricUnit.Count, value);
    }
    // Declared as texts alone; numbers are written as they are, and can be summed.
    for (const [name, value] of Object.entries(fieldsOf(measures))) metrics.addMetadata(name, value as string);
    metrics.publishStoredMetrics();
  };
};

const units = new Map([
  ['LagSeconds', MetricUnit.Seconds],
  ['SilentRatio', MetricUnit.NoUnit],
]);

/** What alarms listen to. A figure that is not known is left out: zero would say that all is well. */
export const metricsOf = ({
  lagMs,
  badRecords,
  failure,
  silentRatio,
}: PollMeasures): Readonly<Record<string, number>> => ({
  ...(lagMs !== undefined && { LagSeconds: Math.round(lagMs / msPerSecond) }),
  DeadLetters: badRecords,
  RejectedCredentials: failure === 'credentials' || failure === 'permission' ? 1 : 0,
  ...(silentRatio !== undefined && { SilentRatio: silentRatio }),
});

export const fieldsOf = (measures: PollMeasures): Readonly<Record<string, unknown>> => {
  const { newestEventMs, budget, pause } = measures;
  return {
    message: 'polled',
    failure: measures.failure ?? 'none',
    newestEventAt: newestEventMs === undefined ? null : isoSeconds(newestEventMs),
    events: measures.events,
    lateEvents: measures.lateEvents,
    lateArrivals: measures.lateArrivals,
    deliveredLate: measures.deliveredLate ?? null,
    duplicates: measures.duplicates,
    gaps: measures.gaps,
    pauseCause: pause?.cause ?? 'none',
    pauseSeconds: pause === undefined ? 0 : Math.round((pause.toMs - pause.fromMs) / msPerSecond),
    sweepFound: measures.sweepFound ?? null,
    requests: measures.requests,
    told: measures.told,
    undelivered: measures.undelivered,
    isBehind: measures.isBehind,
    isBackfilling: measures.isBackfilling,
    budgetWeeks: budget?.weeks ?? null,
    budgetAlerts: budget?.alerts ?? null,
    budgetAllowed: budget?.allowed ?? null,
    durationMs: measures.durationMs,
  };
};
