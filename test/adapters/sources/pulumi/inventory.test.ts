import { afterEach, describe, expect, it } from '@jest/globals';
import { closeServers, cloudOf, type Reply, type Seen } from './server.ts';

/** What Pulumi Cloud lists, and what it will not. */

afterEach(closeServers);

const token = (name: string, more: Record<string, unknown> = {}) => ({
  id: `id-of-${name}`,
  name,
  description: '',
  created: '2026-01-05T10:00:00Z',
  createdBy: 'alice',
  admin: false,
  lastUsed: 1_773_454_380,
  expires: 0,
  ...more,
});

const member = (githubLogin: string) => ({ user: { githubLogin } });

/** By path; anything else is not there. */
const answers =
  (byPath: Readonly<Record<string, (request: Seen) => Reply>>) =>
  (request: Seen): Reply =>
    new Map(Object.entries(byPath)).get(request.path)?.(request) ?? {
      status: 404,
      body: { code: 404, message: 'not found' },
    };

const org = '/api/orgs/acme';
const ordinary: Readonly<Record<string, (request: Seen) => Reply>> = {
  [`${org}/tokens`]: () => ({ body: { tokens: [token('ci-deploy', { admin: true, type: 'organization' })] } }),
  [`${org}/teams`]: () => ({ body: { teams: [{ name: 'platform' }, { name: 'R & D' }] } }),
  [`${org}/teams/platform/tokens`]: () => ({ body: { tokens: [token('metrics', { expires: 1_790_000_000 })] } }),
  [`${org}/teams/R%20%26%20D/tokens`]: () => ({ body: { tokens: null } }),
  '/api/user/tokens': () => ({ body: { tokens: [token('laptop', { type: 'refresh', lastUsed: 0 })] } }),
  [`${org}/members`]: ({ query }) => ({
    body: { members: [member(query.get('type') === 'backend' ? 'Alice' : 'bob')] },
  }),
};

const listing = async (byPath: typeof ordinary = ordinary) => {
  const { cloud, seen } = await cloudOf(answers(byPath));
  return { ...(await cloud.listTokens()), seen };
};

describe('listing tokens', () => {
  it('lists those of the organization, of each team, and the caller’s own', async () => {
    const { tokens, members, missing } = await listing();
    expect(tokens).toMatchObject([
      { name: 'ci-deploy', kind: 'organization', owner: undefined, isAdmin: true, expiresAtMs: undefined },
      { name: 'metrics', kind: 'team', owner: 'platform', expiresAtMs: 1_790_000_000_000 },
      { name: 'laptop', kind: 'refresh', owner: 'alice', lastUsedAtMs: undefined },
    ]);
    expect(tokens[0]).toMatchObject({
      createdAtMs: Date.parse('2026-01-05T10:00:00Z'),
      lastUsedAtMs: 1_773_454_380_000,
    });
    expect(members).toEqual(new Set(['alice', 'bob']));
    expect(missing).toEqual([]);
  });

  it('asks for expired ones too, in today’s words and in those of older servers, a thousand at a time', async () => {
    const { seen } = await listing();
    const asked = seen.find(({ path }) => path === `${org}/tokens`)?.query;
    expect(Object.fromEntries(asked ?? [])).toEqual({ filter: 'all', show_expired: 'true', maxResults: '1000' });
  });

  it('follows pages, echoing the continuation as it came', async () => {
    const { tokens } = await listing({
      ...ordinary,
      [`${org}/tokens`]: ({ query }) =>
        query.get('continuationToken') === 'a+/='
          ? { body: { tokens: [token('second')] } }
          : { body: { tokens: [token('first')], continuationToken: 'a+/=' } },
    });
    expect(tokens.map(({ name }) => name)).toEqual(['first', 'second', 'metrics', 'laptop']);
  });

  it('does not go in circles: the list is said to be missing', async () => {
    const { tokens, missing } = await listing({
      ...ordinary,
      [`${org}/tokens`]: () => ({ body: { tokens: [token('first')], continuationToken: 'again' } }),
    });
    expect(tokens.map(({ name }) => name)).toEqual(['metrics', 'laptop']);
    expect(missing).toEqual(['the tokens of acme could not be listed (the answer was not understood).']);
  });

  it('says what this token may not list, and lists the rest', async () => {
    const { tokens, members, missing } = await listing({
      ...ordinary,
      [`${org}/teams`]: () => ({ status: 403, body: { code: 403, message: 'Forbidden' } }),
      [`${org}/members`]: () => ({ status: 404, body: { code: 404, message: 'not found' } }),
    });
    expect(tokens.map(({ name }) => name)).toEqual(['ci-deploy', 'laptop']);
    expect(members).toBeUndefined();
    expect(missing).toEqual([
      'the teams of acme could not be listed (this token may not).',
      'the members of acme could not be listed (the server does not have it, or hides it from this token).',
    ]);
  });

  it('ends where the token is refused altogether', async () => {
    const { cloud } = await cloudOf(() => ({ status: 401, body: { code: 401, message: 'Unauthorized' } }));
    await expect(cloud.listTokens()).rejects.toMatchObject({ failure: 'credentials' });
  });

  it('leaves out records that are no tokens, and fields that are not what they should be', async () => {
    const { tokens } = await listing({
      ...ordinary,
      [`${org}/tokens`]: () => ({
        body: { tokens: [null, 'x', {}, token('odd', { created: 7, lastUsed: 'now', expires: -1, admin: 'yes' })] },
      }),
    });
    expect(tokens[0]).toMatchObject({
      name: 'odd',
      createdAtMs: undefined,
      lastUsedAtMs: undefined,
      expiresAtMs: undefined,
      isAdmin: false,
    });
    expect(tokens).toHaveLength(3);
  });
});

describe('a survey', () => {
  const surveyed = async (byPath: typeof ordinary) => (await cloudOf(answers(byPath))).cloud.survey();

  it('is the listing, and when our own token ends', async () => {
    const named = { '/api/user': () => ({ body: { githubLogin: 'acme', tokenInfo: { name: 'metrics' } } }) };
    expect(await surveyed({ ...ordinary, ...named })).toMatchObject({
      listing: { tokens: [{ name: 'ci-deploy' }, { name: 'metrics', isOwn: true }, { name: 'laptop' }] },
      ownTokenEndsMs: 1_790_000_000_000,
    });
    expect((await surveyed(ordinary))?.ownTokenEndsMs).toBeUndefined();
  });

  it('is none with a token that may read the log and no more', async () => {
    const forbidden = () => ({ status: 403, body: { code: 403, message: 'Forbidden' } });
    const none = Object.fromEntries(Object.keys(ordinary).map((path) => [path, forbidden]));
    expect(await surveyed(none)).toBeUndefined();
    expect(await surveyed({ ...none, '/api/user/tokens': () => ({ body: { tokens: [] } }) })).toBeUndefined();
  });

  it('fails where the server does not know the token at all', async () => {
    const refused = () => ({ status: 401, body: { code: 401, message: 'Unauthorized' } });
    await expect(surveyed({ [`${org}/tokens`]: refused })).rejects.toMatchObject({ failure: 'credentials' });
  });
});
