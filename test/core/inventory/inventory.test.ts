import { describe, expect, it } from '@jest/globals';
import { type AuditEvent, inOrder } from '../../../lib/core/event.ts';
import { type Inventory, takeInventory, tokensNamed } from '../../../lib/core/inventory/inventory.ts';
import type { ListedToken, Listing } from '../../../lib/core/inventory/listing.ts';
import { revocationOf } from '../../../lib/core/inventory/revocation.ts';
import { addUses, emptyUses } from '../../../lib/core/inventory/uses.ts';
import { rememberNetworks } from '../../../lib/core/network.ts';
import { msPerDay } from '../../../lib/core/time.ts';
import { ada, call, ciToken, daily, exampleOwners, msOf, source } from '../having.ts';

const nowMs = msOf('2026-03-30T12:00Z');
const nightly = daily({
  from: '2026-03-02T02:17Z',
  times: 29,
  ip: '192.0.2.7',
  target: 'acme/prod',
  action: 'stack-update-started',
});
const lastNightMs = msOf('2026-03-30T02:17Z');

const token = (changes: Partial<ListedToken> = {}): ListedToken => ({
  id: ciToken.id,
  name: ciToken.name,
  kind: 'organization',
  owner: undefined,
  description: undefined,
  createdBy: 'ada',
  createdAtMs: nowMs - 10 * msPerDay,
  expiresAtMs: nowMs + 30 * msPerDay,
  lastUsedAtMs: lastNightMs,
  isAdmin: false,
  role: undefined,
  ...changes,
});

const taken = (
  tokens: readonly ListedToken[] | undefined,
  events: readonly AuditEvent[] = nightly,
  { days = 28, ownName, ...listing }: Partial<Listing> & { readonly days?: number; readonly ownName?: string } = {},
): Inventory => {
  const uses = emptyUses();
  addUses([...events].sort(inOrder), uses, rememberNetworks(exampleOwners));
  return takeInventory({
    source,
    provider: 'pulumi',
    uses,
    listing: tokens === undefined ? undefined : { members: new Set(['ada']), missing: [], ...listing, tokens },
    ownName,
    observed: { fromMs: nowMs - days * msPerDay, toMs: nowMs },
    limits: { rotationMs: 90 * msPerDay, unusedMs: 30 * msPerDay },
    nowMs,
  });
};

const findings = (changes: Partial<ListedToken>, events = nightly, listing: Partial<Listing> = {}) =>
  taken([token(changes)], events, listing).tokens[0]?.hygiene.map(({ finding }) => finding);

describe('an inventory', () => {
  it('joins what the vendor lists with what the log shows, by id, else by name', () => {
    expect(taken([token()]).tokens).toMatchObject([{ listed: { id: 'tok-ci' }, use: { events: 29 } }]);
    expect(taken([token({ id: 'another' })]).tokens).toHaveLength(1);
    expect(taken([token({ id: 'another', name: 'another' })]).tokens).toHaveLength(2);
  });

  it('lists the token that we ask with, whether the vendor lists it or not, or the log alone knows it', () => {
    const ours = (inventory: Inventory) => inventory.tokens.map(({ principal, isOwn }) => [principal.name, isOwn]);
    const ownName = 'watch';
    expect(ours(taken([token({ isOwn: true })]))).toEqual([['ci-deploy', true]]);
    expect(ours(taken([token()], nightly, { ownName }))).toEqual([
      ['ci-deploy', false],
      ['watch', true],
    ]);
    expect(ours(taken(undefined, nightly, { ownName: 'ci-deploy' }))).toEqual([['ci-deploy', true]]);
    expect(ours(taken(undefined, nightly))).toEqual([['ci-deploy', false]]);
  });

  it('finds nothing to mend in a young token that expires and is used', () => {
    expect(findings({})).toEqual([]);
  });

  it.each([
    ['never-expires', { expiresAtMs: undefined }],
    ['expired', { expiresAtMs: nowMs - msPerDay }],
    ['old', { createdAtMs: nowMs - 91 * msPerDay }],
    ['over-privileged', { isAdmin: true }],
    ['owner-gone', { createdBy: 'eve' }],
    ['last-use-differs', { lastUsedAtMs: lastNightMs + 8 * 3_600_000 }],
  ] as const)('finds %s', (finding, changes) => {
    expect(findings(changes)).toEqual([finding]);
  });

  it('finds a token unused for long, and one that was never used', () => {
    expect(findings({ lastUsedAtMs: nowMs - 40 * msPerDay, createdAtMs: nowMs - 50 * msPerDay }, [])).toEqual([
      'unused',
    ]);
    expect(findings({ lastUsedAtMs: undefined, createdAtMs: nowMs - 50 * msPerDay }, [])).toEqual(['unused']);
    expect(findings({ lastUsedAtMs: undefined }, [])).toEqual([]);
  });

  it('knows from the log that a token was deleted, and asks to mend nothing about it', () => {
    const deleted = call('2026-03-25T15:00Z', '203.0.113.5', {
      principal: ada,
      action: 'organization-token-deleted',
      target: ciToken.name,
    });
    const made = call('2026-03-26T15:00Z', '203.0.113.5', {
      principal: ada,
      action: 'organization-token-created',
      target: ciToken.name,
    });
    const of = (tokens: readonly ListedToken[] | undefined, events: readonly AuditEvent[]) =>
      taken(tokens, [...nightly, ...events]).tokens.find(({ principal }) => principal.id === ciToken.id);
    expect(of(undefined, [deleted])).toMatchObject({ deletedAtMs: deleted.atMs, hygiene: [] });
    expect(of(undefined, [{ ...deleted, outcome: 'failure' }])?.deletedAtMs).toBeUndefined();
    // Made anew under its name, or listed by the vendor all the same: it is there.
    expect(of(undefined, [deleted, made])?.deletedAtMs).toBeUndefined();
    expect(of([token()], [deleted])?.deletedAtMs).toBeUndefined();
  });

  it('does not call rights too wide that were used', () => {
    const created = call('2026-03-10T10:00Z', '192.0.2.7', { action: 'organization-token-created', target: 'x' });
    expect(findings({ isAdmin: true }, [...nightly, created])).toEqual([]);
  });

  it('finds a token that two machines share, and none that a person carries about', () => {
    const other = daily({ from: '2026-03-02T05:00Z', times: 28, ip: '198.51.100.9', target: 'acme/dev' });
    expect(findings({}, [...nightly, ...other])).toEqual(['shared']);
    const home = [1, 4, 5, 9, 12, 16, 22].map((day) => call(msOf('2026-03-01T18:00Z') + day * msPerDay, '203.0.113.5'));
    expect(findings({}, [...nightly, ...home])).toEqual([]);
  });

  it('says nobody is gone where the members are not known', () => {
    expect(findings({ createdBy: 'eve' }, nightly, { members: undefined })).toEqual([]);
  });

  it('finds a token by id before any that has taken that id for a name', () => {
    const impostor = token({ id: 'tok-2', name: 'tok-ci' });
    expect(tokensNamed('tok-ci', taken([token(), impostor])).map(({ listed }) => listed?.id)).toEqual(['tok-ci']);
    expect(tokensNamed('CI-DEPLOY', taken([token()]))).toHaveLength(1);
  });
});

describe('revoking', () => {
  const judged = (inventory: Inventory) => {
    const [record] = inventory.tokens;
    if (record === undefined) throw new Error('no token');
    return revocationOf(record, inventory);
  };

  it('breaks the callers that are expected again, and says when each would notice', () => {
    expect(judged(taken([token()]))).toMatchObject({
      verdict: 'breaks',
      breaks: [{ notices: { dueMs: msOf('2026-03-31T02:17Z') } }],
    });
  });

  it('breaks nobody where every attempt is refused, and tells of those who try', () => {
    const refused = daily({ from: '2026-03-20T09:00Z', times: 10, ip: '198.51.100.66', outcome: 'failure' });
    expect(judged(taken([token()], [...nightly, ...refused]))).toMatchObject({
      verdict: 'breaks',
      breaks: [{ caller: { targets: ['acme/prod'] } }],
      trying: [{ refused: 10, network: { address: '198.51.100.66' } }],
    });
  });

  it('does not expect again who came once from where anybody can rent, and breaks who keeps coming from there', () => {
    const once = call('2026-03-29T04:19Z', '198.51.100.66');
    expect(judged(taken([token()], [...nightly, once]))).toMatchObject({
      verdict: 'breaks',
      breaks: [{ caller: { targets: ['acme/prod'] } }],
      passing: [{ uses: 1, network: { address: '198.51.100.66' } }],
    });
    expect(judged(taken([token()], [once]))).toMatchObject({ verdict: 'cannot-tell', breaks: [], passing: [{}] });
    const often = daily({ from: '2026-03-20T09:00Z', times: 10, ip: '198.51.100.66' });
    expect(judged(taken([token()], often))).toMatchObject({ verdict: 'breaks', breaks: [{}], passing: [] });
  });

  it('says of a token that is deleted already that it is, and who tries it since', () => {
    const deleted = call('2026-03-28T15:00Z', '203.0.113.5', {
      principal: ada,
      action: 'organization-token-deleted',
      target: ciToken.name,
    });
    const until = nightly.filter(({ atMs }) => atMs < deleted.atMs);
    const later = call('2026-03-29T15:00Z', '198.51.100.66');
    expect(judged(taken(undefined, [...until, deleted, later]))).toMatchObject({
      verdict: 'already-deleted',
      breaks: [],
      gone: [{ targets: ['acme/prod'] }],
      trying: [{ network: { address: '198.51.100.66' } }],
    });
  });

  it('is safe for a token that the vendor says was never used, or not for long', () => {
    expect(judged(taken([token({ lastUsedAtMs: undefined })], []))).toMatchObject({
      verdict: 'safe',
      reason: 'never-used',
    });
    expect(judged(taken([token({ lastUsedAtMs: nowMs - 40 * msPerDay })], []))).toMatchObject({
      verdict: 'safe',
      reason: 'long-unused',
    });
  });

  it('cannot be judged for a token whose uses leave no line in the log', () => {
    expect(judged(taken([token()], []))).toMatchObject({ verdict: 'cannot-tell', reason: 'used-unseen' });
  });

  it('cannot be judged from a week of log alone', () => {
    const once = call('2026-03-25T10:00Z', '203.0.113.5');
    const long = call('2026-03-01T10:00Z', '203.0.113.5');
    expect(judged(taken(undefined, [long], { days: 7 }))).toMatchObject({
      verdict: 'cannot-tell',
      reason: 'short-log',
    });
    expect(judged(taken(undefined, [once], { days: 28 }))).toMatchObject({ verdict: 'breaks' });
  });
});
