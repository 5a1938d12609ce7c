import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { neutralTranslator } from '../../../lib/adapters/sources/neutral.ts';

const translate = neutralTranslator();
const lines = readFileSync(new URL('../../fixtures/logs/neutral.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const record = { time: '2026-03-14T02:13:00Z', principal: 'ana', ip: '192.0.2.7', action: 'login', outcome: 'ok' };

describe('a neutral record', () => {
  it('reads field by field', () => {
    expect(translate(JSON.parse(lines[0] ?? ''))).toEqual({
      event: {
        id: 'r-1',
        atMs: Date.parse('2026-03-14T02:13:00Z'),
        source: 'vault:acme',
        principal: { provider: 'vault', kind: 'token', id: 'ci-deploy', name: 'ci-deploy' },
        ip: '192.0.2.7',
        action: 'read-secret',
        outcome: 'success',
        user: undefined,
        credential: 's.last4=9fQx',
        target: 'kv/prod',
        userAgent: 'vault/1.17',
        description: undefined,
      },
      hasOwnId: true,
      flaw: undefined,
    });
  });

  it('needs five fields only; the principal is a user, the source the file', () => {
    expect(translate(JSON.parse(lines[1] ?? ''))).toMatchObject({
      event: {
        id: expect.stringMatching(/^[\w-]{22}$/),
        atMs: Date.parse('2026-03-14T01:14:00.250Z'),
        source: 'file',
        principal: { provider: 'file', kind: 'user', id: 'ana', name: 'ana' },
        ip: '198.51.100.9',
        outcome: 'failure',
      },
      hasOwnId: false,
      flaw: undefined,
    });
  });

  it('keeps a principal whose name has colons whole', () => {
    const principal = 'arn:aws:iam::123456789012:user/ana';
    expect(translate({ ...record, principal, source: 'cloudtrail' }).event?.principal).toEqual({
      provider: 'cloudtrail',
      kind: 'user',
      id: principal,
      name: principal,
    });
    expect(translate({ ...record, principal: 'service-account:backup' }).event?.principal).toMatchObject({
      kind: 'service-account',
      id: 'backup',
    });
  });

  it('keeps the same principal of two systems apart', () => {
    const providers = ['ssh', 'vault:a', 'ssh'].map(
      (source) => translate({ ...record, source }).event?.principal.provider,
    );
    expect(providers).toEqual(['ssh', 'vault', 'ssh']);
  });

  it.each(['success', 'Succeeded', 'OK', 'allowed'])('takes %s for a success', (outcome) => {
    expect(translate({ ...record, outcome }).event?.outcome).toBe('success');
  });
  it.each(['failure', 'failed', 'denied', 'error', 'REFUSED'])('takes %s for a failure', (outcome) => {
    expect(translate({ ...record, outcome }).event?.outcome).toBe('failure');
  });

  it.each([
    [{ time: undefined }, 'time is missing: expected a time such as "2026-03-14T02:13:00Z" between 2000 and 2100'],
    [{ time: 1773454380 }, 'time 1773454380 is not a time such as "2026-03-14T02:13:00Z" between 2000 and 2100'],
    [
      { time: '2026-03-14T02:13' },
      'time "2026-03-14T02:13" is not a time such as "2026-03-14T02:13:00Z" between 2000 and 2100',
    ],
    [
      { time: '9999-01-01T00:00:00Z' },
      'time "9999-01-01T00:00:00Z" is not a time such as "2026-03-14T02:13:00Z" between 2000 and 2100',
    ],
    [{ principal: '' }, 'principal is missing: expected the name of who acts'],
    [{ action: undefined }, 'action is missing: expected the name of what was done'],
    [{ outcome: 'maybe' }, 'outcome "maybe" is not "success" or "failure"'],
  ])('is rejected: %j', (changed, flaw) => {
    expect(translate({ ...record, ...changed })).toEqual({ flaw });
  });

  it('is kept without what is no address', () => {
    expect(translate({ ...record, ip: 'AWS Internal' })).toMatchObject({
      event: { ip: undefined },
      flaw: 'ip "AWS Internal" is not an address',
    });
  });

  it('gets a plain id for one that stores would sort differently', () => {
    for (const id of ['\ud83d\ude00', 'with blank', 'x'.repeat(300), '\ud800']) {
      expect(translate({ ...record, id })).toMatchObject({
        event: { id: expect.stringMatching(/^[\w-]{22}$/) },
        hasOwnId: true,
      });
    }
  });
});
