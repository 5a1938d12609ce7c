import { describe, expect, it } from '@jest/globals';
import { isOfKind, rememberCreations, replacementsIn } from '../../../lib/core/watch/replacement.ts';
import { ada, call, msOf } from '../having.ts';

const created = (at: string, target: string) =>
  call(at, '203.0.113.5', { principal: ada, action: 'organization-token-created', target });
const deleted = (at: string, target: string) =>
  call(at, '203.0.113.5', { principal: ada, action: 'organization-token-deleted', target });
const none = new Map<string, number>();

describe('names of a kind', () => {
  it.each([
    ['ci-deploy', 'ci-deploy-2'],
    ['ci-deploy-2026-10', 'ci-deploy-2026-11'],
    ['ci_deploy_v1', 'ci_deploy_v2'],
    ['ci-deploy', 'CI-Deploy-new'],
  ])('%s and %s', (a, b) => expect(isOfKind(a, b)).toBe(true));

  it.each([
    ['ci-deploy', 'ci-deploy'],
    ['ci-deploy', 'ci-release'],
    ['runner-fra', 'runner-ams'],
    ['ci-1', 'ci-2'],
    ['1', '2'],
  ])('not %s and %s', (a, b) => expect(isOfKind(a, b)).toBe(false));
});

describe('a rotation', () => {
  it('shows by a deletion after the creation of a token of that kind of name', () => {
    const events = [created('2026-03-20T10:00Z', 'ci-deploy-2'), deleted('2026-03-28T10:00Z', 'ci-deploy')];
    expect(replacementsIn(events, { creations: rememberCreations([], events), deletedTokens: none })).toEqual([
      {
        old: 'ci-deploy',
        replacement: 'ci-deploy-2',
        startedAtMs: msOf('2026-03-20T10:00Z'),
        deletedAtMs: msOf('2026-03-28T10:00Z'),
      },
    ]);
  });

  it('shows by a creation within a day after the deletion', () => {
    const deletedTokens = new Map([['ci-deploy', msOf('2026-03-28T10:00Z')]]);
    const soon = [created('2026-03-28T11:00Z', 'ci-deploy-2')];
    expect(replacementsIn(soon, { creations: rememberCreations([], soon), deletedTokens })).toHaveLength(1);
    const late = [created('2026-03-30T11:00Z', 'ci-deploy-2')];
    expect(replacementsIn(late, { creations: rememberCreations([], late), deletedTokens })).toEqual([]);
  });

  it('is not made of a creation long ago, of another kind of name, or of a creation alone', () => {
    const long = [created('2026-03-01T10:00Z', 'ci-deploy-2'), deleted('2026-03-28T10:00Z', 'ci-deploy')];
    const other = [created('2026-03-27T10:00Z', 'nightly-2'), deleted('2026-03-28T10:00Z', 'ci-deploy')];
    const alone = [created('2026-03-27T10:00Z', 'ci-deploy-2')];
    for (const events of [long, other, alone]) {
      expect(replacementsIn(events, { creations: rememberCreations([], events), deletedTokens: none })).toEqual([]);
    }
  });

  it('is looked for among the last creations only, however many an attacker makes', () => {
    const many = Array.from({ length: 500 }, (_, nth) => created('2026-03-28T10:00Z', `spare-${nth}`));
    expect(rememberCreations([], many)).toHaveLength(64);
  });
});
