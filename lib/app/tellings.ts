/** What of an assessment is news to people, under the keys by which it is told once. */
import type { Assessment } from '../core/assess.ts';
import type { Telling } from './ports.ts';

export const tellingsFrom = (alerts: Assessment['alerts']): readonly Telling[] =>
  alerts
    .filter(({ news }) => news !== 'grown')
    .map(({ alert, news }) => ({
      // The same news of the same alert always has the same key.
      key: `${alert.id}/${news === 'opened' ? 'opened' : alert.severity}`,
      source: alert.source,
      alert,
    }));
