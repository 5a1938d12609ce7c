import { format, inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { redact, Secret } from '../../lib/config/secret.ts';

const value = 'opaque-0123456789';
const secret = new Secret(value);

describe('a secret', () => {
  it('gives its value to whoever asks for it by name', () => {
    expect(secret.reveal()).toBe(value);
  });

  it.each([
    ['as text', String(secret)],
    ['in a template', `${secret}`],
    ['joined to text', `${secret}`.concat('')],
    ['in a list made text', [secret].join()],
    ['as JSON', JSON.parse(JSON.stringify(secret))],
    ['inspected', inspect(secret)],
    ['formatted', format('%s', secret)],
    ['formatted as an object', format('%o', secret)],
  ])('prints as [secret] %s', (_, printed) => {
    expect(printed).toBe('[secret]');
  });

  it('prints as [secret] from within what holds it', () => {
    const holder = { url: 'https://example.com', token: secret };
    expect(JSON.stringify(holder)).toBe('{"url":"https://example.com","token":"[secret]"}');
    expect(inspect(holder, { showHidden: true, depth: 5 })).not.toContain(value);
    expect(inspect(new Error('failed', { cause: holder }))).not.toContain(value);
  });

  it('does not come along when its holder is copied field by field', () => {
    expect(inspect({ ...secret }, { showHidden: true })).not.toContain(value);
    expect(Object.values(secret)).toEqual([]);
    expect(inspect(structuredClone(secret), { showHidden: true })).not.toContain(value);
  });

  it.each(['', ' ', 'opaque 0123', ' opaque', 'opaque\n', 'opa\tque', 'opa\u0000que', 'opa\u00a0que'])(
    'refuses %j, and does not quote it',
    (text) => {
      expect(() => new Secret(text)).toThrow(/^The secret (is empty|holds a blank)[^"']*$/);
    },
  );
});

describe('redacting', () => {
  it('hides whatever looks like a Pulumi token', () => {
    expect(redact('token pul-0a1B_2-c was refused, pul-x too')).toBe('token [secret] was refused, [secret] too');
  });

  it('hides whatever looks like a Scalr token, also one that is cut off', () => {
    expect(redact('got eyJhbGciOiJub25lIn0.eyJhIjoxfQ.made-up, and eyJhbGciOiJub25lIn0.ey')).toBe(
      'got [secret], and [secret]',
    );
  });

  it('hides whatever looks like a webhook of Slack or a token of Vault', () => {
    expect(redact('to https://hooks.slack.com/services/T0/B0/made-up, with hvs.made-up-by-us')).toBe(
      'to https://[secret], with [secret]',
    );
    expect(redact('it begins with https://hooks.slack.com/services/.')).toContain('hooks.slack.com/services/.');
  });

  it.each(['', 'x', 'token ', 'authorization: token '])('hides a given secret inside of base64, after %j', (before) => {
    for (const encoding of ['base64', 'base64url'] as const) {
      const sent = Buffer.from(`${before}${value}; more`).toString(encoding);
      const shown = Buffer.from(redact(sent, secret).replace('[secret]', '....'), encoding).toString();
      expect(redact(sent, secret)).toContain('[secret]');
      expect(shown).not.toContain(value.slice(2, -2));
    }
  });

  it('hides given secrets whatever they look like, each time', () => {
    expect(redact(`${value} and ${value}!`, secret)).toBe('[secret] and [secret]!');
  });

  it('leaves other text alone', () => {
    expect(redact('the pulse of pulumi, pul- and all')).toBe('the pulse of pulumi, pul- and all');
  });
});
