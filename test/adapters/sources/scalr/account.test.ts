import { afterEach, describe, expect, it } from '@jest/globals';
import { scalrSource } from '../../../../lib/adapters/sources/scalr/scalr.ts';
import { auditEnvelope, groupLine } from '../../../../lib/simulator/scalr-audit-log.ts';
import { startMs, virtualClock } from '../pulumi/server.ts';
import { acme, closeApis } from './server.ts';

/** What a Scalr account's REST API tells: tokens, changes, and whether it can be watched. */

afterEach(closeApis);

const dayMs = 86_400_000;

describe('the tokens of a Scalr account', () => {
  it('are those of the report, of service accounts and of agent pools, each once', async () => {
    const { source } = await acme({ pageSizeMax: 1 });
    const listing = await source.listTokens();
    expect(listing?.tokens).toMatchObject([
      {
        id: 'ci@acme.scalr.io/aB3_x9',
        name: 'ci-deploy …aB3_x9',
        kind: 'service-account',
        owner: 'ci@acme.scalr.io',
        createdBy: 'ana@example.com',
        createdAtMs: startMs - 40 * dayMs,
        expiresAtMs: startMs + 60 * dayMs,
        role: 'as its owner',
      },
      { id: 'bob@example.com/Zz0-k1', kind: 'personal', createdBy: 'bob@example.com', expiresAtMs: undefined },
      { id: 'tokenwatch@acme.scalr.io/Mon170', isOwn: true, lastUsedAtMs: startMs },
      { id: 'at-v0agent', name: 'runner-1 (agent pool eu-runners)', kind: 'agent-pool', owner: 'eu-runners' },
    ]);
    expect(listing?.missing).toEqual([]);
  });

  it('name their owners who are gone', async () => {
    const { source } = await acme();
    expect((await source.listTokens())?.members).toEqual(new Set(['ana@example.com']));
  });

  it('are listed without what this token may not see, which is said', async () => {
    const { source } = await acme({ hidden: ['/reports/access-tokens', '/agent-pools'] });
    const listing = await source.listTokens();
    expect(listing?.tokens.map(({ name }) => name)).toEqual([
      'ci-deploy (ci@acme.scalr.io)',
      'monitor (tokenwatch@acme.scalr.io)',
    ]);
    expect(listing?.members).toBeUndefined();
    expect(listing?.missing).toEqual([
      'the token report could not be listed (this token may not, or there is none).',
      'the agent pools could not be listed (this token may not, or there is none).',
    ]);
  });

  it('call none ours where two end alike', async () => {
    const { source } = await acme({
      change: (account) => ({
        ...account,
        tokens: account.tokens.map((token) => ({ ...token, lastCharacters: 'Mon170' })),
      }),
    });
    expect((await source.listTokens())?.tokens.filter(({ isOwn }) => isOwn)).toEqual([]);
  });

  it('say by which id the log knows our own', async () => {
    expect(await (await acme()).source.ownToken()).toBe('tokenwatch@acme.scalr.io/Mon170');
    expect(await (await acme({ hidden: ['/reports/access-tokens'] })).source.ownToken()).toBeUndefined();
  });

  it('are not listed by a token that is refused', async () => {
    const { source } = await acme({ token: 'another-token-that-is-long-enough' });
    await expect(source.listTokens()).rejects.toMatchObject({ failure: 'credentials' });
  });
});

describe('a survey', () => {
  it('tells of the allow list, the integration, the latest run and our own token’s end', async () => {
    const { source } = await acme({
      change: (account) => ({
        ...account,
        allowedAddresses: ['203.0.113.7/32', '192.0.2.0/24', '2001:db8::/32'],
        runs: [...account.runs, { id: 'run-2', createdMs: startMs - 60_000, source: 'schedule' }],
      }),
    });
    expect(await source.survey()).toMatchObject({
      allowedAddresses: ['192.0.2.0/24', '2001:db8::/32', '203.0.113.7'],
      logExport: { state: 'active' },
      lastRequestMs: startMs - dayMs / 2,
      ownTokenEndsMs: startMs + 70 * dayMs,
    });
  });

  it('says what it was not shown by leaving it out', async () => {
    const { source } = await acme({ hidden: ['/accounts', '/integrations/aws-event-bridge', '/runs'] });
    expect(await source.survey()).toMatchObject({
      allowedAddresses: undefined,
      logExport: undefined,
      lastRequestMs: undefined,
    });
  });

  it.each([
    [[], { state: 'missing' }],
    [
      [{ eventSource: 'aws.partner/scalr.com/acme/audit', status: 'failed', problem: 'no such account' }],
      { state: 'inactive', status: 'failed', problem: 'no such account' },
    ],
  ] as const)('knows an integration that hands nothing on: %j', async (integrations, expected) => {
    const { source } = await acme({ change: (account) => ({ ...account, integrations }) });
    expect((await source.survey())?.logExport).toMatchObject(expected);
  });

  it('needs a token', async () => {
    const { api, clock } = await acme();
    const logs = async () => ({ events: [] });
    const source = scalrSource({ account: 'acme', baseUrl: api.url, logGroup: 'g', logs, clock });
    expect(await source.survey()).toBeUndefined();
    expect(await source.listTokens()).toBeUndefined();
    expect(api.requests()).toBe(0);
  });
});

describe('a stretch of the account', () => {
  const stretch = { fromMs: startMs - 30 * dayMs, toMs: startMs - 10 * dayMs };
  const deed = {
    atMs: startMs - 25 * dayMs,
    action: 'create-run',
    ip: '203.0.113.9',
    email: 'ci@acme.scalr.io',
    lastCharacters: 'aB3_x9',
    requestId: 'r1',
  };
  const logs = async () => ({ events: [groupLine(auditEnvelope(deed), deed.atMs, 0)] });

  it('holds what the token report dates in it, beside the log, and the same each time', async () => {
    const { source } = await acme({ logs });
    const { events } = await source.read(stretch);
    expect(events.map(({ action, target }) => [action, target])).toEqual([
      ['create-run', 'prod/network'],
      ['token-created', 'tokenwatch@acme.scalr.io/Mon170'],
    ]);
    expect((await source.read(stretch)).events).toEqual(events);
  });

  it('asks for the tokens once for several stretches of a run, and again later', async () => {
    const { source, api, clock } = await acme({ logs });
    await source.read(stretch);
    const asked = api.requests();
    expect(asked).toBe(1);
    await source.read({ fromMs: stretch.toMs, toMs: startMs });
    expect(api.requests()).toBe(asked);
    await clock.sleep(5 * 60_000);
    await source.read(stretch);
    expect(api.requests()).toBeGreaterThan(asked);
  });

  it('is the log alone while the API refuses, so that the log is never waited for in vain', async () => {
    const { source } = await acme({ logs, fault: () => ({ status: 401 }) });
    expect((await source.read(stretch)).events).toHaveLength(1);
    await expect(source.survey()).rejects.toMatchObject({ failure: 'credentials' });
  });

  it('can be read without what the report adds', async () => {
    const { source } = await acme({ logs });
    expect((await source.log.read(stretch)).events).toHaveLength(1);
  });
});

describe('what doctor is told of an account', () => {
  const atMs = startMs - 60_000;
  const line = { eventId: '1', message: '{}', timestamp: atMs, ingestionTime: atMs };
  const checksOf = async (options: Parameters<typeof acme>[0] = {}) => {
    const { source } = await acme({ logs: async () => ({ events: [line] }), ...options });
    const checks = await source.checkAccess();
    return new Map(checks.map((check) => [check.name as string, check]));
  };

  it('is that all is well, whose the token is, what it may do and when it ends', async () => {
    const checks = await checksOf();
    expect([...checks.values()].filter(({ ok }) => !ok)).toEqual([]);
    expect(checks.get('audit log')?.detail).toBe('It can be read; its newest line is of 2026-03-14T02:09:00Z.');
    expect(checks.get('token')?.detail).toBe(
      'monitor …Mon170, a token of the service account tokenwatch@acme.scalr.io.',
    );
    expect(checks.get('privileges')).toEqual({
      name: 'privileges',
      ok: true,
      detail: 'Roles of its service account: read-only.',
    });
    expect(checks.get('expiry')?.detail).toBe('It ends at 2026-05-23T02:10:00Z.');
    expect(checks.get('integration')?.detail).toBe('The EventBridge integration is active.');
  });

  it('is what a token may too much or too little', async () => {
    const checks = await checksOf({
      hidden: ['/agent-pools', '/integrations/aws-event-bridge'],
      change: (account) => ({
        ...account,
        serviceAccounts: account.serviceAccounts.map((each) => ({ ...each, roles: ['admin'] })),
      }),
    });
    expect(checks.get('privileges')).toMatchObject({ ok: true, advice: expect.stringContaining('read-only') });
    expect(checks.get('reports')?.detail).toBe(
      'The agent pools could not be listed (this token may not, or there is none). The EventBridge integrations could not be listed.',
    );
  });

  it('is that a token is refused, and how to make the right one', async () => {
    const checks = await checksOf({ token: 'another-token-that-is-long-enough' });
    expect(checks.get('token')).toMatchObject({ ok: false, fix: expect.stringContaining('service account') });
    expect([...checks.keys()]).toEqual(['audit log', 'token']);
  });

  it('is that the log shows nothing of a run that somebody started', async () => {
    const checks = await checksOf({
      logs: async () => ({ events: [] }),
    });
    expect(checks.get('audit log')).toMatchObject({
      ok: false,
      detail: expect.stringContaining('A run was started at 2026-03-13T14:10:00Z, and the log shows nothing'),
      fix: expect.stringContaining('Audit logs is on'),
    });
  });

  it('is what stands in the way of the log group', async () => {
    const checks = await checksOf({
      logs: async () => Promise.reject(Object.assign(new Error('no'), { name: 'ResourceNotFoundException' })),
    });
    expect(checks.get('audit log')).toMatchObject({ ok: false, fix: expect.stringContaining('docs/scalr.md') });
    expect(checks.get('token')?.ok).toBe(true);
  });

  it('is an integration that is not active, and an allow list that Lambda would not be on', async () => {
    const checks = await checksOf({
      change: (account) => ({
        ...account,
        integrations: [{ eventSource: 'aws.partner/scalr.com/acme/audit', status: 'disabled' }],
        allowedAddresses: ['203.0.113.7'],
      }),
    });
    expect(checks.get('integration')).toMatchObject({ ok: false, detail: expect.stringContaining('disabled') });
    expect(checks.get('allow list')).toMatchObject({ ok: true, advice: expect.stringContaining('NAT gateway') });
  });

  it('needs no token', async () => {
    const logs = async () => ({ events: [line] });
    const source = scalrSource({
      account: 'acme',
      baseUrl: 'https://acme.scalr.io',
      logGroup: 'g',
      logs,
      clock: virtualClock(),
    });
    expect(await source.checkAccess()).toMatchObject([
      { name: 'audit log', ok: true },
      { name: 'token', ok: true, advice: expect.stringContaining('inventoried') },
    ]);
  });
});
