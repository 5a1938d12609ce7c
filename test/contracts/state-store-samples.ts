import type { Document, StateStore, Telling } from '../../lib/app/ports.ts';
import type { Alert, Severity } from '../../lib/core/alert.ts';

/** Samples that the parts of the state store's contract share. */

/** Somewhere to keep state. `open` may be called often; all stores that it gives share one state, empty at first. */
export type Place = {
  open(): Promise<StateStore>;
  drop(): Promise<void>;
};

export const acme = 'pulumi:acme';

export const at = (instant: string): number => Date.parse(instant);

export const text = (body: string): Document => ({ version: 1, body });

export const alert = (id: string, openedAt: string, severity: Severity = 'high'): Alert => {
  const principal = { provider: 'pulumi', kind: 'token', id: 'tok-7', name: 'ci "deploy"\n' } as const;
  const network = {
    address: '198.51.100.9',
    prefix: '198.51.100.0/24',
    owner: undefined,
    class: 'unknown',
    country: undefined,
  } as const;
  return {
    id,
    source: acme,
    principal,
    openedAtMs: at(openedAt),
    firstEventAtMs: at(openedAt) - 500,
    lastEventAtMs: at(openedAt),
    severity,
    surprise: 4.25,
    findings: [
      {
        surprise: 4.25,
        evidence: {
          detector: 'unfamiliar-network',
          network,
          newAt: 'owner',
          daysActive: 30.5,
          daysWithNew: 0,
          usual: ['192.0.2.0/24'],
          usualClass: undefined,
          othersOnPrefix: 0,
        },
      },
    ],
    eventCount: 1,
    sampleEvents: [
      {
        id: 'e1',
        atMs: at(openedAt),
        source: acme,
        principal,
        ip: '198.51.100.9',
        action: 'stack-exported',
        outcome: 'success',
        user: 'maria@example.com',
        credential: undefined,
        target: 'acme/prod',
        userAgent: undefined,
        description: 'half a pair: \ud800, NUL: \0',
      },
    ],
    networks: [network],
  };
};

export const telling = (key: string, of: Alert): Telling => ({ key, source: acme, alert: of });

export const badRecord = (label: string) =>
  ({ where: `audit.jsonl:${label}`, reason: 'no time', outcome: 'rejected', text: `{"a":"\ud800${label}"}` }) as const;

/** Events of these ids, all of one moment. */
export const seenAt = (instant: string, ids: readonly string[]) => ids.map((id) => ({ id, atMs: at(instant) }));

export const everyKey = async (store: StateStore, source: string): Promise<readonly string[]> => {
  const keys: string[] = [];
  for await (const [key] of store.everyPrincipal(source)) keys.push(key);
  return keys;
};
