import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseSecretReference, policyArn, secretReferenceText } from '../../lib/config/secret-reference.ts';

/** Shaped like tokens, and none. */
const pulumiLike = `pul-${'0'.repeat(40)}`;
const webTokenLike = `eyJ${'A'.repeat(20)}.${'B'.repeat(20)}.C`;
const webhookLike = 'https://hooks.slack.com/services/T000/B000/made-up';
const vaultLike = `hvs.${'A'.repeat(24)}`;
const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:tokenwatch/pulumi-AbCdEf';

const problemOf = (text: string): string => {
  const reference = parseSecretReference(text);
  return 'problem' in reference ? reference.problem : 'none';
};

describe('a secret reference', () => {
  it.each([
    ['env:AUDIT_TOKEN', { scheme: 'env', name: 'AUDIT_TOKEN' }],
    ['file:/run/secrets/pulumi token', { scheme: 'file', path: '/run/secrets/pulumi token' }],
    ['file:C:\\secrets\\token', { scheme: 'file', path: 'C:\\secrets\\token' }],
    ['aws-sm:audit', { scheme: 'aws-sm', id: 'audit', stage: undefined, field: undefined }],
    ['aws-sm:acme/a@b+c#token', { scheme: 'aws-sm', id: 'acme/a@b+c', stage: undefined, field: 'token' }],
    ['aws-sm:audit?stage=AWSPREVIOUS#a?b', { scheme: 'aws-sm', id: 'audit', stage: 'AWSPREVIOUS', field: 'a?b' }],
    [`aws-sm:${arn}#token`, { scheme: 'aws-sm', id: arn, stage: undefined, field: 'token' }],
    ['vault:secret/tokenwatch#pulumi', { scheme: 'vault', path: 'secret/tokenwatch', field: 'pulumi' }],
    ['vault:team/kv/a b/c#d#e', { scheme: 'vault', path: 'team/kv/a b/c', field: 'd#e' }],
    ['conjur:data/a b+c@d#e?f', { scheme: 'conjur', variable: 'data/a b+c@d#e?f' }],
  ])('is read and written again: %s', (text, reference) => {
    const parsed = parseSecretReference(text);
    expect(parsed).toEqual(reference);
    if (!('problem' in parsed)) expect(secretReferenceText(parsed)).toBe(text);
  });

  it.each([
    ['file:run/token', 'write the whole path of a file after file:, such as file:/run/secrets/pulumi-token'],
    ['file:///run/token', 'write the whole path of a file'],
    ['file:/', 'write the whole path of a file'],
    ['aws-sm:', 'write the name or the ARN of a secret after aws-sm:'],
    ['aws-sm:my secret', 'write the name or the ARN'],
    ['aws-sm:audit?stage=', 'write the name or the ARN'],
    ['aws-sm:audit?version=2', 'write the name or the ARN'],
    ['aws-sm:audit#', 'write which field of the secret it is after #, such as aws-sm:tokenwatch/pulumi#token'],
    ['aws-sm:arn:aws:s3:eu-west-1:123456789012:secret:x', 'write the name or the ARN'],
    [arn, 'begins with arn: write aws-sm: before it'],
    ['vault:secret#pulumi', 'write the mount and the path of a secret after vault:'],
    ['vault:/secret/x#pulumi', 'write the mount and the path'],
    ['vault:secret/../sys/x#pulumi', 'write the mount and the path'],
    ['vault:secret//x#pulumi', 'write the mount and the path'],
    ['vault:secret/x?version=1#pulumi', 'write the mount and the path'],
    ['vault:secret/x', 'write which field of the secret it is after #, such as vault:secret/tokenwatch#pulumi'],
    ['conjur:', 'write the id of a variable after conjur:'],
    ['conjur: data/x', 'write the id of a variable'],
    ['conjur:data\n/x', 'holds a line break or a control character'],
    ['https://vault.example.com/x', 'begins with a word that tokenwatch does not know: write env:'],
    [`conjur:${'x'.repeat(3_000)}`, 'is too long'],
  ])('is refused with what to write instead: %s', (text, expected) => {
    expect(problemOf(text)).toContain(expected);
  });

  it.each([pulumiLike, webTokenLike, vaultLike, 'pul-abc', `vault:secret/x#${pulumiLike}`, `conjur:${webTokenLike}`])(
    'is no place for the secret itself, which is not repeated: %s',
    (text) => {
      expect(problemOf(text)).toMatch(/^looks like a token itself/);
    },
  );

  it.each([webhookLike, webhookLike.replace('slack.com', 'slack-gov.com'), `env:${webhookLike}`])(
    'is no place for a webhook itself, whose address is the secret: %s',
    (text) => {
      expect(problemOf(text)).toMatch(
        /^looks like the address of a webhook itself.*under alerts\.slack.*a new webhook/,
      );
    },
  );

  it('may have a name that begins like a token', () => {
    for (const text of [
      'aws-sm:tokenwatch/pul-acmeproductionorg#token',
      'vault:secret/pul-acme/tokenwatch#hvs.short',
    ]) {
      expect(problemOf(text)).toBe('none');
    }
  });

  it('never repeats what was written', () => {
    const anything = fc.string({ minLength: 12, maxLength: 60, unit: fc.constantFrom(...'qxzjQXZJ:#?/ ') });
    fc.assert(
      fc.property(anything, fc.constantFrom('', 'env:', 'file:', 'aws-sm:', 'vault:', 'conjur:'), (text, scheme) => {
        expect(problemOf(scheme + text)).not.toContain(text);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('written again is the same reference', () => {
    fc.assert(
      fc.property(fc.constantFrom('env:', 'file:/', 'aws-sm:', 'vault:a/', 'conjur:'), fc.string(), (start, rest) => {
        const parsed = parseSecretReference(start + rest);
        if (!('problem' in parsed)) expect(secretReferenceText(parsed)).toBe(start + rest);
      }),
      { seed: 7, numRuns: 1_000 },
    );
  });
});

describe('the ARN of a secret in a policy', () => {
  it('is as written where it ends in the six characters of AWS, and matches any where they were left out', () => {
    expect(policyArn(arn)).toBe(arn);
    expect(policyArn(arn.slice(0, -7))).toBe(`${arn.slice(0, -7)}-??????`);
  });
});
