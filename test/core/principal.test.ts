import { describe, expect, it } from '@jest/globals';
import { isNamed, principalKey } from '../../lib/core/principal.ts';
import { ada, ciToken } from './having.ts';

describe('a principal', () => {
  it('has a key of its own in each source', () => {
    expect(principalKey('pulumi:acme', ciToken)).toBe('pulumi:acme|token|tok-ci');
    expect(principalKey('pulumi:other', ciToken)).not.toBe(principalKey('pulumi:acme', ciToken));
  });

  it('is another principal where only the kind differs', () => {
    expect(principalKey('pulumi:acme', { ...ada, kind: 'token' })).not.toBe(principalKey('pulumi:acme', ada));
  });

  it('keeps its key when it is renamed', () => {
    expect(principalKey('pulumi:acme', { ...ciToken, name: 'ci-deploy-2' })).toBe('pulumi:acme|token|tok-ci');
  });

  it('is named by its id or its name, whatever the case', () => {
    expect(['tok-ci', 'TOK-CI', 'ci-deploy', 'CI-Deploy'].every((words) => isNamed(ciToken, words))).toBe(true);
    expect(['tok', 'deploy', ''].some((words) => isNamed(ciToken, words))).toBe(false);
  });
});
