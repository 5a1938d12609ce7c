import { afterEach, describe, expect, it } from '@jest/globals';
import { madeUpAccount } from '../../lib/simulator/scalr-account.ts';
import { createScalrApi, type ScalrApi, type ScalrApiSetting } from '../../lib/simulator/scalr-api.ts';
import { auditEnvelope, filterGroup, groupLine } from '../../lib/simulator/scalr-audit-log.ts';

const nowMs = Date.parse('2026-03-30T12:00:00Z');
const open: ScalrApi[] = [];
afterEach(async () => {
  for (const api of open.splice(0)) await api.close();
});

const answerTo = async (path: string, setting: Partial<ScalrApiSetting> = {}, token = 'made-up-token') => {
  const api = await createScalrApi({
    account: () => madeUpAccount(nowMs),
    nowMs: () => nowMs,
    token: 'made-up-token',
    ...setting,
  });
  open.push(api);
  const response = await fetch(`${api.url}/api/iacp/v3${path}`, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
};
type Body = {
  readonly data: readonly { readonly id: string; readonly attributes: Record<string, unknown> }[];
  readonly meta: { readonly pagination: Record<string, unknown> };
  readonly errors: unknown;
};

describe('the made-up Scalr API', () => {
  it('shows a token by its last six characters and never more', async () => {
    const { body } = await answerTo('/reports/access-tokens');
    for (const { attributes } of body.data) expect(attributes['last-characters']).toHaveLength(6);
    expect(body.data.map(({ attributes }) => attributes['owner-type'])).toContain('service-account');
  });

  it('pages as the real one does', async () => {
    const first = await answerTo('/reports/access-tokens?page[size]=2&page[number]=1');
    expect(first.body.meta.pagination).toMatchObject({ 'next-page': 2, 'total-count': 3 });
    const last = await answerTo('/reports/access-tokens?page[size]=2&page[number]=2');
    expect(last.body.data).toHaveLength(1);
    expect(last.body.meta.pagination['next-page']).toBeNull();
  });

  it('answers 401 to a bad token, and 404 to what a good one may not see', async () => {
    expect((await answerTo('/accounts', {}, 'another')).status).toBe(401);
    expect((await answerTo('/accounts', { hidden: ['/accounts'] })).status).toBe(404);
    expect((await answerTo('/no-such-thing')).body.errors).toEqual([
      { status: '404', title: 'Not Found', detail: 'Not Found: made up' },
    ]);
  });

  it('fails where it is told to', async () => {
    const { status, headers } = await answerTo('/runs', { fault: () => ({ status: 429, retryAfter: '7' }) });
    expect([status, headers.get('retry-after')]).toEqual([429, '7']);
  });
});

describe('the made-up log group', () => {
  const deed = { action: 'create-run', ip: '192.0.2.7', email: 'ci@acme.scalr.io', lastCharacters: 'aB3_x9' };
  const lines = [1, 2, 3].map((n) =>
    groupLine(auditEnvelope({ ...deed, atMs: nowMs - n * 1_000, requestId: `r${n}` }), nowMs - n * 1_000, n),
  );

  it('gives partly filled and empty pages, each with a token but the last', () => {
    const pages = [];
    let nextToken: string | undefined;
    do {
      const page = filterGroup(
        lines,
        { ...(nextToken !== undefined && { nextToken }) },
        { nowMs, pageSize: 2, isHalting: true },
      );
      pages.push(page.events.length);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(pages).toEqual([0, 2, 0, 1]);
  });

  it('shows what was taken in, between both bounds', () => {
    expect(filterGroup(lines, { startTime: nowMs - 2_000, endTime: nowMs }, { nowMs }).events).toHaveLength(2);
    expect(filterGroup(lines, {}, { nowMs: nowMs - 2_000 }).events).toHaveLength(1);
  });
});
