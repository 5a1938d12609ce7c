/**
 * Used after its end: the vendor lists a use of the token later than its expiry. Either it still lets an ended token in, or
 * it counts attempts; both mean that somebody still holds it. Told once for each use that a survey shows.
 */
import { msPerHour } from '../time.ts';
import type { ListedToken, Listing } from './listing.ts';
import type { KnownUse } from './unseen-use.ts';

export type ExpiredUse = { readonly token: ListedToken; readonly expiredMs: number; readonly usedMs: number };

/** Clocks differ, and a request that began before the end may be noted after it. */
const noticedMs = msPerHour;

/** `before` and `after`: what is known of uses, before this survey and with it. */
export const expiredUses = (
  { tokens }: Listing,
  { before, after }: { readonly before: readonly KnownUse[]; readonly after: readonly KnownUse[] },
): readonly ExpiredUse[] => {
  const lastBefore = new Map(before.map(([id, lastMs]) => [id, lastMs]));
  const kept = new Set(after.map(([id]) => id));
  return tokens.flatMap((token) => {
    const { id, expiresAtMs: expiredMs, lastUsedAtMs: usedMs } = token;
    if (expiredMs === undefined || usedMs === undefined || !kept.has(id)) return [];
    const isNew = usedMs > (lastBefore.get(id) ?? 0);
    return isNew && usedMs - expiredMs > noticedMs ? [{ token, expiredMs, usedMs }] : [];
  });
};
