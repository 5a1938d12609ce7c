/**
 * A rotation that nobody announced, recognized in the log. The rule is narrow, because a wrong guess costs trust:
 *
 * a token that was in use is deleted, and a token of the same kind of name was created in the fortnight before or in the
 * day after. Names are of a kind when they are equal but for an ending that counts, dates or says which is newer
 * (`ci-deploy` and `ci-deploy-2`, `ci-deploy-2026-11`, `ci-deploy-new`). Where further tokens of that kind are in use it
 * is a fleet, and nothing is guessed. A creation alone starts nothing: until the old token is deleted it may be used.
 */
import { changesTokens } from '../action.ts';
import type { AuditEvent } from '../event.ts';
import type { Creation } from '../instructions.ts';
import { msPerDay } from '../time.ts';

export type Replacement = {
  readonly old: string;
  readonly replacement: string;
  /** When callers could begin to move. */
  readonly startedAtMs: number;
  readonly deletedAtMs: number;
};

const createdBeforeMs = 14 * msPerDay;
const createdAfterMs = msPerDay;
const creationsMax = 64;

type TokenNews = { readonly change: 'created' | 'deleted'; readonly name: string; readonly atMs: number };

const tokenNewsIn = (events: readonly AuditEvent[]): readonly TokenNews[] =>
  events.flatMap(({ outcome, target, principal, action, atMs }) => {
    if (outcome !== 'success' || target === undefined) return [];
    const change = changesTokens(principal.provider, action);
    return change === undefined ? [] : [{ change, name: target, atMs }];
  });

/** The creations to remember after these events. */
export const rememberCreations = (
  creations: readonly Creation[],
  events: readonly AuditEvent[],
): readonly Creation[] => {
  const news = tokenNewsIn(events).filter(({ change }) => change === 'created');
  const last = news.at(-1);
  if (last === undefined) return creations;
  return [...creations, ...news.map(({ name, atMs }) => ({ name, atMs }))]
    .filter(({ atMs }) => last.atMs - atMs <= createdBeforeMs)
    .slice(-creationsMax);
};

/** `creations`: those of these events included; `deletedTokens`: names that the log said were deleted, and when. */
export const replacementsIn = (
  events: readonly AuditEvent[],
  { creations, deletedTokens }: { creations: readonly Creation[]; deletedTokens: ReadonlyMap<string, number> },
): readonly Replacement[] => {
  const news = tokenNewsIn(events);
  const deletions = [
    ...deletedTokens,
    ...news.flatMap(({ change, name, atMs }) => (change === 'deleted' ? [[name, atMs] as const] : [])),
  ];
  return news.flatMap(({ change, name, atMs }) => {
    if (change === 'deleted') {
      const created = creations.findLast(
        (each) => isOfKind(each.name, name) && each.atMs <= atMs && atMs - each.atMs <= createdBeforeMs,
      );
      return created === undefined
        ? []
        : [{ old: name, replacement: created.name, startedAtMs: created.atMs, deletedAtMs: atMs }];
    }
    const deleted = deletions.findLast(
      ([old, deletedAtMs]) => isOfKind(old, name) && deletedAtMs <= atMs && atMs - deletedAtMs <= createdAfterMs,
    );
    return deleted === undefined
      ? []
      : [{ old: deleted[0], replacement: name, startedAtMs: deleted[1], deletedAtMs: deleted[1] }];
  });
};

export const isOfKind = (a: string, b: string): boolean => {
  const stem = stemOf(a);
  return a.toLowerCase() !== b.toLowerCase() && stem.length >= stemCharsMin && stem === stemOf(b);
};

/** `ci-2` and `ci-3` say too little of each other. */
const stemCharsMin = 4;
/** Names end at 40 characters at Pulumi; the cut bounds the work on longer ones. */
const nameCharsMax = 100;
const newerWords: ReadonlySet<string> = new Set(['new', 'next', 'rotated', 'replacement', 'old']);

/** The name without the parts at its end that count, date or say which is newer. */
const stemOf = (name: string): string => {
  const parts = name
    .slice(0, nameCharsMax)
    .toLowerCase()
    .split(/[-_. ]/);
  while (parts.length > 1 && isEnding(parts.at(-1) ?? '')) parts.pop();
  return parts.join('-');
};

const isEnding = (part: string): boolean => /^[vq]?\d{1,8}$/.test(part) || newerWords.has(part);
