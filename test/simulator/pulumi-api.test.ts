import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { demoWorld } from '../../lib/simulator/demo-world.ts';
import { type Behaviour, createPulumiApi, type PulumiApi } from '../../lib/simulator/pulumi-api.ts';
import type { PulumiEvent } from '../../lib/simulator/pulumi-event.ts';

const world = demoWorld(7, Date.parse('2026-09-07T00:00Z'));
const { liveFromMs } = world.timeline;
const seconds = (instant: string): number => Date.parse(instant) / 1_000;
const v2 = '/api/orgs/acme-demo/auditlogs/v2';

type Page = { readonly auditLogEvents: readonly PulumiEvent[]; readonly continuationToken?: string };

const open: PulumiApi[] = [];
const start = async (behaviour: Behaviour = {}, nowMs = () => liveFromMs): Promise<PulumiApi> => {
  const api = await createPulumiApi({ ...world, nowMs, behaviour });
  open.push(api);
  return api;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((api) => api.close()));
});

const get = (api: PulumiApi, path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(api.url + path, { headers: { authorization: 'token made-up-token', ...headers } });
const page = async (api: PulumiApi, path: string): Promise<Page> => (await (await get(api, path)).json()) as Page;

/** All pages, as a careful client reads them. */
const walk = async (api: PulumiApi, path: string): Promise<readonly PulumiEvent[]> => {
  const events: PulumiEvent[] = [];
  let token: string | undefined;
  do {
    const next = await page(api, token === undefined ? path : `${path}&continuationToken=${encodeURIComponent(token)}`);
    events.push(...next.auditLogEvents);
    token = next.continuationToken;
  } while (token !== undefined);
  return events;
};

describe('the door', () => {
  let api: PulumiApi;
  beforeAll(async () => {
    api = await createPulumiApi({ ...world, nowMs: () => liveFromMs });
  });
  afterAll(() => api.close());

  it('lets in the one token, with the vendor’s own scheme', async () => {
    const statusWith = async (authorization: string) => (await get(api, '/api/user', { authorization })).status;
    expect(await statusWith('token made-up-token')).toBe(200);
    expect(await statusWith('Bearer made-up-token')).toBe(401);
    expect(await statusWith('token made-up')).toBe(401);
  });

  it('refuses in JSON, with code and message', async () => {
    const response = await fetch(`${api.url}/api/user`);
    expect(await response.json()).toEqual({ code: 401, message: expect.stringContaining('Unauthorized') });
  });

  it('knows one organization', async () => {
    const response = await get(api, '/api/orgs/other/auditlogs/v2');
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ code: 404, message: "Organization 'other' not found" });
  });

  it.each(['/', '/api/nothing', '/api/orgs/acme-demo/nothing', '/api/orgs/acme-demo'])(
    'answers in plain text where there is nothing: %s',
    async (path) => {
      const response = await get(api, path);
      expect([response.status, response.headers.get('content-type')]).toEqual([404, 'text/plain; charset=utf-8']);
    },
  );

  it('survives a request that is no address', async () => {
    await expect(get(api, '//')).rejects.toThrow();
    expect((await get(api, '/api/capabilities')).status).toBe(200);
  });

  it('lets nobody change anything', async () => {
    expect((await fetch(api.url + v2, { method: 'POST' })).status).toBe(405);
  });

  it('dates its answers with the time of its own world', async () => {
    expect((await get(api, '/api/user')).headers.get('date')).toBe('Mon, 05 Oct 2026 00:00:00 GMT');
  });

  it('counts requests', async () => {
    const before = api.requests();
    await get(api, '/api/capabilities');
    expect(api.requests()).toBe(before + 1);
  });

  it('zips for who accepts it, and only then', async () => {
    const encodingFor = (accepted: string): Promise<string | undefined> =>
      new Promise((resolve, reject) => {
        const headers = { authorization: 'token made-up-token', 'accept-encoding': accepted };
        httpRequest(api.url + v2, { headers }, (response) => {
          response.resume();
          resolve(response.headers['content-encoding']);
        })
          .once('error', reject)
          .end();
      });
    expect([await encodingFor('gzip, deflate'), await encodingFor('identity')]).toEqual(['gzip', undefined]);
  });
});

describe('the audit log', () => {
  const day = `?startTime=${seconds('2026-09-08T00:00Z')}&endTime=${seconds('2026-09-09T00:00Z')}`;
  const ofDay = world.log.filter(
    ({ timestamp }) => timestamp >= seconds('2026-09-08T00:00Z') && timestamp < seconds('2026-09-09T00:00Z'),
  );

  it('is told newest first, a page at a time, each event once', async () => {
    const api = await start();
    expect((await page(api, v2 + day)).auditLogEvents).toHaveLength(100);
    expect(await walk(api, v2 + day)).toEqual(ofDay.toReversed());
  });

  it('leaves out false booleans and empty texts', async () => {
    const { auditLogEvents } = await page(await start(), v2 + day);
    expect(auditLogEvents.flatMap((event) => Object.values(event))).not.toContain(false);
    expect(auditLogEvents.flatMap((event) => Object.values(event))).not.toContain('');
    expect(auditLogEvents.some((event) => !('tokenID' in event))).toBe(true);
  });

  it('hides what has not happened, and what happened but shows later', async () => {
    const at = ofDay[200]?.timestamp ?? 0;
    let nowMs = at * 1_000;
    const api = await start({ latenessMs: () => 60_000 }, () => nowMs);
    const newest = async () => (await page(api, `${v2}?startTime=${at - 3_600}`)).auditLogEvents[0]?.timestamp ?? 0;
    expect(await newest()).toBeLessThanOrEqual(at - 60);
    nowMs += 59_999;
    expect(await newest()).toBeLessThan(at);
    nowMs += 1;
    expect(await newest()).toBe(at);
  });

  it('filters by one event type and by one login', async () => {
    const api = await start();
    const logins = await walk(api, `${v2}${day}&eventFilter=user-login`);
    expect(logins).toEqual(ofDay.filter(({ event }) => event === 'user-login').toReversed());
    const lenas = await walk(api, `${v2}${day}&userFilter=lena.w`);
    expect(lenas).toEqual(ofDay.filter(({ user }) => user.githubLogin === 'lena.w').toReversed());
    expect((await get(api, `${v2}${day}&userFilter=nobody`)).status).toBe(404);
  });

  it('in its first version takes startTime for the upper bound and ignores the event filter', async () => {
    const api = await start();
    const upper = ofDay[150]?.timestamp ?? 0;
    const v1 = `/api/orgs/acme-demo/auditlogs?startTime=${upper}&eventFilter=user-login`;
    const older = world.log.filter(({ timestamp }) => timestamp < upper).toReversed();
    expect(await walk(api, v1)).toEqual(older);
  });

  it.each(['startTime=yesterday', 'endTime=-1', 'continuationToken=none', 'format=csv'])(
    'refuses %s',
    async (query) => {
      const response = await get(await start(), `${v2}?${query}`);
      expect([response.status, await response.json()]).toEqual([
        400,
        { code: 400, message: 'Bad Request: invalid query params' },
      ]);
    },
  );
});

describe('tokens', () => {
  type Tokens = {
    readonly tokens: readonly { name: string; lastUsed: number; type: string }[];
    continuationToken?: string;
  };
  const tokens = async (api: PulumiApi, path: string): Promise<Tokens> =>
    (await (await get(api, path)).json()) as Tokens;
  const names = async (api: PulumiApi, path: string) => (await tokens(api, path)).tokens.map(({ name }) => name);
  const ofOrganization = '/api/orgs/acme-demo/tokens';

  it('are listed where they belong', async () => {
    const api = await start();
    expect(await names(api, ofOrganization)).toEqual(
      expect.arrayContaining(['ci-deploy', 'runner-fra', 'release-bot']),
    );
    expect(await names(api, '/api/orgs/acme-demo/teams/platform/tokens')).toEqual(['metrics-hourly']);
    expect(await names(api, '/api/orgs/acme-demo/teams/product/tokens')).toEqual([]);
    expect(await names(api, '/api/user/tokens')).toEqual(['priya-laptop', 'tokenwatch']);
  });

  it('are hidden once expired, unless asked for', async () => {
    const api = await start();
    expect(await names(api, ofOrganization)).not.toContain('contractor-2025');
    expect(await names(api, `${ofOrganization}?filter=expired`)).toEqual(['contractor-2025']);
    expect(await names(api, `${ofOrganization}?filter=all`)).toContain('contractor-2025');
    expect((await get(api, `${ofOrganization}?filter=some`)).status).toBe(400);
  });

  it('come in pages', async () => {
    const api = await start();
    const first = await tokens(api, `${ofOrganization}?maxResults=2`);
    const second = await names(api, `${ofOrganization}?maxResults=2&continuationToken=${first.continuationToken}`);
    expect(first.tokens.map(({ name }) => name)).toEqual(['ci-deploy', 'runner-fra']);
    expect(second).toEqual(['nightly-drift', 'release-bot']);
    expect((await get(api, `${ofOrganization}?maxResults=1001`)).status).toBe(400);
  });

  it('tell of their last use as of now, and vanish when deleted', async () => {
    let nowMs = liveFromMs;
    const api = await start({}, () => nowMs);
    const drift = async () => (await tokens(api, ofOrganization)).tokens.find(({ name }) => name === 'nightly-drift');
    const night = (await drift())?.lastUsed ?? 0;
    expect(new Date(night * 1_000).toISOString()).toMatch(/^2026-10-04T02:/);
    nowMs = world.timeline.toMs;
    expect((await drift())?.lastUsed).toBeGreaterThan(night);
    expect(await names(api, ofOrganization)).not.toContain('release-bot');
  });
});

describe('misbehaviour', () => {
  const hour = `?startTime=${seconds('2026-09-08T12:00Z')}&endTime=${seconds('2026-09-08T13:00Z')}`;

  it('can be a status, with a time to come back', async () => {
    const api = await start({ fault: () => ({ kind: 'status', status: 429, message: 'slow down', retryAfter: '30' }) });
    const response = await get(api, v2);
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '30']);
    expect(await response.json()).toEqual({ code: 429, message: 'slow down' });
  });

  it('can be for one request only', async () => {
    const api = await start({
      fault: ({ ordinal }) => (ordinal === 1 ? { kind: 'plain-text', status: 502, text: 'Bad Gateway' } : undefined),
    });
    const response = await get(api, v2);
    expect([response.status, await response.text()]).toEqual([502, 'Bad Gateway']);
    expect((await get(api, v2)).status).toBe(200);
  });

  it('can be half an answer', async () => {
    const api = await start({ fault: () => ({ kind: 'truncated' }) });
    const response = await get(api, v2 + hour);
    await expect(response.text()).rejects.toThrow();
  });

  it('can be an empty page with a token, after which all follows', async () => {
    const honest = await walk(await start(), v2 + hour);
    const api = await start({ fault: ({ ordinal }) => (ordinal < 3 ? { kind: 'empty-page' } : undefined) });
    expect((await page(api, v2 + hour)).auditLogEvents).toEqual([]);
    expect(await walk(api, v2 + hour)).toEqual(honest);
  });

  it('can be slowness, for as long as it takes', async () => {
    let isAnswered = false;
    const { promise, resolve } = Promise.withResolvers<void>();
    const api = await start({ fault: ({ ordinal }) => (ordinal === 1 ? { kind: 'slow', until: promise } : undefined) });
    const slow = get(api, v2).then((response) => {
      isAnswered = true;
      return response.status;
    });
    await get(api, v2);
    expect(isAnswered).toBe(false);
    resolve();
    expect(await slow).toBe(200);
  });
});
