import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { isScalrRunEvent, scalrTranslator } from '../../../lib/adapters/sources/scalr/translate.ts';

const translate = scalrTranslator('scalr:acme');
const text = (name: string): string => readFileSync(new URL(`../../fixtures/logs/${name}`, import.meta.url), 'utf8');
const eventBridge = (): readonly unknown[] =>
  text('scalr-eventbridge.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const record = {
  actor: {
    id: 'user-1',
    type: 'user',
    email: 'bob@example.com',
    'access-token': { type: 'personal', token: '...xYz123' },
  },
  request: { 'ip-address': '203.0.113.9', action: 'create-run', id: 'a1' },
  hostname: 'acme.scalr.io',
  timestamp: '2024-05-06T07:10:00Z',
  outcome: { result: 'SUCCESS', 'status-code': 201 },
};

describe("Scalr's documented sample", () => {
  it('reads field by field: a browser session is its user', () => {
    expect(translate(JSON.parse(text('scalr-datadog.json')))).toEqual({
      event: {
        id: expect.stringMatching(/^[\w-]{22}$/),
        atMs: Date.parse('2024-05-06T07:08:09.123Z'),
        source: 'scalr:acme',
        principal: { provider: 'scalr', kind: 'user', id: 'user-stp8example', name: 'ana@example.com' },
        ip: '198.51.100.20',
        action: 'discard-run',
        outcome: 'success',
        user: 'ana@example.com',
        credential: '…B6wifA',
        target: 'Production/network',
        userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/125.0',
        description: undefined,
      },
      hasOwnId: true,
      flaw: undefined,
    });
  });
});

describe("Scalr records in EventBridge's envelope", () => {
  it('are found in all three places, with the time of record before that of envelope', () => {
    const [direct, nested, run, attributes] = eventBridge();
    expect(translate(direct).event).toMatchObject({
      atMs: Date.parse('2024-05-06T07:10:00Z'),
      principal: { kind: 'token', id: 'bob@example.com/xYz123', name: 'bob@example.com …xYz123' },
      credential: undefined,
      target: 'run-1example',
    });
    expect(translate(nested).event).toMatchObject({
      principal: { kind: 'service-account', id: 'sa-1example', name: 'ci@acme.scalr.io' },
      ip: '2001:db8::9',
      outcome: 'failure',
    });
    expect(translate(attributes).event).toMatchObject({
      atMs: Date.parse('2024-05-06T07:12:59.500Z'),
      outcome: 'failure',
    });
    expect(isScalrRunEvent(run)).toBe(true);
    expect(eventBridge().filter(isScalrRunEvent)).toHaveLength(1);
    expect(translate(run)).toEqual({ flaw: 'not a Scalr audit record: expected actor and request.action' });
  });
});

describe('a Scalr record', () => {
  it('has one identity per request, action, actor and target', () => {
    const id = (changed: object) => translate({ ...record, ...changed }).event?.id;
    expect(id({ timestamp: '2024-05-06T07:10:01Z' })).toBe(id({}));
    const others = [
      { request: { ...record.request, action: 'confirm-run' } },
      { request: { ...record.request, id: 'a2' } },
      { actor: { ...record.actor, id: 'user-2' } },
      { target: { id: 'run-2' } },
      { request: { ...record.request, id: undefined } },
      { request: { ...record.request, id: undefined }, timestamp: '2024-05-06T07:10:01Z' },
    ];
    expect(new Set([{}, ...others].map(id)).size).toBe(others.length + 1);
  });

  it('never shows more of a token than its last six characters', () => {
    const whole = { ...record.actor, 'access-token': { type: 'personal', token: 'not-a-real-token-abcdef' } };
    expect(JSON.stringify(translate({ ...record, actor: whole }))).not.toContain('real');
  });

  it.each([
    [{ result: 'SUCCESS', 'status-code': 202 }, 'success'],
    [{ result: 'FAILURE' }, 'failure'],
    [{ 'status-code': 404 }, 'failure'],
    [{ 'status-code': '403' }, 'failure'],
    [{ 'status-code': 200 }, 'success'],
  ])('with the outcome %j is a %s', (outcome, expected) => {
    expect(translate({ ...record, outcome })).toMatchObject({ event: { outcome: expected }, flaw: undefined });
  });

  it('without an outcome counts as done, with a flaw', () => {
    expect(translate({ ...record, outcome: undefined })).toMatchObject({
      event: { outcome: 'success' },
      flaw: 'outcome is missing: expected outcome.result or outcome.status-code',
    });
  });

  it('without an address is kept; without time or actor it is rejected', () => {
    const { timestamp: _, ...timeless } = record;
    expect(translate({ ...record, request: { action: 'x', 'ip-address': null } })).toMatchObject({
      event: { ip: undefined },
      flaw: 'request.ip-address is missing: expected an address',
    });
    expect(translate(timeless).flaw).toMatch(/^timestamp is missing/);
    expect(translate({ ...record, timestamp: '0001-01-01T00:00:00Z' }).flaw).toMatch(/^timestamp "0001-01-01/);
    expect(translate({ ...record, actor: {} })).toEqual({ flaw: 'no principal: expected actor.id or actor.email' });
  });

  it("belongs to the account of its own host where the log's name is not known", () => {
    const unnamed = scalrTranslator();
    expect(unnamed(record).event?.source).toBe('scalr:acme');
    expect(unnamed({ ...record, hostname: undefined }).event?.source).toBe('scalr:file');
  });
});
