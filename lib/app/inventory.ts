/**
 * Taking inventory: the vendor's list of tokens, where it can be asked, beside a log of any length, which is gone
 * through once.
 */
import { type AuditEvent, inOrder } from '../core/event.ts';
import type { HygieneLimits } from '../core/inventory/hygiene.ts';
import { type Inventory, takeInventory } from '../core/inventory/inventory.ts';
import type { Listing } from '../core/inventory/listing.ts';
import { addUses, emptyUses, type Uses } from '../core/inventory/uses.ts';
import type { Network } from '../core/network.ts';
import type { Stretch } from '../core/time.ts';
import type { Log, OnEvents } from './investigate.ts';
import type { AuditSource } from './ports.ts';

export type InventoryParts = {
  readonly source: string;
  readonly provider: string;
  readonly log: Log;
  /** What of the log was read; undefined: from its first event to its last. */
  readonly observed: Stretch | undefined;
  /** Undefined where only a log is at hand. */
  readonly listing: Listing | undefined;
  /** By which name or id the log knows the token that asks; undefined where that cannot be told. */
  readonly ownName?: string | undefined;
  readonly limits: HygieneLimits;
  /** Undefined: when the log ends. A recorded log is asked about as of its end, however long ago that was. */
  readonly nowMs: number | undefined;
  readonly networks: (address: string) => Network;
  readonly onEvents?: OnEvents;
};

export const inventoryOf = async (parts: InventoryParts): Promise<Inventory> => {
  const { source, provider, listing, ownName, limits } = parts;
  const uses = await usesIn(parts.log, parts);
  const nowMs = parts.nowMs ?? (uses.lastEventMs ?? 0) + 1;
  const observed = parts.observed ?? { fromMs: uses.firstEventMs ?? nowMs, toMs: nowMs };
  return takeInventory({ source, provider, uses, listing, ownName, observed, limits, nowMs });
};

export const usesIn = async (
  log: Log,
  { networks, onEvents }: Pick<InventoryParts, 'networks' | 'onEvents'>,
): Promise<Uses> => {
  const uses = emptyUses();
  for await (const batch of log.batches()) {
    addUses(batch, uses, networks);
    onEvents?.(uses.events);
  }
  return uses;
};

/**
 * The source, and among what it reads the events that were noticed in the vendor's API (`changesSince`): they are judged,
 * settled and told like those of the log.
 */
export const withNoticed = (source: AuditSource, noticed: readonly AuditEvent[]): AuditSource => ({
  name: source.name,
  read: async (stretch, signal) => {
    const reading = await source.read(stretch, signal);
    const within = noticed.filter(({ atMs }) => atMs >= stretch.fromMs && atMs < stretch.toMs);
    return within.length === 0 ? reading : { ...reading, events: [...reading.events, ...within].sort(inOrder) };
  },
});
