import type { Commit, SeenEvent } from '../../../lib/app/ports.ts';
import type { Alert } from '../../../lib/core/alert.ts';

/** Commits that say in each of their parts which revision they make, so that half of one would show. */

export const source = 'pulumi:acme';

export const principalKeys: readonly string[] = Array.from({ length: 20 }, (_, at) => `${source}|token|${at}`);
export const tellingKey = (revision: number): string => `a${revision}/opened`;
const openedAtMs = Date.parse('2026-03-14T02:13Z');
export const seenEvents = (revision: number): readonly SeenEvent[] =>
  Array.from({ length: 20 }, (_, at) => ({ id: `e${revision}#${at}`, atMs: openedAtMs }));

export const numberedCommit = (revision: number): Commit => {
  const document = { version: 1, body: JSON.stringify({ revision, padding: '.'.repeat(1_000) }) };
  const alert: Alert = {
    id: 'a1',
    source,
    principal: { provider: 'pulumi', kind: 'token', id: '0', name: 'ci' },
    openedAtMs,
    firstEventAtMs: openedAtMs,
    lastEventAtMs: openedAtMs,
    severity: 'high',
    surprise: 4,
    findings: [],
    eventCount: revision,
    sampleEvents: [],
    networks: [],
  };
  return {
    expectedRevision: revision - 1,
    cursor: document,
    organization: document,
    principals: new Map(principalKeys.map((key) => [key, document])),
    seen: seenEvents(revision),
    alerts: [alert],
    tellings: [{ key: tellingKey(revision), source, alert }],
  };
};
