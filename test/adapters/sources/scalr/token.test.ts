import { describe, expect, it } from '@jest/globals';
import { endOf, lastCharactersOf, scalrTokenHint } from '../../../../lib/adapters/sources/scalr/token.ts';
import { redact, Secret } from '../../../../lib/config/secret.ts';

const part = (json: unknown): string => Buffer.from(JSON.stringify(json)).toString('base64url');
const jwt = (payload: unknown): Secret => new Secret(`${part({ alg: 'none' })}.${part(payload)}.made-up-signature`);

describe('a Scalr token', () => {
  it('says itself when it ends', () => {
    expect(endOf(jwt({ exp: 1_790_000_000 }))).toEqual({ atMs: 1_790_000_000_000 });
    expect(endOf(jwt({}))).toBe('never');
    expect(endOf(jwt({ exp: null }))).toBe('never');
  });

  it.each([
    jwt({ exp: 'soon' }),
    jwt({ exp: -1 }),
    new Secret('a.b'),
    new Secret('a.!!.c'),
    new Secret('x'.repeat(9_000)),
  ])('that cannot be read says nothing of its end', (token) => {
    expect(endOf(token)).toBe('unknown');
  });

  it('shows its last six characters, and none where these would be most of it', () => {
    expect(lastCharactersOf(jwt({}))).toBe('nature');
    expect(lastCharactersOf(new Secret('short'))).toBeUndefined();
  });

  it('is taken out of texts, known or not', () => {
    const text = `got ${jwt({ a: 1 }).reveal()} and own-secret`;
    expect(redact(text, new Secret('own-secret'))).toBe('got [secret] and [secret]');
  });

  it('is told from what is none', () => {
    expect(scalrTokenHint(jwt({}))).toBeUndefined();
    expect(scalrTokenHint(new Secret('pul-made-up'))).toContain('this one is not');
  });
});
