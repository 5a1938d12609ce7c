import { describe, expect, it } from '@jest/globals';
import { changesTokens, kindOf, tampersWithLog } from '../../../lib/core/action.ts';
import { changesSince, reportedIn, type Seen } from '../../../lib/core/inventory/changes.ts';
import type { ListedToken } from '../../../lib/core/inventory/listing.ts';
import type { Survey } from '../../../lib/core/inventory/survey.ts';
import { msPerDay } from '../../../lib/core/time.ts';
import { msOf } from '../having.ts';

const source = 'scalr:acme';
const nowMs = msOf('2026-03-30T12:00Z');
const at = { source, atMs: nowMs };

const token = (id: string, changes: Partial<ListedToken> = {}): ListedToken => ({
  id,
  name: `name of ${id}`,
  kind: 'service-account',
  owner: 'ci@acme.scalr.io',
  description: undefined,
  createdBy: 'ana@example.com',
  createdAtMs: nowMs - 40 * msPerDay,
  expiresAtMs: undefined,
  lastUsedAtMs: undefined,
  isAdmin: false,
  role: undefined,
  ...changes,
});

const survey = (
  changes: Partial<Survey> & { readonly tokens?: readonly ListedToken[]; readonly missing?: readonly string[] } = {},
): Survey => {
  const { tokens = [token('a'), token('b')], missing = [], ...rest } = changes;
  return {
    listing: { tokens, members: undefined, missing },
    allowedAddresses: ['192.0.2.0/24'],
    logExport: { state: 'active', status: 'active', problem: undefined },
    lastRequestMs: undefined,
    ownTokenEndsMs: undefined,
    ...rest,
  };
};

const seen: Seen = changesSince(undefined, survey(), { source, atMs: nowMs - msPerDay }).seen;
const actionsIn = (next: Survey, before: Seen | undefined = seen) =>
  changesSince(before, next, at).events.map(({ action, target }) => [action, target]);

describe('what changed since the last survey', () => {
  it('is nothing at first, and nothing where nothing did', () => {
    expect(actionsIn(survey(), undefined)).toEqual([]);
    expect(actionsIn(survey())).toEqual([]);
  });

  it('is a token that is gone before its end, and not one that had ended', () => {
    expect(actionsIn(survey({ tokens: [token('a')] }))).toEqual([['token-deleted', 'b']]);
    const ended = changesSince(undefined, survey({ tokens: [token('b', { expiresAtMs: nowMs - 1 })] }), at).seen;
    expect(actionsIn(survey({ tokens: [] }), ended)).toEqual([]);
  });

  it('is no deletion where the list had gaps, and still is one when it is whole again', () => {
    const partial = changesSince(seen, survey({ tokens: [], missing: ['the token report could not be listed'] }), at);
    expect(partial.events).toEqual([]);
    expect(actionsIn(survey({ tokens: [token('a')] }), partial.seen)).toEqual([['token-deleted', 'b']]);
  });

  it('is a new token that has no date of its own', () => {
    const tokens = [token('a'), token('b'), token('c', { createdAtMs: undefined }), token('d')];
    expect(actionsIn(survey({ tokens }))).toEqual([['token-created', 'c']]);
  });

  it('is an allow list that is another, in words', () => {
    const { events } = changesSince(seen, survey({ allowedAddresses: ['203.0.113.7'] }), at);
    expect(events).toMatchObject([
      { action: 'allow-list-changed', description: 'added: 203.0.113.7; removed: 192.0.2.0/24', atMs: nowMs },
    ]);
    expect(changesSince(seen, survey({ allowedAddresses: [] }), at).events[0]?.description).toMatch(/^empty now/);
  });

  it('is a log that is no longer handed on, and one that is again', () => {
    const stopped = changesSince(
      seen,
      survey({ logExport: { state: 'inactive', status: 'failed', problem: 'no bus' } }),
      at,
    );
    expect(stopped.events).toMatchObject([{ action: 'log-export-stopped', description: 'failed: no bus' }]);
    expect(actionsIn(survey(), stopped.seen)).toEqual([['log-export-resumed', 'audit log export']]);
  });

  it('is nothing of what was not shown', () => {
    const hidden = changesSince(seen, survey({ allowedAddresses: undefined, logExport: undefined }), at);
    expect(hidden.events).toEqual([]);
    expect(actionsIn(survey({ allowedAddresses: [] }), hidden.seen)).toEqual([['allow-list-changed', 'allow list']]);
  });

  it('stays known for as long as a log is read again, within bounds', () => {
    const first = changesSince(seen, survey({ tokens: [] }), at);
    expect(first.seen.events.map(({ target }) => target)).toEqual(['a', 'b']);
    const later = { source, atMs: nowMs + 5 * msPerDay };
    expect(changesSince(first.seen, survey({ tokens: [] }), later).seen.events).toEqual([]);

    const many = Array.from({ length: 1_000 }, (_, n) => token(`t${n}`));
    const flood = changesSince(changesSince(undefined, survey({ tokens: many }), at).seen, survey({ tokens: [] }), at);
    expect(flood.events).toHaveLength(200);
  });

  it('does not watch the disappearance of more tokens than can be kept', () => {
    const many = Array.from({ length: 10_000 }, (_, n) => token(`service-account-${n}@acme.scalr.io/aB3_x9`));
    expect(changesSince(undefined, survey({ tokens: many }), at).seen.tokens).toBeUndefined();
  });

  it('is of Pulumi’s tokens only what its log leaves out: a person’s own', () => {
    const pulumi = { source: 'pulumi:acme', atMs: nowMs };
    const mine = token('p', { kind: 'personal' });
    const before = changesSince(undefined, survey({ tokens: [token('o', { kind: 'organization' }), mine] }), pulumi);
    const tokens = [token('n', { kind: 'organization' }), token('q', { kind: 'personal' })];
    const { events } = changesSince(before.seen, survey({ tokens }), pulumi);
    expect(events.map(({ action, target }) => [action, target])).toEqual([
      ['token-created', 'q'],
      ['token-deleted', 'p'],
    ]);
    expect(kindOf('pulumi', 'token-created')).toBe('credentials');
    expect(changesTokens('pulumi', 'token-deleted')).toBe('deleted');
  });
});

describe('what the list itself dates', () => {
  const tokens = [
    token('a', { createdAtMs: nowMs - 3 * msPerDay }),
    token('b', { expiresAtMs: nowMs - 2 * msPerDay }),
    token('c', { createdAtMs: undefined, expiresAtMs: nowMs + msPerDay }),
  ];
  const listing = { tokens, members: undefined, missing: [] };

  it('is read off for any stretch, and is the same whenever it is', () => {
    const week = { fromMs: nowMs - 7 * msPerDay, toMs: nowMs };
    const events = reportedIn(listing, week, source);
    expect(events).toMatchObject([
      {
        action: 'token-created',
        target: 'a',
        atMs: nowMs - 3 * msPerDay,
        user: 'ana@example.com',
        ip: undefined,
        description: 'name of a',
        principal: { provider: 'scalr', kind: 'user' },
      },
      { action: 'token-expired', target: 'b', atMs: nowMs - 2 * msPerDay },
    ]);
    const halves = [
      ...reportedIn(listing, { ...week, toMs: nowMs - 2 * msPerDay }, source),
      ...reportedIn(listing, { ...week, fromMs: nowMs - 2 * msPerDay }, source),
    ];
    expect(halves).toEqual(events);
  });
});

describe('what was noticed', () => {
  it('means what the same act in the log would', () => {
    expect(kindOf('scalr', 'token-created')).toBe(kindOf('scalr', 'create-access-token'));
    expect(changesTokens('scalr', 'token-deleted')).toBe('deleted');
    expect(changesTokens('scalr', 'token-expired')).toBeUndefined();
    expect(kindOf('scalr', 'allow-list-changed')).toBe('login-controls');
    expect(tampersWithLog('scalr', 'log-export-stopped')).toBe(true);
    expect(tampersWithLog('scalr', 'log-export-resumed')).toBe(false);
  });
});
