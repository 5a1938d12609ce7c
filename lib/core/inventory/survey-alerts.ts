/** Alerts that come of a survey and of no event: facts, each told once. */
import type { Alert, Evidence, Severity } from '../alert.ts';
import { toSurprise } from '../chance.ts';
import { factNats } from '../detectors/detector.ts';
import { providerOf } from '../event.ts';
import { stableHex } from '../packed.ts';
import type { Principal } from '../principal.ts';
import { isoSeconds } from '../time.ts';
import type { ExpiredUse } from './expired-use.ts';
import type { HealthFinding } from './health.ts';
import type { UnseenNews } from './unseen-use.ts';

export type Noticed = { readonly source: string; readonly nowMs: number };

/** A token that slept and was used so may have been found; one that works anyway has most likely read something. */
export const unseenUseAlert = (
  { token: { id, name }, listedMs, sinceMs, why }: UnseenNews,
  { source }: Noticed,
): Alert =>
  alertOf(source, {
    key: `unseen use ${id}`,
    principal: { provider: providerOf(source), kind: 'token', id, name },
    atMs: listedMs,
    severity: why === 'woke' ? 'medium' : 'low',
    evidence: { detector: 'token-life', fact: 'use-not-logged', sinceMs, atMs: listedMs },
  });

/** As grave as a deleted token that is refused: whether it got in, the list does not say. */
export const expiredUseAlert = ({ token: { id, name }, expiredMs, usedMs }: ExpiredUse, { source }: Noticed): Alert =>
  alertOf(source, {
    key: `expired use ${id}`,
    principal: { provider: providerOf(source), kind: 'token', id, name },
    atMs: usedMs,
    severity: 'high',
    evidence: { detector: 'token-life', fact: 'used-after-expiry', sinceMs: expiredMs, atMs: usedMs },
  });

const severities: Readonly<Record<HealthFinding['finding'], Severity>> = {
  'log-export-stopped': 'high',
  'log-behind': 'high',
  'own-token-ends': 'medium',
  'api-refused': 'medium',
  'allow-list-without-fixed-address': 'low',
};

export const healthAlert = (finding: HealthFinding, { source, nowMs }: Noticed): Alert =>
  alertOf(source, {
    key: `health ${finding.finding}`,
    principal: { provider: providerOf(source), kind: 'service-account', id: '(the monitor)', name: 'tokenwatch' },
    atMs: nowMs,
    severity: severities[finding.finding],
    evidence: { detector: 'health', ...finding },
  });

type Fact = {
  readonly key: string;
  readonly principal: Principal;
  readonly atMs: number;
  readonly severity: Severity;
  readonly evidence: Evidence;
};

/** The day is part of the id: what comes and goes within a day is told once. */
const alertOf = (source: string, { key, principal, atMs, severity, evidence }: Fact): Alert => {
  const day = isoSeconds(atMs).slice(0, 10);
  const surprise = Math.round(toSurprise(factNats) * 100) / 100;
  return {
    id: `${day}-${stableHex(`${source}|${day}|${key}`)}`,
    source,
    principal,
    openedAtMs: atMs,
    firstEventAtMs: atMs,
    lastEventAtMs: atMs,
    severity,
    surprise,
    findings: [{ surprise, evidence }],
    eventCount: 0,
    sampleEvents: [],
    networks: [],
  };
};
