import type { Telling } from '../../app/ports.ts';
import { type Alert, severities } from '../../core/alert.ts';
import type { Digest } from '../../core/digest.ts';
import { shape, tellingShape } from '../state/records.ts';

/**
 * Alerts and digests on their way from one of our functions to another: a versioned text, so that a function of another
 * release neither misreads nor drops what it gets. The first key says whose it is and what.
 */

const alertsShape = shape<readonly Alert[]>({ kind: 'alerts', upgrades: [] });
const digestShape = shape<Digest>({ kind: 'digest', upgrades: [] });

export const sealedTelling = (telling: Telling): string =>
  JSON.stringify({ tokenwatch: 'alert', ...tellingShape.write(telling) });

export const sealedAlerts = (alerts: readonly Alert[]): string =>
  JSON.stringify({ tokenwatch: 'alerts', ...alertsShape.write(alerts) });

export const sealedDigest = (digest: Digest): string =>
  JSON.stringify({ tokenwatch: 'digest', ...digestShape.write(digest) });

export type Opened =
  | { readonly kind: 'alert'; readonly alert: Alert }
  | { readonly kind: 'alerts'; readonly alerts: readonly Alert[] }
  | { readonly kind: 'digest'; readonly digest: Digest };

/** What was sealed; undefined where it was not, or by a release that this one cannot read. */
export const opened = (fields: Readonly<Record<string, unknown>>): Opened | undefined => {
  const { tokenwatch, version, body } = fields;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1 || typeof body !== 'string')
    return undefined;
  try {
    switch (tokenwatch) {
      case 'alert': {
        const { alert } = tellingShape.read({ version, body });
        return isAlert(alert) ? { kind: 'alert', alert } : undefined;
      }
      case 'alerts': {
        const alerts = alertsShape.read({ version, body });
        return Array.isArray(alerts) && alerts.length > 0 && alerts.every(isAlert)
          ? { kind: 'alerts', alerts }
          : undefined;
      }
      case 'digest': {
        const digest = digestShape.read({ version, body });
        return isDigest(digest) ? { kind: 'digest', digest } : undefined;
      }
      default:
        return undefined;
    }
  } catch {
    // Newer or damaged: the caller shows the text as it came, which says more than a failure would.
    return undefined;
  }
};

/** Enough to word it. Only our own functions may publish, so what is beyond is a fault of ours. */
const isAlert = (alert: Alert | undefined): alert is Alert =>
  typeof alert === 'object' &&
  [alert.id, alert.source, alert.principal?.id, alert.principal?.name].every((text) => typeof text === 'string') &&
  severities.includes(alert.severity) &&
  [alert.findings, alert.networks, alert.sampleEvents].every(Array.isArray) &&
  [alert.openedAtMs, alert.firstEventAtMs, alert.lastEventAtMs, alert.surprise].every(Number.isFinite);

const isDigest = (digest: Digest | undefined): digest is Digest =>
  typeof digest === 'object' &&
  Number.isFinite(digest.atMs) &&
  [digest.sources, digest.care].every(Array.isArray) &&
  Array.isArray(digest.alerts) &&
  digest.alerts.every(isAlert);
