import { type Caller, isActive, nextUseOf } from '../core/inventory/callers.ts';
import type { Hygiene } from '../core/inventory/hygiene.ts';
import type { Inventory, TokenRecord } from '../core/inventory/inventory.ts';
import type { Revocation } from '../core/inventory/revocation.ts';
import type { Network } from '../core/network.ts';
import { isoSeconds } from '../core/time.ts';
import { terminalSafe } from './alert-json.ts';

/** Inventory as one line of JSON, under the rules of the alert's: keys are only added, absent is null, times ISO 8601. */

export const inventoryJson = (inventory: Inventory): string => terminalSafe(JSON.stringify(inventoryRecord(inventory)));

export const revocationJson = (revocation: Revocation, inventory: Inventory): string =>
  terminalSafe(JSON.stringify(revocationRecord(revocation, inventory)));

const when = (atMs: number | undefined): string | null => (atMs === undefined ? null : isoSeconds(atMs));

const inventoryRecord = ({ nowMs, observed, listing, tokens }: Inventory) => ({
  at: isoSeconds(nowMs),
  log: { from: isoSeconds(observed.fromMs), to: isoSeconds(observed.toMs) },
  missing: listing?.missing ?? null,
  tokens: tokens.map((token) => tokenRecord(token, nowMs)),
});

const tokenRecord = (
  { source, principal, listed, use, callers, hygiene, isOwn, deletedAtMs }: TokenRecord,
  nowMs: number,
) => ({
  source,
  id: principal.id,
  name: principal.name,
  kind: listed?.kind ?? null,
  isListed: listed !== undefined,
  owner: listed?.owner ?? null,
  description: listed?.description ?? null,
  createdBy: listed?.createdBy ?? null,
  createdAt: when(listed?.createdAtMs),
  expiresAt: when(listed?.expiresAtMs),
  lastUsedListedAt: when(listed?.lastUsedAtMs),
  lastUsedLoggedAt: when(use?.lastAtMs),
  isAdmin: listed?.isAdmin ?? null,
  role: listed?.role ?? null,
  users: use?.users ?? [],
  events: use?.events ?? 0,
  refused: use?.refused ?? 0,
  callers: callers.map((caller) => callerRecord(caller, nowMs)),
  hygiene: hygiene.map(hygieneRecord),
  isOwn: isOwn ? true : null,
  deletedAt: when(deletedAtMs),
});

const callerRecord = (caller: Caller, nowMs: number) => {
  const next = isActive(caller, nowMs) ? nextUseOf(caller, nowMs) : undefined;
  return {
    network: networkRecord(caller.network),
    cadence: caller.cadence,
    targets: caller.targets,
    moreTargets: caller.moreTargets,
    uses: caller.uses,
    events: caller.events,
    refused: caller.refused,
    firstAt: isoSeconds(caller.firstAtMs),
    lastAt: isoSeconds(caller.lastAtMs),
    isActive: isActive(caller, nowMs),
    nextAt: when(next?.dueMs),
    lateAfter: when(next?.byMs),
  };
};

const networkRecord = ({ address, prefix, owner, class: ownerClass, country }: Network) => ({
  address,
  prefix,
  owner: owner === undefined ? null : { asn: owner.asn, name: owner.name },
  class: ownerClass,
  country: country ?? null,
});

const hygieneRecord = (hygiene: Hygiene) => {
  switch (hygiene.finding) {
    case 'never-expires':
      return { finding: hygiene.finding };
    case 'expired':
      return { finding: hygiene.finding, expiredAt: isoSeconds(hygiene.expiredAtMs) };
    case 'unused':
      return { finding: hygiene.finding, since: when(hygiene.sinceMs) };
    case 'old':
      return { finding: hygiene.finding, ageSeconds: Math.floor(hygiene.ageMs / 1_000) };
    case 'over-privileged':
      return { finding: hygiene.finding, observedSeconds: Math.floor(hygiene.observedMs / 1_000) };
    case 'owner-gone':
      return { finding: hygiene.finding, createdBy: hygiene.createdBy };
    case 'shared':
      return { finding: hygiene.finding, callers: hygiene.callers };
    case 'last-use-differs':
      return { finding: hygiene.finding, listedAt: when(hygiene.listedMs), loggedAt: when(hygiene.loggedMs) };
  }
};

const revocationRecord = (revocation: Revocation, { nowMs, observed }: Inventory) => ({
  token: { id: revocation.token.principal.id, name: revocation.token.principal.name },
  verdict: revocation.verdict,
  reason: revocation.reason,
  lastUsedAt: when(revocation.lastUseMs),
  breaks: revocation.breaks.map(({ caller }) => callerRecord(caller, nowMs)),
  gone: revocation.gone.map((caller) => callerRecord(caller, nowMs)),
  passing: revocation.passing.map((caller) => callerRecord(caller, nowMs)),
  trying: revocation.trying.map((caller) => callerRecord(caller, nowMs)),
  deletedAt: when(revocation.token.deletedAtMs),
  log: { from: isoSeconds(observed.fromMs), to: isoSeconds(observed.toMs) },
});
