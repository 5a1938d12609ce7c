import { describe, expect, it } from '@jest/globals';
import type { ListedToken } from '../../../lib/core/inventory/listing.ts';
import { lastLoggedIn, unseenUse } from '../../../lib/core/inventory/unseen-use.ts';
import { addUses, emptyUses } from '../../../lib/core/inventory/uses.ts';
import { rememberNetworks } from '../../../lib/core/network.ts';
import { msPerDay, msPerHour } from '../../../lib/core/time.ts';
import { call, ciToken, exampleOwners, msOf } from '../having.ts';

const loggedMs = msOf('2026-03-20T02:17Z');
const observed = { fromMs: msOf('2026-03-01T00:00Z'), toMs: msOf('2026-03-30T12:00Z') };

const uses = emptyUses();
addUses([call(loggedMs, '192.0.2.7')], uses, rememberNetworks(exampleOwners));

const unseen = (lastUsedAtMs: number | undefined, changes: Partial<ListedToken> = {}) => {
  const token: ListedToken = {
    id: ciToken.id,
    name: ciToken.name,
    kind: 'organization',
    owner: undefined,
    description: undefined,
    createdBy: undefined,
    createdAtMs: undefined,
    expiresAtMs: undefined,
    lastUsedAtMs,
    isAdmin: false,
    role: undefined,
    ...changes,
  };
  const listing = { tokens: [token], members: undefined, missing: [] };
  return unseenUse(listing, { lastLogged: lastLoggedIn(uses), observed });
};

describe('a use that the log does not show', () => {
  it('is one that the vendor counts more than a day after the last in the log', () => {
    expect(unseen(loggedMs + 25 * msPerHour)).toMatchObject([{ loggedMs, listedMs: loggedMs + 25 * msPerHour }]);
    expect(unseen(loggedMs + 23 * msPerHour)).toEqual([]);
  });

  it('is one of a token that the log does not have at all', () => {
    expect(unseen(loggedMs, { id: 'other', name: 'other' })).toMatchObject([{ loggedMs: undefined }]);
  });

  it('is none where the log was not read, or nothing was used', () => {
    expect(unseen(undefined)).toEqual([]);
    expect(unseen(observed.toMs + msPerDay)).toEqual([]);
    expect(unseen(observed.fromMs - msPerDay, { id: 'other', name: 'other' })).toEqual([]);
  });

  it('is none of our own, which reads all day', () => {
    expect(unseen(loggedMs + 5 * msPerDay, { isOwn: true })).toEqual([]);
  });

  it('is none of a token that the log would not name', () => {
    expect(unseen(loggedMs + 5 * msPerDay, { isUnnamedInLog: true })).toEqual([]);
  });
});
