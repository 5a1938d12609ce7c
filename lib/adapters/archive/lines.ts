import type { Telling } from '../../app/ports.ts';
import type { Alert } from '../../core/alert.ts';
import type { AuditEvent } from '../../core/event.ts';
import type { Network } from '../../core/network.ts';
import type { Principal } from '../../core/principal.ts';
import { isoSeconds } from '../../core/time.ts';

/**
 * What the archive holds, whatever keeps it: one line of JSON for each event and for each piece of news about an alert.
 * Field names are what people search by, so they are added to and never renamed. Whatever an attacker wrote stays inside
 * a JSON string: it cannot begin a line of its own, nor act on the terminal of whoever follows the log.
 */

export type ArchiveLine = {
  /** `event` or `alert`, then what its id is: never the same for two lines. */
  readonly key: string;
  readonly atMs: number;
  readonly text: string;
};

export type LineWords = {
  readonly networks: (address: string) => Network;
  /** The alert as its JSON contract. */
  readonly alertJson: (alert: Alert) => string;
  /** JSON with what acts on a terminal written as escapes, which a parser turns back. */
  readonly terminalSafe: (json: string) => string;
};

/** In order of time. */
export const eventLines = (events: readonly AuditEvent[], words: LineWords): readonly ArchiveLine[] =>
  events.map((event) => eventLine(event, words)).sort((a, b) => a.atMs - b.atMs);

const eventLine = (event: AuditEvent, { networks, terminalSafe }: LineWords): ArchiveLine => {
  const { id, atMs, source, principal, ip, action, outcome, user, credential, target, userAgent, description } = event;
  return {
    key: `event ${id}`,
    atMs,
    text: terminalSafe(
      JSON.stringify({
        kind: 'event',
        id,
        at: isoSeconds(atMs),
        source,
        principal: principalFields(principal),
        ip,
        network: ip === undefined ? undefined : networkFields(networks(ip)),
        action,
        outcome,
        user,
        credential,
        target,
        userAgent,
        description,
      }),
    ),
  };
};

const principalFields = ({ provider, kind, id, name }: Principal) => ({ provider, kind, id, name });

const networkFields = ({ prefix, owner, class: ownerClass, country }: Network) => ({
  prefix,
  asn: owner?.asn,
  owner: owner?.name,
  class: ownerClass,
  country,
});

export const newsLine = ({ key, source, alert }: Telling, { alertJson, terminalSafe }: LineWords): ArchiveLine => {
  const { severity, principal, openedAtMs } = alert;
  const head = {
    kind: 'alert',
    id: key,
    at: isoSeconds(openedAtMs),
    source,
    principal: principalFields(principal),
    severity,
  };
  return {
    key: `alert ${key}`,
    atMs: openedAtMs,
    text: terminalSafe(`${JSON.stringify(head).slice(0, -1)},"alert":${alertJson(alert)}}`),
  };
};

/** The key of a line that was kept; undefined for what is none of ours. */
export const keyOfLine = (text: string): string | undefined => {
  try {
    const { kind, id } = JSON.parse(text) as { readonly kind?: unknown; readonly id?: unknown };
    return (kind === 'event' || kind === 'alert') && typeof id === 'string' ? `${kind} ${id}` : undefined;
  } catch {
    return undefined;
  }
};
