import { describe, expect, it } from '@jest/globals';
import { environmentSecret, pulumiTokenHint } from '../../../lib/adapters/secrets/environment.ts';
import { Secret } from '../../../lib/config/secret.ts';

const reference = { scheme: 'env', name: 'PULUMI_ACCESS_TOKEN' } as const;
const read = (value: string | undefined) =>
  environmentSecret(reference, { PULUMI_ACCESS_TOKEN: value }, 'a Pulumi access token');

describe('a secret from the environment', () => {
  it('is the value of the variable', () => {
    expect(read('pul-made-up').reveal()).toBe('pul-made-up');
  });

  it.each([
    ['not set', undefined, 'the environment variable PULUMI_ACCESS_TOKEN is not set'],
    ['blank', '  ', 'is blank'],
    ['quoted', '"pul-made-up"', 'is in quotes'],
    ['a whole header', 'token pul-made-up', 'begins with a word of the request header'],
    ['a line too long', 'pul-made-up\n', 'holds a blank, a line break or a control character'],
  ])('says what is wrong when it is %s, and where to put a right one', (_, value, text) => {
    expect(() => read(value)).toThrow(text);
    expect(() => read(value)).toThrow('Put a Pulumi access token into PULUMI_ACCESS_TOKEN.');
  });

  it('is named after no vendor where nobody says whose it is', () => {
    expect(() => environmentSecret({ scheme: 'env', name: 'SLACK_WEBHOOK' }, {})).toThrow(
      'Put the secret that the settings mean into SLACK_WEBHOOK.',
    );
  });

  it('never repeats the value', () => {
    for (const value of ['"made-up-value"', 'token made-up-value', 'made-up-value\n']) {
      expect(() => read(value)).toThrow(
        expect.not.objectContaining({ message: expect.stringContaining('made-up-value') }),
      );
    }
  });

  it('is not looked for among what every object has', () => {
    expect(() => environmentSecret({ scheme: 'env', name: 'constructor' }, {})).toThrow('is not set');
  });
});

describe('a refused token', () => {
  it.each([
    ['pul-made-up', undefined],
    [
      '0123456789abcdef0123456789abcdef01234567',
      'It looks like a Pulumi token that lost its first four characters, pul-.',
    ],
    ['something-else', 'Tokens of Pulumi Cloud begin with pul-, and this one does not.'],
  ])('gets a hint from its form', (value, hint) => {
    expect(pulumiTokenHint(new Secret(value))).toBe(hint);
  });
});
