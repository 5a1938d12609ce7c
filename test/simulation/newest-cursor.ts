import type { Played } from './run.ts';
import { indexFrom } from './world.ts';

/**
 * What most pollers do, on the same log at the same times and without a single fault of their own: ask for what is newer
 * than the newest event seen. `lost` asks from the next second on, and never sees what showed late or shares the newest
 * second; `doubled` asks from the newest second itself, and counts that second's events at every poll.
 */

export type NewestCursor = { readonly watched: number; readonly lost: number; readonly doubled: number };

export const newestCursor = ({ plan, world, visibility, watched, endMs }: Played): NewestCursor => {
  const { shownAtMs } = visibility;
  const first = indexFrom(world, watched.fromMs);
  const end = indexFrom(world, watched.toMs);
  const byShowing = Array.from({ length: end - first }, (_, at) => first + at).sort(
    (a, b) => (shownAtMs[a] ?? 0) - (shownAtMs[b] ?? 0),
  );
  let lost = 0;
  const doubled = new Set<number>();
  let cursorMs = 0;
  let ofCursor: number[] = [];
  let next = 0;
  for (let atMs = watched.fromMs; atMs <= endMs && next < byShowing.length; atMs += plan.pollEveryMs) {
    // Asking from the newest second on gives that second's events again.
    for (const again of ofCursor) doubled.add(again);
    const news: number[] = [];
    for (; next < byShowing.length; next += 1) {
      const place = byShowing[next] ?? 0;
      if ((shownAtMs[place] ?? 0) > atMs) break;
      news.push(place);
    }
    const before = cursorMs;
    for (const place of news) {
      const eventMs = world.events[place]?.atMs ?? 0;
      if (eventMs <= before) lost += 1;
      if (eventMs > cursorMs) {
        cursorMs = eventMs;
        ofCursor = [];
      }
      if (eventMs === cursorMs) ofCursor.push(place);
    }
  }
  return { watched: byShowing.length, lost: lost + byShowing.length - next, doubled: doubled.size };
};
